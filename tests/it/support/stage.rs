use std::path::Path;

use chrono::{DateTime, Utc};
use optin::{
    Messenger,
    consent::{ConsentText, OptIn},
    gateway::{Gateway, SimulatedCarrier},
    id::{MessageId, Name},
    law::Rulebook,
    ledger::{Admitted, KeyFile, SqliteLedger},
    message::Values,
    phone::PhoneNumber,
    place::ZoneTable,
};
use tokio::runtime::Runtime;

use super::clock::SharedClock;
use crate::walk::{at, flash, number, soldes};

const TEXT: ConsentText =
    ConsentText { version: "v3", language: "fr", text: "J'accepte. STOP pour arrêter." };

pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

pub(crate) async fn ledger(folder: &Path) -> SqliteLedger {
    let keys = KeyFile::open_or_create(folder.join("key")).unwrap();
    SqliteLedger::open(folder.join("shop.optin"), keys).await.unwrap()
}

/// The shop as every process builds it.
pub(super) fn shop(ledger: impl Into<Admitted>, folder: &Path, gateway: impl Gateway) -> Messenger {
    Messenger::builder(ledger, Rulebook::builtin())
        .program(soldes())
        .gateway(gateway)
        .clock(SharedClock::of(folder))
        .zones(ZoneTable::bundled())
        .build()
        .unwrap()
}

/// The shop for the test itself, which sends nothing with it.
pub(crate) async fn open(folder: &Path) -> Messenger {
    shop_on(ledger(folder).await, folder)
}

/// [`open`] on a ledger that is open already.
pub(crate) fn shop_on(ledger: impl Into<Admitted>, folder: &Path) -> Messenger {
    shop(ledger, folder, SimulatedCarrier::seeded(1))
}

/// When the campaign is over.
pub(super) fn end() -> DateTime<Utc> {
    at("2026-11-28T20:00:00Z")
}

pub(crate) fn audience(people: usize) -> Vec<PhoneNumber> {
    (0..people).map(|person| number(&format!("+336123456{person:02}"))).collect()
}

/// A ledger in this folder on which everyone has opted in and a message to everyone waits.
pub(crate) async fn set(folder: &Path, people: usize) {
    let clock = SharedClock::of(folder);
    clock.set(at("2026-11-26T10:00:00Z"));
    let shop = open(folder).await;
    for person in audience(people) {
        let page = OptIn::checkbox(&TEXT).page("https://maisonlune.fr/panier");
        shop.opt_in(person, "soldes", page).await.unwrap();
    }
    clock.set(at("2026-11-27T08:00:00Z"));
    let rows = audience(people).into_iter().map(|person| (person, Values::new())).collect();
    let plan = shop.plan(flash(rows)).await.unwrap();
    assert_eq!(plan.now, people as u64, "{plan:?}");
    let launched = shop.launch(plan.approve("lea@maisonlune.fr").unwrap()).await.unwrap();
    assert_eq!(launched.queued, people as u64);
}

/// The id of the campaign's message to this person.
pub(crate) async fn message(shop: &Messenger, number: PhoneNumber) -> MessageId {
    let recipient = shop.person(number).await.unwrap().unwrap().recipient;
    MessageId::derive(&name("soldes"), &name("flash-2026-11-27"), recipient, 0)
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}
