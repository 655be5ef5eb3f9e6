use std::{fmt, ops::ControlFlow};

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::Messenger;
use crate::{
    consent::event::{Erased, Revoked, Road},
    id::{MessageId, Name, NameError, RecipientId},
    ledger::{BookError, LedgerError, Person, Urgency, Written},
    phone::PhoneNumber,
};

/// How often a lost race is run again.
const TRIES: usize = 256;

/// What an erasure destroyed, and what it left.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Erasure {
    /// The host's reference of the request.
    pub request: Name,
    /// Tenures that this call erased.
    pub erased: Vec<RecipientId>,
    /// Tenures that had been erased before: they were silenced once more.
    pub before: Vec<RecipientId>,
    /// Personal values that are gone, with the salts that would prove them; the number is one of each tenure's.
    pub values: u64,
    /// Records that stay, without anything personal: what was agreed, sent and revoked, and when.
    pub records: u64,
    /// Messages that had started and of which nobody knows yet. Their outcome is still recorded.
    pub in_flight: Vec<MessageId>,
}

impl fmt::Display for Erasure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { request, erased, before, values, records, in_flight } = self;
        if erased.is_empty() {
            return write!(
                f,
                "request {request}: erased before ({} tenures), nothing was left",
                before.len()
            );
        }
        writeln!(f, "request {request}: {} tenures erased", erased.len())?;
        writeln!(
            f,
            "gone: {values} personal values with their salts, the number, its key, places, waiting messages"
        )?;
        write!(f, "stays: {records} records without personal values, the suppression, all proofs")?;
        match in_flight.len() {
            0 => Ok(()),
            open => write!(f, "\nin flight: {open} messages had started; their outcome is still recorded"),
        }
    }
}

/// One tenure of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tenure {
    /// Which.
    pub recipient: RecipientId,
    /// The index leads to it: it is the number's present one.
    pub current: bool,
    /// The number went to somebody else.
    pub ended: bool,
    /// It was erased.
    pub erased: bool,
    /// When its newest record was appended.
    pub newest: DateTime<Utc>,
}

impl Messenger {
    /// Forgets a person: values and salts, key, number, places and waiting messages are destroyed in one commit that
    /// also silences the number. The suppression and every proof stay, without anything personal. A number that
    /// nobody knows is silenced all the same, and is not kept.
    ///
    /// What backups hold is another matter: see [`manual::erasure`](crate::manual::erasure).
    ///
    /// ```
    /// # use optin::{EraseError, Messenger, phone::PhoneNumber};
    /// # async fn doc(shop: Messenger, ana: PhoneNumber) -> Result<(), Box<dyn std::error::Error>> {
    /// let erasure = shop.erase(ana, "dsar-2026-114").await?;
    /// println!("{erasure}");
    /// assert!(shop.erase(ana, "dsar-2026-114").await?.erased.is_empty());       // again: nothing is left
    ///
    /// shop.hold(ana, "claim-77").await?;                                        // a lawsuit needs the proof
    /// assert!(matches!(shop.erase(ana, "dsar-2026-115").await, Err(EraseError::Held { .. })));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// `request` is not a [`Name`], a [`hold`](Self::hold) stands, or the ledger failed: tenures before the failing
    /// one are erased, call again.
    pub async fn erase(&self, number: PhoneNumber, request: &str) -> Result<Erasure, EraseError> {
        let request = Name::new(request)?;
        let mut tenures = self.inner.book.tenures(number).await?;
        for person in &tenures {
            self.refuse_held(person.recipient).await?;
        }
        let now = self.inner.clock.now().ok_or(EraseError::NoClock)?;
        if tenures.is_empty() {
            tenures.push(self.inner.book.find_or_open(number, now.timestamp_millis()).await?);
        }
        let mut erasure = Erasure::of(request);
        for person in tenures {
            self.erase_tenure(person, None, Some(number), now, &mut erasure).await?;
        }
        self.inner.unstored.forget(number);
        Ok(erasure)
    }

    /// [`erase`](Self::erase) for one tenure, such as an earlier one of a number that is somebody else's now.
    ///
    /// # Errors
    /// As [`erase`](Self::erase); and there is no such tenure.
    pub async fn erase_recipient(
        &self,
        recipient: RecipientId,
        request: &str,
    ) -> Result<Erasure, EraseError> {
        let request = Name::new(request)?;
        self.erase_for(recipient, request, None).await
    }

    /// Erases one tenure, on request or under a retention rule.
    pub(super) async fn erase_for(
        &self,
        recipient: RecipientId,
        request: Name,
        rule: Option<&str>,
    ) -> Result<Erasure, EraseError> {
        let now = self.inner.clock.now().ok_or(EraseError::NoClock)?;
        let person = self.inner.book.person(recipient).await?.filter(|_| recipient != RecipientId::HOUSE);
        let person = person.ok_or(EraseError::NoTenure(recipient))?;
        self.refuse_held(recipient).await?;
        let number = self.inner.book.number(&person).ok();
        let mut erasure = Erasure::of(request);
        self.erase_tenure(person, rule, number, now, &mut erasure).await?;
        Ok(erasure)
    }

