use std::{
    ffi::OsString,
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
    time::Duration,
};

/// How many commits pass between two looks at who else has the file open.
const LOOK_EVERY: u32 = 8;
/// How long a commit stands back for another process's STOP before it takes that process for hung.
const COURTESY: Duration = Duration::from_millis(40);

/// What processes on one file tell each other, through advisory locks on two empty files beside it.
///
/// Neither lock protects anything: the database's own does. Without them commits are small and STOPs queue.
/// `…-open` is held shared by everyone who has the ledger open, so that a process knows when it is alone.
/// `…-stop` is held by a process with a STOP to write, and the others let it go first.
#[derive(Debug)]
pub(super) struct Neighbours {
    open: Option<File>,
    stop: Option<File>,
    alone: bool,
    commits: u32,
    marked: bool,
    stood_back: Duration,
}

impl Neighbours {
    pub(super) fn of(path: &Path) -> Self {
        let beside = |ending: &str| {
            let mut name = OsString::from(path);
            name.push(ending);
            let options = OpenOptions::new().write(true).create(true).truncate(false).clone();
            options.open(PathBuf::from(name)).ok()
        };
        let mut neighbours = Self {
            open: beside("-open"),
            stop: beside("-stop"),
            alone: false,
            commits: 0,
            marked: false,
            stood_back: Duration::ZERO,
        };
        neighbours.look();
        neighbours
    }

    /// Whether no other process had the file open when last looked.
    pub(super) fn alone(&self) -> bool {
        self.alone
    }

    pub(super) fn committed(&mut self) {
        self.commits += 1;
        if self.commits >= LOOK_EVERY {
            self.look();
        }
    }

    fn look(&mut self) {
        self.commits = 0;
        // Who cannot tell is not alone. Between the two locks others may miss this process, for one look.
        self.alone = self.open.as_ref().is_some_and(|file| {
            let alone = file.unlock().and_then(|()| file.try_lock().map_err(std::io::Error::from)).is_ok();
            let _ = file.unlock();
            let _ = file.lock_shared();
            alone
        });
    }

    /// Shows or takes back the mark that a STOP waits here.
    pub(super) fn mark(&mut self, stop: bool) {
        let Some(file) = self.stop.as_ref().filter(|_| stop != self.marked) else { return };
        // Held by another STOP: that mark does as well, and this is tried again.
        self.marked = if stop { file.try_lock().is_ok() } else { file.unlock().is_err() };
    }

    /// Whether to stand back for another process's STOP; `pause` is how long the caller waits before it asks again.
    pub(super) fn stands_back(&mut self, pause: Duration) -> bool {
        if self.marked {
            return false;
        }
        let marked = self.stop.as_ref().is_some_and(|file| match file.try_lock_shared() {
            Ok(()) => {
                let _ = file.unlock();
                false
            }
            Err(TryLockError::WouldBlock) => true,
            Err(TryLockError::Error(_)) => false,
        });
        if !marked {
            self.stood_back = Duration::ZERO;
        } else if self.stood_back < COURTESY {
            self.stood_back += pause;
            return true;
        }
        false
    }
}
