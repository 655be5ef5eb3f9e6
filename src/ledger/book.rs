use std::{
    collections::HashMap,
    ops::ControlFlow,
    sync::{Arc, Mutex, PoisonError},
};

use sha2::{Digest, Sha256};
use thiserror::Error;

use super::{
    boxed::DynLedger,
    envelope::{Envelope, EnvelopeError, leaf_hash},
    keys::{Keys, SealError, SubjectKey},
    store::{Append, Appended, IndexChange, LedgerError, NewRecord, Row, Urgency, Vault},
    tree::TreeError,
    waiting::OutboxChange,
};
use crate::{
    consent::{Event, PersonalField, State, event::Opened},
    id::{self, Hash, Name, NoRandomness, RecipientId},
    phone::PhoneNumber,
    place::{Provenance, Whereabouts},
};

/// The version of the fold: a cached state of another one is not believed.
const FOLD: u8 = 7;
/// Those before it. No single flipped bit makes one of the other.
const OLDER_FOLDS: [u8; 3] = [1, 2, 4];
/// At most so many records of a stream are read at once.
pub(super) const PAGE: usize = 512;
/// At most so many people are read at once: a page stays within what an allocator keeps at hand.
pub(crate) const PEOPLE: usize = 96;
/// At most so many groups of places are kept in memory.
const GROUPS: usize = 4_096;

/// A ledger seen through the core: people instead of bytes.
#[derive(Debug, Clone)]
pub struct Book {
    ledger: Arc<dyn DynLedger>,
    /// Groups that were read before. There are few, and they never change.
    groups: Arc<Mutex<HashMap<Vec<u8>, Arc<Whereabouts>>>>,
}

/// One stream, read, and what is to be appended to it. Nothing happens until [`Book::write`].
#[derive(Debug)]
pub struct Person {
    /// The tenure.
    pub recipient: RecipientId,
    /// The version that was read.
    pub version: u64,
    /// The fold, records that are staged included.
    pub state: State,
    /// Where the person may be.
    pub whereabouts: Option<Arc<Whereabouts>>,
    head: Option<Hash>,
    key: Option<SubjectKey>,
    number: Option<Vec<u8>>,
    records: Vec<NewRecord>,
    group: Option<Vec<u8>>,
    vault: Option<Vault>,
    index: Vec<IndexChange>,
    erase: bool,
    outbox: Vec<OutboxChange>,
}

/// The answer to a write.
#[derive(Debug)]
pub enum Written {
    /// Durable. The person stands at the new version, ready for the next write.
    Done(Box<Person>),
    /// Somebody else was first: read again, decide again.
    Conflict,
}

impl Book {
    /// A book over this ledger.
    #[must_use]
    pub fn new(ledger: Arc<dyn DynLedger>) -> Self {
        Self { ledger, groups: Arc::default() }
    }

    /// The ledger beneath.
    #[must_use]
    pub fn ledger(&self) -> &dyn DynLedger {
        &*self.ledger
    }

    fn keys(&self) -> &Keys {
        self.ledger.keys()
    }

    /// The current tenure of a number, if there is one.
    ///
    /// # Errors
    /// The store failed, or what it holds does not fit.
    pub async fn find(&self, number: PhoneNumber) -> Result<Option<Person>, BookError> {
        match self.ledger.find(self.keys().index_entries(number)).await? {
            Some(recipient) => self.person(recipient).await,
            None => Ok(None),
        }
    }

    /// The current tenures of many numbers, an answer for each in order. Without `unlock` nothing is unsealed:
    /// enough to decide, not to write personal values.
    ///
    /// # Errors
    /// The store failed, or what it holds does not fit.
    pub async fn find_all(
        &self,
        numbers: &[PhoneNumber],
        unlock: bool,
    ) -> Result<Vec<Option<Person>>, BookError> {
        let people = numbers.iter().map(|number| self.keys().index_entries(*number)).collect();
        let rows = self.ledger.look_up(people).await?;
        if rows.len() != numbers.len() {
            return Err(BookError::Answers);
        }
        let mut people = Vec::with_capacity(rows.len());
        for row in rows {
            people.push(match row {
                Some(row) => Some(self.person_of(row, unlock).await?),
                None => None,
            });
        }
        Ok(people)
    }

