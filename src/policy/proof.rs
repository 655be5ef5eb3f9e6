//! How well a consent must be provable before it carries a message.

use crate::{consent::Grade, law::KindSet, message::Kind, place::Place};

/// The least grade of evidence that a message asks of the consent that carries it, place by place.
///
/// The rule book sets none: no source names a grade. A host does, as its counsel says. Marketing only, unless
/// [`kinds`](Self::kinds) says otherwise.
///
/// ```
/// use optin::{consent::Grade, place::Place, policy::Proof};
/// let proof = Proof::none()
///     .everywhere(Grade::C)
///     .at(Place::new("US")?, Grade::B)
///     .at(Place::new("US-TX")?, Grade::A);
/// assert_eq!(proof.least_at(Place::new("US-CA")?), Some(Grade::B));     // of its country
/// assert_eq!(proof.least_at(Place::new("US")?), Some(Grade::A));        // the part is unknown: the strictest
/// assert_eq!(proof.least_at(Place::new("FR")?), Some(Grade::C));
/// assert_eq!(Proof::none().least_at(Place::new("FR")?), None);
/// # Ok::<(), optin::place::PlaceError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    all: Option<Grade>,
    places: Vec<(Place, Grade)>,
    kinds: KindSet,
}

impl Default for Proof {
    fn default() -> Self {
        Self::none()
    }
}

impl Proof {
    /// Any consent carries whatever its basis carries.
    #[must_use]
    pub fn none() -> Self {
        Self { all: None, places: Vec::new(), kinds: [Kind::Marketing].into_iter().collect() }
    }

    /// At least this grade wherever nothing else is said.
    #[must_use]
    pub const fn everywhere(mut self, least: Grade) -> Self {
        self.all = Some(least);
        self
    }

    /// At least this grade for whoever may be in this place: a country, or a part of one before its country.
    #[must_use]
    pub fn at(mut self, place: Place, least: Grade) -> Self {
        self.places.retain(|(known, _)| *known != place);
        self.places.push((place, least));
        self
    }

    /// Which kinds of message ask for it, in place of marketing alone.
    #[must_use]
    pub fn kinds(mut self, kinds: impl IntoIterator<Item = Kind>) -> Self {
        self.kinds = kinds.into_iter().collect();
        self
    }

    /// The least grade for somebody who may be in this place; of a country whose part is unknown, the strictest.
    #[must_use]
    pub fn least_at(&self, place: Place) -> Option<Grade> {
        let of =
            |wanted: Place| self.places.iter().find(|(known, _)| *known == wanted).map(|(_, least)| *least);
        let country = Place::country_wide(place.country());
        let own = of(place).or_else(|| of(country)).or(self.all);
        if place != country {
            return own;
        }
        let parts = self.places.iter().filter(|(known, _)| known.country() == place.country());
        parts.map(|(_, least)| *least).chain(own).min()
    }

    /// Whether a message of this kind asks for any.
    #[must_use]
    pub const fn concerns(&self, kind: Kind) -> bool {
        self.kinds.contains(kind)
    }

    /// The strictest of what these places ask of a message of this kind.
    pub(super) fn least(&self, kind: Kind, places: impl Iterator<Item = Place>) -> Option<Grade> {
        if !self.concerns(kind) || (self.all.is_none() && self.places.is_empty()) {
            return None;
        }
        places.filter_map(|place| self.least_at(place)).min()
    }
}
