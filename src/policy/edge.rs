//! The moments, other than the edges of a window, at which an answer may change though nothing happens: a rule
//! or a place's coverage begins or ends, a ground or a lift lapses, a date that lies ahead arrives, a suspension runs
//! out, a ban begins or ends, a list or the zone data gets too old.
//!
//! A decision holds from one such moment to the next, so whoever looks ahead asks again at each.

use chrono::{DateTime, Months, Utc};

use super::{Policy, bans, consent, decide::Question, zonedata};
use crate::{
    consent::Grant,
    law::{HORIZON, Period, PlaceLaw, Since},
    place::{Place, Zone},
};

const DAY: i64 = 86_400;

/// Whether there may be such a moment within the horizon: a quick look that most decisions end with.
pub(super) fn any(question: &Question<'_>) -> bool {
    let kind = question.request.kind;
    let (today, last) = (question.days.0, question.days.1 + HORIZON / DAY + 1);
    let laws = || laws(question).map(|law| law.of(kind));
    question.facts.state.suspension.is_some()
        || question.grants().iter().any(|grant| {
            grant.sale_ms.is_some() || grant.inquiry_ms.is_some() || grant.acted_ms > question.at_ms()
        })
        || laws().any(|law| {
            law.turns.get(law.turns.partition_point(|day| *day <= today)).is_some_and(|day| *day <= last)
                || law.periods.iter().any(|period| matches!(period, Period::Months(Since::Consent, _)))
        })
        || question.facts.state.checks.as_ref().is_some_and(|checks| !checks.is_empty())
        || bans::any(question)
        || zonedata::turns(question).next().is_some()
}

/// The first such second after the question's own.
pub(super) fn next(question: &Question<'_>) -> Option<i64> {
    let mut first = None;
    let mut meet = |at: i64| {
        if at > question.at {
            first = Some(first.map_or(at, |first: i64| first.min(at)));
        }
    };
    person(question, &mut meet);
    lists(question, &mut meet);
    bans::turns(question, &mut meet);
    zonedata::turns(question).for_each(&mut meet);
    for law in laws(question) {
        let law = law.of(question.request.kind);
        let ahead = law.turns.iter().skip(law.turns.partition_point(|day| *day <= question.days.0));
        // The first of all is enough, but for another that begins while it is still to come in the west.
        let mut ahead = ahead.copied().peekable();
        let soon = ahead.peek().copied().unwrap_or(i64::MAX).saturating_add(2);
        for day in ahead.take_while(|day| *day <= soon) {
            let zones = question.facts.whereabouts.zones().iter();
            zones.filter_map(|zone| midnight(question, *zone, day.checked_mul(DAY)?)).for_each(&mut meet);
        }
        for period in &law.periods {
            question.grants().iter().filter_map(|grant| lapses(question, grant, *period)).for_each(&mut meet);
        }
    }
    first
}

/// The laws that count, and that of the number's own places, which may come to count.
fn laws<'a, 'q>(question: &'a Question<'q>) -> impl Iterator<Item = &'q PlaceLaw> + use<'a, 'q> {
    let policy: &'q Policy = question.policy;
    let counting = question.laws.iter().map(|(_, law)| *law);
    let known = |place: &&Place| question.laws.iter().any(|(held, _)| held == *place);
    let own = question.facts.whereabouts.number_places().iter().filter(move |place| !known(place));
    counting.chain(own.map(|place| policy.rulebook.law_of(*place)))
}

/// What lies ahead of the person's own record.
fn person(question: &Question<'_>, meet: &mut impl FnMut(i64)) {
    let state = question.facts.state;
    let deadline = state.suspension.map(|suspension| suspension.deadline_ms);
    deadline.map(|ms| ms.saturating_add(999).div_euclid(1_000)).into_iter().for_each(&mut *meet);
    for grant in question.grants() {
        let dates = [Some(grant.acted_ms), grant.sale_ms, grant.inquiry_ms];
        dates.into_iter().flatten().map(second).for_each(&mut *meet);
    }
}

/// When what registers answered is of age, or no longer good.
fn lists(question: &Question<'_>, meet: &mut impl FnMut(i64)) {
    let up = |ms: i64| ms.saturating_add(999).div_euclid(1_000);
    let laws = || question.laws.iter().flat_map(|(_, law)| &law.of(question.request.kind).named);
    for held in question.facts.state.checks.iter().flatten() {
        meet(up(held.as_of_ms));
        let named = laws().chain(&question.policy.brand.registers);
        for register in named.filter(|register| register.name == held.register) {
            meet(up(register.stale_from_ms(held.as_of_ms)));
        }
    }
}

const fn second(ms: i64) -> i64 {
    ms.div_euclid(1_000)
}

/// When a term that a rule counts in months ends for this ground.
fn lapses(question: &Question<'_>, grant: &Grant, period: Period) -> Option<i64> {
    let (since, months) = match period {
        Period::Months(since, months) => (since, months),
        Period::Rolling(months) => return consent::standing(question, grant).rolls_until(months),
    };
    let then = match since {
        Since::Sale => grant.sale_ms?,
        Since::Inquiry => grant.inquiry_ms?,
        Since::Consent => grant.acted_ms,
    };
    lapse(second(then), months, question.at)
}

/// So many months after `then`, if that is still to come.
fn lapse(then: i64, months: u16, at: i64) -> Option<i64> {
    // No month is longer than 31 days: most dates need no calendar.
    if at - then > i64::from(months) * 31 * DAY {
        return None;
    }
    let then = DateTime::<Utc>::from_timestamp(then, 0)?;
    Some(then.checked_add_months(Months::new(months.into()))?.timestamp()).filter(|end| *end > at)
}

/// When a local day begins in a zone, or before that the moment its clock is turned: then it is asked again.
fn midnight(question: &Question<'_>, zone: Zone, local: i64) -> Option<i64> {
    let span = question.policy.zones.span(zone, question.at)?;
    Some((local - i64::from(span.offset)).min(span.until))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_lapse_by_the_calendar() {
        let second = |text: &str| text.parse::<DateTime<Utc>>().unwrap().timestamp();
        let sale = second("2025-08-31T10:00:00Z");
        assert_eq!(lapse(sale, 6, sale), Some(second("2026-02-28T10:00:00Z")));
        assert_eq!(lapse(sale, 6, second("2026-03-05T10:00:00Z")), None);
    }
}
