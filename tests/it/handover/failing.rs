//! A ledger that fails to write while it is told to.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use optin::{
    id::{Hash, Name, RecipientId},
    ledger::{
        Append, Appended, BacklogCell, Claim, Claimed, Head, Keys, Ledger, LedgerError, MemoryLedger,
        OutboxChange, Queued, Row, StoredRecord, Urgency,
    },
};

#[derive(Debug)]
pub(super) struct Failing {
    inner: MemoryLedger,
    pub(super) fails: Arc<AtomicBool>,
    pub(super) refused: Arc<AtomicUsize>,
    /// A stream whose cached state cannot be read, and to which nothing can be written.
    pub(super) broken: Arc<Mutex<Option<RecipientId>>>,
}

impl Failing {
    pub(super) fn new(inner: MemoryLedger) -> Self {
        Self { inner, fails: Arc::default(), refused: Arc::default(), broken: Arc::default() }
    }
}

impl Ledger for Failing {
    fn keys(&self) -> &Keys {
        self.inner.keys()
    }

    fn is_volatile(&self) -> bool {
        self.inner.is_volatile()
    }

    async fn append(&self, items: Vec<Append>, urgency: Urgency) -> Result<Vec<Appended>, LedgerError> {
        let broken = *self.broken.lock().unwrap();
        if self.fails.load(Ordering::SeqCst) || items.iter().any(|item| Some(item.stream) == broken) {
            self.refused.fetch_add(1, Ordering::SeqCst);
            return Err(LedgerError::Full);
        }
        self.inner.append(items, urgency).await
    }

    async fn outbox(&self, changes: Vec<OutboxChange>) -> Result<(), LedgerError> {
        self.inner.outbox(changes).await
    }

    async fn claim(&self, claim: Claim) -> Result<Claimed, LedgerError> {
        self.inner.claim(claim).await
    }

    async fn pause(&self, sender: Name, until_ms: i64) -> Result<(), LedgerError> {
        self.inner.pause(sender, until_ms).await
    }

    async fn backlog(&self, now_ms: i64, sender: Option<Name>) -> Result<Vec<BacklogCell>, LedgerError> {
        self.inner.backlog(now_ms, sender).await
    }

    async fn late(&self, sender: Name, closes_ms: i64, limit: usize) -> Result<Vec<Queued>, LedgerError> {
        self.inner.late(sender, closes_ms, limit).await
    }

    async fn find(&self, index: Vec<Hash>) -> Result<Option<RecipientId>, LedgerError> {
        self.inner.find(index).await
    }

    async fn read(&self, stream: RecipientId) -> Result<Option<Row>, LedgerError> {
        let mut row = self.inner.read(stream).await?;
        if *self.broken.lock().unwrap() == Some(stream) {
            row.iter_mut().for_each(|row| row.state.clear());
        }
        Ok(row)
    }

    async fn scan(&self, after: Option<RecipientId>, limit: usize) -> Result<Vec<Row>, LedgerError> {
        self.inner.scan(after, limit).await
    }

    async fn records(
        &self,
        stream: RecipientId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<StoredRecord>, LedgerError> {
        self.inner.records(stream, from, limit).await
    }

    async fn log(&self, after: u64, limit: usize) -> Result<Vec<StoredRecord>, LedgerError> {
        self.inner.log(after, limit).await
    }

    async fn head(&self) -> Result<Head, LedgerError> {
        self.inner.head().await
    }

    async fn started(&self, limit: usize) -> Result<Vec<Queued>, LedgerError> {
        self.inner.started(limit).await
    }

    async fn waiting(&self, job: Option<Name>) -> Result<(u64, Option<i64>), LedgerError> {
        self.inner.waiting(job).await
    }

    async fn put_job(&self, job: Name, weight: u32, definition: Vec<u8>) -> Result<(), LedgerError> {
        self.inner.put_job(job, weight, definition).await
    }

    async fn job(&self, job: Name) -> Result<Option<Vec<u8>>, LedgerError> {
        self.inner.job(job).await
    }

    async fn nodes(&self, level: u8, from: u64, limit: usize) -> Result<Vec<Hash>, LedgerError> {
        self.inner.nodes(level, from, limit).await
    }

    async fn put_nodes(&self, level: u8, from: u64, hashes: Vec<Hash>) -> Result<(), LedgerError> {
        self.inner.put_nodes(level, from, hashes).await
    }

    async fn keep(&self, key: Name, bytes: Vec<u8>) -> Result<(), LedgerError> {
        self.inner.keep(key, bytes).await
    }

    async fn kept(&self, key: Name) -> Result<Option<Vec<u8>>, LedgerError> {
        self.inner.kept(key).await
    }

    async fn rekey(&self, from: Hash, to: Hash) -> Result<bool, LedgerError> {
        self.inner.rekey(from, to).await
    }
}
