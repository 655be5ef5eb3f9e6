use std::{collections::HashMap, sync::OnceLock};

use thiserror::Error;

use super::{Place, Zone, sets};
use crate::phone::Country;

/// Why a postal code narrows nothing. No variant holds the code: it is personal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PostalCodeError {
    /// The number's country is not known, so the code cannot be read.
    #[error("the country is unknown, so the postal code cannot be read")]
    NoCountry,
    /// No postal codes are known here for the country.
    #[error("no table of postal codes for that country")]
    NoTable,
    /// Not the form of a postal code of the country.
    #[error("not the form of a postal code of that country")]
    Form,
    /// The right form, but nothing is known there: not assigned, or mail of the armed forces.
    #[error("no such postal code in that country")]
    Unassigned,
    /// The code lies outside the place that was declared.
    #[error("the postal code lies outside the declared place")]
    Elsewhere,
}

type Sets = (&'static [Place], &'static [Zone]);

/// Longest code that is looked at, in characters, spaces and dashes included.
const LONGEST: usize = 16;

/// The places and zones of a postal code, read in the countries of `places`.
pub(super) fn read(code: &str, places: &[Place]) -> Result<Sets, PostalCodeError> {
    if places.is_empty() {
        return Err(PostalCodeError::NoCountry);
    }
    let code = plain(code).ok_or(PostalCodeError::Form)?;
    let mut refusal = PostalCodeError::NoTable;
    let mut countries: Vec<Country> = places.iter().map(|place| tables().home(place.country())).collect();
    countries.dedup();
    for country in countries {
        match tables().read(&code, country) {
            Ok(sets) => return Ok(sets),
            Err(PostalCodeError::NoTable) => {}
            // Of several refusals, the one of the country whose form it had says most.
            Err(error) if refusal != PostalCodeError::Unassigned => refusal = error,
            Err(_) => {}
        }
    }
    Err(refusal)
}

/// Capitals and digits, without the spaces and dashes that people put in or leave out.
fn plain(code: &str) -> Option<String> {
    if code.chars().nth(LONGEST).is_some() {
        return None;
    }
    let kept = code.chars().filter(|c| !matches!(c, ' ' | '\u{A0}' | '-' | '\t'));
    kept.map(|c| c.is_ascii_alphanumeric().then(|| c.to_ascii_uppercase())).collect()
}

/// The shape of a code: 9 for each digit, A for each letter.
fn shape(code: &str) -> String {
    code.chars().map(|c| if c.is_ascii_digit() { '9' } else { 'A' }).collect()
}

#[derive(Default)]
struct Tables {
    forms: HashMap<Country, Vec<&'static str>>,
    read_as: HashMap<Country, Country>,
    rows: HashMap<(Country, &'static str), Sets>,
}

/// Constant data: the cell only spares reading the text again.
fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| Tables::parse(include_str!("data/postal.txt")))
}

impl Tables {
    fn parse(table: &'static str) -> Self {
        let mut pool = sets::Pool::default();
        let mut tables = Self::default();
        for row in sets::rows(table) {
            let _ = tables.add(&row, &mut pool);
        }
        tables
    }

    /// A row that does not read is left out, and so is unassigned; a test reads all.
    fn add(&mut self, row: &[&'static str], pool: &mut sets::Pool) -> Option<()> {
        match *row {
            ["form", country, ref shapes @ ..] => {
                self.forms.insert(Country::new(country).ok()?, shapes.to_vec());
            }
            ["as", country, other] => {
                self.read_as.insert(Country::new(country).ok()?, Country::new(other).ok()?);
            }
            [country, beginning, places, zones] => {
                let sets = (pool.places(places)?, pool.zones(zones)?);
                self.rows.insert((Country::new(country).ok()?, beginning), sets);
            }
            _ => return None,
        }
        Some(())
    }

    fn home(&self, country: Country) -> Country {
        self.read_as.get(&country).copied().unwrap_or(country)
    }

    fn read(&self, code: &str, country: Country) -> Result<Sets, PostalCodeError> {
        let forms = self.forms.get(&country).ok_or(PostalCodeError::NoTable)?;
        if !forms.contains(&shape(code).as_str()) {
            return Err(PostalCodeError::Form);
        }
        let letters = code.chars().take_while(char::is_ascii_alphabetic).count();
        // Beginning letters are one name (`SA` is not a part of `S`): they match whole or not at all.
        let beginnings = (letters.max(1)..=code.len()).rev().filter_map(|end| code.get(..end));
        let mut found = beginnings.filter_map(|beginning| self.rows.get(&(country, beginning)));
        found.next().copied().ok_or(PostalCodeError::Unassigned)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(code: &str, country: &str) -> Result<(String, String), PostalCodeError> {
        let place = Place::new(country).unwrap();
        let join = |names: Vec<String>| names.join(",");
        read(code, &[place]).map(|(places, zones)| {
            (
                join(places.iter().map(ToString::to_string).collect()),
                join(zones.iter().map(|z| z.to_string()).collect()),
            )
        })
    }

    #[test]
    fn every_row_is_read() {
        let rows = sets::rows(include_str!("data/postal.txt")).count();
        let tables = tables();
        assert_eq!(tables.rows.len() + tables.forms.len() + tables.read_as.len(), rows);
        assert!(rows > 1_100);
    }

    #[test]
    fn letters_are_one_name() {
        assert_eq!(at("SA1 1AA", "GB").unwrap().0, "GB");
        assert_eq!(at("SZ1 1AA", "GB"), Err(PostalCodeError::Unassigned));
        assert_eq!(at("gy1-1aa", "GB").unwrap().0, "GG");
        assert_eq!(at("BF1 2AA", "GB"), Err(PostalCodeError::Unassigned));
    }

    #[test]
    fn forms_are_kept_apart() {
        assert_eq!(at("75001", "FR").unwrap().0, "FR-75");
        assert_eq!(at("7500", "FR"), Err(PostalCodeError::Form));
        assert_eq!(at("99999", "FR"), Err(PostalCodeError::Unassigned));
        assert_eq!(at("10115", "DE"), Err(PostalCodeError::NoTable));
        assert_eq!(read("75001", &[]), Err(PostalCodeError::NoCountry));
    }

    proptest! {
        #[test]
        fn nothing_panics(code in "\\PC{0,20}", country in "[A-Z]{2}") {
            let _ = at(&code, &country);
        }

        #[test]
        fn codes_of_good_form_are_read_or_refused(code in "[0-9]{5}(-[0-9]{4})?|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]") {
            for country in ["US", "CA", "FR", "GB"] {
                if let Ok((places, zones)) = at(&code, country) {
                    prop_assert!(!places.is_empty() && !zones.is_empty());
                }
            }
        }
    }
}
