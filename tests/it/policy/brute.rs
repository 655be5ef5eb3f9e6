//! `next_window` against a brute force that asks the plain model at every minute.

use std::sync::atomic::{AtomicU64, Ordering};

use optin::{
    law::{HORIZON, Rulebook},
    place::ZoneTable,
    policy::{Facts, Request, Verdict},
};

use super::{
    agrees::{decide, instant, is_small, policy},
    facts::{Dice, case, made_up},
    model::{Case, Model},
};

/// How a case was looked at.
#[derive(Debug, Default, Clone, Copy)]
struct Seen {
    open_at_once: u32,
    opens_later: u32,
    never: u32,
    /// Looked at minute by minute, not by the coarser step of what stays as it is for days.
    by_the_minute: u32,
    minutes: u64,
}

impl Seen {
    fn and(self, other: Self) -> Self {
        Self {
            open_at_once: self.open_at_once + other.open_at_once,
            opens_later: self.opens_later + other.opens_later,
            never: self.never + other.never,
            by_the_minute: self.by_the_minute + other.by_the_minute,
            minutes: self.minutes + other.minutes,
        }
    }
}

/// What differs, if anything does: the interval that the library tells must be the first that the model allows.
fn differs(
    case: &Case,
    zones: &ZoneTable,
    book: &Rulebook,
    patience: i64,
    seen: &mut Seen,
) -> Option<String> {
    let policy = policy(case, zones, book);
    let request = Request {
        program: &case.program,
        kind: case.kind,
        category: case.category.as_ref(),
        subject: case.subject.as_ref(),
        sender: case.sender.as_ref(),
    };
    let facts = Facts { whereabouts: &case.whereabouts, state: &case.state };
    let told = policy.next_window(facts, request, instant(case.at));
    let model = Model::new(case, zones, book);
    let mut asked = 0;
    let mut allowed = |at: i64| {
        asked += 1;
        model.judge(at).verdict() == "allow"
    };
    // Minutes from `at` on; what lasts longer than that is walked in longer steps, unless patient.
    let step = |from: i64, until: i64| if until - from <= patience { 60 } else { 17 * 60 };
    let walk = |from: i64, until: i64| {
        let first = case.at + (from - case.at + 59).div_euclid(60) * 60;
        (first..until).step_by(step(from, until) as usize)
    };
    let wrong = |what: &str, at: i64| Some(format!("{what} at {at}: told {told:?}\n{case:?}"));
    let Some(told) = &told else {
        let last = case.at + HORIZON;
        seen.never += 1;
        seen.by_the_minute += u32::from(step(case.at, last) == 60);
        let found = walk(case.at, last + 1).find(|at| allowed(*at));
        seen.minutes += asked;
        return found.and_then(|at| wrong("allowed, and no window was told", at));
    };
    let (from, until) = (told.start.timestamp(), told.end.timestamp());
    seen.by_the_minute += u32::from(step(case.at, from) == 60 && step(from, until) == 60);
    if from == case.at {
        seen.open_at_once += 1
    } else {
        seen.opens_later += 1
    }
    if from < case.at || until <= from || until > from + HORIZON {
        return wrong("no interval", from);
    }
    if from > case.at + HORIZON {
        // Only a cap makes it wait so long.
        let wait = decide(&policy, case, case.at).verdict;
        if !matches!(wait, Verdict::Defer { until: Some(until) } if until.timestamp() >= from) {
            return wrong("too far ahead", from);
        }
    }
    if let Some(at) = walk(case.at, from).chain((from > case.at).then_some(from - 1)).find(|at| allowed(*at))
    {
        return wrong("allowed before", at);
    }
    if let Some(at) = [from, until - 1].into_iter().chain(walk(from, until)).find(|at| !allowed(*at)) {
        return wrong("not allowed within", at);
    }
    if until < from + HORIZON && allowed(until) {
        return wrong("still allowed after", until);
    }
    seen.minutes += asked;
    None
}

/// A case that a walk by the minute can bear (a toll-free number has forty zones), mostly one that is not hopeless.
fn bearable(dice: &mut Dice, books: &[Rulebook], zones: &ZoneTable) -> (Case, Rulebook) {
    loop {
        let (case, book) = (case(dice), dice.of(books));
        let verdict = |case: &Case| decide(&policy(case, zones, &book), case, case.at).verdict;
        let waits = |verdict| !matches!(verdict, Verdict::Deny | Verdict::Defer { until: None });
        if is_small(&case, &book) && (dice.one_in(12) || waits(verdict(&case))) {
            return (case, book);
        }
    }
}

/// Each by the minute where it lasts no longer than `patience` seconds, one in 60 all the way.
fn run(seeds: std::ops::Range<u64>, patience: i64) -> Seen {
    let (zones, books) = (ZoneTable::bundled(), [Rulebook::builtin(), made_up()]);
    let next = AtomicU64::new(seeds.start);
    let work = || {
        let mut seen = Seen::default();
        let mut done = 0;
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return (seen, done);
            }
            let (case, book) = bearable(&mut Dice(seed), &books, &zones);
            let patience = if seed.is_multiple_of(60) { i64::MAX } else { patience };
            if let Some(what) = differs(&case, &zones, &book, patience, &mut seen) {
                panic!("seed {seed}: {what}");
            }
            done += 1;
        }
    };
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        let all = all.into_iter().map(|each| each.join().unwrap());
        let (seen, done) = all.fold((Seen::default(), 0), |sum, one| (sum.0.and(one.0), sum.1 + one.1));
        assert_eq!(done, seeds.end - seeds.start);
        seen
    })
}

#[test]
fn next_window_is_the_first_that_the_plain_model_allows() {
    let seen = run(500_000..500_200, 3_600);
    assert!(seen.open_at_once > 20 && seen.opens_later > 20 && seen.never > 10, "{seen:?}");
}

#[test]
#[ignore = "100,000 cases: many minutes, better optimised"]
fn next_window_is_the_first_that_the_plain_model_allows_at_length() {
    let seen = run(600_000..700_000, 2 * 86_400);
    println!("100,000 cases: {seen:?}");
}
