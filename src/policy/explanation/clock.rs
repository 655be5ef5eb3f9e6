//! What the hours of a rule come to by each clock: open until when, or closed since and until when.

use chrono::DateTime;

use super::{super::decide::Question, DayOff, Why};
use crate::{
    law::{Calendar, HORIZON, Hours, Moment, Rule, Tolerance, closes_at, next_open},
    place::{Zone, ZoneTable},
};

/// Adds what the hours of a rule come to, zone by zone.
pub(super) fn hours(question: &Question<'_>, rule: &Rule, whys: &mut Vec<Why>) {
    let Some(hours) = &rule.hours else { return };
    let zones = question.facts.whereabouts.zones().iter();
    for zone in zones.filter(|zone| question.moments.iter().all(|(known, _)| known != *zone)) {
        whys.push(Why::NoClock { zone: *zone });
    }
    let mut dated = question.moments.iter().filter(|(_, moment)| rule.in_force_on_day(moment.day()));
    match hours.zone() {
        None => dated.for_each(|(zone, moment)| whys.push(one(question, hours, *zone, Some(moment)))),
        Some(own) => {
            let moment = Moment::new(&question.policy.zones, own, question.at);
            whys.extend(dated.next().map(|_| one(question, hours, own, moment.as_ref())));
        }
    }
}

fn one(question: &Question<'_>, hours: &Hours, zone: Zone, moment: Option<&Moment>) -> Why {
    let (table, at) = (&question.policy.zones, question.at);
    let tolerance = Tolerance::from(question.policy.posture);
    let asked = moment.and_then(|m| Some((m.day(), hours.open_until(table, zone, m, tolerance)?)));
    let stamp = |at: i64| DateTime::from_timestamp(at, 0);
    let near = |end: &i64| *end < at.saturating_add(HORIZON);
    match asked {
        None => Why::NoClock { zone },
        Some((day, Some(_))) => {
            let until = closes_at(table, hours, tolerance, zone, at).filter(near).and_then(stamp);
            Why::Open { zone, until, day: day_off(hours, day).filter(|_| tolerance == Tolerance::Open) }
        }
        Some((day, None)) => Why::Closed {
            zone,
            since: closed_since(table, hours, tolerance, zone, at).and_then(stamp),
            until: next_open(table, hours, tolerance, zone, at).and_then(stamp),
            day: day_off(hours, day),
        },
    }
}

/// When the closed stretch that holds `at` began, if within 8 days.
fn closed_since(table: &ZoneTable, hours: &Hours, tolerance: Tolerance, zone: Zone, at: i64) -> Option<i64> {
    let mut from = at.saturating_sub(HORIZON);
    let mut since = None;
    // Some ten openings a week; more than this is no calendar of opening hours.
    for _ in 0..200 {
        let Some(closes) = next_open(table, hours, tolerance, zone, from)
            .filter(|opens| *opens < at)
            .and_then(|opens| closes_at(table, hours, tolerance, zone, opens))
        else {
            break;
        };
        since = Some(closes).filter(|closes| *closes <= at).or(since);
        from = closes.max(from.saturating_add(1));
    }
    since
}

/// What the hours say of a local day beyond the weekday's windows.
fn day_off(hours: &Hours, day: i64) -> Option<DayOff> {
    let date = DateTime::from_timestamp(day.checked_mul(86_400)?, 0)?.date_naive();
    let among = |calendars: &[std::sync::Arc<Calendar>]| {
        let mut days = calendars.iter().flat_map(|calendar| calendar.days());
        days.find(|day| day.date == date).map(|day| day.name.clone())
    };
    if let Some(name) = among(hours.holidays()) {
        return Some(DayOff::Holiday(name));
    }
    let shunned = hours.discouraged().contains(chrono::Datelike::weekday(&date));
    let holiday = among(hours.discouraged_holidays());
    (shunned || holiday.is_some()).then_some(DayOff::Discouraged(holiday))
}
