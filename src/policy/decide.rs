use chrono::{DateTime, Utc};

use super::{
    Brand, Proof, bans, caps, consent,
    decision::{Code, Decision, Fact, Need, Reason, Verdict, Versions},
    edge,
    few::Few,
    forbids, hours, registers, zonedata,
};
use crate::{
    consent::{Grade, Grant, ProgramState, State},
    id::Name,
    law::{Bans, HORIZON, Moment, PlaceLaw, Posture, Rule, Rulebook},
    message::Kind,
    phone::Country,
    place::{Place, Whereabouts, Zone, ZoneTable},
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
    /// How well a consent must be provable.
    pub proof: Proof,
    /// The lists of ad-hoc bans that are loaded; none unless said, and then what needs one waits.
    pub bans: Bans,
    /// The countries that the senders are registered in. A rule against senders of another country waits for it; a
    /// request without a sender is not held against such a rule.
    pub senders: Vec<(Name, Country)>,
    /// Programs whose people had their age checked before they joined.
    pub age_checked: Vec<Name>,
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

/// When what waits may go.
enum Until {
    At(i64),
    /// No moment suits.
    Never,
    /// The clocks cannot be believed that far ahead.
    Unknown(Vec<Reason>),
}

/// Collects what stands in the way.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) denials: Vec<Reason>,
    pub(super) missing: Vec<Reason>,
    pub(super) waits: Vec<Reason>,
    pub(super) needs: Vec<Need>,
    pub(super) warnings: Vec<Reason>,
    /// Caps have room and declared bans are over from this second on.
    pub(super) clear_from: i64,
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

    fn is_clear(&self) -> bool {
        self.denials.is_empty() && self.missing.is_empty() && self.waits.is_empty()
    }
}

/// One decision under way.
#[derive(Debug)]
pub(super) struct Question<'a> {
    pub(super) policy: &'a Policy,
    pub(super) facts: Facts<'a>,
    pub(super) request: Request<'a>,
    /// Unix seconds.
    pub(super) at: i64,
    /// What the clock of each candidate zone shows; one that the table does not know is left out.
    pub(super) moments: Few<(Zone, Moment)>,
    /// The first and the last of their dates: between them lies every date that it may be for the person.
    pub(super) days: (i64, i64),
    /// What stands with the request's program.
    pub(super) program: Option<&'a ProgramState>,
    /// The places whose law counts, with it: where the person may be, and where the number is from if that
    /// place's law follows its area code.
    pub(super) laws: Few<(Place, &'a PlaceLaw)>,
    /// How well a ground must be provable to count, by what the host asks for all those places.
    pub(super) least: Option<Grade>,
}

impl<'a> Question<'a> {
    pub(super) fn new(policy: &'a Policy, facts: Facts<'a>, request: Request<'a>, at: i64) -> Self {
        let moment = |zone: &Zone| Some((*zone, Moment::new(&policy.zones, *zone, at)?));
        let moments: Few<(Zone, Moment)> = facts.whereabouts.zones().iter().filter_map(moment).collect();
        let mut days = None;
        for (_, moment) in moments.iter() {
            let day = moment.day();
            days = Some(days.map_or((day, day), |(first, last): (i64, i64)| (first.min(day), last.max(day))));
        }
        let days = days.unwrap_or((at.div_euclid(86_400), at.div_euclid(86_400)));
        let places = facts.whereabouts.places();
        let by_number = facts.whereabouts.number_places().iter().filter(|place| {
            !places.contains(place)
                && policy.rulebook.coverage_on_day(**place, days.1).is_some_and(|c| c.by_number)
        });
        let laws = places.iter().chain(by_number).map(|place| (*place, policy.rulebook.law_of(*place)));
        let program = facts.state.program(request.program);
        let laws: Few<(Place, &PlaceLaw)> = laws.collect();
        let least = policy.proof.least(request.kind, laws.iter().map(|(place, _)| *place));
        Self { policy, facts, request, at, moments, days, program, laws, least }
    }

    /// The same question at another second.
    fn as_of(&self, at: i64) -> Self {
        Self::new(self.policy, self.facts, self.request, at)
    }

    pub(super) const fn at_ms(&self) -> i64 {
        self.at.saturating_mul(1_000)
    }

    /// The grounds on record in the program.
    pub(super) fn grants(&self) -> &'a [Grant] {
        self.program.map_or(&[], |program| &program.grants)
    }

    /// Whether a rule is in force on any date that it may be for the person.
    pub(super) fn in_force(&self, rule: &Rule) -> bool {
        rule.in_force_on_day(self.days.0) || rule.in_force_on_day(self.days.1)
    }

    /// Whether the book covers a place on every such date.
    pub(super) const fn covers(&self, law: &PlaceLaw) -> bool {
        law.covers_day(self.days.0) && law.covers_day(self.days.1)
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
        Self {
            rulebook,
            zones,
            posture: Posture::Strict,
            brand: Brand::default(),
            proof: Proof::none(),
            bans: Bans::none(),
            senders: Vec::new(),
            age_checked: Vec::new(),
        }
    }

    /// A refusal for a reason without a rule, made with this law and these zones.
    #[must_use]
    pub fn refusing(&self, code: Code) -> Decision {
        self.decided(Verdict::Deny, vec![Reason::bare(code)])
    }

    /// A verdict with its reasons and nothing else.
    fn decided(&self, verdict: Verdict, reasons: Vec<Reason>) -> Decision {
        let (rulebook, zones) = (self.rulebook.shared_version(), self.zones.shared_version());
        Decision {
            verdict,
            reasons,
            needs: Vec::new(),
            warnings: Vec::new(),
            kinds: None,
            posture: self.posture,
            versions: Versions { rulebook, zones },
        }
    }

    /// Decides whether this message may go to this person at `at`.
    #[must_use]
    pub fn decide(&self, facts: Facts<'_>, request: Request<'_>, at: DateTime<Utc>) -> Decision {
        let question = Question::new(self, facts, request, at.timestamp());
        question.settle(question.ask())
    }
}