    /// People after `after` in the ledger's stable order, at most a page of them; empty at the end.
    ///
    /// # Errors
    /// The store failed, or what it holds does not fit.
    pub async fn page(&self, after: Option<RecipientId>, unlock: bool) -> Result<Vec<Person>, BookError> {
        let rows = self.ledger.scan(after, PEOPLE).await?;
        let mut people = Vec::with_capacity(rows.len());
        for row in rows {
            people.push(self.person_of(row, unlock).await?);
        }
        Ok(people)
    }

    /// The current tenure of a number; if there is none, one is staged that begins with the first write.
    ///
    /// # Errors
    /// The store failed, or what it holds does not fit.
    pub async fn find_or_open(&self, number: PhoneNumber, at_ms: i64) -> Result<Person, BookError> {
        let found = self.find(number).await?;
        self.or_open(number, found, at_ms)
    }

    /// The tenure that was found, if it goes on; else one is staged that begins with the first write.
    pub(crate) fn or_open(
        &self,
        number: PhoneNumber,
        found: Option<Person>,
        at_ms: i64,
    ) -> Result<Person, BookError> {
        match found {
            Some(person) if !person.state.ended && !person.state.erased => Ok(person),
            before => self.open(number, before.as_ref(), Whereabouts::of(number), at_ms),
        }
    }

    /// Every tenure of a number that the index leads to: the newest generation's first.
    pub(crate) async fn tenures(&self, number: PhoneNumber) -> Result<Vec<Person>, BookError> {
        let mut tenures: Vec<Person> = Vec::new();
        for entry in self.keys().index_entries(number) {
            let Some(recipient) = self.ledger.find(vec![entry]).await? else { continue };
            if tenures.iter().all(|known| known.recipient != recipient) {
                tenures.extend(self.person(recipient).await?);
            }
        }
        Ok(tenures)
    }

    /// The person of this tenure.
    ///
    /// # Errors
    /// The store failed, or what it holds does not fit.
    pub async fn person(&self, recipient: RecipientId) -> Result<Option<Person>, BookError> {
        match self.ledger.read(recipient).await? {
            Some(row) => self.person_of(row, true).await.map(Some),
            None => Ok(None),
        }
    }

    /// The house stream.
    ///
    /// # Errors
    /// The store failed, or what it holds does not fit.
    pub async fn house(&self) -> Result<Person, BookError> {
        match self.ledger.read(RecipientId::HOUSE).await? {
            Some(row) => self.person_of(row, false).await,
            None => Ok(Person::blank(RecipientId::HOUSE)),
        }
    }

    async fn person_of(&self, row: Row, unseal: bool) -> Result<Person, BookError> {
        let state = if is_older(&row.state) { self.refold(&row).await? } else { state_of(&row)? };
        let whereabouts = row.group.and_then(|group| self.whereabouts(group));
        let key = match row.vault.as_ref().filter(|_| unseal) {
            Some(vault) => Some(self.keys().unwrap(&vault.key)?),
            None => None,
        };
        Ok(Person {
            version: row.version,
            head: Some(row.head),
            state,
            whereabouts,
            key,
            number: row.vault.map(|vault| vault.number),
            ..Person::blank(row.stream)
        })
    }

    /// The fold of the records themselves: for a row that an older version of the fold wrote.
    async fn refold(&self, row: &Row) -> Result<State, BookError> {
        let (mut state, mut seq, mut head) = (State::default(), 0, None);
        while seq < row.version {
            let page = self.ledger.records(row.stream, seq + 1, PAGE).await?;
            for record in page.iter().take(usize::try_from(row.version - seq).unwrap_or(PAGE)) {
                let envelope = Envelope::from_bytes(&record.envelope)?;
                seq += 1;
                if envelope.seq != seq || envelope.prev != head {
                    return Err(BookError::Stale);
                }
                head = Some(leaf_hash(&record.envelope));
                state.apply(seq, envelope.at_ms, &envelope.event);
            }
            if page.is_empty() {
                return Err(BookError::Stale);
            }
        }
        if head == Some(row.head) { Ok(state) } else { Err(BookError::Stale) }
    }

    fn whereabouts(&self, group: Vec<u8>) -> Option<Arc<Whereabouts>> {
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = groups.get(&group) {
            return Some(Arc::clone(known));
        }
        if groups.len() >= GROUPS {
            groups.clear();
        }
        let read = Arc::new(Whereabouts::from_bytes(&group)?);
        groups.insert(group, Arc::clone(&read));
        Some(read)
    }

