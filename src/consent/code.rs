use std::fmt;

use thiserror::Error;

use crate::id::{self, NoRandomness};

/// A short number that proves that the phone is the person's: a web page shows it and the person texts it, or we text
/// it and the page takes it. The ledger keeps it under the person's own key only, and its `Debug` never shows it.
///
/// ```
/// use optin::consent::{CodeError, OneTimeCode};
/// let code = OneTimeCode::new("482913")?;
/// assert_eq!(format!("{code:?}"), "OneTimeCode(6 digits)");
/// assert!(OneTimeCode::new("12").is_err());                   // too easily guessed
/// # Ok::<(), CodeError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct OneTimeCode(Box<str>);

impl OneTimeCode {
    /// A code of the host's: 4 to 9 digits.
    ///
    /// # Errors
    /// Anything else.
    pub fn new(digits: &str) -> Result<Self, CodeError> {
        let fits = (4..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        if fits { Ok(Self(digits.into())) } else { Err(CodeError) }
    }

    /// Six digits from the operating system's generator.
    ///
    /// # Errors
    /// The operating system gave no random bytes.
    pub fn random() -> Result<Self, NoRandomness> {
        let drawn = u64::from_be_bytes(id::random()?) % 1_000_000;
        Ok(Self(format!("{drawn:06}").into()))
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OneTimeCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OneTimeCode({} digits)", self.0.len())
    }
}

/// Not a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a code has 4 to 9 digits and nothing else")]
pub struct CodeError;
