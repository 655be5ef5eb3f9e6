use super::{Language, TableError};
use crate::codec::cbor_enum;

cbor_enum! {
    /// An answer that a program gives by itself.
    pub enum ReplyKind {
        /// The one confirmation after a STOP.
        Stopped = 0, "stopped";
        /// Who writes, how to reach them, how to stop.
        Help = 1, "help";
        /// The opt-in took effect: brand, frequency, rates, HELP, STOP.
        Joined = 2, "joined";
        /// A START reopened the program.
        Reopened = 3, "reopened";
        /// The number is not the person's whom the program meant.
        WrongNumber = 4, "wrong_number";
    }
}

/// The names that an answer is filled with.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// The brand, as the person knows it.
    pub brand: &'a str,
    /// The program's name as the person knows it.
    pub program: &'a str,
    /// Where help is to be had: an address or a number.
    pub help: &'a str,
}

/// The answers in every language that has them.
#[derive(Debug, Clone)]
pub struct Replies {}

impl Replies {
    /// The answers that come with the library: English, French, Spanish.
    #[must_use]
    pub fn builtin() -> Self {
        Self {}
    }

    /// The library's answers, and the host's own in their place where it gives some.
    ///
    /// # Errors
    /// A table that does not read, an unknown kind, language or placeholder.
    pub fn with_overlay(_toml: &str) -> Result<Self, TableError> {
        Ok(Self::builtin())
    }

    /// The answer of this kind in this language, or in English where the language has none.
    #[must_use]
    pub fn reply(&self, _kind: ReplyKind, _language: Language, _names: &Names<'_>) -> String {
        String::new()
    }
}
