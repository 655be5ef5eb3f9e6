use chrono::NaiveDate;

use super::Confidence;
use crate::place::Zone;

/// The least release of the time zone data with which a zone may be judged from a date on: before it, the data had
/// another offset.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ZoneMinimum {
    /// The zones.
    pub zones: Vec<Zone>,
    /// The first UTC date on which older data is wrong.
    pub from: NaiveDate,
    /// The first release that has it right, such as `2026b`.
    pub release: String,
    /// The act that changed the zone.
    pub citation: String,
    /// How well that is sourced.
    pub confidence: Confidence,
    /// `from` as days since 1970-01-01.
    pub(super) day: i64,
}

impl ZoneMinimum {
    /// The first second, Unix time, at which older data is wrong.
    pub(crate) const fn second(&self) -> i64 {
        self.day.saturating_mul(86_400)
    }
}
