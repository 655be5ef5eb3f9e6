//! The raw bytes of a ledger's files after an erasure: nothing of the person, and nothing that could be opened.

use std::{
    fs,
    path::{Path, PathBuf},
};

use optin::ledger::{KeyFile, Ledger, SqliteLedger};
use tempfile::TempDir;

use super::{House, IP, PAGE};
use crate::walk::{at, number};

/// Everything of one person that lies in the store, as it lies there.
pub(super) async fn traces(house: &House, ledger: &SqliteLedger) -> Vec<(String, Vec<u8>)> {
    let person = house.shop.person(house.ana).await.unwrap().unwrap();
    let row = ledger.read(person.recipient).await.unwrap().unwrap();
    let vault = row.vault.unwrap();
    let digits = house.ana.e164();
    let mut found = vec![
        ("the wrapped key".to_owned(), vault.key),
        ("the sealed number".to_owned(), vault.number),
        ("the number".to_owned(), digits.trim_start_matches('+').as_bytes().to_vec()),
        ("the national number".to_owned(), b"0612345678".to_vec()),
        ("its end".to_owned(), b"12345678".to_vec()),
        ("the number as an integer".to_owned(), 33_612_345_678_u64.to_be_bytes()[3..].to_vec()),
        ("the number as a little-endian integer".to_owned(), 33_612_345_678_u64.to_le_bytes()[..5].to_vec()),
        ("the number as packed digits".to_owned(), vec![0x33, 0x61, 0x23, 0x45, 0x67, 0x80]),
        ("the page".to_owned(), PAGE.as_bytes().to_vec()),
        ("the address".to_owned(), IP.as_bytes().to_vec()),
        ("the name".to_owned(), "Ana-Zoé".as_bytes().to_vec()),
        ("the text".to_owned(), "bonjour, c'est Ana".as_bytes().to_vec()),
    ];
    for record in ledger.records(person.recipient, 1, 99).await.unwrap() {
        if let Some(sealed) = record.sealed {
            found.push((format!("the values of record {}", record.leaf), sealed));
        }
    }
    let now_ms = at("2026-12-01T00:00:00Z").timestamp_millis();
    let senders = vec![optin::ledger::SenderBudget { sender: super::name("36123"), budgets: Vec::new() }];
    let lanes = optin::ledger::Lane::ALL.to_vec();
    let claim = optin::ledger::Claim { now_ms, until_ms: now_ms, limit: 99, lanes, senders };
    for row in ledger.claim(claim).await.unwrap().rows {
        if row.stream == person.recipient {
            found.push(("a waiting message".to_owned(), row.payload));
        }
    }
    found
}

/// How often each lies in the ledger's files, those that it does at all.
pub(super) fn grep(folder: &Path, traces: &[(String, Vec<u8>)]) -> Vec<(String, String, usize)> {
    let mut hits = Vec::new();
    for file in fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()) {
        let shown = file.file_name().unwrap().to_string_lossy().into_owned();
        if !shown.starts_with("shop.optin") {
            continue;
        }
        let bytes = fs::read(&file).unwrap();
        for (what, trace) in traces {
            // Half of it would be half a person.
            for (part, half) in [("", &trace[..]), ("half of ", &trace[..trace.len() / 2])] {
                if !part.is_empty() && trace.len() < 24 {
                    continue;
                }
                let first = |from: usize| bytes[from..].iter().position(|byte| *byte == half[0]);
                let (mut count, mut at) = (0, 0);
                while let Some(next) = first(at) {
                    count += usize::from(bytes[at + next..].starts_with(half));
                    at += next + 1;
                }
                if count > 0 {
                    hits.push((shown.clone(), format!("{part}{what}"), count));
                }
            }
        }
    }
    hits
}

pub(super) fn folder() -> (TempDir, PathBuf, PathBuf) {
    let folder = TempDir::new().unwrap();
    let (path, key) = (folder.path().join("shop.optin"), folder.path().join("optin.key"));
    (folder, path, key)
}

/// Ana among others, with everything that can be on record of her.
pub(super) async fn fill(house: &House) {
    for other in 0..60 {
        house.opt_in(number(&format!("+336987654{other:02}"))).await;
        if other % 7 == 0 {
            house.text(house.ana, "bonjour, c'est Ana").await;
        }
        if other == 30 {
            house.opt_in(house.ana).await;
        }
    }
    let others: Vec<_> = (0..60).map(|other| number(&format!("+336987654{other:02}"))).collect();
    house.launch(&[&[house.ana], &others[..]].concat()).await;
}

#[tokio::test]
async fn nothing_of_an_erased_person_lies_in_the_files() {
    let (folder, path, key) = folder();
    let ledger =
        std::sync::Arc::new(SqliteLedger::open(&path, KeyFile::open_or_create(&key).unwrap()).await.unwrap());
    let house = House::over(std::sync::Arc::clone(&ledger));
    fill(&house).await;
    let traces = traces(&house, &ledger).await;
    let sealed = traces.iter().filter(|(what, _)| what.starts_with("the values")).count();
    assert!(sealed >= 11 && traces.iter().any(|(what, _)| what == "a waiting message"), "{sealed}");
    // The search finds what is there: the wrapped key, the sealed values, the waiting message.
    let before = grep(folder.path(), &traces);
    assert!(before.len() >= sealed + 3, "{before:?}");
    assert!(before.iter().all(|(_, what, _)| !what.contains("the number ") && !what.contains("page")));

    house.shop.erase(house.ana, "dsar-114").await.unwrap();
    // The log is cut after the answer is out: by the next commit that was, by then it is.
    house.opt_in(number("+33698765499")).await;
    ledger.compact().await.unwrap();
    assert_eq!(grep(folder.path(), &traces), []);
    house.shop.verify().await.unwrap().unwrap();
    house.opt_in(number("+33698765498")).await;
    drop(house);
    drop(ledger);
    assert_eq!(grep(folder.path(), &traces), []);
    // The others' values are all there.
    let ledger = SqliteLedger::open(&path, KeyFile::open(&key).unwrap()).await.unwrap();
    House::over(ledger).shop.verify().await.unwrap().unwrap();
}

#[tokio::test]
async fn an_erasure_alone_leaves_nothing_once_its_log_is_cut() {
    let (folder, path, key) = folder();
    let keys = KeyFile::open_or_create(&key).unwrap();
    let ledger = std::sync::Arc::new(SqliteLedger::open(&path, keys).await.unwrap());
    let house = House::over(std::sync::Arc::clone(&ledger));
    fill(&house).await;
    let traces = traces(&house, &ledger).await;
    house.shop.erase(house.ana, "dsar-114").await.unwrap();
    drop(house);
    drop(ledger);
    assert_eq!(grep(folder.path(), &traces), []);
}
