use std::{
    collections::{BTreeMap, BTreeSet},
    pin::pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::{Fate, Faults, Keyed, Repliers, SimulatedCarrier, SimulatedCarrierBuilder};
use crate::{
    clock::{Clock, FixedClock},
    consent::event::Delivery,
    gateway::{About, Answered, Gateway, Idempotency, LookUp, Refusal, Report, Sought, Uncertain},
    id::{MessageId, Name},
    message::Body,
    permit::Permit,
    phone::PhoneNumber,
};

const FAR: Duration = Duration::from_secs(30 * 86_400);

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn number(n: u32) -> PhoneNumber {
    PhoneNumber::from_e164(&format!("+336{n:08}")).unwrap()
}

fn message(n: u32) -> MessageId {
    let mut id = [9; 16];
    id[..4].copy_from_slice(&n.to_be_bytes());
    MessageId(id)
}

fn until(n: u32, not_after: DateTime<Utc>) -> Permit {
    let body = Body::new(format!("Bonjour {n}")).unwrap();
    Permit::for_test(message(n), number(n), body, Name::new("36123").unwrap(), not_after)
}

fn permit(n: u32) -> Permit {
    until(n, start() + TimeDelta::days(2))
}

/// The same words under another id.
fn renamed(n: u32) -> Permit {
    let body = Body::new(format!("Bonjour {n}")).unwrap();
    let not_after = start() + TimeDelta::days(2);
    Permit::for_test(message(n + 1_000), number(n), body, Name::new("36123").unwrap(), not_after)
}

/// Polls until it is ready; says how often it was pending.
fn run<F: Future>(future: F) -> (F::Output, u32) {
    let (mut future, mut pending) = (pin!(future), 0);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(output) => return (output, pending),
            Poll::Pending => pending += 1,
        }
    }
}

fn send(carrier: &SimulatedCarrier, n: u32, clock: &FixedClock) -> Answered {
    run(Gateway::send(carrier, permit(n), clock)).0
}

fn sought(message: MessageId) -> Sought {
    let sender = Name::new("36123").unwrap();
    Sought { message, number: number(0), sender, body: None, started: start() }
}

/// The message of a report, which this carrier names as we do.
fn of(report: &Report) -> MessageId {
    match report.about {
        About::Message(message) => message,
        About::Gateway(_) => MessageId([0; 16]),
    }
}

fn look_up(carrier: &SimulatedCarrier, n: u32) -> LookUp {
    run(Gateway::look_up(carrier, sought(message(n)))).0
}

fn accepted(n: u32) -> Answered {
    Answered::accepted(format!("SIM{}", message(n)))
}

fn found(n: u32) -> LookUp {
    LookUp::Found { id: format!("SIM{}", message(n)), delivery: None }
}

fn rough(seed: u64) -> SimulatedCarrierBuilder {
    let repliers = Repliers { stop: 100, help: 50, words: 100, ..Repliers::default() };
    SimulatedCarrier::builder(seed).faults(Faults::rough()).repliers(repliers)
}

/// All that can be seen of a message from outside.
#[derive(Debug, PartialEq, Eq, Default)]
struct Story {
    answers: Vec<Answered>,
    found: Option<LookUp>,
    reports: Vec<(Delivery, DateTime<Utc>)>,
    replies: Vec<(String, String, DateTime<Utc>)>,
}

fn stories(carrier: &SimulatedCarrier, order: &[u32]) -> BTreeMap<MessageId, Story> {
    let clock = FixedClock::at(start());
    let mut stories = BTreeMap::<MessageId, Story>::new();
    for &n in order {
        let answer = send(carrier, n, &clock);
        stories.entry(message(n)).or_default().answers.push(answer);
    }
    for (&id, story) in &mut stories {
        story.found = Some(run(Gateway::look_up(carrier, sought(id))).0);
    }
    for report in carrier.reports_due(start() + FAR) {
        stories.get_mut(&of(&report)).unwrap().reports.push((report.delivery, report.at));
    }
    let ids: BTreeMap<_, _> = order.iter().map(|&n| (number(n), message(n))).collect();
    for reply in carrier.replies_due(start() + FAR) {
        stories.get_mut(&ids[&reply.from]).unwrap().replies.push((reply.id, reply.text, reply.sent_at));
    }
    stories
}

