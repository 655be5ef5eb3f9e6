//! Cases worked out by hand from the law as the facts have it, each with the answer written out.

use optin::{
    consent::{
        Acquisition, Basis, Check, Grant, How, Opening, ProgramState, Revocation, Sent, State,
        event::{Outcome, Road, Said},
    },
    id::{MessageId, Name},
    law::{Posture, Rulebook},
    message::Kind,
    place::{Whereabouts, ZoneTable},
    policy::{Brand, Facts, Policy, Request, Verdict},
};

use super::facts::name;
use crate::walk::{at, number};

/// One question, by default for marketing of the program `soldes` under the strict posture, to a person who
/// ticked the box thirty days ago.
#[derive(Clone)]
pub(super) struct Ask {
    program: Name,
    pub(super) whereabouts: Whereabouts,
    pub(super) state: State,
    kind: Kind,
    pub(super) category: Option<Name>,
    subject: Option<Name>,
    pub(super) sender: Option<Name>,
    posture: Posture,
    brand: Brand,
    at: String,
}

pub(super) fn ms(text: &str) -> i64 {
    at(text).timestamp_millis()
}

pub(super) fn bare(of: &str, when: &str) -> Ask {
    Ask {
        program: name("soldes"),
        whereabouts: Whereabouts::of(number(of)),
        state: State::default(),
        kind: Kind::Marketing,
        category: None,
        subject: None,
        sender: Some(name("36123")),
        posture: Posture::Strict,
        brand: Brand::new(),
        at: when.to_owned(),
    }
}

pub(super) fn ask(of: &str, when: &str) -> Ask {
    bare(of, when).grant(Basis::ExpressWritten, None, None)
}

impl Ask {
    pub(super) fn grant(mut self, basis: Basis, sale: Option<&str>, inquiry: Option<&str>) -> Self {
        let acted_ms = ms(&self.at) - 30 * 86_400_000;
        self.state.programs = vec![ProgramState {
            program: name("soldes"),
            grants: vec![Grant {
                sale_ms: sale.map(ms),
                inquiry_ms: inquiry.map(ms),
                ..Grant::new(basis, How::Form, acted_ms)
            }],
            openings: vec![Opening { acted_ms, seq: 2 }],
            pending: None,
        }];
        self
    }

    pub(super) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn postal(self, code: &str) -> Self {
        self.with(|ask| ask.whereabouts = ask.whereabouts.with_postal_code(code).unwrap())
    }

    pub(super) fn kind(self, kind: Kind) -> Self {
        self.with(|ask| ask.kind = kind)
    }

    pub(super) fn settled(self) -> Self {
        self.with(|ask| ask.posture = Posture::Settled)
    }

    pub(super) fn about(self, subject: &str) -> Self {
        self.with(|ask| ask.subject = Some(name(subject)))
    }

    pub(super) fn sent(self, when: &str, subject: Option<&str>) -> Self {
        self.sent_with(when, subject, None, Outcome::Accepted)
    }

    fn sent_with(
        mut self,
        when: &str,
        subject: Option<&str>,
        category: Option<&str>,
        outcome: Outcome,
    ) -> Self {
        self.state.sends.push(Sent {
            message: MessageId([self.state.sends.len() as u8; 16]),
            at_ms: ms(when),
            kind: Kind::Marketing,
            program: name("soldes"),
            sender: name("36123"),
            category: category.map(name),
            subject: subject.map(name),
            outcome: Some(outcome),
            delivery: None,
            answer: None,
        });
        self
    }

    pub(super) fn said(
        mut self,
        said: Said,
        program: Option<&str>,
        sender: Option<&str>,
        topic: Option<&str>,
    ) -> Self {
        self.state.revocations.push(Revocation {
            said,
            program: program.map(name),
            sender: sender.map(name),
            topic: topic.map(name),
            acted_ms: ms(&self.at) - 3_600_000,
            seq: 9,
            road: Road::Keyword,
            kept: None,
        });
        self
    }

