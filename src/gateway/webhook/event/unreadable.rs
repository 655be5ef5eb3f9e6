use thiserror::Error;

/// Why a believed request cannot be read. No variant holds what it said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum Unreadable {
    /// Neither UTF-8 nor ASCII.
    #[error("not UTF-8")]
    Encoding,
    /// Not JSON, or not the kind of value that this gateway sends.
    #[error("not the JSON that this gateway sends")]
    Json,
    /// Neither a body nor a query that the signature covers.
    #[error("nothing to read")]
    Empty,
    /// A field is missing.
    #[error("`{0}` is missing")]
    Missing(&'static str),
    /// A field has another type, or is there more than once.
    #[error("`{0}` is of another type")]
    Type(&'static str),
    /// A field is no phone number.
    #[error("`{0}` is not a phone number")]
    Number(&'static str),
    /// A field is too long to be what it should.
    #[error("`{0}` is too long")]
    Long(&'static str),
}

impl Unreadable {
    /// The stable spelling.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Encoding => "bad_encoding",
            Self::Json => "bad_json",
            Self::Empty => "empty",
            Self::Missing(_) => "missing_field",
            Self::Type(_) => "bad_field",
            Self::Number(_) => "bad_number",
            Self::Long(_) => "long_field",
        }
    }
}
