//! What a ledger must carry when the whole library stands on it, as a suite that it runs against itself.
//!
//! [`ledger::conformance`](crate::ledger::conformance) checks a store's contract call by call. Here the same
//! [`Maker`] gets a [`Messenger`](crate::Messenger) on top, a carrier below, and accidents in between: `story` is
//! what a shop does in a day, and `faulty` lets any one call to the ledger fail, before it did anything or after.
//! Run both. Nothing here panics: what is wrong is told as a [`Failure`].

use std::fmt;

use crate::ledger::conformance::{Failure, Maker};

mod accidents;
pub(crate) mod faulty;
mod races;
mod reports;
mod story;

/// What a check saw; the suite adds its name.
#[derive(Debug)]
struct Seen(String);

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Ends a check unless this holds.
fn holds(what: impl fmt::Display, found: bool) -> Result<(), Seen> {
    if found { Ok(()) } else { Err(Seen(what.to_string())) }
}

fn broken(error: impl fmt::Display) -> Seen {
    Seen(format!("it could not go on: {error}"))
}

macro_rules! checks {
    ($($room:ident :: $check:ident),* $(,)?) => {
        /// The names of all checks, in order.
        pub const CHECKS: &[&str] = &[$(stringify!($check)),*];

        /// Runs every check and tells all that failed.
        pub async fn all<M: Maker>(make: &M) -> Vec<Failure> {
            let mut failures = Vec::new();
            $( if let Err(Seen(what)) = $room::$check(make).await {
                failures.push(Failure { check: stringify!($check), what });
            } )*
            failures
        }
    };
}

checks! {
    accidents::a_day_without_accidents_goes_well,
    accidents::a_crash_before_any_call_loses_nothing,
    accidents::a_crash_after_any_call_loses_nothing,
    accidents::a_call_that_fails_can_be_made_again,
    accidents::a_lost_answer_sends_nothing_twice,
    accidents::a_clock_that_jumps_sends_nothing_twice,
    reports::reports_come_twice_and_in_any_order,
    races::nothing_starts_after_a_stop_that_was_answered,
}

/// Runs the suite.
///
/// ```
/// use optin::{conformance, ledger::{LedgerError, MemoryLedger, conformance::{Failure, Maker}}};
///
/// struct InMemory;
/// impl Maker for InMemory {
///     type Ledger = MemoryLedger;
///     async fn fresh(&self) -> Result<MemoryLedger, LedgerError> {
///         MemoryLedger::new().map_err(|_| LedgerError::Closed)
///     }
///     async fn reopen(&self, ledger: MemoryLedger) -> Result<MemoryLedger, LedgerError> {
///         Ok(ledger)
///     }
/// }
/// # optin::blocking::wait(async {
/// conformance::run(&InMemory).await?;
/// # Ok::<(), Failure>(()) })?;
/// # Ok::<(), Failure>(())
/// ```
///
/// # Errors
/// The first check that failed.
pub async fn run<M: Maker>(make: &M) -> Result<(), Failure> {
    all(make).await.into_iter().next().map_or(Ok(()), Err)
}
