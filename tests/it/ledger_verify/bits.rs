//! One bit of anything that is kept.

use optin::ledger::Vault;

use super::{Blame, Forged, found, genuine};

/// One bit of every byte, another one in each next byte; every bit when `all`.
fn flips(bytes: &[u8], all: bool) -> Vec<(usize, u8)> {
    let bits = |at: usize| if all { (0..8).collect::<Vec<u8>>() } else { vec![((at * 5 + 3) % 8) as u8] };
    (0..bytes.len()).flat_map(|at| bits(at).into_iter().map(move |bit| (at, 1 << bit))).collect()
}

fn envelopes_and_seals(genuine: &Forged, all: bool, step: usize) {
    for place in 0..genuine.log.len() {
        let record = &genuine.log[place];
        for (at, bit) in flips(&record.envelope, all).into_iter().skip(place % step).step_by(step) {
            let mut forged = genuine.clone();
            forged.log[place].envelope[at] ^= bit;
            found(genuine, forged, Blame::Record(place), &format!("bit {bit} of byte {at} of an envelope"));
        }
        let sealed = record.sealed.as_deref().unwrap_or_default();
        for (at, bit) in flips(sealed, all).into_iter().skip(place % step).step_by(step) {
            let mut forged = genuine.clone();
            forged.log[place].sealed.as_mut().unwrap()[at] ^= bit;
            found(genuine, forged, Blame::Record(place), &format!("bit {bit} of byte {at} of a seal"));
        }
    }
}

#[test]
fn of_every_envelope_and_every_seal() {
    envelopes_and_seals(&genuine(), false, 1);
}

/// Every bit: `cargo test --release --test it ledger_verify -- --ignored`
#[test]
#[ignore = "minutes"]
fn every_bit_of_every_envelope_and_every_seal() {
    envelopes_and_seals(&genuine(), true, 1);
}

#[tokio::test]
async fn of_what_sqlite_gives_back() {
    let folder = tempfile::tempdir().unwrap();
    let keys = optin::ledger::Keys::generate().unwrap();
    let ledger = optin::ledger::SqliteLedger::open(folder.path().join("shop.optin"), keys).await.unwrap();
    let ledger = std::sync::Arc::new(ledger);
    let book = optin::ledger::Book::new(std::sync::Arc::clone(&ledger) as _);
    super::fill(&book).await;
    book.verify().await.unwrap().unwrap();
    // Index entries are asked of the file, in the call itself.
    envelopes_and_seals(&Forged::of(ledger).await, false, 11);
}

#[test]
fn of_every_row() {
    let genuine = genuine();
    for nth in 0..genuine.rows.len() {
        let row = &genuine.rows[nth];
        let last = genuine.log.iter().rposition(|record| record.stream == row.stream).unwrap();
        let change = |what: &str, change: &dyn Fn(&mut optin::ledger::Row)| {
            let mut forged = genuine.clone();
            change(&mut forged.rows[nth]);
            found(&genuine, forged, Blame::Record(last), what);
        };
        for (at, bit) in flips(&row.state, false) {
            change("a bit of a state", &|row| row.state[at] ^= bit);
        }
        for (at, bit) in flips(&row.head.0, false) {
            change("a bit of a stream's head", &|row| row.head.0[at] ^= bit);
        }
        for (at, bit) in flips(row.group.as_deref().unwrap_or_default(), false) {
            change("a bit of a group", &|row| row.group.as_mut().unwrap()[at] ^= bit);
        }
        change("a longer state", &|row| row.state.push(0));
        change("an empty state", &|row| row.state.clear());
        if row.group.is_some() {
            change("no group", &|row| row.group = None);
        } else {
            change("a group that nobody recorded", &|row| row.group = Some(vec![0]));
        }
        let vault = |change: &dyn Fn(&mut Option<Vault>), what: &str| {
            let mut forged = genuine.clone();
            change(&mut forged.rows[nth].vault);
            found(&genuine, forged, Blame::Anything, what);
        };
        for (at, bit) in flips(row.vault.as_ref().map_or(&[], |vault| &vault.key), false) {
            vault(&|vault| vault.as_mut().unwrap().key[at] ^= bit, "a bit of a key");
        }
        for (at, bit) in flips(row.vault.as_ref().map_or(&[], |vault| &vault.number), false) {
            vault(&|vault| vault.as_mut().unwrap().number[at] ^= bit, "a bit of a number");
        }
        match row.vault {
            Some(_) => vault(&|vault| *vault = None, "a key that is gone"),
            None => {
                let other = genuine.rows.iter().find_map(|row| row.vault.clone());
                vault(&|vault| *vault = other.clone(), "a key that came back");
            }
        }
        for version in [0, row.version - 1, row.version + 1, u64::MAX] {
            let mut forged = genuine.clone();
            forged.rows[nth].version = version;
            found(&genuine, forged, Blame::Anything, "another version");
        }
    }
}

#[test]
fn of_the_head() {
    let genuine = genuine();
    for (at, bit) in flips(&genuine.head.hash.0, true) {
        let mut forged = genuine.clone();
        forged.head.hash.0[at] ^= bit;
        found(&genuine, forged, Blame::Anything, "a bit of the file's head");
    }
    for leaves in [0, genuine.head.leaves - 1, genuine.head.leaves + 1] {
        let mut forged = genuine.clone();
        forged.head.leaves = leaves;
        found(&genuine, forged, Blame::Anything, "another count");
    }
}

#[test]
fn an_index_that_loses_somebody() {
    let genuine = genuine();
    let lost = Forged { lost: true, ..genuine.clone() };
    found(&genuine, lost, Blame::Anything, "a number that leads nowhere");
    let stream = genuine.rows.last().unwrap().stream;
    let astray = Forged { astray: Some(stream), ..genuine.clone() };
    found(&genuine, astray, Blame::Anything, "a number that leads to somebody else");
}

#[test]
fn a_seal_that_goes_or_comes() {
    let genuine = genuine();
    let any = genuine.log.iter().find_map(|record| record.sealed.clone());
    for place in 0..genuine.log.len() {
        let mut forged = genuine.clone();
        let sealed = &mut forged.log[place].sealed;
        *sealed = if sealed.is_some() { None } else { any.clone() };
        found(&genuine, forged, Blame::Record(place), "a seal that was taken away or put there");
    }
}
