//! What any ledger must do, as a suite that it runs against itself.
//!
//! The memory ledger, the SQLite ledger and a host's own run the same checks: `streams` compare-and-append,
//! read back, scan and erase; `waiting` the outbox and jobs; `pacing` who may go when; `keeping` what is kept beside
//! the chain. Nothing here panics: a ledger that does
//! not conform gets a [`Failure`] that names the check and what was seen. The checks take a [`Maker`], because
//! each begins with an empty ledger and some open one again.

use std::{
    future::Future,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Wake, Waker},
    thread::{self, Thread},
};

use thiserror::Error;

use super::store::{Append, Ledger, LedgerError, NewRecord};
use crate::id::{Hash, RecipientId};

mod keeping;
mod pacing;
mod streams;
mod waiting;

/// Makes ledgers for the suite.
pub trait Maker: Sync {
    /// The ledger under test.
    type Ledger: Ledger;

    /// A new, empty ledger, apart from all others.
    fn fresh(&self) -> impl Future<Output = Result<Self::Ledger, LedgerError>> + Send;

    /// Closes a ledger and opens it again. A volatile one is given back as it is.
    fn reopen(&self, ledger: Self::Ledger) -> impl Future<Output = Result<Self::Ledger, LedgerError>> + Send;
}

/// A ledger does not conform.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{check}: {what}")]
pub struct Failure {
    /// The check that failed.
    pub check: &'static str,
    /// What was seen.
    pub what: String,
}

/// What a check saw; the suite adds its name.
#[derive(Debug)]
struct Seen(String);

impl From<LedgerError> for Seen {
    fn from(error: LedgerError) -> Self {
        let mut what = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(error) = cause {
            what = format!("{what}: {error}");
            cause = error.source();
        }
        Self(what)
    }
}

/// Ends a check unless two values are equal.
fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: T, wanted: T) -> Result<(), Seen> {
    if found == wanted { Ok(()) } else { Err(Seen(format!("{what}: {found:?}, not {wanted:?}"))) }
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
    streams::versions_are_compared,
    streams::items_are_answered_by_themselves,
    streams::an_index_entry_changes_hands_once,
    streams::a_row_comes_back_as_written,
    streams::records_come_in_order_and_in_pages,
    streams::the_head_is_the_hash_of_the_log,
    streams::streams_are_scanned_once_each,
    streams::what_was_answered_is_there_after_reopening,
    streams::an_erased_stream_keeps_its_envelopes_only,
    streams::one_of_many_wins_each_version,
    waiting::an_outbox_changes_with_its_append,
    waiting::claims_go_by_lane_and_due_time,
    waiting::a_claim_holds_until_its_time,
    waiting::a_started_message_is_not_due,
    waiting::only_what_waits_can_start,
    waiting::waiting_messages_are_counted,
    waiting::jobs_are_kept_and_replaced,
    pacing::a_rate_is_drawn_by_claims_and_kept,
    pacing::a_budget_is_one_for_all_who_name_it,
    pacing::every_budget_must_have_room,
    pacing::a_sender_without_room_holds_nobody_else,
    pacing::transactional_overtakes_marketing,
    pacing::campaigns_share_by_weight,
    pacing::a_campaign_that_wakes_gets_no_back_pay,
    pacing::what_closes_first_goes_first,
    pacing::what_has_closed_draws_nothing,
    pacing::a_claim_tells_when_there_is_more,
    pacing::a_paused_sender_waits,
    pacing::a_backlog_counts_what_waits,
    pacing::the_last_to_go_are_found,
    keeping::hashes_of_the_tree_are_kept_without_holes,
    keeping::notes_are_kept_and_removed,
    keeping::the_check_value_changes_from_what_it_is,
}

/// Runs the suite.
///
/// ```
/// use optin::ledger::{LedgerError, MemoryLedger, conformance};
///
/// struct InMemory;
/// impl conformance::Maker for InMemory {
///     type Ledger = MemoryLedger;
///     async fn fresh(&self) -> Result<MemoryLedger, LedgerError> {
///         MemoryLedger::new().map_err(|_| LedgerError::Closed)
///     }
///     async fn reopen(&self, ledger: MemoryLedger) -> Result<MemoryLedger, LedgerError> {
///         Ok(ledger)
///     }
/// }
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// conformance::run(&InMemory).await?;
/// # Ok::<(), conformance::Failure>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The first check that failed.
pub async fn run<M: Maker>(make: &M) -> Result<(), Failure> {
    all(make).await.into_iter().next().map_or(Ok(()), Err)
}

/// A stream of the suite's own.
fn stream(number: u8) -> RecipientId {
    RecipientId([number; 16])
}

fn hash(number: u8) -> Hash {
    Hash([number; 32])
}

/// An append of `count` records at `expected`, whose bytes all tell where they belong.
fn append(number: u8, expected: u64, count: u64) -> Append {
    let records = (1..=count).map(|step| NewRecord {
        envelope: format!("envelope {number}/{}", expected + step).into_bytes(),
        sealed: Some(format!("sealed {number}/{}", expected + step).into_bytes()),
    });
    Append {
        stream: stream(number),
        expected,
        records: records.collect(),
        head: hash(number.wrapping_add(u8::try_from(count).unwrap_or(0))),
        state: format!("state {number}/{}", expected + count).into_bytes(),
        group: None,
        vault: None,
        index: Vec::new(),
        erase: false,
        outbox: Vec::new(),
    }
}

/// Waits on this thread: the suite uses threads of its own, and no runtime.
fn wait_for<F: Future>(future: F) -> F::Output {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