    /// Stages the next tenure of a number, after the one that ended or was erased, if there was one.
    pub(crate) fn open(
        &self,
        number: PhoneNumber,
        before: Option<&Person>,
        whereabouts: Whereabouts,
        at_ms: i64,
    ) -> Result<Person, BookError> {
        let recipient = RecipientId::random()?;
        let key = SubjectKey::generate()?;
        let sealed = key.seal(&recipient.0, &number.digits().to_be_bytes())?;
        let (generation, entry) = self.keys().index_entry(number).ok_or(NoRandomness)?;
        let group = whereabouts.to_bytes();
        let mut person = Person {
            vault: Some(Vault { key: self.keys().wrap(&key)?, number: sealed.clone() }),
            key: Some(key),
            number: Some(sealed),
            index: vec![IndexChange { entry, was: before.map(|person| person.recipient) }],
            whereabouts: Some(Arc::new(whereabouts)),
            ..Person::blank(recipient)
        };
        let opened = Opened { generation, index: entry, group: digest(&group) };
        person.group = Some(group);
        person.stage(at_ms, opened, &[(PersonalField::Number, number.e164())])?;
        // The number's next owner inherits its silence until consenting afresh.
        let before = before.map(|person| &person.state);
        for revocation in before.iter().flat_map(|state| &state.revocations) {
            person.stage(at_ms, revocation.inherited(), &[])?;
        }
        if let Some(doubt) = before.and_then(|state| state.suspension) {
            person.stage(at_ms, doubt.inherited(), &[])?;
        }
        // Lists go on naming what the earlier holder agreed to.
        if let Some(over) = before.and_then(State::ended_before) {
            person.stage(at_ms, over, &[])?;
        }
        Ok(person)
    }

    /// Begins a tenure of which nothing is known but its index entries; `None` if one of them leads somewhere by now.
    pub(crate) async fn entomb(
        &self,
        recipient: RecipientId,
        index: &[(u32, Hash)],
        at_ms: i64,
    ) -> Result<Option<Person>, BookError> {
        let entries: Vec<_> = index.iter().map(|(_, entry)| *entry).collect();
        if self.ledger.read(recipient).await?.is_some() || self.ledger.find(entries.clone()).await?.is_some()
        {
            return Ok(None);
        }
        let mut person = Person {
            index: entries.into_iter().map(|entry| IndexChange { entry, was: None }).collect(),
            ..Person::blank(recipient)
        };
        for (generation, index) in index {
            let opened = Opened { generation: *generation, index: *index, group: digest(&[]) };
            person.stage(at_ms, opened, &[])?;
        }
        Ok(Some(person))
    }

    /// The number of a person who has not been erased.
    ///
    /// # Errors
    /// Erased, or the seal does not open.
    pub fn number(&self, person: &Person) -> Result<PhoneNumber, BookError> {
        let (Some(key), Some(sealed)) = (&person.key, &person.number) else { return Err(BookError::Erased) };
        number_of(person.recipient, key, sealed)
    }

    /// Appends what is staged, if the stream still stands where it was read. Durable when it returns.
    ///
    /// # Errors
    /// The store failed: nothing staged is known to have happened.
    pub async fn write(&self, person: Person, urgency: Urgency) -> Result<Written, BookError> {
        self.write_all(vec![person], urgency).await?.pop().ok_or(BookError::Answers)
    }

    /// [`write`](Self::write) for several streams at once, an answer for each in order.
    ///
    /// # Errors
    /// The store failed: nothing staged is known to have happened.
    pub async fn write_all(
        &self,
        mut people: Vec<Person>,
        urgency: Urgency,
    ) -> Result<Vec<Written>, BookError> {
        let items = people.iter_mut().map(Person::take_append).collect::<Result<Vec<_>, _>>()?;
        let answers = self.ledger.append(items, urgency).await?;
        if answers.len() != people.len() {
            return Err(BookError::Answers);
        }
        let answer = |(mut person, answer): (Person, Appended)| match answer {
            Appended::Done(version) => {
                person.version = version;
                Written::Done(Box::new(person))
            }
            Appended::Conflict => Written::Conflict,
        };
        Ok(people.into_iter().zip(answers).map(answer).collect())
    }

