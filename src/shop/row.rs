use chrono::{DateTime, Utc};

use super::Reason;
use crate::{
    consent::OptIn,
    id::Name,
    phone::PhoneNumber,
    place::{Place, PostalCodeError, Whereabouts, Zone},
};

/// What the host knows of where somebody is.
#[derive(Debug, Clone, Default)]
pub struct Location {
    /// The postal code of an address.
    pub postal_code: Option<String>,
    /// The country or state as told.
    pub place: Option<Place>,
    /// The zone as told.
    pub zone: Option<Zone>,
}

impl Location {
    /// Narrows a set; what does not fit leaves it as wide as it was.
    pub(crate) fn narrow(&self, wide: &Whereabouts) -> (Whereabouts, Option<PostalCodeError>) {
        let mut narrowed = self.place.map_or_else(|| wide.clone(), |place| wide.with_place(place));
        let mut misfit = None;
        if let Some(code) = self.postal_code.as_deref().map(str::trim).filter(|code| !code.is_empty()) {
            match narrowed.with_postal_code(code) {
                Ok(closer) => narrowed = closer,
                Err(error) => misfit = Some(error),
            }
        }
        (self.zone.map_or_else(|| narrowed.clone(), |zone| narrowed.with_zone(zone)), misfit)
    }
}

/// What a list says of one person.
#[derive(Debug, Clone)]
#[non_exhaustive]
#[allow(clippy::large_enum_variant, reason = "most rows of a list are consents")]
pub enum Says {
    /// The person agreed.
    Consent(OptIn),
    /// The person opted out, at that time if it is known.
    OptOut(Option<DateTime<Utc>>),
    /// The number could not be reached, for this reason.
    Bounce(String, Option<DateTime<Utc>>),
    /// The person complained.
    Complaint(Option<DateTime<Utc>>),
    /// Neither; and why it is neither.
    Nothing(Reason),
}

impl Says {
    /// Whether it takes permission away. Of a list, this is taken in first.
    #[must_use]
    pub const fn lowers(&self) -> bool {
        matches!(self, Self::OptOut(_) | Self::Bounce(..) | Self::Complaint(_))
    }
}

/// One row of an import.
#[derive(Debug, Clone)]
pub struct ImportRow {
    /// The line of the list on which it begins, from 1. With a line a row is taken in once, however often the
    /// import is resumed; a row without one is taken in each time that it is given.
    pub line: Option<u64>,
    /// Who.
    pub number: PhoneNumber,
    /// To which program.
    pub program: Name,
    /// What the list says.
    pub says: Says,
    /// What was done to read the row, if it matters.
    pub note: Option<Reason>,
    /// Where the person is.
    pub location: Location,
}

impl ImportRow {
    /// A row that says nothing yet of a consent.
    #[must_use]
    pub fn new(number: PhoneNumber, program: Name, says: Says) -> Self {
        Self { line: None, number, program, says, note: None, location: Location::default() }
    }

    /// Where the person is.
    #[must_use]
    pub fn at(mut self, location: Location) -> Self {
        self.location = location;
        self
    }
}
