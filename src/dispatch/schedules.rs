//! A hundred thousand schedules of two to four threads over one person: workers that reserve, conclude or crash, a
//! STOP, a START, and somebody who looks for orphans. Run with
//! `cargo test --lib --features _shuttle dispatch::schedules`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on has failed; clippy's own switch knows `cfg(test)` alone"
)]

use std::{
    pin::pin,
    sync::{Arc, Mutex, OnceLock},
    task::{Context, Poll, Waker},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use shuttle::{
    Config, FailurePersistence, Runner,
    rand::Rng,
    scheduler::{PctScheduler, RandomScheduler, Scheduler},
    thread,
};

use super::{
    Flights,
    outcome::{Answer, Doubt, conclude},
};
use crate::{
    consent::{
        Basis, Event, Grant, How,
        event::{Concluded, OptedIn, Outcome, Restarted, Revoked, Road, Said, Started},
    },
    gateway::{Answered, Refusal, Uncertain},
    id::{InboundId, MessageId, Name, RecipientId},
    law::Rulebook,
    ledger::{Book, Envelope, Keys, Lane, MemoryLedger, OutboxChange, Person, Queued, Urgency, Written},
    message::{Body, Kind},
    permit::{Draft, Leeway, Reserved, reserve},
    place::ZoneTable,
    policy::Policy,
    sync::explore,
};

const MESSAGE: MessageId = MessageId([7; 16]);

fn now() -> DateTime<Utc> {
    "2026-11-27T10:00:00Z".parse().unwrap()
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn policy() -> &'static Policy {
    static POLICY: OnceLock<Policy> = OnceLock::new();
    POLICY.get_or_init(|| Policy::new(Rulebook::builtin(), ZoneTable::bundled()))
}

fn keys() -> Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(|| Keys::generate().unwrap()).clone()
}

/// Nothing here waits for anything but locks.
fn wait<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the memory ledger answers at once"),
    }
}

/// One person who agreed, and one message that waits.
struct World {
    book: Book,
    flights: Flights,
    recipient: RecipientId,
    /// A worker that has lost a race appends without deciding again.
    careless: bool,
}

#[derive(Debug, Clone, Copy)]
enum End {
    Accepted,
    Deferred,
    Crash,
}

impl World {
    fn new(careless: bool) -> Self {
        let book = Book::new(Arc::new(MemoryLedger::with_keys(keys())));
        let at_ms = (now() - TimeDelta::days(30)).timestamp_millis();
        let mut person = wait(book.find_or_open("+33612345678".parse().unwrap(), at_ms)).unwrap();
        let grant = Grant::new(Basis::ExpressWritten, How::Checkbox, at_ms);
        person.stage(at_ms, OptedIn { program: name("soldes"), grant }, &[]).unwrap();
        let recipient = person.recipient;
        person.change_outbox(OutboxChange::Put(Queued {
            message: MESSAGE,
            stream: recipient,
            lane: Lane::Marketing,
            due_ms: 0,
            closes_ms: i64::MAX,
            sender: name("36123"),
            segments: 1,
            job: name("flash"),
            payload: Vec::new(),
        }));
        assert!(matches!(wait(book.write(person, Urgency::Normal)), Ok(Written::Done(_))));
        Self { book, flights: Flights::default(), recipient, careless }
    }

    fn person(&self) -> Person {
        wait(self.book.person(self.recipient)).unwrap().unwrap()
    }

    fn draft(&self) -> Draft {
        Draft {
            person: self.person(),
            message: MESSAGE,
            program: name("soldes"),
            source: name("flash"),
            step: 0,
            kind: Kind::Marketing,
            category: None,
            subject: None,
            sender: name("36123"),
            body: Body::new("Soldes. STOP au 36123").unwrap(),
            until: None,
            answers: None,
            queued: true,
            repeats: false,
        }
    }

