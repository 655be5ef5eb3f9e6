use std::fmt;

use thiserror::Error;

use crate::codec::cbor_enum;

cbor_enum! {
    /// How a message travels.
    #[non_exhaustive]
    pub enum Channel {
        /// Short message service, in segments.
        Sms = 0, "sms";
    }
}

/// The longest category or subject, in characters.
const MAX: usize = 64;

/// Not a category or a subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "a category or subject is 1 to 64 lower-case letters, digits, `-`, `_`, `.` or `:`, letter or digit first"
)]
pub struct LabelError;

fn label(text: &str) -> Result<Box<str>, LabelError> {
    let starts = text.bytes().next().is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let holds = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_.:".contains(&b);
    if starts && text.len() <= MAX && text.bytes().all(holds) { Ok(text.into()) } else { Err(LabelError) }
}

macro_rules! label {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Box<str>);

        impl $name {
            /// Reads 1 to 64 lower-case ASCII letters, digits, `-`, `_`, `.` or `:`, a letter or digit first.
            ///
            /// # Errors
            /// Anything else: two spellings of one name would be counted apart.
            pub fn new(text: &str) -> Result<Self, LabelError> {
                label(text).map(Self)
            }

            /// The name as it was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = LabelError;

            fn from_str(s: &str) -> Result<Self, Self::Err> {
                Self::new(s)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

label! {
    /// The brand's own name for a sort of message, such as `promo` or `restock`, apart from its legal kind.
    ///
    /// ```
    /// use optin::message::Category;
    ///
    /// assert_eq!(Category::new("promo")?.as_str(), "promo");
    /// assert!(Category::new("Promo!").is_err());
    /// # Ok::<(), optin::message::LabelError>(())
    /// ```
    Category
}

label! {
    /// What a frequency cap counts as the same matter, such as `flash-2026-11`.
    ///
    /// ```
    /// use optin::message::Subject;
    ///
    /// assert_eq!(Subject::new("flash-2026-11")?.as_str(), "flash-2026-11");
    /// assert!(Subject::new("").is_err());
    /// # Ok::<(), optin::message::LabelError>(())
    /// ```
    Subject
}
