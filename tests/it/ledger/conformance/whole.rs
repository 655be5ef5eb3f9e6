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

#[test]
fn the_suite_reports_a_ledger_that_does_not_carry_it() {
    let caught_by = |wrong, check: &'static str| {
        assert!(CHECKS.contains(&check), "no check {check}");
        let failures = wait(all(&Mutants(wrong)));
        assert!(
            failures.iter().any(|failure| failure.check == check),
            "{wrong:?} passed {check}: {failures:?}"
        );
    };
    caught_by(Wrong::Outbox, "a_day_without_accidents_goes_well");
    caught_by(Wrong::Forgets, "a_crash_before_any_call_loses_nothing");
    caught_by(Wrong::Forgets, "a_crash_after_any_call_loses_nothing");
    caught_by(Wrong::Version, "nothing_starts_after_a_stop_that_was_answered");
}
