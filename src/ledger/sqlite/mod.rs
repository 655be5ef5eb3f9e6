//! The embedded durable ledger: one SQLite file, write-ahead log, every commit flushed.
//!
//! One thread writes. Calls leave a [`job`] in the [`queue`] and wait for its [`reply`]; whatever gathers while a
//! commit runs shares the next one ([`writer`], [`ops`]), and a STOP goes before all of it, in this process and
//! ([`neighbours`]) in others. Calls that read do it where they are called, on connections of their own
//! ([`reads`]). [`schema`] makes the file or refuses it.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
};

use rusqlite::Connection;

use super::{
    keys::Keys,
    store::{Append, Appended, Head, Ledger, LedgerError, Row, StoredRecord, Urgency, WholeStream},
    waiting::{BacklogCell, Claim, Claimed, OutboxChange, Queued},
};
use crate::id::{Hash, Name, RecipientId};

use self::{
    aside::{Aside, Kept},
    job::{Awaited, Job},
    queue::Queue,
    reads::Readers,
    trouble::Trouble,
};

mod aside;
mod claims;
mod compact;
mod counts;
mod job;
mod neighbours;
mod ops;
mod outbox;
mod queue;
mod reads;
mod reply;
mod schema;
mod trouble;
mod writer;

/// A ledger in one SQLite file, for one process or for several on one machine.
///
/// An append returns when it is on the disk. Futures may be polled by any runtime or none; one that is dropped
/// after its first poll may still be done. Reads run in the call itself and take microseconds.
///
/// A process that is stopped (`SIGSTOP`, a debugger, a suspended container) in the middle of a commit keeps the
/// file's lock, and SQLite cannot take it away: the others' writes, STOPs too, answer
/// [`Failed`](LedgerError::Failed) after ten seconds each, and nothing is acknowledged that is not stored, until it
/// goes on or is killed. A commit holds the lock for milliseconds: 16 items and a flush with several processes.
///
/// Beside the file lie SQLite's `…-wal` and `…-shm`, and two empty ones, `…-open` and `…-stop`, by which
/// processes know of each other. A copy of the file alone is not a backup while it is open.
#[derive(Debug)]
pub struct SqliteLedger {
    keys: Arc<Keys>,
    path: PathBuf,
    queue: Arc<Queue>,
    readers: Readers,
    writer: Option<JoinHandle<()>>,
}

impl SqliteLedger {
    /// Opens the ledger in this file, or makes a new one. The work is done in the call.
    ///
    /// ```
    /// use optin::ledger::{KeyFile, Keys, LedgerError, SqliteLedger};
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// # let folder = tempfile::tempdir()?;
    /// # let (file, keys) = (folder.path().join("shop.optin"), folder.path().join("optin.key"));
    /// let ledger = SqliteLedger::open(&file, KeyFile::open_or_create(&keys)?).await?;
    /// ledger.close().await?;
    /// let other = Keys::generate()?;
    /// assert!(matches!(SqliteLedger::open(&file, other).await, Err(LedgerError::WrongKey)));
    /// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Damaged`](LedgerError::Damaged) for a file that is no ledger or does not hold together,
    /// [`Newer`](LedgerError::Newer), [`WrongKey`](LedgerError::WrongKey), [`Full`](LedgerError::Full), or
    /// [`Failed`](LedgerError::Failed) if the file cannot be used. A file that is refused is not changed.
    pub fn open(
        path: impl AsRef<Path>,
        keys: Keys,
    ) -> impl Future<Output = Result<Self, LedgerError>> + Send {
        let path = path.as_ref().to_owned();
        async move {
            let connection = schema::open(&path, &keys)?;
            let queue = Arc::new(Queue::default());
            let keys = Arc::new(keys);
            let writer = start(connection, &path, &queue, &keys)?;
            Ok(Self { keys, queue, readers: Readers::of(&path), path, writer: Some(writer) })
        }
    }

    /// Does what is still queued, ends the writer thread and closes the file.
    ///
    /// # Errors
    /// What ended the ledger before this, if something did.
    pub async fn close(mut self) -> Result<(), LedgerError> {
        self.end();
        match self.queue.refuses() {
            None | Some(Trouble::Closed) => Ok(()),
            Some(trouble) => Err(trouble.into()),
        }
    }

