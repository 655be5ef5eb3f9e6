//! Planning a campaign beside a bare `SELECT` of the same state rows.

use std::{sync::Arc, time::Instant};

use optin::{
    ImportRow, Messenger,
    campaign::{Audience, Campaign},
    clock::FixedClock,
    consent::{Basis, How, OptIn},
    gateway::SimulatedCarrier,
    id::Name,
    law::Rulebook,
    ledger::{KeyFile, SqliteLedger},
    message::{Template, Values},
    phone::{Country, PhoneNumber},
    program::{Program, Sender},
    shop::Says,
};
use rusqlite::Connection;

use crate::Line;

pub(crate) const ALL: &[fn(bool) -> Vec<Line>] = &[plans];

/// The n-th of many numbers, spread over area codes of the United States and French mobiles.
pub(crate) fn number(at: u64) -> PhoneNumber {
    const AREAS: [u64; 8] = [212, 415, 305, 713, 312, 617, 206, 404];
    let digits = if at.is_multiple_of(3) {
        33_600_000_000 + at
    } else {
        10_000_000_000 + AREAS[usize::try_from(at % 8).unwrap()] * 10_000_000 + 2_000_000 + at % 7_999_999
    };
    format!("+{digits}").parse().unwrap()
}

fn plans(full: bool) -> Vec<Line> {
    let count: u64 = if full { 1_000_000 } else { 50_000 };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("shop.optin");
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let keys = KeyFile::open_or_create(folder.path().join("key")).unwrap();
    let ledger = Arc::new(runtime.block_on(SqliteLedger::open(&file, keys)).unwrap());
    let clock = Arc::new(FixedClock::at("2026-11-26T15:00:00Z".parse().unwrap()));
    let program = Program::new("soldes", "Maison Lune")
        .unwrap()
        .sender(Sender::short_code(Country::US, "72345").unwrap().throughput(1_000.try_into().unwrap()));
    let shop = Messenger::builder(ledger, Rulebook::builtin())
        .program(program)
        .gateway(SimulatedCarrier::seeded(1))
        .clock(Arc::clone(&clock))
        .build()
        .unwrap();
    let consent = || OptIn::new(How::Import, Basis::ExpressWritten, None);
    let row = |at| ImportRow::new(number(at), Name::new("soldes").unwrap(), Says::Consent(consent()));
    let began = Instant::now();
    runtime.block_on(shop.import("bench", (0..count).map(row), |_, _| {})).unwrap();
    let imported = began.elapsed();
    clock.set("2026-11-27T15:00:00Z".parse().unwrap());

    let campaign = |audience: Audience| {
        Campaign::marketing("sale", "soldes")
            .unwrap()
            .text(Template::parse("Maison Lune: {first_name|Hello}, -40 %").unwrap())
            .window("2026-11-27T15:00:00Z".parse().unwrap().."2026-11-28T02:00:00Z".parse().unwrap())
            .audience(audience)
    };
    let before = peak_kib();
    let began = Instant::now();
    let plan = runtime.block_on(shop.plan(campaign(Audience::everyone()))).unwrap();
    let everyone = began.elapsed();
    let grown = peak_kib() - before;
    assert_eq!(plan.now + plan.held + plan.refusals(), count, "{plan}");

    let rows = move || (0..count).map(|at| (number(at), Values::new()));
    let began = Instant::now();
    let plan = runtime.block_on(shop.plan(campaign(Audience::stream(rows)))).unwrap();
    let given = began.elapsed();
    assert_eq!(plan.now + plan.held + plan.refusals(), count, "{plan}");

    let bare = bare_select(&file);
    let per = |time: std::time::Duration| {
        format!("{:.2} s ({:.2} us each)", time.as_secs_f64(), time.as_secs_f64() * 1e6 / count as f64)
    };
    vec![
        Line {
            name: "plan of everyone in the ledger / bare SELECT of the state table (<= 5)",
            ours: per(everyone),
            peer: per(bare),
            ratio: Some(everyone.as_secs_f64() / bare.as_secs_f64()),
        },
        Line {
            name: "plan of host-given numbers (1,000,000 in <= 5 s)",
            ours: per(given),
            peer: "-".into(),
            ratio: None,
        },
        Line {
            name: "memory that a plan adds (<= 65,536 KiB)",
            ours: format!("{grown} KiB"),
            peer: "-".into(),
            ratio: None,
        },
        Line {
            name: "import (information)",
            ours: format!("{:.0} rows/s", count as f64 / imported.as_secs_f64()),
            peer: "-".into(),
            ratio: None,
        },
    ]
}

/// Reads what a plan must read, and does nothing with it.
fn bare_select(file: &std::path::Path) -> std::time::Duration {
    let connection = Connection::open(file).unwrap();
    let began = Instant::now();
    let mut statement =
        connection.prepare("SELECT id, version, head, group_no, state FROM streams ORDER BY no").unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut bytes = 0;
    while let Some(row) = rows.next().unwrap() {
        bytes += row.get_ref(0).unwrap().as_blob().unwrap().len() + row.get::<_, Vec<u8>>(4).unwrap().len();
    }
    std::hint::black_box(bytes);
    began.elapsed()
}

/// The most memory that this process has held so far, on Linux; 0 elsewhere.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