fn order() -> impl Strategy<Value = Vec<u32>> {
    Just((0..60).chain(0..60).collect::<Vec<u32>>()).prop_shuffle()
}

proptest! {
    #[test]
    fn a_seed_tells_the_same_story_in_any_order(seed: u64, one in order(), other in order()) {
        prop_assert_eq!(stories(&rough(seed).build(), &one), stories(&rough(seed).build(), &other));
    }

    #[test]
    fn another_seed_tells_another_story(seed: u64) {
        let all: Vec<u32> = (0..200).collect();
        prop_assert_ne!(stories(&rough(seed).build(), &all), stories(&rough(!seed).build(), &all));
    }

    #[test]
    fn words_keep_their_fate_under_new_ids(seed: u64) {
        let clock = FixedClock::at(start());
        let carriers = [(); 2].map(|()| rough(seed).keyed(Keyed::Words).build());
        for n in 0..100 {
            let again = renamed(n);
            let (one, other) = (send(&carriers[0], n, &clock), run(Gateway::send(&carriers[1], again, &clock)).0);
            let same_class = match (&one, &other) {
                (Answered::Accepted(_), Answered::Accepted(_)) => true,
                _ => one == other,
            };
            prop_assert!(same_class, "{one:?} {other:?}");
        }
        let ends = |carrier: &SimulatedCarrier| {
            let mut ends: Vec<_> = carrier.reports_due(start() + FAR).into_iter().map(|r| r.at).collect();
            ends.sort();
            ends
        };
        prop_assert_eq!(ends(&carriers[0]), ends(&carriers[1]));
    }

    /// Reports come after the taking, never before what they report, each once or twice with the same words; a
    /// delivery lies within the validity and an expiry at its end.
    #[test]
    fn reports_keep_to_time(seed: u64, valid_s in 1i64..60, soonest_ms in 0u64..3_000, jitter_ms in 0i64..3_000) {
        let soonest = Duration::from_millis(soonest_ms);
        let carrier = rough(seed).delivery_after(soonest, 3 * soonest).build();
        let clock = FixedClock::at(start());
        let mut taken_at = BTreeMap::new();
        for n in 0..80 {
            let not_after = clock.now().unwrap() + TimeDelta::seconds(valid_s);
            let before = carrier.taken_count();
            run(Gateway::send(&carrier, until(n, not_after), &clock));
            if carrier.taken_count() > before {
                taken_at.insert(message(n), (clock.now().unwrap(), not_after));
            }
            clock.advance(Duration::from_millis(37));
        }
        let mut seen = BTreeMap::<MessageId, Vec<Report>>::new();
        while let Some(due) = carrier.next_due() {
            let at = due + TimeDelta::milliseconds(jitter_ms);
            for report in carrier.reports_due(at) {
                prop_assert!(report.at <= at);
                let (taken, not_after) = taken_at[&of(&report)];
                prop_assert!(taken < report.at);
                match report.delivery {
                    Delivery::Expired => prop_assert_eq!(report.at, not_after),
                    _ => prop_assert!(report.at < not_after),
                }
                seen.entry(of(&report)).or_default().push(report);
            }
            for reply in carrier.replies_due(at) {
                prop_assert!(reply.sent_at <= at);
            }
        }
        prop_assert!(seen.values().all(|reports| reports.len() <= 2 && reports.iter().all(|r| *r == reports[0])));
    }

    #[test]
    fn lost_answers_are_unknown_and_found(seed: u64, share in 1u16..=1_000) {
        let faults = Faults { lost_answer: share, ..Faults::default() };
        let (carrier, clock) = (SimulatedCarrier::builder(seed).faults(faults).build(), FixedClock::at(start()));
        for n in 0..50 {
            let answer = send(&carrier, n, &clock);
            prop_assert!(answer == Answered::Unknown(Uncertain::Untold) || answer == accepted(n));
            prop_assert!(share < 1_000 || answer == Answered::Unknown(Uncertain::Untold));
            prop_assert_eq!(carrier.taken_for(number(n)).len(), 1);
            prop_assert_eq!(look_up(&carrier, n), found(n));
        }
    }

    #[test]
    fn lost_requests_are_unknown_and_never_taken(seed: u64, share in 1u16..=1_000, no_look_up in 0u16..=1_000) {
        let faults = Faults { lost_request: share, no_look_up, ..Faults::default() };
        let (carrier, clock) = (SimulatedCarrier::builder(seed).faults(faults).build(), FixedClock::at(start()));
        for n in 0..50 {
            let lost = send(&carrier, n, &clock) == Answered::Unknown(Uncertain::Untold);
            prop_assert!(lost || share < 1_000);
            prop_assert_eq!(carrier.taken_for(number(n)).is_empty(), lost);
            match look_up(&carrier, n) {
                LookUp::CannotSay => prop_assert!(no_look_up > 0),
                LookUp::NeverTaken => prop_assert!(lost && no_look_up < 1_000),
                LookUp::Found { .. } => prop_assert!(!lost && no_look_up < 1_000),
            }
        }
    }

    /// Against a plain count over all that was taken, with a clock that also goes back.
    #[test]
    fn no_second_holds_more_than_the_throughput(
        per_second in 0u32..6,
        steps in proptest::collection::vec(prop_oneof![4 => 0i64..400, 1 => -3_000i64..3_000], 1..120),
    ) {
        let carrier = SimulatedCarrier::builder(1).throughput(per_second).build();
        let (clock, mut taken) = (FixedClock::at(start()), Vec::<i64>::new());
        for (n, step) in (0u32..).zip(steps) {
            let at = clock.now().unwrap() + TimeDelta::milliseconds(step);
            clock.set(at);
            let ms = at.timestamp_millis();
            let near = taken.iter().filter(|t| (**t - ms).abs() < 1_000).count();
            let room = near < per_second as usize;
            let answer = send(&carrier, n, &clock);
            let refused = Answered::rejected(Refusal::RateLimited);
            prop_assert_eq!(answer, if room { accepted(n) } else { refused });
            prop_assert_eq!(look_up(&carrier, n) == LookUp::NeverTaken, !room);
            taken.extend(room.then_some(ms));
            let fullest = taken.iter().map(|from| taken.iter().filter(|t| (0..1_000).contains(&(**t - from))).count());
            prop_assert!(fullest.max().unwrap_or(0) <= per_second as usize);
        }
        prop_assert_eq!(carrier.taken_count(), taken.len());
    }
}

