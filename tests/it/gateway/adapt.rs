//! The adapters: nothing faster than the rate, nothing taken twice, nothing kept that should not be.

use std::{
    collections::BTreeMap,
    num::NonZeroU32,
    pin::pin,
    sync::{Arc, LazyLock, Mutex},
    task::{Context, Poll, Waker},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use optin::{
    clock::{Clock, FixedClock},
    gateway::{
        Answered, Capabilities, Failover, Faults, Gateway, Idempotency, LookUp, Recalled, Recording, Refusal,
        SimulatedCarrier, Sought, Throttled, Uncertain, Validity,
    },
    id::MessageId,
    permit::Permit,
};
use proptest::prelude::*;

use super::{permits, run, sought, start};

/// Answers as it is told, and counts what it was handed.
#[derive(Debug)]
struct Says {
    answers: Mutex<Vec<Answered>>,
    opened: Mutex<Vec<MessageId>>,
    can: Capabilities,
    back: Recalled,
    found: LookUp,
}

impl Says {
    fn new(mut answers: Vec<Answered>) -> Arc<Self> {
        answers.reverse();
        let (can, back, found) = (Capabilities::plain(), Recalled::CannotSay, LookUp::CannotSay);
        Arc::new(Self { answers: Mutex::new(answers), opened: Mutex::default(), can, back, found })
    }

    fn count(&self) -> usize {
        self.opened.lock().unwrap().len()
    }
}

impl Gateway for Says {
    fn capabilities(&self) -> Capabilities {
        self.can
    }

    async fn send(&self, permit: Permit, clock: &dyn Clock) -> Answered {
        let handover = permit.open(clock.now()).unwrap();
        self.opened.lock().unwrap().push(handover.message);
        self.answers.lock().unwrap().pop().unwrap_or_else(|| Answered::accepted("ok"))
    }

    async fn look_up(&self, _: Sought) -> LookUp {
        self.found.clone()
    }

    async fn recall(&self, _: String) -> Recalled {
        self.back
    }
}

const REFUSALS: &[Refusal] = &[
    Refusal::OptedOut,
    Refusal::Unreachable,
    Refusal::Landline,
    Refusal::RateLimited,
    Refusal::Blocked,
    Refusal::SenderUnregistered,
    Refusal::Expired,
    Refusal::Unavailable,
    Refusal::Other,
    Refusal::InvalidNumber,
    Refusal::ContentRejected,
    Refusal::Fraud,
    Refusal::QuietHours,
    Refusal::Account,
    Refusal::Quota,
    Refusal::Malformed,
    Refusal::Deactivated,
];

fn all_answers(wait: u64) -> Vec<Answered> {
    let waits = [None, Some(Duration::from_secs(wait))];
    let refused =
        REFUSALS.iter().flat_map(|refusal| waits.map(|wait| Answered::refused(*refusal, None, wait)));
    let unknown = [Uncertain::TimedOut, Uncertain::Broken, Uncertain::Failed, Uncertain::Unreadable]
        .map(Answered::Unknown);
    refused.chain(unknown).chain([Answered::accepted(wait.to_string())]).collect()
}

/// The four, written out once more.
fn moves_on(answered: &Answered) -> bool {
    use Refusal::{Account, Quota, RateLimited, Unavailable};
    matches!(answered, Answered::Rejected(said)
        if [RateLimited, Unavailable, Account, Quota].contains(&said.refusal))
}

#[test]
fn the_second_is_asked_for_these_answers_only() {
    let pairs: Vec<_> = all_answers(3)
        .into_iter()
        .flat_map(|first| all_answers(5).into_iter().map(move |second| (first.clone(), second)))
        .collect();
    let people = 0..u32::try_from(pairs.len()).unwrap();
    for ((first, second), permit) in pairs.into_iter().zip(permits(people)) {
        let gateways = [Says::new(vec![first.clone()]), Says::new(vec![second.clone()])];
        let failover = Failover::new(Arc::clone(&gateways[0]), Arc::clone(&gateways[1]));
        let answered = run(failover.send(permit, &FixedClock::at(start())));
        let asked = moves_on(&first);
        assert_eq!((gateways[0].count(), gateways[1].count()), (1, usize::from(asked)), "{first:?}");
        match (&answered, &first, &second) {
            _ if !asked => assert_eq!(answered, first),
            (Answered::Rejected(said), Answered::Rejected(one), Answered::Rejected(other))
                if moves_on(&second) =>
            {
                assert!(!said.permanent);
                assert_eq!(said.retry_after, one.retry_after.max(other.retry_after));
            }
            _ => assert_eq!(answered, second),
        }
    }
}

#[test]
fn two_can_what_both_can() {
    let gateway = |can: Capabilities| {
        let Says { answers, opened, back, found, .. } = Arc::into_inner(Says::new(Vec::new())).unwrap();
        Says { answers, opened, can, back, found }
    };
    let both = |one, other| Failover::new(gateway(one), gateway(other)).capabilities();
    let (plain, secs) = (Capabilities::plain(), Duration::from_secs);
    let able =
        plain.idempotent(Idempotency::Native).valid(secs(10), secs(1_000)).looks_up().cancels().simulated();
    assert_eq!(both(able, plain), plain);
    assert_eq!(both(plain, able), plain);
    // A key of the one means nothing to the other.
    assert_eq!(both(able, able), able.idempotent(Idempotency::ClientReference));
    let reference = able.idempotent(Idempotency::ClientReference);
    let shared = both(reference.valid(secs(60), secs(2_000)), able).validity;
    assert_eq!(shared, Validity::PerMessage { shortest: secs(60), longest: secs(1_000) });
    assert_eq!(both(able.valid(secs(2_000), secs(3_000)), able).validity, plain.validity);
    // One without a period makes both be without; the longer queue counts.
    let mut slow = plain;
    slow.validity = Validity::None { queue: secs(3_600) };
    assert_eq!((both(slow, plain).validity, both(able, slow).validity), (slow.validity, slow.validity));
    assert!(both(plain.answering_stop(true), plain).answers_stop);
    assert!(both(plain, plain.answering_stop(true)).answers_stop);
}

#[test]
fn a_look_up_asks_both_and_says_what_is_certain() {
    let found = |id: &str| LookUp::Found { id: id.to_owned(), delivery: None };
    let all = [found("1"), LookUp::NeverTaken, LookUp::CannotSay];
    let message = permits(0..1).pop().unwrap().message();
    for first in &all {
        for second in &all {
            let says =
                |found: &LookUp| Says { found: found.clone(), ..Arc::into_inner(Says::new(vec![])).unwrap() };
            let failover = Failover::new(says(first), says(second));
            let answer = run(failover.look_up(sought(message)));
            let wanted = match (first, second) {
                (LookUp::Found { .. }, _) => first,
                (_, LookUp::Found { .. }) => second,
                (LookUp::NeverTaken, LookUp::NeverTaken) => &LookUp::NeverTaken,
                _ => &LookUp::CannotSay,
            };
            assert_eq!(&answer, wanted);
        }
    }
}

#[test]
fn a_recall_asks_both() {
    use Recalled::{CannotSay, Done, TooLate};
    let cases = [
        (Done, CannotSay, Done),
        (CannotSay, Done, Done),
        (TooLate, CannotSay, TooLate),
        (TooLate, Done, TooLate),
        (Done, TooLate, TooLate),
        (CannotSay, CannotSay, CannotSay),
    ];
    for (first, second, wanted) in cases {
        let says = |back| Says { back, ..Arc::into_inner(Says::new(vec![])).unwrap() };
        assert_eq!(run(Failover::new(says(first), says(second)).recall("1".to_owned())), wanted);
    }
}

/// While a message goes from the first to the second it is with neither, and still may come.
#[test]
fn what_is_between_two_gateways_is_not_called_never_taken() {
    let down = Faults { unavailable: 1_000, ..Faults::default() };
    // The first has refused long before its answer is back, and knows the message no more.
    let failover = Failover::new(
        SimulatedCarrier::builder(7).faults(down).yields(4).build(),
        SimulatedCarrier::builder(7).yields(1).build(),
    );
    let clock = FixedClock::at(start());
    for permit in permits(0..20) {
        let message = permit.message();
        assert_eq!(run(failover.look_up(sought(message))), LookUp::NeverTaken);
        let mut sending = Box::pin(failover.send(permit, &clock));
        let mut said = Vec::new();
        while sending.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
            said.push(run(failover.look_up(sought(message))));
        }
        assert!(!said.is_empty() && !said.contains(&LookUp::NeverTaken), "{said:?}");
        assert!(matches!(run(failover.look_up(sought(message))), LookUp::Found { .. }));
    }
}

