//! Everything that a pack holds, read from the ledger.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    EvidenceError,
    ask::{MessageRef, Which},
};
use crate::{
    consent::{Event, PersonalField, State},
    id::{Hash, MessageId, Name, RecipientId},
    ledger::{Book, BookError, Envelope, Person, leaf_hash},
    phone::PhoneNumber,
    place::Whereabouts,
};

const PAGE: usize = 512;

/// A record with what a pack shows of it.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    pub(super) leaf: u64,
    pub(super) bytes: Vec<u8>,
    pub(super) envelope: Envelope,
    /// Personal values that could be opened, with their salts.
    pub(super) values: Vec<(PersonalField, [u8; 16], String)>,
    pub(super) proof: Vec<Hash>,
}

/// One person's stream, and the house's records that it leans on.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(super) recipient: RecipientId,
    /// The fold of all of it.
    pub(super) state: State,
    /// Where the person may be, as it stands now.
    pub(super) whereabouts: Option<Arc<Whereabouts>>,
    /// The number, if it was not erased.
    pub(super) number: Option<PhoneNumber>,
    pub(super) records: Vec<Kept>,
    pub(super) house: Vec<Kept>,
    pub(super) message: Option<MessageId>,
    /// Where the number leads now, if elsewhere.
    pub(super) next: Option<RecipientId>,
}

impl Gathered {
    /// Up to which record of the file the proofs must reach.
    pub(crate) fn last_leaf(&self) -> u64 {
        self.records.iter().chain(&self.house).map(|kept| kept.leaf).max().unwrap_or(0)
    }

    /// Puts in the proofs up to the checkpoint of this size.
    pub(crate) async fn prove(&mut self, book: &Book, size: u64) -> Result<(), BookError> {
        for kept in self.records.iter_mut().chain(&mut self.house) {
            kept.proof = book.inclusion(kept.leaf, size).await?.hashes;
        }
        Ok(())
    }
}

/// Finds the stream in which a message started.
pub(crate) async fn find(book: &Book, message: &MessageRef) -> Result<Person, EvidenceError> {
    if let Some(number) = message.to {
        return book.find(number).await?.ok_or(EvidenceError::Nobody);
    }
    let mut after = 0;
    loop {
        let page = book.ledger().log(after, PAGE).await.map_err(BookError::from)?;
        for record in &page {
            after = record.leaf;
            let envelope = Envelope::from_bytes(&record.envelope).map_err(BookError::from)?;
            if names(&message.which, &envelope.event).is_some() {
                return book.person(record.stream).await?.ok_or(EvidenceError::Nobody);
            }
        }
        if page.is_empty() {
            return Err(EvidenceError::NoMessage);
        }
    }
}

/// The message that an event is about, if it is the one meant.
fn names(which: &Which, event: &Event) -> Option<MessageId> {
    match (which, event) {
        (Which::Id(id), Event::Started(e)) => (e.message == *id).then_some(e.message),
        (Which::Source(source), Event::Started(e)) => (e.source == *source).then_some(e.message),
        (Which::Gateway(id), Event::Concluded(e)) => (e.gateway_id.as_ref() == Some(id)).then_some(e.message),
        _ => None,
    }
}

/// Reads a person's whole stream, and what of the house's belongs to it. The house's own stream is read from its
/// beginning: it holds a record for each text, approval, import and checkpoint, none for people.
pub(crate) async fn gather(
    book: &Book,
    person: Person,
    message: Option<&MessageRef>,
) -> Result<Gathered, EvidenceError> {
    let records = read(book, &person, |_| true).await?;
    let meant = |kept: &Kept| message.and_then(|message| names(&message.which, &kept.envelope.event));
    let found = records.iter().rev().find_map(meant);
    if message.is_some() && found.is_none() {
        return Err(EvidenceError::NoMessage);
    }
    let mut leans = Leans::default();
    records.iter().for_each(|kept| leans.on(&kept.envelope.event, found));
    let house = read(book, &book.house().await?, |event| leans.has(event)).await?;
    let entries = person.state.index.iter().map(|(_, entry)| *entry).collect();
    let leads = book.ledger().find(entries).await.map_err(BookError::from)?;
    let number = if person.state.erased { None } else { Some(book.number(&person)?) };
    let next = leads.filter(|led| *led != person.recipient);
    let Person { recipient, state, whereabouts, .. } = person;
    Ok(Gathered { recipient, state, whereabouts, number, records, house, message: found, next })
}

/// The records of one stream that are wanted, with their chain checked against the head that was read.
async fn read(
    book: &Book,
    person: &Person,
    wanted: impl Fn(&Event) -> bool,
) -> Result<Vec<Kept>, EvidenceError> {
    let (mut all, mut seq, mut head) = (Vec::new(), 0, None);
    while seq < person.version {
        let page = book.ledger().records(person.recipient, seq + 1, PAGE).await.map_err(BookError::from)?;
        if page.is_empty() {
            return Err(EvidenceError::Unsound(seq + 1));
        }
        for record in page {
            if seq == person.version {
                break;
            }
            let envelope = Envelope::from_bytes(&record.envelope).map_err(BookError::from)?;
            seq += 1;
            if envelope.seq != seq || envelope.prev != head || envelope.stream != person.recipient {
                return Err(EvidenceError::Unsound(seq));
            }
            head = Some(leaf_hash(&record.envelope));
            if wanted(&envelope.event) {
                let values = person.opened(&envelope, record.sealed.as_deref())?;
                let (leaf, bytes) = (record.leaf, record.envelope);
                all.push(Kept { leaf, bytes, envelope, values, proof: Vec::new() });
            }
        }
    }
    Ok(all)
}

/// What of the house's records a person's lean on.
#[derive(Default)]
struct Leans {
    texts: BTreeSet<Hash>,
    campaigns: BTreeSet<Name>,
    imports: BTreeSet<Name>,
    rulebooks: BTreeSet<String>,
}

impl Leans {
    /// With `only`, of campaigns that of this message.
    fn on(&mut self, event: &Event, only: Option<MessageId>) {
        match event {
            Event::OptedIn(e) => self.texts.extend(e.grant.text),
            Event::Asked(e) => self.texts.extend(e.grant.text),
            Event::Imported(e) => {
                self.texts.extend(e.grant.text);
                self.imports.insert(e.import.clone());
            }
            Event::Revoked(e) => self.imports.extend(e.import.clone()),
            Event::Bounced(e) => self.imports.extend(e.import.clone()),
            Event::Started(e) if only.is_none_or(|only| only == e.message) => {
                self.campaigns.insert(e.source.clone());
                self.rulebooks.insert(e.rulebook.clone());
            }
            _ => {}
        }
    }

    fn has(&self, event: &Event) -> bool {
        match event {
            Event::TextKept(e) => self.texts.contains(&e.digest),
            Event::Approved(e) => self.campaigns.contains(&e.campaign),
            Event::ImportRun(e) => self.imports.contains(&e.import),
            Event::ImportTakenBack(e) => self.imports.contains(&e.import),
            Event::Danger(e) => {
                e.rulebook.as_ref().is_some_and(|book| self.rulebooks.contains(book))
                    || e.campaign.as_ref().is_some_and(|campaign| self.campaigns.contains(campaign))
            }
            _ => false,
        }
    }
}

/// The fold of the records before this one.
pub(super) fn state_before(records: &[Kept], seq: u64) -> State {
    let mut state = State::default();
    for Kept { envelope, .. } in records.iter().take_while(|kept| kept.envelope.seq < seq) {
        state.apply(envelope.seq, envelope.at_ms, &envelope.event);
    }
    state
}