#[test]
fn a_steady_pace_at_the_throughput_is_never_refused() {
    let (carrier, clock) = (SimulatedCarrier::builder(1).throughput(10).build(), FixedClock::at(start()));
    for n in 0..100 {
        assert_eq!(send(&carrier, n, &clock), accepted(n));
        clock.advance(Duration::from_millis(100));
    }
}

#[test]
fn what_the_throughput_refused_changes_no_fate() {
    let clock = FixedClock::at(start());
    let free = rough(8).build();
    let slow = rough(8).throughput(1).with_number(number(999), Fate::Delivered).build();
    let refused = Answered::rejected(Refusal::RateLimited);
    for n in 0..100 {
        send(&slow, 999, &clock);
        let mut answer = send(&slow, n, &clock);
        // A request that is lost on the way does not meet the full second.
        if answer != Answered::Unknown(Uncertain::Untold) {
            assert_eq!(answer, refused);
            clock.advance(Duration::from_secs(1));
            answer = send(&slow, n, &clock);
        }
        assert_eq!(answer, send(&free, n, &clock));
        clock.advance(Duration::from_secs(1));
    }
}

#[test]
fn each_fault_gives_its_own_answer() {
    let one = |set: fn(&mut Faults)| {
        let mut faults = Faults::default();
        set(&mut faults);
        let carrier = SimulatedCarrier::builder(3).faults(faults).build();
        let answer = send(&carrier, 1, &FixedClock::at(start()));
        (answer, carrier.taken_count(), look_up(&carrier, 1))
    };
    let refused = |permanent, refusal: Refusal| {
        assert_eq!(refusal.is_permanent(), permanent, "{refusal}");
        (Answered::rejected(refusal), 0, LookUp::NeverTaken)
    };
    assert_eq!(one(|_| ()), (accepted(1), 1, found(1)));
    assert_eq!(one(|f| f.opted_out = 1_000), refused(true, Refusal::OptedOut));
    assert_eq!(one(|f| f.unreachable = 1_000), refused(true, Refusal::Unreachable));
    assert_eq!(one(|f| f.landline = 1_000), refused(true, Refusal::Landline));
    assert_eq!(one(|f| f.blocked = 1_000), refused(true, Refusal::Blocked));
    assert_eq!(one(|f| f.sender_unregistered = 1_000), refused(true, Refusal::SenderUnregistered));
    assert_eq!(one(|f| f.rate_limited = 1_000), refused(false, Refusal::RateLimited));
    assert_eq!(one(|f| f.unavailable = 1_000), refused(false, Refusal::Unavailable));
    assert_eq!(
        one(|f| f.lost_request = 1_000),
        (Answered::Unknown(Uncertain::Untold), 0, LookUp::NeverTaken)
    );
    assert_eq!(one(|f| f.lost_answer = 1_000), (Answered::Unknown(Uncertain::Untold), 1, found(1)));
    assert_eq!(one(|f| f.no_look_up = 1_000), (accepted(1), 1, LookUp::CannotSay));
}

