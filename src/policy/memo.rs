//! Decisions that are the same for many people, made once: what a plan of a million goes by.
//!
//! Most people have a ground without a date that lapses, and nothing on record that closes, lifts or counts. For
//! them a decision depends on where they may be and on the kind of their ground. Anybody else is decided about anew.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::{
    decide::{Facts, Policy, Request},
    decision::Decision,
};
use crate::{
    consent::{Acquisition, Basis, Grade, State},
    id::Name,
    law::{Period, Since},
    place::Whereabouts,
    quick::Quick,
};

/// So many groups of whereabouts, and so many decisions of each, are kept.
const GROUPS: usize = 4_096;
const DECISIONS: usize = 64;

/// Decisions of one policy about one message to many people. What it answers is what [`Policy::decide`] answers.
#[doc(hidden)]
#[derive(Debug)]
pub struct Memo<'a> {
    policy: &'a Policy,
    message: Request<'a>,
    groups: HashMap<Whereabouts, Group, Quick>,
    /// Decisions that were made and not looked up.
    pub made: u64,
}

#[derive(Debug)]
struct Group {
    /// Sends that are older than this count for no cap, milliseconds.
    counted_ms: i64,
    /// Some ground lapses by its own age.
    ages: bool,
    decisions: Vec<(Key, Decision)>,
}

#[derive(Debug, PartialEq, Eq)]
struct Key {
    at: i64,
    sender: Option<Name>,
    plain: Plain,
}

/// What of a person's record the decision depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Plain {
    known: bool,
    ground: Option<(Basis, Acquisition, Grade, bool)>,
}

impl Plain {
    fn of(state: &State, group: &Group, message: &Request<'_>, at: i64) -> Option<Self> {
        let closed = state.erased || state.ended || state.suspension.is_some() || state.bounced_ms.is_some();
        let bare = state.revocations.is_empty()
            && state.blocked.is_empty()
            && state.checks.as_ref().is_none_or(Vec::is_empty);
        let since_ms = at.saturating_mul(1_000).saturating_sub(group.counted_ms);
        if closed || !bare || state.sends.iter().any(|sent| sent.at_ms > since_ms) {
            return None;
        }
        let Some(program) = state.program(message.program) else {
            return Some(Self { known: false, ground: None });
        };
        match program.grants.as_slice() {
            [] => Some(Self { known: true, ground: None }),
            [grant] => {
                let dated = grant.sale_ms.is_some() || grant.inquiry_ms.is_some();
                let given = grant.acted_ms.div_euclid(1_000) <= at;
                let ground = (grant.basis, grant.acquisition, grant.grade(), grant.undated == Some(true));
                (given && !dated && !group.ages).then_some(Self { known: true, ground: Some(ground) })
            }
            _ => None,
        }
    }
}

impl<'a> Memo<'a> {
    /// Nothing decided yet. The message's sender is not looked at: each question brings its own.
    #[must_use]
    pub fn new(policy: &'a Policy, message: Request<'a>) -> Self {
        Self { policy, message, groups: HashMap::default(), made: 0 }
    }

    /// Decides as [`Policy::decide`] does.
    pub fn decide(&mut self, facts: Facts<'_>, sender: Option<&Name>, at: DateTime<Utc>) -> Decision {
        let Self { policy, message, groups, made } = self;
        let request = Request { sender, ..*message };
        let second = at.timestamp();
        let Some(group) = groups.get_mut(facts.whereabouts) else {
            if groups.len() >= GROUPS {
                groups.clear();
            }
            groups.insert(facts.whereabouts.clone(), Group::new(policy, facts, request));
            return self.decide(facts, sender, at);
        };
        let Some(plain) = Plain::of(facts.state, group, message, second) else {
            *made += 1;
            return policy.decide(facts, request, at);
        };
        let known = |(key, _): &&(Key, Decision)| {
            key.at == second && key.plain == plain && key.sender.as_ref() == sender
        };
        if let Some((_, decision)) = group.decisions.iter().find(known) {
            return decision.clone();
        }
        *made += 1;
        let decision = policy.decide(facts, request, at);
        if group.decisions.len() < DECISIONS {
            let key = Key { at: second, sender: sender.cloned(), plain };
            group.decisions.push((key, decision.clone()));
        }
        decision
    }
}

impl Group {
    /// All that any law of these places may ask of a record, whether or not it is in force.
    fn new(policy: &Policy, facts: Facts<'_>, request: Request<'_>) -> Self {
        let places = facts.whereabouts.places().iter().chain(facts.whereabouts.number_places());
        let laws: Vec<_> = places.map(|place| policy.rulebook.law_of(*place).of(request.kind)).collect();
        let of_law = laws.iter().flat_map(|law| &law.caps).flat_map(|rule| &rule.caps);
        let hours = of_law.map(|cap| u32::from(cap.per_hours));
        let own = policy.brand.caps.iter().map(|cap| cap.per_hours);
        let hours = hours.chain(own).max().unwrap_or(0);
        let ages = laws
            .iter()
            .flat_map(|law| &law.periods)
            .any(|period| matches!(period, Period::Months(Since::Consent, _)));
        Self { counted_ms: i64::from(hours) * 3_600_000, ages, decisions: Vec::new() }
    }
}
