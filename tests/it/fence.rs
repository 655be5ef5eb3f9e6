//! Law 3 across processes: receiver, two workers and the carrier on one file, and a worker that is stopped in the
//! middle of a hand-over for longer than its lease.

use std::collections::BTreeSet;

use optin::{
    consent::{Event, event::Outcome},
    id::MessageId,
    phone::PhoneNumber,
};
use tempfile::TempDir;

use crate::{
    support::{Door, Entry, Fault, Member, SharedClock, audience, faults, message, open, set},
    walk::at,
};

/// Longer than a claim and longer than a lease.
const PAST_THE_LEASE: i64 = 121;
const PEOPLE: usize = 6;

struct Scene {
    folder: TempDir,
    clock: SharedClock,
    _carrier: Member,
    door: Door,
    receiver: Member,
    slow: Member,
    other: Member,
    texts: usize,
}

impl Scene {
    /// Four processes; the slow worker is a `worker` or a `careless` one.
    async fn new(slow: &'static str) -> Self {
        let folder = TempDir::new().unwrap();
        set(folder.path(), PEOPLE).await;
        let (clock, door) = (SharedClock::of(folder.path()), Door::of(folder.path()));
        let _carrier = Member::start("carrier", door.path());
        let start = |part| Member::start(part, folder.path());
        let (receiver, slow, other) = (start("receiver"), start(slow), start("worker"));
        Self { clock, _carrier, door, receiver, slow, other, texts: 0, folder }
    }

    /// The slow worker dispatches, gets to this point, is told to go on, and cannot: it is stopped.
    fn stop_at(&mut self, point: &str) {
        self.slow.tell(&format!("hold {point}"));
        self.slow.tell("dispatch");
        self.slow.expect(&format!("held {point}"));
        self.slow.freeze();
        self.slow.tell("go");
    }

    fn wake(&mut self) {
        assert!(self.slow.is_silent(), "a stopped process speaks");
        self.slow.thaw();
        self.slow.expect("done");
    }

    /// A STOP, and what was in flight by its answer.
    fn stop(&mut self, number: PhoneNumber) -> Vec<MessageId> {
        self.texts += 1;
        self.receiver.tell(&format!("text in-{} {} STOP", self.texts, number.e164()));
        self.receiver.expect("answered");
        let last = self.door.list().into_iter().rev().find_map(|entry| match entry {
            Entry::Answered { number: whose, in_flight } if whose == number => Some(in_flight),
            _ => None,
        });
        last.unwrap()
    }

    /// The other worker meets what is left, waits for the lease, and takes over.
    fn take_over(&mut self) {
        for _ in 0..3 {
            self.clock.advance(PAST_THE_LEASE);
            self.other.tell("dispatch");
            self.other.expect("done");
        }
    }

    fn reached(&self, number: PhoneNumber) -> Vec<MessageId> {
        let list = self.door.list().into_iter();
        list.filter_map(|entry| match entry {
            Entry::Reached { message, number: to, marketing: true } if to == number => Some(message),
            _ => None,
        })
        .collect()
    }

    fn faults(&self) -> BTreeSet<Fault> {
        faults(&self.door.list())
    }

    /// What must hold at the end of every scene, however it went.
    async fn ends_well(self) {
        assert_eq!(self.faults(), BTreeSet::new(), "{:#?}", self.door.list());
        let shop = open(self.folder.path()).await;
        shop.verify().await.unwrap().unwrap();
        for person in audience(PEOPLE) {
            let history = shop.history(person).await.unwrap();
            let events = history.iter().map(|(envelope, _)| &envelope.event);
            let after_stop = events.skip_while(|event| !matches!(event, Event::Revoked(_)));
            let starts = |event: &Event| matches!(event, Event::Started(started) if started.answer.is_none());
            assert_eq!(after_stop.filter(|event| starts(event)).count(), 0, "{history:#?}");
        }
    }
}

/// The STOP comes after the core has judged and before the store compares.
async fn stop_between_judging_and_appending(slow: &'static str) -> (Scene, Vec<MessageId>) {
    let mut scene = Scene::new(slow).await;
    let ana = audience(PEOPLE)[0];
    scene.stop_at("judged");
    let in_flight = scene.stop(ana);
    scene.take_over();
    scene.wake();
    (scene, in_flight)
}

