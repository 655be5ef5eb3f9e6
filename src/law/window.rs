//! Open or closed, and when next. Edges move the strict way where a clock is set back or forward: an opening
//! that occurs twice opens the second time, a closing that occurs twice closes the first time, and an edge that
//! never occurs acts when the clock jumps over it.

use super::{
    Hours,
    rule::{Posture, names},
};
use crate::place::{Span, Zone, ZoneTable};

/// How far ahead an opening is looked for: 8 days, in seconds.
pub const HORIZON: i64 = 8 * DAY;

const DAY: i64 = 86_400;
const MINUTE: i64 = 60;

names! {
    /// What "tolerated but discouraged" comes to.
    pub enum Tolerance {
        /// Closed.
        Closed = "closed",
        /// Open.
        Open = "open",
    }
}

impl From<Posture> for Tolerance {
    fn from(posture: Posture) -> Self {
        match posture {
            Posture::Strict => Self::Closed,
            Posture::Settled => Self::Open,
        }
    }
}

/// An instant as one zone's clock shows it: made once, asked by many rules.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    at: i64,
    span: Span,
    day: i64,
    second: i64,
}

impl Moment {
    /// This instant (Unix seconds) in this zone; `None` outside the table's years.
    #[must_use]
    pub fn new(table: &ZoneTable, zone: Zone, at: i64) -> Option<Self> {
        table.span(zone, at).map(|span| Self::within(span, at))
    }

    pub(super) fn within(span: Span, at: i64) -> Self {
        let local = at.saturating_add(i64::from(span.offset));
        Self { at, span, day: local.div_euclid(DAY), second: local.rem_euclid(DAY) }
    }

    /// The local date, as days since 1970-01-01.
    #[must_use]
    pub const fn day(&self) -> i64 {
        self.day
    }

    /// Seconds since local midnight.
    #[must_use]
    pub const fn second(&self) -> i64 {
        self.second
    }
}

/// Whether these hours are open at this instant (Unix seconds) in this zone, or by their own if they have one;
/// `None` outside the years of the table or of a calendar.
#[must_use]
pub fn is_open(table: &ZoneTable, hours: &Hours, tolerance: Tolerance, zone: Zone, at: i64) -> Option<bool> {
    hours.is_open_at(&Moment::new(table, hours.zone().unwrap_or(zone), at)?, tolerance)
}

impl Hours {
    /// Whether they are open at this moment, which must be of their own [`zone`](Self::zone) if they have one;
    /// `None` outside the years of a calendar.
    #[must_use]
    pub fn is_open_at(&self, _moment: &Moment, _tolerance: Tolerance) -> Option<bool> {
        None
    }
}

/// The first second from `at` on at which these hours are open, within [`HORIZON`].
#[must_use]
pub fn next_open(
    _table: &ZoneTable,
    _hours: &Hours,
    _tolerance: Tolerance,
    _zone: Zone,
    _at: i64,
) -> Option<i64> {
    None
}

/// The end of the open stretch that holds `at`: the first second after it at which these hours are closed, at
/// most `at` + [`HORIZON`]. `None` if they are closed at `at`.
#[must_use]
pub fn closes_at(
    _table: &ZoneTable,
    _hours: &Hours,
    _tolerance: Tolerance,
    _zone: Zone,
    _at: i64,
) -> Option<i64> {
    None
}

/// The first whole minute from `at` on, within [`HORIZON`], at which all these hours are open. Fastest when
/// pairs of one zone stand together.
#[must_use]
pub fn next_common(
    _table: &ZoneTable,
    _all: &[(&Hours, Zone)],
    _tolerance: Tolerance,
    _at: i64,
) -> Option<i64> {
    None
}