#[test]
fn each_fault_after_the_taking_shows_in_the_reports() {
    let reports = |set: fn(&mut Faults)| {
        let mut faults = Faults::default();
        set(&mut faults);
        let carrier = SimulatedCarrier::builder(3).faults(faults).build();
        send(&carrier, 1, &FixedClock::at(start()));
        let first_due = carrier.next_due();
        (carrier.reports_due(start() + FAR), first_due.map(|due| (due - start()).num_minutes()))
    };
    let (plain, due) = reports(|_| ());
    assert_eq!((plain.len(), plain[0].delivery, due), (1, Delivery::Delivered, Some(0)));
    assert_eq!(reports(|f| f.undelivered = 1_000).0[0].delivery, Delivery::Undelivered);
    assert_eq!(reports(|f| f.lost_report = 1_000), (vec![], None));
    assert_eq!(reports(|f| f.duplicate_report = 1_000).0, [plain[0].clone(), plain[0].clone()]);
    let (late, due) = reports(|f| f.late_report = 1_000);
    assert!(late == plain && due >= Some(10), "{due:?}");
    let off = reports(|f| f.handset_off = 1_000).0;
    assert!(off[0].at - start() >= TimeDelta::hours(1));
}

#[test]
fn late_reports_overtake_each_other() {
    let carrier = rough(5).build();
    (0..200).for_each(|n| drop(send(&carrier, n, &FixedClock::at(start()))));
    let times: Vec<_> = carrier.reports_due(start() + FAR).into_iter().map(|report| report.at).collect();
    assert!(!times.is_sorted());
}

#[test]
fn faults_come_about_as_often_as_asked() {
    let faults = Faults { landline: 100, blocked: 100, lost_answer: 100, ..Faults::default() };
    let (carrier, clock) = (SimulatedCarrier::builder(11).faults(faults).build(), FixedClock::at(start()));
    let answers: Vec<_> = (0..4_000).map(|n| send(&carrier, n, &clock)).collect();
    let near = |wanted: &Answered, share: usize| {
        let count = answers.iter().filter(|answer| *answer == wanted).count();
        assert!(count.abs_diff(share) < 80, "{wanted:?}: {count}");
    };
    near(&Answered::rejected(Refusal::Landline), 400);
    near(&Answered::rejected(Refusal::Blocked), 360);
    near(&Answered::Unknown(Uncertain::Untold), 324);
}

