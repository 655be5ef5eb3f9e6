use std::{fs, path::Path, path::PathBuf, time::Duration};

use chrono::{DateTime, Utc};
use optin::clock::Clock;

/// One clock for all processes: a file that holds Unix milliseconds. It stands still until somebody sets it.
#[derive(Debug, Clone)]
pub(crate) struct SharedClock {
    path: PathBuf,
}

impl SharedClock {
    pub(crate) fn of(folder: &Path) -> Self {
        Self { path: folder.join("clock") }
    }

    pub(crate) fn set(&self, at: DateTime<Utc>) {
        // Never half written, wherever its writer is killed.
        let beside = self.path.with_extension(std::process::id().to_string());
        fs::write(&beside, at.timestamp_millis().to_string()).unwrap();
        fs::rename(beside, &self.path).unwrap();
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.set(self.now().unwrap() + chrono::Duration::seconds(seconds));
    }

    fn read(&self) -> Option<i64> {
        fs::read_to_string(&self.path).ok()?.parse().ok()
    }
}

impl Clock for SharedClock {
    fn now(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_millis(self.read()?)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.read().and_then(|ms| ms.try_into().ok()).unwrap_or(0))
    }
}
