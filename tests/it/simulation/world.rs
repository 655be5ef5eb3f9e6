//! What happens, and what must be true whatever happens.

use std::{
    collections::{BTreeMap, HashSet},
    pin::Pin,
    sync::{Arc, LazyLock, Mutex},
    task::{Context, Poll, Waker},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use optin::{
    Landed, Location, Messenger,
    clock::{Clock, FixedClock},
    consent::event::{Delivery, Outcome},
    danger,
    dispatch::{Batch, Dispatched},
    gateway::{Faults, Inbound, Keyed, Repliers, Report, SimulatedCarrier},
    id::{InboundId, MessageId, Name},
    inbound::{Intent, Matcher, Received, Scope},
    law::Rulebook,
    message::Kind,
    phone::{Country, PhoneNumber},
    place::ZoneTable,
    policy::Brand,
    program::{JoinBy, Program, Sender},
};

use super::{
    Ran,
    dice::Dice,
    line::Line,
    model::CAPS,
    watched::{Waiting, Watched, unknown},
    zones::{BUNDLED, HOMES, NEWER},
};
use crate::{receive::consent, walk::at};

static RULES: LazyLock<Rulebook> = LazyLock::new(Rulebook::builtin);
static MATCHER: LazyLock<Matcher> = LazyLock::new(Matcher::builtin);

pub(super) const PROGRAMS: [&str; 2] = ["soldes", "club"];
pub(super) const CAMPAIGNS: [&str; 7] =
    ["soldes-1", "soldes-2", "club-1", "soldes-3", "club-2", "soldes-order", "club-order"];
pub(super) const WORDS: [&str; 20] = [
    "STOP",
    "STOP",
    "Arrêtez svp",
    "stop all",
    "STOP promo",
    "START",
    "START",
    "start",
    "START",
    "HELP",
    "OUI",
    "OUI",
    "JOIN",
    "LUNE",
    "A",
    "b!",
    "merci",
    "not interested",
    "wrong number",
    "how much is it?",
];

/// Words that certainly end something.
const STOPS: [&str; 3] = ["STOP", "Arrêtez svp", "stop all"];
/// The process of the people at the desk, who send nothing.
pub(super) const DESK: usize = 2;

/// The sender of a program in a country: the second of each is American.
pub(super) fn sender(program: &str, home: usize) -> Name {
    let address = match (program, home) {
        ("soldes", 0) => "36123",
        ("soldes", _) => "72345",
        (_, 0) => "36456",
        (_, _) => "72346",
    };
    Name::new(address).unwrap()
}

/// What a caller of the library was told.
pub(super) enum Done {
    Dispatched(Option<Dispatched>),
    Received(Reception, Option<Received>),
    OptedOut(usize, Option<&'static str>, Option<Vec<MessageId>>),
    Launched(usize, bool),
    /// A delivery report was taken in, or was about nothing of ours.
    Reported(Report, Option<Landed>),
    Told,
}

/// A text on its way into a process.
#[derive(Debug, Clone)]
pub(super) struct Reception {
    pub(super) process: usize,
    pub(super) person: usize,
    pub(super) inbound: Inbound,
}

pub(super) type Task = Pin<Box<dyn Future<Output = Done> + Send>>;

/// A call under way in a process.
pub(super) struct Call {
    pub(super) process: usize,
    pub(super) task: Task,
    /// The text that it takes in, and whether it has begun.
    pub(super) text: Option<Reception>,
    pub(super) begun: bool,
}

/// What all processes share.
struct House {
    seed: u64,
    refused: (u64, u64),
    carrier: Arc<SimulatedCarrier>,
    clock: Arc<FixedClock>,
    ledger: Watched,
}

impl House {
    /// A process, as it starts with this zone data.
    fn shop(&self, process: usize, zones: &ZoneTable) -> Messenger {
        let mut brand = Brand::new();
        for (max, hours) in CAPS {
            brand = brand.cap(max, hours);
        }
        let line = Line {
            process,
            carrier: Arc::clone(&self.carrier),
            ledger: self.ledger.clone(),
            dice: Mutex::new(Dice::new(self.seed ^ process as u64)),
            refused: self.refused,
        };
        let ledger = danger::foreign_ledger(self.ledger.clone(), "a simulation");
        PROGRAMS
            .iter()
            .fold(Messenger::builder(ledger, RULES.clone()), |builder, name| builder.program(program(name)))
            .gateway(line)
            .clock(Arc::clone(&self.clock))
            .zones(zones.clone())
            .matcher(MATCHER.clone())
            .brand(brand)
            .build()
            .unwrap()
    }
}

pub(super) struct World {
    house: House,
    pub(super) dice: Dice,
    clock: Arc<FixedClock>,
    pub(super) carrier: Arc<SimulatedCarrier>,
    pub(super) ledger: Watched,
    pub(super) people: Vec<(usize, PhoneNumber)>,
    shops: [Messenger; 2],
    workers: [Option<Task>; 2],
    pub(super) tasks: Vec<Call>,
    /// Texts that come again, or had no answer.
    pub(super) again: Vec<(usize, Inbound)>,
    relaunch: Vec<usize>,
    /// Reports that may come again.
    pub(super) reports: Vec<Report>,
    /// The best that was reported of a message, and whose it is.
    delivered: BTreeMap<MessageId, (usize, Delivery)>,
    looked: usize,
    pub(super) texts: u32,
    pub(super) ends: DateTime<Utc>,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let homes = [0, 0, 0, 0, 1, 1, 2, 2];
        let people: Vec<_> = homes.iter().zip(0..).map(|(home, nth)| (*home, number(*home, nth))).collect();
        let begins = at("2026-11-26T06:00:00Z") + TimeDelta::hours(dice.below(20) as i64);
        let clock = Arc::new(FixedClock::at(begins));
        // Days on which the carrier loses things, and days on which the gateway before it refuses them.
        let loses = dice.happens(600);
        let lost = if loses { 40 } else { 10 };
        let faults =
            Faults { no_look_up: 0, lost_request: lost, lost_answer: lost, opted_out: 5, ..Faults::rough() };
        let repliers = Repliers { stop: 60, help: 30, words: 60, ..Repliers::default() };
        let carrier = SimulatedCarrier::builder(seed)
            .faults(faults)
            .repliers(repliers)
            .keyed(Keyed::Words)
            .throughput(20)
            .yields(dice.below(5) as u32)
            .look_up(dice.happens(700))
            .answers_stop(dice.happens(100));
        let carrier = Arc::new(carrier.build());
        let ledger = Watched::new(seed, homes.to_vec());
        let house = House { seed, refused: if loses { (0, 0) } else { (120, 60) }, carrier, clock, ledger };
        let shops = [0, 1].map(|process| house.shop(process, &BUNDLED));
        let ends = begins + TimeDelta::hours(60);
        let mut world = Self {
            dice,
            clock: Arc::clone(&house.clock),
            carrier: Arc::clone(&house.carrier),
            ledger: house.ledger.clone(),
            house,
            people,
            shops,
            workers: [None, None],
            tasks: Vec::new(),
            again: Vec::new(),
            relaunch: Vec::new(),
            reports: Vec::new(),
            delivered: BTreeMap::new(),
            looked: 0,
            texts: 0,
            ends,
        };
        world.open();
        world.ledger.seen().rough = true;
        world
    }

    pub(super) fn aloud(&self) {
        self.ledger.seen().aloud = true;
    }

    /// Everybody is known, most have agreed, and the first campaign is on its way.
    fn open(&mut self) {
        for (nth, (_, number)) in self.people.clone().into_iter().enumerate() {
            finish(self.shops[0].locate(number, &Location::default())).unwrap();
            for program in PROGRAMS {
                if nth % 4 != 3 && self.dice.happens(900) {
                    finish(self.shops[0].opt_in(number, program, consent())).unwrap();
                }
            }
        }
        self.clock.advance(Duration::from_secs(60));
        self.launch(0);
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now().unwrap()
    }

    pub(super) fn step(&mut self) {
        match self.dice.below(100) {
            0..40 => self.work(),
            40..43 => self.give_up(),
            43..57 => self.text(),
            57..62 => self.agree(),
            62..64 => self.support(),
            64..72 => self.carry(),
            72..75 => {
                let nth = self.dice.below(CAMPAIGNS.len());
                self.launch(nth);
            }
            75 if self.dice.happens(300) => self.restart(),
            75..98 => {
                let seconds = self.dice.one_of(&[1, 20, 130, 130, 900, 3_600]);
                self.clock.advance(Duration::from_secs(seconds));
            }
            _ => {
                let hours = self.dice.one_of(&[-20, -2, -1, 1, 2, 5]);
                self.clock.set(self.now() + TimeDelta::hours(hours));
            }
        }
        if self.now() >= self.ends {
            self.ledger.seen().over = true;
        }
        while self.tasks.len() > 4 {
            self.push_on();
        }
        if !self.tasks.is_empty() && self.dice.happens(700) {
            self.push_on();
        }
    }

    /// A worker goes on by a few polls, or begins.
    fn work(&mut self) {
        let nth = self.dice.below(2);
        if self.workers[nth].is_none() {
            let (shop, limit) = (self.shops[nth].clone(), self.dice.one_of(&[1, 3, 8, 64]));
            let run = async move { Done::Dispatched(shop.dispatch(Batch::of(limit)).await.ok()) };
            self.workers[nth] = Some(Box::pin(run));
            self.ledger.seen().begins(nth);
        }
        for _ in 0..self.dice.one_of(&[1, 2, 5, 40]) {
            let Some(worker) = &mut self.workers[nth] else { break };
            let polled = poll(worker);
            self.look();
            if let Poll::Ready(done) = polled {
                self.workers[nth] = None;
                self.ledger.seen().ends(nth);
                self.told(done);
            }
        }
    }

    /// A caller goes away in the middle of a call.
    fn give_up(&mut self) {
        let nth = self.dice.below(3);
        if nth < 2 {
            self.workers[nth] = None;
            self.ledger.seen().ends(nth);
        } else if !self.tasks.is_empty() {
            let nth = self.dice.below(self.tasks.len());
            let call = self.tasks.swap_remove(nth);
            self.given_up(&call);
        }
    }

    /// A text whose taking in was cut off comes again; and where that has begun, it holds until it is on record.
    fn given_up(&mut self, call: &Call) {
        let Some(text) = &call.text else { return };
        self.again.push((text.person, text.inbound.clone()));
        if call.begun {
            self.could_not_store(text);
        }
    }

    fn could_not_store(&mut self, Reception { process, inbound, .. }: &Reception) {
        if STOPS.contains(&inbound.text.as_str()) {
            self.ledger.seen().model.could_not_store(*process, InboundId::of(&inbound.id));
        }
    }

    /// A process starts anew, with newer zone data. What was under way in it is cut off.
    fn restart(&mut self) {
        let nth = self.dice.below(2);
        self.workers[nth] = None;
        self.ledger.seen().ends(nth);
        let (gone, left) = std::mem::take(&mut self.tasks).into_iter().partition(|call| call.process == nth);
        self.tasks = left;
        let gone: Vec<Call> = gone;
        gone.iter().for_each(|call| self.given_up(call));
        // What it could not store went with it.
        self.ledger.seen().model.forget(nth);
        self.shops[nth] = self.house.shop(nth, &NEWER);
        self.ledger.seen().note(&format!("restarted {nth}"));
    }

    /// One of the calls under way goes on.
    fn push_on(&mut self) {
        let nth = self.dice.below(self.tasks.len());
        for _ in 0..self.dice.one_of(&[1, 3, 30]) {
            self.tasks[nth].begun = true;
            if let Poll::Ready(done) = poll(&mut self.tasks[nth].task) {
                drop(self.tasks.swap_remove(nth));
                self.told(done);
                return;
            }
        }
    }

    /// One of the processes.
    pub(super) fn shop(&mut self) -> (usize, Messenger) {
        let nth = self.dice.below(2);
        (nth, self.shops[nth].clone())
    }

    pub(super) fn call(&mut self, process: usize, call: impl Future<Output = Done> + Send + 'static) {
        self.tasks.push(Call { process, task: Box::pin(call), text: None, begun: false });
    }

    /// Takes in what a call came to.
    fn told(&mut self, done: Done) {
        let line = match done {
            Done::Dispatched(done) => format!("dispatched {done:?}"),
            Done::Received(text, got) => {
                let Reception { person, inbound, .. } = &text;
                let line =
                    format!("received {person} {} {:?}", inbound.text, got.as_ref().map(|got| got.intent));
                match got {
                    Some(got) => self.acknowledged(*person, inbound, &got),
                    None => {
                        self.could_not_store(&text);
                        // The gateway hands it over again.
                        self.again.push((text.person, text.inbound));
                    }
                }
                line
            }
            Done::Reported(report, landed) => {
                let person = self.people.iter().position(|(_, number)| *number == report.to).unwrap();
                let line = format!("reported {person} {:?} {}", report.delivery, landed.is_some());
                match landed {
                    Some(landed) => {
                        if let Some(message) = landed.message {
                            let held = self.delivered.entry(message).or_insert((person, report.delivery));
                            held.1 = held.1.min(report.delivery);
                        }
                    }
                    None => self.reports.push(report),
                }
                line
            }
            Done::OptedOut(person, reach, in_flight) => {
                let told = in_flight.is_some();
                if let Some(in_flight) = in_flight {
                    self.stopped(person, reach, in_flight);
                }
                format!("opted out {person} {told}")
            }
            Done::Launched(nth, whole) => {
                if !whole && self.now() < self.ends {
                    self.relaunch.push(nth);
                }
                format!("launched {nth} {whole}")
            }
            Done::Told => "told".to_owned(),
        };
        self.ledger.seen().note(&line);
        if let Some(nth) = self.relaunch.pop() {
            self.launch(nth);
        }
    }

    fn acknowledged(&mut self, person: usize, inbound: &Inbound, got: &Received) {
        let program = if inbound.to.as_str().ends_with('6') { "club" } else { "soldes" };
        let reach = match (got.intent, &got.understood.scope) {
            (Intent::Stop, Some(Scope::All)) | (Intent::WrongNumber | Intent::Unsure, _) => None,
            // Campaigns here have no category, so a topic reaches all of a program's.
            (Intent::Stop, _) => Some(program),
            _ => return,
        };
        self.stopped(person, reach, got.in_flight.clone());
    }

    fn stopped(&mut self, person: usize, program: Option<&'static str>, in_flight: Vec<MessageId>) {
        let wrong = self.ledger.seen().model.answered(person, program, in_flight);
        assert!(wrong.is_none(), "{}", wrong.unwrap_or_default());
    }

    /// Looks at what the carrier got since the last look, and at what the ledger saw.
    fn look(&mut self) {
        let wrong = self.ledger.seen().wrong.first().cloned();
        assert!(wrong.is_none(), "{}", wrong.unwrap_or_default());
        if self.carrier.taken_count() == self.looked {
            return;
        }
        let taken = self.carrier.taken();
        let mut seen = self.ledger.seen();
        for message in &taken[self.looked..] {
            let person = self.people.iter().position(|(_, number)| *number == message.number).unwrap();
            let words: String = message.text.chars().take(40).collect();
            seen.note(&format!("taken {person} {} {words}", message.at));
            if message.kind == Kind::Marketing {
                let wrong = seen.model.reached(person, message.message, message.at.timestamp_millis());
                assert!(wrong.is_none(), "{}", wrong.unwrap_or_default());
            }
        }
        self.looked = taken.len();
    }

    /// Lets everything end, and counts.
    pub(super) fn settle(mut self) -> Ran {
        self.workers = [None, None];
        (0..2).for_each(|nth| self.ledger.seen().ends(nth));
        self.ledger.seen().rough = false;
        while !self.tasks.is_empty() || !self.again.is_empty() {
            if let Some((person, inbound)) = self.again.pop() {
                self.receive(person, inbound);
            }
            self.push_on();
        }
        let mut rounds = 0;
        while !self.ledger.seen().outbox.is_empty() {
            rounds += 1;
            assert!(rounds < 2_000, "the outbox does not empty: {:?}", self.ledger.seen().outbox);
            let nth = rounds % 2;
            self.ledger.seen().begins(nth);
            let done = finish(self.shops[nth].dispatch(Batch::default())).unwrap();
            self.ledger.seen().ends(nth);
            self.look();
            let wait = done.next_due.map_or(121, |due| (due - self.now()).num_seconds()).clamp(1, 6 * 3_600);
            self.clock.advance(Duration::from_secs(wait.unsigned_abs()));
            if self.now() >= self.ends {
                self.ledger.seen().over = true;
            }
        }
        self.deliveries();
        let verified = finish(self.shops[0].verify()).unwrap();
        let seen = self.ledger.seen();
        assert_eq!(verified.map(|verified| verified.records), Ok(seen.model.leaves));
        let taken: HashSet<_> = self.carrier.taken().iter().map(|taken| taken.message).collect();
        for (message, waiting) in &seen.launched {
            let last = seen.model.stories[&waiting.stream()].last_try(*message);
            let dropped = seen.dropped.contains_key(message);
            let Some((_, outcome)) = last else {
                assert!(dropped, "a message was lost");
                continue;
            };
            match outcome {
                // One worker dropped the row while the person was closed, another started the message just after
                // it was open again, and died: without a row nobody looks it up.
                None => assert!(dropped, "every hand-over comes to an end"),
                Some(Outcome::Accepted) => assert!(taken.contains(message)),
                // What may go twice may be refused the second time.
                Some(Outcome::Refused | Outcome::Deferred) => {
                    assert!(!taken.contains(message) || waiting.repeats());
                }
                Some(Outcome::Unknown) => {}
            }
        }
        Ran {
            trace: seen.trace(),
            records: seen.model.leaves,
            taken: self.looked,
            stops: seen.model.stops(),
            unknown: unknown(&seen),
            dropped: seen.dropped.len(),
        }
    }
}

impl World {
    /// What was reported, in whatever order and however often, is on record at its best, and settles every doubt.
    fn deliveries(&self) {
        for (message, (person, best)) in &self.delivered {
            let found = finish(self.shops[0].person(self.people[*person].1)).unwrap().unwrap();
            assert_eq!(self.ledger.seen().model.story(*person).delivery(*message), Some(*best));
            if self.ledger.seen().launched.get(message).is_some_and(Waiting::repeats) {
                // It may have been on its way again.
                continue;
            }
            let sent = found.state.sent(*message).unwrap();
            assert_eq!(sent.delivery, Some(*best), "person {person}");
            assert!(
                !matches!(sent.outcome, None | Some(Outcome::Unknown)),
                "{:?} though reported",
                sent.outcome
            );
        }
    }
}

fn number(home: usize, nth: usize) -> PhoneNumber {
    let (prefix, ..) = HOMES[home];
    let text =
        if home == 0 { format!("{prefix}1234{nth:04}") } else { format!("{prefix}555{:04}", 100 + nth) };
    text.parse().unwrap()
}

fn program(name: &str) -> Program {
    let sender = |country, home| {
        let address = sender(name, home);
        Sender::short_code(country, address.as_str()).unwrap().throughput(20.try_into().unwrap())
    };
    Program::new(name, "Maison Lune")
        .unwrap()
        .sender(sender(Country::FR, 0))
        .sender(sender(Country::US, 1))
        .help("aide@maisonlune.fr")
        .language("fr")
        .keyword("LUNE")
        .joins(if name == "club" { JoinBy::Keyword } else { JoinBy::Yes })
}

fn poll<T>(task: &mut Pin<Box<dyn Future<Output = T> + Send>>) -> Poll<T> {
    task.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

/// Runs a call to its end, with nothing else under way.
fn finish<F: Future>(call: F) -> F::Output {
    let mut call = std::pin::pin!(call);
    loop {
        if let Poll::Ready(output) = call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}