fn faults() -> impl Strategy<Value = Faults> {
    let share = || prop_oneof![Just(0u16), 0..400u16];
    (share(), share(), share(), share(), share(), share()).prop_map(
        |(rate_limited, unavailable, lost_request, lost_answer, blocked, no_look_up)| Faults {
            rate_limited,
            unavailable,
            lost_request,
            lost_answer,
            blocked,
            no_look_up,
            opted_out: 20,
            ..Faults::default()
        },
    )
}

const PEOPLE: u32 = 24;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Two bad carriers, hand-overs that overlap in any order, some dropped after any number of polls.
    #[test]
    fn nothing_is_ever_taken_twice(
        seed: u64,
        faults in (faults(), faults()),
        yields in (0..4u32, 0..4u32),
        order in prop::collection::vec(0..PEOPLE as usize, 0..400),
        drops in prop::collection::vec(any::<bool>(), PEOPLE as usize),
    ) {
        let carrier = |seed, faults, yields| {
            Arc::new(SimulatedCarrier::builder(seed).faults(faults).yields(yields).build())
        };
        let carriers = [carrier(seed, faults.0, yields.0), carrier(!seed, faults.1, yields.1)];
        let tapes = carriers.clone().map(|carrier| Arc::new(Recording::new(carrier)));
        let failover = Failover::new(Arc::clone(&tapes[0]), Arc::clone(&tapes[1]));
        let clock = FixedClock::at(start());
        let minted = permits(0..PEOPLE);
        let messages: Vec<_> = minted.iter().map(Permit::message).collect();
        let mut sending: Vec<_> = minted.into_iter().map(|permit| Some(Box::pin(failover.send(permit, &clock)))).collect();
        let mut answers: Vec<Option<Answered>> = vec![None; PEOPLE as usize];
        let mut poll = |at: usize| {
            let slot: &mut Option<_> = &mut sending[at];
            let Some(send) = slot else { return true };
            if let Poll::Ready(answer) = send.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                answers[at] = Some(answer);
                *slot = None;
            }
            slot.is_none()
        };
        order.iter().for_each(|at| {
            poll(*at);
        });
        for (at, dropped) in drops.iter().enumerate() {
            // Whoever is dropped stays where he is.
            while !dropped && !poll(at) {}
        }
        drop(sending);
        for (message, answer) in messages.iter().zip(&answers) {
            let taken: Vec<usize> = carriers.iter()
                .map(|carrier| carrier.taken().iter().filter(|taken| taken.message == *message).count()).collect();
            let times: usize = taken.iter().sum();
            match answer {
                Some(Answered::Accepted(_)) => prop_assert_eq!(times, 1),
                Some(Answered::Rejected(_)) => prop_assert_eq!(times, 0),
                Some(Answered::Unknown(_)) | None => prop_assert!(times <= 1),
            }
            match run(failover.look_up(sought(*message))) {
                LookUp::Found { .. } => prop_assert_eq!(times, 1),
                LookUp::NeverTaken => prop_assert_eq!(times, 0),
                LookUp::CannotSay => {}
            }
        }
        let first: BTreeMap<_, _> = tapes[0].calls().into_iter().map(|call| (call.message, call.answered)).collect();
        for call in tapes[1].calls() {
            let said = first.get(&call.message).cloned().flatten();
            prop_assert!(said.as_ref().is_some_and(moves_on), "moved on after {said:?}");
        }
    }
}

