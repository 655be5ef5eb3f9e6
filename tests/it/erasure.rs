//! People who are forgotten and still never texted, the bytes that are left of them, and the keys that locked them.

mod backups;
mod files;
mod forgetting;
mod keys;
#[cfg(target_os = "linux")]
mod resumed;
mod retention;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use optin::{
    Location, Messenger,
    clock::{Clock, FixedClock},
    consent::{ConsentText, Event, OptIn},
    dispatch::{Batch, Dispatched},
    gateway::{Inbound, SimulatedCarrier},
    id::Name,
    inbound::Received,
    law::Rulebook,
    ledger::Admitted,
    message::{Kind, Values},
    phone::PhoneNumber,
    place::ZoneTable,
    policy::{Code, Request},
};

use crate::walk::{at, flash, number, soldes};

pub(super) const TEXT: ConsentText =
    ConsentText { version: "v3", language: "fr", text: "J'accepte les offres de Maison Lune par SMS." };
pub(super) const PAGE: &str = "https://maisonlune.fr/panier-de-ana";
pub(super) const IP: &str = "203.0.113.77";

/// A consent with personal values that are easy to find again.
pub(super) fn consent() -> OptIn {
    OptIn::checkbox(&TEXT).page(PAGE).ip(IP.parse().unwrap()).user_agent("Anaphone/9")
}

pub(super) fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

/// A shop, its carrier and its clock: a Thursday noon in Paris.
pub(super) struct House {
    pub(super) shop: Messenger,
    pub(super) clock: Arc<FixedClock>,
    pub(super) ana: PhoneNumber,
    texts: std::cell::Cell<u32>,
}

impl House {
    pub(super) fn over(ledger: impl Into<Admitted>) -> Self {
        let clock = Arc::new(FixedClock::at(at("2026-11-26T11:00:00Z")));
        let shop = Messenger::builder(ledger, Rulebook::builtin())
            .program(soldes())
            .gateway(SimulatedCarrier::seeded(7))
            .clock(Arc::clone(&clock))
            .zones(ZoneTable::bundled())
            .build()
            .unwrap();
        Self { shop, clock, ana: number("+33612345678"), texts: std::cell::Cell::new(0) }
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now().unwrap()
    }

    pub(super) fn later(&self, minutes: i64) {
        self.clock.advance(TimeDelta::minutes(minutes).to_std().unwrap());
    }

    pub(super) async fn opt_in(&self, who: PhoneNumber) {
        self.shop.opt_in(who, "soldes", consent()).await.unwrap();
        let code = Location { postal_code: Some("75011".to_owned()), ..Location::default() };
        self.shop.locate(who, &code).await.unwrap();
    }

    pub(super) async fn text(&self, who: PhoneNumber, words: &str) -> Received {
        self.texts.set(self.texts.get() + 1);
        self.text_again(who, words, self.texts.get()).await
    }

    pub(super) async fn text_again(&self, who: PhoneNumber, words: &str, id: u32) -> Received {
        let text = Inbound::text(format!("in-{id}"), who, "36123", words, self.now()).unwrap();
        self.shop.receive(text).await.unwrap()
    }

    pub(super) async fn launch(&self, people: &[PhoneNumber]) {
        let rows = people.iter().map(|who| (*who, Values::new().with("first_name", "Ana-Zoé"))).collect();
        let plan = self.shop.plan(flash(rows)).await.unwrap();
        self.shop.launch(plan.approve("lea@maisonlune.fr").unwrap()).await.unwrap();
    }

    pub(super) async fn dispatch(&self) -> Dispatched {
        self.shop.dispatch(Batch::default()).await.unwrap()
    }

    pub(super) async fn refusals(&self, who: PhoneNumber) -> Vec<Code> {
        let program = name("soldes");
        let request =
            Request { program: &program, kind: Kind::Marketing, category: None, subject: None, sender: None };
        let decision = self.shop.decide(who, request, self.now()).await.unwrap();
        decision.reasons.iter().map(|reason| reason.code).collect()
    }

    pub(super) async fn codes(&self, who: PhoneNumber) -> Vec<&'static str> {
        self.shop.history(who).await.unwrap().iter().map(|(envelope, _)| envelope.event.code()).collect()
    }

    pub(super) async fn events(&self, who: PhoneNumber) -> Vec<Event> {
        self.shop.history(who).await.unwrap().into_iter().map(|(envelope, _)| envelope.event).collect()
    }
}
