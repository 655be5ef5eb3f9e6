//! The façade: one ledger, its programs, a gateway and a clock, behind the calls that a shop makes.

mod build;
mod consents;
mod sending;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

pub use build::{BuildError, Builder};
use chrono::{DateTime, Utc};
pub use consents::{ConsentError, ImportRow, ImportedRow, Imports, Location, Permission};
pub use sending::{LaunchError, Launched, PlanError};

use crate::{
    clock::Clock,
    consent::{
        Event, PersonalField,
        event::{Danger, Reported, Road},
    },
    content::Lint,
    dispatch::{Batch, DispatchError, Dispatched, Orphans, Worker},
    gateway::{About, DynGateway, Report},
    id::{MessageId, Name},
    inbound::{Desk, Inbound, Matcher, OptOutSignal, ReceiveError, Received, Replies},
    law::Rulebook,
    ledger::{Admitted, Book, BookError, Envelope, Flaw, Person, Urgency, Verified, Written},
    phone::PhoneNumber,
    policy::Policy,
    program::Program,
};

/// Everything a shop does with SMS, lawfully. Cheap to clone, and one instance serves many tasks.
#[derive(Debug, Clone)]
pub struct Messenger {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    book: Book,
    policy: Policy,
    programs: Vec<Program>,
    gateway: Box<dyn DynGateway>,
    clock: Box<dyn Clock>,
    matcher: Matcher,
    replies: Replies,
    lint: Lint,
    orphans: Orphans,
    /// Why a foreign ledger is in use, until that is recorded.
    reason: Option<String>,
    noted: AtomicBool,
}

impl Messenger {
    /// Begins to build one over this ledger and this law.
    #[must_use]
    pub fn builder(ledger: impl Into<Admitted>, rulebook: Rulebook) -> Builder {
        Builder::new(ledger.into(), rulebook)
    }

    /// Takes in a text that somebody sent: reads it, records it, and lets the answer wait in the outbox.
    ///
    /// When it returns for a STOP, no hand-over starts any more in whatever the STOP reaches, on any thread or
    /// process; [`Received::in_flight`] lists what had started before.
    ///
    /// # Errors
    /// The text is not recorded: let the gateway hand it over again.
    pub async fn receive(&self, inbound: Inbound) -> Result<Received, ReceiveError> {
        let now = self.inner.clock.now().unwrap_or(inbound.sent_at);
        self.desk().receive(&inbound, now).await
    }

    /// Takes in an opt-out that came by another road than a text. Returns what was in flight.
    ///
    /// # Errors
    /// The opt-out is not recorded.
    pub async fn opted_out(
        &self,
        signal: &OptOutSignal,
        road: Road,
        note: Option<&str>,
    ) -> Result<Vec<MessageId>, ReceiveError> {
        let now = self.inner.clock.now().unwrap_or(signal.at);
        self.desk().opted_out(signal, road, note, now).await
    }

    /// Takes in a delivery report. Late and repeated ones change nothing that is settled.
    ///
    /// # Errors
    /// The ledger failed.
    pub async fn report(&self, report: &Report) -> Result<(), BookError> {
        let at_ms = self.inner.clock.now().unwrap_or(report.at).timestamp_millis();
        loop {
            let Some(mut person) = self.inner.book.find(report.to).await? else { return Ok(()) };
            let About::Message(message) = report.about else { return Ok(()) };
            let known = person.state.sent(message).map(|sent| sent.delivery);
            // Not ours, or nothing new: a delivery outweighs everything, a repeat says nothing.
            if known.is_none_or(|held| held.is_some_and(|held| held <= report.delivery)) {
                return Ok(());
            }
            let reported =
                Reported { message, delivery: report.delivery, acted_ms: report.at.timestamp_millis() };
            person.stage(at_ms, reported, &[])?;
            if let Written::Done(_) = self.inner.book.write(person, Urgency::Normal).await? {
                return Ok(());
            }
        }
    }

    /// Works off what is due: at most one batch. The host calls it again at
    /// [`next_due`](Dispatched::next_due); any number of processes may do so on one ledger.
    ///
    /// # Errors
    /// Nothing is lost: what was claimed comes back, what had started is looked up after its lease.
    pub async fn dispatch(&self, batch: Batch) -> Result<Dispatched, DispatchError> {
        let inner = &*self.inner;
        let worker = Worker {
            book: &inner.book,
            policy: &inner.policy,
            programs: &inner.programs,
            gateway: &*inner.gateway,
            clock: &*inner.clock,
            orphans: &inner.orphans,
        };
        worker.run(batch).await
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

    /// What decides.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.inner.policy
    }

    /// The programs.
    #[must_use]
    pub fn programs(&self) -> &[Program] {
        &self.inner.programs
    }

    fn desk(&self) -> Desk<'_> {
        let inner = &*self.inner;
        Desk {
            book: &inner.book,
            matcher: &inner.matcher,
            replies: &inner.replies,
            programs: &inner.programs,
            gateway_answers_stop: inner.gateway.capabilities().answers_stop,
        }
    }

    /// Appends to the house stream, whoever else writes to it.
    async fn note(&self, at_ms: i64, events: &[Event]) -> Result<(), BookError> {
        loop {
            let mut house = self.inner.book.house().await?;
            if let Some(reason) =
                self.inner.reason.as_ref().filter(|_| !self.inner.noted.load(Ordering::SeqCst))
            {
                let danger = Danger { what: "foreign_ledger".to_owned(), reason: reason.clone() };
                house.stage(at_ms, danger, &[])?;
            }
            for event in events {
                house.stage(at_ms, event.clone(), &[])?;
            }
            if let Written::Done(_) = self.inner.book.write(house, Urgency::Normal).await? {
                self.inner.noted.store(true, Ordering::SeqCst);
                return Ok(());
            }
        }
    }
}
