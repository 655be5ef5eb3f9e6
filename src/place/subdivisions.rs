use std::{collections::HashMap, sync::OnceLock};

use super::{Place, Zone, sets};

/// Countries and subdivisions with their zones, and codes that name the same place twice (`PR` and `US-PR`).
struct Places {
    zones: HashMap<Place, &'static [Zone]>,
    same: HashMap<Place, Place>,
}

/// Every zone of a country or subdivision. A subdivision without a row may be anywhere in its country; a country
/// without one is unknown: empty.
pub(super) fn zones(place: Place) -> &'static [Zone] {
    let zones = &table().zones;
    let country = Place::country_wide(place.country());
    zones.get(&place).or_else(|| zones.get(&country)).copied().unwrap_or(&[])
}

/// The code that the tables and the law use for a place: `US-PR` for `PR`.
pub(super) fn canonical(place: Place) -> Place {
    table().same.get(&place).copied().unwrap_or(place)
}

/// Constant data: the cell only spares reading the text again.
fn table() -> &'static Places {
    static TABLE: OnceLock<Places> = OnceLock::new();
    TABLE.get_or_init(|| Places::read(include_str!("data/places.txt")))
}

impl Places {
    fn read(table: &'static str) -> Self {
        let mut pool = sets::Pool::default();
        let mut places = Self { zones: HashMap::new(), same: HashMap::new() };
        for row in sets::rows(table) {
            if let [place, zones] = *row.as_slice()
                && let (Ok(place), Some(zones)) = (Place::new(place), pool.zones(zones))
            {
                places.zones.insert(place, zones);
            } else if let [same] = *row.as_slice()
                && let Some((one, other)) = same.split_once('=')
                && let (Ok(one), Ok(other)) = (Place::new(one), Place::new(other))
            {
                places.same.insert(one, other);
            }
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read() {
        let rows = sets::rows(include_str!("data/places.txt")).count();
        assert_eq!(table().zones.len() + table().same.len(), rows);
        assert!(rows > 300);
    }

    #[test]
    fn territories_have_one_code() {
        for (one, other) in &table().same {
            assert_eq!(canonical(*one), *other);
            assert!(!table().zones.contains_key(one), "{one}");
        }
    }
}
