use std::collections::{BTreeMap, BTreeSet};

use optin::{
    phone::PhoneNumber,
    place::{Place, Provenance, Whereabouts, Zone, ZoneTable},
};
use proptest::prelude::*;

use super::{of, places, zone, zones};

/// What phonenumbers itself says; `npa`, `state`, `cc` and `number` rows.
const TABLE: &str = include_str!("../../data/place_numbers.txt");

fn rows(kind: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    TABLE.lines().map(|l| l.split('|').collect::<Vec<_>>()).filter(move |row| row[0] == kind)
}

fn set(list: &str) -> BTreeSet<Zone> {
    list.split(',').filter(|n| !n.is_empty()).map(zone).collect()
}

/// Where two zones show the same time from 2025 to 2045.
fn alike(table: &ZoneTable, one: Zone, other: Zone) -> bool {
    let mut at = 1_735_689_600;
    while let (Some(a), Some(b)) = (table.span(one, at), table.span(other, at)) {
        if a.offset != b.offset {
            return false;
        }
        let next = a.until.min(b.until);
        assert!(next > at, "a stretch that does not end after it begins");
        at = next;
    }
    true
}

/// Area codes where we hold more zones than the metadata, and why.
const WIDER: &[(&str, &str)] = &[
    ("236 250 257 604 672 778", "British Columbia: one overlay for the whole province, five zones"),
    ("306 474 639", "Saskatchewan: Lloydminster, Creighton"),
    ("367 418 581", "Québec: the Magdalen Islands, the Lower North Shore"),
    ("807", "Ontario: Atikokan has no summer time"),
    ("867", "three territories"),
    ("879", "Newfoundland and Labrador: the overlay of 709"),
    ("364", "Kentucky: the overlay of 270"),
    ("448", "Florida: the overlay of 850"),
    ("458", "Oregon: the overlay of 541"),
    ("930", "Indiana: the overlay of 812"),
    ("402 531", "Nebraska: the west of Cherry county"),
    ("689", "Florida: the metadata says Chicago for Orlando"),
    ("765", "Indiana: Newton county"),
    ("931", "Tennessee: Cumberland, Morgan and Rhea counties"),
];

/// Area codes where we leave out a zone of the metadata, and why.
const CORRECTED: &[(&str, &str)] = &[
    ("689", "Florida: the metadata says Chicago for Orlando"),
    ("867", "three territories, of which none keeps Vancouver's or Winnipeg's old winter time"),
    ("879", "Newfoundland and Labrador: the metadata says Puerto Rico"),
    ("907", "Alaska: the metadata says Honolulu for the Aleutians, which have summer time"),
];

#[test]
fn every_area_code_has_the_zones_of_libphonenumber_or_is_listed() {
    let table = ZoneTable::bundled();
    let (mut wider, mut narrower, mut seen) = (Vec::new(), Vec::new(), 0);
    for row in rows("npa") {
        let ours: BTreeSet<_> = of(&format!("+1{}2345678", row[1])).zones().iter().copied().collect();
        let theirs = set(row[3]);
        let missing = |from: &BTreeSet<Zone>, to: &BTreeSet<Zone>| {
            from.iter().any(|&z| !to.iter().any(|&other| alike(&table, z, other)))
        };
        if missing(&ours, &theirs) {
            wider.push(row[1]);
        }
        if missing(&theirs, &ours) {
            narrower.push(row[1]);
        }
        seen += 1;
    }
    assert!(seen > 430, "{seen}");
    let codes = |list: &[(&'static str, &str)]| {
        list.iter().flat_map(|(codes, _)| codes.split(' ')).collect::<Vec<_>>()
    };
    let sorted = |mut list: Vec<&'static str>| {
        list.sort_unstable();
        list
    };
    assert_eq!(wider, sorted(codes(WIDER)), "wider");
    assert_eq!(narrower, sorted(codes(CORRECTED)), "narrower");
}

#[test]
fn every_area_code_lies_in_the_state_of_its_zip_codes() {
    let mut wrong = Vec::new();
    for row in rows("state") {
        let here = places(&of(&format!("+1{}2345678", row[1])));
        let known = !here.is_empty() && here.split(',').all(|p| p.starts_with("US-"));
        if known && here != format!("US-{}", row[2]) {
            wrong.push((row[1], row[2], here));
        }
    }
    assert!(rows("state").count() > 320);
    assert_eq!(wrong, [], "area code, state of its ZIP codes, ours");
}

#[test]
fn the_zones_of_an_area_code_are_zones_of_its_places() {
    for npa in 200..1000 {
        let here = of(&format!("+1{npa}2345678"));
        if places(&here) == "CA,US" {
            continue;
        }
        let whole: BTreeSet<_> =
            here.places().iter().flat_map(|&place| here.with_place(place).zones().to_vec()).collect();
        assert!(here.zones().iter().all(|z| whole.contains(z)), "{npa}: {} {}", places(&here), zones(&here));
    }
}

