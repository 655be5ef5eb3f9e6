use thiserror::Error;

/// A rule file that is refused: which file and line, which entry in it, which field, and why.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{file}{}: {entry}: {field}: {reason}", line.map(|line| format!(":{line}")).unwrap_or_default())]
#[non_exhaustive]
pub struct RulebookError {
    /// The file's name.
    pub file: String,
    /// The line of the field, or of the entry if it lacks the field, from 1; `None` if neither can be told.
    pub line: Option<usize>,
    /// The rule's id, the calendar's id or the covered place; `file` if it is about no entry.
    pub entry: String,
    /// The field; `syntax` if the file does not parse and no field can be told.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}
