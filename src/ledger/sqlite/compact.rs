use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags};

use super::trouble::Trouble;

/// How long it waits for the others to let the file go, at each of its two steps.
const PATIENCE: Duration = Duration::from_secs(10);

/// Rewrites the file on a connection of its own.
pub(super) fn run(path: &Path) -> Result<(), Trouble> {
    let during = Trouble::during("compacting the file");
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags).map_err(&during)?;
    db.busy_timeout(PATIENCE).map_err(&during)?;
    let set = "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA trusted_schema = OFF;";
    db.execute_batch(set).map_err(&during)?;
    db.execute_batch("VACUUM").map_err(&during)?;
    let busy: bool =
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(&during)?;
    if busy {
        Err(Trouble::failed("compacting the file", "others kept reading from its log"))
    } else {
        Ok(())
    }
}
