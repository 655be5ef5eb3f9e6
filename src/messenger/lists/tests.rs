use std::io::Cursor;

use super::*;
use crate::{
    Messenger,
    clock::FixedClock,
    conformance::faulty::{Accident, Faulty},
    consent::Event,
    gateway::SimulatedCarrier,
    law::Rulebook,
    ledger::{Envelope, Ledger, MemoryLedger},
    place::ZoneTable,
    program::Program,
};

const LIST: &str = "phone,sms_consent,consent_at,consent_text\n\
    +33612345671,yes,2026-11-25T10:00:00Z,I agree\n\
    +33612345672,no,,\n\
    +33612345672,yes,2026-11-25T10:00:00Z,I agree\n\
    +33612345673,bounced,,\n\
    3.36E+10,yes,,\n\
    +33612345671,yes,2026-11-25T11:00:00Z,I agree too\n\
    +33612345674,,,\n";

fn shop(ledger: Faulty<MemoryLedger>) -> Messenger {
    Messenger::builder(crate::danger::foreign_ledger(ledger, "a test"), Rulebook::builtin())
        .program(Program::new("soldes", "Maison Lune").unwrap())
        .gateway(SimulatedCarrier::seeded(1))
        .clock(FixedClock::at("2026-11-26T11:00:00Z".parse().unwrap()))
        .zones(ZoneTable::bundled())
        .build()
        .unwrap()
}

async fn import(shop: &Messenger) -> Result<ImportReport, ImportError> {
    let options = ListOptions::new(Name::new("soldes").unwrap());
    shop.import_list("list", Cursor::new(LIST), &options, |_, _| {}, |_| {}).await
}

/// Lines that are in, the number of runs noted, and of imports taken back.
async fn records(ledger: &Faulty<MemoryLedger>) -> (Vec<u64>, usize, usize, usize) {
    let (mut lines, mut runs, mut back, mut undone) = (Vec::new(), 0, 0, 0);
    for record in ledger.log(0, 10_000).await.unwrap() {
        match Envelope::from_bytes(&record.envelope).unwrap().event {
            Event::Imported(e) => lines.extend(e.line),
            Event::Revoked(e) => lines.extend(e.line),
            Event::Bounced(e) => lines.extend(e.line),
            Event::ImportRun(_) => runs += 1,
            Event::ImportTakenBack(_) => back += 1,
            Event::ImportUndone(_) => undone += 1,
            _ => {}
        }
    }
    lines.sort_unstable();
    (lines, runs, back, undone)
}

fn faulty(accident: Option<(u64, Accident)>) -> Faulty<MemoryLedger> {
    Faulty::new(MemoryLedger::new().unwrap(), accident)
}

/// One call fails, in each way in which it can; then all is well again.
#[tokio::test]
async fn whichever_call_fails_each_row_is_in_once() {
    let whole = faulty(None);
    let meant = import(&shop(whole.clone())).await.unwrap();
    let calls = whole.calls();
    assert!(calls > 8, "{calls}");
    for accident in [Accident::Fails, Accident::LostAnswer] {
        for nth in 1..=calls {
            let ledger = faulty(Some((nth, accident)));
            assert!(import(&shop(ledger.clone())).await.is_err(), "{accident:?} {nth}");
            assert!(ledger.end());
            let healthy = shop(ledger.clone());
            let report = import(&healthy).await.unwrap();
            assert_eq!(report.counts, meant.counts, "{accident:?} {nth}");
            assert_eq!(records(&ledger).await, (vec![2, 3, 4, 5, 7], 1, 0, 0), "{accident:?} {nth}");
            assert!(healthy.verify().await.unwrap().is_ok());
        }
    }
}

#[tokio::test]
async fn whichever_call_fails_an_import_is_taken_back_once() {
    let whole = faulty(None);
    import(&shop(whole.clone())).await.unwrap();
    let first = whole.calls();
    let meant = shop(whole.clone()).undo_import("list").await.unwrap();
    assert_eq!((meant.consents, meant.stay), (1, 2));
    for accident in [Accident::Fails, Accident::LostAnswer] {
        for nth in first + 1..=whole.calls() {
            let ledger = faulty(Some((nth, accident)));
            import(&shop(ledger.clone())).await.unwrap();
            assert!(shop(ledger.clone()).undo_import("list").await.is_err(), "{accident:?} {nth}");
            assert!(ledger.end());
            let healthy = shop(ledger.clone());
            assert_eq!(healthy.undo_import("list").await.unwrap(), meant, "{accident:?} {nth}");
            assert_eq!(healthy.undo_import("list").await.unwrap(), meant);
            assert_eq!(records(&ledger).await, (vec![2, 3, 4, 5, 7], 1, 1, 1), "{accident:?} {nth}");
        }
    }
}
