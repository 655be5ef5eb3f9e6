//! What a decision should be, the plain way: every rule of the book asked one by one, every minute looked at.

use std::collections::BTreeSet;

use chrono::{DateTime, Months, NaiveDate};
use optin::{
    consent::{Acquisition, Basis, Grade, Grant, Revocation, Sent, State, event::Said},
    id::Name,
    law::{Bans, CapKey, Certainty, Extent, Hours, LiftBy, Need, Posture, Reach, Register, Rule, Rulebook},
    message::Kind,
    phone::Country,
    place::{Place, Whereabouts, Zone, ZoneTable},
    policy::Proof,
};

pub(super) const DAY: i64 = 86_400;

use super::lists::least;

/// Everything that a decision is made of.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) whereabouts: Whereabouts,
    pub(super) state: State,
    pub(super) program: Name,
    pub(super) kind: Kind,
    pub(super) category: Option<Name>,
    pub(super) subject: Option<Name>,
    pub(super) sender: Option<Name>,
    pub(super) posture: Posture,
    pub(super) brand_hours: Option<Hours>,
    /// Most, in so many hours, of which category.
    pub(super) brand_caps: Vec<(u16, u32, Option<Name>)>,
    pub(super) brand_registers: Vec<Register>,
    pub(super) proof: Proof,
    pub(super) bans: Bans,
    pub(super) senders: Vec<(Name, Country)>,
    pub(super) age_checked: Vec<Name>,
    pub(super) at: i64,
}

/// Codes with the rule behind each, empty where there is none.
pub(super) type Codes = BTreeSet<(&'static str, String)>;

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Findings {
    pub(super) denials: Codes,
    pub(super) missing: Codes,
    pub(super) waits: Codes,
    pub(super) warnings: Codes,
    pub(super) needs: BTreeSet<&'static str>,
}

impl Findings {
    pub(super) fn verdict(&self) -> &'static str {
        if !self.denials.is_empty() {
            "deny"
        } else if !self.missing.is_empty() || !self.waits.is_empty() {
            "defer"
        } else {
            "allow"
        }
    }
}

pub(super) struct Model<'a> {
    pub(super) case: &'a Case,
    pub(super) zones: &'a ZoneTable,
    pub(super) book: &'a Rulebook,
    pub(super) rules: Vec<(Place, Vec<&'a Rule>)>,
}

pub(super) fn put(set: &mut Codes, code: &'static str, rule: Option<&Rule>) {
    set.insert((code, rule.map_or(String::new(), |rule| rule.id.clone())));
}

pub(super) fn date(day: i64) -> NaiveDate {
    DateTime::from_timestamp(day * DAY, 0).unwrap().date_naive()
}

impl<'a> Model<'a> {
    pub(super) fn new(case: &'a Case, zones: &'a ZoneTable, book: &'a Rulebook) -> Self {
        let about = case.whereabouts.places().iter().chain(case.whereabouts.number_places());
        let mut rules: Vec<(Place, Vec<&Rule>)> = Vec::new();
        for &place in about {
            let here: Vec<&Rule> = book
                .rules()
                .iter()
                .map(AsRef::as_ref)
                // What speaks of voice calls only is not even worth a warning.
                .filter(|rule| rule.reach != Reach::Voice && rule.kinds.contains(case.kind))
                .filter(|rule| rule.places.iter().any(|&of| reaches(book, of, place)))
                .collect();
            rules.push((place, here));
        }
        Self { case, zones, book, rules }
    }

    pub(super) fn local(&self, zone: Zone, at: i64) -> Option<i64> {
        self.zones.span(zone, at).map(|span| at + i64::from(span.offset))
    }

    /// Every date that it may be where the person is.
    fn dates(&self, at: i64) -> BTreeSet<NaiveDate> {
        let zones = self.case.whereabouts.zones().iter();
        let dates = zones.filter_map(|zone| Some(date(self.local(*zone, at)?.div_euclid(DAY))));
        let dates: BTreeSet<_> = dates.collect();
        if dates.is_empty() { BTreeSet::from([date(at.div_euclid(DAY))]) } else { dates }
    }

