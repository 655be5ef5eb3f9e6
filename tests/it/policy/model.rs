//! What a decision should be, the plain way: every rule of the book asked one by one, every minute looked at.

use std::collections::BTreeSet;

use chrono::{DateTime, Months, NaiveDate};
use optin::{
    consent::{Acquisition, Basis, Grant, Sent, State, event::Said},
    id::Name,
    law::{CapKey, Certainty, Hours, LiftBy, Need, Posture, Reach, Rule, Rulebook, TimeOfDay, Window},
    message::Kind,
    place::{Place, Whereabouts, Zone, ZoneTable},
};

const DAY: i64 = 86_400;
pub(super) const HORIZON: i64 = 8 * DAY;

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
    rules: Vec<(Place, Vec<&'a Rule>)>,
}

fn put(set: &mut Codes, code: &'static str, rule: Option<&Rule>) {
    set.insert((code, rule.map_or(String::new(), |rule| rule.id.clone())));
}

fn date(day: i64) -> NaiveDate {
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
                .filter(|rule| rule.kinds.contains(case.kind))
                .filter(|rule| rule.places.iter().any(|&of| reaches(book, of, place)))
                .collect();
            rules.push((place, here));
        }
        Self { case, zones, book, rules }
    }

    fn local(&self, zone: Zone, at: i64) -> Option<i64> {
        self.zones.span(zone, at).map(|span| at + i64::from(span.offset))
    }

    /// The date in the first candidate zone.
    fn today(&self, at: i64) -> NaiveDate {
        let zone = self.case.whereabouts.zones().first();
        date(zone.and_then(|zone| self.local(*zone, at)).unwrap_or(at).div_euclid(DAY))
    }

    fn covered(&self, place: Place, at: i64) -> bool {
        self.book.coverage(place, self.today(at)).is_some()
    }

    fn places(&self, at: i64) -> Vec<Place> {
        let lives = self.case.whereabouts.places();
        let mut places = lives.to_vec();
        for &place in self.case.whereabouts.number_places() {
            let counts = self.book.coverage(place, self.today(at)).is_some_and(|row| row.by_number);
            if counts && !lives.contains(&place) {
                places.push(place);
            }
        }
        places
    }

    fn rules_at(&self, at: i64) -> impl Iterator<Item = (Place, &'a Rule)> {
        let places = self.places(at);
        let of =
            places.into_iter().map(|place| self.rules.iter().find(|(known, _)| *known == place).unwrap());
        of.flat_map(|(place, rules)| rules.iter().map(|rule| (*place, *rule)))
    }

    fn binds(&self, rule: &Rule) -> bool {
        self.case.posture == Posture::Strict || rule.reach == Reach::Settled
    }

    /// All that stands in the way at one instant.
    pub(super) fn judge(&self, at: i64) -> Findings {
        let mut found = Findings::default();
        self.person(at, &mut found);
        self.grounds(at, &mut found);
        self.waits(at, &mut found);
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
        let program = state.programs.iter().find(|program| program.program == case.program);
        let reaching = state.revocations.iter().filter(|said| {
            let mine = said.program.is_none() || said.program.as_ref() == Some(&case.program);
            let here = mine || (said.sender.is_some() && said.sender == case.sender);
            let topic = said.topic.is_some() && (said.topic == case.category || said.topic == case.subject);
            let blind = case.kind == Kind::Marketing && case.category.is_none();
            match said.said {
                Said::All => true,
                Said::Program => here,
                Said::Topic => here && (topic || blind),
            }
        });
        let stops: Vec<(i64, u64)> = reaching.map(|said| (said.acted_ms, said.seq)).collect();
        // One opening, later than each of them both ways.
        let closed = |stops: &[(i64, u64)]| {
            let later = |open: &optin::consent::Opening| {
                stops.iter().all(|(acted_ms, seq)| open.acted_ms > *acted_ms && open.seq > *seq)
            };
            !stops.is_empty() && !program.is_some_and(|program| program.openings.iter().any(later))
        };
        deny(closed(&stops), "revoked");
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

    fn grants(&self) -> &'a [Grant] {
        let mine = self.case.state.programs.iter().find(|program| program.program == self.case.program);
        mine.map_or(&[], |program| &program.grants)
    }

    fn usable(&self, at: i64) -> impl Iterator<Item = &'a Grant> {
        let barred = self.case.kind == Kind::Marketing;
        self.grants().iter().filter(move |grant| {
            grant.acted_ms / 1000 <= at && !(barred && grant.acquisition == Acquisition::Marketplace)
        })
    }

    fn grounds(&self, at: i64, found: &mut Findings) {
        for place in self.places(at) {
            let asks = |rule: &&Rule| rule.bases.is_some() && rule.in_force_on(self.today(at));
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
        };
        let none_asked = grounds.iter().any(|ground| ground.basis == Basis::None && ground.needs.is_empty());
        let stands = self.usable(at).any(|grant| {
            let mut fit = grounds.iter().filter(|g| g.basis == grant.basis || g.basis == Basis::None);
            fit.any(|ground| ground.needs.is_empty() || ground.needs.iter().any(|need| met(need, grant)))
        });
        if none_asked || stands {
            return;
        }
        if !self.binds(rule) {
            let known = self.case.state.programs.iter().any(|program| program.program == self.case.program);
            let code = if known { "basis_insufficient" } else { "no_consent" };
            return put(&mut found.warnings, code, Some(rule));
        }
        let said = |grant: &&Grant| grant.basis != Basis::None;
        let usable: Vec<&Grant> = self.usable(at).filter(said).collect();
        let named =
            usable.iter().find_map(|grant| Some((grant, grounds.iter().find(|g| g.basis == grant.basis)?)));
        if let Some((grant, ground)) = named {
            let sale = ground.needs.iter().any(|n| matches!(n, Need::Sale | Need::SaleWithin { .. }));
            let inquiry =
                ground.needs.iter().any(|n| matches!(n, Need::Inquiry | Need::InquiryWithin { .. }));
            let need = match (sale, inquiry, grant.sale_ms, grant.inquiry_ms) {
                (true, false, None, _) | (true, true, None, None) => Some("sale_at"),
                (false, true, _, None) => Some("inquiry_at"),
                _ => None,
            };
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

    fn is_lifted(&self, rule: &Rule, at: i64) -> bool {
        let sure = |certainty| self.case.posture == Posture::Settled || certainty == Certainty::Settled;
        self.usable(at).any(|grant| {
            rule.lifted_by.iter().filter(|lift| sure(lift.certainty)).any(|lift| match lift.by {
                LiftBy::Consent => matches!(grant.basis, Basis::Express | Basis::ExpressWritten),
                LiftBy::ExpressWritten => grant.basis == Basis::ExpressWritten,
                LiftBy::SaleWithin { months } => within(grant.sale_ms, months, at),
                LiftBy::InquiryWithin { months } => within(grant.inquiry_ms, months, at),
                _ => false,
            })
        })
    }

    /// Windows and caps, which time alone opens.
    fn waits(&self, at: i64, found: &mut Findings) {
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

    fn caps(&self, at: i64, found: &mut Findings) {
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
                if count >= usize::from(cap.max)
                    && rule.in_force_on(self.today(at))
                    && !self.is_lifted(rule, at)
                {
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

    /// Open by a window of today or of yesterday: after the last moment before its opening, and before the first
    /// moment of its closing, by the face of the clock.
    fn is_open(&self, hours: &Hours, strict: bool, zone: Zone, at: i64) -> bool {
        let now = self.local(zone, at).unwrap();
        let day = now.div_euclid(DAY);
        [day, day - 1].into_iter().any(|day| {
            let off = |calendars: &[std::sync::Arc<optin::law::Calendar>]| {
                calendars.iter().any(|calendar| calendar.is_holiday(date(day)).unwrap())
            };
            let weekday = chrono::Datelike::weekday(&date(day));
            let unwise = hours.discouraged().contains(weekday) || off(hours.discouraged_holidays());
            let admits = !(off(hours.holidays()) || strict && unwise);
            hours.windows().iter().any(|window| {
                let (opens, closes) = edges(window);
                let (opens, closes) = (day * DAY + opens, day * DAY + closes);
                let face = window.days().contains(weekday) && opens <= now && now < closes && admits;
                face && !self.turned(zone, at, opens, closes)
            })
        })
    }

    /// Where the clock is turned: the opening is still to come, or the closing has been.
    fn turned(&self, zone: Zone, at: i64, opens: i64, closes: i64) -> bool {
        let near = (at - 3 * 3600..=at + 3 * 3600).step_by(60);
        let offset = |at| self.zones.span(zone, at).unwrap().offset;
        if offset(at - 3 * 3600) == offset(at) && offset(at) == offset(at + 3 * 3600) {
            return false;
        }
        near.into_iter().any(|then| {
            let face = self.local(zone, then).unwrap();
            (then > at && face < opens) || (then <= at && face >= closes)
        })
    }

    /// The first minute at which nothing closes any more, looked for from the moment at which no cap holds.
    pub(super) fn until(&self) -> Option<i64> {
        let held = |at: i64, only_caps: bool| {
            let mut found = Findings::default();
            if only_caps {
                self.caps(at, &mut found)
            } else {
                self.waits(at, &mut found)
            }
            !found.waits.is_empty()
        };
        let rules = self.rules.iter().flat_map(|(_, rules)| rules).flat_map(|rule| &rule.caps);
        let mut periods: Vec<i64> = rules.map(|cap| i64::from(cap.per_hours)).collect();
        periods.extend(self.case.brand_caps.iter().map(|(_, hours, _)| i64::from(*hours)));
        let ages = self.case.state.sends.iter().flat_map(|sent| {
            periods.iter().map(move |hours| (sent.at_ms + hours * 3_600_000 + 999).div_euclid(1000))
        });
        let mut moments: Vec<i64> = ages.chain([self.case.at]).filter(|at| *at >= self.case.at).collect();
        moments.sort_unstable();
        let from = moments.into_iter().find(|at| !held(*at, true))?;
        let first = (from + 59).div_euclid(60) * 60;
        (first..=from + HORIZON).step_by(60).find(|at| !held(*at, false))
    }

    /// The first second at which it is no longer allowed.
    pub(super) fn not_after(&self) -> Option<i64> {
        let at = self.case.at;
        let allowed = |at: i64| self.judge(at).verdict() == "allow";
        let minute = (1..=HORIZON / 60).map(|minutes| at + minutes * 60).find(|at| !allowed(*at));
        if let Some(minute) = minute {
            return (minute - 59..=minute).find(|at| !allowed(*at));
        }
        let own = self.case.brand_hours.is_some() && self.case.kind == Kind::Marketing;
        let bound = self.rules_at(at).any(|(_, rule)| {
            rule.hours.is_some()
                && self.binds(rule)
                && !self.is_lifted(rule, at)
                && rule.in_force_on(self.today(at))
        });
        (own || bound).then_some(at + HORIZON)
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

fn edges(window: &Window) -> (i64, i64) {
    let seconds = |time: TimeOfDay| i64::from(time.minutes()) * 60;
    let (from, to) = (seconds(window.from()), seconds(window.to()));
    (from, if to > from { to } else { to + DAY })
}