    pub(super) fn has_bought(&mut self, when: &str) {
        self.state.programs[0].grants[0].sale_ms = Some(ms(when));
    }

    pub(super) fn has_no_consent(&mut self) {
        self.state.programs.clear();
    }

    /// A register answered that the number does not stand in it.
    pub(super) fn answered(&mut self, register: &str, as_of: &str) {
        let clear = Check { register: name(register), listed: false, as_of_ms: ms(as_of), since_ms: None };
        self.state.checks.get_or_insert_default().push(clear);
    }

    pub(super) fn when(&self) -> chrono::DateTime<chrono::Utc> {
        at(&self.at)
    }

    pub(super) fn at(&mut self, when: &str) {
        self.at = when.to_owned();
    }

    pub(super) fn parts(&self) -> (Facts<'_>, Request<'_>) {
        let request = Request {
            program: &self.program,
            kind: self.kind,
            category: self.category.as_ref(),
            subject: self.subject.as_ref(),
            sender: self.sender.as_ref(),
        };
        (Facts { whereabouts: &self.whereabouts, state: &self.state }, request)
    }

    pub(super) fn decide_with(&self, policy: &Policy) -> optin::policy::Decision {
        let (facts, request) = self.parts();
        policy.decide(facts, request, at(&self.at))
    }

    /// The verdict with its time, then needs, reasons and warnings, each once.
    pub(super) fn answer(&self) -> String {
        self.answer_by(Policy::new(Rulebook::builtin(), ZoneTable::bundled()))
    }

    /// The same by another policy, with the question's own posture and brand.
    pub(super) fn answer_by(&self, policy: Policy) -> String {
        let policy = Policy { posture: self.posture, brand: self.brand.clone(), ..policy };
        let decision = self.decide_with(&policy);
        let mut words = vec![decision.code().to_owned()];
        let (Verdict::Allow { not_after: time } | Verdict::Defer { until: time }) = decision.verdict else {
            return self.rest(words, &decision);
        };
        words.extend(time.map(|time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string()));
        words.extend(decision.needs.iter().map(|need| need.code().to_owned()));
        self.rest(words, &decision)
    }

