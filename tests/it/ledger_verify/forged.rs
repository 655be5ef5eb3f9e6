use std::sync::Arc;

use optin::{
    id::{Hash, Name, RecipientId},
    ledger::{
        Append, Appended, BacklogCell, Claim, Claimed, DynLedger, Head, Keys, Ledger, LedgerError,
        OutboxChange, Queued, Row, StoredRecord, Urgency,
    },
};

type Answer<T> = Result<T, LedgerError>;

/// A store that answers with what was made of another one's records, rows and head. All else it passes on.
#[derive(Debug, Clone)]
pub(super) struct Forged {
    pub(super) inner: Arc<dyn DynLedger>,
    pub(super) log: Vec<StoredRecord>,
    /// The house first, as the rest in the order of a scan.
    pub(super) rows: Vec<Row>,
    pub(super) head: Head,
    /// Index entries lead nowhere.
    pub(super) lost: bool,
    /// Index entries lead here.
    pub(super) astray: Option<RecipientId>,
}

impl Forged {
    pub(super) async fn of(inner: Arc<dyn DynLedger>) -> Self {
        let mut rows: Vec<_> = inner.read(RecipientId::HOUSE).await.unwrap().into_iter().collect();
        rows.extend(inner.scan(None, 1_000).await.unwrap());
        let log = inner.log(0, 10_000).await.unwrap();
        let head = inner.head().await.unwrap();
        Self { inner, log, rows, head, lost: false, astray: None }
    }

    /// Leaves counted afresh, as a store does that keeps no number.
    pub(super) fn renumbered(mut self) -> Self {
        (1..).zip(&mut self.log).for_each(|(leaf, record)| record.leaf = leaf);
        self
    }
}

impl Ledger for Forged {
    fn keys(&self) -> &Keys {
        self.inner.keys()
    }
    fn is_volatile(&self) -> bool {
        true
    }
    async fn find(&self, index: Vec<Hash>) -> Answer<Option<RecipientId>> {
        if self.lost {
            return Ok(None);
        }
        let led = self.inner.find(index).await?;
        Ok(led.map(|led| self.astray.unwrap_or(led)))
    }
    async fn read(&self, stream: RecipientId) -> Answer<Option<Row>> {
        Ok(self.rows.iter().find(|row| row.stream == stream).cloned())
    }
    async fn scan(&self, after: Option<RecipientId>, limit: usize) -> Answer<Vec<Row>> {
        let people: Vec<_> = self.rows.iter().filter(|row| row.stream != RecipientId::HOUSE).collect();
        let last = after.and_then(|after| people.iter().rposition(|row| row.stream == after));
        let from = if after.is_some() { last.map_or(people.len(), |place| place + 1) } else { 0 };
        Ok(people.into_iter().skip(from).take(limit).cloned().collect())
    }
    async fn records(&self, stream: RecipientId, from: u64, limit: usize) -> Answer<Vec<StoredRecord>> {
        let skip = usize::try_from(from - 1).unwrap();
        Ok(self.log.iter().filter(|r| r.stream == stream).skip(skip).take(limit).cloned().collect())
    }
    async fn log(&self, after: u64, limit: usize) -> Answer<Vec<StoredRecord>> {
        Ok(self.log.iter().skip(usize::try_from(after).unwrap()).take(limit).cloned().collect())
    }
    async fn head(&self) -> Answer<Head> {
        Ok(self.head)
    }
    async fn append(&self, items: Vec<Append>, urgency: Urgency) -> Answer<Vec<Appended>> {
        self.inner.append(items, urgency).await
    }
    async fn outbox(&self, changes: Vec<OutboxChange>) -> Answer<()> {
        self.inner.outbox(changes).await
    }
    async fn claim(&self, claim: Claim) -> Answer<Claimed> {
        self.inner.claim(claim).await
    }
    async fn started(&self, limit: usize) -> Answer<Vec<Queued>> {
        self.inner.started(limit).await
    }
    async fn waiting(&self, job: Option<Name>) -> Answer<(u64, Option<i64>)> {
        self.inner.waiting(job).await
    }
    async fn pause(&self, sender: Name, until_ms: i64) -> Answer<()> {
        self.inner.pause(sender, until_ms).await
    }
    async fn backlog(&self, now_ms: i64, sender: Option<Name>) -> Answer<Vec<BacklogCell>> {
        self.inner.backlog(now_ms, sender).await
    }
    async fn late(&self, sender: Name, closes_ms: i64, limit: usize) -> Answer<Vec<Queued>> {
        self.inner.late(sender, closes_ms, limit).await
    }
    async fn put_job(&self, job: Name, weight: u32, definition: Vec<u8>) -> Answer<()> {
        self.inner.put_job(job, weight, definition).await
    }
    async fn job(&self, job: Name) -> Answer<Option<Vec<u8>>> {
        self.inner.job(job).await
    }
    async fn nodes(&self, level: u8, from: u64, limit: usize) -> Answer<Vec<Hash>> {
        self.inner.nodes(level, from, limit).await
    }
    async fn put_nodes(&self, level: u8, from: u64, hashes: Vec<Hash>) -> Answer<()> {
        self.inner.put_nodes(level, from, hashes).await
    }
    async fn keep(&self, key: Name, bytes: Vec<u8>) -> Answer<()> {
        self.inner.keep(key, bytes).await
    }
    async fn kept(&self, key: Name) -> Answer<Option<Vec<u8>>> {
        self.inner.kept(key).await
    }
    async fn rekey(&self, from: Hash, to: Hash) -> Answer<bool> {
        self.inner.rekey(from, to).await
    }
}