#[test]
fn a_number_with_a_fate_has_it_whatever_the_faults() {
    let all = Faults { lost_request: 1_000, undelivered: 1_000, lost_report: 1_000, ..Faults::rough() };
    let fates = [
        Fate::Delivered,
        Fate::Undelivered,
        Fate::Expired,
        Fate::Refused(Refusal::Landline),
        Fate::Refused(Refusal::Unavailable),
        Fate::LostRequest,
        Fate::LostAnswer,
    ];
    let builder = (0u32..).zip(fates).fold(SimulatedCarrier::builder(2).faults(all), |builder, (n, fate)| {
        builder.with_number(number(n), fate)
    });
    let (carrier, clock) = (builder.build(), FixedClock::at(start()));
    let answers: Vec<_> = (0..7).map(|n| send(&carrier, n, &clock)).collect();
    let refused = |permanent, refusal: Refusal| {
        assert_eq!(refusal.is_permanent(), permanent, "{refusal}");
        Answered::rejected(refusal)
    };
    assert_eq!(answers[..3], [accepted(0), accepted(1), accepted(2)]);
    assert_eq!(answers[3..5], [refused(true, Refusal::Landline), refused(false, Refusal::Unavailable)]);
    assert_eq!(answers[5..], [Answered::Unknown(Uncertain::Untold), Answered::Unknown(Uncertain::Untold)]);
    let ends: BTreeSet<_> =
        carrier.reports_due(start() + FAR).into_iter().map(|r| (of(&r), r.delivery)).collect();
    let wanted = [(0, Delivery::Delivered), (1, Delivery::Undelivered), (2, Delivery::Expired)];
    let wanted = wanted.into_iter().chain([(6, Delivery::Delivered)]);
    assert_eq!(ends, wanted.map(|(n, delivery)| (message(n), delivery)).collect());
}

#[test]
fn a_busy_number_is_taken_at_last() {
    let carrier = SimulatedCarrier::builder(2).with_number(number(1), Fate::Busy(2)).build();
    let clock = FixedClock::at(start());
    let busy = Answered::rejected(Refusal::Unavailable);
    let answers = [(); 3].map(|()| send(&carrier, 1, &clock));
    assert_eq!(answers, [busy.clone(), busy, accepted(1)]);
}

#[test]
fn only_a_native_key_keeps_a_repeat_out() {
    let taken = |idempotency| {
        let faults = Faults { lost_answer: 400, ..Faults::default() };
        let carrier = SimulatedCarrier::builder(4).faults(faults).idempotency(idempotency).build();
        let clock = FixedClock::at(start());
        let answers: Vec<_> = (0..12).map(|_| send(&carrier, 1, &clock)).collect();
        let ids: BTreeSet<String> = answers
            .into_iter()
            .filter_map(|answer| if let Answered::Accepted(taken) = answer { Some(taken.id) } else { None })
            .collect();
        (carrier.taken_for(number(1)).len(), carrier.duplicates(), ids.len())
    };
    assert_eq!(taken(Idempotency::Native), (1, vec![], 1));
    for weak in [Idempotency::ClientReference, Idempotency::None] {
        let (count, duplicates, ids) = taken(weak);
        assert_eq!((count, duplicates), (12, vec![message(1)]));
        assert!(ids > 1);
    }
}

#[test]
fn without_a_reference_nothing_is_looked_up() {
    for builder in [
        SimulatedCarrier::builder(1).idempotency(Idempotency::None),
        SimulatedCarrier::builder(1).look_up(false),
    ] {
        let carrier = builder.answers_stop(true).build();
        send(&carrier, 1, &FixedClock::at(start()));
        let can = Gateway::capabilities(&carrier);
        assert!(!can.look_up && can.answers_stop && can.simulated);
        assert_eq!(look_up(&carrier, 1), LookUp::CannotSay);
    }
}

