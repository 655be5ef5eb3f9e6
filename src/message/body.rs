use std::fmt;

use sha2::{Digest, Sha256};
use thiserror::Error;

use super::{Counting, Segments, segments};

/// The final text of one message. Its `Debug` never shows it.
///
/// ```
/// use optin::message::Body;
///
/// let body = Body::new("Maison Lune : -40 % ce soir. STOP au 36123")?;
/// assert_eq!(format!("{body:?}"), "Body(42 bytes)");
/// assert!(Body::new("  ").is_err());
/// # Ok::<(), optin::message::BodyError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Body(Box<str>);

impl Body {
    /// Takes a text as it will be sent.
    ///
    /// # Errors
    /// A text of nothing but white space, or with a control character other than a line break.
    pub fn new(text: impl Into<String>) -> Result<Self, BodyError> {
        let text = text.into();
        if text.trim().is_empty() {
            return Err(BodyError::Blank);
        }
        if let Some((at, _)) = text.char_indices().find(|&(_, c)| is_unwanted_control(c)) {
            return Err(BodyError::ControlCharacter { at });
        }
        Ok(Self(text.into()))
    }

    /// The text itself.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// SHA-256 over the UTF-8 bytes: what a record keeps in place of the text.
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// What the text costs.
    #[must_use]
    pub fn segments(&self, counting: Counting) -> Segments {
        segments(&self.0, counting)
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.0.len())
    }
}

/// Not a text to send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BodyError {
    /// Nothing to read.
    #[error("the text is blank")]
    Blank,
    /// A control character other than a line break.
    #[error("control character at byte {at}")]
    ControlCharacter {
        /// Byte offset in the text.
        at: usize,
    },
}

/// Line breaks are wanted; other controls break handsets or gateways.
pub(super) fn is_unwanted_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r')
}
