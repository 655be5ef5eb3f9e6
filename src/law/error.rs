use thiserror::Error;

/// A rule file that is refused: which file, which entry in it, which field, and why.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{file}: {entry}: {field}: {reason}")]
#[non_exhaustive]
pub struct RulebookError {
    /// The file's name.
    pub file: String,
    /// The rule's id, the calendar's id or the covered place; `file` if the file as a whole does not parse.
    pub entry: String,
    /// The field; the parser's position if the file does not parse.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}
