use super::finding::{Class, Finding};
use crate::policy::Code;

/// The class of one message, as given and under conditions that the files leave open. `None`: nothing against it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// By the files alone.
    pub as_given: Option<Class>,
    /// If consents of unsaid form were given in writing.
    pub if_written: Option<Class>,
    /// If besides every register that had to be asked was asked, and had no objection.
    pub if_asked_too: Option<Class>,
    /// If consents of unsaid form were not given in the form that the rules ask.
    pub if_not_written: Option<Class>,
}

impl Outcomes {
    /// From the findings as given, and from those under a written consent.
    pub(super) fn of(given: &[Finding], written: &[Finding]) -> Self {
        let least = |findings: &[Finding]| findings.iter().map(|finding| finding.class).min();
        let asked = |finding: &&Finding| finding.code != Code::RegisterStale.code();
        Self {
            as_given: least(given),
            if_written: least(written),
            if_asked_too: written.iter().filter(asked).map(|finding| finding.class).min(),
            if_not_written: given.iter().map(|finding| finding.unless.unwrap_or(finding.class)).min(),
        }
    }
}

/// How many messages ended in which class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Split {
    /// Nothing stands against them.
    pub clean: u64,
    /// Settled violations.
    pub settled: u64,
    /// Contested ones.
    pub contested: u64,
    /// Neither shown nor refuted.
    pub unprovable: u64,
}

impl Split {
    fn count(&mut self, class: Option<Class>) {
        match class {
            None => self.clean += 1,
            Some(Class::Settled) => self.settled += 1,
            Some(Class::Contested) => self.contested += 1,
            Some(Class::Unprovable) => self.unprovable += 1,
        }
    }
}

/// What the answer to a question that the files leave open would change, for all messages at once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Conditions {
    /// Messages to persons whose consent does not say in what form it was given, where a rule asks.
    pub form_unknown: u64,
    /// Messages for which a register had to be asked and nothing tells that it was.
    pub register_unasked: u64,
    /// By the files alone.
    pub as_given: Split,
    /// As in [`Outcomes::if_written`].
    pub if_written: Split,
    /// As in [`Outcomes::if_asked_too`].
    pub if_asked_too: Split,
    /// As in [`Outcomes::if_not_written`].
    pub if_not_written: Split,
}

impl Conditions {
    /// Whether the files leave any of it open.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.form_unknown > 0 || self.register_unasked > 0
    }

    pub(super) fn take(&mut self, findings: &[Finding], outcomes: Outcomes) {
        let has = |code: &str| u64::from(findings.iter().any(|finding| finding.code == code));
        self.form_unknown += has("consent_form_unknown");
        self.register_unasked += has(Code::RegisterStale.code());
        self.as_given.count(outcomes.as_given);
        self.if_written.count(outcomes.if_written);
        self.if_asked_too.count(outcomes.if_asked_too);
        self.if_not_written.count(outcomes.if_not_written);
    }
}
