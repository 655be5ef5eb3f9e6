use std::{fmt::Debug, future::Future, pin::Pin};

use super::{
    keys::Keys,
    store::{Append, Appended, Head, Ledger, LedgerError, Row, StoredRecord, Urgency, WholeStream},
    waiting::{BacklogCell, Claim, Claimed, OutboxChange, Queued},
};
use crate::id::{Hash, Name, RecipientId};

/// A boxed future that may cross threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The boxed twin of [`Ledger`], for whoever holds one without knowing which.
pub trait DynLedger: Debug + Send + Sync {
    /// See [`Ledger::keys`].
    fn keys(&self) -> &Keys;
    /// See [`Ledger::is_volatile`].
    fn is_volatile(&self) -> bool;
    /// See [`Ledger::find`].
    fn find(&self, index: Vec<Hash>) -> BoxFuture<'_, Result<Option<RecipientId>, LedgerError>>;
    /// See [`Ledger::read`].
    fn read(&self, stream: RecipientId) -> BoxFuture<'_, Result<Option<Row>, LedgerError>>;
    /// See [`Ledger::look_up`].
    fn look_up(&self, people: Vec<Vec<Hash>>) -> BoxFuture<'_, Result<Vec<Option<Row>>, LedgerError>>;
    /// See [`Ledger::append`].
    fn append(
        &self,
        items: Vec<Append>,
        urgency: Urgency,
    ) -> BoxFuture<'_, Result<Vec<Appended>, LedgerError>>;
    /// See [`Ledger::scan`].
    fn scan(&self, after: Option<RecipientId>, limit: usize) -> BoxFuture<'_, Result<Vec<Row>, LedgerError>>;
    /// See [`Ledger::records`].
    fn records(
        &self,
        stream: RecipientId,
        from: u64,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<StoredRecord>, LedgerError>>;
    /// See [`Ledger::log`].
    fn log(&self, after: u64, limit: usize) -> BoxFuture<'_, Result<Vec<StoredRecord>, LedgerError>>;
    /// See [`Ledger::leaves`].
    fn leaves(&self, after: u64, limit: usize) -> BoxFuture<'_, Result<Vec<(u64, Hash)>, LedgerError>>;
    /// See [`Ledger::scan_whole`].
    fn scan_whole(
        &self,
        after: Option<RecipientId>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<WholeStream>, LedgerError>>;
    /// See [`Ledger::leads`].
    fn leads(&self, entries: Vec<Hash>) -> BoxFuture<'_, Result<Vec<Option<RecipientId>>, LedgerError>>;
    /// See [`Ledger::head`].
    fn head(&self) -> BoxFuture<'_, Result<Head, LedgerError>>;
    /// See [`Ledger::outbox`].
    fn outbox(&self, changes: Vec<OutboxChange>) -> BoxFuture<'_, Result<(), LedgerError>>;
    /// See [`Ledger::claim`].
    fn claim(&self, claim: Claim) -> BoxFuture<'_, Result<Claimed, LedgerError>>;
    /// See [`Ledger::pause`].
    fn pause(&self, sender: Name, until_ms: i64) -> BoxFuture<'_, Result<(), LedgerError>>;
    /// See [`Ledger::backlog`].
    fn backlog(
        &self,
        now_ms: i64,
        sender: Option<Name>,
    ) -> BoxFuture<'_, Result<Vec<BacklogCell>, LedgerError>>;
    /// See [`Ledger::late`].
    fn late(
        &self,
        sender: Name,
        closes_ms: i64,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Queued>, LedgerError>>;
    /// See [`Ledger::started`].
    fn started(&self, limit: usize) -> BoxFuture<'_, Result<Vec<Queued>, LedgerError>>;
    /// See [`Ledger::waiting`].
    fn waiting(&self, job: Option<Name>) -> BoxFuture<'_, Result<(u64, Option<i64>), LedgerError>>;
    /// See [`Ledger::put_job`].
    fn put_job(&self, job: Name, weight: u32, definition: Vec<u8>) -> BoxFuture<'_, Result<(), LedgerError>>;
    /// See [`Ledger::job`].
    fn job(&self, job: Name) -> BoxFuture<'_, Result<Option<Vec<u8>>, LedgerError>>;
    /// See [`Ledger::nodes`].
    fn nodes(&self, level: u8, from: u64, limit: usize) -> BoxFuture<'_, Result<Vec<Hash>, LedgerError>>;
    /// See [`Ledger::put_nodes`].
    fn put_nodes(&self, level: u8, from: u64, hashes: Vec<Hash>) -> BoxFuture<'_, Result<(), LedgerError>>;
    /// See [`Ledger::keep`].
    fn keep(&self, key: Name, bytes: Vec<u8>) -> BoxFuture<'_, Result<(), LedgerError>>;
    /// See [`Ledger::kept`].
    fn kept(&self, key: Name) -> BoxFuture<'_, Result<Option<Vec<u8>>, LedgerError>>;
    /// See [`Ledger::rekey`].
    fn rekey(&self, from: Hash, to: Hash) -> BoxFuture<'_, Result<bool, LedgerError>>;
}

impl<L: Ledger> DynLedger for L {
    fn keys(&self) -> &Keys {
        Ledger::keys(self)
    }
    fn is_volatile(&self) -> bool {
        Ledger::is_volatile(self)
    }
    fn find(&self, index: Vec<Hash>) -> BoxFuture<'_, Result<Option<RecipientId>, LedgerError>> {
        Box::pin(Ledger::find(self, index))
    }
    fn read(&self, stream: RecipientId) -> BoxFuture<'_, Result<Option<Row>, LedgerError>> {
        Box::pin(Ledger::read(self, stream))
    }
    fn look_up(&self, people: Vec<Vec<Hash>>) -> BoxFuture<'_, Result<Vec<Option<Row>>, LedgerError>> {
        Box::pin(Ledger::look_up(self, people))
    }
    fn append(
        &self,
        items: Vec<Append>,
        urgency: Urgency,
    ) -> BoxFuture<'_, Result<Vec<Appended>, LedgerError>> {
        Box::pin(Ledger::append(self, items, urgency))
    }
    fn scan(&self, after: Option<RecipientId>, limit: usize) -> BoxFuture<'_, Result<Vec<Row>, LedgerError>> {
        Box::pin(Ledger::scan(self, after, limit))
    }
    fn records(
        &self,
        stream: RecipientId,
        from: u64,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<StoredRecord>, LedgerError>> {
        Box::pin(Ledger::records(self, stream, from, limit))
    }
    fn log(&self, after: u64, limit: usize) -> BoxFuture<'_, Result<Vec<StoredRecord>, LedgerError>> {
        Box::pin(Ledger::log(self, after, limit))
    }
    fn leaves(&self, after: u64, limit: usize) -> BoxFuture<'_, Result<Vec<(u64, Hash)>, LedgerError>> {
        Box::pin(Ledger::leaves(self, after, limit))
    }
    fn scan_whole(
        &self,
        after: Option<RecipientId>,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<WholeStream>, LedgerError>> {
        Box::pin(Ledger::scan_whole(self, after, limit))
    }
    fn leads(&self, entries: Vec<Hash>) -> BoxFuture<'_, Result<Vec<Option<RecipientId>>, LedgerError>> {
        Box::pin(Ledger::leads(self, entries))
    }
    fn head(&self) -> BoxFuture<'_, Result<Head, LedgerError>> {
        Box::pin(Ledger::head(self))
    }
    fn outbox(&self, changes: Vec<OutboxChange>) -> BoxFuture<'_, Result<(), LedgerError>> {
        Box::pin(Ledger::outbox(self, changes))
    }
    fn claim(&self, claim: Claim) -> BoxFuture<'_, Result<Claimed, LedgerError>> {
        Box::pin(Ledger::claim(self, claim))
    }
    fn pause(&self, sender: Name, until_ms: i64) -> BoxFuture<'_, Result<(), LedgerError>> {
        Box::pin(Ledger::pause(self, sender, until_ms))
    }
    fn backlog(
        &self,
        now_ms: i64,
        sender: Option<Name>,
    ) -> BoxFuture<'_, Result<Vec<BacklogCell>, LedgerError>> {
        Box::pin(Ledger::backlog(self, now_ms, sender))
    }
    fn late(
        &self,
        sender: Name,
        closes_ms: i64,
        limit: usize,
    ) -> BoxFuture<'_, Result<Vec<Queued>, LedgerError>> {
        Box::pin(Ledger::late(self, sender, closes_ms, limit))
    }
    fn started(&self, limit: usize) -> BoxFuture<'_, Result<Vec<Queued>, LedgerError>> {
        Box::pin(Ledger::started(self, limit))
    }
    fn waiting(&self, job: Option<Name>) -> BoxFuture<'_, Result<(u64, Option<i64>), LedgerError>> {
        Box::pin(Ledger::waiting(self, job))
    }
    fn put_job(&self, job: Name, weight: u32, definition: Vec<u8>) -> BoxFuture<'_, Result<(), LedgerError>> {
        Box::pin(Ledger::put_job(self, job, weight, definition))
    }
    fn job(&self, job: Name) -> BoxFuture<'_, Result<Option<Vec<u8>>, LedgerError>> {
        Box::pin(Ledger::job(self, job))
    }
    fn nodes(&self, level: u8, from: u64, limit: usize) -> BoxFuture<'_, Result<Vec<Hash>, LedgerError>> {
        Box::pin(Ledger::nodes(self, level, from, limit))
    }
    fn put_nodes(&self, level: u8, from: u64, hashes: Vec<Hash>) -> BoxFuture<'_, Result<(), LedgerError>> {
        Box::pin(Ledger::put_nodes(self, level, from, hashes))
    }
    fn keep(&self, key: Name, bytes: Vec<u8>) -> BoxFuture<'_, Result<(), LedgerError>> {
        Box::pin(Ledger::keep(self, key, bytes))
    }
    fn kept(&self, key: Name) -> BoxFuture<'_, Result<Option<Vec<u8>>, LedgerError>> {
        Box::pin(Ledger::kept(self, key))
    }
    fn rekey(&self, from: Hash, to: Hash) -> BoxFuture<'_, Result<bool, LedgerError>> {
        Box::pin(Ledger::rekey(self, from, to))
    }
}