#[test]
fn a_permit_past_its_deadline_is_not_taken() {
    #[derive(Debug)]
    struct Stopped;
    impl Clock for Stopped {
        fn now(&self) -> Option<DateTime<Utc>> {
            None
        }
        fn monotonic(&self) -> Duration {
            Duration::ZERO
        }
    }
    let (carrier, clock) = (SimulatedCarrier::seeded(1), FixedClock::at(start()));
    let expired = Answered::rejected(Refusal::Expired);
    assert_eq!(run(Gateway::send(&carrier, until(1, start()), &clock)).0, expired);
    assert_eq!(run(Gateway::send(&carrier, permit(1), &Stopped)).0, expired);
    assert_eq!((carrier.taken_count(), look_up(&carrier, 1)), (0, LookUp::NeverTaken));
    let just = until(1, start() + TimeDelta::milliseconds(1));
    assert_eq!(run(Gateway::send(&carrier, just, &clock)).0, accepted(1));
    let report = carrier.reports_due(start() + FAR).pop().unwrap();
    assert_eq!((report.delivery, report.at), (Delivery::Expired, start() + TimeDelta::milliseconds(1)));
}

#[test]
fn the_deadline_is_read_when_the_carrier_sees_it() {
    let (carrier, clock) = (SimulatedCarrier::builder(1).yields(1).build(), FixedClock::at(start()));
    let mut sending = pin!(Gateway::send(&carrier, until(1, start() + TimeDelta::seconds(5)), &clock));
    let mut context = Context::from_waker(Waker::noop());
    assert!(sending.as_mut().poll(&mut context).is_pending());
    clock.advance(Duration::from_secs(5));
    let expired = Answered::rejected(Refusal::Expired);
    assert_eq!(run(sending).0, expired);
}

/// A future that is dropped on either side of the taking leaves a carrier that knows which.
#[test]
fn a_dropped_hand_over_is_taken_or_not_and_can_be_told() {
    let (mut dropped_before, mut dropped_after) = (0, 0);
    for (n, polls) in (0..40).flat_map(|n| (0..8).map(move |polls| (n * 8 + polls, polls))) {
        let (carrier, clock) = (SimulatedCarrier::builder(6).yields(3).build(), FixedClock::at(start()));
        {
            let mut sending = pin!(Gateway::send(&carrier, permit(n), &clock));
            for _ in 0..polls {
                let ready = sending.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
                let taken = carrier.taken_count() == 1;
                assert_eq!(look_up(&carrier, n) == LookUp::CannotSay, !taken, "under way");
                if ready {
                    break;
                }
            }
        }
        let taken = carrier.taken_count() == 1;
        assert_eq!(taken, polls > 3);
        assert_eq!(look_up(&carrier, n) == LookUp::NeverTaken, !taken);
        if taken { dropped_after += 1 } else { dropped_before += 1 }
    }
    assert!(dropped_before > 0 && dropped_after > 0);
}

#[test]
fn a_hand_over_is_pending_as_long_as_asked() {
    let (carrier, clock) = (SimulatedCarrier::builder(6).yields(3).build(), FixedClock::at(start()));
    let pending: BTreeSet<u32> = (0..50).map(|n| run(Gateway::send(&carrier, permit(n), &clock)).1).collect();
    assert_eq!(pending, (3..=6).collect());
    assert_eq!(run(Gateway::send(&SimulatedCarrier::seeded(6), permit(1), &clock)).1, 0);
}

