//! Lists from other platforms: reading any CSV, and taking a list in.

mod corpus;
mod firewall;
mod heldout;
mod numbers;
mod refusals;
#[cfg(unix)]
mod resume;
mod table;
mod undo;

use std::{io::Cursor, sync::Arc};

use optin::{
    ImportError, ImportReport, Messenger,
    clock::FixedClock,
    gateway::SimulatedCarrier,
    id::Name,
    law::Rulebook,
    ledger::{Admitted, MemoryLedger},
    phone::Country,
    place::ZoneTable,
    shop::{Judged, ListOptions},
};

use crate::walk::{at, soldes};

/// A shop with one program, at noon of a Thursday.
fn shop_on(ledger: impl Into<Admitted>) -> Messenger {
    Messenger::builder(ledger, Rulebook::builtin())
        .program(soldes())
        .gateway(SimulatedCarrier::seeded(7))
        .clock(FixedClock::at(at("2026-11-26T11:00:00Z")))
        .zones(ZoneTable::bundled())
        .build()
        .unwrap()
}

fn shop() -> (Messenger, Arc<MemoryLedger>) {
    let ledger = Arc::new(MemoryLedger::new().unwrap());
    (shop_on(Arc::clone(&ledger)), ledger)
}

fn options() -> ListOptions {
    ListOptions::new(Name::new("soldes").unwrap()).region(Country::FR)
}

/// A row as `line verdict reason grade`.
fn shown(judged: &Judged) -> String {
    let grade = judged.grade.map_or("-", |grade| grade.code());
    format!("{} {} {} {grade}", judged.line, judged.verdict, judged.reason)
}

async fn take(shop: &Messenger, import: &str, csv: &str) -> Result<(ImportReport, Vec<String>), ImportError> {
    let mut rows = Vec::new();
    let list = Cursor::new(csv);
    let report =
        shop.import_list(import, list, &options(), |judged, _| rows.push(shown(judged)), |_| {}).await?;
    Ok((report, rows))
}

async fn try_out(shop: &Messenger, csv: &str) -> Result<(ImportReport, Vec<String>), ImportError> {
    let mut rows = Vec::new();
    let report =
        shop.try_list(Cursor::new(csv), &options(), |judged, _| rows.push(shown(judged)), |_| {}).await?;
    Ok((report, rows))
}