    pub(super) async fn erase_tenure(
        &self,
        mut person: Person,
        rule: Option<&str>,
        number: Option<PhoneNumber>,
        now: DateTime<Utc>,
        erasure: &mut Erasure,
    ) -> Result<(), EraseError> {
        let (book, at_ms) = (&self.inner.book, now.timestamp_millis());
        for _ in 0..TRIES {
            let recipient = person.recipient;
            if person.state.erased {
                // Whoever asks again is silenced again: what was agreed to in between is over.
                person.stage(at_ms, revocation(at_ms), &[])?;
                if let Written::Done(_) = book.write(person, Urgency::Stop).await? {
                    erasure.before.push(recipient);
                    return Ok(());
                }
                person = book.person(recipient).await?.ok_or(EraseError::NoTenure(recipient))?;
                continue;
            }
            let mut values = u64::from(person.version == 0);
            book.each_record(&person, |envelope| {
                values += envelope.commitments.len() as u64;
                ControlFlow::Continue(())
            })
            .await?;
            let flying: Vec<_> = person.state.in_flight().map(|sent| sent.message).collect();
            person.stage(at_ms, revocation(at_ms), &[])?;
            let rule = rule.map(str::to_owned);
            person.stage(at_ms, Erased { request: erasure.request.clone(), rule }, &[])?;
            if let Written::Done(person) = book.write(person, Urgency::Stop).await? {
                erasure.erased.push(recipient);
                erasure.values += values;
                erasure.records += person.version;
                erasure.in_flight.extend(flying);
                return Ok(());
            }
            person = match (book.person(recipient).await?, number) {
                (Some(person), _) => person,
                // It was to begin with this write, and another tenure was first.
                (None, Some(number)) => book.find_or_open(number, at_ms).await?,
                (None, None) => return Err(EraseError::NoTenure(recipient)),
            };
        }
        Err(EraseError::Contended)
    }

    /// Every tenure that a number has had, oldest first, also those that the index no longer leads to. Reads every
    /// person's state, and unseals nothing.
    ///
    /// # Errors
    /// The ledger failed.
    pub async fn tenures(&self, number: PhoneNumber) -> Result<Vec<Tenure>, BookError> {
        let book = &self.inner.book;
        let entries = book.ledger().keys().index_entries(number);
        let current: Vec<_> = book.tenures(number).await?.iter().map(|person| person.recipient).collect();
        let (mut tenures, mut after) = (Vec::new(), None);
        loop {
            let page = book.page(after, false).await?;
            let Some(last) = page.last() else { return Ok(tenures) };
            after = Some(last.recipient);
            for person in
                page.iter().filter(|p| p.state.index.iter().any(|(_, entry)| entries.contains(entry)))
            {
                tenures.push(Tenure {
                    recipient: person.recipient,
                    current: current.contains(&person.recipient),
                    ended: person.state.ended,
                    erased: person.state.erased,
                    newest: DateTime::from_timestamp_millis(person.state.newest_ms).unwrap_or_default(),
                });
            }
        }
    }

    /// Keeps a person from being erased while a claim is open: GDPR art. 17(3)(e). It holds the number's present
    /// tenure, and is no record: the chain says nothing of it.
    ///
    /// # Errors
    /// `reference` is not a [`Name`], nobody is known by this number, or the ledger failed.
    pub async fn hold(&self, number: PhoneNumber, reference: &str) -> Result<RecipientId, EraseError> {
        let reference = Name::new(reference)?;
        let recipient = self.held_tenure(number).await?;
        let bytes = reference.as_str().as_bytes().to_vec();
        self.inner.book.ledger().keep(hold_key(recipient)?, bytes).await?;
        Ok(recipient)
    }

    /// Ends a [`hold`](Self::hold). Tells whether there was one.
    ///
    /// # Errors
    /// Nobody is known by this number, or the ledger failed.
    pub async fn release(&self, number: PhoneNumber) -> Result<bool, EraseError> {
        let recipient = self.held_tenure(number).await?;
        let held = self.held(recipient).await?.is_some();
        self.inner.book.ledger().keep(hold_key(recipient)?, Vec::new()).await?;
        Ok(held)
    }

    async fn held_tenure(&self, number: PhoneNumber) -> Result<RecipientId, EraseError> {
        let person = self.inner.book.find(number).await?.filter(|person| !person.state.erased);
        person.map(|person| person.recipient).ok_or(EraseError::Nobody)
    }

    /// On whose reference a person is held.
    pub(super) async fn held(&self, recipient: RecipientId) -> Result<Option<String>, EraseError> {
        let kept = self.inner.book.ledger().kept(hold_key(recipient)?).await?;
        Ok(kept.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }

    async fn refuse_held(&self, recipient: RecipientId) -> Result<(), EraseError> {
        match self.held(recipient).await? {
            Some(reference) => Err(EraseError::Held { reference }),
            None => Ok(()),
        }
    }
}

impl Erasure {
    pub(super) const fn of(request: Name) -> Self {
        Self { request, erased: Vec::new(), before: Vec::new(), values: 0, records: 0, in_flight: Vec::new() }
    }
}

/// Who is forgotten is not written to.
pub(super) const fn revocation(at_ms: i64) -> Revoked {
    Revoked::all(Road::Erasure, at_ms)
}

fn hold_key(recipient: RecipientId) -> Result<Name, NameError> {
    Name::new(&format!("hold.{recipient}"))
}

/// A person could not be erased.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EraseError {
    /// The request's or the hold's reference is not a name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// A claim is open.
    #[error("held on reference `{reference}`: release it first")]
    Held {
        /// Whose.
        reference: String,
    },
    /// Nobody is known by the number, or the person was erased.
    #[error("nobody is known by this number")]
    Nobody,
    /// There is no such tenure.
    #[error("there is no tenure {0}")]
    NoTenure(RecipientId),
    /// The ledger failed.
    #[error(transparent)]
    Book(#[from] BookError),
    /// Others wrote to the same stream all the time.
    #[error("others wrote to this person's stream all the time; erase again")]
    Contended,
    /// The clock cannot be read.
    #[error("the clock cannot be read")]
    NoClock,
}

impl From<LedgerError> for EraseError {
    fn from(error: LedgerError) -> Self {
        Self::Book(error.into())
    }
}