/// True time, and what a bad clock makes of it.
#[derive(Debug)]
struct Skewed(Mutex<(Duration, Option<DateTime<Utc>>)>);

impl Clock for Skewed {
    fn now(&self) -> Option<DateTime<Utc>> {
        self.0.lock().unwrap().1
    }

    fn monotonic(&self) -> Duration {
        self.0.lock().unwrap().0
    }
}

#[derive(Debug, Clone)]
enum Step {
    Pass(u64),
    Wall(i64),
    Unknown(u64),
    Freeze(u64),
    Back(u64),
    Send,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0..700u64).prop_map(Step::Pass),
        1 => (-5_000..5_000i64).prop_map(Step::Wall),
        1 => (0..700u64).prop_map(Step::Unknown),
        1 => (0..700u64).prop_map(Step::Freeze),
        1 => (0..5_000u64).prop_map(Step::Back),
        8 => Just(Step::Send),
    ];
    prop::collection::vec(step, 1..120)
}

/// Minted once: a rate does not ask for whom.
fn many() -> Vec<Permit> {
    static NEXT: LazyLock<Mutex<u32>> = LazyLock::new(Mutex::default);
    let mut next = NEXT.lock().unwrap();
    let from = *next;
    *next += 120;
    permits(from..from + 120)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Whatever the clock does, no second of true time sees more than the rate.
    #[test]
    fn no_clock_lets_more_through(steps in steps(), rate in 1..5u32) {
        let clock = Skewed(Mutex::new((Duration::from_secs(10), Some(start()))));
        let says = Says::new(Vec::new());
        let throttled = Throttled::new(Arc::clone(&says), NonZeroU32::new(rate).unwrap());
        let (mut truth, mut wall, mut mono) = (0i64, start(), Duration::from_secs(10));
        let (mut sent, mut permits) = (Vec::new(), many().into_iter());
        for step in steps {
            let mut known = true;
            match step {
                Step::Pass(ms) | Step::Unknown(ms) | Step::Freeze(ms) => {
                    truth += ms as i64;
                    wall += TimeDelta::milliseconds(ms as i64);
                    known = !matches!(step, Step::Unknown(_));
                    if !matches!(step, Step::Freeze(_)) {
                        mono += Duration::from_millis(ms);
                    }
                }
                // Each of the two clocks jumps by itself.
                Step::Wall(ms) => wall += TimeDelta::milliseconds(ms),
                Step::Back(ms) => mono = mono.saturating_sub(Duration::from_millis(ms)),
                Step::Send => {
                    let permit = permits.next().unwrap();
                    // A permit that the skewed wall has outlived could not be opened.
                    if wall < permit.not_after() {
                        let before = says.count();
                        run(throttled.send(permit, &clock));
                        sent.extend((says.count() > before).then_some(truth));
                    }
                }
            }
            *clock.0.lock().unwrap() = (mono, known.then_some(wall));
        }
        for from in &sent {
            let within = sent.iter().filter(|at| (*from..from + 1_000).contains(*at)).count();
            prop_assert!(within <= rate as usize, "{within} within a second at {rate}: {sent:?}");
        }
    }
}