/// Zones that the metadata gives and we do not: it names a neighbour that keeps another time today.
const NEIGHBOURS: &[(&str, &str)] = &[
    ("7", "Europe/Bucharest"),
    ("52", "America/New_York"),
    ("211", "Africa/Nairobi"),
    ("212", "Atlantic/Canary"),
    ("213", "Europe/Paris"),
    ("218", "Europe/Bucharest"),
    ("505", "America/Chicago"),
    ("970", "Europe/Bucharest"),
];

#[test]
fn every_country_code_has_its_countries_and_no_neighbours_time() {
    let table = ZoneTable::bundled();
    let mut neighbours = Vec::new();
    for row in rows("cc") {
        let ours = with_prefix(row[1]);
        let regions: BTreeSet<_> = row[2].split(',').filter(|r| *r != "001").map(part_of).collect();
        assert_eq!(ours.0, regions, "+{}", row[1]);
        assert_eq!(ours.1.is_empty(), regions.is_empty(), "+{}", row[1]);
        for theirs in set(row[3]) {
            if !ours.1.iter().any(|&z| alike(&table, z, theirs)) {
                neighbours.push((row[1], theirs.name()));
            }
        }
    }
    assert_eq!(neighbours, NEIGHBOURS);
}

/// Everything that numbers of a country code can be.
fn with_prefix(code: &str) -> (BTreeSet<Place>, BTreeSet<Zone>) {
    let any = of(&format!("+{code}{}", "0".repeat(11 - code.len())));
    let mut all = (any.places().iter().copied().collect::<BTreeSet<_>>(), set(&zones(&any)));
    for n in 0..1000 {
        let here = of(&format!("+{code}{n:03}0000"));
        all.0.extend(here.places());
        all.1.extend(here.zones());
    }
    all
}

/// The code that we use for a territory.
fn part_of(region: &str) -> Place {
    let anywhere = of("+33612345678");
    anywhere.with_place(Place::new(region).unwrap()).places()[0]
}

#[test]
fn the_example_number_of_every_region_lies_in_it() {
    let mut seen = 0;
    for row in rows("number").filter(|row| row[2] != "None" && row[2] != "001") {
        let here = of(row[1]);
        let region = part_of(row[2]);
        let inside = |place: &Place| {
            *place == region || (region.subdivision().is_none() && place.country() == region.country())
        };
        assert!(here.places().iter().any(inside), "{} {} {}", row[1], row[2], places(&here));
        assert!(!here.zones().is_empty(), "{}", row[1]);
        seen += 1;
    }
    assert!(seen > 400, "{seen}");
}

/// Area codes in service that the metadata does not know, with the older code of the same area.
#[test]
fn newer_area_codes_are_where_their_elders_are() {
    let elders = [
        ("436", "440"),
        ("457", "318"),
        ("471", "662"),
        ("483", "334"),
        ("621", "713"),
        ("624", "716"),
        ("679", "313"),
        ("729", "423"),
        ("837", "530"),
        ("861", "309"),
        ("924", "507"),
    ];
    let theirs: BTreeMap<_, _> = rows("npa").map(|row| (row[1], ())).collect();
    for (code, elder) in elders {
        let (new, old) = (of(&format!("+1{code}2345678")), of(&format!("+1{elder}2345678")));
        assert!(!theirs.contains_key(code), "{code} is in the metadata now: drop it from the script");
        assert_eq!((new.places(), new.zones()), (old.places(), old.zones()), "{code}");
        assert!(!new.zones().is_empty());
    }
}

/// No area code is known to us alone but those, and the ranges of no area that stay as wide as two countries.
#[test]
fn every_area_code_that_we_know_is_in_the_metadata_or_listed() {
    let theirs: BTreeSet<_> = rows("npa").map(|row| row[1].to_owned()).collect();
    let alone = (200..1000).map(|npa| npa.to_string()).filter(|npa| {
        let here = places(&of(&format!("+1{npa}2345678")));
        !here.is_empty() && here != "CA,US" && !theirs.contains(npa)
    });
    let listed = ["436", "457", "471", "483", "621", "624", "679", "729", "837", "861", "924"];
    assert_eq!(alone.collect::<Vec<_>>(), listed);
    // And of those in the metadata, each is known to us.
    assert!(theirs.iter().all(|npa| !of(&format!("+1{npa}2345678")).places().is_empty()));
}

