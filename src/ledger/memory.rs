use std::{
    collections::{BTreeMap, HashMap},
    ops::Bound,
    sync::PoisonError,
};

use super::{
    envelope::{advance, leaf_hash},
    keys::Keys,
    shelf::Shelf,
    store::{Append, Appended, Head, Ledger, LedgerError, Row, StoredRecord, Urgency},
    waiting::{BacklogCell, Claim, Claimed, OutboxChange, Queued},
};
use crate::{
    id::{Hash, Name, NoRandomness, RecipientId},
    sync::{Mutex, MutexGuard},
};

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
    shelf: Shelf,
    nodes: BTreeMap<u8, Vec<Hash>>,
    kept: HashMap<Name, Vec<u8>>,
    /// What a store on disk would know its keys by, once that was changed.
    check: Option<Hash>,
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
        if version != item.expected || moved || !self.shelf.may_start(&item) {
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
            self.shelf.forget(item.stream);
        }
        self.rows.insert(item.stream, row);
        self.index.extend(item.index.into_iter().map(|change| (change.entry, item.stream)));
        self.shelf.change(item.outbox);
        Appended::Done(version + added)
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
        self.inner().shelf.change(changes);
        Ok(())
    }

    async fn claim(&self, claim: Claim) -> Result<Claimed, LedgerError> {
        Ok(self.inner().shelf.claim(&claim))
    }

    async fn pause(&self, sender: Name, until_ms: i64) -> Result<(), LedgerError> {
        self.inner().shelf.pause(sender, until_ms);
        Ok(())
    }

    async fn backlog(&self, now_ms: i64, sender: Option<Name>) -> Result<Vec<BacklogCell>, LedgerError> {
        Ok(self.inner().shelf.backlog(now_ms, sender.as_ref()))
    }

    async fn late(&self, sender: Name, closes_ms: i64, limit: usize) -> Result<Vec<Queued>, LedgerError> {
        Ok(self.inner().shelf.late(&sender, closes_ms, limit))
    }

    async fn started(&self, limit: usize) -> Result<Vec<Queued>, LedgerError> {
        Ok(self.inner().shelf.started(limit))
    }

    async fn waiting(&self, job: Option<Name>) -> Result<(u64, Option<i64>), LedgerError> {
        Ok(self.inner().shelf.waiting(job.as_ref()))
    }

    async fn put_job(&self, job: Name, weight: u32, definition: Vec<u8>) -> Result<(), LedgerError> {
        self.inner().shelf.put_job(job, weight, definition);
        Ok(())
    }

    async fn job(&self, job: Name) -> Result<Option<Vec<u8>>, LedgerError> {
        Ok(self.inner().shelf.job(&job))
    }

    async fn nodes(&self, level: u8, from: u64, limit: usize) -> Result<Vec<Hash>, LedgerError> {
        let inner = self.inner();
        let skip = usize::try_from(from).unwrap_or(usize::MAX);
        Ok(inner.nodes.get(&level).into_iter().flatten().skip(skip).take(limit).copied().collect())
    }

    async fn put_nodes(&self, level: u8, from: u64, hashes: Vec<Hash>) -> Result<(), LedgerError> {
        let mut inner = self.inner();
        let held = inner.nodes.entry(level).or_default();
        let kept = held.len() as u64;
        let at = usize::try_from(from).ok().filter(|at| level > 0 && *at <= held.len());
        let Some(at) = at else { return Err(LedgerError::Hole { level, kept, from }) };
        let end = held.len().min(at + hashes.len());
        held.splice(at..end, hashes);
        Ok(())
    }

    async fn keep(&self, key: Name, bytes: Vec<u8>) -> Result<(), LedgerError> {
        let kept = &mut self.inner().kept;
        if bytes.is_empty() {
            kept.remove(&key)
        } else {
            kept.insert(key, bytes)
        };
        Ok(())
    }

    async fn kept(&self, key: Name) -> Result<Option<Vec<u8>>, LedgerError> {
        Ok(self.inner().kept.get(&key).cloned())
    }

    async fn rekey(&self, from: Hash, to: Hash) -> Result<bool, LedgerError> {
        let mut inner = self.inner();
        let check = inner.check.get_or_insert_with(|| self.keys.check_value());
        if *check == from {
            *check = to;
        }
        Ok(*check == to)
    }
}