    /// Writes the file anew without what was freed in it, and empties the write-ahead log. An erasure alone leaves
    /// nothing to find (freed bytes are overwritten, the log is cut): this is for whoever wants the file rewritten
    /// all the same, or smaller.
    ///
    /// It needs as much free disk as the file is long, half of it where SQLite keeps temporary files, and time in
    /// proportion. Reads go on. Nothing is written meanwhile: who has waited ten seconds gets
    /// [`Failed`](LedgerError::Failed), a STOP too, to be handed over again. Run it when little is going on.
    /// The work is done in the call.
    ///
    /// # Errors
    /// [`Failed`](LedgerError::Failed) while others are writing all the time, [`Full`](LedgerError::Full). The
    /// file is as it was, and the call may be repeated, after a crash too.
    pub fn compact(&self) -> impl Future<Output = Result<(), LedgerError>> + Send {
        let path = self.path.clone();
        async move { Ok(compact::run(&path)?) }
    }

    fn end(&mut self) {
        self.queue.close();
        // A panic of that thread has been answered to everybody who waited for it.
        self.writer.take().into_iter().for_each(|writer| drop(writer.join()));
    }

    async fn write<T>(&self, (job, answer): (Job, Awaited<T>)) -> Result<T, LedgerError> {
        self.queue.push(job)?;
        answer.await.unwrap_or(Err(LedgerError::Closed))
    }

    fn see<T>(&self, read: impl FnOnce(&Connection) -> Result<T, Trouble>) -> Result<T, LedgerError> {
        match self.queue.refuses() {
            Some(trouble) => Err(trouble.into()),
            None => Ok(self.readers.with(read)?),
        }
    }
}

impl Drop for SqliteLedger {
    fn drop(&mut self) {
        self.end();
    }
}

fn start(
    connection: Connection,
    path: &Path,
    queue: &Arc<Queue>,
    keys: &Arc<Keys>,
) -> Result<JoinHandle<()>, Trouble> {
    let failed = |error| Trouble::Failed("starting the writer thread", Arc::new(error));
    connection.busy_timeout(std::time::Duration::ZERO).map_err(Trouble::during("opening"))?;
    let (ready, started) = mpsc::sync_channel(1);
    let (path, queue, keys) = (path.to_owned(), Arc::clone(queue), Arc::clone(keys));
    let writer = thread::Builder::new()
        .name("optin-ledger".to_owned())
        .spawn(move || writer::run(connection, &path, &queue, keys, &ready))
        .map_err(failed)?;
    started.recv().unwrap_or(Err(Trouble::Closed)).map(|()| writer)
}

impl Ledger for SqliteLedger {
    fn keys(&self) -> &Keys {
        &self.keys
    }

    fn is_volatile(&self) -> bool {
        false
    }

    async fn find(&self, index: Vec<Hash>) -> Result<Option<RecipientId>, LedgerError> {
        self.see(|db| reads::find(db, &index))
    }

    async fn read(&self, stream: RecipientId) -> Result<Option<Row>, LedgerError> {
        self.see(|db| reads::read(db, stream))
    }

    async fn look_up(&self, people: Vec<Vec<Hash>>) -> Result<Vec<Option<Row>>, LedgerError> {
        self.see(|db| reads::look_up(db, &people))
    }

    async fn append(&self, items: Vec<Append>, urgency: Urgency) -> Result<Vec<Appended>, LedgerError> {
        self.write(Job::append(items, urgency)).await
    }

    async fn scan(&self, after: Option<RecipientId>, limit: usize) -> Result<Vec<Row>, LedgerError> {
        self.see(|db| reads::scan(db, after, limit))
    }

