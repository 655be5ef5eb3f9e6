//! The whole library on each ledger, and on ledgers that are wrong.

use optin::conformance::{CHECKS, all};

use super::{InFiles, InMemory, Mutants, Wrong, wait};

#[test]
fn the_memory_ledger_carries_the_whole() {
    assert_eq!(wait(all(&InMemory)), []);
}

#[test]
fn the_sqlite_ledger_carries_the_whole() {
    assert_eq!(wait(all(&InFiles::new())), []);
}

/// The checks that fail on a ledger that is wrong in this way.
fn caught_by(wrong: Wrong) -> Vec<&'static str> {
    wait(all(&Mutants(wrong))).into_iter().map(|failure| failure.check).collect()
}

#[test]
fn every_check_looks_at_the_chain() {
    assert_eq!(caught_by(Wrong::LogOrder), CHECKS);
}

#[test]
fn a_ledger_that_forgets_is_found_out_by_crashes() {
    let crashes = ["a_crash_before_any_call_loses_nothing", "a_crash_after_any_call_loses_nothing"];
    assert_eq!(caught_by(Wrong::Forgets), crashes);
}

#[test]
fn a_ledger_that_compares_no_versions_loses_the_race() {
    // A race is lost most times, not each time.
    let lost =
        (0..20).any(|_| caught_by(Wrong::Version) == ["nothing_starts_after_a_stop_that_was_answered"]);
    assert!(lost);
}
