//! Two handles on one file, as two processes would have them.

use std::{
    task::{Context, Waker},
    thread,
};

use optin::{
    id::Hash,
    ledger::{Appended, IndexChange, Keys, Ledger, SqliteLedger, Urgency},
};
use tempfile::TempDir;

use super::{add, append, stream, wait, whole};

fn two() -> (TempDir, SqliteLedger, SqliteLedger) {
    let (folder, keys) = (TempDir::new().unwrap(), Keys::generate().unwrap());
    let open = || wait(SqliteLedger::open(folder.path().join("shop.optin"), keys.clone())).unwrap();
    let (one, other) = (open(), open());
    (folder, one, other)
}

#[test]
fn versions_and_index_entries_are_compared_across_handles() {
    let (_folder, one, other) = two();
    assert_eq!(add(&one, append(1, 0), Urgency::Normal).unwrap(), Appended::Done(1));
    assert_eq!(add(&other, append(1, 0), Urgency::Normal).unwrap(), Appended::Conflict);
    assert_eq!(add(&other, append(1, 1), Urgency::Stop).unwrap(), Appended::Done(2));
    assert_eq!(add(&one, append(1, 1), Urgency::Normal).unwrap(), Appended::Conflict);
    let opens = |number| {
        let mut item = append(number, 0);
        item.index = vec![IndexChange { entry: Hash([5; 32]), was: None }];
        item
    };
    assert_eq!(add(&one, opens(2), Urgency::Normal).unwrap(), Appended::Done(1));
    assert_eq!(add(&other, opens(3), Urgency::Normal).unwrap(), Appended::Conflict);
    assert_eq!(wait(other.find(vec![Hash([5; 32])])).unwrap(), Some(stream(2)));
    assert_eq!(whole(&one), 3);
}

#[test]
fn handles_that_write_at_once_lose_nothing() {
    let (_folder, one, other) = two();
    let writes = |ledger: &SqliteLedger, first: u64| {
        for version in 0..20 {
            let items = (first..first + 20).map(|number| append(number, version)).collect();
            let answers = wait(ledger.append(items, Urgency::Normal)).unwrap();
            assert_eq!(answers, vec![Appended::Done(version + 1); 20]);
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| writes(&one, 100));
        scope.spawn(|| writes(&one, 200));
        scope.spawn(|| writes(&other, 300));
        for version in 0..20 {
            assert_eq!(add(&other, append(1, version), Urgency::Stop).unwrap(), Appended::Done(version + 1));
        }
    });
    assert_eq!(whole(&other), 3 * 400 + 20);
}

#[test]
fn many_may_make_one_ledger_at_once() {
    let (folder, keys) = (TempDir::new().unwrap(), Keys::generate().unwrap());
    let path = folder.path().join("shop.optin");
    thread::scope(|scope| {
        for number in 0..6 {
            let (path, keys) = (&path, keys.clone());
            scope.spawn(move || {
                let ledger = wait(SqliteLedger::open(path, keys)).unwrap();
                assert_eq!(add(&ledger, append(number, 0), Urgency::Normal).unwrap(), Appended::Done(1));
                wait(ledger.close()).unwrap();
            });
        }
    });
    assert_eq!(whole(&wait(SqliteLedger::open(&path, keys)).unwrap()), 6);
}

#[test]
fn closing_does_what_is_queued() {
    let (folder, one, other) = two();
    {
        // Polled once and dropped: queued, and nobody waits for it.
        let mut dropped = std::pin::pin!(one.append(vec![append(1, 0)], Urgency::Normal));
        let _ = dropped.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    }
    wait(one.close()).unwrap();
    assert_eq!(wait(other.read(stream(1))).unwrap().unwrap().version, 1);
    drop((other, folder));
}
