//! The moments, other than the edges of a window, at which an answer may change though nothing happens: a rule
//! begins or ends, a ground or a lift lapses, a date that lies ahead arrives, a suspension runs out.
//!
//! A decision holds from one such moment to the next, so whoever looks ahead asks again at each.

use chrono::{DateTime, Months, NaiveDate, Utc};

use super::{consent, decide::Question};
use crate::{
    law::{LiftBy, Need, Rule},
    place::Zone,
};

const DAY: i64 = 86_400;

/// Whether there may be such a moment at all: a quick look that most decisions end with.
pub(super) fn any(question: &Question<'_>) -> bool {
    let soon = ahead(question);
    let dated = |rule: &Rule| rule.from.is_some_and(&soon) || rule.to.is_some_and(&soon);
    question.facts.state.suspension.is_some()
        || question.grants().iter().any(|grant| {
            grant.sale_ms.is_some() || grant.inquiry_ms.is_some() || grant.acted_ms > question.at_ms()
        })
        || question.rules().any(of_consent)
        || question.facts.state.checks.as_ref().is_some_and(|checks| !checks.is_empty())
        || question.rules().any(dated)
}

/// Whether a ground of the rule lapses by its own age, with no other date on record.
fn of_consent(rule: &Rule) -> bool {
    let grounds = rule.bases.iter().flat_map(|bases| bases.grounds());
    grounds.flat_map(|ground| &ground.needs).any(|need| matches!(need, Need::ConsentWithin { .. }))
}

fn ahead(question: &Question<'_>) -> impl Fn(NaiveDate) -> bool + use<> {
    let today = date(question.days.0);
    move |date| today.is_none_or(|today| date > today)
}

fn date(day: i64) -> Option<NaiveDate> {
    DateTime::from_timestamp(day.checked_mul(DAY)?, 0).map(|at| at.date_naive())
}

/// The first such second after the question's own.
pub(super) fn next(question: &Question<'_>) -> Option<i64> {
    let mut first = None;
    let mut meet = |at: Option<i64>| {
        if let Some(at) = at.filter(|at| *at > question.at) {
            first = Some(first.map_or(at, |first: i64| first.min(at)));
        }
    };
    let deadline = question.facts.state.suspension.map(|suspension| suspension.deadline_ms);
    meet(deadline.map(|ms| ms.saturating_add(999).div_euclid(1_000)));
    let second = |ms: i64| ms.div_euclid(1_000);
    for grant in question.grants() {
        meet(Some(second(grant.acted_ms)));
        meet(grant.sale_ms.map(second));
        meet(grant.inquiry_ms.map(second));
    }
    for held in question.facts.state.checks.iter().flatten() {
        meet(Some(held.as_of_ms.saturating_add(999).div_euclid(1_000)));
        let named = question.rules().flat_map(|rule| &rule.registers).chain(&question.policy.brand.registers);
        for register in named.filter(|register| register.name == held.register) {
            meet(Some(register.stale_from_ms(held.as_of_ms).saturating_add(999).div_euclid(1_000)));
        }
    }
    let soon = ahead(question);
    for rule in question.rules() {
        for date in [rule.from, rule.to].into_iter().flatten().filter(|date| soon(*date)) {
            let day = date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
            question.facts.whereabouts.zones().iter().for_each(|zone| meet(midnight(question, *zone, day)));
        }
        for period in periods(rule) {
            for grant in question.grants() {
                meet(match period {
                    Period::Since(of, months) => {
                        let then = match of {
                            Of::Sale => grant.sale_ms,
                            Of::Inquiry => grant.inquiry_ms,
                            Of::Consent => Some(grant.acted_ms),
                        };
                        then.and_then(|then| lapse(second(then), months, question.at))
                    }
                    Period::Rolling(months) => consent::standing(question, grant).rolls_until(months),
                });
            }
        }
    }
    first
}

#[derive(Clone, Copy)]
enum Of {
    Sale,
    Inquiry,
    Consent,
}

#[derive(Clone, Copy)]
enum Period {
    Since(Of, u16),
    Rolling(u16),
}

/// The months that anything in the rule counts, and from what.
fn periods(rule: &Rule) -> impl Iterator<Item = Period> {
    let lifts = rule.lifted_by.iter().filter_map(|lift| match lift.by {
        LiftBy::SaleWithin { months } => Some(Period::Since(Of::Sale, months)),
        LiftBy::InquiryWithin { months } => Some(Period::Since(Of::Inquiry, months)),
        _ => None,
    });
    let grounds = rule.bases.iter().flat_map(|bases| bases.grounds()).flat_map(|ground| &ground.needs);
    lifts.chain(grounds.filter_map(|need| match need {
        Need::SaleWithin { months } => Some(Period::Since(Of::Sale, *months)),
        Need::InquiryWithin { months } => Some(Period::Since(Of::Inquiry, *months)),
        Need::ConsentWithin { months } => Some(Period::Since(Of::Consent, *months)),
        Need::SaleRolling { months } => Some(Period::Rolling(*months)),
        Need::Sale | Need::Inquiry => None,
    }))
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