#[test]
fn a_script_is_answered_once_after_the_first_delivery() {
    let carrier = SimulatedCarrier::builder(1)
        .delivery_after(Duration::from_secs(2), Duration::from_secs(2))
        .with_reply(number(1), "HELP", Duration::from_secs(60))
        .with_reply(number(1), "STOP", Duration::from_secs(120))
        .with_number(number(2), Fate::Undelivered)
        .with_reply(number(2), "STOP", Duration::ZERO)
        .build();
    let clock = FixedClock::at(start());
    send(&carrier, 1, &clock);
    send(&carrier, 2, &clock);
    assert!(carrier.replies_due(start() + TimeDelta::seconds(61)).is_empty());
    send(&carrier, 1, &clock);
    let replies = carrier.replies_due(start() + FAR);
    let told: Vec<_> =
        replies.iter().map(|r| (r.from, r.text.as_str(), (r.sent_at - start()).num_seconds())).collect();
    assert_eq!(told, [(number(1), "HELP", 62), (number(1), "STOP", 122)]);
    assert_eq!(replies[0].to.as_str(), "36123");
    assert_ne!(replies[0].id, replies[1].id);
}

#[test]
fn a_reply_that_comes_twice_is_the_same_text() {
    let faults = Faults { duplicate_reply: 1_000, ..Faults::default() };
    let repliers = Repliers { stop: 1_000, ..Repliers::default() };
    let carrier = SimulatedCarrier::builder(1).faults(faults).repliers(repliers).build();
    let clock = FixedClock::at(start());
    (0..30).for_each(|n| drop(send(&carrier, n, &clock)));
    let mut by_id = BTreeMap::<String, Vec<(PhoneNumber, String, DateTime<Utc>)>>::new();
    for reply in carrier.replies_due(start() + FAR) {
        let wait = (reply.sent_at - start()).num_seconds();
        assert!((31..=908).contains(&wait), "{wait}");
        by_id.entry(reply.id).or_default().push((reply.from, reply.text, reply.sent_at));
    }
    assert_eq!(by_id.len(), 30);
    assert!(by_id.values().all(|copies| copies.len() == 2 && copies[0] == copies[1]));
}

#[test]
fn what_is_due_is_handed_out_once() {
    let (carrier, clock) = (SimulatedCarrier::seeded(1), FixedClock::at(start()));
    send(&carrier, 1, &clock);
    let due = carrier.next_due().unwrap();
    assert!(carrier.reports_due(due - TimeDelta::milliseconds(1)).is_empty());
    assert_eq!(carrier.reports_due(due).len(), 1);
    assert_eq!((carrier.reports_due(start() + FAR).len(), carrier.next_due()), (0, None));
}

#[test]
fn durations_beyond_the_calendar_do_no_harm() {
    let carrier = SimulatedCarrier::builder(1)
        .delivery_after(Duration::MAX, Duration::ZERO)
        .with_number(number(1), Fate::Delivered)
        .with_reply(number(2), "STOP", Duration::MAX)
        .repliers(Repliers { words: 1_000, soonest: Duration::MAX, ..Repliers::default() })
        .build();
    let clock = FixedClock::at(DateTime::<Utc>::MAX_UTC - TimeDelta::days(3));
    let permit = |n| until(n, DateTime::<Utc>::MAX_UTC);
    assert_eq!(run(Gateway::send(&carrier, permit(1), &clock)).0, accepted(1));
    assert_eq!(run(Gateway::send(&carrier, permit(2), &clock)).0, accepted(2));
    assert!(carrier.reports_due(DateTime::<Utc>::MAX_UTC).iter().all(|r| r.delivery == Delivery::Expired));
}

#[test]
fn debug_shows_no_text_and_no_number() {
    let carrier = SimulatedCarrier::builder(1)
        .with_number(number(1), Fate::Delivered)
        .with_reply(number(1), "Bonjour", Duration::ZERO)
        .with_reply(number(2), "Bonjour", Duration::ZERO)
        .build();
    send(&carrier, 1, &FixedClock::at(start()));
    let shown = format!("{carrier:?} {:?}", carrier.taken());
    assert!(!shown.contains("Bonjour") && !shown.contains(&number(1).digits().to_string()), "{shown}");
}
