//! Texts as they come in: what is recorded, what is answered, and what may go out afterwards.

mod answers;
mod desk;
mod doubt;
mod echo;
mod ended;
mod joining;
mod opening;
mod reminding;
mod restart;
mod scope;
mod signals;
mod stops;
mod surveys;
mod texted;
mod tiers;

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use optin::{
    Messenger,
    clock::{Clock, FixedClock},
    consent::{ConsentText, Event, OptIn},
    dispatch::{Batch, Dispatched},
    gateway::{Inbound, SimulatedCarrier, SimulatedCarrierBuilder},
    id::Name,
    inbound::Received,
    law::Rulebook,
    ledger::MemoryLedger,
    message::{Kind, Template, Values},
    phone::{Country, PhoneNumber},
    place::ZoneTable,
    policy::{Code, Decision, Request},
    program::{Program, Sender},
};

use crate::walk::{at, number, soldes};

const TEXT: ConsentText =
    ConsentText { version: "v3", language: "fr", text: "J'accepte les offres de Maison Lune par SMS." };

pub(crate) fn consent() -> OptIn {
    OptIn::checkbox(&TEXT)
}

/// Another program of the same shop, with a sender of its own.
fn club() -> Program {
    Program::new("club", "Maison Lune")
        .unwrap()
        .sender(Sender::short_code(Country::FR, "36456").unwrap().throughput(50.try_into().unwrap()))
        .help("aide@maisonlune.fr")
        .language("fr")
}

/// Two programs of one shop, a carrier and a clock: a Thursday noon in Paris.
struct House {
    shop: Messenger,
    clock: Arc<FixedClock>,
    carrier: Arc<SimulatedCarrier>,
    ledger: Arc<MemoryLedger>,
    texts: std::cell::Cell<u32>,
}

impl House {
    fn new() -> Self {
        Self::with(SimulatedCarrier::builder(7))
    }

    fn with(carrier: SimulatedCarrierBuilder) -> Self {
        Self::of(carrier, vec![soldes(), club()], |builder| builder)
    }

    /// With these programs, and whatever else is said.
    fn of(
        carrier: SimulatedCarrierBuilder,
        programs: Vec<Program>,
        more: impl FnOnce(optin::Builder) -> optin::Builder,
    ) -> Self {
        let ledger = Arc::new(MemoryLedger::new().unwrap());
        let clock = Arc::new(FixedClock::at(at("2026-11-26T11:00:00Z")));
        let carrier = Arc::new(carrier.build());
        let builder = Messenger::builder(Arc::clone(&ledger), Rulebook::builtin())
            .gateway(Arc::clone(&carrier))
            .clock(Arc::clone(&clock))
            .zones(ZoneTable::bundled());
        let shop = more(programs.into_iter().fold(builder, optin::Builder::program)).build().unwrap();
        Self { shop, clock, carrier, ledger, texts: std::cell::Cell::new(0) }
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now().unwrap()
    }

    fn later(&self, by: Duration) {
        self.clock.advance(by.to_std().unwrap());
    }

    /// Ana, who agreed to a program an hour ago.
    async fn ana(&self, programs: &[&str]) -> PhoneNumber {
        let ana = number("+33612345678");
        for program in programs {
            self.shop.opt_in(ana, program, consent().at(self.now() - Duration::hours(1))).await.unwrap();
        }
        ana
    }

    async fn text(&self, from: PhoneNumber, to: &str, words: &str) -> Received {
        self.texts.set(self.texts.get() + 1);
        let id = format!("in-{}", self.texts.get());
        self.shop.receive(Inbound::text(id, from, to, words, self.now()).unwrap()).await.unwrap()
    }

    /// The same, written so long ago.
    async fn text_of(&self, from: PhoneNumber, to: &str, words: &str, ago: Duration) -> Received {
        self.texts.set(self.texts.get() + 1);
        let id = format!("in-{}", self.texts.get());
        self.shop.receive(Inbound::text(id, from, to, words, self.now() - ago).unwrap()).await.unwrap()
    }

    async fn dispatch(&self) -> Dispatched {
        self.shop.dispatch(Batch::default()).await.unwrap()
    }

    async fn decide(&self, number: PhoneNumber, program: &str, kind: Kind) -> Decision {
        let sender = Name::new(if program == "soldes" { "36123" } else { "36456" }).unwrap();
        let program = Name::new(program).unwrap();
        let request =
            Request { program: &program, kind, category: None, subject: None, sender: Some(&sender) };
        self.shop.decide(number, request, self.now()).await.unwrap()
    }

    async fn is_open(&self, number: PhoneNumber, program: &str) -> bool {
        self.decide(number, program, Kind::Marketing).await.is_allowed()
    }

    async fn codes(&self, number: PhoneNumber, program: &str, kind: Kind) -> Vec<Code> {
        self.decide(number, program, kind).await.reasons.iter().map(|reason| reason.code).collect()
    }

    async fn events(&self, number: PhoneNumber) -> Vec<Event> {
        self.shop.history(number).await.unwrap().into_iter().map(|(envelope, _)| envelope.event).collect()
    }

    /// Launches a message to this person, due at once.
    async fn launch(&self, name: &str, to: PhoneNumber) {
        let campaign = optin::campaign::Campaign::marketing(name, "soldes")
            .unwrap()
            .text(Template::parse("Maison Lune : -40 % jusqu'à 21 h. STOP au 36123").unwrap())
            .window(self.now()..self.now() + Duration::hours(48))
            .audience(vec![(to, Values::new())]);
        let plan = self.shop.plan(campaign).await.unwrap();
        self.shop.launch(plan.approve("lea@maisonlune.fr").unwrap()).await.unwrap();
    }
}
