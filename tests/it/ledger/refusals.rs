//! Files that are refused, and left as they were.

use std::{fs, path::Path};

use optin::ledger::{Keys, Ledger, LedgerError, SqliteLedger, Urgency};
use rusqlite::Connection;
use tempfile::TempDir;

use super::{add, append, wait, whole};

fn open(path: &Path, keys: &Keys) -> Result<SqliteLedger, LedgerError> {
    wait(SqliteLedger::open(path, keys.clone()))
}

/// A closed ledger of 50 records in a folder of its own.
fn some() -> (TempDir, std::path::PathBuf, Keys) {
    let (folder, keys) = (TempDir::new().unwrap(), Keys::generate().unwrap());
    let path = folder.path().join("shop.optin");
    let ledger = open(&path, &keys).unwrap();
    for number in 0..50 {
        add(&ledger, append(number, 0), Urgency::Normal).unwrap();
    }
    wait(ledger.close()).unwrap();
    (folder, path, keys)
}

/// Opens, expects a refusal, and checks that the file did not change.
fn refused(path: &Path, keys: &Keys) -> LedgerError {
    let before = fs::read(path).unwrap();
    let error = open(path, keys).map(drop).unwrap_err();
    assert_eq!(fs::read(path).unwrap(), before, "a refused file was changed");
    error
}

#[test]
fn other_keys_are_refused() {
    let (_folder, path, keys) = some();
    assert!(matches!(refused(&path, &Keys::generate().unwrap()), LedgerError::WrongKey));
    assert_eq!(whole(&open(&path, &keys).unwrap()), 50);
}

#[test]
fn a_newer_format_is_refused() {
    let (_folder, path, keys) = some();
    Connection::open(&path).unwrap().execute_batch("PRAGMA user_version = 7").unwrap();
    assert!(matches!(refused(&path, &keys), LedgerError::Newer { found: 7, known: 3 }));
}

#[test]
fn a_file_that_is_no_ledger_is_refused() {
    let (folder, keys) = (TempDir::new().unwrap(), Keys::generate().unwrap());
    let path = folder.path().join("notes");
    for text in ["x", "phone,name\n+15550100,Ana\n", &"long ".repeat(4_000)] {
        fs::write(&path, text).unwrap();
        assert!(matches!(refused(&path, &keys), LedgerError::Damaged(_)));
    }
    fs::remove_file(&path).unwrap();
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE log (leaf)").unwrap();
    assert!(matches!(refused(&path, &keys), LedgerError::Damaged(_)));
    assert!(matches!(open(folder.path(), &keys), Err(LedgerError::Failed { .. })));
    assert!(matches!(open(&folder.path().join("no/such"), &keys), Err(LedgerError::Failed { .. })));
}

#[test]
fn an_empty_file_becomes_a_ledger() {
    let (folder, keys) = (TempDir::new().unwrap(), Keys::generate().unwrap());
    let path = folder.path().join("shop.optin");
    fs::write(&path, "").unwrap();
    assert_eq!(whole(&open(&path, &keys).unwrap()), 0);
}

#[test]
fn a_damaged_file_is_refused_or_says_so_when_read() {
    let (_folder, path, keys) = some();
    let good = fs::read(&path).unwrap();
    let damaged = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        open(&path, &keys).map(drop).unwrap_err()
    };
    // The schema's own page, all pages but that one, and a file cut short.
    let mut bytes = good.clone();
    bytes[100..3_000].fill(0xff);
    assert!(matches!(damaged(&bytes), LedgerError::Damaged(_)));
    let mut bytes = good.clone();
    bytes[4_096..].fill(0xff);
    assert!(matches!(damaged(&bytes), LedgerError::Damaged(_)));
    assert!(matches!(damaged(&good[..4_096]), LedgerError::Damaged(_)));
    // A page of the log's: the file opens, reading it says so.
    let found = good.windows(40).rposition(|window| window == [0x5a; 40]).unwrap() / 4_096 * 4_096;
    let mut bytes = good.clone();
    bytes[found..found + 8].fill(0xff);
    fs::write(&path, &bytes).unwrap();
    let read = open(&path, &keys).and_then(|ledger| wait(ledger.log(0, 100)).map(drop));
    assert!(matches!(read, Err(LedgerError::Damaged(_))), "{read:?}");
    fs::write(&path, &good).unwrap();
    assert_eq!(whole(&open(&path, &keys).unwrap()), 50);
}

#[test]
fn a_log_that_ends_elsewhere_than_the_head_is_refused() {
    let (_folder, path, keys) = some();
    Connection::open(&path).unwrap().execute_batch("DELETE FROM log WHERE leaf = 50").unwrap();
    assert!(matches!(refused(&path, &keys), LedgerError::Damaged(_)));
}