    /// Whether this stream has ever started this message: asked of the records when the state forgot.
    ///
    /// # Errors
    /// The store failed, or a record does not fit.
    pub async fn ever_started(&self, person: &Person, message: id::MessageId) -> Result<bool, BookError> {
        let mut found = false;
        self.each_record(person, |envelope| {
            found = matches!(&envelope.event, Event::Started(started) if started.message == message);
            if found { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })
        .await?;
        Ok(found)
    }

    /// Shows every record of a person, oldest first, until told to stop.
    ///
    /// # Errors
    /// The store failed, or a record does not fit.
    pub async fn each_record(
        &self,
        person: &Person,
        mut each: impl FnMut(Envelope) -> ControlFlow<()> + Send,
    ) -> Result<(), BookError> {
        let mut from = 1;
        loop {
            let page = self.ledger.records(person.recipient, from, PAGE).await?;
            for record in &page {
                let envelope = Envelope::from_bytes(&record.envelope)?;
                from = envelope.seq + 1;
                if each(envelope).is_break() {
                    return Ok(());
                }
            }
            if page.len() < PAGE {
                return Ok(());
            }
        }
    }

    /// The events of a person, oldest first, with their sequence and time, and what could be unsealed.
    ///
    /// # Errors
    /// The store failed, or a record does not fit.
    pub async fn history(
        &self,
        person: &Person,
    ) -> Result<Vec<(Envelope, Vec<(PersonalField, String)>)>, BookError> {
        let mut all = Vec::new();
        loop {
            let page = self.ledger.records(person.recipient, all.len() as u64 + 1, PAGE).await?;
            for record in &page {
                let envelope = Envelope::from_bytes(&record.envelope)?;
                let personal = person.disclose(&envelope, record.sealed.as_deref())?;
                all.push((envelope, personal));
            }
            if page.len() < PAGE {
                return Ok(all);
            }
        }
    }
}

impl Person {
    fn blank(recipient: RecipientId) -> Self {
        Self {
            recipient,
            version: 0,
            state: State::default(),
            whereabouts: None,
            head: None,
            key: None,
            number: None,
            records: Vec::new(),
            group: None,
            vault: None,
            index: Vec::new(),
            erase: false,
            outbox: Vec::new(),
        }
    }

    /// Stages one more record, and takes it into [`state`](Self::state). With `Erased`, key, number, places and
    /// every sealed value go in the same commit, and later records of the stream hold no personal value.
    ///
    /// # Errors
    /// Personal values for a person without a key, no randomness, or anything but outcomes and suppression for one
    /// who was erased.
    pub fn stage(
        &mut self,
        at_ms: i64,
        event: impl Into<Event>,
        personal: &[(PersonalField, String)],
    ) -> Result<(), BookError> {
        let event = event.into();
        if self.state.erased && !is_left_to_the_erased(&event) {
            return Err(BookError::Erased);
        }
        let seq = self.version + self.records.len() as u64 + 1;
        let mut values: Vec<(PersonalField, [u8; 16], &str)> = Vec::with_capacity(personal.len());
        for (field, value) in personal {
            values.push((*field, id::random()?, value));
        }
        values.sort_by_key(|(field, ..)| *field);
        let commitments = values.iter().map(|(field, salt, value)| (*field, commit(salt, value))).collect();
        self.state.apply(seq, at_ms, &event);
        let erases = matches!(event, Event::Erased(_));
        let envelope = Envelope { stream: self.recipient, seq, prev: self.head, at_ms, event, commitments };
        let bytes = envelope.to_bytes()?;
        let sealed = if values.is_empty() {
            None
        } else {
            let key = self.key.as_ref().ok_or(BookError::Erased)?;
            Some(key.seal(&context(self.recipient, seq), &encode_values(&values))?)
        };
        self.head = Some(leaf_hash(&bytes));
        self.records.push(NewRecord { envelope: bytes, sealed });
        if erases {
            self.erase = true;
            (self.key, self.number, self.vault) = (None, None, None);
            (self.group, self.whereabouts) = (None, None);
            self.records.iter_mut().for_each(|record| record.sealed = None);
        }
        Ok(())
    }

    /// Stages a change of where the person may be. What the digits of the number alone leave open replaces nothing that
    /// somebody said: a list without addresses moves nobody.
    ///
    /// # Errors
    /// As [`stage`](Self::stage).
    pub fn locate(&mut self, at_ms: i64, whereabouts: Whereabouts) -> Result<(), BookError> {
        let weaker = |new: Provenance, held: Provenance| new == Provenance::NumberPrefix && held > new;
        let stays = self.whereabouts.as_deref().is_some_and(|held| {
            *held == whereabouts
                || weaker(whereabouts.places_from(), held.places_from())
                || weaker(whereabouts.zones_from(), held.zones_from())
        });
        if stays {
            return Ok(());
        }
        let group = whereabouts.to_bytes();
        let event = crate::consent::event::Located { group: digest(&group) };
        self.group = Some(group);
        self.whereabouts = Some(Arc::new(whereabouts));
        self.stage(at_ms, event, &[])
    }