fn refusal(answered: &Answered) -> Option<(Refusal, Option<Duration>)> {
    match answered {
        Answered::Rejected(said) => Some((said.refusal, said.retry_after)),
        _ => None,
    }
}

#[test]
fn a_second_takes_the_rate_and_the_next_as_many() {
    let says = Says::new(Vec::new());
    let throttled = Throttled::new(Arc::clone(&says), NonZeroU32::new(3).unwrap());
    let clock = FixedClock::at(start());
    let mut permits = permits(0..20).into_iter();
    let mut send = || run(throttled.send(permits.next().unwrap(), &clock));
    for _ in 0..3 {
        assert!(matches!(send(), Answered::Accepted(_)));
    }
    clock.advance(Duration::from_millis(400));
    let left = |ms| Some((Refusal::RateLimited, Some(Duration::from_millis(ms))));
    assert_eq!(refusal(&send()), left(600));
    clock.set(start() + TimeDelta::seconds(60));
    assert_eq!(refusal(&send()), left(600), "the wall clock alone makes no time pass");
    clock.advance(Duration::from_millis(599));
    assert_eq!(refusal(&send()), left(1));
    clock.set(start());
    assert_eq!(refusal(&send()), left(1), "set back, and not stuck");
    clock.advance(Duration::from_millis(1));
    for _ in 0..3 {
        assert!(matches!(send(), Answered::Accepted(_)));
    }
    assert_eq!((refusal(&send()), says.count()), (left(1_000), 6));
}

