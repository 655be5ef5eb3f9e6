//! The verifier: `manual::evidence_format`, section 9, in its order.

use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    flaw::{PackFlaw, What},
    json,
    pack::{Pack, Record},
    seal,
    words::stamp,
};
use crate::{
    consent::{Event, PersonalField, text_digest},
    id::{Hash, MessageId, RecipientId},
    ledger::{Checkpoint, CheckpointError, Envelope, NoteKey, leaf_hash, merkle::InclusionProof},
};

/// What a pack was found to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Checked {
    /// The stream.
    pub recipient: RecipientId,
    /// The message that it is about, if about one.
    pub message: Option<MessageId>,
    /// How many records the stream has: all were there, chained and proven.
    pub records: u64,
    /// Records of the house that were proven.
    pub house: u64,
    /// Personal values that were shown and fit.
    pub disclosed: u64,
    /// Personal values that are not shown.
    pub withheld: u64,
    /// Consents whose words are not in the pack.
    pub wordless: u64,
    /// How many records the file had at the checkpoint.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
    /// The key that it holds under.
    pub key: NoteKey,
    /// Whether the caller gave the key. If not, it is the pack's own word whose it is.
    pub vouched: bool,
}

/// Checks a pack under `key`; without one, under the key that the pack names itself, which proves only that the pack
/// is whole.
///
/// ```
/// use optin::report::evidence::{What, check};
/// let pack = include_bytes!("../../../tests/data/evidence/example.json");
/// let checked = check(pack, None)?;
/// assert_eq!((checked.records, checked.vouched), (2, false));
///
/// let changed = String::from_utf8_lossy(pack).replace("checkbox", "verbal");
/// assert_eq!(check(changed.as_bytes(), None).unwrap_err().what, What::Changed);
/// # Ok::<(), optin::report::evidence::PackFlaw>(())
/// ```
///
/// # Errors
/// The first place that is wrong.
pub fn check(json: &[u8], key: Option<&NoteKey>) -> Result<Checked, PackFlaw> {
    let mut value = json::read(json)?;
    let shape = |_| PackFlaw::new("", What::Shape);
    let whole: Pack<Value> = serde_json::from_value(value.clone()).map_err(shape)?;
    let message = about(&whole)?;
    if !whole.reading.is_object() {
        return Err(PackFlaw::new("reading", What::Shape));
    }
    let named: NoteKey = whole.key.parse().map_err(|error| PackFlaw::new("key", What::Note(error)))?;
    if key.is_some_and(|key| *key != named) {
        return Err(PackFlaw::new("key", What::OtherKey));
    }
    if let Some(members) = value.as_object_mut() {
        members.remove("seal");
    }
    seal::open(&whole.seal, &value, &named)?;
    let (size, root) = checkpoint(&whole.checkpoint, &named)?;
    let recipient: RecipientId = hex(&whole.stream.recipient, "stream.recipient")?;
    if whole.records.is_empty() || whole.stream.records != whole.records.len() as u64 {
        return Err(PackFlaw::new("stream.records", What::Missing));
    }
    let mut seen = Seen { size, root, disclosed: 0, withheld: 0 };
    let events = seen.stream("records", recipient, &whole.records)?;
    let house = seen.stream("house", RecipientId::HOUSE, &whole.house)?;
    let wordless = wordless(&events, &house)?;
    if !matches!(events.first(), Some(Event::Opened(_))) {
        return Err(PackFlaw::new("records[0]", What::Elsewhere));
    }
    let starts = |id| events.iter().any(|event| matches!(event, Event::Started(e) if e.message == id));
    if message.is_some_and(|id| !starts(id)) {
        return Err(PackFlaw::new("about.message", What::NoMessage));
    }
    Ok(Checked {
        recipient,
        message,
        records: whole.stream.records,
        house: whole.house.len() as u64,
        disclosed: seen.disclosed,
        withheld: seen.withheld,
        wordless,
        size,
        root,
        key: named,
        vouched: key.is_some(),
    })
}

fn about(whole: &Pack<Value>) -> Result<Option<MessageId>, PackFlaw> {
    use super::pack::AboutKind::{Message, Person};
    if whole.format != super::FORMAT {
        return Err(PackFlaw::new("format", What::Format));
    }
    match (whole.about.kind, &whole.about.message) {
        (Person, None) => Ok(None),
        (Message, Some(id)) => hex(id, "about.message").map(Some),
        _ => Err(PackFlaw::new("about", What::Shape)),
    }
}

fn checkpoint(note: &str, key: &NoteKey) -> Result<(u64, Hash), PackFlaw> {
    let wrong = |what| PackFlaw::new("checkpoint", what);
    let opened = Checkpoint::open(note, std::slice::from_ref(key)).map_err(|error| match error {
        CheckpointError::Note(error) => wrong(What::Note(error)),
        _ => wrong(What::Checkpoint),
    })?;
    if opened.origin == key.name() { Ok((opened.size, opened.root)) } else { Err(wrong(What::Checkpoint)) }
}

/// Consents whose words the pack does not hold; wrong words are an error.
fn wordless(events: &[Event], house: &[Event]) -> Result<u64, PackFlaw> {
    let mut kept = Vec::new();
    for (place, event) in house.iter().enumerate() {
        if let Event::TextKept(text) = event {
            if text_digest(&text.language, &text.version, &text.text) != text.digest {
                return Err(PackFlaw::new(format!("house[{place}]"), What::Words));
            }
            kept.push(text.digest);
        }
    }
    let grant = |event: &Event| match event {
        Event::OptedIn(e) => e.grant.text,
        Event::Asked(e) => e.grant.text,
        Event::Imported(e) => e.grant.text,
        _ => None,
    };
    Ok(events.iter().filter_map(grant).filter(|digest| !kept.contains(digest)).count() as u64)
}

