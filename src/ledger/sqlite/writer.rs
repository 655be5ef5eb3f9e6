use std::{
    hash::{BuildHasher, Hasher, RandomState},
    path::Path,
    sync::{Arc, mpsc::SyncSender},
    time::Duration,
};

use rusqlite::Connection;

use super::{
    job::Job,
    neighbours::Neighbours,
    ops::Ops,
    queue::{Queue, Wait},
    trouble::{Trouble, is_busy},
};
use crate::ledger::keys::Keys;

/// Items of one commit, alone on the file and with others.
const ALONE: usize = 256;
const SHARED: usize = 16;
/// How long the lock is waited for before the jobs fail.
const PATIENCE: Duration = Duration::from_secs(10);
/// What is left free between commits for others to come in: about as long as they wait between two tries.
const GAP: Duration = Duration::from_micros(500);
/// Pages of the write-ahead log after which they are moved into the file; and after which it starts over.
const CHECKPOINT: usize = 2_000;
const RESTART: i64 = 16_000;
/// After so long without work the log is tried again, if it could not be cut.
const AGAIN: Duration = Duration::from_millis(50);

/// The one thread that writes.
struct Writer<'c> {
    connection: &'c Connection,
    queue: &'c Queue,
    ops: Ops<'c>,
    neighbours: Neighbours,
    jitter: Jitter,
    /// Pages written since the last checkpoint, estimated.
    pages: usize,
    /// The write-ahead log holds what was erased.
    truncate: bool,
}

/// Runs the thread until the queue closes. Tells `ready` once whether it could start.
pub(super) fn run(
    connection: Connection,
    path: &Path,
    queue: &Queue,
    keys: Arc<Keys>,
    ready: &SyncSender<Result<(), Trouble>>,
) {
    // If this thread ends in any way, nobody shall wait for it.
    let _refuse = Refuse(queue);
    let neighbours = Neighbours::of(path);
    match Ops::prepare(&connection, keys) {
        Ok(ops) => {
            let _ = ready.send(Ok(()));
            let (connection, jitter) = (&connection, Jitter::new());
            // Whoever was killed may have left in the log what it had erased.
            let truncate = log_is_long(path);
            Writer { connection, queue, ops, neighbours, jitter, pages: 0, truncate }.run();
        }
        Err(trouble) => drop(ready.send(Err(trouble))),
    }
}

/// Whether the write-ahead log holds anything, or may.
fn log_is_long(path: &Path) -> bool {
    let mut name = path.to_owned().into_os_string();
    name.push("-wal");
    std::fs::metadata(name).is_ok_and(|log| log.len() > 0)
}

struct Refuse<'q>(&'q Queue);

impl Drop for Refuse<'_> {
    fn drop(&mut self) {
        self.0.refuse(Trouble::Closed);
    }
}

