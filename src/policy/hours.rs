//! Whether every clock that may be the person's allows it, and when they all will.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{
    consent::{standing, usable},
    decide::{Facts, Findings, Policy, Question, Request},
    decision::{Code, Fact, Need, Reason},
    few::Few,
};
use crate::{
    law::{Hours, Moment, Posture, Rule, Standing, Tolerance, next_common},
    message::Kind,
    place::Zone,
};

/// Whether the standing lifts this rule.
pub(super) fn is_lifted(question: &Question<'_>, rule: &Rule) -> bool {
    if rule.lifted_by.is_empty() {
        return false;
    }
    let lifts = |standing: &Standing<'_>| {
        rule.lifted_by.iter().any(|lift| lift.lifts(standing, question.policy.posture, question.at))
    };
    usable(question, question.program).any(|grant| lifts(&standing(question, grant)))
}

impl Policy {
    /// The hours that are closed at this moment, whatever else stands in the way: what a late delivery is held
    /// against. An unknown zone or place shows as a reason too.
    #[must_use]
    pub fn closed_hours(&self, facts: Facts<'_>, request: Request<'_>, at: DateTime<Utc>) -> Vec<Reason> {
        let question = Question::new(self, facts, request, at.timestamp());
        let mut findings = Findings::default();
        check(&question, &mut findings);
        findings.missing.into_iter().chain(findings.waits).collect()
    }
}

/// Asks every rule in every zone.
pub(super) fn check(question: &Question<'_>, findings: &mut Findings) {
    if question.moments.as_slice().len() < question.facts.whereabouts.zones().len() {
        findings.miss(Need::ZoneData, Reason::new(Code::ZoneData, None, Fact::None));
    }
    for (_, law) in question.laws.iter() {
        for rule in law.of(question.request.kind).hours.iter().filter(|rule| !is_lifted(question, rule)) {
            each_zone(question, rule, findings);
        }
    }
    if let Some(hours) = brand(question) {
        question.moments.iter().for_each(|(zone, moment)| own(question, hours, *zone, moment, findings));
    }
}

fn each_zone(question: &Question<'_>, rule: &Arc<Rule>, findings: &mut Findings) {
    let Some(hours) = &rule.hours else { return };
    let Policy { posture, zones, .. } = question.policy;
    // What most rules come to: open by the strictest reading, until some time.
    let plain = hours.zone().is_none() && *posture == Posture::Strict;
    for (zone, moment) in question.moments.iter().filter(|(_, moment)| rule.in_force_on_day(moment.day())) {
        if plain {
            match hours.open_until(zones, *zone, moment, Tolerance::Closed) {
                Some(Some(closes)) => findings.closes = findings.closes.min(closes),
                open => told(question, rule, *zone, open.map(|open| (*moment, open)), findings),
            }
        } else {
            one(question, rule, hours, *zone, moment, findings);
        }
    }
}

/// The brand's own hours, which hold marketing.
fn brand<'q>(question: &Question<'q>) -> Option<&'q Hours> {
    question.policy.brand.hours.as_ref().filter(|_| question.request.kind == Kind::Marketing)
}

#[inline(never)]
fn one(
    question: &Question<'_>,
    rule: &Arc<Rule>,
    hours: &Hours,
    zone: Zone,
    moment: &Moment,
    findings: &mut Findings,
) {
    let table = &question.policy.zones;
    let tolerance = Tolerance::from(question.policy.posture);
    // Hours with a zone of their own are read by its clock, whatever the candidate's shows.
    let (zone, moment) = match hours.zone() {
        None => (zone, Some(*moment)),
        Some(own) => (own, Moment::new(table, own, question.at)),
    };
    let asked = moment.and_then(|moment| Some((moment, hours.open_until(table, zone, &moment, tolerance)?)));
    told(question, rule, zone, asked, findings);
}

