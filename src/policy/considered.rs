//! Which rules look at a message at all: what an explanation of a yes can show.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{
    decide::{Facts, Policy, Question, Request},
    hours,
};
use crate::law::Rule;

/// A rule in force that speaks of a message.
#[derive(Debug, Clone)]
pub struct Considered {
    /// The rule.
    pub rule: Arc<Rule>,
    /// Whether it binds under the policy's posture; if not, it is worth a warning.
    pub binds: bool,
    /// Whether the person's standing lifts it.
    pub lifted: bool,
}

impl Policy {
    /// Every rule in force that speaks of this message where the person may be, in the order of the book, each once.
    #[must_use]
    pub fn considered(&self, facts: Facts<'_>, request: Request<'_>, at: DateTime<Utc>) -> Vec<Considered> {
        let question = Question::new(self, facts, request, at.timestamp());
        let mut found: Vec<Considered> = Vec::new();
        for (_, law) in question.laws.iter() {
            for rule in law.rules.iter().filter(|rule| question.concerns(rule) && question.in_force(rule)) {
                if found.iter().all(|held| !Arc::ptr_eq(&held.rule, rule)) {
                    let (binds, lifted) = (self.posture.binds(rule.reach), hours::is_lifted(&question, rule));
                    found.push(Considered { rule: Arc::clone(rule), binds, lifted });
                }
            }
        }
        found
    }
}
