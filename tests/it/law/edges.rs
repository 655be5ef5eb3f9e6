//! When windows open and close around every clock change of every zone, 2020 to 2035, against Python's zoneinfo.

use std::sync::LazyLock;

use optin::{
    law::{DaySet, Hours, Tolerance, Window, closes_at, is_open, next_common, next_open},
    place::{Zone, ZoneTable},
};
use sha2::{Digest, Sha256};

/// `zones|lines|digest`, then the lines themselves of a few zones.
const ORACLE: &str = include_str!("../../data/law_edges.txt");
const WINDOWS: [&str; 6] =
    ["08:00-20:00", "09:00-21:00", "10:00-21:30", "21:00-02:00", "01:30-02:30", "00:00-03:00"];
const FROM: i64 = 1_577_836_800;
const UNTIL: i64 = 2_082_758_400;
/// 2026-07-01T00:00Z, for zones without a change.
const QUIET: i64 = 1_782_864_000;
const DAY: i64 = 86_400;

static TABLE: LazyLock<ZoneTable> = LazyLock::new(ZoneTable::bundled);

fn digests() -> impl Iterator<Item = (&'static str, usize, &'static str)> {
    ORACLE.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut parts = line.split('|');
        Some((parts.next()?, parts.next()?.parse().unwrap(), parts.next()?))
    })
}

fn changes(zone: Zone) -> Vec<i64> {
    let mut span = TABLE.span(zone, FROM).unwrap();
    let mut changes = Vec::new();
    while span.until < UNTIL {
        // A stretch that ends where only the name or the law changes is none.
        if span.offset_after != span.offset {
            changes.push(span.until);
        }
        span = TABLE.span(zone, span.until).unwrap();
    }
    if changes.is_empty() { vec![QUIET] } else { changes }
}

fn hours(window: &str) -> Hours {
    let (from, to) = window.split_once('-').unwrap();
    Hours::new(vec![Window::new(DaySet::ALL, from.parse().unwrap(), to.parse().unwrap()).unwrap()])
}

/// From a day before to a day after the change, what is open, in minutes from the change; and whether all that can
/// be asked of the hours says the same.
fn stretches(hours: &Hours, zone: Zone, change: i64) -> String {
    let (begin, end) = (change - DAY, change + DAY);
    let (mut at, mut found) = (begin, Vec::new());
    while let Some(opens) = next_open(&TABLE, hours, Tolerance::Closed, zone, at).filter(|&opens| opens < end)
    {
        let closes = closes_at(&TABLE, hours, Tolerance::Closed, zone, opens).unwrap();
        let open = |at| is_open(&TABLE, hours, Tolerance::Closed, zone, at).unwrap();
        assert!(open(opens) && open(closes - 1) && !open(closes), "{zone} {opens} {closes}");
        assert!(opens == at || !open(opens - 1), "{zone} {opens}");
        assert_eq!(next_common(&TABLE, &[(hours, zone)], Tolerance::Closed, at), Some(opens), "{zone} {at}");
        let closes = closes.min(end);
        found.push(format!("{}-{}", (opens - change) / 60, (closes - change) / 60));
        at = closes;
    }
    found.join(",")
}

fn lines(zone: Zone) -> impl Iterator<Item = String> {
    let windows = WINDOWS.map(|window| (window, hours(window)));
    changes(zone).into_iter().flat_map(move |change| {
        windows
            .clone()
            .map(|(window, hours)| format!("{change} {window} {}", stretches(&hours, zone, change)))
    })
}

fn digest(lines: impl Iterator<Item = String>) -> (usize, String) {
    let (mut count, mut hash) = (0, Sha256::new());
    for line in lines {
        hash.update(line);
        hash.update("\n");
        count += 1;
    }
    (count, hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Says how to see what differs.
#[test]
fn every_window_opens_and_closes_when_zoneinfo_says() {
    assert!(
        ORACLE.contains(&format!("(IANA {})", TABLE.version())),
        "run tests/oracles/window_edges.py again"
    );
    let mut zones = 0;
    for (names, count, expected) in digests() {
        for name in names.split(',') {
            let zone = Zone::named(name).unwrap();
            let (lines, digest) = digest(lines(zone));
            assert!(
                (lines, digest.as_str()) == (count, expected),
                "{name} differs. Compare `python tests/oracles/window_edges.py {name}` with \
                 `OPTIN_ZONE={name} cargo test --all-features --test it law::edges::lines_of -- --ignored --nocapture`"
            );
            zones += 1;
        }
    }
    assert_eq!(zones, Zone::all().count());
}

#[test]
fn the_zones_that_are_written_out_agree_line_by_line() {
    let rows = ORACLE.lines().filter(|line| !line.starts_with('#') && !line.contains('|'));
    let mut theirs = std::collections::BTreeMap::<&str, Vec<String>>::new();
    for row in rows {
        let (name, line) = row.split_once(' ').unwrap();
        theirs.entry(name).or_default().push(line.to_owned());
    }
    assert_eq!(theirs.len(), 9);
    for (name, theirs) in theirs {
        let ours: Vec<String> = lines(Zone::named(name).unwrap()).collect();
        for (ours, theirs) in ours.iter().zip(&theirs) {
            assert_eq!(ours, theirs, "{name}");
        }
        assert_eq!(ours.len(), theirs.len(), "{name}");
    }
}

#[test]
#[ignore = "prints the lines of the zone in OPTIN_ZONE, to compare with the oracle's"]
#[allow(clippy::disallowed_methods, reason = "a person says which zone")]
fn lines_of() {
    let name = std::env::var("OPTIN_ZONE").expect("OPTIN_ZONE names a zone");
    for line in lines(Zone::named(&name).unwrap()) {
        println!("{line}");
    }
}
