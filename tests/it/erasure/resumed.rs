//! A rotation and an erasure that are cut off, or refused by the disk, at any call: the keys that are left open what is
//! left, the rotation is finished by the next who tries, and of whoever was erased there is nothing.
//!
//! The everyday run tries some calls. Every one: `cargo test --test it erasure:: -- --ignored`

use std::path::Path;

use optin::ledger::{KeyFile, Ledger};
use tempfile::TempDir;

use super::files::grep;
use crate::{
    injected::strace::{self, Blow, Point},
    support::{InCaseOf, Member, audience, ledger, runtime, set, shop_on},
};

const PEOPLE: usize = 6;
/// Who is erased.
const ANA: usize = 3;

type Traces = Vec<(String, Vec<u8>)>;

#[test]
fn some_calls() {
    at_calls(|all| all.len() / 14 + 1);
}

#[test]
#[ignore = "some minutes"]
fn every_call() {
    at_calls(|_| 1);
}

fn at_calls(step: impl Fn(&[Point]) -> usize) {
    if !strace::is_here() {
        return;
    }
    let template = TempDir::new().unwrap();
    let (of_ana, wrappings) = runtime().block_on(found(template.path()));
    let points = points(template.path());
    let (all, step) = (points.len(), step(&points));
    let (mut tried, mut struck) = (0, 0);
    for point in points.into_iter().step_by(step) {
        let _named = InCaseOf(point.to_string());
        let folder = copy(template.path());
        let log = folder.path().join("log");
        let said = perform(folder.path(), strace::command(None, Some(point), &log));
        struck += usize::from(strace::has_struck(&log));
        tried += 1;
        runtime().block_on(finish(folder.path(), &said, &of_ana, &wrappings));
    }
    println!("{struck} of {tried} blows were dealt, of {all} points");
    assert!(struck * 4 >= tried * 3, "{struck} of {tried}");
}

async fn found(folder: &Path) -> (Traces, Traces) {
    set(folder, PEOPLE).await;
    let ledger = ledger(folder).await;
    let (mut of_ana, mut wrappings) = (Traces::new(), Traces::new());
    for (nth, row) in ledger.scan(None, 99).await.unwrap().into_iter().enumerate() {
        let vault = row.vault.unwrap();
        if nth == ANA {
            of_ana.push(("the number".to_owned(), vault.number));
            for record in ledger.records(row.stream, 1, 99).await.unwrap() {
                of_ana.extend(record.sealed.map(|sealed| ("the values".to_owned(), sealed)));
            }
        }
        wrappings.push(("an old wrapping".to_owned(), vault.key));
    }
    assert!(of_ana.len() > 2 && wrappings.len() == PEOPLE);
    drop(ledger);
    assert_eq!(
        grep(folder, &wrappings).iter().filter(|(_, what, _)| !what.starts_with("half")).count(),
        PEOPLE
    );
    (of_ana, wrappings)
}

fn copy(template: &Path) -> TempDir {
    let folder = TempDir::new().unwrap();
    for file in std::fs::read_dir(template).unwrap().map(Result::unwrap) {
        std::fs::copy(file.path(), folder.path().join(file.file_name())).unwrap();
    }
    folder
}

fn points(template: &Path) -> Vec<Point> {
    let folder = copy(template);
    let log = folder.path().join("log");
    let said = perform(folder.path(), strace::command(None, None, &log));
    assert_eq!(said, lines());
    let mut points = Vec::new();
    for (call, count) in strace::counts(&log) {
        let blows = match call {
            "fsync" | "fdatasync" | "rename" => vec![Blow::Kill, Blow::Once("EIO"), Blow::From("EIO")],
            "pwrite64" | "write" => vec![Blow::Kill, Blow::Once("ENOSPC")],
            _ => vec![Blow::Kill],
        };
        points
            .extend(blows.into_iter().flat_map(|blow| (1..=count).map(move |nth| Point { call, nth, blow })));
    }
    points
}

fn lines() -> Vec<String> {
    vec!["rotate".to_owned(), format!("erase {}", audience(PEOPLE)[ANA].e164()), "compact".to_owned()]
}

/// What was acknowledged.
fn perform(folder: &Path, strace: Vec<String>) -> Vec<String> {
    let mut member = Member::under(&strace, "keeper", folder);
    let mut said = Vec::new();
    if member.next().as_deref() == Some("") && member.next().as_deref() == Some("ready") {
        for line in lines() {
            match member.ask(&line) {
                Some(answer) if answer == line => said.push(line),
                Some(answer) => assert!(answer.starts_with("failed"), "{answer}"),
                None => break,
            }
        }
        let _ = member.ask("close");
    }
    member.ended();
    said
}

async fn finish(folder: &Path, said: &[String], of_ana: &Traces, wrappings: &Traces) {
    let store = KeyFile::at(folder.join("key"));
    let shop = shop_on(ledger(folder).await, folder);
    shop.verify().await.unwrap().unwrap();
    let ana = audience(PEOPLE)[ANA];
    let was_erased = said.iter().any(|line| line.starts_with("erase"));
    for person in audience(PEOPLE) {
        let state = shop.person(person).await.unwrap().expect("somebody was lost").state;
        assert!(!state.erased || person == ana);
        assert!(!was_erased || state.erased == (person == ana));
        if !state.erased {
            assert_eq!(shop.history(person).await.unwrap()[0].1[0].1, person.e164());
        }
    }
    shop.rotate_wrapping_key(&store).await.unwrap();
    shop.erase(ana, "dsar-1").await.unwrap();
    shop.verify().await.unwrap().unwrap();
    drop(shop);
    assert!(!KeyFile::open(folder.join("key")).unwrap().is_rewrapping());
    let shop = shop_on(ledger(folder).await, folder);
    shop.verify().await.unwrap().unwrap();
    drop(shop);
    assert_eq!(grep(folder, of_ana), []);
    assert_eq!(grep(folder, wrappings), []);
}