    pub(super) fn in_force(&self, rule: &Rule, at: i64) -> bool {
        self.dates(at).iter().any(|date| rule.in_force_on(*date))
    }

    fn covered(&self, place: Place, at: i64) -> bool {
        self.dates(at).iter().all(|date| self.book.coverage(place, *date).is_some())
    }

    fn places(&self, at: i64) -> Vec<Place> {
        let lives = self.case.whereabouts.places();
        let mut places = lives.to_vec();
        for &place in self.case.whereabouts.number_places() {
            let row = |date: &NaiveDate| self.book.coverage(place, *date).is_some_and(|row| row.by_number);
            let counts = self.dates(at).iter().any(row);
            if counts && !lives.contains(&place) {
                places.push(place);
            }
        }
        places
    }

    pub(super) fn rules_at(&self, at: i64) -> impl Iterator<Item = (Place, &'a Rule)> {
        let places = self.places(at);
        let of =
            places.into_iter().map(|place| self.rules.iter().find(|(known, _)| *known == place).unwrap());
        of.flat_map(|(place, rules)| rules.iter().map(|rule| (*place, *rule)))
    }

    pub(super) fn binds(&self, rule: &Rule) -> bool {
        match rule.reach {
            Reach::Settled => true,
            Reach::Voice => false,
            Reach::Contested | Reach::Unclear => self.case.posture == Posture::Strict,
        }
    }

    /// All that stands in the way at one instant.
    pub(super) fn judge(&self, at: i64) -> Findings {
        let mut found = Findings::default();
        self.person(at, &mut found);
        self.grounds(at, &mut found);
        self.forbidden(at, &mut found);
        self.outdated(at, &mut found);
        self.banned(at, &mut found);
        self.waits(at, &mut found);
        self.registers(at, &mut found);
        found
    }

    fn person(&self, at: i64, found: &mut Findings) {
        let (case, state) = (self.case, &self.case.state);
        let mut deny = |if_so: bool, code| {
            if if_so {
                put(&mut found.denials, code, None);
            }
        };
        deny(state.erased, "erased");
        deny(state.ended, "number_reassigned");
        deny(case.sender.as_ref().is_some_and(|sender| state.blocked.contains(sender)), "sender_blocked");
        deny(case.kind == Kind::Marketing && state.bounced_ms.is_some(), "undeliverable");
        let program = state.programs.iter().find(|program| program.program == case.program);
        let reaching = state.revocations.iter().filter(|said| {
            let mine = said.program.is_none() || said.program.as_ref() == Some(&case.program);
            let here = mine || (said.sender.is_some() && said.sender == case.sender);
            let topic = said.topic.is_some() && (said.topic == case.category || said.topic == case.subject);
            let blind = case.kind == Kind::Marketing && case.category.is_none();
            match said.said {
                Said::All => true,
                Said::Program => here && !self.keeps(said),
                Said::Topic => here && (topic || blind),
            }
        });
        let mut stops: Vec<(i64, u64)> = reaching.map(|said| (said.acted_ms, said.seq)).collect();
        let elsewhere = |binding| -> Vec<(i64, u64)> {
            let mut rules = self.all_ends_all(binding, at);
            let classes = rules.all(|rule| rule.revocation.as_ref().unwrap().by_class);
            let one = |said: &&Revocation| {
                let counts = said.said == Said::Program || (said.said == Said::Topic && !classes);
                counts && !self.keeps(said)
            };
            state.revocations.iter().filter(one).map(|said| (said.acted_ms, said.seq)).collect()
        };
        let (by_words, by_law) = (!stops.is_empty(), self.ends_all(true, at));
        if by_law.is_some() {
            stops.extend(elsewhere(true));
        }
        // One opening, later than each of them both ways.
        let closed = |stops: &[(i64, u64)]| {
            let later = |open: &optin::consent::Opening| {
                stops.iter().all(|(acted_ms, seq)| open.acted_ms > *acted_ms && open.seq > *seq)
            };
            !stops.is_empty() && !program.is_some_and(|program| program.openings.iter().any(later))
        };
        let revoked = closed(&stops);
        if revoked {
            put(&mut found.denials, "revoked", by_law.filter(|_| !by_words));
        } else if let Some(rule) = self.ends_all(false, at).filter(|_| !elsewhere(false).is_empty())
            && closed(&[stops.as_slice(), &elsewhere(false)].concat())
        {
            put(&mut found.warnings, "revoked", Some(rule));
        }
        let mut deny = |if_so: bool, code| {
            if if_so {
                put(&mut found.denials, code, None);
            }
        };
        if let Some(doubt) = state.suspension {
            let (over, doubt) = (at * 1000 >= doubt.deadline_ms, (doubt.acted_ms, doubt.seq));
            let all = [stops.as_slice(), &[doubt]].concat();
            deny(over && closed(&all), "revoked");
            deny(!over && case.kind == Kind::Marketing && closed(&[doubt]), "suspended");
        }
        let mut miss = |need, code| {
            put(&mut found.missing, code, None);
            found.needs.insert(need);
        };
        if case.whereabouts.places().is_empty() {
            miss("place", "place_unknown");
        }
        if case.whereabouts.zones().is_empty() {
            miss("zone", "zone_unknown");
        }
        if self.places(at).iter().any(|place| !self.covered(*place, at)) {
            miss("coverage", "no_coverage");
        }
    }

