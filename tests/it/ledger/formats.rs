//! Files of older formats: they open, verify to the head that was recorded, and what waits in them is found.

use std::{fs, path::PathBuf, sync::Arc, thread};

use optin::{
    clock::FixedClock,
    dispatch::Batch,
    gateway::SimulatedCarrier,
    id::{Hash, Name},
    ledger::{Claim, Head, KeyFile, Keys, Lane, Ledger, LedgerError, SenderBudget, SqliteLedger, UNSAID},
};
use rusqlite::Connection;
use tempfile::TempDir;

use super::wait;
use crate::walk::{at, shop};

/// The head that the ledger of format 1 had when it was closed. Five people opted in, five messages of a campaign
/// were queued for the morning of 2026-11-27: one was taken by the carrier, one has started, three wait.
const HEAD: &str = "11ce9aa6d9fa49fd0c64b2d9480f1530fd3a0fb4714e5144f3c0e14b9f903f13";

/// The same ledger in each older format, under one key.
fn old(format: u32) -> (TempDir, PathBuf, Keys) {
    let folder = TempDir::new().unwrap();
    let data = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    let (path, key) = (folder.path().join("shop.optin"), folder.path().join("key"));
    fs::copy(data.join(format!("ledger-{format}.optin")), &path).unwrap();
    fs::copy(data.join("ledger-1.key"), &key).unwrap();
    #[cfg(unix)]
    fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    (folder, path, KeyFile::open_or_create(key).unwrap())
}

fn format(path: &PathBuf) -> i64 {
    let file = Connection::open(path).unwrap();
    file.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
}

#[test]
fn an_older_ledger_opens_verifies_and_is_claimed_from() {
    for format in [1, 2] {
        opens_verifies_and_is_claimed_from(format);
    }
}

fn opens_verifies_and_is_claimed_from(older: u32) {
    let (_folder, path, keys) = old(older);
    assert_eq!(format(&path), i64::from(older));
    for _ in 0..2 {
        let ledger = wait(SqliteLedger::open(&path, keys.clone())).unwrap();
        let head = Head { leaves: 14, hash: HEAD.parse::<Hash>().unwrap() };
        assert_eq!(wait(ledger.head()).unwrap(), head);
        assert_eq!(wait(ledger.waiting(None)).unwrap().0, 3);
        assert_eq!(wait(ledger.started(9)).unwrap().len(), 1);
        let sender = Name::new(UNSAID).unwrap();
        let cells = wait(ledger.backlog(0, Some(sender.clone()))).unwrap();
        assert_eq!(cells.iter().map(|cell| cell.messages).sum::<u64>(), 3);
        assert!(cells.iter().all(|cell| cell.segments >= 2 * cell.messages));
        let now_ms = at("2026-11-28T07:30:00Z").timestamp_millis();
        let (until_ms, senders) =
            (now_ms, vec![SenderBudget { sender: sender.clone(), budgets: Vec::new() }]);
        let claim = Claim { now_ms, until_ms, limit: 9, lanes: vec![Lane::Marketing], senders };
        let claimed = wait(ledger.claim(claim)).unwrap();
        assert_eq!(claimed.rows.len(), 3);
        assert!(claimed.rows.iter().all(|row| row.job == *"flash-2026-11-27" && row.due_ms <= now_ms));
        assert_eq!(wait(ledger.nodes(1, 0, 9)).unwrap(), []);
        wait(ledger.keep(sender, vec![1])).unwrap();
        wait(ledger.close()).unwrap();
        assert_eq!(format(&path), 3);
    }
}

#[test]
fn a_campaign_that_an_older_version_queued_goes_out() {
    for format in [1, 2] {
        a_campaign_goes_out(format);
    }
}

fn a_campaign_goes_out(format: u32) {
    let (_folder, path, keys) = old(format);
    let clock = Arc::new(FixedClock::at(at("2026-11-27T18:00:00Z")));
    let carrier = Arc::new(SimulatedCarrier::seeded(7));
    let shop = shop(wait(SqliteLedger::open(&path, keys)).unwrap(), &clock, &carrier);
    assert_eq!(wait(shop.verify()).unwrap().unwrap().records, 14);
    let done = wait(shop.dispatch(Batch::default())).unwrap();
    assert_eq!(done.accepted, 3, "{done:?}");
    assert!(wait(shop.verify()).unwrap().is_ok());
}

#[test]
fn other_keys_do_not_change_an_older_ledger() {
    for format in [1, 2] {
        let (_folder, path, _) = old(format);
        let before = fs::read(&path).unwrap();
        let refused = wait(SqliteLedger::open(&path, Keys::generate().unwrap()));
        assert!(matches!(refused, Err(LedgerError::WrongKey)));
        assert_eq!(fs::read(&path).unwrap(), before);
    }
}

#[test]
fn many_may_bring_one_ledger_up_at_once() {
    for format in [1, 2] {
        let (_folder, path, keys) = old(format);
        thread::scope(|scope| {
            for _ in 0..4 {
                let (path, keys) = (&path, keys.clone());
                scope.spawn(move || {
                    let ledger = wait(SqliteLedger::open(path, keys)).unwrap();
                    assert_eq!(wait(ledger.waiting(None)).unwrap().0, 3);
                });
            }
        });
    }
}

#[test]
fn a_changed_check_value_opens_with_its_own_keys_only() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("shop.optin");
    let (old, new) = (Keys::generate().unwrap(), Keys::generate().unwrap());
    let ledger = wait(SqliteLedger::open(&path, old.clone())).unwrap();
    assert!(wait(ledger.rekey(old.check_value(), new.check_value())).unwrap());
    wait(ledger.close()).unwrap();
    assert!(matches!(wait(SqliteLedger::open(&path, old)), Err(LedgerError::WrongKey)));
    wait(SqliteLedger::open(&path, new)).unwrap();
}
