use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::id::Hash;

/// What makes a signed request that one request, and how long it could be believed again.
///
/// Only schemes that sign a time have one: a second request with the same value is the same request. A host that
/// wants to refuse it in other processes too keeps the digest until the time is over. It need not: the ledger
/// takes an inbound text or a report once, however often it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Once {
    /// Digest of the signature (or token id). It says nothing of the content.
    pub digest: Hash,
    /// After this the request is stale by itself.
    pub until: DateTime<Utc>,
}

impl Once {
    pub(super) fn of(scheme: &str, mark: &[u8], until: DateTime<Utc>) -> Self {
        let digest = Sha256::new().chain_update(scheme).chain_update([0]).chain_update(mark).finalize();
        Self { digest: Hash(digest.into()), until }
    }
}

/// The requests of the last minutes that were dealt with, at most so many.
///
/// It is filled *after* the host has stored what a request brought, so that a STOP whose storing failed is taken
/// when the gateway sends it again. When it is full the one that is stale soonest makes room: a request that it
/// has forgotten meets the ledger, which takes nothing twice.
#[derive(Debug)]
pub(super) struct Replays {
    most: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    until: HashMap<Hash, DateTime<Utc>>,
    order: BTreeSet<(DateTime<Utc>, Hash)>,
}

impl Replays {
    pub(super) fn new(most: usize) -> Self {
        Self { most, kept: Mutex::default() }
    }

    pub(super) fn seen(&self, once: &Once, now: DateTime<Utc>) -> bool {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.until.get(&once.digest).is_some_and(|until| now <= *until)
    }

    pub(super) fn remember(&self, once: &Once, now: DateTime<Utc>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(old) = kept.until.insert(once.digest, once.until) {
            kept.order.remove(&(old, once.digest));
        }
        kept.order.insert((once.until, once.digest));
        while let Some(&(until, digest)) = kept.order.first() {
            if now <= until && kept.order.len() <= self.most {
                break;
            }
            kept.order.remove(&(until, digest));
            kept.until.remove(&digest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    #[test]
    fn it_is_bounded_and_forgets_what_is_stale() {
        let replays = Replays::new(3);
        let once = |n: i64| Once::of("t", &n.to_be_bytes(), at(100 + n));
        for n in 0..5 {
            replays.remember(&once(n), at(0));
            replays.remember(&once(n), at(0));
        }
        let seen: Vec<bool> = (0..5).map(|n| replays.seen(&once(n), at(0))).collect();
        assert_eq!(seen, [false, false, true, true, true]);
        assert!(replays.seen(&once(4), at(104)) && !replays.seen(&once(4), at(105)));
        replays.remember(&once(9), at(105));
        assert_eq!(replays.kept.lock().unwrap().order.len(), 1);
    }
}
