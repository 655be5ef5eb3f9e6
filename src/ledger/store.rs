use std::{fmt::Debug, future::Future};

use thiserror::Error;

use super::{
    envelope::leaf_hash,
    keys::Keys,
    waiting::{BacklogCell, Claim, Claimed, OutboxChange, Queued},
};
use crate::id::{Hash, Name, RecipientId};

/// What a stream stands at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The stream.
    pub stream: RecipientId,
    /// How many records it has.
    pub version: u64,
    /// Hash of its last record.
    pub head: Hash,
    /// The cached fold, as the core wrote it.
    pub state: Vec<u8>,
    /// The interned group of places and zones, unsealed, so that a plan opens nothing.
    pub group: Option<Vec<u8>>,
    /// The recipient's wrapped key, and the number sealed under it; gone after erasure.
    pub vault: Option<Vault>,
}

/// What opens a recipient's personal values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vault {
    /// The recipient's key, wrapped.
    pub key: Vec<u8>,
    /// The number, sealed under that key.
    pub number: Vec<u8>,
}

/// One record on its way into the store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRecord {
    /// Canonical envelope.
    pub envelope: Vec<u8>,
    /// Personal values with their salts, sealed under the recipient's key.
    pub sealed: Option<Vec<u8>>,
}

/// One record as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRecord {
    /// Its place in the file-wide order, from 1.
    pub leaf: u64,
    /// Whose stream.
    pub stream: RecipientId,
    /// Canonical envelope.
    pub envelope: Vec<u8>,
    /// Sealed personal values.
    pub sealed: Option<Vec<u8>>,
}

/// Compare-and-append for one stream. All of it happens, or none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Append {
    /// The stream.
    pub stream: RecipientId,
    /// The version that was judged; 0 creates the stream.
    pub expected: u64,
    /// The records, in order. May be empty when only the outbox changes: then `expected` still must hold.
    pub records: Vec<NewRecord>,
    /// Hash of the last record after this.
    pub head: Hash,
    /// The fold after this.
    pub state: Vec<u8>,
    /// The group, where it changes.
    pub group: Option<Vec<u8>>,
    /// The vault, where it is set.
    pub vault: Option<Vault>,
    /// Index entries that shall lead to this stream from now on, if they lead where they led when this was judged.
    pub index: Vec<IndexChange>,
    /// Destroys vault and group, every sealed value of the stream, and its outbox rows.
    pub erase: bool,
    /// Changes of the outbox in the same commit.
    pub outbox: Vec<OutboxChange>,
}

/// An index entry changes hands. Two processes that open a tenure for one number at once cannot both win.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IndexChange {
    /// HMAC of the number.
    pub entry: Hash,
    /// Where it led when this was judged.
    pub was: Option<RecipientId>,
}

/// The answer to one [`Append`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Appended {
    /// Durable; the stream stands at this version.
    Done(u64),
    /// Somebody else was first: read again, decide again.
    Conflict,
}

/// How far the file has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// Records in the file.
    pub leaves: u64,
    /// The running hash over all of them.
    pub hash: Hash,
}

/// Who waits for a commit: a STOP overtakes everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// A revocation.
    Stop,
    /// Everything else.
    Normal,
}

/// A stream's row and its records.
pub type WholeStream = (Row, Vec<StoredRecord>);

/// A stream with at most so many records is read in one.
pub const SHORT: usize = 64;

