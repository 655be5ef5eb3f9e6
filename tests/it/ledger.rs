//! Tests of `ledger`: both ledgers against the conformance suite, and the SQLite ledger against accidents.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "clippy knows a test by its attribute, not the helpers beside it"
)]

use optin::{
    id::{Hash, RecipientId},
    ledger::{Append, Appended, Head, Ledger, LedgerError, NewRecord, Urgency, advance, leaf_hash},
};

mod accidents;
#[cfg(feature = "evidence")]
mod checkpoints;
mod conformance;
mod formats;
mod merkle;
mod million;
mod model;
mod neighbours;
#[cfg(feature = "evidence")]
mod notes;
mod pacing;
mod refusals;

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn stream(number: u64) -> RecipientId {
    let mut id = [1; 16];
    id[8..].copy_from_slice(&number.to_be_bytes());
    RecipientId(id)
}

/// One record of about the size of a started message's, at this version.
fn append(number: u64, expected: u64) -> Append {
    let mut envelope = vec![0x5a; 260];
    envelope[..8].copy_from_slice(&number.to_be_bytes());
    envelope[8..16].copy_from_slice(&expected.to_be_bytes());
    Append {
        stream: stream(number),
        expected,
        records: vec![NewRecord { envelope, sealed: Some(vec![7; 40]) }],
        head: Hash([9; 32]),
        state: vec![3; 400],
        group: None,
        vault: None,
        index: Vec::new(),
        erase: false,
        outbox: Vec::new(),
    }
}

fn add(ledger: &impl Ledger, item: Append, urgency: Urgency) -> Result<Appended, LedgerError> {
    wait(ledger.append(vec![item], urgency)).map(|answers| answers[0])
}

/// Checks that the log is whole and its hash the stored head; returns how many records it has.
fn whole(ledger: &impl Ledger) -> u64 {
    let mut head = Head::default();
    loop {
        let page = wait(ledger.log(head.leaves, 500)).unwrap();
        if page.is_empty() {
            break;
        }
        for record in page {
            assert_eq!(record.leaf, head.leaves + 1);
            head = Head { leaves: record.leaf, hash: advance(head.hash, leaf_hash(&record.envelope)) };
        }
    }
    assert_eq!(wait(ledger.head()).unwrap(), head);
    head.leaves
}
