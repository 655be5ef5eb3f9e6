use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use thiserror::Error;

use super::Messenger;
use crate::{
    consent::{Event, event::BansLoaded},
    id::Name,
    law::{BanFeed, Bans},
    ledger::BookError,
    policy::Policy,
};

/// Two honest clocks may differ by so much.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(5);

/// A list of tomorrow: it would be believed, and not grow old, until its day comes.
pub(super) fn misdated(bans: &Bans, now: Option<DateTime<Utc>>) -> Option<&BanFeed> {
    let latest = now?.checked_add_signed(CLOCKS_DIFFER)?;
    bans.feeds().iter().find(|feed| feed.as_of() > latest)
}

fn load(feed: &BanFeed) -> Event {
    let ms = |at: DateTime<Utc>| at.timestamp_millis();
    BansLoaded {
        feed: feed.name().clone(),
        as_of_ms: ms(feed.as_of()),
        covers_since_ms: feed.covers_since().map(ms),
        entries: feed.entries().len() as u64,
        digest: feed.digest(),
    }
    .into()
}

/// What a shop begins with, to be recorded before anything leaves.
pub(super) fn loads(bans: &Bans) -> Mutex<Vec<Event>> {
    Mutex::new(bans.feeds().iter().map(load).collect())
}

/// Loads on their way into the house stream; they go back if they do not arrive.
pub(super) struct Unrecorded<'a> {
    shop: &'a Messenger,
    pub(super) events: Vec<Event>,
}

impl Unrecorded<'_> {
    pub(super) fn recorded(mut self) {
        self.events.clear();
    }
}

impl Drop for Unrecorded<'_> {
    fn drop(&mut self) {
        if !self.events.is_empty() {
            self.shop.loads().splice(..0, self.events.drain(..));
        }
    }
}

impl Messenger {
    fn loads(&self) -> MutexGuard<'_, Vec<Event>> {
        self.inner.loads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn unrecorded(&self) -> Unrecorded<'_> {
        let events = std::mem::take(&mut *self.loads());
        Unrecorded { shop: self, events }
    }

    /// Nothing leaves under a list of which the house stream knows nothing.
    pub(super) async fn record_loads(&self) -> Result<(), BookError> {
        let none = self.loads().is_empty();
        match self.inner.clock.now() {
            Some(now) if !none => self.note(now.timestamp_millis(), &[]).await,
            _ => Ok(()),
        }
    }

    /// Takes these lists of bans in place of those that are loaded, while the shop runs, and records the load. Of a
    /// `dispatch` under way, only those messages still go by the old ones that are being judged at that moment, 64 at
    /// most. Other processes load them by themselves.
    ///
    /// ```
    /// # use optin::{Messenger, law::Bans};
    /// # async fn doc(shop: Messenger) -> Result<(), Box<dyn std::error::Error>> {
    /// let file = std::fs::read_to_string("bans.toml")?;
    /// shop.reload_bans(Bans::from_toml("bans.toml", &file)?).await?;
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// A list that no rule asks for, or that is older than the one that is loaded: the old lists stay. Where the load
    /// could not be recorded the new lists hold all the same, and it is recorded before anything leaves.
    pub async fn reload_bans(&self, bans: Bans) -> Result<(), ReloadBansError> {
        if let Some(ahead) = misdated(&bans, self.inner.clock.now()) {
            return Err(ReloadBansError::Misdated(ahead.name().clone()));
        }
        let new: Vec<Event> = bans.feeds().iter().map(load).collect();
        self.inner.policy.change(|held| {
            let is_older =
                |feed: &&BanFeed| held.bans.feed(feed.name()).is_some_and(|held| feed.as_of() < held.as_of());
            if let Some(older) = bans.feeds().iter().find(is_older) {
                return Err(ReloadBansError::Older(older.name().clone()));
            }
            let policy = Policy { bans: bans.clone(), ..held.clone() };
            match policy.idle_bans() {
                Some(idle) => Err(ReloadBansError::Idle(idle.clone())),
                None => Ok(policy),
            }
        })?;
        self.loads().extend(new);
        if self.inner.clock.now().is_none() {
            return Err(ReloadBansError::NoClock);
        }
        Ok(self.record_loads().await?)
    }
}

/// Lists of bans could not be loaded, or their load not be recorded.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReloadBansError {
    /// No rule of the book asks for this list: most likely its name is misspelt. The old lists stay.
    #[error("no rule of the book asks for the list of bans `{0}`: check its name")]
    Idle(Name),
    /// The list is older than the one that is loaded: a ban may be missing in it. The old lists stay.
    #[error("the list of bans `{0}` is older than the one that is loaded")]
    Older(Name),
    /// The list is dated after now: it cannot be complete yet. The old lists stay.
    #[error("the list of bans `{0}` is dated in the future: check its `as_of`")]
    Misdated(Name),
    /// The new lists hold, but the clock cannot be read and so nothing is recorded yet.
    #[error("the clock cannot be read")]
    NoClock,
    /// The new lists hold, but the ledger failed and so nothing is recorded yet.
    #[error(transparent)]
    Book(#[from] BookError),
}
