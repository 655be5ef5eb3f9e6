//! Open, and until when, in one look: the common case of [`is_open`](super::is_open) and
//! [`closes_at`](super::closes_at) together.

use super::{
    Hours, Moment, Tolerance, Window,
    window::{DAY, closes_at},
};
use crate::place::{Zone, ZoneTable};

/// Hours of at most one window a day, none of which reaches midnight: opening and closing by weekday, in seconds
/// of the day. A day without a window opens and closes at 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Plain([(i32, i32); 7]);

impl Plain {
    pub(super) fn of(windows: &[Window]) -> Option<Self> {
        let mut days = [(0, 0); 7];
        for window in windows {
            let (opens, closes) = window.edges();
            let (opens, closes) = (i32::try_from(opens).ok()?, i32::try_from(closes).ok()?);
            for (day, held) in (0..).zip(&mut days) {
                if window.days().holds(day) {
                    if *held != (0, 0) || i64::from(closes) >= DAY {
                        return None;
                    }
                    *held = (opens, closes);
                }
            }
        }
        Some(Self(days))
    }
}

impl Hours {
    /// Whether they are open at this moment of this zone, which must be their own [`zone`](Self::zone) if they
    /// have one, and if so, the second (Unix time) at which that ends, at most [`HORIZON`](super::HORIZON) away.
    /// `None` where that cannot be known.
    #[must_use]
    #[inline]
    pub fn open_until(
        &self,
        table: &ZoneTable,
        zone: Zone,
        moment: &Moment,
        tolerance: Tolerance,
    ) -> Option<Option<i64>> {
        let at = moment.at();
        if let Some(Plain(days)) = self.plain.as_ref().filter(|_| moment.is_calm()) {
            let &(opens, closes) = days.get(moment.weekday() as usize)?;
            let (opens, closes) = (i64::from(opens), i64::from(closes));
            let within = opens <= moment.second() && moment.second() < closes;
            let open = within && self.admits(moment.day(), moment.weekday(), tolerance)?;
            return Some(open.then(|| at.saturating_add(closes - moment.second())));
        }
        if !self.is_open_at(moment, tolerance)? {
            return Some(None);
        }
        Some(Some(closes_at(table, self, tolerance, zone, at).unwrap_or(at)))
    }
}
