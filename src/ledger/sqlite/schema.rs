use std::{fs::File, io::Read, path::Path, sync::Arc, time::Duration};

use rusqlite::{Connection, OpenFlags};

use super::trouble::Trouble;
use crate::ledger::{keys::Keys, store::LedgerError};

/// The format this version writes. A file of a higher one is refused.
const FORMAT: u32 = 1;
/// "optn", in the place that SQLite's header keeps for the application.
const APPLICATION: i64 = 0x6f70_746e;
/// How long opening waits for another process that creates or recovers the file.
const OPENING: Duration = Duration::from_secs(5);

/// `streams.no` is the order of creation, in which `scan` pages; the house is 0. `log.before` is the leaf of the
/// stream's record before it: a stream is walked from its last record backwards, which spares an index entry for
/// every record. `jobs.waiting` counts, so that nobody has to. The outbox keeps the stream's own id, because its
/// rows come and go and a join on each claim would cost more than the bytes.
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
    no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, definition BLOB, waiting INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE outbox (
    message BLOB PRIMARY KEY, stream BLOB NOT NULL, job INTEGER NOT NULL, lane INTEGER NOT NULL,
    due_ms INTEGER NOT NULL, claimed_ms INTEGER NOT NULL, started INTEGER NOT NULL, payload BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_due ON outbox (started, lane, due_ms);
CREATE INDEX outbox_stream ON outbox (stream);
CREATE TABLE budgets (name TEXT PRIMARY KEY, next_us INTEGER NOT NULL) STRICT, WITHOUT ROWID;
";

/// Opens the file for writing, creates the tables in a new one, and refuses whatever is not this ledger.
/// Nothing is written into a file before it is known to be empty or ours.
pub(super) fn open(path: &Path, keys: &Keys) -> Result<Connection, LedgerError> {
    refuse_other_files(path)?;
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(Trouble::during("opening"))?;
    connection.busy_timeout(OPENING).map_err(Trouble::during("opening"))?;
    if is_new(&connection)? {
        create(&connection, keys)?;
    }
    tune(&connection)?;
    check(&connection, keys)?;
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

/// Whether the tables must be made. Anything but an empty database or a ledger up to this format is refused.
fn is_new(connection: &Connection) -> Result<bool, LedgerError> {
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
        (APPLICATION, Ok(FORMAT)) => Ok(false),
        (APPLICATION, Ok(found)) if found > FORMAT => Err(LedgerError::Newer { found, known: FORMAT }),
        (0, Ok(0)) if objects == 0 => Ok(true),
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
    if is_new(connection)? {
        connection.execute_batch(TABLES).map_err(&during)?;
        let sql = "INSERT INTO meta (one, check_value, leaves, head) VALUES (1, ?1, 0, zeroblob(32))";
        connection.execute(sql, [keys.check_value().0]).map_err(&during)?;
        let marks = format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {FORMAT}");
        connection.execute_batch(&marks).map_err(&during)?;
    }
    connection.execute_batch("COMMIT").map_err(&during)?;
    Ok(())
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
    if check_value != keys.check_value().0 {
        return Err(LedgerError::WrongKey);
    }
    if leaves != last {
        return Err(LedgerError::Damaged(format!(
            "the head counts {leaves} records, the log ends at {last}"
        )));
    }
    Ok(())
}
