use std::{
    collections::{BTreeMap, HashMap},
    ops::Bound,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{
    budget::draw,
    envelope::{advance, leaf_hash},
    keys::Keys,
    store::{
        Append, Appended, Claim, Drawn, Head, Ledger, LedgerError, OutboxChange, Queued, Row, StoredRecord,
        Urgency,
    },
};
use crate::id::{Hash, MessageId, Name, NoRandomness, RecipientId};

/// A ledger that lives as long as the process: for tests, simulations and what-ifs.
///
/// It drives only the simulated carrier. What it holds, a restart forgets, and with it every STOP.
#[derive(Debug)]
pub struct MemoryLedger {
    keys: Keys,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    rows: BTreeMap<RecipientId, Row>,
    index: HashMap<Hash, RecipientId>,
    log: Vec<StoredRecord>,
    by_stream: HashMap<RecipientId, Vec<usize>>,
    head: Head,
    outbox: BTreeMap<MessageId, Waiting>,
    budgets: HashMap<Name, i64>,
    jobs: HashMap<Name, Vec<u8>>,
}

#[derive(Debug)]
struct Waiting {
    queued: Queued,
    claimed_until_ms: i64,
    started: bool,
}

impl MemoryLedger {
    /// An empty ledger with new keys.
    ///
    /// # Errors
    /// The operating system gave no random bytes.
    pub fn new() -> Result<Self, NoRandomness> {
        Ok(Self::with_keys(Keys::generate()?))
    }

    /// An empty ledger with these keys.
    #[must_use]
    pub fn with_keys(keys: Keys) -> Self {
        Self { keys, inner: Mutex::default() }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Every change is made only after all its checks, so a panic elsewhere leaves no half of one.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn append(&mut self, item: Append) -> Appended {
        let version = self.rows.get(&item.stream).map_or(0, |row| row.version);
        let moved = item.index.iter().any(|change| self.index.get(&change.entry).copied() != change.was);
        if version != item.expected || moved {
            return Appended::Conflict;
        }
        let added = item.records.len() as u64;
        for record in item.records {
            let hash = advance(self.head.hash, leaf_hash(&record.envelope));
            self.head = Head { leaves: self.head.leaves + 1, hash };
            self.by_stream.entry(item.stream).or_default().push(self.log.len());
            self.log.push(StoredRecord {
                leaf: self.head.leaves,
                stream: item.stream,
                envelope: record.envelope,
                sealed: record.sealed,
            });
        }
        let old = self.rows.remove(&item.stream);
        let (group, vault) = old.map_or((None, None), |row| (row.group, row.vault));
        let mut row = Row {
            stream: item.stream,
            version: version + added,
            head: item.head,
            state: item.state,
            group: item.group.or(group),
            vault: item.vault.or(vault),
        };
        if item.erase {
            (row.group, row.vault) = (None, None);
            for at in self.by_stream.get(&item.stream).into_iter().flatten() {
                if let Some(record) = self.log.get_mut(*at) {
                    record.sealed = None;
                }
            }
            self.outbox.retain(|_, waiting| waiting.queued.stream != item.stream);
        }
        self.rows.insert(item.stream, row);
        self.index.extend(item.index.into_iter().map(|change| (change.entry, item.stream)));
        self.change(item.outbox);
        Appended::Done(version + added)
    }

    fn change(&mut self, changes: Vec<OutboxChange>) {
        for change in changes {
            match change {
                OutboxChange::Put(queued) => {
                    self.outbox.entry(queued.message).or_insert(Waiting {
                        queued,
                        claimed_until_ms: i64::MIN,
                        started: false,
                    });
                }
                OutboxChange::Move(message, due_ms) => {
                    if let Some(waiting) = self.outbox.get_mut(&message) {
                        waiting.queued.due_ms = due_ms;
                        waiting.claimed_until_ms = i64::MIN;
                        waiting.started = false;
                    }
                }
                OutboxChange::Start(message) => {
                    if let Some(waiting) = self.outbox.get_mut(&message) {
                        waiting.started = true;
                    }
                }
                OutboxChange::Remove(message) => {
                    self.outbox.remove(&message);
                }
            }
        }
    }

    fn claim(&mut self, claim: &Claim) -> Vec<Queued> {
        let mut due: Vec<&mut Waiting> = self
            .outbox
            .values_mut()
            .filter(|w| !w.started && w.queued.due_ms <= claim.now_ms && w.claimed_until_ms <= claim.now_ms)
            .filter(|w| claim.lanes.contains(&w.queued.lane))
            .collect();
        due.sort_by_key(|w| (w.queued.lane, w.queued.due_ms, w.queued.message));
        due.truncate(claim.limit);
        due.into_iter()
            .map(|waiting| {
                waiting.claimed_until_ms = claim.until_ms;
                waiting.queued.clone()
            })
            .collect()
    }
}

impl Ledger for MemoryLedger {
    fn keys(&self) -> &Keys {
        &self.keys
    }

    fn is_volatile(&self) -> bool {
        true
    }

    async fn find(&self, index: Vec<Hash>) -> Result<Option<RecipientId>, LedgerError> {
        let inner = self.inner();
        Ok(index.iter().find_map(|entry| inner.index.get(entry).copied()))
    }

    async fn read(&self, stream: RecipientId) -> Result<Option<Row>, LedgerError> {
        Ok(self.inner().rows.get(&stream).cloned())
    }

    async fn append(&self, items: Vec<Append>, _: Urgency) -> Result<Vec<Appended>, LedgerError> {
        let mut inner = self.inner();
        Ok(items.into_iter().map(|item| inner.append(item)).collect())
    }

    async fn scan(&self, after: Option<RecipientId>, limit: usize) -> Result<Vec<Row>, LedgerError> {
        let from = Bound::Excluded(after.unwrap_or(RecipientId::HOUSE));
        Ok(self
            .inner()
            .rows
            .range((from, Bound::Unbounded))
            .take(limit)
            .map(|(_, row)| row.clone())
            .collect())
    }

    async fn records(
        &self,
        stream: RecipientId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<StoredRecord>, LedgerError> {
        let inner = self.inner();
        let places = inner.by_stream.get(&stream).map_or(&[] as &[usize], Vec::as_slice);
        let skip = usize::try_from(from.saturating_sub(1)).unwrap_or(usize::MAX);
        Ok(places.iter().skip(skip).take(limit).filter_map(|at| inner.log.get(*at).cloned()).collect())
    }

    async fn log(&self, after: u64, limit: usize) -> Result<Vec<StoredRecord>, LedgerError> {
        let skip = usize::try_from(after).unwrap_or(usize::MAX);
        Ok(self.inner().log.iter().skip(skip).take(limit).cloned().collect())
    }

    async fn head(&self) -> Result<Head, LedgerError> {
        Ok(self.inner().head)
    }

    async fn outbox(&self, changes: Vec<OutboxChange>) -> Result<(), LedgerError> {
        self.inner().change(changes);
        Ok(())
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Queued>, LedgerError> {
        Ok(self.inner().claim(&claim))
    }

    async fn started(&self, limit: usize) -> Result<Vec<Queued>, LedgerError> {
        let inner = self.inner();
        Ok(inner.outbox.values().filter(|w| w.started).take(limit).map(|w| w.queued.clone()).collect())
    }

    async fn waiting(&self, job: Option<Name>) -> Result<(u64, Option<i64>), LedgerError> {
        let inner = self.inner();
        let waits = || inner.outbox.values().filter(|w| !w.started);
        let count = waits().filter(|w| job.as_ref().is_none_or(|job| w.queued.job == *job)).count();
        Ok((count as u64, waits().map(|w| w.queued.due_ms.max(w.claimed_until_ms)).min()))
    }

    async fn draw(
        &self,
        budget: Name,
        per_second: u32,
        wanted: u32,
        now_ms: i64,
    ) -> Result<Drawn, LedgerError> {
        let mut inner = self.inner();
        let slot = inner.budgets.entry(budget).or_insert(0);
        let (drawn, next_us) = draw(*slot, per_second, wanted, now_ms);
        *slot = next_us;
        Ok(drawn)
    }

    async fn put_job(&self, job: Name, definition: Vec<u8>) -> Result<(), LedgerError> {
        self.inner().jobs.insert(job, definition);
        Ok(())
    }

    async fn job(&self, job: Name) -> Result<Option<Vec<u8>>, LedgerError> {
        Ok(self.inner().jobs.get(&job).cloned())
    }
}
