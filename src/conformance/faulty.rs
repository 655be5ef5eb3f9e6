use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use crate::{
    id::{Hash, Name, RecipientId},
    ledger::{
        Append, Appended, BacklogCell, Claim, Claimed, Head, Keys, Ledger, LedgerError, OutboxChange, Queued,
        Row, StoredRecord, Urgency,
    },
};

/// How one call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accident {
    /// The process dies before the call did anything.
    CrashBefore,
    /// The process dies when the call was done, and before its answer.
    CrashAfter,
    /// The call fails and does nothing.
    Fails,
    /// The call is done and its answer is lost.
    LostAnswer,
}

impl Accident {
    pub(crate) const fn is_crash(self) -> bool {
        matches!(self, Self::CrashBefore | Self::CrashAfter)
    }
}

/// A ledger of which one call fails, and after a crash every later one.
#[derive(Debug)]
pub(crate) struct Faulty<L> {
    inner: Arc<L>,
    plan: Arc<Plan>,
}

/// Shares the ledger and its accident.
impl<L> Clone for Faulty<L> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), plan: Arc::clone(&self.plan) }
    }
}

#[derive(Debug)]
struct Plan {
    calls: AtomicU64,
    accident: Option<(u64, Accident)>,
    over: AtomicBool,
}

impl<L: Ledger> Faulty<L> {
    /// The nth call, counted from 1, meets this accident.
    pub(crate) fn new(ledger: L, accident: Option<(u64, Accident)>) -> Self {
        Self {
            inner: Arc::new(ledger),
            plan: Arc::new(Plan { calls: AtomicU64::new(0), accident, over: AtomicBool::new(false) }),
        }
    }

    pub(crate) fn calls(&self) -> u64 {
        self.plan.calls.load(Ordering::SeqCst)
    }

    /// Whether the accident has happened.
    pub(crate) fn happened(&self) -> bool {
        self.plan.accident.is_some_and(|(nth, _)| self.calls() >= nth)
    }

    /// From now on all goes well; says whether the accident has happened.
    pub(crate) fn end(&self) -> bool {
        self.plan.over.store(true, Ordering::SeqCst);
        self.happened()
    }

    /// The ledger itself, if nobody else holds it any more.
    pub(crate) fn into_inner(self) -> Option<L> {
        Arc::into_inner(self.inner)
    }

    async fn through<T>(
        &self,
        call: impl Future<Output = Result<T, LedgerError>> + Send,
    ) -> Result<T, LedgerError> {
        let nth = self.plan.calls.fetch_add(1, Ordering::SeqCst) + 1;
        let failed = || LedgerError::Failed { what: "a call of the suite's choice", source: "chosen".into() };
        match self.plan.accident.filter(|_| !self.plan.over.load(Ordering::SeqCst)) {
            Some((at, accident)) if nth > at && accident.is_crash() => Err(failed()),
            Some((at, Accident::CrashBefore | Accident::Fails)) if nth == at => Err(failed()),
            Some((at, _)) if nth == at => {
                call.await?;
                Err(failed())
            }
            _ => call.await,
        }
    }
}

impl<L: Ledger> Ledger for Faulty<L> {
    fn keys(&self) -> &Keys {
        self.inner.keys()
    }

    /// Drives the simulated carrier only, whatever it is.
    fn is_volatile(&self) -> bool {
        self.inner.is_volatile()
    }

    async fn find(&self, index: Vec<Hash>) -> Result<Option<RecipientId>, LedgerError> {
        self.through(async { self.inner.find(index).await }).await
    }

    async fn read(&self, stream: RecipientId) -> Result<Option<Row>, LedgerError> {
        self.through(async { self.inner.read(stream).await }).await
    }

    async fn look_up(&self, people: Vec<Vec<Hash>>) -> Result<Vec<Option<Row>>, LedgerError> {
        self.through(async { self.inner.look_up(people).await }).await
    }

    async fn append(&self, items: Vec<Append>, urgency: Urgency) -> Result<Vec<Appended>, LedgerError> {
        self.through(async { self.inner.append(items, urgency).await }).await
    }

    async fn scan(&self, after: Option<RecipientId>, limit: usize) -> Result<Vec<Row>, LedgerError> {
        self.through(async { self.inner.scan(after, limit).await }).await
    }

    async fn records(
        &self,
        stream: RecipientId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<StoredRecord>, LedgerError> {
        self.through(async { self.inner.records(stream, from, limit).await }).await
    }

    async fn log(&self, after: u64, limit: usize) -> Result<Vec<StoredRecord>, LedgerError> {
        self.through(async { self.inner.log(after, limit).await }).await
    }

    async fn head(&self) -> Result<Head, LedgerError> {
        self.through(async { self.inner.head().await }).await
    }

    async fn outbox(&self, changes: Vec<OutboxChange>) -> Result<(), LedgerError> {
        self.through(async { self.inner.outbox(changes).await }).await
    }

    async fn claim(&self, claim: Claim) -> Result<Claimed, LedgerError> {
        self.through(async { self.inner.claim(claim).await }).await
    }

    async fn pause(&self, sender: Name, until_ms: i64) -> Result<(), LedgerError> {
        self.through(async { self.inner.pause(sender, until_ms).await }).await
    }

    async fn backlog(&self, now_ms: i64, sender: Option<Name>) -> Result<Vec<BacklogCell>, LedgerError> {
        self.through(async { self.inner.backlog(now_ms, sender).await }).await
    }

    async fn late(&self, sender: Name, closes_ms: i64, limit: usize) -> Result<Vec<Queued>, LedgerError> {
        self.through(async { self.inner.late(sender, closes_ms, limit).await }).await
    }

    async fn started(&self, limit: usize) -> Result<Vec<Queued>, LedgerError> {
        self.through(async { self.inner.started(limit).await }).await
    }

    async fn waiting(&self, job: Option<Name>) -> Result<(u64, Option<i64>), LedgerError> {
        self.through(async { self.inner.waiting(job).await }).await
    }

    async fn put_job(&self, job: Name, weight: u32, definition: Vec<u8>) -> Result<(), LedgerError> {
        self.through(async { self.inner.put_job(job, weight, definition).await }).await
    }

    async fn job(&self, job: Name) -> Result<Option<Vec<u8>>, LedgerError> {
        self.through(async { self.inner.job(job).await }).await
    }

    async fn nodes(&self, level: u8, from: u64, limit: usize) -> Result<Vec<Hash>, LedgerError> {
        self.through(async { self.inner.nodes(level, from, limit).await }).await
    }

    async fn put_nodes(&self, level: u8, from: u64, hashes: Vec<Hash>) -> Result<(), LedgerError> {
        self.through(async { self.inner.put_nodes(level, from, hashes).await }).await
    }

    async fn keep(&self, key: Name, bytes: Vec<u8>) -> Result<(), LedgerError> {
        self.through(async { self.inner.keep(key, bytes).await }).await
    }

    async fn kept(&self, key: Name) -> Result<Option<Vec<u8>>, LedgerError> {
        self.through(async { self.inner.kept(key).await }).await
    }

    async fn rekey(&self, from: Hash, to: Hash) -> Result<bool, LedgerError> {
        self.through(async { self.inner.rekey(from, to).await }).await
    }
}
