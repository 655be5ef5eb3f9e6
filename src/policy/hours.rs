//! Whether every clock that may be the person's allows it, and when they all will.

use std::sync::Arc;

use super::{
    consent::{standing, usable},
    decide::{Findings, Question},
    decision::{Code, Fact, Need, Reason},
};
use crate::{
    law::{Hours, Moment, Rule, Standing, Tolerance, closes_at, next_common},
    message::Kind,
    place::Zone,
};

/// Whether the standing lifts this rule.
pub(super) fn is_lifted(question: &Question<'_>, rule: &Rule) -> bool {
    if rule.lifted_by.is_empty() {
        return false;
    }
    let lifts = |standing: &Standing| {
        rule.lifted_by.iter().any(|lift| lift.lifts(standing, question.policy.posture, question.at))
    };
    let program = question.facts.state.program(question.request.program);
    usable(question, program).any(|grant| lifts(&standing(grant)))
}

/// Asks every zone and every rule. Returns whether anything is closed.
pub(super) fn check(question: &Question<'_>, findings: &mut Findings) -> bool {
    let mut closed = false;
    for &zone in question.facts.whereabouts.zones() {
        let Some(moment) = Moment::new(&question.policy.zones, zone, question.at) else {
            findings.miss(Need::ZoneData, Reason::new(Code::ZoneData, None, Fact::None));
            continue;
        };
        for place in question.places() {
            for rule in &question.policy.rulebook.law_of(place).hours {
                if question.concerns(rule) && rule.in_force_on_day(moment.day()) && !is_lifted(question, rule)
                {
                    closed |= one(question, rule, zone, moment, findings);
                }
            }
        }
        if let Some(hours) = brand(question) {
            closed |= own(question, hours, zone, moment, findings);
        }
    }
    closed
}

/// The brand's own hours, which hold marketing.
fn brand<'q>(question: &Question<'q>) -> Option<&'q Hours> {
    question.policy.brand.hours.as_ref().filter(|_| question.request.kind == Kind::Marketing)
}

fn one(
    question: &Question<'_>,
    rule: &Arc<Rule>,
    zone: Zone,
    moment: Moment,
    findings: &mut Findings,
) -> bool {
    let Some(hours) = &rule.hours else { return false };
    let table = &question.policy.zones;
    let tolerance = Tolerance::from(question.policy.posture);
    // Hours with a zone of their own are the same for every candidate: ask once.
    let (zone, moment) = match hours.zone() {
        None => (zone, Some(moment)),
        Some(own) => (own, Moment::new(table, own, question.at)),
    };
    let open = moment.and_then(|moment| Some((moment, hours.is_open_at(&moment, tolerance)?)));
    let Some((moment, open)) = open else {
        findings.miss(Need::ZoneData, Reason::new(Code::ZoneData, Some(Arc::clone(rule)), Fact::None));
        return false;
    };
    let binds = question.policy.posture.binds(rule.reach);
    let reason = || Reason::new(Code::WindowClosed, Some(Arc::clone(rule)), local(zone, &moment));
    if open && binds {
        let closes = closes_at(table, hours, tolerance, zone, question.at);
        findings.closes = findings.closes.min(closes.unwrap_or(question.at));
        // Tolerated, but worth a word.
        if question.policy.settled() && hours.is_open_at(&moment, Tolerance::Closed) == Some(false) {
            findings.warnings.push(reason());
        }
        return false;
    }
    if open {
        return false;
    }
    let list = if binds { &mut findings.waits } else { &mut findings.warnings };
    let known = |held: &Reason| {
        held.code == Code::WindowClosed
            && held.rule.as_ref().is_some_and(|other| Arc::ptr_eq(other, rule))
            && matches!(held.fact, Fact::Local { zone: of, .. } if of == zone)
    };
    if !list.iter().any(known) {
        list.push(reason());
    }
    binds
}

fn own(question: &Question<'_>, hours: &Hours, zone: Zone, moment: Moment, findings: &mut Findings) -> bool {
    if hours.is_open_at(&moment, Tolerance::Closed) == Some(true) {
        let closes = closes_at(&question.policy.zones, hours, Tolerance::Closed, zone, question.at);
        findings.closes = findings.closes.min(closes.unwrap_or(question.at));
        return false;
    }
    findings.wait(Reason::new(Code::BrandHours, None, local(zone, &moment)));
    true
}

fn local(zone: Zone, moment: &Moment) -> Fact {
    let minute = u16::try_from(moment.second() / 60).unwrap_or(0);
    let weekday = u8::try_from((moment.day() + 3).rem_euclid(7)).unwrap_or(0);
    Fact::Local { zone, minute, weekday }
}

/// The first whole minute from `from` on at which every binding rule and the brand are open.
pub(super) fn next(question: &Question<'_>, from: i64) -> Option<i64> {
    let mut all: Vec<(&Hours, Zone)> = Vec::with_capacity(16);
    for &zone in question.facts.whereabouts.zones() {
        for place in question.places() {
            for rule in &question.policy.rulebook.law_of(place).hours {
                let day = question.policy.zones.local(zone, question.at)?.div_euclid(86_400);
                let binds = question.policy.posture.binds(rule.reach)
                    && question.concerns(rule)
                    && rule.in_force_on_day(day)
                    && !is_lifted(question, rule);
                if let Some(hours) = rule.hours.as_ref().filter(|_| binds) {
                    let pair = (hours, hours.zone().unwrap_or(zone));
                    if !all.iter().any(|held| std::ptr::eq(held.0, pair.0) && held.1 == pair.1) {
                        all.push(pair);
                    }
                }
            }
        }
        all.extend(brand(question).map(|hours| (hours, zone)));
    }
    let tolerance = Tolerance::from(question.policy.posture);
    if all.is_empty() {
        return from.checked_add(59).map(|at| at - at.rem_euclid(60));
    }
    next_common(&question.policy.zones, &all, tolerance, from)
}