    /// A rule by which the end of one program is the end of all: surely, or in doubt.
    fn ends_all(&self, binding: bool, at: i64) -> Option<&'a Rule> {
        self.all_ends_all(binding, at).next()
    }

    fn all_ends_all(&self, binding: bool, at: i64) -> impl Iterator<Item = &'a Rule> {
        let says = move |rule: &&Rule| {
            rule.revocation.as_ref().is_some_and(|revocation| revocation.ends == Extent::All)
                && self.in_force(rule, at)
                && self.binds(rule) == binding
        };
        self.rules_at(at).map(|(_, rule)| rule).filter(says)
    }

    /// What the person expressly wished to go on: a topic beside another, or of the whole what is no marketing.
    fn keeps(&self, said: &Revocation) -> bool {
        let kept = said.kept.as_deref().unwrap_or_default();
        let named = self.case.category.as_ref().is_some_and(|category| kept.contains(category));
        if self.case.kind == Kind::Marketing {
            return said.said == Said::Topic && named;
        }
        said.said != Said::All && (named || kept.iter().any(|name| name.as_str() == "orders"))
    }

    fn grants(&self) -> &'a [Grant] {
        let mine = self.case.state.programs.iter().find(|program| program.program == self.case.program);
        mine.map_or(&[], |program| &program.grants)
    }

    fn given(&self, at: i64) -> impl Iterator<Item = &'a Grant> {
        let barred = self.case.kind == Kind::Marketing;
        self.grants().iter().filter(move |grant| {
            grant.acted_ms / 1000 <= at && !(barred && grant.acquisition == Acquisition::Marketplace)
        })
    }

    /// The worst grade that will do, if any is asked for.
    fn least(&self, at: i64) -> Option<Grade> {
        self.places(at).iter().filter_map(|place| least(&self.case.proof, self.case.kind, *place)).min()
    }

    pub(super) fn usable(&self, at: i64) -> impl Iterator<Item = &'a Grant> {
        let least = self.least(at).unwrap_or(Grade::D);
        self.given(at).filter(move |grant| grant.grade() <= least)
    }

    fn grounds(&self, at: i64, found: &mut Findings) {
        for place in self.places(at) {
            let asks = |rule: &&Rule| rule.bases.is_some() && self.in_force(rule, at);
            let rules: Vec<&Rule> =
                self.rules_at(at).filter(|(of, _)| *of == place).map(|(_, rule)| rule).filter(asks).collect();
            if self.covered(place, at) && !rules.iter().any(|rule| self.binds(rule)) {
                put(&mut found.missing, "no_coverage", None);
                found.needs.insert("coverage");
            }
            rules.into_iter().for_each(|rule| self.ground(rule, at, found));
        }
    }

    fn ground(&self, rule: &Rule, at: i64, found: &mut Findings) {
        let grounds = rule.bases.as_ref().unwrap().grounds();
        let met = |need: &Need, grant: &Grant| match need {
            Need::Sale => past(grant.sale_ms, at),
            Need::Inquiry => past(grant.inquiry_ms, at),
            Need::SaleWithin { months } => within(grant.sale_ms, *months, at),
            Need::InquiryWithin { months } => within(grant.inquiry_ms, *months, at),
            Need::ConsentWithin { months } => {
                grant.undated != Some(true) && within(Some(grant.acted_ms), *months, at)
            }
            Need::SaleRolling { months } => {
                // Every marketing message may have started the term anew, if one of those before it held it.
                let mut links: Vec<i64> =
                    grant.sale_ms.into_iter().filter(|ms| past(Some(*ms), at)).collect();
                let state = &self.case.state;
                let marketing = state.sends.iter().filter(|s| s.kind == Kind::Marketing && s.debits());
                let older = state.marketed.iter().flatten().copied();
                for sent in older.chain(marketing.map(|sent| sent.at_ms)) {
                    let held =
                        |link: &i64| *link <= sent && within(Some(*link), *months, sent.div_euclid(1_000));
                    if links.iter().any(held) {
                        links.push(sent);
                    }
                }
                links.iter().any(|link| within(Some(*link), *months, at))
            }
        };
        let none_asked = grounds.iter().any(|ground| ground.basis == Basis::None && ground.needs.is_empty());
        let carries = |grant: &Grant| {
            let mut fit = grounds.iter().filter(|g| g.basis == grant.basis || g.basis == Basis::None);
            fit.any(|ground| ground.needs.is_empty() || ground.needs.iter().any(|need| met(need, grant)))
        };
        if none_asked || self.usable(at).any(carries) {
            return;
        }
        if self.binds(rule) && self.given(at).any(carries) {
            return put(&mut found.denials, "evidence_weak", None);
        }
        if !self.binds(rule) {
            let known = self.case.state.programs.iter().any(|program| program.program == self.case.program);
            let code = if known { "basis_insufficient" } else { "no_consent" };
            return put(&mut found.warnings, code, Some(rule));
        }
        let said = |grant: &&Grant| grant.basis != Basis::None;
        let usable: Vec<&Grant> = self.given(at).filter(said).collect();
        let named =
            usable.iter().find_map(|grant| Some((grant, grounds.iter().find(|g| g.basis == grant.basis)?)));
        if let Some((grant, ground)) = named {
            let sale = ground
                .needs
                .iter()
                .any(|n| matches!(n, Need::Sale | Need::SaleWithin { .. } | Need::SaleRolling { .. }));
            let inquiry =
                ground.needs.iter().any(|n| matches!(n, Need::Inquiry | Need::InquiryWithin { .. }));
            let need = match (sale, inquiry, grant.sale_ms, grant.inquiry_ms) {
                (true, false, None, _) | (true, true, None, None) => Some("sale_at"),
                (false, true, _, None) => Some("inquiry_at"),
                _ => None,
            };
            let need = need.filter(|_| grant.sale_ms.is_none() && grant.inquiry_ms.is_none());
            let fits = (sale && grant.sale_ms.is_some()) || (inquiry && grant.inquiry_ms.is_some());
            if need.is_none() && (sale || inquiry) && !fits {
                return put(&mut found.denials, "basis_insufficient", Some(rule));
            }
            let Some(need) = need else { return put(&mut found.denials, "basis_expired", Some(rule)) };
            found.needs.insert(need);
            return put(&mut found.missing, "basis_date_missing", Some(rule));
        }
        let code = match (usable.first(), self.grants().iter().find(said)) {
            (Some(_), _) => "basis_insufficient",
            (None, Some(held)) if held.acquisition == Acquisition::Marketplace => "marketplace_only",
            (None, Some(_)) => "consent_not_yet",
            (None, None) => "no_consent",
        };
        put(&mut found.denials, code, Some(rule));
    }

    pub(super) fn is_lifted(&self, rule: &Rule, at: i64) -> bool {
        let sure = |certainty| self.case.posture == Posture::Settled || certainty == Certainty::Settled;
        self.usable(at).any(|grant| {
            rule.lifted_by.iter().filter(|lift| sure(lift.certainty)).any(|lift| match lift.by {
                LiftBy::Consent => matches!(grant.basis, Basis::Express | Basis::ExpressWritten),
                LiftBy::ExpressWritten => grant.basis == Basis::ExpressWritten,
                LiftBy::AnyGround => grant.basis != Basis::None,
                LiftBy::SaleWithin { months } => within(grant.sale_ms, months, at),
                LiftBy::InquiryWithin { months } => within(grant.inquiry_ms, months, at),
                _ => false,
            })
        })
    }

    /// Windows and caps, which time alone opens.
    pub(super) fn waits(&self, at: i64, found: &mut Findings) {
        let strict = self.case.posture == Posture::Strict;
        for &zone in self.case.whereabouts.zones() {
            for (_, rule) in self.rules_at(at) {
                let Some(hours) = &rule.hours else { continue };
                let today = date(self.local(zone, at).unwrap().div_euclid(DAY));
                if !rule.in_force_on(today) || self.is_lifted(rule, at) {
                    continue;
                }
                let zone = hours.zone().unwrap_or(zone);
                if self.is_open(hours, strict, zone, at) {
                    if self.binds(rule) && !self.is_open(hours, true, zone, at) {
                        put(&mut found.warnings, "window_closed", Some(rule));
                    }
                } else {
                    let list = if self.binds(rule) { &mut found.waits } else { &mut found.warnings };
                    put(list, "window_closed", Some(rule));
                }
            }
            let own = self.case.brand_hours.as_ref().filter(|_| self.case.kind == Kind::Marketing);
            if own.is_some_and(|hours| !self.is_open(hours, true, zone, at)) {
                put(&mut found.waits, "brand_hours", None);
            }
        }
        self.caps(at, found);
    }

    pub(super) fn caps(&self, at: i64, found: &mut Findings) {
        let in_period =
            |sent: &Sent, hours: u32| sent.debits() && sent.at_ms > at * 1000 - i64::from(hours) * 3_600_000;
        for (_, rule) in self.rules_at(at) {
            for cap in &rule.caps {
                let same = |sent: &Sent| {
                    cap.key == CapKey::Person
                        || sent.subject.is_none()
                        || self.case.subject.is_none()
                        || sent.subject == self.case.subject
                };
                let counts = |sent: &&Sent| {
                    in_period(sent, cap.per_hours.into()) && rule.kinds.contains(sent.kind) && same(sent)
                };
                let count = self.case.state.sends.iter().filter(counts).count();
                if count >= usize::from(cap.max) && self.in_force(rule, at) && !self.is_lifted(rule, at) {
                    let list = if self.binds(rule) { &mut found.waits } else { &mut found.warnings };
                    put(list, "cap_reached", Some(rule));
                }
            }
        }
        for (max, hours, category) in &self.case.brand_caps {
            let about =
                self.case.kind == Kind::Marketing && (category.is_none() || *category == self.case.category);
            let counts = |sent: &&Sent| {
                in_period(sent, *hours)
                    && sent.kind == Kind::Marketing
                    && (category.is_none() || sent.category == *category)
            };
            if about && self.case.state.sends.iter().filter(counts).count() >= usize::from(*max) {
                put(&mut found.waits, "brand_cap", None);
            }
        }
    }
}

/// Whether a rule for `of` binds who may be at `at`.
fn reaches(book: &Rulebook, of: Place, at: Place) -> bool {
    let own_prefix = book.covered().iter().any(|row| row.place == of && row.own_prefix);
    of == at
        || (of.country() == at.country()
            && (of.subdivision().is_none() || (at.subdivision().is_none() && !own_prefix)))
}

fn past(then: Option<i64>, at: i64) -> bool {
    then.is_some_and(|then| then.div_euclid(1000) <= at)
}

fn within(then: Option<i64>, months: u16, at: i64) -> bool {
    let end = |ms: i64| {
        let then = DateTime::from_timestamp(ms.div_euclid(1000), 0).unwrap();
        then.checked_add_months(Months::new(months.into())).unwrap().timestamp()
    };
    past(then, at) && then.is_some_and(|then| at < end(then))
}
