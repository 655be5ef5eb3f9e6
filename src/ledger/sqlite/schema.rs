use std::{fs::File, io::Read, path::Path, sync::Arc, time::Duration};

use rusqlite::{Connection, OpenFlags};

use super::trouble::Trouble;
use crate::ledger::{keys::Keys, store::LedgerError};

/// The format this version writes. A file of a higher one is refused.
const FORMAT: u32 = 3;
/// "optn", in the place that SQLite's header keeps for the application.
const APPLICATION: i64 = 0x6f70_746e;
/// How long opening waits for another process that creates or recovers the file.
const OPENING: Duration = Duration::from_secs(5);

/// `streams.no` is the order of creation, in which `scan` pages; the house is 0. `log.before` is the leaf of the
/// stream's record before it: a stream is walked from its last record backwards, which spares an index entry for
/// every record.
const TABLES: &str = "
CREATE TABLE meta (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    check_value BLOB NOT NULL, leaves INTEGER NOT NULL, head BLOB NOT NULL
) STRICT;
CREATE TABLE streams (
    no INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, last INTEGER NOT NULL,
    head BLOB NOT NULL, group_no INTEGER, vault_key BLOB, vault_number BLOB, state BLOB NOT NULL
) STRICT;
CREATE TABLE log (
    leaf INTEGER PRIMARY KEY, stream INTEGER NOT NULL, before INTEGER NOT NULL,
    envelope BLOB NOT NULL, sealed BLOB
) STRICT;
CREATE TABLE entries (entry BLOB PRIMARY KEY, stream INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE groups (no INTEGER PRIMARY KEY, bytes BLOB NOT NULL UNIQUE) STRICT;
CREATE TABLE jobs (
    no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, definition BLOB, weight INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE TABLE budgets (
    name TEXT PRIMARY KEY, next_us INTEGER NOT NULL,
    ends_ms INTEGER NOT NULL DEFAULT 0, used INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
";

/// A cell holds the messages of one sender, lane and job that are due and close in the same minutes, and counts
/// them: `held` all rows, `messages` and `segments` those that have not started. So nobody has to count, and a
/// claim finds the next message among a million by walking cells, and rows of one cell by their due time.
/// `started` is 0 for a message that anybody may take, 2 for one that a claim holds, 1 for one that has started.
/// The outbox keeps the stream's own id, because its rows come and go and a join on each claim would cost more
/// than the bytes.
const WAITING: &str = "
CREATE TABLE senders (
    no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, paused_ms INTEGER NOT NULL DEFAULT 0,
    reached INTEGER NOT NULL DEFAULT 0, served INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE shares (
    sender INTEGER NOT NULL, job INTEGER NOT NULL, tag INTEGER NOT NULL, PRIMARY KEY (sender, job)
) STRICT, WITHOUT ROWID;
CREATE TABLE cells (
    no INTEGER PRIMARY KEY, sender INTEGER NOT NULL, lane INTEGER NOT NULL, job INTEGER NOT NULL,
    closes_minute INTEGER NOT NULL, due_minute INTEGER NOT NULL, held INTEGER NOT NULL DEFAULT 0,
    messages INTEGER NOT NULL DEFAULT 0, segments INTEGER NOT NULL DEFAULT 0,
    UNIQUE (sender, lane, job, closes_minute, due_minute)
) STRICT;
CREATE INDEX cells_due ON cells (sender, lane, due_minute);
CREATE TABLE outbox (
    message BLOB PRIMARY KEY, stream BLOB NOT NULL, cell INTEGER NOT NULL, due_ms INTEGER NOT NULL,
    closes_ms INTEGER NOT NULL, segments INTEGER NOT NULL, claimed_ms INTEGER NOT NULL,
    started INTEGER NOT NULL, payload BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_next ON outbox (cell, due_ms, message) WHERE started = 0;
CREATE INDEX outbox_started ON outbox (started) WHERE started = 1;
CREATE INDEX outbox_held ON outbox (claimed_ms, cell) WHERE started = 2;
CREATE INDEX outbox_stream ON outbox (stream);
";

/// What is kept beside the chain. Format 2 had none of it.
const ASIDE: &str = "
CREATE TABLE nodes (
    level INTEGER NOT NULL, no INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (level, no)
) STRICT, WITHOUT ROWID;
CREATE TABLE notes (key TEXT PRIMARY KEY, bytes BLOB NOT NULL) STRICT, WITHOUT ROWID;
";

/// Format 1 had no senders, segments and closing times in its outbox, and counted what waits by job. 67 is the
/// fewest characters of a long message's segment, and a sealed text has at least a byte for each.
const FROM_1: &str = "
DROP INDEX outbox_due;
DROP INDEX outbox_stream;
ALTER TABLE outbox RENAME TO old;
ALTER TABLE jobs DROP COLUMN waiting;
ALTER TABLE jobs ADD COLUMN weight INTEGER NOT NULL DEFAULT 1;
ALTER TABLE budgets ADD COLUMN ends_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE budgets ADD COLUMN used INTEGER NOT NULL DEFAULT 0;
";
const MOVE_FROM_1: &str = "
INSERT INTO senders (no, name) VALUES (1, 'optin.unsaid');
INSERT INTO cells (sender, lane, job, closes_minute, due_minute, held, messages, segments)
    SELECT 1, lane, job, 9223372036854775807 / 60000,
        (due_ms - ((due_ms % 60000) + 60000) % 60000) / 60000 AS due, count(*), sum(started = 0),
        sum((started = 0) * (length(payload) / 67 + 1))
    FROM old GROUP BY lane, job, due;
INSERT INTO outbox (message, stream, cell, due_ms, closes_ms, segments, claimed_ms, started, payload)
    SELECT message, stream, cells.no, due_ms, 9223372036854775807, length(payload) / 67 + 1, claimed_ms, started,
        payload
    FROM old JOIN cells ON cells.lane = old.lane AND cells.job = old.job
        AND due_minute = (due_ms - ((due_ms % 60000) + 60000) % 60000) / 60000;
DROP TABLE old;
";

/// Opens the file for writing, creates the tables in a new one, and refuses whatever is not this ledger.
/// Nothing is written into a file before it is known to be empty or ours.
pub(super) fn open(path: &Path, keys: &Keys) -> Result<Connection, LedgerError> {
    refuse_other_files(path)?;
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(Trouble::during("opening"))?;
    connection.busy_timeout(OPENING).map_err(Trouble::during("opening"))?;
    let found = look(&connection)?;
    if found == Found::Nothing {
        create(&connection, keys)?;
    }
    tune(&connection)?;
    check(&connection, keys)?;
    if matches!(found, Found::Older(_)) {
        bring_up(&connection)?;
    }
    Ok(connection)
}

/// Another connection to a file that [`open`] has checked.
pub(super) fn open_reader(path: &Path) -> Result<Connection, Trouble> {
    let during = Trouble::during("opening a reader");
    // A reader of a WAL file writes to its shared memory, so it cannot be opened read-only.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(&during)?;
    connection.busy_timeout(OPENING).map_err(&during)?;
    connection
        .execute_batch("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -16384")
        .map_err(&during)?;
    Ok(connection)
}

fn refuse_other_files(path: &Path) -> Result<(), LedgerError> {
    let Ok(file) = File::open(path) else { return Ok(()) };
    let mut start = Vec::with_capacity(16);
    let read = file.take(16).read_to_end(&mut start);
    read.map_err(|error| Trouble::Failed("reading the start of the file", Arc::new(error)))?;
    if start.is_empty() || start == b"SQLite format 3\0" {
        return Ok(());
    }
    Err(LedgerError::Damaged("the file does not begin as a ledger does".to_owned()))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    /// The tables must be made.
    Nothing,
    /// A ledger of this older format.
    Older(u32),
    Ledger,
}

/// Anything but an empty database or a ledger up to this format is refused.
fn look(connection: &Connection) -> Result<Found, LedgerError> {
    let ask = |sql| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let during = Trouble::during("reading the file's header");
    // One snapshot: another process may be making the ledger between one question and the next.
    let alone = connection.is_autocommit();
    let snapshot = if alone { Some(connection.unchecked_transaction().map_err(&during)?) } else { None };
    let objects = ask("SELECT count(*) FROM sqlite_schema").map_err(&during)?;
    let application = ask("PRAGMA application_id").map_err(&during)?;
    let format = ask("PRAGMA user_version").map_err(&during)?;
    snapshot.map_or(Ok(()), rusqlite::Transaction::finish).map_err(&during)?;
    match (application, u32::try_from(format)) {
        (APPLICATION, Ok(FORMAT)) => Ok(Found::Ledger),
        (APPLICATION, Ok(found @ 1..FORMAT)) => Ok(Found::Older(found)),
        (APPLICATION, Ok(found)) if found > FORMAT => Err(LedgerError::Newer { found, known: FORMAT }),
        (0, Ok(0)) if objects == 0 => Ok(Found::Nothing),
        (APPLICATION, _) => Err(LedgerError::Damaged(format!("no ledger has format {format}"))),
        _ => Err(LedgerError::Damaged("the file is another application's database".to_owned())),
    }
}

fn create(connection: &Connection, keys: &Keys) -> Result<(), LedgerError> {
    let during = Trouble::during("creating the tables");
    let mode: String =
        connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(&during)?;
    if mode != "wal" {
        return Err(Trouble::failed("creating the tables", "no write-ahead log here").into());
    }
    connection.execute_batch("PRAGMA synchronous = FULL; BEGIN IMMEDIATE").map_err(&during)?;
    // Another process may have been first.
    if look(connection)? == Found::Nothing {
        connection.execute_batch(TABLES).map_err(&during)?;
        connection.execute_batch(WAITING).map_err(&during)?;
        connection.execute_batch(ASIDE).map_err(&during)?;
        let sql = "INSERT INTO meta (one, check_value, leaves, head) VALUES (1, ?1, 0, zeroblob(32))";
        connection.execute(sql, [keys.check_value().0]).map_err(&during)?;
        let marks = format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {FORMAT}");
        connection.execute_batch(&marks).map_err(&during)?;
    }
    connection.execute_batch("COMMIT").map_err(&during)?;
    Ok(())
}

/// Brings a ledger of an older format to this one, all of it or nothing. A process that still has it open with an older
/// version finds its tables gone and fails.
fn bring_up(connection: &Connection) -> Result<(), LedgerError> {
    let during = Trouble::during("bringing the file to this format");
    connection.execute_batch("BEGIN IMMEDIATE").map_err(&during)?;
    // Another process may have been first.
    let done = look(connection).and_then(|found| match found {
        Found::Older(format) => {
            let marks = format!("PRAGMA user_version = {FORMAT}");
            let from_1: &[&str] = if format == 1 { &[FROM_1, WAITING, MOVE_FROM_1] } else { &[] };
            let mut steps = from_1.iter().copied().chain([ASIDE, &marks, "COMMIT"]);
            Ok(steps.try_for_each(|step| connection.execute_batch(step)).map_err(&during)?)
        }
        Found::Nothing | Found::Ledger => Ok(connection.execute_batch("COMMIT").map_err(&during)?),
    });
    if done.is_err() {
        // On some errors SQLite has done it by itself.
        let _ = connection.execute_batch("ROLLBACK");
    }
    done
}

/// The writer checkpoints by itself, after it has answered: SQLite's own would keep a failed flush to itself.
fn tune(connection: &Connection) -> Result<(), Trouble> {
    connection
        .execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF;
             PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -16000;",
        )
        .map_err(Trouble::during("setting the file up"))
}

/// What can be told without reading the file whole: the keys, and that head and log end together.
fn check(connection: &Connection, keys: &Keys) -> Result<(), LedgerError> {
    let sql = "SELECT check_value, leaves, (SELECT coalesce(max(leaf), 0) FROM log) FROM meta";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let found: Result<([u8; 32], i64, i64), _> = connection.query_row(sql, [], read);
    let (check_value, leaves, last) = found.map_err(|error| match error {
        rusqlite::Error::QueryReturnedNoRows => Trouble::Damaged("the head is gone".to_owned()),
        error => Trouble::during("reading the head")(error),
    })?;
    if !keys.check_values().iter().any(|known| known.0 == check_value) {
        return Err(LedgerError::WrongKey);
    }
    if leaves != last {
        return Err(LedgerError::Damaged(format!(
            "the head counts {leaves} records, the log ends at {last}"
        )));
    }
    Ok(())
}