    /// Whether anything is staged.
    pub(crate) fn has_staged(&self) -> bool {
        !self.records.is_empty() || !self.outbox.is_empty()
    }

    /// Stages a change of the outbox, for the same commit.
    pub fn change_outbox(&mut self, change: OutboxChange) {
        self.outbox.push(change);
    }

    /// Seals bytes that belong to this person, such as merge values that wait in the outbox.
    ///
    /// # Errors
    /// Erased, or no randomness.
    pub fn seal(&self, purpose: &[u8], plain: &[u8]) -> Result<Vec<u8>, BookError> {
        Ok(self.key.as_ref().ok_or(BookError::Erased)?.seal(purpose, plain)?)
    }

    /// What stands in the ledger for a code that this person is to text for a program.
    pub(crate) fn code_tag(&self, program: &Name, code: &str) -> Result<Hash, BookError> {
        Ok(self.key.as_ref().ok_or(BookError::Erased)?.tag(program.as_str().as_bytes(), code.as_bytes()))
    }

    /// Whether this is that code.
    pub(crate) fn is_code(&self, program: &Name, code: &str, tag: Hash) -> bool {
        self.key.as_ref().is_some_and(|key| key.tags(program.as_str().as_bytes(), code.as_bytes(), tag))
    }

    /// Opens what [`seal`](Self::seal) sealed.
    ///
    /// # Errors
    /// Erased, or the seal does not open.
    pub fn unseal(&self, purpose: &[u8], sealed: &[u8]) -> Result<Vec<u8>, BookError> {
        Ok(self.key.as_ref().ok_or(BookError::Erased)?.unseal(purpose, sealed)?)
    }

    /// The personal values of one record, checked against its commitments; none after erasure.
    pub(super) fn disclose(
        &self,
        envelope: &Envelope,
        sealed: Option<&[u8]>,
    ) -> Result<Vec<(PersonalField, String)>, BookError> {
        let values = self.salted(envelope, sealed)?;
        Ok(values.into_iter().map(|(field, _, value)| (field, value)).collect())
    }

    /// The same with their salts.
    pub(super) fn salted(
        &self,
        envelope: &Envelope,
        sealed: Option<&[u8]>,
    ) -> Result<Vec<(PersonalField, [u8; 16], String)>, BookError> {
        let (Some(key), Some(sealed)) = (&self.key, sealed) else { return Ok(Vec::new()) };
        let plain = key.unseal(&context(envelope.stream, envelope.seq), sealed)?;
        let values = decode_values(&plain).ok_or(SealError::DoesNotOpen)?;
        let fits = values.len() == envelope.commitments.len()
            && values
                .iter()
                .zip(&envelope.commitments)
                .all(|((field, salt, value), (held, hash))| field == held && commit(salt, value) == *hash);
        if fits { Ok(values) } else { Err(BookError::Commitment(envelope.seq)) }
    }

    /// What opens the sealed values of this row, whatever its cached state says, and the index entries of its
    /// number: for checking them.
    ///
    /// # Errors
    /// The vault does not open, or holds no number.
    pub(super) fn of_vault(keys: &Keys, row: &Row) -> Result<(Self, Vec<Hash>), BookError> {
        let (mut person, mut entries) = (Self::blank(row.stream), Vec::new());
        if let Some(vault) = &row.vault {
            let key = keys.unwrap(&vault.key)?;
            entries = keys.index_entries(number_of(row.stream, &key, &vault.number)?);
            person.key = Some(key);
        }
        Ok((person, entries))
    }

