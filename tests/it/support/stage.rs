use std::{fs, path::Path, sync::LazyLock};

use chrono::{DateTime, Utc};
use optin::{
    Launched, Messenger,
    consent::{ConsentText, OptIn},
    gateway::{Gateway, SimulatedCarrier},
    id::{MessageId, Name},
    law::Rulebook,
    ledger::{Admitted, KeyFile, SqliteLedger},
    message::Values,
    phone::PhoneNumber,
    place::ZoneTable,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::{carrier::Door, clock::SharedClock};
use crate::walk::{at, flash, number, soldes};

const TEXT: ConsentText =
    ConsentText { version: "v3", language: "fr", text: "J'accepte. STOP pour arrêter." };

static RULES: LazyLock<Rulebook> = LazyLock::new(Rulebook::builtin);
static ZONES: LazyLock<ZoneTable> = LazyLock::new(ZoneTable::bundled);

pub(crate) fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

pub(crate) async fn ledger(folder: &Path) -> SqliteLedger {
    try_ledger(folder).await.unwrap()
}

/// [`ledger`] on a disk that may refuse.
pub(super) async fn try_ledger(folder: &Path) -> Result<SqliteLedger, optin::Error> {
    let keys = KeyFile::open_or_create(folder.join("key"))?;
    Ok(SqliteLedger::open(folder.join("shop.optin"), keys).await?)
}

/// The shop as every process builds it.
pub(super) fn shop(ledger: impl Into<Admitted>, folder: &Path, gateway: impl Gateway) -> Messenger {
    Messenger::builder(ledger, RULES.clone())
        .program(soldes())
        .gateway(gateway)
        .clock(SharedClock::of(folder))
        .zones(ZONES.clone())
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

/// A ledger in this folder on which everyone has opted in and a message to everyone waits. It may be repeated where
/// a part of that is there already.
pub(crate) async fn set(folder: &Path, people: usize) {
    let launched = try_set(folder, people, |_| {}).await.unwrap();
    assert_eq!(launched.queued, people as u64);
}

/// [`set`] on a disk that may refuse, telling of everyone whose opt-in was acknowledged.
pub(super) async fn try_set(
    folder: &Path,
    people: usize,
    agreed: impl Fn(PhoneNumber),
) -> Result<Launched, optin::Error> {
    let clock = SharedClock::of(folder);
    clock.set(at("2026-11-26T10:00:00Z"));
    let shop = shop_on(try_ledger(folder).await?, folder);
    for person in audience(people) {
        let page = OptIn::checkbox(&TEXT).page("https://maisonlune.fr/panier");
        shop.opt_in(person, "soldes", page).await?;
        agreed(person);
    }
    clock.set(at("2026-11-27T08:00:00Z"));
    let rows = audience(people).into_iter().map(|person| (person, Values::new())).collect();
    let plan = shop.plan(flash(rows)).await?;
    assert_eq!(plan.now, people as u64, "{plan:?}");
    Ok(shop.launch(plan.approve("lea@maisonlune.fr")?).await?)
}

/// A folder with copies of these files, that leads to this carrier.
pub(crate) fn copy_of(template: &Path, door: &Door) -> TempDir {
    let folder = TempDir::new().unwrap();
    for file in fs::read_dir(template).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
    }
    fs::write(folder.path().join("carrier"), door.path().to_str().unwrap()).unwrap();
    folder
}

/// Says what it was about when a test fails.
pub(crate) struct InCaseOf(pub(crate) String);

impl Drop for InCaseOf {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("this was {}", self.0);
        }
    }
}

/// The id of the campaign's message to this person.
pub(crate) async fn message(shop: &Messenger, number: PhoneNumber) -> MessageId {
    let recipient = shop.person(number).await.unwrap().unwrap().recipient;
    MessageId::derive(&name("soldes"), &name("flash-2026-11-27"), recipient, 0)
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}
