//! What of a place's law speaks of one kind of message, sorted out once so that a decision walks nothing else.

use std::sync::Arc;

use super::{Extent, Forbids, LiftBy, Need, Occasion, Reach, Register, Requirement, Rule, rule::epoch_day};
use crate::message::Kind;

/// A date from which months are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Since {
    Sale,
    Inquiry,
    Consent,
}

/// A number of months that a rule counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Period {
    Months(Since, u16),
    /// From the sale, and again from each marketing message within the term.
    Rolling(u16),
}

/// The rules of one place about one kind of message, by what they ask. Those about voice calls are left out.
#[derive(Debug, Clone, Default)]
pub(crate) struct KindLaw {
    pub(crate) hours: Vec<Arc<Rule>>,
    pub(crate) caps: Vec<Arc<Rule>>,
    pub(crate) bases: Vec<Arc<Rule>>,
    pub(crate) registers: Vec<Arc<Rule>>,
    /// Those that forbid a subject.
    pub(crate) topics: Vec<Arc<Rule>>,
    /// Those that forbid a sender, or prescribe a form of its name.
    pub(crate) senders: Vec<Arc<Rule>>,
    pub(crate) feeds: Vec<Arc<Rule>>,
    /// Those by which a revocation ends everything that the sender sends.
    pub(crate) ends_all: Vec<Arc<Rule>>,
    /// Those by which the confirmation of a STOP may ask what it meant. No decision looks at them.
    pub(crate) clarifies: Vec<Arc<Rule>>,
    /// The days on which any of them begins or ends, ascending, each once.
    pub(crate) turns: Vec<i64>,
    /// What they count in months, each once.
    pub(crate) periods: Vec<Period>,
    /// The registers they name, each once.
    pub(crate) named: Vec<Register>,
}

impl KindLaw {
    pub(super) fn new(kind: Kind, rules: &[Arc<Rule>]) -> Self {
        let mut law = Self::default();
        for rule in rules.iter().filter(|rule| rule.kinds.contains(kind) && rule.reach != Reach::Voice) {
            law.put(rule);
        }
        law.turns.sort_unstable();
        law.turns.dedup();
        law
    }

    /// Adds days on which an answer turns.
    pub(super) fn turn_on(&mut self, days: &[i64]) {
        self.turns.extend(days.iter().filter(|day| !matches!(**day, i64::MIN | i64::MAX)));
        self.turns.sort_unstable();
        self.turns.dedup();
    }

    fn put(&mut self, rule: &Arc<Rule>) {
        let forms = |text: &super::RequiredText| {
            text.what == Requirement::SenderId && text.on == Occasion::Each && !text.forms.is_empty()
        };
        let forbids =
            |things: &[Forbids]| rule.forbids.iter().any(|forbidden| things.contains(&forbidden.what));
        let by_sender = forbids(&[Forbids::SenderPrefix, Forbids::SenderAbroad]);
        let ends_all = rule.revocation.as_ref().is_some_and(|revocation| revocation.ends == Extent::All);
        if rule.revocation.as_ref().is_some_and(|revocation| revocation.may_clarify) {
            self.clarifies.push(Arc::clone(rule));
        }
        let lists = [
            (rule.hours.is_some(), &mut self.hours),
            (!rule.caps.is_empty(), &mut self.caps),
            (rule.bases.is_some(), &mut self.bases),
            (!rule.registers.is_empty(), &mut self.registers),
            (forbids(&[Forbids::Topic]), &mut self.topics),
            (by_sender || rule.required.iter().any(forms), &mut self.senders),
            (rule.feed.is_some(), &mut self.feeds),
            (ends_all, &mut self.ends_all),
        ];
        let mut judges = false;
        for (_, list) in lists.into_iter().filter(|(has, _)| *has) {
            list.push(Arc::clone(rule));
            judges = true;
        }
        if !judges {
            return;
        }
        self.turns.extend([rule.from, rule.to].into_iter().flatten().map(epoch_day));
        for period in periods(rule) {
            if !self.periods.contains(&period) {
                self.periods.push(period);
            }
        }
        for register in &rule.registers {
            if !self.named.contains(register) {
                self.named.push(register.clone());
            }
        }
    }
}

/// The months that anything in the rule counts, and from what.
fn periods(rule: &Rule) -> impl Iterator<Item = Period> {
    let lifts = rule.lifted_by.iter().filter_map(|lift| match lift.by {
        LiftBy::SaleWithin { months } => Some(Period::Months(Since::Sale, months)),
        LiftBy::InquiryWithin { months } => Some(Period::Months(Since::Inquiry, months)),
        _ => None,
    });
    let grounds = rule.bases.iter().flat_map(|bases| bases.grounds()).flat_map(|ground| &ground.needs);
    lifts.chain(grounds.filter_map(|need| match need {
        Need::SaleWithin { months } => Some(Period::Months(Since::Sale, *months)),
        Need::InquiryWithin { months } => Some(Period::Months(Since::Inquiry, *months)),
        Need::ConsentWithin { months } => Some(Period::Months(Since::Consent, *months)),
        Need::SaleRolling { months } => Some(Period::Rolling(*months)),
        Need::Sale | Need::Inquiry => None,
    }))
}