struct Seen {
    size: u64,
    root: Hash,
    disclosed: u64,
    withheld: u64,
}

impl Seen {
    /// Records of one stream: all of a person's, some of the house's.
    fn stream(&mut self, name: &str, of: RecipientId, records: &[Record]) -> Result<Vec<Event>, PackFlaw> {
        let (mut last, mut events) = (None::<(u64, u64, Hash)>, Vec::with_capacity(records.len()));
        for (place, record) in records.iter().enumerate() {
            let path = format!("{name}[{place}]");
            let at = |member: &str, what| PackFlaw::new(format!("{path}.{member}"), what);
            let bytes = unhex(&record.envelope).ok_or_else(|| at("envelope", What::Shape))?;
            let envelope = Envelope::from_bytes(&bytes).map_err(|_| at("envelope", What::Envelope))?;
            let leaf = leaf_hash(&bytes);
            if envelope.stream != of || envelope.event.is_of_the_house() != (of == RecipientId::HOUSE) {
                return Err(at("envelope", What::Elsewhere));
            }
            let next = match (last, of == RecipientId::HOUSE) {
                (None, true) => envelope.seq >= 1,
                (Some((seq, ..)), true) => envelope.seq > seq,
                (before, false) => envelope.seq == before.map_or(1, |(seq, ..)| seq + 1),
            };
            if !next {
                return Err(at("envelope", What::Missing));
            }
            let chained = match last.filter(|(seq, ..)| seq + 1 == envelope.seq) {
                Some((_, _, before)) => envelope.prev == Some(before),
                None => envelope.prev.is_some() == (envelope.seq > 1),
            };
            if !chained {
                return Err(at("envelope", What::Chain));
            }
            if last.is_some_and(|(_, leaf, _)| record.leaf <= leaf) {
                return Err(at("leaf", What::Missing));
            }
            self.beside(record, &envelope, &at)?;
            self.proven(record, leaf, &at)?;
            self.values(record, &envelope, &at)?;
            last = Some((envelope.seq, record.leaf, leaf));
            events.push(envelope.event);
        }
        Ok(events)
    }

    /// What stands beside the envelope for people.
    fn beside(
        &self,
        record: &Record,
        envelope: &Envelope,
        at: &impl Fn(&str, What) -> PackFlaw,
    ) -> Result<(), PackFlaw> {
        let same = [
            ("seq", record.seq == envelope.seq),
            ("at", record.at == stamp(envelope.at_ms)),
            ("event", record.event == envelope.event.code()),
            ("facts", record.facts == envelope.event.shown()),
        ];
        match same.iter().find(|(_, same)| !same) {
            Some((member, _)) => Err(at(member, What::NotTheEnvelope)),
            None => Ok(()),
        }
    }

    fn proven(
        &self,
        record: &Record,
        leaf: Hash,
        at: &impl Fn(&str, What) -> PackFlaw,
    ) -> Result<(), PackFlaw> {
        let index = record.leaf.checked_sub(1).ok_or_else(|| at("leaf", What::Shape))?;
        let hashes = record.proof.iter().map(|hash| canonical(hash)).collect::<Option<Vec<Hash>>>();
        let hashes = hashes.ok_or_else(|| at("proof", What::Shape))?;
        let proof = InclusionProof { index, size: self.size, hashes };
        proof.verify(leaf, self.root).map_err(|error| at("proof", What::Proof(error)))
    }

    fn values(
        &mut self,
        record: &Record,
        envelope: &Envelope,
        at: &impl Fn(&str, What) -> PackFlaw,
    ) -> Result<(), PackFlaw> {
        let committed: BTreeMap<PersonalField, Hash> = envelope.commitments.iter().copied().collect();
        if envelope.stream == RecipientId::HOUSE && !record.disclosed.is_empty() {
            return Err(at("disclosed", What::Elsewhere));
        }
        let mut last = None;
        for value in &record.disclosed {
            let wrong = || at("disclosed", What::Value);
            let field = PersonalField::from_code(&value.field).ok_or_else(|| at("disclosed", What::Shape))?;
            let salt = unhex(&value.salt).filter(|salt| salt.len() == 16).ok_or_else(wrong)?;
            let digest = Hash(Sha256::new().chain_update(salt).chain_update(&value.value).finalize().into());
            if committed.get(&field) != Some(&digest) || last.is_some_and(|last| field <= last) {
                return Err(wrong());
            }
            last = Some(field);
        }
        self.disclosed += record.disclosed.len() as u64;
        self.withheld += (committed.len() - record.disclosed.len()) as u64;
        Ok(())
    }
}

fn hex<T: std::str::FromStr + ToString>(text: &str, place: &str) -> Result<T, PackFlaw> {
    canonical(text).ok_or_else(|| PackFlaw::new(place, What::Shape))
}

/// Reads an id in its one spelling.
fn canonical<T: std::str::FromStr + ToString>(text: &str) -> Option<T> {
    text.parse::<T>().ok().filter(|read| read.to_string() == text)
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks(2);
    pairs
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}
