//! The model's clock: hours by the face of it, and every minute looked at in turn.

use std::sync::Arc;

use chrono::Datelike;
use optin::{
    law::{Calendar, Hours, TimeOfDay, Window},
    message::Kind,
    place::Zone,
};

use super::model::{DAY, Findings, Model, date};

pub(super) const HORIZON: i64 = 8 * DAY;

/// When what waits may go.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Until {
    At(i64),
    Never,
    /// The zone data does not reach so far.
    Unknown,
}

impl Model<'_> {
    /// Open by a window of today or of yesterday: after the last moment before its opening, and before the first
    /// moment of its closing, by the face of the clock.
    pub(super) fn is_open(&self, hours: &Hours, strict: bool, zone: Zone, at: i64) -> bool {
        let now = self.local(zone, at).unwrap();
        let day = now.div_euclid(DAY);
        [day, day - 1].into_iter().any(|day| {
            let off = |calendars: &[Arc<Calendar>]| {
                calendars.iter().any(|calendar| calendar.is_holiday(date(day)).unwrap())
            };
            let weekday = date(day).weekday();
            let unwise = hours.discouraged().contains(weekday) || off(hours.discouraged_holidays());
            let admits = !(off(hours.holidays()) || strict && unwise);
            hours.windows().iter().any(|window| {
                let (opens, closes) = edges(window);
                let (opens, closes) = (day * DAY + opens, day * DAY + closes);
                let face = window.days().contains(weekday) && opens <= now && now < closes && admits;
                face && !self.turned(zone, at, opens, closes)
            })
        })
    }

    /// Where the clock is turned: the opening is still to come, or the closing has been.
    fn turned(&self, zone: Zone, at: i64, opens: i64, closes: i64) -> bool {
        let near = (at - 3 * 3600..=at + 3 * 3600).step_by(60);
        let offset = |at| self.zones.span(zone, at).unwrap().offset;
        if offset(at - 3 * 3600) == offset(at) && offset(at) == offset(at + 3 * 3600) {
            return false;
        }
        near.into_iter().any(|then| {
            let face = self.local(zone, then).unwrap();
            (then > at && face < opens) || (then <= at && face >= closes)
        })
    }

    /// The first minute at which nothing closes any more, at most 8 days after the last moment at which a cap or a ban
    /// held.
    pub(super) fn until(&self) -> Until {
        let held = |at: i64, timed: bool| {
            let mut found = Findings::default();
            self.banned(at, &mut found);
            if timed {
                self.caps(at, &mut found)
            } else {
                self.waits(at, &mut found)
            }
            !found.waits.is_empty()
        };
        let at = self.case.at;
        let first = (at + 59).div_euclid(60) * 60;
        let (mut since, mut holds) = (at, held(at, true));
        for minute in (first..at + 90 * DAY).step_by(60) {
            if holds {
                let clear = (minute - 59..=minute).find(|at| !held(*at, true));
                holds = clear.is_none();
                since = clear.unwrap_or(minute);
            } else {
                holds = held(minute, true);
            }
            if minute > since + HORIZON {
                return Until::Never;
            }
            if self.is_outdated(minute) {
                return Until::Unknown;
            }
            if !holds && !held(minute, false) {
                return Until::At(minute);
            }
        }
        Until::Never
    }

    /// The first second at which it is no longer allowed.
    pub(super) fn not_after(&self) -> Option<i64> {
        let at = self.case.at;
        let allowed = |at: i64| self.judge(at).verdict() == "allow";
        let minute = (1..=HORIZON / 60).map(|minutes| at + minutes * 60).find(|at| !allowed(*at));
        if let Some(minute) = minute {
            return (minute - 59..=minute).find(|at| !allowed(*at));
        }
        let own = self.case.brand_hours.is_some() && self.case.kind == Kind::Marketing;
        let bound = self.rules_at(at).any(|(_, rule)| {
            rule.hours.is_some() && self.binds(rule) && !self.is_lifted(rule, at) && self.in_force(rule, at)
        });
        (own || bound).then_some(at + HORIZON)
    }
}

fn edges(window: &Window) -> (i64, i64) {
    let seconds = |time: TimeOfDay| i64::from(time.minutes()) * 60;
    let (from, to) = (seconds(window.from()), seconds(window.to()));
    (from, if to > from { to } else { to + DAY })
}
