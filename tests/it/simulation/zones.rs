//! Where people live, the lawful hours there, and a release of zone data in which every home has moved by an hour.

use std::{fs, sync::LazyLock};

use optin::place::ZoneTable;

pub(super) const MOVED: &str = "2099a";

pub(super) static BUNDLED: LazyLock<ZoneTable> = LazyLock::new(ZoneTable::bundled);
pub(super) static NEWER: LazyLock<ZoneTable> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tzdata.zi"), format!("# version {MOVED}\n")).unwrap();
    for (zone, hours) in [("Europe/Paris", 2), ("America/Los_Angeles", -7), ("America/New_York", -4)] {
        let file = folder.path().join(zone);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, fixed(hours)).unwrap();
    }
    ZoneTable::from_dir(folder.path()).unwrap()
});

/// Where the people of the simulation are: prefix of the number, hours from UTC, opening and closing minute.
pub(super) const HOMES: [(&str, i64, i64, i64); 3] =
    [("+336", 1, 8 * 60, 21 * 60 + 30), ("+1415", -8, 8 * 60, 21 * 60), ("+1212", -5, 8 * 60, 21 * 60)];

/// Whether it is a lawful hour for marketing there, in November, by zone data of this release.
pub(super) fn is_lawful_hour(home: usize, release: &str, at_ms: i64) -> bool {
    let (_, offset, opens, closes) = HOMES[home];
    // Every home is moved by an hour.
    let offset = offset + i64::from(release == MOVED);
    let local = at_ms.div_euclid(60_000) + offset * 60;
    let (day, minute) = (local.div_euclid(1_440), local.rem_euclid(1_440));
    // The first of January 1970 was a Thursday.
    let sunday = (day + 4).rem_euclid(7) == 0;
    (opens..closes).contains(&minute) && !(home == 0 && sunday)
}

/// A compiled zone file of one offset (RFC 9636).
fn fixed(hours: i32) -> Vec<u8> {
    let mut block = b"TZif2".to_vec();
    block.extend([0; 15]);
    // How many indicators, leap seconds, transitions, types, and bytes of names.
    [0_u32, 0, 0, 0, 1, 4].iter().for_each(|count| block.extend(count.to_be_bytes()));
    block.extend((hours * 3_600).to_be_bytes());
    block.extend([0, 0]);
    block.extend(b"NEW\0");
    // Once in the old form and once in the new, which differ only in how wide times are. POSIX counts westwards.
    let mut file = [block.as_slice(), block.as_slice()].concat();
    file.extend(format!("\nNEW{}\n", -hours).into_bytes());
    file
}
