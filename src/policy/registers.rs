//! Whether the registers that the law or the brand names were asked in time, and what they said.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{
    consent,
    decide::{Facts, Findings, Policy, Question, Request},
    decision::{Code, Fact, Need, Reason},
    hours,
};
use crate::{
    consent::Check,
    law::{Effect, Register, Rule},
    message::Kind,
};

/// What a register's answer comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Clear,
    Barred,
    Unasked,
}

/// Looks at what was answered. That nobody has asked yet, or not lately, only counts where nothing else is in the
/// way: nobody looks up people who get nothing anyway.
pub(super) fn check(question: &Question<'_>, findings: &mut Findings) {
    let otherwise_denied = !findings.denials.is_empty();
    demands(question, |rule, register| {
        let code = match standing(question, register) {
            Standing::Clear => return,
            Standing::Barred => Code::RegisterListed,
            Standing::Unasked if otherwise_denied => return,
            Standing::Unasked => Code::RegisterStale,
        };
        let held = held(question, register);
        let as_of = held.and_then(|held| DateTime::from_timestamp_millis(held.as_of_ms));
        let reason = Reason::new(code, rule.cloned(), Fact::Register { name: register.name.clone(), as_of });
        let binds = rule.is_none_or(|rule| question.policy.posture.binds(rule.reach));
        let list = match (binds, code) {
            (false, _) => &mut findings.warnings,
            (true, Code::RegisterListed) => &mut findings.denials,
            (true, _) => &mut findings.missing,
        };
        if !list.contains(&reason) {
            list.push(reason);
        }
        if binds && code == Code::RegisterStale && !findings.needs.contains(&Need::Register) {
            findings.needs.push(Need::Register);
        }
    });
}

/// Every register that must have been asked about this message: by which rule, if not by the brand's own wish.
fn demands<'q>(question: &Question<'q>, mut each: impl FnMut(Option<&'q Arc<Rule>>, &'q Register)) {
    for (_, law) in question.laws.iter() {
        for rule in &law.of(question.request.kind).registers {
            if question.in_force(rule) && !hours::is_lifted(question, rule) {
                rule.registers.iter().for_each(|register| each(Some(rule), register));
            }
        }
    }
    if question.request.kind == Kind::Marketing {
        question.policy.brand.registers.iter().for_each(|register| each(None, register));
    }
}

pub(super) fn held<'q>(question: &Question<'q>, register: &Register) -> Option<&'q Check> {
    question.facts.state.checks.iter().flatten().find(|held| held.register == register.name)
}

pub(super) fn standing(question: &Question<'_>, register: &Register) -> Standing {
    let Some(held) = held(question, register) else { return Standing::Unasked };
    // A bad answer does not get better with age; a good one does, and none comes from the future.
    let barred = match register.effect {
        Effect::Bars => held.listed,
        Effect::Requires => !held.listed,
        Effect::Ends => held.listed && consent::carried_over(question, held.since_ms),
    };
    let at_ms = question.at_ms();
    match barred {
        true => Standing::Barred,
        false if held.as_of_ms <= at_ms && at_ms < register.stale_from_ms(held.as_of_ms) => Standing::Clear,
        false => Standing::Unasked,
    }
}

impl Policy {
    /// The registers that must be asked again before this message may go, each once: the law or the brand names
    /// them, and there is no answer or it is too old. Whatever else stands in the way is not looked at.
    #[must_use]
    pub fn unasked<'p>(
        &'p self,
        facts: Facts<'p>,
        request: Request<'p>,
        at: DateTime<Utc>,
    ) -> Vec<&'p Register> {
        let question = Question::new(self, facts, request, at.timestamp());
        let mut unasked: Vec<&Register> = Vec::new();
        demands(&question, |_, register| {
            let known = unasked.iter().any(|known| known.name == register.name);
            if !known && standing(&question, register) == Standing::Unasked {
                unasked.push(register);
            }
        });
        unasked
    }

    /// Every register that the law anywhere or the brand names, under whichever rule it is named.
    pub fn registers(&self) -> impl Iterator<Item = &Register> {
        self.rulebook.rules().iter().flat_map(|rule| &rule.registers).chain(&self.brand.registers)
    }
}
