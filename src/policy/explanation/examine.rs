//! From the question to the explanation: which rules there are, and whether each applied.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    super::{
        decide::{Facts, Policy, Question, Request},
        hours,
    },
    Examined, Explanation, PlaceSeen, Why, ZoneSeen, whys,
};
use crate::{
    law::{Reach, Rule, Waived, WaivedBy},
    place::{Place, Provenance, Zone},
};

impl Policy {
    /// [`decide`](Self::decide), with every rule that was considered, whether it applied and why.
    ///
    /// ```
    /// use optin::{consent::{Basis, Event, Grant, How, State, event::OptedIn}, id::Name, law::Rulebook, message::Kind};
    /// use optin::{place::{Whereabouts, ZoneTable}, policy::{Facts, Language, Policy, Request}};
    ///
    /// let policy = Policy::new(Rulebook::builtin(), ZoneTable::bundled());
    /// let whereabouts = Whereabouts::of("+33612345678".parse()?);
    /// let program = Name::new("soldes")?;
    /// let mut ana = State::default();
    /// let grant = Grant::new(Basis::ExpressWritten, How::Form, 1_767_225_600_000);      // 2026-01-01
    /// ana.apply(1, grant.acted_ms, &Event::from(OptedIn { program: program.clone(), grant }));
    /// let facts = Facts { whereabouts: &whereabouts, state: &ana };
    /// let request = Request { program: &program, kind: Kind::Marketing, category: None, subject: None, sender: None };
    ///
    /// let noon = policy.explanation(facts, request, "2026-11-27T11:00:00Z".parse()?);
    /// assert!(noon.decision.is_allowed());
    /// let charter = noon.rules.iter().find(|seen| seen.rule.id == "FR-HOURS-2026").unwrap();
    /// assert!(charter.applied);
    ///
    /// let night = policy.explanation(facts, request, "2026-11-27T22:00:00Z".parse()?);
    /// assert_eq!(night.decision.code(), "defer");
    /// let text = night.to_text(Language::English);
    /// assert!(text.contains("closed since Friday 27 November, 21:30"), "{text}");
    /// assert!(text.contains("FR-HOURS-2024"), "{text}");                     // no longer in force, and it says so
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn explanation(&self, facts: Facts<'_>, request: Request<'_>, at: DateTime<Utc>) -> Explanation {
        let question = Question::new(self, facts, request, at.timestamp());
        Explanation {
            at,
            kind: request.kind,
            decision: self.decide(facts, request, at),
            next: self.next_window(facts, request, at),
            places: places(&question),
            zones: zones(&question),
            rules: rules(&question),
            table: self.zones.clone(),
        }
    }
}

fn places(question: &Question<'_>) -> Vec<PlaceSeen> {
    let whereabouts = question.facts.whereabouts;
    let seen = |(place, _): &(Place, _)| {
        let by_number = !whereabouts.places().contains(place);
        let book = &question.policy.rulebook;
        let covered = |day| book.coverage_on_day(*place, day);
        PlaceSeen {
            place: *place,
            known_by: if by_number { Provenance::NumberPrefix } else { whereabouts.places_from() },
            by_number,
            coverage: covered(question.days.1).and_then(|_| covered(question.days.0)).cloned(),
        }
    };
    question.laws.iter().map(seen).collect()
}

fn zones(question: &Question<'_>) -> Vec<ZoneSeen> {
    let known_by = question.facts.whereabouts.zones_from();
    let offset = |zone| question.policy.zones.span(zone, question.at).map(|span| span.offset);
    let zones = question.facts.whereabouts.zones().iter();
    zones.map(|zone| ZoneSeen { zone: *zone, known_by, offset: offset(*zone) }).collect()
}

fn rules(question: &Question<'_>) -> Vec<Examined> {
    let decided = question.ask();
    let mut found: Vec<Examined> = Vec::new();
    for rule in question.laws.iter().flat_map(|(_, law)| &law.rules) {
        if found.iter().all(|held| !Arc::ptr_eq(&held.rule, rule)) {
            let (applied, mut whys) = examine(question, &decided, rule);
            whys.extend(hosts_own(question, rule));
            found.push(Examined { rule: Arc::clone(rule), applied, whys, zones: read_by(question, rule) });
        }
    }
    for waiver in question.policy.rulebook.waivers() {
        let WaivedBy::Reason(reason) = &waiver.by else { continue };
        for rule in waiver.rules.iter().filter(|rule| may_reach(question, rule)) {
            let whys = vec![Why::SwitchedOff { reason: reason.clone() }];
            found.push(Examined { rule: Arc::clone(rule), applied: false, whys, zones: Vec::new() });
        }
    }
    found
}

/// Whether a rule applied, and why.
fn examine(
    question: &Question<'_>,
    decided: &super::super::decide::Findings,
    rule: &Arc<Rule>,
) -> (bool, Vec<Why>) {
    if rule.reach == Reach::Voice {
        return (false, vec![Why::Voice]);
    }
    if !question.concerns(rule) {
        return (false, vec![Why::OtherKind]);
    }
    if !question.in_force(rule) {
        return (false, vec![out_of_force(question, rule)]);
    }
    let binds = question.policy.posture.binds(rule.reach);
    let lifted = hours::is_lifted(question, rule);
    let mut whys = if binds { Vec::new() } else { vec![Why::Warns] };
    whys::of(question, decided, rule, lifted, &mut whys);
    // A lift takes a person out of hours, caps and lists, not out of needing a ground.
    let stands = !lifted || rule.bases.is_some() || !rule.required.is_empty();
    (binds && stands && whys != [Why::Nothing], whys)
}

fn out_of_force(question: &Question<'_>, rule: &Rule) -> Why {
    let today = day(question.days.1);
    match (rule.from, rule.to) {
        (Some(from), _) if today.is_some_and(|today| today < from) => Why::NotYet { from },
        (_, Some(to)) => Why::Over { to },
        (Some(from), None) => Why::NotYet { from },
        // A rule without dates is always in force.
        (None, None) => Why::Nothing,
    }
}

fn day(day: i64) -> Option<NaiveDate> {
    DateTime::from_timestamp(day.checked_mul(86_400)?, 0).map(|at| at.date_naive())
}

fn hosts_own(question: &Question<'_>, rule: &Rule) -> Option<Why> {
    let mut waivers = question.policy.rulebook.waivers().iter();
    waivers.find_map(|waiver| match &waiver.by {
        WaivedBy::File(file) if waiver.what == Waived::Rule && waiver.id == rule.id => {
            Some(Why::HostsOwn { file: file.clone() })
        }
        _ => None,
    })
}

/// Whether a rule that the book no longer holds would be one for these places.
fn may_reach(question: &Question<'_>, rule: &Rule) -> bool {
    let near = |of: &Place, at: &Place| {
        of == at
            || (of.country() == at.country() && (of.subdivision().is_none() || at.subdivision().is_none()))
    };
    question.laws.iter().any(|(at, _)| rule.places.iter().any(|of| near(of, at)))
}

fn read_by(question: &Question<'_>, rule: &Rule) -> Vec<Zone> {
    match &rule.hours {
        None => Vec::new(),
        Some(hours) => {
            hours.zone().map_or_else(|| question.facts.whereabouts.zones().to_vec(), |own| vec![own])
        }
    }
}
