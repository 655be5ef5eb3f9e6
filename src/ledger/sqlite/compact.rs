use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, Row};

use super::trouble::Trouble;

/// How long it waits for the others to let the file go, at each of its two steps.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two looks whether somebody else is done with the log.
const PAUSE: Duration = Duration::from_millis(20);

/// Rewrites the file on a connection of its own.
#[allow(clippy::disallowed_methods, reason = "it waits for the store's lock")]
pub(super) fn run(path: &Path) -> Result<(), Trouble> {
    let during = Trouble::during("compacting the file");
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags).map_err(&during)?;
    db.busy_timeout(PATIENCE).map_err(&during)?;
    let set = "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF;";
    db.execute_batch(set).map_err(&during)?;
    db.execute_batch("VACUUM").map_err(&during)?;
    for _ in 0..=PATIENCE.as_millis() / PAUSE.as_millis() {
        let told = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
        let (busy, frames): (bool, i64) =
            db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], told).map_err(&during)?;
        match (busy, frames) {
            (false, _) => return Ok(()),
            // A writer moves its log into the file just now. SQLite waits for readers, and not for that.
            (true, ..0) => std::thread::sleep(PAUSE),
            (true, _) => break,
        }
    }
    Err(Trouble::failed("compacting the file", "others kept reading from its log"))
}
