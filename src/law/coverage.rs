use chrono::NaiveDate;

use super::Confidence;
use crate::place::Place;

/// A place for which the book knows the law, and since when. A place without a row is not covered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Coverage {
    /// The place; a country's row says nothing of its parts, nor theirs of it.
    pub place: Place,
    /// The first local date that the book answers for.
    pub from: NaiveDate,
    /// How well the place's law is known.
    pub confidence: Confidence,
    /// Its law counts the number's area code, even if the person lives elsewhere.
    pub by_number: bool,
    /// It has number prefixes of its own: a number of the country at large is not there.
    pub own_prefix: bool,
    /// What a reader should know; empty if nothing.
    pub note: String,
}
