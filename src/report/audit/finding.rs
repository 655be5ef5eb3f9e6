use std::sync::Arc;

use crate::{
    law::{Rule, Rulebook},
    place::{Place, Whereabouts},
    policy::{Code, Decision, Fact, Reason},
};

/// How surely something stands against a message. In order: what comes first weighs most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Even if only settled law binds, and wherever the person may have been.
    Settled,
    /// If doubt is held against the sender: doubtful law, a period of grace, or a place that the person may have
    /// been in.
    Contested,
    /// Nobody can show either way.
    Unprovable,
}

impl Class {
    /// `settled`, `contested` or `unprovable`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Settled => "settled",
            Self::Contested => "contested",
            Self::Unprovable => "unprovable",
        }
    }
}

/// One thing that stands against a message.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Finding {
    /// Why: a [`Code`](crate::policy::Code)'s spelling, or one of `undated_consent`, `undated_opt_out`,
    /// `consent_form_unknown`, `stop_confirmation`, which only a look back knows.
    pub code: &'static str,
    /// The rule, where one is behind it.
    pub rule: Option<Arc<Rule>>,
    /// What tripped it.
    pub fact: Fact,
    /// How surely.
    pub class: Class,
    /// Within a period that the rule leaves for honouring a STOP.
    pub in_grace: bool,
    /// For a consent of unsaid form: the class if it was not given in the form that the rule asks.
    pub unless: Option<Class>,
}

impl Finding {
    pub(super) const fn new(code: &'static str, rule: Option<Arc<Rule>>, fact: Fact, class: Class) -> Self {
        Self { code, rule, fact, class, in_grace: false, unless: None }
    }
}

/// What a reason of the decision core is to a look back.
enum Sort {
    /// Something was done that should not have been.
    Breach,
    /// A fact is missing.
    Missing,
    /// For the caller, who knows more.
    Revoked,
    NoConsent,
    Form,
    /// No law: the host's own wish, or a summary of other reasons.
    Nothing,
}

const fn sort(code: Code) -> Sort {
    match code {
        Code::Revoked => Sort::Revoked,
        Code::NoConsent => Sort::NoConsent,
        Code::BasisInsufficient => Sort::Form,
        Code::BasisDateMissing
        | Code::PlaceUnknown
        | Code::ZoneUnknown
        | Code::NoCoverage
        | Code::ZoneData
        | Code::RegisterStale
        | Code::FeedStale
        | Code::SenderUnknown => Sort::Missing,
        Code::NoCommonWindow
        | Code::BrandHours
        | Code::BrandCap
        | Code::SenderBlocked
        | Code::EvidenceWeak
        | Code::Undeliverable => Sort::Nothing,
        _ => Sort::Breach,
    }
}

/// What the person's past adds to the reasons.
pub(super) struct Past {
    /// The file has a consent of this person without a date.
    pub(super) undated_yes: bool,
    /// It has an opt-out without a date.
    pub(super) undated_no: bool,
    /// A consent before the message does not say how it was given.
    pub(super) form_unknown: bool,
    /// The first dated consent after the message.
    pub(super) later_yes: Option<chrono::DateTime<chrono::Utc>>,
}

/// The findings that two decisions about one message come to; a revocation is left to the caller.
pub(super) fn findings(strict: &Decision, settled: &Decision, site: &Site<'_>, past: &Past) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for reason in &strict.reasons {
        let class = || class(reason, settled, site);
        let (code, fact, class) = match sort(reason.code) {
            Sort::Nothing | Sort::Revoked => continue,
            Sort::Missing => (reason.code.code(), reason.fact.clone(), Class::Unprovable),
            Sort::NoConsent if past.undated_yes => ("undated_consent", Fact::None, Class::Unprovable),
            Sort::NoConsent => match past.later_yes {
                Some(at) => (Code::ConsentNotYet.code(), Fact::Since { road: None, at }, class()),
                None => (reason.code.code(), reason.fact.clone(), Class::Unprovable),
            },
            Sort::Form if past.form_unknown => {
                ("consent_form_unknown", reason.fact.clone(), Class::Unprovable)
            }
            Sort::Form | Sort::Breach => (reason.code.code(), reason.fact.clone(), class()),
        };
        // A rule is broken once by a message, in however many zones its hours are closed.
        if !found.iter().any(|held| held.code == code && same(held.rule.as_ref(), reason.rule.as_ref())) {
            let mut finding = Finding::new(code, reason.rule.clone(), fact, class);
            finding.unless = (code == "consent_form_unknown").then(|| self::class(reason, settled, site));
            found.push(finding);
        }
    }
    if past.undated_no {
        found.push(Finding::new("undated_opt_out", None, Fact::None, Class::Unprovable));
    }
    found
}

fn same(one: Option<&Arc<Rule>>, other: Option<&Arc<Rule>>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (None, None) => true,
        _ => false,
    }
}

fn class(reason: &Reason, settled: &Decision, site: &Site<'_>) -> Class {
    let alike =
        |other: &&Reason| other.code == reason.code && same(other.rule.as_ref(), reason.rule.as_ref());
    let held = settled.reasons.iter().filter(alike).count();
    let everywhere = reason.rule.as_ref().is_none_or(|rule| {
        // Hours must be closed on every clock that may have been the person's.
        let own_clock = rule.hours.as_ref().is_some_and(|hours| hours.zone().is_some());
        let always = reason.code != Code::WindowClosed || own_clock || held >= site.whereabouts.zones().len();
        always && site.is_bound(rule)
    });
    if held > 0 && everywhere { Class::Settled } else { Class::Contested }
}

/// Where the person may have been, and whose law counts for it.
pub(super) struct Site<'a> {
    pub(super) whereabouts: &'a Whereabouts,
    /// The places whose law counts: those where the person may have been, and those that count the area code.
    pub(super) laws: Vec<Place>,
    /// Every place of the number's digits counts the area code.
    counts_digits: bool,
}

impl<'a> Site<'a> {
    pub(super) fn new(book: &Rulebook, whereabouts: &'a Whereabouts, day: i64) -> Self {
        let counts = |place: &Place| book.coverage_on_day(*place, day).is_some_and(|row| row.by_number);
        let (places, digits) = (whereabouts.places(), whereabouts.number_places());
        let more = digits.iter().filter(|place| !places.contains(place) && counts(place));
        Self {
            whereabouts,
            laws: places.iter().chain(more).copied().collect(),
            counts_digits: !digits.is_empty() && digits.iter().all(counts),
        }
    }

    /// Whether a rule binds wherever the person may have been.
    pub(super) fn is_bound(&self, rule: &Rule) -> bool {
        let binds = |place: &Place| {
            let around = |of: &Place| of.subdivision().is_none() && of.country() == place.country();
            rule.places.iter().any(|of| of == place || around(of))
        };
        self.whereabouts.places().iter().all(binds)
            || (self.counts_digits && self.whereabouts.number_places().iter().all(binds))
    }
}
