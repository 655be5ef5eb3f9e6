use std::fmt;

use thiserror::Error;

use crate::ledger::{NoteError, merkle::ProofError};

/// The first place of a pack that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}{what}", Place(.place))]
#[non_exhaustive]
pub struct PackFlaw {
    /// Where, as a path such as `records[3].proof`; empty for the pack as a whole.
    pub place: String,
    /// What is wrong there.
    #[source]
    pub what: What,
}

impl PackFlaw {
    pub(super) fn new(place: impl Into<String>, what: What) -> Self {
        Self { place: place.into(), what }
    }
}

struct Place<'p>(&'p str);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, "{}: ", self.0) }
    }
}

/// What can be wrong with a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum What {
    /// More than 64 MiB.
    #[error("larger than any pack")]
    TooLarge,
    /// Cut off, or no JSON at all.
    #[error("not JSON, or cut off")]
    NotJson,
    /// A name twice in one object, a number that is no integer or out of range, or nested too deep.
    #[error("JSON beyond the format's limits: a name twice, a fraction, a number out of range, or too deep")]
    Limits,
    /// A member is missing, of another type, or unknown.
    #[error("a member is missing, is of another type, or is not of this format")]
    Shape,
    /// Another format or a later one.
    #[error("not a format that this version reads")]
    Format,
    /// The pack names another key than the one it is checked with.
    #[error("the pack was sealed with another key than the one it is checked with")]
    OtherKey,
    /// A note does not hold.
    #[error("the signature does not hold")]
    Note(#[source] NoteError),
    /// Something in the pack was changed after it was sealed.
    #[error("something in the pack was changed after it was sealed")]
    Changed,
    /// The checkpoint's text is none.
    #[error("not the text of a checkpoint, or of another ledger than the key")]
    Checkpoint,
    /// A record is missing, or there are more than the stream has.
    #[error("a record is missing, or one too many is here")]
    Missing,
    /// Not a canonical envelope of a known shape.
    #[error("not a canonical envelope of a known shape")]
    Envelope,
    /// It belongs to another stream, or to another place in it.
    #[error("the record belongs to another stream or to another place in it")]
    Elsewhere,
    /// It was not chained to the record before it.
    #[error("the record was not chained to the one before it")]
    Chain,
    /// What is shown beside an envelope is not what the envelope says.
    #[error("this is not what the envelope says")]
    NotTheEnvelope,
    /// The inclusion proof does not lead to the checkpoint's root.
    #[error("the proof does not lead to the checkpoint's root")]
    Proof(#[source] ProofError),
    /// A disclosed value is not the one that was committed to.
    #[error("the value is not the one that was recorded")]
    Value,
    /// The words of a consent are not those of their digest.
    #[error("the words are not those of their digest")]
    Words,
    /// The message that the pack is about did not start in these records.
    #[error("the message that the pack is about is not in its records")]
    NoMessage,
}
