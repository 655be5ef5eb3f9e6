use std::sync::Arc;

use optin::{
    id::{Hash, Name, RecipientId},
    ledger::{
        Append, Appended, BacklogCell, Claim, Claimed, Head, Keys, Ledger, LedgerError, OutboxChange, Queued,
        Row, SqliteLedger, StoredRecord, Urgency,
    },
};

use super::hold::Hold;

/// A SQLite ledger that tells its steps, and holds between judging and appending.
#[derive(Debug)]
pub(super) struct Watched {
    pub(super) inner: SqliteLedger,
    pub(super) hold: Arc<Hold>,
    /// Without it the store takes an append at whatever version the stream stands: as if the comparison were gone.
    pub(super) compares: bool,
}

impl Watched {
    async fn pretend(&self, items: &mut [Append]) -> Result<(), LedgerError> {
        for item in items {
            if let Some(row) = self.inner.read(item.stream).await? {
                item.expected = row.version;
            }
            // That only what waits can start is a second fence: it goes with the first.
            item.outbox.retain(|change| !matches!(change, OutboxChange::Start(_)));
        }
        Ok(())
    }
}

impl Ledger for Watched {
    fn keys(&self) -> &Keys {
        self.inner.keys()
    }

    fn is_volatile(&self) -> bool {
        self.inner.is_volatile()
    }

    async fn append(&self, mut items: Vec<Append>, urgency: Urgency) -> Result<Vec<Appended>, LedgerError> {
        let starts = |item: &Append| item.outbox.iter().any(|c| matches!(c, OutboxChange::Start(_)));
        if items.iter().any(starts) {
            self.hold.pass("judged");
        }
        if !self.compares {
            self.pretend(&mut items).await?;
        }
        self.hold.step("append");
        let done = self.inner.append(items, urgency).await;
        self.hold.step("appended");
        done
    }

    async fn outbox(&self, changes: Vec<OutboxChange>) -> Result<(), LedgerError> {
        self.hold.step("outbox");
        self.inner.outbox(changes).await
    }

    async fn claim(&self, claim: Claim) -> Result<Claimed, LedgerError> {
        self.hold.step("claim");
        self.inner.claim(claim).await
    }

    async fn pause(&self, sender: Name, until_ms: i64) -> Result<(), LedgerError> {
        self.hold.step("pause");
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
        self.inner.read(stream).await
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