    fn worker(&self, end: End) {
        let mine = self.flights.take(vec![MESSAGE]);
        let draft = self.draft();
        let version = draft.person.version;
        let reserved = wait(reserve(&self.book, policy(), vec![draft], Leeway::default(), now())).unwrap();
        for (_, reserved) in reserved {
            match (reserved, end) {
                (Reserved::Permit(permit, _), End::Crash) => drop(permit),
                (Reserved::Permit(_permit, person), End::Accepted) => {
                    self.conclude(*person, Answered::accepted("a"))
                }
                (Reserved::Permit(_permit, person), End::Deferred) => {
                    self.conclude(*person, Answered::rejected(Refusal::Unavailable));
                }
                (Reserved::Held(_) | Reserved::Duplicate, _) if self.careless => self.start_anyway(version),
                (Reserved::Held(_) | Reserved::Duplicate, _) => self.drop_row(),
            }
        }
        drop(mine);
    }

    /// What the fence must not let pass, were it written.
    fn start_anyway(&self, judged: u64) {
        let mut person = self.person();
        if person.version == judged {
            return;
        }
        let records = wait(self.book.ledger().log(0, 99)).unwrap();
        let started =
            records.iter().find_map(|record| match Envelope::from_bytes(&record.envelope).unwrap().event {
                Event::Started(started) => Some(started),
                _ => None,
            });
        if let Some(started) = started {
            person.stage(now().timestamp_millis(), started, &[]).unwrap();
            let _ = wait(self.book.write(person, Urgency::Normal)).unwrap();
        }
    }

    /// As a worker drops a row: at a version that says that it has not started.
    fn drop_row(&self) {
        let mut person = self.person();
        let flies = person.state.sent(MESSAGE).is_some_and(|sent| sent.outcome.is_none());
        let change = if flies { OutboxChange::Start(MESSAGE) } else { OutboxChange::Remove(MESSAGE) };
        person.change_outbox(change);
        let _ = wait(self.book.write(person, Urgency::Normal)).unwrap();
    }

    fn conclude(&self, person: Person, answered: Answered) {
        let (program, sender, person) = (name("soldes"), name("36123"), Box::new(person));
        let (doubt, closes_ms) = (Doubt::Leave, i64::MAX);
        let answer = Answer { message: MESSAGE, program, sender, answered, doubt, closes_ms, person };
        wait(conclude(&self.book, answer, now())).unwrap();
    }

    /// Looks for what others started and never concluded, long after.
    fn recover(&self) {
        let started = wait(self.book.ledger().started(9)).unwrap();
        let _ = self.flights.due(&started, Duration::ZERO);
        for _ in self.flights.due(&started, Duration::from_secs(600)).0 {
            let person = self.person();
            if person.state.sent(MESSAGE).is_some_and(|sent| sent.outcome.is_none()) {
                self.conclude(person, Answered::Unknown(Uncertain::Orphaned));
            }
        }
    }

    /// Returns what was in flight when it was recorded.
    fn stop(&self) -> bool {
        loop {
            let mut person = self.person();
            let flying = person.state.in_flight().any(|sent| sent.message == MESSAGE);
            let revoked = Revoked {
                said: Said::Program,
                program: Some(name("soldes")),
                sender: Some(name("36123")),
                ..Revoked::all(Road::Keyword, now().timestamp_millis())
            };
            person.stage(now().timestamp_millis(), revoked, &[]).unwrap();
            if let Written::Done(_) = wait(self.book.write(person, Urgency::Stop)).unwrap() {
                return flying;
            }
        }
    }

    fn start(&self) {
        let later = now() + TimeDelta::seconds(1);
        loop {
            let mut person = self.person();
            let (program, acted_ms) = (name("soldes"), later.timestamp_millis());
            let restarted = Restarted { program, acted_ms, inbound: InboundId([1; 16]) };
            person.stage(later.timestamp_millis(), restarted, &[]).unwrap();
            if let Written::Done(_) = wait(self.book.write(person, Urgency::Normal)).unwrap() {
                return;
            }
        }
    }