    /// What is staged, taken out. The person is at the new version only once the store says so.
    fn take_append(&mut self) -> Result<Append, BookError> {
        let head = self.head.ok_or(EnvelopeError)?;
        Ok(Append {
            stream: self.recipient,
            expected: self.version,
            records: std::mem::take(&mut self.records),
            head,
            state: state_bytes(&self.state, head),
            group: self.group.take(),
            vault: self.vault.take(),
            index: std::mem::take(&mut self.index),
            erase: std::mem::take(&mut self.erase),
            outbox: std::mem::take(&mut self.outbox),
        })
    }
}

/// What a stream still takes after erasure: outcomes and suppression.
const fn is_left_to_the_erased(event: &Event) -> bool {
    matches!(
        event,
        Event::Concluded(_)
            | Event::Reported(_)
            | Event::Revoked(_)
            | Event::Suspended(_)
            | Event::Unsuspended(_)
            | Event::Blocked(_)
            | Event::Unblocked(_)
            | Event::Reassigned(_)
    )
}

fn number_of(recipient: RecipientId, key: &SubjectKey, sealed: &[u8]) -> Result<PhoneNumber, BookError> {
    let bytes = key.unseal(&recipient.0, sealed)?;
    let digits = u64::from_be_bytes(bytes.try_into().map_err(|_| SealError::DoesNotOpen)?);
    PhoneNumber::from_e164(&format!("+{digits}")).map_err(|_| BookError::Seal(SealError::DoesNotOpen))
}

/// The cached fold as stored: fold version, hash of the record it goes up to, the state.
pub(super) fn state_bytes(state: &State, head: Hash) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(256);
    bytes.push(FOLD);
    bytes.extend_from_slice(&head.0);
    // Writing to memory does not fail.
    let _ = minicbor::encode(state, &mut bytes);
    bytes
}

/// Whether an older version of the fold wrote this: it is not believed, and folded again.
pub(super) fn is_older(state: &[u8]) -> bool {
    state.first().is_some_and(|fold| OLDER_FOLDS.contains(fold))
}

/// Reads the cached fold of a row, and refuses one of another fold or another head.
fn state_of(row: &Row) -> Result<State, BookError> {
    let (head, state) = row
        .state
        .split_first()
        .filter(|(fold, _)| **fold == FOLD)
        .and_then(|(_, rest)| rest.split_first_chunk::<32>())
        .ok_or(BookError::Stale)?;
    if *head != row.head.0 {
        return Err(BookError::Stale);
    }
    minicbor::decode(state).map_err(|_| BookError::Stale)
}

pub(super) fn digest(bytes: &[u8]) -> Hash {
    Hash(Sha256::digest(bytes).into())
}

fn commit(salt: &[u8; 16], value: &str) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update(salt);
    hasher.update(value.as_bytes());
    Hash(hasher.finalize().into())
}

fn context(stream: RecipientId, seq: u64) -> Vec<u8> {
    [stream.0.as_slice(), &seq.to_be_bytes()].concat()
}

fn encode_values(values: &[(PersonalField, [u8; 16], &str)]) -> Vec<u8> {
    let list: Vec<_> = values
        .iter()
        .map(|(field, salt, value)| (*field, minicbor::bytes::ByteArray::from(*salt), *value))
        .collect();
    let mut bytes = Vec::new();
    // Writing to memory does not fail.
    let _ = minicbor::encode(list, &mut bytes);
    bytes
}

fn decode_values(bytes: &[u8]) -> Option<Vec<(PersonalField, [u8; 16], String)>> {
    let list: Vec<(PersonalField, minicbor::bytes::ByteArray<16>, String)> = minicbor::decode(bytes).ok()?;
    Some(list.into_iter().map(|(field, salt, value)| (field, *salt, value)).collect())
}

/// Reading or writing people failed. A conflict is not an error: it is a [`Written`].
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum BookError {
    /// The store failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A record is not a canonical envelope.
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    /// The cached state is of another fold or another head: nothing may be decided from it. Run `verify`.
    #[error("the cached state does not belong to the stream's head: run `verify`")]
    Stale,
    /// A sealed value does not open.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The person's key is gone.
    #[error("the person was erased")]
    Erased,
    /// A personal value is not the one that its record commits to.
    #[error("record {0}: a personal value is not the one that was committed to")]
    Commitment(u64),
    /// The tree over the records does not have what was asked for.
    #[error(transparent)]
    Tree(#[from] TreeError),
    /// The ledger is not the one that its anchor knows: only STOP is taken in.
    #[cfg(feature = "evidence")]
    #[error(transparent)]
    Restored(#[from] super::checkpoint::Restored),
    /// What the anchor knows cannot be told, so nothing may leave.
    #[cfg(feature = "evidence")]
    #[error("the ledger cannot be compared with its anchor: only STOP is taken in until it can")]
    Anchor(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// No random bytes.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// The store answered for another number of items than it was given.
    #[error("the ledger answered for another number of items than it was given")]
    Answers,
}