#[test]
fn a_wait_that_the_gateway_asks_for_is_kept() {
    let wait = |refusal, secs| Answered::refused(refusal, None, Some(Duration::from_secs(secs)));
    let says = Says::new(vec![
        wait(Refusal::QuietHours, 3_600),
        wait(Refusal::RateLimited, 5),
        wait(Refusal::Unavailable, 2),
    ]);
    let throttled = Throttled::new(Arc::clone(&says), NonZeroU32::new(100).unwrap());
    let clock = FixedClock::at(start());
    let mut permits = permits(0..20).into_iter();
    let mut send = || refusal(&run(throttled.send(permits.next().unwrap(), &clock)));
    let told = |refusal, secs| Some((refusal, Some(Duration::from_secs(secs))));
    // What is late for one person holds nobody else back.
    assert_eq!(send(), told(Refusal::QuietHours, 3_600));
    assert_eq!(send(), told(Refusal::RateLimited, 5));
    assert_eq!(send(), told(Refusal::RateLimited, 5));
    clock.advance(Duration::from_secs(4));
    assert_eq!((send(), says.count()), (told(Refusal::RateLimited, 1), 2));
    clock.advance(Duration::from_secs(1));
    assert_eq!(send(), told(Refusal::Unavailable, 2));
    clock.advance(Duration::from_secs(2));
    assert_eq!((send(), says.count()), (None, 4));
}

#[test]
fn a_recording_keeps_the_last_calls_and_no_words() {
    let clock = FixedClock::at(start());
    let tape = Recording::new(SimulatedCarrier::builder(7).yields(2).build()).keeping(3);
    for permit in permits(0..5) {
        clock.advance(Duration::from_secs(1));
        run(tape.send(permit, &clock));
    }
    let calls = tape.calls();
    assert_eq!((calls.len(), tape.count()), (3, 5));
    assert_eq!(calls[0].at, Some(start() + TimeDelta::seconds(3)));
    assert_eq!((calls[2].to.as_str(), calls[2].sender.as_str()), ("+33*******04", "36123"));
    assert_eq!((calls[2].segments, calls[2].body.as_ref()), (1, None));
    assert!(matches!(calls[2].answered, Some(Answered::Accepted(_))));
    let mut permits = permits(5..7);
    {
        let mut sending = pin!(tape.send(permits.pop().unwrap(), &clock));
        assert!(sending.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    assert_eq!(tape.calls()[2].answered, None, "dropped: nobody knows");

    let tape = Recording::new(SimulatedCarrier::seeded(7)).with_bodies();
    run(tape.send(permits.pop().unwrap(), &clock));
    let calls = tape.calls();
    assert!(calls[0].body.as_ref().is_some_and(|body| body.as_str().starts_with("Maison Lune")));
    let shown = format!("{tape:?} {calls:?}");
    assert!(!shown.contains("Maison") && !shown.contains("33600000005"), "{shown}");
}
