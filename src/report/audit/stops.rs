//! What the book's rules on revocation say of a message after a STOP.
//!
//! A decision before sending asks none of it, as it honours a STOP at once; a look back must name the passage.

use std::sync::Arc;

use super::finding::{Class, Finding, Site};
use crate::{
    law::{Layer, Posture, Revocation, Rule, Rulebook},
    message::Kind,
    policy::{Code, Fact},
};

const DAY: i64 = 86_400;

/// Every rule on revocation that counts for a message at the site on this day, each once. What careful senders do
/// beyond it is no passage to hold against anybody.
fn rules<'b>(
    book: &'b Rulebook,
    site: &Site<'_>,
    kind: Kind,
    day: i64,
) -> Vec<(&'b Arc<Rule>, &'b Revocation)> {
    let mut found: Vec<(&Arc<Rule>, &Revocation)> = Vec::new();
    for rule in site.laws.iter().flat_map(|place| &book.law_of(*place).revocations) {
        let asked = rule.layer != Layer::Practice && rule.kinds.contains(kind) && rule.in_force_on_day(day);
        let Some(revocation) = rule.revocation.as_ref().filter(|_| asked) else { continue };
        if !found.iter().any(|(held, _)| Arc::ptr_eq(held, rule)) {
            found.push((rule, revocation));
        }
    }
    found
}

/// Whether a message at the site, on this day and so soon after a STOP, may be the one that confirms it.
///
/// Where no rule counts the minutes, the longest that any rule of the book gives stand in: a confirmation cannot be
/// told from the file, and so soon it is the likelier reading.
pub(super) fn may_confirm(
    book: &Rulebook,
    site: &Site<'_>,
    day: i64,
    (stop_ms, sent_ms): (i64, i64),
) -> bool {
    let here = rules(book, site, Kind::Marketing, day);
    if here.iter().any(|(_, revocation)| revocation.confirmations == Some(0)) {
        return false;
    }
    let longest = |all: &mut dyn Iterator<Item = &Revocation>| {
        all.filter_map(|revocation| revocation.confirm_within_minutes).max()
    };
    let minutes = longest(&mut here.iter().map(|(_, revocation)| *revocation))
        .or_else(|| longest(&mut book.rules().iter().filter_map(|rule| rule.revocation.as_ref())));
    sent_ms >= stop_ms && minutes.is_some_and(|minutes| sent_ms - stop_ms <= i64::from(minutes) * 60_000)
}

/// What stands against a message on local day `sent` after a STOP on local day `stop`. Without any passage it is a
/// breach all the same.
pub(super) fn findings(
    book: &Rulebook,
    site: &Site<'_>,
    kind: Kind,
    (stop, sent): (i64, i64),
    fact: &Fact,
) -> Vec<Finding> {
    let finding = |rule: Option<&Arc<Rule>>, class, in_grace| {
        let finding = Finding::new(Code::Revoked.code(), rule.cloned(), fact.clone(), class);
        Finding { in_grace, ..finding }
    };
    let found: Vec<_> = rules(book, site, kind, sent)
        .into_iter()
        .map(|(rule, revocation)| {
            let in_grace = revocation.within.as_ref().is_some_and(|within| within.holds(stop, sent));
            let settled = site.is_bound(rule) && !in_grace && Posture::Settled.binds(rule.reach);
            finding(Some(rule), if settled { Class::Settled } else { Class::Contested }, in_grace)
        })
        .collect();
    if found.is_empty() { vec![finding(None, Class::Settled, false)] } else { found }
}

/// The period that a rule leaves, in words of numbers; empty: none.
pub(super) fn grace(rule: &Rule) -> String {
    match rule.revocation.as_ref().and_then(|revocation| revocation.within.as_ref()) {
        Some(within) if within.business => format!("{} business days", within.days),
        Some(within) => format!("{} days", within.days),
        None => String::new(),
    }
}

/// The local day of a local second.
pub(super) const fn day_of(local_second: i64) -> i64 {
    local_second.div_euclid(DAY)
}
