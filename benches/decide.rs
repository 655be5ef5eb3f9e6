//! One decision, beside what no decision can do without: the local time of each zone and a range check of it,
//! by jiff's own zones.

use std::{hint::black_box, time::Instant};

use chrono::{DateTime, Utc};
use jiff::{Timestamp, tz::TimeZone};
use optin::{
    consent::{Basis, Grant, How, Opening, ProgramState, Sent, State, event::Outcome},
    id::{MessageId, Name},
    law::Rulebook,
    message::Kind,
    place::{Place, Whereabouts, ZoneTable},
    policy::{Decision, Facts, Policy, Request, Verdict},
};

use super::Line;

struct Question {
    policy: Policy,
    whereabouts: Whereabouts,
    state: State,
    program: Name,
    sender: Name,
    at: DateTime<Utc>,
}

impl Question {
    /// A person who ticked the box a month ago and got a message a day since.
    fn new(rulebook: Rulebook, whereabouts: Whereabouts, at: &str) -> Self {
        let (program, sender) = (Name::new("soldes").unwrap(), Name::new("36123").unwrap());
        let at: DateTime<Utc> = at.parse().unwrap();
        let now_ms = at.timestamp_millis();
        let grant = Grant::new(Basis::ExpressWritten, How::Checkbox, now_ms - 31 * 86_400_000);
        let sent = |day: u8| Sent {
            message: MessageId([day; 16]),
            at_ms: now_ms - (32 - i64::from(day)) * 86_400_000,
            kind: Kind::Marketing,
            program: program.clone(),
            sender: sender.clone(),
            category: None,
            subject: None,
            outcome: Some(Outcome::Accepted),
            delivery: None,
            answer: None,
        };
        let state = State {
            programs: vec![ProgramState {
                program: program.clone(),
                openings: vec![Opening { acted_ms: grant.acted_ms, seq: 2 }],
                grants: vec![grant],
                pending: None,
            }],
            sends: (1..=30).map(sent).collect(),
            ..State::default()
        };
        let policy = Policy::new(rulebook, ZoneTable::bundled());
        Self { policy, whereabouts, state, program, sender, at }
    }

    fn decide(&self) -> Decision {
        let Self { policy, whereabouts, state, program, sender, at } = self;
        let request =
            Request { program, kind: Kind::Marketing, category: None, subject: None, sender: Some(sender) };
        policy.decide(Facts { whereabouts, state }, request, *at)
    }

    /// Each candidate zone's wall clock, and whether it lies in a window.
    fn bare(&self, zones: &[TimeZone]) -> usize {
        let at = Timestamp::from_second(self.at.timestamp()).unwrap();
        zones.iter().filter(|zone| (8..20).contains(&zone.to_datetime(black_box(at)).hour())).count()
    }

    fn line(&self, name: &'static str) -> Line {
        let zones: Vec<TimeZone> =
            self.whereabouts.zones().iter().map(|zone| TimeZone::get(zone.name()).unwrap()).collect();
        let ours = nanoseconds(|| drop(black_box(black_box(self).decide())));
        let peer = nanoseconds(|| {
            black_box(black_box(self).bare(&zones));
        });
        Line { name, ours: format!("{ours:.0} ns"), peer: format!("{peer:.0} ns"), ratio: Some(ours / peer) }
    }
}

/// The best of many batches: what the machine does when nothing else runs.
fn nanoseconds(mut once: impl FnMut()) -> f64 {
    const BATCH: u32 = 2_000;
    let batch = |once: &mut dyn FnMut()| {
        let start = Instant::now();
        (0..BATCH).for_each(|_| once());
        start.elapsed().as_nanos() as f64 / f64::from(BATCH)
    };
    (0..200).map(|_| batch(&mut once)).fold(f64::INFINITY, f64::min)
}

/// The five zones of British Columbia, and eight rules with hours: a shop's own, Canada having none.
fn five_zones_and_eight_rules(at: &str) -> Question {
    let rule = |n: u8| {
        format!(
            r#"
            [[rule]]
            id = "SHOP-{n}"
            layer = "practice"
            reach = "settled"
            confidence = "high"
            citation = "house rule"
            sources = []
            places = ["CA-BC"]
            kinds = ["marketing"]
            [rule.hours]
            windows = [{{ days = "mon-sat", from = "0{}:00", to = "2{}:00" }}]
            holidays = ["US-FEDERAL"]
            "#,
            n % 5,
            n % 4
        )
    };
    let overlay: String = (1..=8).map(rule).collect();
    let book = Rulebook::builtin().with_overlay("shop.toml", &overlay).unwrap();
    let question = Question::new(book, Whereabouts::of("+16045550123".parse().unwrap()), at);
    assert_eq!(question.whereabouts.zones().len(), 5);
    let rules = &question.policy.rulebook.law_of(Place::new("CA-BC").unwrap()).hours;
    assert_eq!(rules.len(), 8);
    question
}

pub(super) const ALL: &[fn(bool) -> Vec<Line>] = &[decide];

/// The built-in book read and put together, in this process's first use of it, and put together again.
fn book() -> Line {
    let began = Instant::now();
    let book = Rulebook::builtin();
    let first = began.elapsed();
    let again = |_| {
        let began = Instant::now();
        black_box(book.with_overlay("empty.toml", "").unwrap());
        began.elapsed()
    };
    let again = (0..20).map(again).min().unwrap_or_default();
    Line {
        name: "rule book: read and compiled (<= 20 ms) / compiled again",
        ours: format!("{:.1} ms, {} rules", first.as_secs_f64() * 1e3, book.rules().len()),
        peer: format!("{:.1} ms", again.as_secs_f64() * 1e3),
        ratio: None,
    }
}

fn decide(_: bool) -> Vec<Line> {
    let book = book();
    let new_york = Whereabouts::of("+12125550123".parse().unwrap());
    let allow = Question::new(Rulebook::builtin(), new_york.clone(), "2026-11-18T17:00:00Z");
    assert!(allow.decide().is_allowed());
    let many = five_zones_and_eight_rules("2026-11-18T20:00:00Z");
    assert!(many.decide().is_allowed(), "{:?}", many.decide());
    let defer = Question::new(Rulebook::builtin(), new_york, "2026-11-19T04:00:00Z");
    assert!(matches!(defer.decide().verdict, Verdict::Defer { until: Some(_) }));
    let far = five_zones_and_eight_rules("2026-11-22T09:00:00Z");
    assert!(matches!(far.decide().verdict, Verdict::Defer { until: Some(_) }));
    vec![
        book,
        allow.line("decide: allow, 1 zone, 30 past sends"),
        many.line("decide: allow, 5 zones, 8 rules"),
        defer.line("decide: defer with until, 1 zone"),
        far.line("decide: defer with until, 5 zones, 8 rules, over Sunday"),
    ]
}
