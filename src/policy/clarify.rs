use chrono::{DateTime, Utc};

use super::{Facts, Policy, Request, decide::Question};
use crate::{consent::State, id::Name, message::Kind, place::Whereabouts};

impl Policy {
    /// Whether the confirmation of a STOP may ask which of several things was meant: some rule of each place where the
    /// person may be lets it. A place that is not known, or says nothing of it, does not.
    #[must_use]
    pub fn may_clarify(&self, whereabouts: &Whereabouts, at: DateTime<Utc>) -> bool {
        let Ok(program) = Name::new("any") else { return false };
        let state = State::default();
        let request =
            Request { program: &program, kind: Kind::Marketing, category: None, subject: None, sender: None };
        let question = Question::new(self, Facts { whereabouts, state: &state }, request, at.timestamp());
        let mut places = question.laws.iter().peekable();
        places.peek().is_some()
            && places
                .all(|(_, law)| law.of(Kind::Marketing).clarifies.iter().any(|rule| question.in_force(rule)))
    }
}
