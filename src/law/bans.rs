//! Bans that no calendar foretells, such as states of emergency: lists that a host brings, each with its date.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::Feed;
use crate::{
    id::{Hash, Name},
    place::Place,
};

/// By how much a list may be dated after the moment that is asked about: clocks differ.
const CLOCKS_DIFFER: i64 = 5 * 60;

/// One ban: nothing that the rule speaks of goes to this place from one instant to before another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ban {
    place: Place,
    from: DateTime<Utc>,
    until: Option<DateTime<Utc>>,
    citation: String,
}

impl Ban {
    /// A ban at this place. One that holds for a part of a state is entered for the state: which part a person is in
    /// is not known. `until` is the first instant at which it no longer holds; `None`: nobody has said.
    ///
    /// # Errors
    /// It ends before it starts, or nothing is cited.
    pub fn new(
        place: Place,
        from: DateTime<Utc>,
        until: Option<DateTime<Utc>>,
        citation: impl Into<String>,
    ) -> Result<Self, BanError> {
        let citation = citation.into();
        if until.is_some_and(|until| until <= from) {
            return Err(BanError::EndsBeforeItStarts);
        }
        if citation.trim().is_empty() {
            return Err(BanError::NoCitation);
        }
        Ok(Self { place, from, until, citation })
    }

    /// Where.
    #[must_use]
    pub const fn place(&self) -> Place {
        self.place
    }

    /// From when on.
    #[must_use]
    pub const fn from(&self) -> DateTime<Utc> {
        self.from
    }

    /// The first instant at which it no longer holds, if that is known.
    #[must_use]
    pub const fn until(&self) -> Option<DateTime<Utc>> {
        self.until
    }

    /// The act, as counsel would cite it.
    #[must_use]
    pub fn citation(&self) -> &str {
        &self.citation
    }

    /// Whether it counts for somebody who may be at `place`: there, around it, or in it.
    #[must_use]
    pub fn is_at(&self, place: Place) -> bool {
        let whole = |place: Place| place.subdivision().is_none();
        self.place == place
            || (self.place.country() == place.country() && (whole(self.place) || whole(place)))
    }

    /// The seconds from which on and before which it holds. What lies within a second counts whole.
    pub(crate) fn seconds(&self) -> (i64, Option<i64>) {
        (self.from.timestamp(), self.until.map(ceil))
    }
}

/// Not a ban.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BanError {
    /// Its end is not after its start.
    #[error("a ban ends after it starts")]
    EndsBeforeItStarts,
    /// Nothing is cited.
    #[error("a ban cites the act that declares it")]
    NoCitation,
}

/// One list of bans, as of an instant.
///
/// It can be deserialized, from JSON say: `{"feed", "as_of", "covers_since"?, "entries": [{"place", "from", "until"?,
/// "citation"}]}`, instants in RFC 3339 with their offset. [`Bans::from_toml`] reads a file of them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "super::bans_file::RawFeed")]
pub struct BanFeed {
    name: Name,
    as_of: DateTime<Utc>,
    covers_since: Option<DateTime<Utc>>,
    entries: Vec<Ban>,
    digest: Hash,
}

