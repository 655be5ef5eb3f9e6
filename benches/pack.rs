//! Evidence packs out of a large ledger: a person's and a message's, proofs and signature included.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use optin::{
    Messenger,
    campaign::Campaign,
    clock::FixedClock,
    consent::{Basis, ConsentText, How, OptIn},
    dispatch::Batch,
    gateway::SimulatedCarrier,
    id::Name,
    law::Rulebook,
    ledger::{KeyFile, SqliteLedger},
    message::{Template, Values},
    phone::{Country, PhoneNumber},
    program::{Program, Sender},
    report::evidence::{Ask, MessageRef, check},
    shop::{ImportRow, Says},
};

use crate::Line;

pub(crate) const ALL: &[fn(bool) -> Vec<Line>] = &[packs];

const WORDS: ConsentText =
    ConsentText { version: "v3", language: "en", text: "Text me offers. STOP to end." };
/// People whose packs are made, spread over the file.
const SHOWN: u64 = 200;

fn number(at: u64) -> PhoneNumber {
    format!("+1{}", 4_152_000_000 + at).parse().unwrap()
}

fn packs(full: bool) -> Vec<Line> {
    let count: u64 = if full { 1_000_000 } else { 50_000 };
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let keys = KeyFile::open_or_create(folder.path().join("key")).unwrap();
    let ledger = runtime.block_on(SqliteLedger::open(folder.path().join("shop.optin"), keys)).unwrap();
    let clock = Arc::new(FixedClock::at("2026-11-26T17:00:00Z".parse().unwrap()));
    let program = Program::new("soldes", "Maison Lune")
        .unwrap()
        .sender(Sender::short_code(Country::US, "72345").unwrap().throughput(1_000.try_into().unwrap()));
    let shop = Messenger::builder(ledger, Rulebook::builtin())
        .program(program)
        .gateway(SimulatedCarrier::seeded(1))
        .clock(Arc::clone(&clock))
        .build()
        .unwrap();
    let shown: Vec<PhoneNumber> = (0..SHOWN).map(|at| number(at * (count / SHOWN))).collect();
    let listed = || OptIn::new(How::Import, Basis::ExpressWritten, None);
    let row = |at| ImportRow::new(number(at), Name::new("soldes").unwrap(), Says::Consent(listed()));
    let (people, messages, checkpoint) = runtime.block_on(async {
        shop.import("bench", (0..count).map(row), |_, _| {}).await.unwrap();
        for number in &shown {
            let opt_in = OptIn::checkbox(&WORDS).page("https://maisonlune.fr/panier");
            shop.opt_in(*number, "soldes", opt_in).await.unwrap();
        }
        for (day, name) in ["sale-1", "sale-2", "sale-3"].into_iter().enumerate() {
            let begins = "2026-11-26T18:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap()
                + chrono::Duration::days(day as i64);
            clock.set(begins);
            let campaign = Campaign::marketing(name, "soldes")
                .unwrap()
                .text(Template::parse("Maison Lune: 40 % off. Reply STOP to end").unwrap())
                .window(begins..begins + chrono::Duration::hours(6))
                .audience(shown.iter().map(|number| (*number, Values::new())).collect::<Vec<_>>());
            let plan = shop.plan(campaign).await.unwrap();
            shop.launch(plan.approve("bench").unwrap()).await.unwrap();
            while shop.dispatch(Batch::default()).await.unwrap().next_due.is_some_and(|due| {
                clock.set(due);
                due < begins + chrono::Duration::hours(6)
            }) {}
        }
        let began = Instant::now();
        shop.checkpoint().await.unwrap();
        let checkpoint = began.elapsed();
        let (mut people, mut messages) = (Vec::new(), Vec::new());
        for number in &shown {
            let began = Instant::now();
            let json = shop.evidence(*number, &Ask::new()).await.unwrap().to_json();
            people.push(began.elapsed());
            let message = MessageRef::campaign(*number, Name::new("sale-2").unwrap());
            let began = Instant::now();
            let pack = shop.evidence_of(&message, &Ask::new()).await.unwrap().to_json();
            messages.push(began.elapsed());
            assert!(check(json.as_bytes(), None).unwrap().records >= 9);
            assert!(check(pack.as_bytes(), None).unwrap().size > 2 * count);
        }
        (people, messages, checkpoint)
    });
    let line = |name, mut times: Vec<Duration>| {
        times.sort_unstable();
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
        Line {
            name,
            ours: format!("{:.2} ms median, {:.2} worst", ms(median), ms(worst)),
            peer: "-".into(),
            ratio: None,
        }
    };
    vec![
        line("evidence pack of a person, 9 records, 1,000,000 recipients with --full (< 20 ms)", people),
        line("evidence pack of a message of the same", messages),
        Line {
            name: "checkpoint before them (information)",
            ours: format!("{:.2} s", checkpoint.as_secs_f64()),
            peer: "-".into(),
            ratio: None,
        },
    ]
}
