use thiserror::Error;

/// A table of keywords, phrases or answers that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TableError {
    /// Not TOML of the expected shape.
    #[error("the table does not read: {0}")]
    Syntax(String),
    /// A row is wrong in itself.
    #[error("row `{row}`: {why}")]
    Row {
        /// Its id.
        row: String,
        /// What is wrong with it.
        why: String,
    },
    /// An overlay gives another meaning to a word that is a stop word. A stop may never be narrower.
    #[error("row `{row}` would take the stop word `{word}` away")]
    TakesStopAway {
        /// The overlay's row.
        row: String,
        /// The folded word.
        word: String,
    },
}
