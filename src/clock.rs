//! The one place that reads a clock. Everything below [`Messenger`](crate::Messenger) takes `at`.

use std::{
    fmt::Debug,
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use chrono::{DateTime, Utc};

/// Where a [`Messenger`](crate::Messenger) reads the time.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The wall clock, or `None` while it cannot be trusted: marketing then waits.
    fn now(&self) -> Option<DateTime<Utc>>;

    /// Time since some fixed instant, never going back. Leases are counted on it.
    fn monotonic(&self) -> Duration;
}

/// The host's clock.
#[derive(Debug)]
pub struct SystemClock {
    started: Instant,
}

impl SystemClock {
    /// Starts counting monotonic time from here.
    #[must_use]
    #[allow(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn new() -> Self {
        Self { started: Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> Option<DateTime<Utc>> {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
        DateTime::from_timestamp_millis(i64::try_from(since.as_millis()).ok()?)
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }
}

/// A clock that stands still until it is moved: for tests, simulations and what-ifs.
///
/// ```
/// use optin::clock::{Clock, FixedClock};
/// let clock = FixedClock::at("2026-11-27T17:00:00Z".parse()?);
/// clock.advance(std::time::Duration::from_secs(60));
/// assert_eq!(clock.now().map(|t| t.to_rfc3339()), Some("2026-11-27T17:01:00+00:00".to_owned()));
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Debug)]
pub struct FixedClock {
    wall_ms: AtomicI64,
    mono_ms: AtomicI64,
}

impl FixedClock {
    /// A clock that shows `at`.
    #[must_use]
    pub fn at(at: DateTime<Utc>) -> Self {
        Self { wall_ms: AtomicI64::new(at.timestamp_millis()), mono_ms: AtomicI64::new(0) }
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        let ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.wall_ms.fetch_add(ms, Ordering::SeqCst);
        self.mono_ms.fetch_add(ms, Ordering::SeqCst);
    }

    /// Sets the wall clock, forward or back, without time passing.
    pub fn set(&self, at: DateTime<Utc>) {
        self.wall_ms.store(at.timestamp_millis(), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_millis(self.wall_ms.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.mono_ms.load(Ordering::SeqCst)).unwrap_or(0))
    }
}

impl<C: Clock> Clock for std::sync::Arc<C> {
    fn now(&self) -> Option<DateTime<Utc>> {
        (**self).now()
    }

    fn monotonic(&self) -> Duration {
        (**self).monotonic()
    }
}
