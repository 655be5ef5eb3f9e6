//! Tests of `place`: offsets against Python's zoneinfo, numbers against libphonenumber, and what narrows them.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod narrowing;
mod numbers;
mod split;
mod zones;

use optin::place::{Place, Whereabouts, Zone};

fn zone(name: &str) -> Zone {
    Zone::named(name).unwrap_or_else(|| panic!("{name}"))
}

fn of(number: &str) -> Whereabouts {
    Whereabouts::of(number.parse().unwrap())
}

fn places(whereabouts: &Whereabouts) -> String {
    whereabouts.places().iter().map(Place::to_string).collect::<Vec<_>>().join(",")
}

fn zones(whereabouts: &Whereabouts) -> String {
    whereabouts.zones().iter().map(Zone::to_string).collect::<Vec<_>>().join(",")
}
