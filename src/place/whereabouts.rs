use std::borrow::Cow;

use super::{Place, PostalCodeError, Zone, postal, prefixes, subdivisions};
use crate::{codec::cbor_enum, phone::PhoneNumber};

cbor_enum! {
    /// How it is known where somebody may be. Ordered: what comes later outranks what comes before.
    pub enum Provenance {
        /// From the digits of the number. Numbers move with people, so the weakest.
        NumberPrefix = 1, "number_prefix";
        /// From the postal code of an address.
        PostalCode = 2, "postal_code";
        /// The person or the shop said so.
        Declared = 3, "declared";
    }
}

/// Where somebody may be: every place and every zone that what is known leaves open.
///
/// Both are sets, sorted and without doubles, and a message must be lawful in all of them. An **empty** set
/// means *unknown* (an unassigned area code, say), and whoever decides defers. What is known only ever
/// replaces what is known with less certainty: [`Provenance`] says how each set came about.
///
/// ```
/// use optin::place::{Place, Provenance, Whereabouts, Zone};
/// let names = |zones: &[Zone]| zones.iter().map(|z| z.name()).collect::<Vec<_>>();
///
/// let florida = Whereabouts::of("+18504321234".parse()?);              // 850: the Panhandle has two zones
/// assert_eq!(florida.places(), [Place::new("US-FL")?]);
/// assert_eq!(names(florida.zones()), ["America/Chicago", "America/New_York"]);
///
/// let moved = florida.with_postal_code("92101-1234")?;                 // lives in San Diego now
/// assert_eq!(moved.places(), [Place::new("US-CA")?]);
/// assert_eq!(names(moved.zones()), ["America/Los_Angeles"]);
/// assert_eq!(moved.places_from(), Provenance::PostalCode);
/// assert_eq!(moved.number_places(), [Place::new("US-FL")?]);           // some states count by area code
///
/// assert!(moved.with_postal_code("SW1A 1AA").is_err());                // not a code of the United States
/// assert!(Whereabouts::of("+19990001234".parse()?).zones().is_empty());    // no such area code: unknown
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Whereabouts {
    number_places: Cow<'static, [Place]>,
    places: Cow<'static, [Place]>,
    zones: Cow<'static, [Zone]>,
    places_from: Provenance,
    zones_from: Provenance,
    /// A zone was named outright, which no place outranks.
    zone_declared: bool,
}

impl Whereabouts {
    /// What the digits of a number leave open. Allocates nothing.
    ///
    /// In the North American plan the area code counts and no further digit: numbers are portable within it.
    #[must_use]
    pub fn of(number: PhoneNumber) -> Self {
        let (places, zones) = prefixes::of(number.digits());
        Self {
            number_places: Cow::Borrowed(places),
            places: Cow::Borrowed(places),
            zones: Cow::Borrowed(zones),
            places_from: Provenance::NumberPrefix,
            zones_from: Provenance::NumberPrefix,
            zone_declared: false,
        }
    }

