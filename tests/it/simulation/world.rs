//! What happens, and what must be true whatever happens.

use std::{
    collections::HashSet,
    pin::Pin,
    sync::{Arc, LazyLock},
    task::{Context, Poll, Waker},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use optin::{
    ImportRow, Location, Messenger,
    campaign::Campaign,
    clock::{Clock, FixedClock},
    consent::event::{Outcome, Road, Unsuspended},
    danger,
    dispatch::{Batch, Dispatched},
    gateway::{Faults, Inbound, Keyed, OptOutSignal, Repliers, SimulatedCarrier},
    id::{MessageId, Name},
    inbound::{Intent, Matcher, Received, Scope},
    law::Rulebook,
    ledger::{Book, Urgency},
    message::{Kind, Template, Values},
    phone::{Country, PhoneNumber},
    place::ZoneTable,
    policy::Brand,
    program::{Program, Sender},
};

use super::{
    Ran,
    dice::Dice,
    oracle::{self, CAPS, HOMES, TOLERANCE_MS},
    watched::{Watched, unknown},
};
use crate::{receive::consent, walk::at};

static RULES: LazyLock<Rulebook> = LazyLock::new(Rulebook::builtin);
static ZONES: LazyLock<ZoneTable> = LazyLock::new(ZoneTable::bundled);
static MATCHER: LazyLock<Matcher> = LazyLock::new(Matcher::builtin);

const PROGRAMS: [&str; 2] = ["soldes", "club"];
const CAMPAIGNS: [&str; 5] = ["soldes-1", "soldes-2", "club-1", "soldes-3", "club-2"];
const WORDS: [&str; 16] = [
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
    "merci",
    "not interested",
    "wrong number",
    "how much is it?",
];

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
enum Done {
    Dispatched(Option<Dispatched>),
    Received(usize, Inbound, Option<Received>),
    OptedOut(usize, Option<&'static str>, Option<Vec<MessageId>>),
    Launched(usize, bool),
    Told,
}

type Task = Pin<Box<dyn Future<Output = Done> + Send>>;

/// A STOP that was answered.
struct Acked {
    person: usize,
    /// The program, or everything.
    program: Option<&'static str>,
    leaf: u64,
    in_flight: HashSet<MessageId>,
}

pub(super) struct World {
    dice: Dice,
    clock: Arc<FixedClock>,
    carrier: Arc<SimulatedCarrier>,
    ledger: Watched,
    people: Vec<(usize, PhoneNumber)>,
    shops: [Messenger; 2],
    workers: [Option<Task>; 2],
    tasks: Vec<Task>,
    /// Texts that come again, or had no answer.
    again: Vec<(usize, Inbound)>,
    relaunch: Vec<usize>,
    stops: Vec<Acked>,
    looked: usize,
    texts: u32,
    ends: DateTime<Utc>,
}

impl World {
    pub(super) fn new(seed: u64) -> Self {
        let mut dice = Dice::new(seed);
        let homes = [0, 0, 0, 0, 1, 1, 2, 2];
        let people: Vec<_> = homes.iter().zip(0..).map(|(home, nth)| (*home, number(*home, nth))).collect();
        let begins = at("2026-11-26T06:00:00Z") + TimeDelta::hours(dice.below(20) as i64);
        let clock = Arc::new(FixedClock::at(begins));
        let faults =
            Faults { no_look_up: 0, lost_request: 40, lost_answer: 40, opted_out: 5, ..Faults::rough() };
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
        let shop = || {
            let mut brand = Brand::new();
            for (max, hours) in CAPS {
                brand = brand.cap(max, hours);
            }
            let ledger = danger::foreign_ledger(ledger.clone(), "a simulation");
            PROGRAMS
                .iter()
                .fold(Messenger::builder(ledger, RULES.clone()), |builder, name| {
                    builder.program(program(name))
                })
                .gateway(Arc::clone(&carrier))
                .clock(Arc::clone(&clock))
                .zones(ZONES.clone())
                .matcher(MATCHER.clone())
                .brand(brand)
                .build()
                .unwrap()
        };
        let shops = [shop(), shop()];
        let ends = begins + TimeDelta::hours(60);
        let mut world = Self {
            dice,
            clock,
            carrier,
            ledger,
            people,
            shops,
            workers: [None, None],
            tasks: Vec::new(),
            again: Vec::new(),
            relaunch: Vec::new(),
            stops: Vec::new(),
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
        let task = self.launch(0);
        self.tasks.push(task);
    }

    fn now(&self) -> DateTime<Utc> {
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
                let task = self.launch(nth);
                self.tasks.push(task);
            }
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
        }
        for _ in 0..self.dice.one_of(&[1, 2, 5, 40]) {
            let Some(worker) = &mut self.workers[nth] else { break };
            let polled = poll(worker);
            self.look();
            if let Poll::Ready(done) = polled {
                self.workers[nth] = None;
                self.told(done);
            }
        }
    }

    /// A caller goes away in the middle of a call.
    fn give_up(&mut self) {
        let nth = self.dice.below(3);
        if nth < 2 {
            self.workers[nth] = None;
        } else if !self.tasks.is_empty() {
            let nth = self.dice.below(self.tasks.len());
            drop(self.tasks.swap_remove(nth));
        }
    }

    /// One of the calls under way goes on.
    fn push_on(&mut self) {
        let nth = self.dice.below(self.tasks.len());
        for _ in 0..self.dice.one_of(&[1, 3, 30]) {
            if let Poll::Ready(done) = poll(&mut self.tasks[nth]) {
                drop(self.tasks.swap_remove(nth));
                self.told(done);
                return;
            }
        }
    }

    fn shop(&mut self) -> Messenger {
        let nth = self.dice.below(2);
        self.shops[nth].clone()
    }

    fn text(&mut self) {
        if !self.again.is_empty() && self.dice.happens(400) {
            let nth = self.dice.below(self.again.len());
            let (person, inbound) = self.again.swap_remove(nth);
            return self.receive(person, inbound);
        }
        let person = self.dice.below(self.people.len());
        let (home, from) = self.people[person];
        let program = self.dice.one_of(&PROGRAMS);
        let sent_at = self.now() - TimeDelta::seconds(self.dice.one_of(&[0, 0, 0, 30, 700, -600]));
        self.texts += 1;
        let (id, words) = (format!("t{}", self.texts), self.dice.one_of(&WORDS));
        let inbound = Inbound { id, from, to: sender(program, home), text: words.to_owned(), sent_at };
        if self.dice.happens(300) {
            self.again.push((person, inbound.clone()));
        }
        self.receive(person, inbound);
    }

    fn receive(&mut self, person: usize, inbound: Inbound) {
        let shop = self.shop();
        self.tasks.push(Box::pin(async move {
            let got = shop.receive(inbound.clone()).await.ok();
            Done::Received(person, inbound, got)
        }));
    }

    /// Opt-ins by several roads, some of them late; and lists.
    fn agree(&mut self) {
        let (_, number) = self.people[self.dice.below(self.people.len())];
        let (shop, program) = (self.shop(), self.dice.one_of(&PROGRAMS));
        let acted = self.now() - TimeDelta::seconds(self.dice.one_of(&[0, 0, 60, 4_000]));
        let consent = consent().at(acted);
        match self.dice.below(3) {
            0 => self.tasks.push(Box::pin(async move {
                let _ = shop.opt_in(number, program, consent).await;
                Done::Told
            })),
            1 => self.tasks.push(Box::pin(async move {
                let _ = shop.opt_in(number, program, consent.double()).await;
                Done::Told
            })),
            _ => {
                let row = ImportRow {
                    number,
                    program: Name::new(program).unwrap(),
                    consent: Some(consent),
                    opted_out: self.dice.happens(200),
                    location: Location::default(),
                };
                self.tasks.push(Box::pin(async move {
                    let _ = shop.import("list", [row], |_, _| {}).await;
                    Done::Told
                }));
            }
        }
    }

    /// Somebody at the desk: an opt-out by telephone, or a doubtful text read and found harmless.
    fn support(&mut self) {
        let person = self.dice.below(self.people.len());
        let (home, number) = self.people[person];
        if self.dice.happens(500) {
            let named = self.dice.happens(500).then(|| sender("soldes", home));
            let reach = named.as_ref().map(|_| "soldes");
            let signal = OptOutSignal { number, sender: named, at: self.now() };
            let shop = self.shop();
            self.tasks.push(Box::pin(async move {
                let told = shop.opted_out(&signal, Road::Support, Some("by telephone")).await;
                Done::OptedOut(person, reach, told.ok())
            }));
        } else {
            let (book, at_ms) = (Book::new(Arc::new(self.ledger.clone())), self.now().timestamp_millis());
            self.tasks.push(Box::pin(async move {
                if let Ok(Some(mut person)) = book.find(number).await {
                    let by = Name::new("lea").unwrap();
                    person.stage(at_ms, Unsuspended { by }, &[]).unwrap();
                    let _ = book.write(person, Urgency::Normal).await;
                }
                Done::Told
            }));
        }
    }

    /// What the carrier has for us: reports, in no order, and replies.
    fn carry(&mut self) {
        let mut reports = self.carrier.reports_due(self.now());
        reports.sort_by_key(|report| (report.to.e164(), report.at, report.delivery));
        for report in reports {
            let shop = self.shop();
            self.tasks.push(Box::pin(async move {
                let _ = shop.report(&report).await;
                Done::Told
            }));
        }
        let mut replies = self.carrier.replies_due(self.now());
        replies.sort_by_key(|reply| (reply.from.e164(), reply.sent_at, reply.text.clone()));
        for reply in replies {
            let person = self.people.iter().position(|(_, number)| *number == reply.from).unwrap();
            self.receive(person, reply);
        }
    }

    fn launch(&mut self, nth: usize) -> Task {
        let (shop, name) = (self.shop(), CAMPAIGNS[nth]);
        let audience: Vec<_> = self.people.iter().map(|(_, number)| (*number, Values::new())).collect();
        let text = format!("Maison Lune : offre {name} jusqu'au 29. STOP au 36123");
        let campaign = Campaign::marketing(name, name.split('-').next().unwrap())
            .unwrap()
            .text(Template::parse(&text).unwrap())
            .window(self.ends - TimeDelta::hours(60)..self.ends)
            .audience(audience);
        Box::pin(async move {
            let launched = async {
                let plan = shop.plan(campaign).await.ok()?;
                shop.launch(plan.approve("lea@maisonlune.fr").unwrap()).await.ok()
            };
            Done::Launched(nth, launched.await.is_some())
        })
    }

    /// Takes in what a call came to.
    fn told(&mut self, done: Done) {
        let line = match done {
            Done::Dispatched(done) => format!("dispatched {done:?}"),
            Done::Received(person, inbound, got) => {
                let line =
                    format!("received {person} {} {:?}", inbound.text, got.as_ref().map(|got| got.intent));
                match got {
                    Some(got) => self.acknowledged(person, &inbound, &got),
                    // The gateway hands it over again.
                    None => self.again.push((person, inbound)),
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
            let task = self.launch(nth);
            self.tasks.push(task);
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
        let leaf = self.ledger.seen().leaves;
        self.stops.push(Acked { person, program, leaf, in_flight: in_flight.into_iter().collect() });
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
            let started = *seen.starts.get(&message.message).expect("nothing leaves without a record");
            if message.kind != Kind::Marketing {
                continue;
            }
            let home = self.people[person].0;
            let at_ms = message.at.timestamp_millis();
            let lawful =
                [at_ms, at_ms + TOLERANCE_MS].iter().any(|at_ms| oracle::is_lawful_hour(home, *at_ms));
            assert!(lawful, "handed over at {}, outside the hours of {}", message.at, HOMES[home].0);
            let program = if seen.launched[&message.message].is_of("club") { "club" } else { "soldes" };
            for stop in self.stops.iter().filter(|stop| stop.person == person) {
                let reached = stop.program.is_none_or(|stopped| stopped == program);
                assert!(
                    !reached || started > stop.leaf || stop.in_flight.contains(&message.message),
                    "person {person} got a message that started at {started}, after a STOP that was answered at {} \
                     and did not name it",
                    stop.leaf
                );
            }
        }
        self.looked = taken.len();
        let mut ids: Vec<_> = taken.iter().filter(|t| t.kind == Kind::Marketing).map(|t| t.message).collect();
        ids.sort_unstable();
        assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "somebody got one marketing message twice");
    }

    /// Lets everything end, and counts.
    pub(super) fn settle(mut self) -> Ran {
        self.workers = [None, None];
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
            let done = finish(self.shops[nth].dispatch(Batch::default())).unwrap();
            self.look();
            let wait = done.next_due.map_or(121, |due| (due - self.now()).num_seconds()).clamp(1, 6 * 3_600);
            self.clock.advance(Duration::from_secs(wait.unsigned_abs()));
            if self.now() >= self.ends {
                self.ledger.seen().over = true;
            }
        }
        let verified = finish(self.shops[0].verify()).unwrap();
        let seen = self.ledger.seen();
        assert_eq!(verified.map(|verified| verified.records), Ok(seen.leaves));
        let taken: HashSet<_> = self.carrier.taken().iter().map(|taken| taken.message).collect();
        for (message, waiting) in &seen.launched {
            let stream = waiting.stream();
            let last = oracle::last_try(&seen.events[&stream], &seen.times[&stream], *message);
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
                Some(Outcome::Refused | Outcome::Deferred) => assert!(!taken.contains(message)),
                Some(Outcome::Unknown) => {}
            }
        }
        Ran {
            trace: seen.trace(),
            records: seen.leaves,
            taken: self.looked,
            stops: self.stops.len(),
            unknown: unknown(&seen),
            dropped: seen.dropped.len(),
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
