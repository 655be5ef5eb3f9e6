//! The calendar of intervals says what `decide` says, second by second.

use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};
use optin::{
    law::Rulebook,
    place::ZoneTable,
    policy::{Facts, Policy, Request, Verdict},
};

use super::{
    agrees::{decide, instant, policy},
    cases::ask,
    facts::{Dice, case, made_up},
    model::{Case, DAY},
};
use crate::walk::at;

type Interval = Range<DateTime<Utc>>;

pub(super) fn parts(case: &Case) -> (Facts<'_>, Request<'_>) {
    let request = Request {
        program: &case.program,
        kind: case.kind,
        category: case.category.as_ref(),
        subject: case.subject.as_ref(),
        sender: case.sender.as_ref(),
    };
    (Facts { whereabouts: &case.whereabouts, state: &case.state }, request)
}

fn windows(policy: &Policy, case: &Case, range: Range<i64>) -> Vec<Interval> {
    let (facts, request) = parts(case);
    policy.windows(facts, request, instant(range.start)..instant(range.end)).collect()
}

/// Moments worth asking about: where an interval begins or ends, where rules and minutes do, and anywhere.
fn probes(dice: &mut Dice, found: &[Interval], range: &Range<i64>) -> Vec<i64> {
    let edges = found.iter().flat_map(|interval| [interval.start.timestamp(), interval.end.timestamp()]);
    let mut probes: Vec<i64> = edges.flat_map(|edge| [edge - 1, edge, edge + 1]).collect();
    for _ in 0..24 {
        let any = dice.between(range.start, range.end);
        probes.extend([
            any,
            any - any.rem_euclid(60),
            any - any.rem_euclid(1800) - 1,
            any - any.rem_euclid(1800),
        ]);
    }
    probes.retain(|at| range.contains(at));
    probes
}

#[test]
fn a_moment_lies_in_an_interval_if_and_only_if_decide_allows_it() {
    let (zones, books) = (ZoneTable::bundled(), [Rulebook::builtin(), made_up()]);
    let (mut intervals, mut open, mut closed) = (0, 0, 0);
    for seed in 200_000..201_500 {
        let mut dice = Dice(seed);
        let case = case(&mut dice);
        let policy = policy(&case, &zones, &dice.of(&books));
        let range = case.at - dice.between(0, 3 * DAY)..case.at + dice.between(DAY, 25 * DAY);
        let found = windows(&policy, &case, range.clone());
        assert!(found.iter().all(|interval| interval.start < interval.end), "seed {seed}");
        assert!(found.windows(2).all(|pair| pair[0].end < pair[1].start), "seed {seed}: {found:?}");
        intervals += found.len();
        for probe in probes(&mut dice, &found, &range) {
            let inside = found.iter().any(|interval| interval.contains(&instant(probe)));
            let decision = decide(&policy, &case, probe);
            assert_eq!(inside, decision.is_allowed(), "seed {seed} at {}: {decision:?}", instant(probe));
            *(if inside { &mut open } else { &mut closed }) += 1;
        }
    }
    assert!(intervals > 2_000 && open > 20_000 && closed > 50_000, "{intervals} {open} {closed}");
}

#[test]
fn the_next_interval_is_the_one_that_the_decision_speaks_of() {
    let (zones, books) = (ZoneTable::bundled(), [Rulebook::builtin(), made_up()]);
    let (mut allowed, mut waits) = (0, 0);
    for seed in 300_000..303_000 {
        let mut dice = Dice(seed);
        let case = case(&mut dice);
        let policy = policy(&case, &zones, &dice.of(&books));
        let (facts, request) = parts(&case);
        let now = instant(case.at);
        let next = policy.next_window(facts, request, now);
        match decide(&policy, &case, case.at).verdict {
            Verdict::Allow { not_after } => {
                let next = next.unwrap();
                let end = not_after.map_or(next.end, |end| end.min(now + TimeDelta::days(8)));
                assert_eq!((next.start, next.end), (now, end), "seed {seed}");
                allowed += 1;
            }
            Verdict::Defer { until: Some(until) } => {
                // `until` is a whole minute, the interval may have begun within it.
                let next = next.unwrap();
                assert!(next.start <= until, "seed {seed}: {next:?} {until}");
                if next.end > until {
                    assert!(until - next.start < TimeDelta::minutes(1), "seed {seed}: {next:?} {until}");
                }
                waits += 1;
            }
            _ => {}
        }
    }
    assert!(allowed > 150 && waits > 150, "{allowed} {waits}");
}

/// No state rule of its own.
const DENVER: &str = "+13035550123";

fn told(found: impl IntoIterator<Item = Interval>) -> Vec<String> {
    let stamp = |at: DateTime<Utc>| at.format("%m-%d %H:%M").to_string();
    found.into_iter().map(|i| format!("{} to {}", stamp(i.start), stamp(i.end))).collect()
}

/// Rules by hand: 8 to 21 where the person is, by the federal rule, over the end of summer time on 2026-11-01.
#[test]
fn the_hours_of_denver_over_the_end_of_summer_time() {
    let policy = Policy::new(Rulebook::builtin(), ZoneTable::bundled());
    let ask = ask(DENVER, "2026-10-31T12:00:00Z");
    let (facts, request) = ask.parts();
    let found = policy.windows(facts, request, at("2026-10-31T16:00:00Z")..at("2026-11-02T20:00:00Z"));
    let expected = ["10-31 16:00 to 11-01 03:00", "11-01 15:00 to 11-02 04:00", "11-02 15:00 to 11-02 20:00"];
    assert_eq!(told(found), expected);
}

#[test]
fn a_range_is_cut_where_it_is_told_to_be() {
    let policy = Policy::new(Rulebook::builtin(), ZoneTable::bundled());
    let ask = ask(DENVER, "2026-11-18T12:00:00Z");
    let (facts, request) = ask.parts();
    let ranges = |from: &str, to: &str| policy.windows(facts, request, at(from)..at(to)).collect::<Vec<_>>();
    let (from, to) = ("2026-11-19T16:00:00.250Z", "2026-11-19T16:00:00.750Z");
    assert_eq!(ranges(from, to), [at(from)..at(to)]);
    assert!(ranges(to, from).is_empty());
    assert!(ranges(from, from).is_empty());
    // Outside the years of the book, and of the table, nothing is known, so nothing is open.
    assert!(ranges("1970-01-01T00:00:00Z", "2003-10-01T00:00:00Z").is_empty());
    assert!(ranges("2036-01-01T12:00:00Z", "9999-01-01T00:00:00Z").is_empty());
    let last = ranges("2035-12-31T12:00:00Z", "2036-01-02T12:00:00Z");
    assert_eq!(told(last), ["12-31 15:00 to 01-01 04:00"]);
    let everything = policy.windows(facts, request, DateTime::<Utc>::MIN_UTC..DateTime::<Utc>::MAX_UTC);
    assert!(everything.count() > 3_000);
    assert_eq!(policy.next_window(facts, request, DateTime::<Utc>::MAX_UTC), None);
}