    fn rest(&self, mut words: Vec<String>, decision: &optin::policy::Decision) -> String {
        let lists = [("", &decision.reasons), ("warning:", &decision.warnings)];
        for (mark, reason) in lists.into_iter().flat_map(|(mark, list)| list.iter().map(move |r| (mark, r))) {
            let rule = reason.rule_id().map_or(String::new(), |rule| format!("/{rule}"));
            let word = format!("{mark}{}{rule}", reason.code.code());
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words.join(" ")
    }
}

pub(super) const NEW_YORK: &str = "+12125550123";
const MIAMI: &str = "+13055550123";
const TORONTO: &str = "+14165550123";
pub(super) const PARIS: &str = "+33612345678";
pub(super) const LONDON: &str = "+447700900123";
/// Wednesday noon in New York.
pub(super) const NOON: &str = "2026-11-18T17:00:00Z";

#[test]
fn in_the_united_states_marketing_needs_writing() {
    let lives = |basis| bare(NEW_YORK, NOON).grant(basis, Some("2026-11-01T10:00:00Z"), None);
    let open = "allow 2026-11-19T02:00:00Z";
    assert_eq!(lives(Basis::ExpressWritten).answer(), open);
    let deny = "deny basis_insufficient/US-CTIA-MARKETING basis_insufficient/US-FED-PEWC";
    for basis in [Basis::Express, Basis::SoftOptIn, Basis::Implied] {
        assert_eq!(lives(basis).answer(), deny);
        assert_eq!(lives(basis).kind(Kind::Transactional).answer(), "allow");
    }
    let settled = "deny basis_insufficient/US-CTIA-MARKETING warning:basis_insufficient/US-FED-PEWC";
    assert_eq!(lives(Basis::Express).settled().answer(), settled);
    let nothing = bare(NEW_YORK, NOON);
    assert_eq!(nothing.answer(), "deny no_consent/US-CTIA-MARKETING no_consent/US-FED-PEWC");
    let order = "deny no_consent/US-CTIA-INFORMATIONAL no_consent/US-FED-PEC";
    assert_eq!(nothing.clone().kind(Kind::Transactional).answer(), order);
    assert_eq!(nothing.kind(Kind::Conversational).answer(), "allow");
}

#[test]
fn in_canada_implied_consent_lapses_to_the_day() {
    let implied = |when, sale, inquiry| bare(TORONTO, when).grant(Basis::Implied, sale, inquiry);
    let (sale, inquiry) = (Some("2024-11-18T17:00:00Z"), Some("2026-05-18T17:00:00Z"));
    let lapsed = "deny basis_expired/CA-CASL-MARKETING";
    for (sale, inquiry) in [(sale, None), (None, inquiry), (sale, inquiry)] {
        assert_eq!(implied("2026-11-18T16:59:59Z", sale, inquiry).answer(), "allow 2026-11-18T17:00:00Z");
        assert_eq!(implied(NOON, sale, inquiry).answer(), lapsed);
    }
    // A newer inquiry carries on where the sale ends.
    let newer = implied("2026-11-18T16:59:59Z", sale, Some("2026-10-01T00:00:00Z"));
    assert_eq!(newer.answer(), "allow");
    // Six months from the 31st end on the last of a shorter month.
    let short = |when| implied(when, None, Some("2026-08-31T12:00:00Z"));
    assert_eq!(short("2027-02-28T11:59:59Z").answer(), "allow 2027-02-28T12:00:00Z");
    assert_eq!(short("2027-02-28T12:00:00Z").answer(), lapsed);
    assert_eq!(implied(NOON, None, None).answer(), "defer sale_at basis_date_missing/CA-CASL-MARKETING");
    assert_eq!(bare(TORONTO, NOON).grant(Basis::Express, None, None).answer(), "allow");
    assert_eq!(bare(TORONTO, NOON).kind(Kind::Transactional).answer(), "allow");
}

#[test]
fn in_france_and_britain_a_soft_opt_in_needs_its_sale() {
    let noon = "2026-11-18T11:00:00Z";
    let soft = |of, sale, inquiry| bare(of, noon).grant(Basis::SoftOptIn, sale, inquiry);
    let sale = Some("2019-01-01T00:00:00Z");
    assert_eq!(soft(PARIS, sale, None).answer(), "allow 2026-11-18T20:30:00Z");
    assert_eq!(soft(PARIS, None, None).answer(), "defer sale_at basis_date_missing/FR-CONSENT-MARKETING");
    // An inquiry is no sale that somebody forgot to write down.
    assert_eq!(soft(PARIS, None, sale).answer(), "deny basis_insufficient/FR-CONSENT-MARKETING");
    assert_eq!(soft(LONDON, sale, None).answer(), "allow");
    assert_eq!(soft(LONDON, None, sale).answer(), "allow");
    assert_eq!(soft(LONDON, None, None).answer(), "defer sale_at basis_date_missing/GB-CONSENT-MARKETING");
    for (of, rule) in [(PARIS, "FR-CONSENT-MARKETING"), (LONDON, "GB-CONSENT-MARKETING")] {
        let implied = bare(of, noon).grant(Basis::Implied, sale, sale);
        assert_eq!(implied.answer(), format!("deny basis_insufficient/{rule}"));
        assert_eq!(bare(of, noon).answer(), format!("deny no_consent/{rule}"));
        assert_eq!(bare(of, noon).kind(Kind::Transactional).answer(), "allow");
    }
}

#[test]
fn a_marketplace_buyer_gets_transactional_messages_only() {
    let buyer = ask(NEW_YORK, NOON)
        .with(|ask| ask.state.programs[0].grants[0].acquisition = Acquisition::Marketplace);
    assert_eq!(buyer.answer(), "deny marketplace_only/US-CTIA-MARKETING marketplace_only/US-FED-PEWC");
    assert_eq!(buyer.kind(Kind::Transactional).answer(), "allow");
}

#[test]
fn consent_in_the_future_is_none_yet() {
    let later = |ms| ask(LONDON, NOON).with(|ask| ask.state.programs[0].grants[0].acted_ms = ms);
    assert_eq!(later(ms(NOON) + 1_000).answer(), "deny consent_not_yet/GB-CONSENT-MARKETING");
    assert_eq!(later(ms(NOON)).answer(), "allow");
}

#[test]
fn a_revocation_reaches_what_was_said_and_no_less() {
    let london = || ask(LONDON, NOON);
    let (mine, other) = (Some("soldes"), Some("avis"));
    let revoked = "deny revoked";
    assert_eq!(london().said(Said::Program, mine, None, None).answer(), revoked);
    assert_eq!(london().said(Said::Program, mine, None, None).kind(Kind::Transactional).answer(), revoked);
    assert_eq!(london().said(Said::Program, None, None, None).answer(), revoked);
    assert_eq!(london().said(Said::Program, other, None, None).answer(), "allow");
    assert_eq!(london().said(Said::All, other, Some("70000"), None).answer(), revoked);
    // One sender of two programs: what was answered to it is closed for both.
    assert_eq!(london().said(Said::Program, other, Some("36123"), None).answer(), revoked);
    assert_eq!(london().said(Said::Program, other, Some("70000"), None).answer(), "allow");
    let topic = |program| london().said(Said::Topic, program, None, Some("promo"));
    let promo = |ask: Ask| ask.with(|ask| ask.category = Some(name("promo")));
    let news = |ask: Ask| ask.with(|ask| ask.category = Some(name("news")));
    assert_eq!(promo(topic(mine)).answer(), revoked);
    assert_eq!(news(topic(mine)).answer(), "allow");
    assert_eq!(news(topic(mine)).about("promo").answer(), revoked);
    assert_eq!(topic(mine).answer(), revoked);
    assert_eq!(topic(mine).kind(Kind::Transactional).answer(), "allow");
    assert_eq!(promo(topic(other)).answer(), "allow");
}

#[test]
fn only_a_later_opening_outlives_a_revocation() {
    let opened = |acted: i64, seq| {
        ask(LONDON, NOON).said(Said::Program, Some("soldes"), None, None).with(|ask| {
            ask.state.programs[0].openings = vec![Opening { acted_ms: ms(NOON) - 3_600_000 + acted, seq }];
        })
    };
    assert_eq!(opened(1, 10).answer(), "allow");
    assert_eq!(opened(0, 10).answer(), "deny revoked");
    assert_eq!(opened(1, 9).answer(), "deny revoked");
    assert_eq!(opened(1, 8).answer(), "deny revoked");
}

#[test]
fn florida_counts_three_of_a_subject_in_a_day() {
    let three = || {
        ask(MIAMI, "2026-11-18T20:00:00Z")
            .sent("2026-11-18T17:00:30Z", Some("shoes"))
            .sent("2026-11-18T18:00:00Z", Some("shoes"))
            .sent("2026-11-18T19:00:00Z", Some("shoes"))
    };
    // The first ages out at half past a minute: the next whole minute it is.
    let held = "defer 2026-11-19T17:01:00Z cap_reached/US-FL-CAP";
    assert_eq!(three().about("shoes").answer(), held);
    assert_eq!(three().answer(), held);
    assert_eq!(three().about("hats").answer(), "allow 2026-11-19T01:00:00Z");
    assert_eq!(three().about("shoes").settled().answer(), "allow warning:cap_reached/US-FL-CAP");
    let unnamed = |ask: Ask| ask.with(|ask| ask.state.sends[1].subject = None).about("shoes");
    assert_eq!(unnamed(three()).answer(), held);
    let two_and = |outcome| three().about("shoes").with(|ask| ask.state.sends[0].outcome = outcome);
    let open = "allow 2026-11-19T01:00:00Z";
    assert_eq!(two_and(Some(Outcome::Refused)).answer(), open);
    assert_eq!(two_and(Some(Outcome::Deferred)).answer(), open);
    assert_eq!(two_and(Some(Outcome::Unknown)).answer(), held);
    assert_eq!(two_and(None).answer(), held);
    // What was no marketing does not count.
    let receipt = three().about("shoes").with(|ask| ask.state.sends[0].kind = Kind::Transactional);
    assert_eq!(receipt.answer(), open);
    // A cap that clears at night waits for the morning.
    let late = three().about("shoes").with(|ask| {
        ask.state.sends.iter_mut().for_each(|sent| sent.at_ms += 8 * 3_600_000);
        ask.at = "2026-11-19T14:00:00Z".to_owned();
    });
    assert_eq!(late.answer(), "defer 2026-11-20T13:00:00Z cap_reached/US-FL-CAP");
}

#[test]
fn oregon_counts_any_subject_and_maryland_the_same() {
    let three = |of| {
        ask(of, "2026-11-18T20:00:00Z")
            .sent("2026-11-18T17:00:00Z", Some("shoes"))
            .sent("2026-11-18T18:00:00Z", Some("hats"))
            .sent("2026-11-18T19:00:00Z", Some("bags"))
            .about("coats")
    };
    let (portland, baltimore) = ("+15035550123", "+14105550123");
    assert_eq!(three(portland).answer(), "defer 2026-11-19T17:00:00Z cap_reached/US-OR-CAP");
    assert_eq!(three(baltimore).answer(), "allow 2026-11-19T01:00:00Z");
    let same =
        three(baltimore).with(|ask| ask.state.sends.iter_mut().for_each(|s| s.subject = Some(name("coats"))));
    assert_eq!(same.answer(), "defer 2026-11-19T17:00:00Z cap_reached/US-MD-CAP");
    // Oregon's cap began with 2026.
    let before = three(portland).with(|ask| {
        ask.at = "2025-11-19T20:00:00Z".to_owned();
        ask.state.programs[0].grants[0].acted_ms = ms("2025-01-01T00:00:00Z");
        ask.state.sends.iter_mut().for_each(|sent| sent.at_ms -= 364 * 86_400_000);
    });
    assert_eq!(before.answer(), "allow 2025-11-20T05:00:00Z");
}

#[test]
fn a_brand_may_ask_less_of_itself() {
    let brand = Brand::new().cap(6, 30 * 24).cap_category(name("promo"), 3, 30 * 24);
    let month = |promos: u8, others: u8| {
        let mut ask = ask(LONDON, NOON).with(|ask| ask.brand = brand.clone());
        for day in 1..=promos + others {
            let category = if day <= promos { "promo" } else { "news" };
            let when = format!("2026-11-{day:02}T10:00:00Z");
            ask = ask.sent_with(&when, None, Some(category), Outcome::Accepted);
        }
        ask
    };
    let promo = |ask: Ask| ask.with(|ask| ask.category = Some(name("promo"))).answer();
    let news = |ask: Ask| ask.with(|ask| ask.category = Some(name("news"))).answer();
    assert_eq!(promo(month(2, 3)), "allow");
    assert_eq!(promo(month(3, 0)), "defer 2026-12-01T10:00:00Z brand_cap");
    assert_eq!(news(month(3, 0)), "allow");
    assert_eq!(news(month(3, 3)), "defer 2026-12-01T10:00:00Z brand_cap");
    assert_eq!(news(month(3, 4)), "defer 2026-12-02T10:00:00Z brand_cap");
    assert_eq!(month(3, 3).kind(Kind::Transactional).answer(), "allow");
}

#[test]
fn texas_opens_at_noon_on_sunday() {
    let austin = |when| ask("+15125550123", when);
    let sunday_at_ten = "2026-11-22T16:00:00Z";
    assert_eq!(austin(sunday_at_ten).answer(), "defer 2026-11-22T18:00:00Z window_closed/US-TX-HOURS");
    let customer =
        bare("+15125550123", sunday_at_ten).grant(Basis::ExpressWritten, Some("2026-01-01T00:00:00Z"), None);
    assert_eq!(customer.answer(), "allow 2026-11-23T03:00:00Z");
    assert_eq!(austin(sunday_at_ten).settled().answer(), "allow warning:window_closed/US-TX-HOURS");
    assert_eq!(austin("2026-11-22T18:00:00Z").answer(), "allow 2026-11-23T03:00:00Z");
    // The evening before its law began, the next morning is already under it.
    assert_eq!(
        austin("2025-09-01T02:30:00Z").answer(),
        "defer 2025-09-01T14:00:00Z window_closed/US-FED-HOURS"
    );
}

#[test]
fn florida_closes_at_eight() {
    let miami = |when| ask(MIAMI, when).answer();
    assert_eq!(miami("2026-11-19T00:59:59Z"), "allow 2026-11-19T01:00:00Z");
    assert_eq!(miami("2026-11-19T01:30:00Z"), "defer 2026-11-19T13:00:00Z window_closed/US-FL-HOURS");
    // 850 has two zones: eight must have come in both, and in neither may it be eight in the evening.
    let panhandle = |when| ask("+18505550123", when).answer();
    let both = "window_closed/US-FED-HOURS window_closed/US-FL-HOURS";
    assert_eq!(panhandle("2026-11-18T13:30:00Z"), format!("defer 2026-11-18T14:00:00Z {both}"));
    assert_eq!(panhandle("2026-11-18T15:00:00Z"), "allow 2026-11-19T01:00:00Z");
    assert_eq!(panhandle("2026-11-19T01:30:00Z"), "defer 2026-11-19T14:00:00Z window_closed/US-FL-HOURS");
}

#[test]
fn utah_is_lifted_by_express_consent_alone() {
    let sunday = "2026-11-22T19:00:00Z";
    assert_eq!(ask("+18015550123", sunday).answer(), "allow 2026-11-23T04:00:00Z");
    let implied = bare("+18015550123", sunday).grant(Basis::Implied, Some("2026-11-01T00:00:00Z"), None);
    assert_eq!(
        implied.answer(),
        "deny basis_insufficient/US-CTIA-MARKETING basis_insufficient/US-FED-PEWC window_closed/US-UT-HOURS"
    );
}

#[test]
fn some_states_count_by_area_code_wherever_one_lives() {
    let in_san_diego = |of, when| ask(of, when).postal("92101");
    let half_past_eight_there = "2026-11-19T04:30:00Z";
    assert_eq!(
        in_san_diego(MIAMI, half_past_eight_there).answer(),
        "defer 2026-11-19T16:00:00Z window_closed/US-FL-HOURS"
    );
    assert_eq!(in_san_diego(NEW_YORK, half_past_eight_there).answer(), "allow 2026-11-19T05:00:00Z");
    let richmond = "+18045550123";
    let half_past_nine_there = "2026-11-19T05:30:00Z";
    // Consent lifts Virginia's own hours, not the federal ones.
    assert_eq!(
        in_san_diego(richmond, half_past_nine_there).answer(),
        "defer 2026-11-19T16:00:00Z window_closed/US-FED-HOURS"
    );
    let implied = bare(richmond, half_past_nine_there).grant(Basis::Implied, None, None).postal("92101");
    assert_eq!(
        implied.answer(),
        "deny basis_insufficient/US-CTIA-MARKETING basis_insufficient/US-FED-PEWC \
         basis_date_missing/US-CA-CONSENT window_closed/US-FED-HOURS window_closed/US-VA-HOURS"
    );
}

#[test]
fn mississippi_goes_by_central_time() {
    let new_york = optin::place::Zone::named("America/New_York").unwrap();
    let jackson =
        |when| ask("+16015550123", when).with(|ask| ask.whereabouts = ask.whereabouts.with_zone(new_york));
    assert_eq!(jackson("2026-11-19T01:30:00Z").answer(), "allow 2026-11-19T02:00:00Z");
    let early = "defer 2026-11-18T14:00:00Z window_closed/US-MS-HOURS";
    assert_eq!(jackson("2026-11-18T13:30:00Z").answer(), early);
}

#[test]
fn france_rests_on_sundays_and_holidays_if_one_is_strict() {
    let charter = "window_closed/FR-HOURS-2026 window_closed/FR-ALSACE-MOSELLE-HOURS-2026";
    let sorted = |answer: String| {
        let mut words: Vec<&str> = answer.split(' ').collect();
        words.sort_unstable();
        words.join(" ")
    };
    let sunday = "2026-11-22T10:00:00Z";
    let strict = sorted(format!("defer 2026-11-23T07:00:00Z {charter}"));
    assert_eq!(sorted(ask(PARIS, sunday).answer()), strict);
    let tolerated = "allow 2026-11-22T20:30:00Z warning:window_closed/FR-HOURS-2026";
    let settled = ask(PARIS, sunday).postal("75001").settled();
    assert_eq!(settled.answer(), tolerated);

    // A Saturday, and a holiday in Alsace only: so is a mobile number of unknown department.
    let st_stephen = "2026-12-26T10:00:00Z";
    let monday = "defer 2026-12-28T07:00:00Z window_closed/FR-ALSACE-MOSELLE-HOURS-2026";
    assert_eq!(ask(PARIS, st_stephen).answer(), monday);
    assert_eq!(ask(PARIS, st_stephen).postal("67000").answer(), monday);
    assert_eq!(ask(PARIS, st_stephen).postal("75001").answer(), "allow 2026-12-26T20:30:00Z");

    let abolition = "2025-12-20T08:00:00Z";
    let saint_denis = ask("+262692123456", abolition).postal("97400");
    let monday = "defer 2025-12-22T04:00:00Z window_closed/FR-974-HOURS-2024";
    assert_eq!(saint_denis.answer(), monday);
    // +262 is Mayotte's too, where the clock is an hour behind.
    let either = "defer 2025-12-22T05:00:00Z window_closed/FR-974-HOURS-2024";
    assert_eq!(ask("+262692123456", abolition).answer(), either);
    assert_eq!(ask(PARIS, abolition).answer(), "allow 2025-12-20T21:00:00Z");
}

#[test]
fn without_a_common_window_it_is_refused() {
    use optin::law::{DaySet, Window};
    let first_hour = Window::new(DaySet::ALL, "08:00".parse().unwrap(), "09:00".parse().unwrap()).unwrap();
    let panhandle = ask("+18505550123", NOON).with(|ask| ask.brand = Brand::new().hours(vec![first_hour]));
    assert_eq!(panhandle.answer(), "deny brand_hours no_common_window");
    let miami = ask(MIAMI, NOON).with(|ask| ask.brand = Brand::new().hours(vec![first_hour]));
    assert_eq!(miami.answer(), "defer 2026-11-19T13:00:00Z brand_hours");
}

#[test]
fn a_missing_fact_defers() {
    assert_eq!(ask("+380501234567", NOON).answer(), "defer coverage no_coverage");
    // Federal hours reach Guam, where it is three in the morning; nothing says that the book knows its law.
    let guam = "defer coverage no_coverage window_closed/US-FED-HOURS";
    assert_eq!(ask("+16715550123", NOON).answer(), guam);
    let nowhere = ask("+19990001234", NOON);
    assert_eq!(nowhere.answer(), "defer place zone place_unknown zone_unknown");
    let mars = ask(NEW_YORK, NOON).with(|ask| ask.whereabouts = ask.whereabouts.with_zone_name("Mars/Base"));
    assert_eq!(mars.answer(), "defer zone zone_unknown");
    // Before the book begins.
    assert_eq!(ask(PARIS, "2012-12-31T10:00:00Z").answer(), "defer coverage no_coverage");
    // Past what the book answers for, and past the zone table.
    assert_eq!(ask(LONDON, "2036-01-01T10:00:00Z").answer(), "defer coverage no_coverage");
    assert_eq!(ask(LONDON, "2046-06-01T10:00:00Z").answer(), "defer coverage zone_data no_coverage");
}
