use std::{fmt, str::FromStr};

use thiserror::Error;

/// A language by its two-letter ISO 639-1 code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Language([u8; 2]);

impl Language {
    /// English.
    pub const EN: Self = Self(*b"en");
    /// Spanish.
    pub const ES: Self = Self(*b"es");
    /// French.
    pub const FR: Self = Self(*b"fr");

    /// Reads two letters, in either case; a region after a hyphen or underscore (`fr-CA`) is left aside.
    ///
    /// # Errors
    /// Anything else.
    ///
    /// ```
    /// use optin::inbound::Language;
    /// assert_eq!(Language::new("FR-ca")?, Language::FR);
    /// assert!(Language::new("french").is_err());
    /// # Ok::<(), optin::inbound::LanguageError>(())
    /// ```
    pub fn new(code: &str) -> Result<Self, LanguageError> {
        let code = code.split(['-', '_']).next().unwrap_or("");
        match *code.as_bytes() {
            [a, b] if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() => {
                Ok(Self([a.to_ascii_lowercase(), b.to_ascii_lowercase()]))
            }
            _ => Err(LanguageError),
        }
    }

    /// The two letters, in lower case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("")
    }
}

impl FromStr for Language {
    type Err = LanguageError;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::new(s)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Not a language code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a language is two letters of ISO 639-1, such as `fr`")]
pub struct LanguageError;