    /// Narrows by the postal code of an address, read in the countries of [`places`](Self::places).
    ///
    /// When the address is in another country than the number, declare that country first.
    ///
    /// # Errors
    /// [`PostalCodeError`] when the code does not fit. `self` still holds the wider sets, to go on with.
    ///
    /// ```
    /// use optin::{phone::Country, place::{Place, Whereabouts}};
    /// let mobile = Whereabouts::of("+33612345678".parse()?);
    /// assert_eq!(mobile.with_postal_code("57000")?.places(), [Place::new("FR-57")?]);   // Metz
    /// assert!(mobile.with_postal_code("H2X 1Y4").is_err());
    /// let montreal = mobile.with_place(Place::country_wide(Country::CA)).with_postal_code("H2X 1Y4")?;
    /// assert_eq!(montreal.places(), [Place::new("CA-QC")?]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with_postal_code(&self, code: &str) -> Result<Self, PostalCodeError> {
        let (places, zones) = postal::read(code, &self.places)?;
        let mut narrowed = self.clone();
        if self.places_from < Provenance::Declared || self.places.iter().all(|p| p.subdivision().is_none()) {
            narrowed.places = Cow::Borrowed(places);
            narrowed.places_from = Provenance::PostalCode;
        } else if !places.iter().any(|place| self.places.contains(place)) {
            return Err(PostalCodeError::Elsewhere);
        }
        if !self.zone_declared {
            narrowed.zones = Cow::Borrowed(zones);
            narrowed.zones_from = Provenance::PostalCode;
        }
        Ok(narrowed)
    }

    /// Takes the person's zone as told. Places stay as they are.
    ///
    /// ```
    /// use optin::place::{Whereabouts, Zone};
    /// let denver = Zone::named("America/Denver").unwrap();
    /// let toll_free = Whereabouts::of("+18005550199".parse()?);
    /// assert!(toll_free.zones().len() > 20);
    /// assert_eq!(toll_free.with_zone(denver).zones(), [denver]);
    /// # Ok::<(), optin::phone::PhoneNumberError>(())
    /// ```
    #[must_use]
    pub fn with_zone(&self, zone: Zone) -> Self {
        Self {
            zones: Cow::Owned(vec![zone]),
            zones_from: Provenance::Declared,
            zone_declared: true,
            ..self.clone()
        }
    }

    /// Takes the person's zone as told, by its IANA name. A name that nobody knows leaves no zone: unknown.
    #[must_use]
    pub fn with_zone_name(&self, name: &str) -> Self {
        Zone::named(name).map_or_else(
            || Self {
                zones: Cow::Borrowed(&[]),
                zones_from: Provenance::Declared,
                zone_declared: true,
                ..self.clone()
            },
            |zone| self.with_zone(zone),
        )
    }

    /// Takes the person's country or subdivision as told, with all the zones of that place.
    ///
    /// A zone told with [`with_zone`](Self::with_zone) stays, and so do the zones of a postal code within the
    /// place. A subdivision that the table does not know has all the zones of its country; an unknown country
    /// leaves an empty set: unknown. A territory with two codes gets the one below its country (`PR`: `US-PR`).
    ///
    /// ```
    /// use optin::place::{Place, Whereabouts, Zone};
    /// let number = Whereabouts::of("+12125550123".parse()?);                 // New York
    /// let tennessee = number.with_place(Place::new("US-TN")?);               // two zones
    /// assert_eq!(tennessee.zones().len(), 2);
    /// assert!(number.with_place(Place::new("ZZ-9")?).zones().is_empty());    // no such country
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_place(&self, place: Place) -> Self {
        let mut told = self.clone();
        let place = subdivisions::canonical(place);
        told.places = Cow::Owned(vec![place]);
        told.places_from = Provenance::Declared;
        let zones = subdivisions::zones(place);
        let finer = self.zones_from == Provenance::PostalCode && self.zones.iter().all(|z| zones.contains(z));
        if !self.zone_declared && !finer {
            told.zones = Cow::Borrowed(zones);
            told.zones_from = Provenance::Declared;
        }
        told
    }

    /// The places, sorted. Empty: unknown.
    #[must_use]
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// The zones, sorted. Empty: unknown.
    #[must_use]
    pub fn zones(&self) -> &[Zone] {
        &self.zones
    }

    /// The places of the number itself, whatever is known since: some laws count by area code, wherever the
    /// person lives.
    #[must_use]
    pub fn number_places(&self) -> &[Place] {
        &self.number_places
    }

    /// How the places came about.
    #[must_use]
    pub const fn places_from(&self) -> Provenance {
        self.places_from
    }

    /// How the zones came about.
    #[must_use]
    pub const fn zones_from(&self) -> Provenance {
        self.zones_from
    }

    /// The bytes under which it is interned beside a ledger's state, as CBOR: places of the number, places, zones, how
    /// each came about, and whether a zone was named outright.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut e = minicbor::Encoder::new(Vec::with_capacity(64));
        let codes = |places: &[Place]| places.iter().map(Place::to_string).collect::<Vec<_>>();
        let zones: Vec<_> = self.zones.iter().map(|zone| zone.name()).collect();
        // Writing to memory does not fail.
        let _ = e.encode((
            codes(&self.number_places),
            codes(&self.places),
            zones,
            self.places_from,
            self.zones_from,
            self.zone_declared,
        ));
        e.into_writer()
    }

    /// Reads [`to_bytes`](Self::to_bytes) back; `None` if a place or zone of it is not known here.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        type Parts<'a> = (Vec<&'a str>, Vec<&'a str>, Vec<&'a str>, Provenance, Provenance, bool);
        let (number_places, places, zones, places_from, zones_from, zone_declared): Parts<'_> =
            minicbor::decode(bytes).ok()?;
        let read = |codes: Vec<&str>| {
            codes.into_iter().map(|code| Place::new(code).ok()).collect::<Option<Vec<_>>>()
        };
        Some(Self {
            number_places: Cow::Owned(read(number_places)?),
            places: Cow::Owned(read(places)?),
            zones: Cow::Owned(zones.into_iter().map(Zone::named).collect::<Option<Vec<_>>>()?),
            places_from,
            zones_from,
            zone_declared,
        })
    }
}
