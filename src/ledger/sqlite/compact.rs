use std::{path::Path, thread, time::Duration};

use rusqlite::{Connection, OpenFlags};

use super::trouble::{Trouble, is_busy};

/// How long it waits for the others to let the file go, at each of its two steps.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often, and after which pause, the log is tried again.
const TRIES: u32 = 40;
const PAUSE: Duration = Duration::from_millis(50);

/// Rewrites the file on a connection of its own.
pub(super) fn run(path: &Path) -> Result<(), Trouble> {
    let during = Trouble::during("compacting the file");
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags).map_err(&during)?;
    db.busy_timeout(PATIENCE).map_err(&during)?;
    let set = "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF;";
    db.execute_batch(set).map_err(&during)?;
    db.execute_batch("VACUUM").map_err(&during)?;
    // SQLite waits for readers, and not for somebody else who is emptying the log at the same moment.
    for _ in 0..TRIES {
        let ask = "PRAGMA wal_checkpoint(TRUNCATE)";
        let busy: bool = match db.query_row(ask, [], |row| row.get(0)) {
            Err(error) if is_busy(&error) => true,
            other => other.map_err(&during)?,
        };
        if !busy {
            return Ok(());
        }
        #[allow(clippy::disallowed_methods, reason = "this is the store's lock wait")]
        thread::sleep(PAUSE);
    }
    Err(Trouble::failed("compacting the file", "others kept reading from its log"))
}
