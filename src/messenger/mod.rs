//! The façade: one ledger, its programs, a gateway and a clock, behind the calls that a shop makes.

#[cfg(feature = "evidence")]
mod accessing;
mod asking;
mod banning;
mod build;
#[cfg(feature = "evidence")]
mod checkpoints;
mod confirming;
mod consents;
mod erasing;
#[cfg(feature = "evidence")]
mod evidence;
mod importing;
#[cfg(feature = "import")]
mod lists;
mod reapplying;
#[cfg(feature = "evidence")]
mod receipts;
mod receiving;
mod reporting;
mod retaining;
mod reviewing;
mod rotating;
mod scrubbing;
mod sending;
mod texts;

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

pub use asking::{AskError, Reminder};
pub use banning::ReloadBansError;
pub use build::{BuildError, Builder};
#[cfg(feature = "evidence")]
pub use checkpoints::Every;
use chrono::{DateTime, Utc};
pub use confirming::Confirmation;
pub use consents::{ConsentError, NotTexted, Permission};
pub use erasing::{EraseError, Erasure, Tenure};
pub use importing::{Imports, Undone};
#[cfg(feature = "import")]
pub use lists::{ImportError, ImportReport, Outcome, Progress};
pub use reapplying::{ErasedEntry, ErasureList, ErasureListError, Reapplied};
#[cfg(feature = "evidence")]
pub use receipts::ReceiptError;
pub use reporting::Landed;
pub use retaining::{Retained, RetentionReport, Sweep};
pub use rotating::{RotateError, Rotated};
pub use scrubbing::{ScrubError, Scrubbed, Whom};
pub use sending::{LaunchError, Launched, PlanError};

use crate::{
    campaign::{DynLinks, DynRelevance},
    clock::Clock,
    consent::{
        Event, PersonalField,
        event::{Danger, TextKept},
    },
    content::Lint,
    dispatch::{Flights, Looked, Queue},
    gateway::DynGateway,
    id::Name,
    inbound::{Matcher, Replies, Unstored},
    law::Rulebook,
    ledger::{Admitted, Book, BookError, Envelope, Flaw, Person, Urgency, Verified, Written},
    phone::PhoneNumber,
    policy::Policy,
    program::Program,
    register::DynRegister,
    sync::Current,
};

/// Everything a shop does with SMS, lawfully. Cheap to clone, and one instance serves many tasks.
#[derive(Debug, Clone)]
pub struct Messenger {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    book: Book,
    policy: Current<Policy>,
    programs: Vec<Program>,
    gateway: Box<dyn DynGateway>,
    clock: Box<dyn Clock>,
    matcher: Matcher,
    replies: Replies,
    /// The words beside which keywords are shown, by program.
    calls: Vec<(Name, TextKept)>,
    lint: Lint,
    flights: Flights,
    queue: Queue,
    looked: Looked,
    unstored: Unstored,
    guards: Vec<(Name, Box<dyn DynRelevance>)>,
    links: Option<Box<dyn DynLinks>>,
    registers: Vec<Box<dyn DynRegister>>,
    /// Safeguards that are stepped around, until that is recorded.
    dangers: Vec<Danger>,
    noted: AtomicBool,
    /// Loads of bans that are not recorded yet.
    loads: Mutex<Vec<Event>>,
    #[cfg(feature = "evidence")]
    checkpoints: checkpoints::Checkpoints,
}

impl Messenger {
    /// Begins to build one over this ledger and this law.
    #[must_use]
    pub fn builder(ledger: impl Into<Admitted>, rulebook: Rulebook) -> Builder {
        Builder::new(ledger.into(), rulebook)
    }

    /// Everything on record about a number, oldest first, with the personal values that can still be opened.
    ///
    /// # Errors
    /// The ledger failed, or a record does not fit.
    pub async fn history(
        &self,
        number: PhoneNumber,
    ) -> Result<Vec<(Envelope, Vec<(PersonalField, String)>)>, BookError> {
        match self.inner.book.find(number).await? {
            Some(person) => self.inner.book.history(&person).await,
            None => Ok(Vec::new()),
        }
    }

    /// The person behind a number, as folded.
    ///
    /// # Errors
    /// The ledger failed, or a record does not fit.
    pub async fn person(&self, number: PhoneNumber) -> Result<Option<Person>, BookError> {
        self.inner.book.find(number).await
    }

    /// Reads the whole ledger again and names the first record that does not fit.
    ///
    /// # Errors
    /// The store failed.
    pub async fn verify(&self) -> Result<Result<Verified, Flaw>, BookError> {
        self.inner.book.verify().await
    }

    /// How many messages of a campaign wait, and when the earliest waiting message of all is due.
    ///
    /// # Errors
    /// The store failed.
    pub async fn waiting(&self, campaign: &Name) -> Result<(u64, Option<DateTime<Utc>>), BookError> {
        let (count, due) = self.inner.book.ledger().waiting(Some(campaign.clone())).await?;
        Ok((count, due.and_then(DateTime::from_timestamp_millis)))
    }

    /// What decides, as it is now.
    #[must_use]
    pub fn policy(&self) -> Arc<Policy> {
        self.inner.policy.now()
    }

    /// The programs.
    #[must_use]
    pub fn programs(&self) -> &[Program] {
        &self.inner.programs
    }

    /// Whether the ledger may be used for anything but STOP.
    #[cfg(not(feature = "evidence"))]
    #[allow(clippy::unused_async, reason = "with the feature it asks the anchor")]
    async fn fits_anchor(&self) -> Result<(), BookError> {
        Ok(())
    }

    /// Whether anything but STOP may be done: the ledger is the one that its anchor knows, and what the rule book does
    /// without is on record.
    async fn is_ready(&self) -> Result<(), BookError> {
        self.fits_anchor().await?;
        let waived = !self.policy().rulebook.waivers().is_empty();
        if waived && !self.inner.noted.load(Ordering::SeqCst) {
            // Whoever asks needs a clock too, and is refused without one.
            if let Some(now) = self.inner.clock.now() {
                self.note(now.timestamp_millis(), &[]).await?;
            }
        }
        Ok(())
    }

    /// Appends to the house stream, whoever else writes to it.
    async fn note(&self, at_ms: i64, events: &[Event]) -> Result<(), BookError> {
        loop {
            let house = self.inner.book.house().await?;
            if self.note_in(house, at_ms, events).await? {
                return Ok(());
            }
        }
    }

    /// The same on the house stream as read; `false` if somebody else was first.
    async fn note_in(&self, mut house: Person, at_ms: i64, events: &[Event]) -> Result<bool, BookError> {
        if !self.inner.noted.load(Ordering::SeqCst) {
            for danger in &self.inner.dangers {
                house.stage(at_ms, danger.clone(), &[])?;
            }
        }
        for event in events {
            house.stage(at_ms, event.clone(), &[])?;
        }
        let loads = self.unrecorded();
        for load in &loads.events {
            house.stage(at_ms, load.clone(), &[])?;
        }
        let Written::Done(_) = self.inner.book.write(house, Urgency::Normal).await? else { return Ok(false) };
        loads.recorded();
        self.inner.noted.store(true, Ordering::SeqCst);
        Ok(true)
    }
}
