//! The least releases of the time zone data against PyPI's, whose table `tests/oracles/tz_minimum.py` makes.

use std::collections::BTreeSet;

use optin::{
    law::Rulebook,
    place::{Zone, ZoneTable},
};

const ORACLE: &str = include_str!("../../data/tz_minimum.csv");

/// Zone, first wrong UTC date, first right release.
type Row = (String, String, String);

fn theirs() -> BTreeSet<Row> {
    let mut rows = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(ORACLE.as_bytes());
    rows.deserialize::<Row>().map(Result::unwrap).collect()
}

fn ours(book: &Rulebook) -> BTreeSet<Row> {
    let rows = book.minimums().iter().flat_map(|row| {
        let zones = row.zones.iter();
        zones.map(|zone| (zone.name().to_owned(), row.from.to_string(), row.release.clone()))
    });
    rows.collect()
}

/// What is in one of them only.
pub(super) fn faults(book: &Rulebook) -> Vec<Row> {
    ours(book).symmetric_difference(&theirs()).cloned().collect()
}

#[test]
fn the_rows_are_those_of_the_releases() {
    let (book, theirs) = (Rulebook::builtin(), theirs());
    assert!(theirs.len() >= 20);
    assert_eq!(ours(&book), theirs);
    let listed: usize = book.minimums().iter().map(|row| row.zones.len()).sum();
    assert_eq!(listed, theirs.len(), "a zone stands twice with one date");
}

/// The copy compiled in is older than the newest release; this says where that shows. A new copy shortens it.
#[test]
fn the_bundled_copy_is_too_old_only_where_it_is_known_to_be() {
    let bundled = ZoneTable::bundled();
    let too_old: Vec<_> =
        theirs().into_iter().filter(|(_, _, release)| release.as_str() > bundled.version()).collect();
    let zones: Vec<&str> = too_old.iter().map(|(zone, ..)| zone.as_str()).collect();
    assert_eq!(zones, ["America/Havana", "Cuba"]);
}

/// By hand: hours of local noon that each change moved, at the release that the library carries.
#[test]
fn the_bundled_copy_has_the_new_offsets() {
    let table = ZoneTable::bundled();
    for (zone, at, hours) in [
        ("America/Vancouver", "2026-12-01T12:00:00Z", -7),
        ("America/Edmonton", "2026-12-01T12:00:00Z", -6),
        ("America/Inuvik", "2026-12-01T12:00:00Z", -6),
        ("America/Winnipeg", "2026-12-01T12:00:00Z", -5),
        ("Africa/Casablanca", "2026-12-01T12:00:00Z", 0),
        ("America/Asuncion", "2025-07-01T12:00:00Z", -3),
        ("Asia/Almaty", "2024-07-01T12:00:00Z", 5),
        ("Europe/Chisinau", "2026-03-29T00:30:00Z", 2),
        ("America/Toronto", "2026-12-01T12:00:00Z", -5),
        ("America/Regina", "2026-12-01T12:00:00Z", -6),
    ] {
        let at = chrono::DateTime::parse_from_rfc3339(at).unwrap().timestamp();
        let span = table.span(Zone::named(zone).unwrap(), at).unwrap();
        assert_eq!(span.offset, hours * 3600, "{zone}");
    }
}
