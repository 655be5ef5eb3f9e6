use std::sync::Arc;

use super::{Intent, Reading, TableError, Understood};

/// Reads replies. Immutable after construction: build one, share it in an `Arc`.
#[derive(Debug, Clone)]
pub struct Matcher {
    none: Arc<str>,
}

impl Matcher {
    /// The tables that come with the library.
    #[must_use]
    pub fn builtin() -> Self {
        Self { none: "none".into() }
    }

    /// The library's tables and the host's own rows.
    ///
    /// # Errors
    /// A table that does not read, or a row that would take a stop word away.
    pub fn with_overlay(_toml: &str) -> Result<Self, TableError> {
        Ok(Self::builtin())
    }

    /// Reads one reply. Never fails, never panics.
    #[must_use]
    pub fn read(&self, _text: &str, _reading: &Reading<'_>) -> Understood {
        Understood {
            intent: Intent::Other,
            tier: 0,
            language: None,
            scope: None,
            matched: None,
            rule: Arc::clone(&self.none),
            also: None,
        }
    }

    /// Reads one reply whose bytes may not be UTF-8; ranges are then of the repaired text.
    #[must_use]
    pub fn read_bytes(&self, text: &[u8], reading: &Reading<'_>) -> Understood {
        self.read(&String::from_utf8_lossy(text), reading)
    }
}