/// Facts law.md X10 and 6.4, peers.md 4.3.
#[test]
fn the_traps_are_held_wide() {
    let (chi, den, ny, la) = ("America/Chicago", "America/Denver", "America/New_York", "America/Los_Angeles");
    for (npa, place, both) in [
        ("850", "US-FL", [chi, ny]),
        ("448", "US-FL", [chi, ny]),
        ("541", "US-OR", [den, la]),
        ("458", "US-OR", [den, la]),
        ("208", "US-ID", [den, la]),
        ("986", "US-ID", [den, la]),
        ("270", "US-KY", [chi, ny]),
        ("364", "US-KY", [chi, ny]),
        ("606", "US-KY", [chi, ny]),
        ("812", "US-IN", [chi, ny]),
        ("930", "US-IN", [chi, ny]),
        ("219", "US-IN", [chi, ny]),
        ("574", "US-IN", [chi, ny]),
        ("906", "US-MI", [chi, ny]),
        ("423", "US-TN", [chi, ny]),
        ("729", "US-TN", [chi, ny]),
        ("605", "US-SD", [chi, den]),
        ("701", "US-ND", [chi, den]),
        ("308", "US-NE", [chi, den]),
        ("402", "US-NE", [chi, den]),
        ("620", "US-KS", [chi, den]),
        ("785", "US-KS", [chi, den]),
        ("775", "US-NV", [den, la]),
        ("928", "US-AZ", [den, "America/Phoenix"]),
        ("907", "US-AK", ["America/Adak", "America/Anchorage"]),
    ] {
        let here = of(&format!("+1{npa}5550123"));
        assert_eq!(places(&here), place);
        for name in both {
            assert!(here.zones().contains(&zone(name)), "{npa} {name}");
        }
    }
    assert_eq!(zones(&of("+14074321234")), ny);
    assert_eq!(zones(&of("+16894321234")), ny);
}

#[test]
fn places_follow_the_number() {
    for (number, expected) in [
        ("+12025550123", "US-DC"),
        ("+17875550123", "US-PR"),
        ("+16715550123", "US-GU"),
        ("+13405550123", "US-VI"),
        ("+16845550123", "US-AS"),
        ("+16705550123", "US-MP"),
        ("+18765550123", "JM"),
        ("+14165550123", "CA-ON"),
        ("+18675550123", "CA-NT,CA-NU,CA-YT"),
        ("+19025550123", "CA-NS,CA-PE"),
        ("+17825550123", "CA-NS,CA-PE"),
        ("+18005550123", "CA,US"),
        ("+18885550123", "CA,US"),
        ("+15005550123", "CA,US"),
        ("+19005550123", "CA,US"),
        ("+16005550123", "CA,US"),
        ("+33612345678", "FR"),
        ("+262692123456", "FR-974,FR-976"),
        ("+262639123456", "FR-974,FR-976"),
        ("+590690123456", "FR-971,FR-BL,FR-MF"),
        ("+594694123456", "FR-973"),
        ("+596696123456", "FR-972"),
        ("+508551234", "FR-PM"),
        ("+687751234", "FR-NC"),
        ("+68987123456", "FR-PF"),
        ("+681821234", "FR-WF"),
        ("+447400123456", "GB"),
        ("+447700900123", "GB"),
        ("+442079460018", "GB"),
        ("+441481234567", "GG"),
        ("+441534234567", "JE"),
        ("+441624123456", "IM"),
        ("+447781123456", "GG"),
        ("+77012345678", "KZ"),
        ("+79161234567", "RU"),
        ("+390669812345", "VA"),
        ("+393331234567", "IT"),
        ("+4779123456", "SJ"),
        ("+35818123456", "AX"),
        ("+212528812345", "EH,MA"),
        ("+212612345678", "MA"),
        ("+5999123456", "CW"),
        ("+61891641234", "CX"),
        ("+61412345678", "AU"),
        ("+4915112345678", "DE"),
    ] {
        let here = of(number);
        assert_eq!(places(&here), expected, "{number}");
        assert_eq!(here.number_places(), here.places());
        assert!(!here.zones().is_empty(), "{number}");
    }
    assert_eq!(zones(&of("+262692123456")), "Indian/Mayotte,Indian/Reunion");
    assert!(of("+18005550123").zones().len() > 40);
}

#[test]
fn what_is_not_assigned_is_unknown() {
    for number in [
        "+19995550123",
        "+12115550123",
        "+12005550123",
        "+2105550123",
        "+9991234567",
        "+80012345678",
        "+883510012345",
    ] {
        let here = of(number);
        assert!(here.places().is_empty() && here.zones().is_empty(), "{number} {}", places(&here));
    }
}

proptest! {
    /// `of` answers for every number there can be, with sorted sets, both empty or neither.
    #[test]
    fn of_is_total(digits in "[1-9][0-9]{6,14}") {
        let number: PhoneNumber = format!("+{digits}").parse().unwrap();
        let here = Whereabouts::of(number);
        prop_assert_eq!(here.places().is_empty(), here.zones().is_empty());
        prop_assert!(here.places().is_sorted_by(|a, b| a < b) && here.zones().is_sorted_by(|a, b| a < b));
        prop_assert_eq!((here.places_from(), here.zones_from()), (Provenance::NumberPrefix, Provenance::NumberPrefix));
    }
}
