use chrono::{DateTime, Utc};

use crate::{
    consent::{Basis, How, event::Road},
    id::Name,
    message::Kind,
    phone::PhoneNumber,
    place::{Place, Whereabouts, Zone},
};

/// What is known of where a person was, beyond the number.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Located {
    /// The country or state as told.
    pub place: Option<Place>,
    /// The postal code of an address.
    pub postal_code: Option<String>,
    /// The zone's IANA name as told. A name that nobody knows leaves no zone: unknown.
    pub zone: Option<String>,
}

impl Located {
    /// Whether it says nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.place.is_none() && self.postal_code.is_none() && self.zone.is_none()
    }

    /// What the number leaves open, narrowed by this. A postal code that does not fit leaves the sets as wide.
    #[must_use]
    pub fn narrow(&self, number: PhoneNumber) -> Whereabouts {
        let mut wide = Whereabouts::of(number);
        // The bare country of a number that already says more would only widen the set.
        let says_less = |place: &Place| {
            place.subdivision().is_none()
                && !wide.places().is_empty()
                && wide.places().iter().all(|p| p.country() == place.country())
        };
        if let Some(place) = self.place.filter(|place| !says_less(place)) {
            wide = wide.with_place(place);
        }
        if let Some(closer) = self.postal_code.as_deref().and_then(|code| wide.with_postal_code(code).ok()) {
            wide = closer;
        }
        match &self.zone {
            Some(name) => {
                Zone::named(name).map_or_else(|| wide.with_zone_name(name), |zone| wide.with_zone(zone))
            }
            None => wide,
        }
    }
}

impl Located {
    /// This, and where it says nothing, what is known of the person otherwise. A message that names another state
    /// or country than the person's keeps only its own word: the rest would be of elsewhere.
    #[must_use]
    pub fn or(&self, person: &Self) -> Self {
        let elsewhere = match (&self.place, &person.place) {
            (Some(own), Some(held)) if own.subdivision().is_none() => own.country() != held.country(),
            (Some(own), Some(held)) => held.subdivision().is_some() && own != held,
            _ => self.postal_code.is_some() && self.postal_code != person.postal_code,
        };
        if elsewhere {
            return self.clone();
        }
        let finer = |place: &&Place| place.subdivision().is_some();
        Self {
            place: self
                .place
                .as_ref()
                .filter(finer)
                .or(person.place.as_ref())
                .or(self.place.as_ref())
                .copied(),
            postal_code: self.postal_code.clone().or_else(|| person.postal_code.clone()),
            zone: self.zone.clone().or_else(|| person.zone.clone()),
        }
    }
}

/// What became of a message, as far as a row tells. In order: of several rows of one message, what comes first
/// counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// It left.
    #[default]
    Left,
    /// It left and reached nobody: judged, and counted apart.
    Undelivered,
    /// It certainly never left: not counted.
    NeverLeft,
    /// Handed over, and no word whether it went on: judged as one that left.
    Unconfirmed,
}

/// One message that went out.
#[derive(Debug, Clone)]
pub struct SendFact {
    /// To whom.
    pub number: PhoneNumber,
    /// When it was handed over.
    pub at: DateTime<Utc>,
    /// What the platform calls this message; two facts of one id are one message, of the earlier time.
    pub id: Option<String>,
    /// Its kind; `None` is judged as marketing, the strictest.
    pub kind: Option<Kind>,
    /// The brand's category.
    pub category: Option<Name>,
    /// What a cap counts as the same subject. From a file that names none, the campaign.
    pub subject: Option<Name>,
    /// From which sender.
    pub sender: Option<Name>,
    /// When it reached the handset.
    pub delivered: Option<DateTime<Utc>>,
    /// Where the person was, beyond the number.
    pub located: Located,
    /// What became of it.
    pub fate: Fate,
    /// Its file, as counted by [`Audit::file`](super::Audit::file); 0: none.
    pub file: u16,
    /// Its line in the file; 0: none.
    pub line: u64,
}

impl SendFact {
    /// A message of which only this is known.
    #[must_use]
    pub fn new(number: PhoneNumber, at: DateTime<Utc>) -> Self {
        Self {
            number,
            at,
            id: None,
            kind: None,
            category: None,
            subject: None,
            sender: None,
            delivered: None,
            located: Located::default(),
            fate: Fate::Left,
            file: 0,
            line: 0,
        }
    }
}

/// A yes, as far as the file shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Agreed {
    /// On what ground; `None`: the file does not say, so nothing shows that it was in writing.
    pub basis: Option<Basis>,
    /// How.
    pub how: How,
    /// The date of the last sale.
    pub sale: Option<DateTime<Utc>>,
    /// The date of the last inquiry.
    pub inquiry: Option<DateTime<Utc>>,
}

impl Agreed {
    /// A yes on this ground.
    #[must_use]
    pub const fn on(basis: Basis) -> Self {
        Self { basis: Some(basis), how: How::Import, sale: None, inquiry: None }
    }

    /// A yes of which the file does not say how it was given.
    #[must_use]
    pub const fn somehow() -> Self {
        Self { basis: None, how: How::Import, sale: None, inquiry: None }
    }
}

/// What a person said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spoken {
    /// Yes.
    Agreed(Agreed),
    /// No more, by this road.
    Refused(Road),
    /// START after a STOP: what was agreed before holds again.
    Reopened,
}

/// One thing that a person said about being written to.
#[derive(Debug, Clone)]
pub struct ConsentFact {
    /// Who.
    pub number: PhoneNumber,
    /// When. `None`: the file gives no date, and then it proves nothing of any moment before the file's end.
    pub at: Option<DateTime<Utc>>,
    /// What.
    pub spoken: Spoken,
    /// Where the person is, beyond the number.
    pub located: Located,
    /// Its line in the file; 0: none.
    pub line: u64,
}

impl ConsentFact {
    /// A fact of which only this is known.
    #[must_use]
    pub fn new(number: PhoneNumber, at: Option<DateTime<Utc>>, spoken: Spoken) -> Self {
        Self { number, at, spoken, located: Located::default(), line: 0 }
    }
}