#[tokio::test]
async fn a_stop_between_judging_and_appending_is_obeyed() {
    let (scene, in_flight) = stop_between_judging_and_appending("worker").await;
    let people = audience(PEOPLE);
    assert_eq!(in_flight, []);
    assert_eq!(scene.reached(people[0]), []);
    assert!(people[1..].iter().all(|person| scene.reached(*person).len() == 1));
    scene.ends_well().await;
}

#[tokio::test]
async fn without_the_version_check_this_harness_sees_the_fence_break() {
    let (scene, in_flight) = stop_between_judging_and_appending("careless").await;
    assert_eq!(in_flight, []);
    let shop = open(scene.folder.path()).await;
    let people = audience(PEOPLE);
    let (anas, bobs) = (message(&shop, people[0]).await, message(&shop, people[1]).await);
    let found = scene.faults();
    assert!(found.contains(&Fault::Late(anas)), "{found:?}");
    assert!(found.contains(&Fault::Twice(bobs)), "{found:?}");
    assert!(found.contains(&Fault::Second(people[1].e164())), "{found:?}");
    shop.verify().await.unwrap().unwrap_err();
}

/// The `Started` records are in, the carrier has seen nothing, and the worker sleeps over its lease. One person
/// stops before that, one after the other worker has called everything unknown.
#[tokio::test]
async fn what_had_started_is_in_flight_even_after_the_lease() {
    let mut scene = Scene::new("worker").await;
    let people = audience(PEOPLE);
    scene.stop_at("started");
    let before = scene.stop(people[0]);
    scene.take_over();
    let after = scene.stop(people[1]);
    assert_eq!((scene.reached(people[0]), scene.reached(people[1])), (vec![], vec![]));
    scene.wake();
    assert_eq!((before, after), (scene.reached(people[0]), scene.reached(people[1])));
    assert!(people.iter().all(|person| scene.reached(*person).len() == 1));
    scene.ends_well().await;
}

/// The carrier has the first message, and its answer lies unread while the worker sleeps over its lease.
#[tokio::test]
async fn what_was_taken_before_the_sleep_is_found_and_the_rest_is_in_flight() {
    let mut scene = Scene::new("worker").await;
    let people = audience(PEOPLE);
    scene.stop_at("taken");
    let first = *people.iter().find(|person| !scene.reached(**person).is_empty()).unwrap();
    let rest: Vec<_> = people.iter().copied().filter(|person| *person != first).collect();
    assert_eq!(scene.stop(first), scene.reached(first));
    let early = scene.stop(rest[0]);
    scene.take_over();
    let late = scene.stop(rest[1]);
    scene.wake();
    assert_eq!((early, late), (scene.reached(rest[0]), scene.reached(rest[1])));
    let shop = open(scene.folder.path()).await;
    for person in people {
        let id = message(&shop, person).await;
        let state = shop.person(person).await.unwrap().unwrap().state;
        assert_eq!(state.sent(id).unwrap().outcome, Some(Outcome::Accepted));
    }
    drop(shop);
    scene.ends_well().await;
}

/// The worker that finds its messages started by another leaves them alone, so that they are still called unknown
/// when that other one dies.
#[tokio::test]
async fn a_worker_that_wakes_late_leaves_what_another_started() {
    let mut scene = Scene::new("worker").await;
    scene.stop_at("judged");
    scene.clock.advance(PAST_THE_LEASE);
    scene.other.tell("hold started");
    scene.other.tell("dispatch");
    scene.other.expect("held");
    scene.wake();
    scene.other.kill();
    for _ in 0..2 {
        scene.clock.advance(PAST_THE_LEASE);
        scene.slow.tell("dispatch");
        scene.slow.expect("done");
    }
    let shop = open(scene.folder.path()).await;
    for person in audience(PEOPLE) {
        let id = message(&shop, person).await;
        let state = shop.person(person).await.unwrap().unwrap().state;
        assert_eq!(state.sent(id).unwrap().outcome, Some(Outcome::Unknown));
        assert_eq!(scene.reached(person), []);
    }
    drop(shop);
    scene.ends_well().await;
}

/// A permit has a deadline: a worker that wakes in the night hands nothing over.
#[tokio::test]
async fn a_worker_that_wakes_in_the_night_hands_nothing_over() {
    let mut scene = Scene::new("worker").await;
    scene.stop_at("started");
    scene.clock.set(at("2026-11-27T22:00:00Z"));
    scene.wake();
    assert!(audience(PEOPLE).iter().all(|person| scene.reached(*person).is_empty()));
    scene.ends_well().await;
}
