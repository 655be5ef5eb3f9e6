//! Registers that behave badly.

use std::{collections::BTreeSet, sync::Mutex};

use chrono::{DateTime, Utc};
use optin::{
    id::Name,
    phone::PhoneNumber,
    register::{Listing, Presence, Query, Register, RegisterError},
};

/// What a stand-in does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    Well,
    /// Answers nothing.
    Failing,
    /// Answers one too few.
    Short,
    /// Answers one too many.
    Long,
    /// Knows nothing of anybody.
    Blank,
}

/// A register in memory whose mood can be changed.
#[derive(Debug)]
pub(super) struct StandIn {
    name: Name,
    listed: BTreeSet<PhoneNumber>,
    pub(super) as_of: Mutex<DateTime<Utc>>,
    pub(super) since: Option<DateTime<Utc>>,
    pub(super) mood: Mutex<Mood>,
    /// Each batch, as it was asked.
    pub(super) asked: Mutex<Vec<Vec<Query>>>,
    batch: usize,
}

impl StandIn {
    pub(super) fn new(name: &str, as_of: DateTime<Utc>, listed: &[PhoneNumber]) -> Self {
        Self {
            name: Name::new(name).unwrap(),
            listed: listed.iter().copied().collect(),
            as_of: Mutex::new(as_of),
            since: None,
            mood: Mutex::new(Mood::Well),
            asked: Mutex::default(),
            batch: 2,
        }
    }

    pub(super) fn since(mut self, since: DateTime<Utc>) -> Self {
        self.since = Some(since);
        self
    }

    pub(super) fn is(&self, mood: Mood) {
        *self.mood.lock().unwrap() = mood;
    }
}

impl Register for StandIn {
    fn name(&self) -> &Name {
        &self.name
    }

    fn batch(&self) -> usize {
        self.batch
    }

    async fn look_up(&self, queries: &[Query]) -> Result<Vec<Listing>, RegisterError> {
        // Slow: others get their turn before it answers.
        let mut waited = false;
        std::future::poll_fn(|context| {
            context.waker().wake_by_ref();
            if std::mem::replace(&mut waited, true) {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
        self.asked.lock().unwrap().push(queries.to_vec());
        let mood = *self.mood.lock().unwrap();
        let as_of = *self.as_of.lock().unwrap();
        let answer = |query: &Query| Listing {
            since: self.since.filter(|_| self.listed.contains(&query.number)),
            provenance: Some(format!("answer about {}", query.number.e164())),
            ..Listing::new(
                match (mood, self.listed.contains(&query.number)) {
                    (Mood::Blank, _) => Presence::NoData,
                    (_, true) => Presence::Listed,
                    (_, false) => Presence::NotListed,
                },
                as_of,
            )
        };
        let mut all: Vec<Listing> = queries.iter().map(answer).collect();
        match mood {
            Mood::Failing => return Err(RegisterError::new("the line is dead")),
            Mood::Short => drop(all.pop()),
            Mood::Long => all.extend(all.first().cloned()),
            Mood::Well | Mood::Blank => {}
        }
        Ok(all)
    }
}