    /// Reads the file from the top: nothing starts while closed, nothing twice, and what flies has its row.
    fn faults(&self, flew: bool) -> Vec<String> {
        let (mut closed, mut last, mut faults) = (false, None::<Option<Outcome>>, Vec::new());
        let mut must = |holds: bool, what: &str, last| {
            if !holds {
                faults.push(format!("{what}, after {last:?}"));
            }
        };
        for record in wait(self.book.ledger().log(0, 99)).unwrap() {
            match Envelope::from_bytes(&record.envelope).unwrap().event {
                Event::Revoked(_) => {
                    closed = true;
                    let open = matches!(last, Some(None | Some(Outcome::Unknown)));
                    must(flew == open, "a STOP did not tell what is in flight", last);
                }
                Event::Restarted(_) => closed = false,
                Event::Started(Started { message: MESSAGE, .. }) => {
                    must(!closed, "started after a STOP", last);
                    must(matches!(last, None | Some(Some(Outcome::Deferred))), "started again", last);
                    last = Some(None);
                }
                Event::Concluded(Concluded { outcome, .. }) if last != Some(Some(Outcome::Accepted)) => {
                    last = Some(Some(outcome));
                }
                _ => {}
            }
        }
        let has_row = !wait(self.book.ledger().started(9)).unwrap().is_empty();
        must(has_row == (last == Some(None)), "what flies has no row, or a row does not fly", last);
        let waits = wait(self.book.ledger().waiting(None)).unwrap().0 == 1;
        must(!waits || matches!(last, None | Some(Some(Outcome::Deferred))), "waits", last);
        faults
    }
}

/// One schedule: a STOP and one to three others.
fn scene(careless: bool) -> Vec<String> {
    let world = Arc::new(World::new(careless));
    let mut rng = shuttle::rand::thread_rng();
    let mut end = || match rng.gen_range(0..3) {
        0 => End::Accepted,
        1 => End::Deferred,
        _ => End::Crash,
    };
    let (one, other) = (end(), end());
    let others = rng.gen_range(0..4);
    let spawn = |run: Box<dyn FnOnce(&World) + Send>| {
        let world = Arc::clone(&world);
        thread::spawn(move || run(&world))
    };
    let mut threads = vec![spawn(Box::new(move |world| world.worker(one)))];
    if others > 0 {
        threads.push(spawn(Box::new(move |world| world.worker(other))));
    }
    match others {
        2 => threads.push(spawn(Box::new(World::start))),
        3 => threads.push(spawn(Box::new(World::recover))),
        _ => {}
    }
    let stopped = Arc::clone(&world);
    let stop = thread::spawn(move || stopped.stop());
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let flew = stop.join().unwrap();
    world.faults(flew)
}

/// What all schedules came to.
fn run(scheduler: impl Scheduler + 'static, careless: bool) -> Vec<String> {
    let mut config = Config::new();
    config.stack_size = 512 * 1_024;
    config.failure_persistence = FailurePersistence::Print;
    // Tables are read once, outside of any schedule.
    let (_, _) = (policy(), keys());
    let found = Arc::new(Mutex::new(Vec::new()));
    let all = Arc::clone(&found);
    explore(|| {
        Runner::new(scheduler, config).run(move || {
            let faults = scene(careless);
            // A panic tells the schedule; the careless one is to be counted only.
            assert!(careless || faults.is_empty(), "{faults:?}");
            all.lock().unwrap().extend(faults);
        });
    });
    found.lock().unwrap().clone()
}

#[test]
fn no_schedule_starts_a_message_after_a_stop_or_twice() {
    assert!(run(RandomScheduler::new(80_000), false).is_empty());
    assert!(run(PctScheduler::new(3, 20_000), false).is_empty());
}

/// The checks see what they are there for.
#[test]
fn a_worker_that_does_not_decide_again_is_found_out() {
    let faults = run(RandomScheduler::new(2_000), true);
    for what in ["started after a STOP", "started again"] {
        assert!(faults.iter().any(|fault| fault.starts_with(what)), "nothing {what}: {faults:?}");
    }
}