impl BanFeed {
    /// The list of this name (a rule's [`Feed`] asks for it by name), complete as of this instant.
    ///
    /// `covers_since`: it also holds every ban that was over by then, back to that instant, and so answers for the
    /// past. Without it, a decision about a moment before its date waits.
    ///
    /// # Errors
    /// It claims to cover what is later than itself.
    pub fn new(
        name: Name,
        as_of: DateTime<Utc>,
        covers_since: Option<DateTime<Utc>>,
        entries: Vec<Ban>,
    ) -> Result<Self, CoversTheFuture> {
        if covers_since.is_some_and(|since| since > as_of) {
            return Err(CoversTheFuture);
        }
        let digest = digest(&name, as_of, covers_since, &entries);
        Ok(Self { name, as_of, covers_since, entries, digest })
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &Name {
        &self.name
    }

    /// As of when it is complete.
    #[must_use]
    pub const fn as_of(&self) -> DateTime<Utc> {
        self.as_of
    }

    /// Since when it holds all bans that are over.
    #[must_use]
    pub const fn covers_since(&self) -> Option<DateTime<Utc>> {
        self.covers_since
    }

    /// The bans, in the order given.
    #[must_use]
    pub fn entries(&self) -> &[Ban] {
        &self.entries
    }

    /// SHA-256 over all of it.
    #[must_use]
    pub const fn digest(&self) -> Hash {
        self.digest
    }

    /// Whether it says anything of this instant (Unix seconds) to a rule that believes it for so long.
    #[must_use]
    pub fn speaks_of(&self, at: i64, feed: &Feed) -> bool {
        if at < self.as_of.timestamp().saturating_sub(CLOCKS_DIFFER) {
            return self.covers_since.is_some_and(|since| ceil(since) <= at);
        }
        at < self.stale_from(feed)
    }

    fn stale_from(&self, feed: &Feed) -> i64 {
        self.as_of.timestamp().saturating_add(i64::from(feed.max_age_hours) * 3_600)
    }

    /// The seconds at which what it says to such a rule may change.
    pub(crate) fn turns(&self, feed: &Feed) -> impl Iterator<Item = i64> {
        let own = [
            Some(self.as_of.timestamp().saturating_sub(CLOCKS_DIFFER)),
            Some(self.stale_from(feed)),
            self.covers_since.map(ceil),
        ];
        let bans = self.entries.iter().flat_map(|ban| {
            let (from, until) = ban.seconds();
            [Some(from), until]
        });
        own.into_iter().chain(bans).flatten()
    }
}

/// A list that claims to cover what is later than itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("`covers_since` is after `as_of`")]
pub struct CoversTheFuture;

fn ceil(at: DateTime<Utc>) -> i64 {
    at.timestamp().saturating_add(i64::from(at.timestamp_subsec_nanos() > 0))
}

/// Each part with its length before it.
fn digest(name: &Name, as_of: DateTime<Utc>, since: Option<DateTime<Utc>>, entries: &[Ban]) -> Hash {
    let mut hash = Sha256::new();
    let mut part = |text: &str| {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    };
    let stamp = |at: Option<DateTime<Utc>>| at.map_or(String::new(), |at| at.to_rfc3339());
    part(name.as_str());
    part(&stamp(Some(as_of)));
    part(&stamp(since));
    for ban in entries {
        part(&ban.place.to_string());
        part(&stamp(Some(ban.from)));
        part(&stamp(ban.until));
        part(&ban.citation);
    }
    Hash(hash.finalize().into())
}

/// The lists that a host has loaded. Cheap to clone.
///
/// A rule that names a [`Feed`] binds nobody while the list says that there is no ban, holds messages while there is
/// one, and defers where the list is missing or too old.
///
/// ```
/// use optin::law::Bans;
/// let emergency = r#"
/// [[bans]]
/// feed = "us-la-emergency"
/// as_of = "2026-08-29T12:00:00Z"
/// [[bans.entries]]
/// place = "US-LA"
/// from = "2026-08-28T17:00:00-05:00"
/// until = "2026-09-27T17:00:00-05:00"
/// citation = "Proclamation 170 of 2026"
/// "#;
/// let bans = Bans::from_toml("bans.toml", emergency)?;
/// assert_eq!(bans.feeds().len(), 1);
///
/// let refused = Bans::from_toml("bans.toml", &emergency.replace("2026-09-27", "2026-08-01")).unwrap_err();
/// assert_eq!(refused.to_string(), "bans.toml:8: until: a ban ends after it starts");
/// # Ok::<(), optin::law::BansError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bans(Arc<[BanFeed]>);

impl Bans {
    /// Nothing loaded: whatever needs a list waits for it.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// These lists.
    ///
    /// # Errors
    /// Two lists of one name: which of them holds is not known.
    pub fn new(feeds: impl IntoIterator<Item = BanFeed>) -> Result<Self, FeedTwice> {
        let feeds: Vec<BanFeed> = feeds.into_iter().collect();
        for (at, feed) in feeds.iter().enumerate() {
            if feeds.iter().take(at).any(|before| before.name == feed.name) {
                return Err(FeedTwice(feed.name.clone()));
            }
        }
        Ok(Self(feeds.into()))
    }

    /// The lists.
    #[must_use]
    pub fn feeds(&self) -> &[BanFeed] {
        &self.0
    }

    /// The list of this name.
    #[must_use]
    pub fn feed(&self, name: &Name) -> Option<&BanFeed> {
        self.0.iter().find(|feed| feed.name == *name)
    }
}

/// Two lists of one name.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is there twice")]
pub struct FeedTwice(pub Name);
