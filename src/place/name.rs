use std::{fmt, str::FromStr};

use thiserror::Error;

use crate::phone::Country;

/// A country or one of its subdivisions, by ISO 3166: `FR`, `US-NY`, `FR-974`.
///
/// A bare country stands for *somewhere in it, subdivision unknown*.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    country: Country,
    /// Up to three letters or digits, zero-padded; all zero for a bare country.
    part: [u8; 3],
}

impl Place {
    /// The whole country.
    #[must_use]
    pub const fn country_wide(country: Country) -> Self {
        Self { country, part: [0; 3] }
    }

    /// Reads `FR` or `US-NY`, in either case.
    ///
    /// # Errors
    /// Anything that has not the form of an ISO 3166-1 or 3166-2 code.
    pub fn new(code: &str) -> Result<Self, PlaceError> {
        let (country, part) = code.split_once('-').map_or((code, None), |(c, p)| (c, Some(p)));
        let country = Country::new(country).map_err(|_| PlaceError)?;
        let mut packed = [0; 3];
        if let Some(part) = part {
            if part.is_empty() || part.len() > 3 || !part.bytes().all(|b| b.is_ascii_alphanumeric()) {
                return Err(PlaceError);
            }
            for (slot, byte) in packed.iter_mut().zip(part.bytes()) {
                *slot = byte.to_ascii_uppercase();
            }
        }
        Ok(Self { country, part: packed })
    }

    /// The country it is, or is in.
    #[must_use]
    pub const fn country(&self) -> Country {
        self.country
    }

    /// The subdivision's own part, `NY` of `US-NY`.
    #[must_use]
    pub fn subdivision(&self) -> Option<&str> {
        let end = self.part.iter().position(|&b| b == 0).unwrap_or(3);
        let text = std::str::from_utf8(self.part.get(..end)?).ok()?;
        (!text.is_empty()).then_some(text)
    }
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::new(s)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.country.as_str())?;
        self.subdivision().map_or(Ok(()), |part| write!(f, "-{part}"))
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Not the code of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a place is an ISO 3166 code such as `FR`, `US-NY` or `FR-974`")]
pub struct PlaceError;