impl Writer<'_> {
    fn run(mut self) {
        loop {
            match self.queue.wait(self.truncate.then_some(AGAIN)) {
                Wait::Job => {}
                Wait::Idle => {
                    self.empty_log();
                    continue;
                }
                Wait::Closed => return,
            }
            let committed = self.begin().and_then(|()| self.commit());
            self.neighbours.mark(self.queue.has_stop());
            match committed {
                Ok(()) => self.after(),
                Err(trouble) if trouble.ends_the_handle() => self.queue.refuse(trouble),
                Err(_) => {}
            }
        }
    }

    /// Takes the write lock, or fails whatever waits for it.
    fn begin(&mut self) -> Result<(), Trouble> {
        let begun = self.take_lock();
        if let Err(trouble) = &begun {
            while let Some(job) = self.queue.pop(false) {
                job.failed(trouble.clone());
            }
        }
        begun
    }

    fn take_lock(&mut self) -> Result<(), Trouble> {
        let mut waited = Duration::ZERO;
        loop {
            let stop = self.queue.has_stop();
            self.neighbours.mark(stop);
            let pause = self.jitter.pause(stop);
            if stop || !self.neighbours.stands_back(pause) {
                match self.connection.execute_batch("BEGIN IMMEDIATE") {
                    Err(error) if is_busy(&error) && waited < PATIENCE => {}
                    other => return other.map_err(Trouble::during("taking the lock")),
                }
            }
            self.queue.pause(pause);
            waited += pause;
        }
    }

    /// One transaction of whatever has gathered: STOPs alone if there are any, so that nothing else's size or
    /// failure touches them.
    fn commit(&mut self) -> Result<(), Trouble> {
        let only_stop = self.queue.has_stop();
        let most = if self.neighbours.alone() { ALONE } else { SHARED };
        let (mut jobs, mut items) = (Vec::new(), 0);
        let mut done = self.ops.begun();
        while items < most && done.is_ok() {
            let Some(mut job) = self.queue.pop(only_stop) else { break };
            match job.run(&mut self.ops, most - items) {
                Ok(did) => items += did.max(1),
                Err(trouble) => done = Err(trouble),
            }
            jobs.push(job);
        }
        let done = done
            .and_then(|()| self.ops.ending())
            .and_then(|()| self.connection.execute_batch("COMMIT").map_err(Trouble::during("committing")));
        self.pages += 3 * items + 4;
        match &done {
            // Only the last can have something left: it is the one that met the limit.
            Ok(()) => jobs.into_iter().filter_map(Job::committed).for_each(|job| self.queue.push_front(job)),
            Err(trouble) => {
                self.roll_back();
                jobs.into_iter().for_each(|job| job.failed(trouble.clone()));
            }
        }
        done
    }

    fn roll_back(&self) {
        // On some errors SQLite has done it by itself. If it fails, so does the next BEGIN.
        if !self.connection.is_autocommit() {
            let _ = self.connection.execute_batch("ROLLBACK");
        }
    }

    /// Cuts the log while nobody writes: a reader in another process stood in the way before.
    fn empty_log(&mut self) {
        match self.checkpoint() {
            Err(trouble) if trouble.ends_the_handle() => self.queue.refuse(trouble),
            Err(_) | Ok(()) => {}
        }
    }

    /// What can wait until the answers are out.
    fn after(&mut self) {
        self.neighbours.committed();
        let erased = self.ops.take_erased();
        self.truncate |= erased;
        if !self.queue.has_stop() && (erased || self.pages >= CHECKPOINT) {
            // An error there is a failed flush: had SQLite met it by itself, it would have kept it to itself.
            self.empty_log();
        }
        if !self.neighbours.alone() && !self.queue.has_stop() {
            self.queue.pause(GAP);
        }
    }

    /// Moves the write-ahead log into the file beside other writers; lets it start over where it has grown long,
    /// and cuts it where it holds what was erased.
    fn checkpoint(&mut self) -> Result<(), Trouble> {
        self.pages = 0;
        let ask = |mode| {
            let sql = format!("PRAGMA wal_checkpoint({mode})");
            let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, bool>(0)?, row.get::<_, i64>(1)?));
            match self.connection.query_row(&sql, [], read) {
                Err(error) if is_busy(&error) => Ok((true, 0)),
                other => other.map_err(Trouble::during("moving the log into the file")),
            }
        };
        let (_, long) = ask("PASSIVE")?;
        if !self.truncate && long <= RESTART {
            return Ok(());
        }
        // These two hold the write lock. What others wrote while the first went is moved before, not under it.
        ask("PASSIVE")?;
        if self.truncate {
            self.truncate = ask("TRUNCATE")?.0;
        } else {
            ask("RESTART")?;
        }
        Ok(())
    }
}

/// Times that differ, so that processes do not meet again and again.
struct Jitter(u64);

impl Jitter {
    fn new() -> Self {
        Self(RandomState::new().build_hasher().finish() | 1)
    }

    /// How long to leave the lock alone; at most 1 ms.
    fn pause(&mut self, stop: bool) -> Duration {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let (least, spread) = if stop { (80, 120) } else { (300, 600) };
        Duration::from_micros(least + self.0 % spread)
    }
}
