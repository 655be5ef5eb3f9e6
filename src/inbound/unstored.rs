use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use super::{Inbound, OptOutSignal};
use crate::phone::PhoneNumber;

/// A wish to stop that is not on record yet.
#[derive(Debug, Clone)]
pub(crate) enum Wish {
    Text(Inbound),
    Signal(OptOutSignal),
}

impl Wish {
    pub(crate) const fn number(&self) -> PhoneNumber {
        match self {
            Self::Text(inbound) => inbound.from,
            Self::Signal(signal) => signal.number,
        }
    }

    /// A gateway hands a text over again until it is taken.
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Text(one), Self::Text(other)) => one.id == other.id && one.from == other.from,
            (Self::Signal(one), Self::Signal(other)) => {
                one.number == other.number && one.key() == other.key()
            }
            _ => false,
        }
    }
}

/// Wishes to stop that are being stored, and those that could not be. They hold in this process from the moment
/// they came in. While one could not be stored, marketing waits: another process may not know of it, and the next
/// may fail as well.
#[derive(Debug, Default)]
pub(crate) struct Unstored(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    under_way: HashMap<PhoneNumber, u32>,
    failed: Vec<Wish>,
    /// Failed ones that are being tried again.
    retried: usize,
}

/// A wish while it is being stored. Dropped before it is [`stored`](Self::stored), it has failed.
#[derive(Debug)]
pub(crate) struct Storing<'a> {
    unstored: &'a Unstored,
    wish: Option<Wish>,
    again: bool,
}

impl Unstored {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes effect at once.
    pub(crate) fn begin(&self, wish: Wish) -> Storing<'_> {
        *self.inner().under_way.entry(wish.number()).or_insert(0) += 1;
        Storing { unstored: self, wish: Some(wish), again: false }
    }

    /// Whether one could not be stored: marketing waits.
    pub(crate) fn any(&self) -> bool {
        let inner = self.inner();
        inner.retried > 0 || !inner.failed.is_empty()
    }

    /// Whether this person wishes to stop and that is not on record yet.
    pub(crate) fn reaches(&self, number: PhoneNumber) -> bool {
        let inner = self.inner();
        inner.under_way.contains_key(&number) || inner.failed.iter().any(|wish| wish.number() == number)
    }

    /// Those that failed, to be tried again. They go on holding.
    pub(crate) fn again(&self) -> Vec<Storing<'_>> {
        let mut inner = self.inner();
        let failed = std::mem::take(&mut inner.failed);
        inner.retried += failed.len();
        failed.iter().for_each(|wish| *inner.under_way.entry(wish.number()).or_insert(0) += 1);
        failed.into_iter().map(|wish| Storing { unstored: self, wish: Some(wish), again: true }).collect()
    }
}

impl Unstored {
    /// Forgets what this person wished in vain: it was erased, and is silent on record.
    pub(crate) fn forget(&self, number: PhoneNumber) {
        self.inner().failed.retain(|wish| wish.number() != number);
    }
}

impl Storing<'_> {
    pub(crate) const fn wish(&self) -> Option<&Wish> {
        self.wish.as_ref()
    }

    /// It is on record.
    pub(crate) fn stored(mut self) {
        if let Some(wish) = self.wish.take() {
            self.unstored.inner().end(wish.number(), self.again);
        }
    }
}

impl Drop for Storing<'_> {
    fn drop(&mut self) {
        let Some(wish) = self.wish.take() else { return };
        let mut inner = self.unstored.inner();
        inner.end(wish.number(), self.again);
        if !inner.failed.iter().any(|known| known.is_same(&wish)) {
            inner.failed.push(wish);
        }
    }
}

impl Inner {
    fn end(&mut self, number: PhoneNumber, again: bool) {
        self.retried -= usize::from(again);
        if let Some(count) = self.under_way.get_mut(&number) {
            *count -= 1;
            if *count == 0 {
                self.under_way.remove(&number);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Unstored, Wish};
    use crate::inbound::Inbound;

    fn wish(id: &str) -> Wish {
        let from = "+33612345678".parse().unwrap();
        let sent_at = "2026-11-27T10:00:00Z".parse().unwrap();
        Wish::Text(Inbound::text(id, from, "36123", "STOP", sent_at).unwrap())
    }

    #[test]
    fn a_wish_holds_until_it_is_stored_however_often_that_fails() {
        let (unstored, from) = (Unstored::default(), wish("a").number());
        let storing = unstored.begin(wish("a"));
        assert!(unstored.reaches(from) && !unstored.any());
        drop(storing);
        drop(unstored.begin(wish("a")));
        for _ in 0..3 {
            assert!(unstored.reaches(from) && unstored.any());
            let again = unstored.again();
            assert_eq!(again.len(), 1);
            assert!(unstored.reaches(from) && unstored.any());
            drop(again);
        }
        unstored.again().into_iter().for_each(super::Storing::stored);
        assert!(!unstored.reaches(from) && !unstored.any());
    }
}