/// A store of streams. The contract is small on purpose: read a stream's state with its version,
/// compare-and-append at that version, scan in stable order, find what is due.
///
/// An append returns when it is durable. The store holds bytes and never looks into them: envelopes, hashes,
/// folds and seals are the core's, so a store cannot get them wrong. Run
/// [`conformance`](crate::ledger::conformance) against your own.
pub trait Ledger: Debug + Send + Sync + 'static {
    /// The secrets it was opened with.
    fn keys(&self) -> &Keys;

    /// Whether it forgets when the process ends: such a ledger drives only the simulated carrier.
    fn is_volatile(&self) -> bool;

    /// The stream that the first known of these index entries leads to.
    fn find(&self, index: Vec<Hash>)
    -> impl Future<Output = Result<Option<RecipientId>, LedgerError>> + Send;

    /// What a stream stands at; `None` if it does not exist.
    fn read(&self, stream: RecipientId) -> impl Future<Output = Result<Option<Row>, LedgerError>> + Send;

    /// [`find`](Self::find) and [`read`](Self::read) for many at once, an answer for each in order. A store that
    /// can do better than one by one should: a plan asks for hundreds.
    fn look_up(
        &self,
        people: Vec<Vec<Hash>>,
    ) -> impl Future<Output = Result<Vec<Option<Row>>, LedgerError>> + Send {
        async move {
            let mut rows = Vec::with_capacity(people.len());
            for index in people {
                rows.push(match self.find(index).await? {
                    Some(stream) => self.read(stream).await?,
                    None => None,
                });
            }
            Ok(rows)
        }
    }

    /// Compare-and-append, each item by itself, an answer for each in order. Items of one call may share a commit.
    fn append(
        &self,
        items: Vec<Append>,
        urgency: Urgency,
    ) -> impl Future<Output = Result<Vec<Appended>, LedgerError>> + Send;

    /// Streams after `after` in stable order, house stream left out, at most `limit`.
    fn scan(
        &self,
        after: Option<RecipientId>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Row>, LedgerError>> + Send;

    /// The records of one stream, in order, from sequence `from` on, at most `limit`.
    fn records(
        &self,
        stream: RecipientId,
        from: u64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<StoredRecord>, LedgerError>> + Send;

    /// The records of all streams after leaf `after`, in order, at most `limit`.
    fn log(
        &self,
        after: u64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<StoredRecord>, LedgerError>> + Send;

    /// The hash of each record after leaf `after`, with its leaf, in order, at most `limit`. A store that can do so
    /// without handing out the records should: trees and checks are made from millions.
    fn leaves(
        &self,
        after: u64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<(u64, Hash)>, LedgerError>> + Send {
        async move {
            let page = self.log(after, limit).await?;
            Ok(page.iter().map(|record| (record.leaf, leaf_hash(&record.envelope))).collect())
        }
    }

    /// [`scan`](Self::scan), and of each stream with at most [`SHORT`] records all of [`records`](Self::records);
    /// those of a longer one must be asked for.
    fn scan_whole(
        &self,
        after: Option<RecipientId>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<WholeStream>, LedgerError>> + Send {
        async move {
            let mut whole = Vec::new();
            for row in self.scan(after, limit).await? {
                let short = row.version <= SHORT as u64;
                // One more than there should be, so that a record too many is seen.
                let records = if short { self.records(row.stream, 1, SHORT + 1).await? } else { Vec::new() };
                whole.push((row, records));
            }
            Ok(whole)
        }
    }

    /// Where each of these index entries leads, an answer for each in order: [`find`](Self::find) for many.
    fn leads(
        &self,
        entries: Vec<Hash>,
    ) -> impl Future<Output = Result<Vec<Option<RecipientId>>, LedgerError>> + Send {
        async move {
            let mut led = Vec::with_capacity(entries.len());
            for entry in entries {
                led.push(self.find(vec![entry]).await?);
            }
            Ok(led)
        }
    }

    /// How far the file has come.
    fn head(&self) -> impl Future<Output = Result<Head, LedgerError>> + Send;

    /// Changes the outbox alone, durably.
    fn outbox(&self, changes: Vec<OutboxChange>) -> impl Future<Output = Result<(), LedgerError>> + Send;

    /// Takes due messages and draws their budgets, in one step; see [`Claim`].
    fn claim(&self, claim: Claim) -> impl Future<Output = Result<Claimed, LedgerError>> + Send;

    /// Takes nothing of a sender before `until_ms`, in any process: its carrier said so. A later one stands; one that
    /// ends more than an hour from a claim's now is cut to that hour, because some clock is wrong.
    fn pause(&self, sender: Name, until_ms: i64) -> impl Future<Output = Result<(), LedgerError>> + Send;

    /// What waits and has not started, counted by minutes, of one sender or of all: the input of a forecast.
    fn backlog(
        &self,
        now_ms: i64,
        sender: Option<Name>,
    ) -> impl Future<Output = Result<Vec<BacklogCell>, LedgerError>> + Send;

    /// The last of a sender's marketing messages that close at or before `closes_ms`, have not started
    /// and are not held by a claim: the latest due first, then the largest id, at most `limit`. Those are the ones to move before they are too late.
    fn late(
        &self,
        sender: Name,
        closes_ms: i64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Queued>, LedgerError>> + Send;

    /// Messages that started and have no outcome, at most `limit`.
    fn started(&self, limit: usize) -> impl Future<Output = Result<Vec<Queued>, LedgerError>> + Send;

    /// How many messages of a job wait, and when the earliest of all waiting messages (of any job) is due.
    fn waiting(
        &self,
        job: Option<Name>,
    ) -> impl Future<Output = Result<(u64, Option<i64>), LedgerError>> + Send;

    /// Keeps the definition of a job, or replaces it. Of what a sender can send, jobs get shares by `weight`; 0
    /// counts as 1.
    fn put_job(
        &self,
        job: Name,
        weight: u32,
        definition: Vec<u8>,
    ) -> impl Future<Output = Result<(), LedgerError>> + Send;

    /// The definition of a job.
    fn job(&self, job: Name) -> impl Future<Output = Result<Option<Vec<u8>>, LedgerError>> + Send;

    /// Hashes of whole subtrees of `256^level` records, from subtree `from` (counted from 0) on, in order, at most
    /// `limit`: what [`put_nodes`](Self::put_nodes) put there. Level 0 is the log itself and is never kept.
    fn nodes(
        &self,
        level: u8,
        from: u64,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Hash>, LedgerError>> + Send;

    /// Keeps hashes of whole subtrees, durably, in place of what stood there. They are a cache: whoever reads the
    /// log can make them again.
    ///
    /// # Errors
    /// [`Hole`](LedgerError::Hole) where `from` lies beyond what is kept of this level: nothing is changed.
    fn put_nodes(
        &self,
        level: u8,
        from: u64,
        hashes: Vec<Hash>,
    ) -> impl Future<Output = Result<(), LedgerError>> + Send;

    /// Keeps a few bytes under a key, durably, in place of what stood there; empty bytes remove it. They are in no
    /// chain and prove nothing: how far an import has come, and such.
    fn keep(&self, key: Name, bytes: Vec<u8>) -> impl Future<Output = Result<(), LedgerError>> + Send;

    /// What [`keep`](Self::keep) kept.
    fn kept(&self, key: Name) -> impl Future<Output = Result<Option<Vec<u8>>, LedgerError>> + Send;

    /// Changes the value by which the store knows its keys, durably, if it is `from`. Tells whether it is `to` now:
    /// after `true`, the store opens with keys among whose [`check_values`](Keys::check_values) `to` is.
    ///
    /// A store of several processes compares that value in each append: it answers
    /// [`WrongKey`](LedgerError::WrongKey) to whoever does not know it, and moves it to the
    /// [newest](Keys::check_value) of whoever does.
    fn rekey(&self, from: Hash, to: Hash) -> impl Future<Output = Result<bool, LedgerError>> + Send;
}

/// A store did not do what was asked. A conflict is not an error: it is an [`Appended`].
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The store was closed.
    #[error("the ledger is closed")]
    Closed,
    /// The store failed; nothing that was asked is known to have happened.
    #[error("the ledger's store failed: {what}")]
    Failed {
        /// What it was doing.
        what: &'static str,
        /// The store's own error.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// No room left. The last commit stands.
    #[error("no room left for the ledger; the last commit stands")]
    Full,
    /// Written by a newer version.
    #[error("the ledger has format {found}, this version reads up to {known}")]
    Newer {
        /// The format found.
        found: u32,
        /// The newest format known.
        known: u32,
    },
    /// Not a ledger, or damaged.
    #[error("the ledger is damaged: {0}")]
    Damaged(String),
    /// Hashes of the tree were given beyond those that are kept.
    #[error("the tree's level {level} has {kept} hashes; number {from} does not follow on them")]
    Hole {
        /// Of which level.
        level: u8,
        /// How many are kept.
        kept: u64,
        /// The first one given, counted from 0.
        from: u64,
    },
    /// Opened with other secrets, or they were rotated since: see
    /// [`reload_keys`](crate::Messenger::reload_keys).
    #[error("these are not the keys that this ledger was made with, or it has newer ones by now")]
    WrongKey,
}