impl Question<'_> {
    /// Everything that stands in the way.
    pub(super) fn ask(&self) -> Findings {
        let mut findings = Findings { closes: i64::MAX, ..Findings::default() };
        self.person(&mut findings);
        self.covered(&mut findings);
        consent::check(self, &mut findings);
        forbids::check(self, &mut findings);
        zonedata::check(self, &mut findings);
        bans::check(self, &mut findings);
        hours::check(self, &mut findings);
        caps::check(self, &mut findings);
        registers::check(self, &mut findings);
        findings
    }

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
        // Whoever sells to dead numbers pays for it and is taken for a spammer; an order may try.
        if let Some(ms) = state.bounced_ms.filter(|_| self.request.kind == Kind::Marketing) {
            let fact =
                DateTime::from_timestamp_millis(ms).map_or(Fact::None, |at| Fact::Since { road: None, at });
            findings.deny(Reason::new(Code::Undeliverable, None, fact));
        }
    }

    fn covered(&self, findings: &mut Findings) {
        if self.facts.whereabouts.places().is_empty() {
            findings.miss(Need::Place, Reason::new(Code::PlaceUnknown, None, Fact::None));
        }
        if self.facts.whereabouts.zones().is_empty() {
            findings.miss(Need::Zone, Reason::new(Code::ZoneUnknown, None, Fact::None));
        }
        for (place, law) in self.laws.iter() {
            if !self.covers(law) {
                findings.miss(Need::Coverage, Reason::new(Code::NoCoverage, None, Fact::Place(*place)));
            }
        }
    }

    fn settle(&self, findings: Findings) -> Decision {
        let Findings { denials, missing, waits, needs, warnings, clear_from, closes } = findings;
        let decided = |verdict, reasons| Decision { warnings, ..self.policy.decided(verdict, reasons) };
        if !denials.is_empty() {
            let reasons = denials.into_iter().chain(missing).chain(waits).collect();
            return decided(Verdict::Deny, reasons);
        }
        if !missing.is_empty() {
            let reasons = missing.into_iter().chain(waits).collect();
            return Decision { needs, ..decided(Verdict::Defer { until: None }, reasons) };
        }
        if waits.is_empty() {
            let closes = if edge::any(self) { self.lasts(closes) } else { closes };
            let not_after = (closes < i64::MAX).then(|| DateTime::from_timestamp(closes, 0)).flatten();
            return decided(Verdict::Allow { not_after }, waits);
        }
        match self.until(clear_from) {
            Until::At(until) => {
                let until = DateTime::from_timestamp(until, 0);
                decided(Verdict::Defer { until }, waits)
            }
            Until::Unknown(missing) => {
                let reasons = missing.into_iter().chain(waits).collect();
                let decision = decided(Verdict::Defer { until: None }, reasons);
                Decision { needs: vec![Need::ZoneData], ..decision }
            }
            Until::Never => {
                let mut reasons = waits;
                reasons.push(Reason::new(Code::NoCommonWindow, None, Fact::None));
                decided(Verdict::Deny, reasons)
            }
        }
    }

    /// Until when it stays allowed: the next closing, or before that whatever else comes in between.
    fn lasts(&self, mut closes: i64) -> i64 {
        let end = self.at.saturating_add(HORIZON);
        let far = if closes < i64::MAX { end } else { i64::MAX };
        let mut then = self.as_of(self.at);
        while let Some(edge) = edge::next(&then).filter(|edge| *edge < closes && *edge <= end) {
            then = self.as_of(edge);
            let findings = then.ask();
            if !findings.is_clear() {
                return edge;
            }
            closes = findings.closes;
        }
        if closes > end { far } else { closes }
    }

    /// The first whole minute at which nothing closes it, within [`HORIZON`] of the second from which the caps have
    /// room and no ban is declared.
    fn until(&self, clear_from: i64) -> Until {
        let mut now = self.as_of(self.at);
        let mut clear = self.at.max(clear_from);
        loop {
            let (from, end) = (clear.max(now.at), clear.saturating_add(HORIZON));
            let edge = edge::next(&now).filter(|edge| *edge <= end);
            let found = match edge {
                Some(edge) if edge <= from => None,
                _ => hours::next(&now, from).filter(|found| *found <= end),
            };
            match (found, edge) {
                (Some(found), edge) if edge.is_none_or(|edge| found < edge) => return Until::At(found),
                (_, Some(edge)) => now = self.as_of(edge),
                (_, None) => return Until::Never,
            }
            let outdated: Vec<Reason> = zonedata::outdated(&now).collect();
            if !outdated.is_empty() {
                return Until::Unknown(outdated);
            }
            // Another rule or lift, another cap or ban.
            let mut held = Findings::default();
            bans::check(&now, &mut held);
            caps::check(&now, &mut held);
            clear = if held.waits.is_empty() { clear.min(now.at) } else { held.clear_from };
        }
    }
}
