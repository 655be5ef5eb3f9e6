//! What a rule in force came to, aspect by aspect.

use std::sync::Arc;

use chrono::{DateTime, Months, Utc};

use super::{
    super::{
        caps, consent,
        decide::{Findings, Question},
        decision::{Code, Reason},
        registers::{self, Standing as Asked},
    },
    Answer, Unlifted, Why, clock,
};
use crate::{
    consent::{Basis, Grant},
    law::{Bases, Ground, Lift, LiftBy, Need, Posture, Rule},
};

/// Adds all that can be said of a rule in force about this message.
pub(super) fn of(
    question: &Question<'_>,
    decided: &Findings,
    rule: &Arc<Rule>,
    lifted: bool,
    whys: &mut Vec<Why>,
) {
    let told = whys.len();
    lifts(question, rule, lifted, whys);
    let may_lift = whys.len();
    if !lifted {
        clock::hours(question, rule, whys);
        for cap in &rule.caps {
            let (count, clear) = caps::counted(question, rule, cap);
            let room_at = clear.and_then(|clear| DateTime::from_timestamp(clear, 0));
            whys.push(Why::Counted { cap: *cap, count, room_at });
        }
        rule.registers.iter().for_each(|register| whys.push(asked(question, register)));
    }
    let reasons = [&decided.denials, &decided.missing, &decided.waits, &decided.warnings];
    let of_rule = |reason: &&Reason| reason.rule.as_ref().is_some_and(|held| Arc::ptr_eq(held, rule));
    let tripped: Vec<&Reason> = reasons.into_iter().flatten().filter(of_rule).collect();
    if let Some(bases) = &rule.bases {
        match ground(question, bases) {
            Some(ground) => whys.push(ground),
            None if tripped.is_empty() => whys.extend(weak(decided)),
            None => {}
        }
    }
    whys.extend(
        tripped
            .into_iter()
            .filter(|reason| !is_told(reason.code))
            .map(|reason| Why::Tripped { code: reason.code, fact: reason.fact.clone() }),
    );
    if !lifted {
        whys.extend(rule.forbids.iter().cloned().map(Why::Forbids));
        whys.extend(rule.feed.iter().cloned().map(Why::Feed));
    }
    duties(rule, whys);
    // What holds comes first, then what might have taken the person out of it.
    if let Some(after) = whys.get_mut(told..).filter(|_| !lifted) {
        after.rotate_left(may_lift - told);
    }
    if whys.is_empty() {
        whys.push(Why::Nothing);
    }
}

/// Whether an aspect of its own says it better.
const fn is_told(code: Code) -> bool {
    matches!(code, Code::WindowClosed | Code::CapReached | Code::RegisterStale | Code::RegisterListed)
}

/// Grounds of too weak an evidence are told once, without a rule.
fn weak(decided: &Findings) -> Option<Why> {
    let reason = decided.denials.iter().find(|reason| reason.code == Code::EvidenceWeak)?;
    Some(Why::Tripped { code: reason.code, fact: reason.fact.clone() })
}

fn duties(rule: &Rule, whys: &mut Vec<Why>) {
    whys.extend(rule.required.iter().cloned().map(Why::Carry));
    whys.extend(rule.revocation.iter().cloned().map(Why::Ends));
    if !rule.records.is_empty() {
        whys.push(Why::Records(rule.records.clone()));
    }
    whys.extend(rule.retention.iter().cloned().map(Why::Keeps));
}

fn lifts(question: &Question<'_>, rule: &Rule, lifted: bool, whys: &mut Vec<Why>) {
    let met = |lift: &Lift, posture: Posture| {
        consent::usable(question, question.program)
            .any(|grant| lift.lifts(&consent::standing(question, grant), posture, question.at))
    };
    let posture = question.policy.posture;
    if lifted {
        whys.extend(rule.lifted_by.iter().filter(|lift| met(lift, posture)).cloned().map(Why::Lifted));
        return;
    }
    for lift in &rule.lifted_by {
        let because = match lift.by {
            LiftBy::Request | LiftBy::SeparateConsent { .. } | LiftBy::Other { .. } => {
                Unlifted::NeverOnRecord
            }
            _ if met(lift, Posture::Settled) => Unlifted::Doubtful,
            _ => Unlifted::NotMet,
        };
        whys.push(Why::NotLifted { lift: lift.clone(), because });
    }
}

fn asked(question: &Question<'_>, register: &crate::law::Register) -> Why {
    let held = registers::held(question, register);
    let stamp = DateTime::from_timestamp_millis;
    Why::Register {
        name: register.name.clone(),
        answer: match registers::standing(question, register) {
            Asked::Clear => Answer::Clear,
            Asked::Barred => Answer::Barred,
            Asked::Unasked => Answer::Unasked,
        },
        as_of: held.and_then(|held| stamp(held.as_of_ms)),
        good_until: held.and_then(|held| stamp(register.stale_from_ms(held.as_of_ms))),
    }
}

/// The ground that carries the message, the one that lasts longest.
fn ground(question: &Question<'_>, bases: &Bases) -> Option<Why> {
    let nothing = consent::NOTHING;
    if bases.ground_for(&nothing, question.at).is_some() {
        return Some(Why::Ground { basis: Basis::None, given: None, until: None });
    }
    let carries =
        |grant: &&Grant| bases.ground_for(&consent::standing(question, grant), question.at).is_some();
    let grants = consent::usable(question, question.program).filter(carries);
    let ends = |grant: &'_ Grant| {
        let grounds = bases.grounds().iter().filter(|ground| ground.basis == grant.basis);
        let ends: Option<Vec<_>> = grounds.map(|ground| lapses(question, grant, ground)).collect();
        // One that never lapses outlasts every other.
        ends.and_then(|ends| ends.into_iter().max())
    };
    let best = grants.max_by_key(|grant| ends(grant).map_or(i64::MAX, |end| end.timestamp()))?;
    let given =
        (best.undated != Some(true)).then(|| DateTime::from_timestamp_millis(best.acted_ms)).flatten();
    Some(Why::Ground { basis: best.basis, given, until: ends(best) })
}

/// When a ground lapses, whichever of its needs lasts longest; `None`: never.
fn lapses(question: &Question<'_>, grant: &Grant, ground: &Ground) -> Option<DateTime<Utc>> {
    if ground.needs.is_empty() {
        return None;
    }
    let standing = consent::standing(question, grant);
    let after = |then: Option<i64>, months: u16| {
        DateTime::from_timestamp(then?, 0)?.checked_add_months(Months::new(u32::from(months)))
    };
    let mut last = DateTime::from_timestamp(question.at, 0)?;
    for need in ground.needs.iter().filter(|need| need.is_met(&standing, question.at)) {
        let end = match *need {
            Need::Sale | Need::Inquiry => None,
            Need::SaleWithin { months } => after(standing.sale_at, months),
            Need::InquiryWithin { months } => after(standing.inquiry_at, months),
            Need::ConsentWithin { months } => after(standing.given_at, months),
            Need::SaleRolling { months } => {
                standing.rolls_until(months).and_then(|end| DateTime::from_timestamp(end, 0))
            }
        };
        last = last.max(end?);
    }
    Some(last)
}
