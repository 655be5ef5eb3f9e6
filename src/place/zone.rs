use thiserror::Error;

/// A time zone by its IANA name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Zone(u16);

impl std::fmt::Debug for Zone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl Zone {
    /// The zone of this name.
    #[must_use]
    pub fn named(_name: &str) -> Option<Self> {
        None
    }

    /// Its IANA name.
    #[must_use]
    pub fn name(self) -> &'static str {
        ""
    }
}

/// A stretch of time over which one offset holds in a zone.
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

/// The offsets of every zone, loaded once, immutable, with the version of the IANA data it came from.
#[derive(Debug, Clone)]
pub struct ZoneTable;

impl ZoneTable {
    /// The stretch that holds at this instant (Unix seconds), or `None` outside the table's years.
    #[must_use]
    pub fn span(&self, _zone: Zone, _at: i64) -> Option<Span> {
        None
    }

    /// The release of the IANA data, such as `2026e`.
    #[must_use]
    pub fn version(&self) -> &str {
        ""
    }
}

/// A zone table could not be built.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ZoneTableError {}