/// Takes one answer down: the moment that was asked about, and until when it is open, if it is.
fn told(
    question: &Question<'_>,
    rule: &Arc<Rule>,
    zone: Zone,
    asked: Option<(Moment, Option<i64>)>,
    findings: &mut Findings,
) {
    let Some(hours) = &rule.hours else { return };
    let tolerance = Tolerance::from(question.policy.posture);
    let Some((moment, open)) = asked else {
        findings.miss(Need::ZoneData, Reason::new(Code::ZoneData, Some(Arc::clone(rule)), Fact::None));
        return;
    };
    let binds = question.policy.posture.binds(rule.reach);
    let list = match open {
        Some(closes) if binds => {
            findings.closes = findings.closes.min(closes);
            // Tolerated, but worth a word.
            if tolerance == Tolerance::Closed || hours.is_open_at(&moment, Tolerance::Closed) != Some(false) {
                return;
            }
            &mut findings.warnings
        }
        Some(_) => return,
        None if binds => &mut findings.waits,
        None => &mut findings.warnings,
    };
    let known = |held: &Reason| {
        held.code == Code::WindowClosed
            && held.rule.as_ref().is_some_and(|other| Arc::ptr_eq(other, rule))
            && matches!(held.fact, Fact::Local { zone: of, .. } if of == zone)
    };
    if !(again(question, hours) && list.iter().any(known)) {
        list.push(Reason::new(Code::WindowClosed, Some(Arc::clone(rule)), local(zone, &moment)));
    }
}

/// Only a rule of two places, or of one clock for all zones, comes by twice.
fn again(question: &Question<'_>, hours: &Hours) -> bool {
    hours.zone().is_some() || question.laws.as_slice().len() > 1
}

fn own(question: &Question<'_>, hours: &Hours, zone: Zone, moment: &Moment, findings: &mut Findings) {
    match hours.open_until(&question.policy.zones, zone, moment, Tolerance::Closed) {
        Some(Some(closes)) => findings.closes = findings.closes.min(closes),
        _ => findings.wait(Reason::new(Code::BrandHours, None, local(zone, moment))),
    }
}

fn local(zone: Zone, moment: &Moment) -> Fact {
    let minute = u16::try_from(moment.second() / 60).unwrap_or(0);
    let weekday = u8::try_from((moment.day() + 3).rem_euclid(7)).unwrap_or(0);
    Fact::Local { zone, minute, weekday }
}

/// The hours of every rule that binds at the question's second, and of the brand, each with every clock that it is
/// read by.
pub(super) fn binding<'q>(question: &Question<'q>) -> Vec<(&'q Hours, Zone)> {
    let mut all: Vec<(&Hours, Zone)> = Vec::with_capacity(16);
    let hours = question.laws.iter().flat_map(|(_, law)| &law.of(question.request.kind).hours);
    let binding =
        hours.filter(|rule| question.policy.posture.binds(rule.reach) && !is_lifted(question, rule));
    let binding: Few<&Rule> = binding.map(AsRef::as_ref).collect();
    for (zone, moment) in question.moments.iter() {
        let dated = binding.iter().filter(|rule| rule.in_force_on_day(moment.day()));
        for hours in dated.filter_map(|rule| rule.hours.as_ref()).chain(brand(question)) {
            let pair = (hours, hours.zone().unwrap_or(*zone));
            if !again(question, hours)
                || !all.iter().any(|held| std::ptr::eq(held.0, pair.0) && held.1 == pair.1)
            {
                all.push(pair);
            }
        }
    }
    all
}

/// The first whole minute from `from` on at which all of those are open.
pub(super) fn next(question: &Question<'_>, from: i64) -> Option<i64> {
    let table = &question.policy.zones;
    let all = binding(question);
    if question.moments.as_slice().len() < question.facts.whereabouts.zones().len() {
        return None;
    }
    let tolerance = Tolerance::from(question.policy.posture);
    if all.is_empty() {
        return from.checked_add(59).map(|at| at - at.rem_euclid(60));
    }
    next_common(table, &all, tolerance, from)
}
