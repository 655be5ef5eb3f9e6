use std::{error::Error, sync::Arc};

use rusqlite::ErrorCode;

use crate::ledger::store::LedgerError;

/// Why a commit or a read did not happen. Unlike [`LedgerError`] it can be handed to every job of one commit.
#[derive(Debug, Clone)]
pub(super) enum Trouble {
    Closed,
    Full,
    /// The keys were rotated by somebody else: with newer ones the handle goes on.
    WrongKey,
    Damaged(String),
    Failed(&'static str, Arc<dyn Error + Send + Sync>),
    /// The disk refused a read, a write or a flush. What the kernel kept of it nobody knows, so a second try
    /// that succeeds proves nothing: the handle is done.
    Disk(&'static str, Arc<dyn Error + Send + Sync>),
}

impl Trouble {
    /// Names what the store was doing when SQLite refused.
    pub(super) fn during(what: &'static str) -> impl Fn(rusqlite::Error) -> Self {
        move |error| match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
                Self::Damaged(format!("{what}: {error}"))
            }
            Some(ErrorCode::SystemIoFailure) => Self::Disk(what, Arc::new(error)),
            Some(_) => Self::Failed(what, Arc::new(error)),
            // A value of another type or length than this store writes.
            None => Self::Damaged(format!("{what}: {error}")),
        }
    }

    pub(super) fn failed(what: &'static str, why: &'static str) -> Self {
        Self::Failed(what, Arc::from(Box::<dyn Error + Send + Sync>::from(why)))
    }

    /// Whether the handle must not be used again.
    pub(super) fn ends_the_handle(&self) -> bool {
        matches!(self, Self::Disk(..) | Self::Damaged(_))
    }
}

impl From<Trouble> for LedgerError {
    fn from(trouble: Trouble) -> Self {
        match trouble {
            Trouble::Closed => Self::Closed,
            Trouble::Full => Self::Full,
            Trouble::WrongKey => Self::WrongKey,
            Trouble::Damaged(what) => Self::Damaged(what),
            Trouble::Failed(what, source) | Trouble::Disk(what, source) => {
                Self::Failed { what, source: Box::new(source) }
            }
        }
    }
}

/// Whether SQLite says that somebody else holds the lock.
pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// A count as SQLite keeps it. No file holds 2^63 of anything.
pub(super) fn to_sql(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A count as read back.
pub(super) fn from_sql(count: i64) -> Result<u64, Trouble> {
    u64::try_from(count).map_err(|_| Trouble::Damaged("a negative count".to_owned()))
}
