use chrono::{DateTime, Utc};

use super::{
    Brand, caps, consent,
    decision::{Code, Decision, Fact, Need, Reason, Verdict},
    hours,
};
use crate::{
    consent::State,
    id::Name,
    law::{Posture, Rule, Rulebook},
    message::Kind,
    place::{Place, Whereabouts, ZoneTable},
};

/// What decides: the law, the zones, the brand's wishes, and how doubt is resolved.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The law.
    pub rulebook: Rulebook,
    /// The offsets.
    pub zones: ZoneTable,
    /// How doubt is resolved; [`Posture::Strict`] unless said.
    pub posture: Posture,
    /// What the brand asks of itself.
    pub brand: Brand,
}

/// What is to be sent.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// In which program.
    pub program: &'a Name,
    /// Of what kind.
    pub kind: Kind,
    /// The brand's category.
    pub category: Option<&'a Name>,
    /// What a cap counts as the same subject; missing: the same as every other.
    pub subject: Option<&'a Name>,
    /// From which sender.
    pub sender: Option<&'a Name>,
}

/// What is known of the person.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// Where the person may be.
    pub whereabouts: &'a Whereabouts,
    /// The fold of the person's records.
    pub state: &'a State,
}

/// Collects what stands in the way.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) denials: Vec<Reason>,
    pub(super) missing: Vec<Reason>,
    pub(super) waits: Vec<Reason>,
    pub(super) needs: Vec<Need>,
    pub(super) warnings: Vec<Reason>,
    /// Caps are clear from this second on.
    pub(super) caps_until: i64,
    /// Open windows close at this second.
    pub(super) closes: i64,
}

impl Findings {
    pub(super) fn deny(&mut self, reason: Reason) {
        self.denials.push(reason);
    }

    pub(super) fn miss(&mut self, need: Need, reason: Reason) {
        self.missing.push(reason);
        if !self.needs.contains(&need) {
            self.needs.push(need);
        }
    }

    pub(super) fn wait(&mut self, reason: Reason) {
        self.waits.push(reason);
    }
}

/// One decision under way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) policy: &'a Policy,
    pub(super) facts: Facts<'a>,
    pub(super) request: Request<'a>,
    /// Unix seconds.
    pub(super) at: i64,
    /// The local day in the first candidate zone, for what is dated by the day.
    pub(super) day: i64,
}

impl<'a> Question<'a> {
    /// The places whose law counts: where the person may be, and where the number is from if that place's law
    /// follows its area code.
    pub(super) fn places(&self) -> impl Iterator<Item = Place> + 'a {
        let Self { policy, facts, day, .. } = *self;
        let places = facts.whereabouts.places();
        let by_number = facts.whereabouts.number_places().iter().filter(move |place| {
            !places.contains(place)
                && policy.rulebook.coverage_on_day(**place, day).is_some_and(|c| c.by_number)
        });
        places.iter().chain(by_number).copied()
    }

    /// Whether a rule is about this message at all.
    pub(super) fn concerns(&self, rule: &Rule) -> bool {
        rule.kinds.contains(self.request.kind)
    }
}

impl Policy {
    /// The strict posture over this law and these zones, nothing of the brand's own.
    #[must_use]
    pub fn new(rulebook: Rulebook, zones: ZoneTable) -> Self {
        Self { rulebook, zones, posture: Posture::Strict, brand: Brand::default() }
    }

    /// Decides whether this message may go to this person at `at`.
    #[must_use]
    pub fn decide(&self, facts: Facts<'_>, request: Request<'_>, at: DateTime<Utc>) -> Decision {
        let mut findings = Findings { closes: i64::MAX, ..Findings::default() };
        let at_secs = at.timestamp();
        let local = facts.whereabouts.zones().first().and_then(|zone| self.zones.local(*zone, at_secs));
        let day = local.unwrap_or(at_secs).div_euclid(86_400);
        let question = Question { policy: self, facts, request, at: at_secs, day };
        question.person(&mut findings);
        question.covered(&mut findings);
        consent::check(&question, &mut findings);
        let closed = hours::check(&question, &mut findings);
        caps::check(&question, &mut findings);
        question.settle(findings, closed)
    }

    /// How far ahead the law looks the same: the hours that bind this message to this person at `at`, lifted
    /// and dated ones left out, with the zone each is read in.
    pub(super) fn settled(&self) -> bool {
        self.posture == Posture::Settled
    }
}

impl Question<'_> {
    fn person(&self, findings: &mut Findings) {
        let state = self.facts.state;
        if state.erased {
            findings.deny(Reason::new(Code::Erased, None, Fact::None));
        }
        if state.ended {
            findings.deny(Reason::new(Code::NumberReassigned, None, Fact::None));
        }
        if self.request.sender.is_some_and(|sender| state.blocked.contains(sender)) {
            findings.deny(Reason::new(Code::SenderBlocked, None, Fact::None));
        }
    }

    fn covered(&self, findings: &mut Findings) {
        if self.facts.whereabouts.places().is_empty() {
            findings.miss(Need::Place, Reason::new(Code::PlaceUnknown, None, Fact::None));
        }
        if self.facts.whereabouts.zones().is_empty() {
            findings.miss(Need::Zone, Reason::new(Code::ZoneUnknown, None, Fact::None));
        }
        for place in self.places() {
            if self.policy.rulebook.coverage_on_day(place, self.day).is_none() {
                findings.miss(Need::Coverage, Reason::new(Code::NoCoverage, None, Fact::Place(place)));
            }
        }
    }

    fn settle(&self, findings: Findings, closed: bool) -> Decision {
        let Findings { denials, missing, waits, needs, warnings, caps_until, closes } = findings;
        let posture = self.policy.posture;
        let decided = |verdict, reasons| Decision { verdict, reasons, needs: Vec::new(), warnings, posture };
        if !denials.is_empty() {
            let reasons = denials.into_iter().chain(missing).chain(waits).collect();
            return decided(Verdict::Deny, reasons);
        }
        if !missing.is_empty() {
            let reasons = missing.into_iter().chain(waits).collect();
            return Decision { needs, ..decided(Verdict::Defer { until: None }, reasons) };
        }
        if waits.is_empty() {
            let not_after = (closes < i64::MAX).then(|| DateTime::from_timestamp(closes, 0)).flatten();
            return decided(Verdict::Allow { not_after }, waits);
        }
        let from = self.at.max(caps_until);
        let until = if closed || caps_until > self.at { hours::next(self, from) } else { None };
        match until.and_then(|until| DateTime::from_timestamp(until, 0)) {
            Some(until) => decided(Verdict::Defer { until: Some(until) }, waits),
            None => {
                let mut reasons = waits;
                reasons.push(Reason::new(Code::NoCommonWindow, None, Fact::None));
                decided(Verdict::Deny, reasons)
            }
        }
    }
}
