//! Whether the person has heard enough for now.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{
    decide::{Facts, Findings, Policy, Question, Request},
    decision::{Code, Fact, Reason},
    hours,
};
use crate::{
    consent::Sent,
    id::Name,
    law::{Cap, CapKey, Rule},
    message::Kind,
};

const HOUR_MS: i64 = 3_600_000;

pub(super) fn check(question: &Question<'_>, findings: &mut Findings) {
    for (_, law) in question.laws.iter() {
        for rule in &law.of(question.request.kind).caps {
            if !question.in_force(rule) || hours::is_lifted(question, rule) {
                continue;
            }
            for cap in &rule.caps {
                let counts = |sent: &Sent| {
                    rule.kinds.contains(sent.kind)
                        && (cap.key == CapKey::Person
                            || same_subject(sent.subject.as_ref(), question.request.subject))
                };
                let hours = u32::from(cap.per_hours);
                let Some((count, clear)) = over(question, cap.max, hours, counts) else { continue };
                let fact = Fact::Count { count, max: cap.max, hours };
                let reason = Reason::new(Code::CapReached, Some(Arc::clone(rule)), fact);
                if !question.policy.posture.binds(rule.reach) {
                    findings.warnings.push(reason);
                } else if !findings.waits.contains(&reason) {
                    findings.clear_from = findings.clear_from.max(clear);
                    findings.wait(reason);
                }
            }
        }
    }
    if question.request.kind != Kind::Marketing {
        return;
    }
    for cap in &question.policy.brand.caps {
        if cap.category.is_some() && cap.category.as_ref() != question.request.category {
            continue;
        }
        let counts = |sent: &Sent| {
            sent.kind == Kind::Marketing && (cap.category.is_none() || sent.category == cap.category)
        };
        if let Some((count, clear)) = over(question, cap.max, cap.per_hours, counts) {
            findings.clear_from = findings.clear_from.max(clear);
            let fact = Fact::Count { count, max: cap.max, hours: cap.per_hours };
            findings.wait(Reason::new(Code::BrandCap, None, fact));
        }
    }
}

impl Policy {
    /// Each cap that looks at this message, with how many count against it: what a `Started` record keeps.
    #[must_use]
    pub fn counts(&self, facts: Facts<'_>, request: Request<'_>, at: DateTime<Utc>) -> Vec<(String, u32)> {
        let at_ms = at.timestamp_millis();
        let mut counts = Vec::new();
        let mut note = |id: &str, hours: u32, counted: &dyn Fn(&Sent) -> bool| {
            let since = at_ms - i64::from(hours) * HOUR_MS;
            let sends = facts.state.sends.iter().filter(|s| s.at_ms > since && s.debits() && counted(s));
            counts.push((id.to_owned(), u32::try_from(sends.count()).unwrap_or(u32::MAX)));
        };
        let question = Question::new(self, facts, request, at.timestamp());
        for (_, law) in question.laws.iter() {
            for rule in law.of(request.kind).caps.iter().filter(|rule| question.in_force(rule)) {
                for cap in &rule.caps {
                    note(&rule.id, u32::from(cap.per_hours), &|sent| {
                        rule.kinds.contains(sent.kind)
                            && (cap.key == CapKey::Person
                                || same_subject(sent.subject.as_ref(), request.subject))
                    });
                }
            }
        }
        for cap in self.brand.caps.iter().filter(|_| request.kind == Kind::Marketing) {
            let id = cap.category.as_ref().map_or("brand", Name::as_str);
            note(id, cap.per_hours, &|sent| {
                sent.kind == Kind::Marketing && (cap.category.is_none() || sent.category == cap.category)
            });
        }
        counts
    }
}

/// A missing subject counts as the same subject.
fn same_subject(one: Option<&Name>, other: Option<&Name>) -> bool {
    one.is_none() || other.is_none() || one == other
}

/// If the messages that count leave no room: how many they are, and the second from which there is room.
fn over(question: &Question<'_>, max: u16, hours: u32, counts: impl Fn(&Sent) -> bool) -> Option<(u32, i64)> {
    let period_ms = i64::from(hours) * HOUR_MS;
    let since_ms = question.at.saturating_mul(1_000) - period_ms;
    let mut held =
        question.facts.state.sends.iter().filter(|s| s.at_ms > since_ms && s.debits() && counts(s));
    let count = held.clone().count();
    let beyond = count.checked_sub(usize::from(max))?;
    // A cap of nothing never has room.
    let clear = if max == 0 { i64::MAX } else { nth_oldest(&mut held, beyond)? };
    let clear = clear.saturating_add(period_ms).saturating_add(999).div_euclid(1_000);
    Some((u32::try_from(count).unwrap_or(u32::MAX), clear))
}

/// How many messages count against a rule's cap, and, if it is full, the second from which there is room.
pub(super) fn counted(question: &Question<'_>, rule: &Rule, cap: &Cap) -> (u32, Option<i64>) {
    let counts = |sent: &Sent| {
        rule.kinds.contains(sent.kind)
            && (cap.key == CapKey::Person || same_subject(sent.subject.as_ref(), question.request.subject))
    };
    let hours = u32::from(cap.per_hours);
    let since_ms = question.at.saturating_mul(1_000) - i64::from(hours) * HOUR_MS;
    let held = question.facts.state.sends.iter();
    let count = held.filter(|sent| sent.at_ms > since_ms && sent.debits() && counts(sent)).count();
    let full = over(question, cap.max, hours, counts);
    (u32::try_from(count).unwrap_or(u32::MAX), full.map(|(_, clear)| clear))
}

/// When the message went whose leaving makes room. Sends stand in order of appending, which is the order of
/// time but for a clock that was set back.
fn nth_oldest<'s>(held: &mut impl Iterator<Item = &'s Sent>, beyond: usize) -> Option<i64> {
    let mut times: Vec<i64> = held.map(|sent| sent.at_ms).collect();
    times.sort_unstable();
    times.get(beyond).copied()
}
