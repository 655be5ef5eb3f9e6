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

pub(super) const DAY: i64 = 86_400;
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
    span: Span,
    day: i64,
    second: i64,
    /// Days from Monday.
    weekday: u32,
    /// The clock is turned neither within the day before nor within two days after: its face tells all.
    calm: bool,
}

impl Moment {
    /// This instant (Unix seconds) in this zone; `None` outside the table's years.
    #[must_use]
    pub fn new(table: &ZoneTable, zone: Zone, at: i64) -> Option<Self> {
        table.span(zone, at).map(|span| Self::within(span, at))
    }

    pub(super) fn within(span: Span, at: i64) -> Self {
        let local = at.saturating_add(i64::from(span.offset));
        let (day, second) = (local.div_euclid(DAY), local.rem_euclid(DAY));
        let calm = span.from.saturating_add(DAY) <= at && at.saturating_add(2 * DAY) <= span.until;
        Self { span, day, second, weekday: weekday(day), calm }
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

/// The first second from `at` on at which these hours are open, within [`HORIZON`].
#[must_use]
pub fn next_open(table: &ZoneTable, hours: &Hours, tolerance: Tolerance, zone: Zone, at: i64) -> Option<i64> {
    let zone = hours.zone().unwrap_or(zone);
    let span_at = |at| table.span(zone, at);
    let opens = opening(&span_at, span_at(at)?, hours, tolerance, at)?;
    (opens <= at.saturating_add(HORIZON)).then_some(opens)
}

/// The end of the open stretch that holds `at`: the first second after it at which these hours are closed, at
/// most `at` + [`HORIZON`]. `None` if they are closed at `at`, or if that cannot be known.
#[must_use]
pub fn closes_at(table: &ZoneTable, hours: &Hours, tolerance: Tolerance, zone: Zone, at: i64) -> Option<i64> {
    let zone = hours.zone().unwrap_or(zone);
    closing(&|at| table.span(zone, at), hours, tolerance, at)
}

/// The first whole minute from `at` on, within [`HORIZON`], at which all these hours are open. Fastest when
/// pairs of one zone stand together.
#[must_use]
pub fn next_common(table: &ZoneTable, all: &[(&Hours, Zone)], tolerance: Tolerance, at: i64) -> Option<i64> {
    common(&|zone, at| table.span(zone, at), all, tolerance, at, MINUTE)
}

/// The same to the second.
pub(crate) fn first_common(
    table: &ZoneTable,
    all: &[(&Hours, Zone)],
    tolerance: Tolerance,
    at: i64,
) -> Option<i64> {
    common(&|zone, at| table.span(zone, at), all, tolerance, at, 1)
}

impl Hours {
    /// Whether they are open at this moment, which must be of their own [`zone`](Self::zone) if they have one;
    /// `None` outside the years of a calendar.
    #[must_use]
    pub fn is_open_at(&self, moment: &Moment, tolerance: Tolerance) -> Option<bool> {
        if self.stands(moment, moment.day, moment.second, tolerance)? {
            return Some(true);
        }
        if self.overnight {
            return self.stands(moment, moment.day - 1, moment.second + DAY, tolerance);
        }
        Some(false)
    }

    /// Whether a window that opens on `day` holds the moment, which is `second`s after that day's start.
    fn stands(&self, moment: &Moment, day: i64, second: i64, tolerance: Tolerance) -> Option<bool> {
        let weekday = weekday(day);
        let within = self.windows.iter().any(|window| {
            let (opens, closes) = window.edges();
            window.days().holds(weekday)
                && opens <= second
                && second < closes
                && !moment.is_doubtful(day, opens, closes)
        });
        if within { self.admits(day, weekday, tolerance) } else { Some(false) }
    }

    /// Whether windows open on this day, holidays and discouraged days considered.
    pub(super) fn admits(&self, day: i64, weekday: u32, tolerance: Tolerance) -> Option<bool> {
        for calendar in &self.holidays {
            if calendar.is_holiday_on_day(day)? {
                return Some(false);
            }
        }
        if tolerance == Tolerance::Open {
            return Some(true);
        }
        if self.discouraged.holds(weekday) {
            return Some(false);
        }
        for calendar in &self.discouraged_holidays {
            if calendar.is_holiday_on_day(day)? {
                return Some(false);
            }
        }
        Some(true)
    }

    /// The latest closing, in local seconds since 1970, of the windows that hold the moment.
    fn latest_closing(&self, moment: &Moment, tolerance: Tolerance) -> Option<i64> {
        let mut latest = None;
        for (day, second) in [(moment.day, moment.second), (moment.day - 1, moment.second + DAY)] {
            let weekday = weekday(day);
            if self.admits(day, weekday, tolerance) != Some(true) {
                continue;
            }
            for window in self.windows.iter().filter(|window| window.days().holds(weekday)) {
                let (opens, closes) = window.edges();
                if opens <= second && second < closes && !moment.is_doubtful(day, opens, closes) {
                    latest = latest.max(Some(day * DAY + closes));
                }
            }
        }
        latest
    }
}

impl Moment {
    /// By the clock's face the window is open; yet it is not if its opening is still to come a second time, or
    /// if its closing has been once already.
    fn is_doubtful(&self, day: i64, opens: i64, closes: i64) -> bool {
        let Span { from, until, offset, offset_before, offset_after } = self.span;
        let start = day * DAY;
        (offset_after < offset && until.saturating_add(i64::from(offset_after)) <= start + opens)
            || (offset_before > offset && start + closes < from.saturating_add(i64::from(offset_before)))
    }

    pub(super) const fn weekday(&self) -> u32 {
        self.weekday
    }

    pub(super) const fn is_calm(&self) -> bool {
        self.calm
    }

    /// The instant itself, Unix seconds.
    pub(super) const fn at(&self) -> i64 {
        self.local().saturating_sub(self.span.offset as i64)
    }

    pub(super) const fn local(&self) -> i64 {
        self.day * DAY + self.second
    }
}

/// Days from Monday of a day counted from 1970-01-01, a Thursday.
pub(super) const fn weekday(day: i64) -> u32 {
    (day + 3).rem_euclid(7) as u32
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    Opening,
    Closing,
}

/// The instant of an edge given in local seconds since 1970, looked for from `span` on.
fn instant(span_at: &impl Fn(i64) -> Option<Span>, mut span: Span, local: i64, edge: Edge) -> Option<i64> {
    // From one span to the next; eight days hold a few at most.
    for _ in 0..8 {
        let by = |offset: i32| local.saturating_sub(i64::from(offset));
        let (here, before, after) = (by(span.offset), by(span.offset_before), by(span.offset_after));
        if here < span.from {
            if before >= span.from {
                return Some(span.from);
            }
            span = span_at(span.from.checked_sub(1)?)?;
        } else if here >= span.until {
            if after < span.until {
                return Some(span.until);
            }
            span = span_at(span.until)?;
        } else {
            return Some(match edge {
                Edge::Opening if after >= span.until => after,
                Edge::Closing if before < span.from => before,
                _ => here,
            });
        }
    }
    None
}

/// The first second from `at` on at which the hours are open; `span` holds `at`.
fn opening(
    span_at: &impl Fn(i64) -> Option<Span>,
    span: Span,
    hours: &Hours,
    tolerance: Tolerance,
    at: i64,
) -> Option<i64> {
    let moment = Moment::within(span, at);
    if hours.is_open_at(&moment, tolerance)? {
        Some(at)
    } else {
        later_opening(span_at, &moment, hours, tolerance)
    }
}

/// The first second after the moment, at which the hours are closed, at which they are open.
fn later_opening(
    span_at: &impl Fn(i64) -> Option<Span>,
    moment: &Moment,
    hours: &Hours,
    tolerance: Tolerance,
) -> Option<i64> {
    let span = moment.span;
    let at = moment.local() - i64::from(span.offset);
    // One day back for a window over midnight, one more than the horizon for zones ahead of the first.
    for day in moment.day - i64::from(hours.overnight)..=moment.day + HORIZON / DAY + 1 {
        let weekday = weekday(day);
        if !hours.windows.iter().any(|window| window.days().holds(weekday))
            || !hours.admits(day, weekday, tolerance)?
        {
            continue;
        }
        let mut first: Option<i64> = None;
        for window in hours.windows.iter().filter(|window| window.days().holds(weekday)) {
            let (opens, closes) = window.edges();
            if day * DAY + closes <= moment.local() {
                continue;
            }
            let opens = instant(span_at, span, day * DAY + opens, Edge::Opening)?;
            let closes = instant(span_at, span, day * DAY + closes, Edge::Closing)?;
            if opens < closes && at < closes {
                first = Some(first.map_or(opens, |first| first.min(opens)));
            }
        }
        // A later day's openings come later, however the clock is set.
        if first.is_some() {
            return first;
        }
    }
    None
}

fn closing(
    span_at: &impl Fn(i64) -> Option<Span>,
    hours: &Hours,
    tolerance: Tolerance,
    at: i64,
) -> Option<i64> {
    let end = at.saturating_add(HORIZON);
    let mut open_until = at;
    while open_until < end {
        // Where the table or a calendar ends, nothing is known to be open.
        let Some(span) = span_at(open_until) else { break };
        let Some(local) = hours.latest_closing(&Moment::within(span, open_until), tolerance) else { break };
        let Some(closes) = instant(span_at, span, local, Edge::Closing) else { break };
        open_until = closes;
    }
    (open_until > at).then_some(open_until.min(end))
}

fn common(
    span_at: &impl Fn(Zone, i64) -> Option<Span>,
    all: &[(&Hours, Zone)],
    tolerance: Tolerance,
    at: i64,
    step: i64,
) -> Option<i64> {
    let end = at.saturating_add(HORIZON);
    let mut first = whole(at, step)?;
    let mut agreed = 0;
    let mut known: Option<(Zone, Moment)> = None;
    for &(hours, zone) in all.iter().cycle() {
        if first > end {
            return None;
        }
        let zone = hours.zone().unwrap_or(zone);
        let moment = match known {
            Some((of, moment)) if of == zone => moment,
            _ => Moment::within(span_at(zone, first)?, first),
        };
        known = Some((zone, moment));
        if hours.is_open_at(&moment, tolerance)? {
            agreed += 1;
        } else {
            let opens = later_opening(&|at| span_at(zone, at), &moment, hours, tolerance)?;
            first = whole(opens, step)?;
            // Rounded past the opening, even these hours have to be asked again.
            agreed = usize::from(first == opens);
            known = None;
        }
        if agreed == all.len() {
            break;
        }
    }
    (first <= end).then_some(first)
}

fn whole(at: i64, step: i64) -> Option<i64> {
    at.checked_add(step - 1).map(|at| at - at.rem_euclid(step))
}