    async fn records(
        &self,
        stream: RecipientId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<StoredRecord>, LedgerError> {
        self.see(|db| reads::records(db, stream, from, limit))
    }

    async fn log(&self, after: u64, limit: usize) -> Result<Vec<StoredRecord>, LedgerError> {
        self.see(|db| reads::log(db, after, limit))
    }

    async fn leaves(&self, after: u64, limit: usize) -> Result<Vec<(u64, Hash)>, LedgerError> {
        self.see(|db| reads::leaves(db, after, limit))
    }

    async fn scan_whole(
        &self,
        after: Option<RecipientId>,
        limit: usize,
    ) -> Result<Vec<WholeStream>, LedgerError> {
        self.see(|db| reads::scan_whole(db, after, limit))
    }

    async fn leads(&self, entries: Vec<Hash>) -> Result<Vec<Option<RecipientId>>, LedgerError> {
        self.see(|db| reads::leads(db, &entries))
    }

    async fn head(&self) -> Result<Head, LedgerError> {
        self.see(reads::head)
    }

    async fn outbox(&self, changes: Vec<OutboxChange>) -> Result<(), LedgerError> {
        self.write(Job::outbox(changes)).await
    }

    async fn claim(&self, claim: Claim) -> Result<Claimed, LedgerError> {
        self.write(Job::claim(claim)).await
    }

    async fn pause(&self, sender: Name, until_ms: i64) -> Result<(), LedgerError> {
        self.write(Job::pause(sender, until_ms)).await
    }

    async fn backlog(&self, now_ms: i64, sender: Option<Name>) -> Result<Vec<BacklogCell>, LedgerError> {
        self.see(|db| counts::backlog(db, now_ms, sender.as_ref()))
    }

    async fn late(&self, sender: Name, closes_ms: i64, limit: usize) -> Result<Vec<Queued>, LedgerError> {
        self.see(|db| counts::late(db, &sender, closes_ms, limit))
    }

    async fn started(&self, limit: usize) -> Result<Vec<Queued>, LedgerError> {
        self.see(|db| counts::started(db, limit))
    }

    async fn waiting(&self, job: Option<Name>) -> Result<(u64, Option<i64>), LedgerError> {
        self.see(|db| counts::waiting(db, job.as_ref()))
    }

    async fn put_job(&self, job: Name, weight: u32, definition: Vec<u8>) -> Result<(), LedgerError> {
        self.write(Job::put_job(job, weight, definition)).await
    }

    async fn nodes(&self, level: u8, from: u64, limit: usize) -> Result<Vec<Hash>, LedgerError> {
        self.see(|db| aside::nodes(db, level, from, limit))
    }

    async fn put_nodes(&self, level: u8, from: u64, hashes: Vec<Hash>) -> Result<(), LedgerError> {
        match self.write(Job::aside(Aside::Nodes { level, from, hashes })).await? {
            Kept::Done => Ok(()),
            Kept::Not(kept) => Err(LedgerError::Hole { level, kept, from }),
        }
    }

    async fn keep(&self, key: Name, bytes: Vec<u8>) -> Result<(), LedgerError> {
        self.write(Job::aside(Aside::Note { key, bytes })).await.map(drop)
    }

    async fn kept(&self, key: Name) -> Result<Option<Vec<u8>>, LedgerError> {
        self.see(|db| aside::kept(db, &key))
    }

    async fn rekey(&self, from: Hash, to: Hash) -> Result<bool, LedgerError> {
        Ok(self.write(Job::aside(Aside::Check { from, to })).await? == Kept::Done)
    }

    async fn job(&self, job: Name) -> Result<Option<Vec<u8>>, LedgerError> {
        self.see(|db| reads::job(db, &job))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::NewRecord;

    /// A full disk as any user can have it: SQLite itself refuses another page.
    #[tokio::test]
    async fn no_room_is_told_and_the_last_commit_stands() {
        let (folder, keys) = (tempfile::TempDir::new().unwrap(), Keys::generate().unwrap());
        let path = folder.path().join("shop.optin");
        let connection = schema::open(&path, &keys).unwrap();
        connection.execute_batch("PRAGMA max_page_count = 60").unwrap();
        let queue = Arc::new(Queue::default());
        let keys = Arc::new(keys);
        let writer = start(connection, &path, &queue, &keys).unwrap();
        let readers = Readers::of(&path);
        let ledger = SqliteLedger { keys, path, queue, readers, writer: Some(writer) };
        let item = |number: u8| Append {
            stream: RecipientId([number; 16]),
            expected: 0,
            records: vec![NewRecord { envelope: vec![number; 2_000], sealed: None }],
            head: Hash([number; 32]),
            state: vec![number; 2_000],
            group: None,
            vault: None,
            index: Vec::new(),
            erase: false,
            outbox: Vec::new(),
        };
        let mut number = 1;
        while let Ok(answers) = ledger.append(vec![item(number)], Urgency::Normal).await {
            assert_eq!(answers, [Appended::Done(1)]);
            number += 1;
        }
        // One that does not fit takes nothing of its commit with it into the file.
        let two = ledger.append(vec![item(number), item(number + 1)], Urgency::Stop).await;
        assert!(matches!(two, Err(LedgerError::Full)), "{two:?}");
        assert_eq!(ledger.head().await.unwrap().leaves, u64::from(number) - 1);
        assert_eq!(ledger.log(0, 99).await.unwrap().len(), usize::from(number) - 1);
        assert_eq!(ledger.read(RecipientId([number; 16])).await.unwrap(), None);
    }
}
