//! Evidence packs: what is on record about a person or a message, in one file that a lawyer can read and a stranger can
//! check without this library.
//!
//! [`Messenger::evidence`](crate::Messenger::evidence) and [`Messenger::evidence_of`](crate::Messenger::evidence_of)
//! make one, [`check`] checks one, and [`manual::evidence_format`](crate::manual::evidence_format) says what every
//! byte of it means.

mod ask;
mod check;
mod decided;
mod flaw;
mod gather;
mod html;
mod json;
mod pack;
mod reading;
mod seal;
#[cfg(test)]
mod tests;
mod words;

pub use ask::{Ask, MessageRef};
pub use check::{Checked, check};
pub use flaw::{PackFlaw, What};
pub(crate) use gather::{Gathered, find, gather};
use pack::{About, AboutKind, Disclosed, Made, Pack, Reading, Record, Stream};
use thiserror::Error;

use crate::{
    ledger::{BookError, CheckpointError},
    policy::{Language, Policy},
};

/// The format that is written and read.
const FORMAT: &str = "optin-evidence/1";

/// What is on record about one person, or about one message to one person, with its proofs, sealed.
#[derive(Debug, Clone)]
pub struct EvidencePack {
    pack: Pack<Reading>,
}

/// What stands outside of the records: for whom, when, under which key and checkpoint.
#[derive(Debug)]
pub(crate) struct Frame<'f> {
    pub(crate) ask: &'f Ask,
    pub(crate) at_ms: i64,
    pub(crate) by: &'static str,
    pub(crate) key: String,
    pub(crate) checkpoint: String,
}

impl EvidencePack {
    /// A pack without its seal.
    pub(crate) fn unsealed(gathered: &Gathered, policy: &Policy, frame: Frame<'_>) -> Self {
        let message = gathered.message.map(|id| id.to_string());
        let kind = if message.is_some() { AboutKind::Message } else { AboutKind::Person };
        let record = |kept| record(kept, frame.ask);
        let pack = Pack {
            format: FORMAT.to_owned(),
            about: About { kind, message },
            made: Made {
                at: words::stamp(frame.at_ms),
                by: frame.by.to_owned(),
                r#for: frame.ask.by.clone(),
                purpose: frame.ask.purpose.clone(),
            },
            stream: Stream {
                recipient: gathered.recipient.to_string(),
                records: gathered.records.len() as u64,
            },
            records: gathered.records.iter().map(record).collect(),
            house: gathered.house.iter().map(record).collect(),
            reading: reading::of(gathered, policy),
            key: frame.key,
            checkpoint: frame.checkpoint,
            seal: String::new(),
        };
        Self { pack }
    }

    /// The text that its seal signs.
    pub(crate) fn to_sign(&self) -> String {
        let mut value = self.value();
        if let Some(members) = value.as_object_mut() {
            members.remove("seal");
        }
        seal::text(&value)
    }

    pub(crate) fn sealed(mut self, seal: String) -> Self {
        self.pack.seal = seal;
        self
    }

    fn value(&self) -> serde_json::Value {
        // Text, integers and lists of them: this does not fail, and an empty pack would check as none.
        serde_json::to_value(&self.pack).unwrap_or_default()
    }

    /// The file, indented. Any other white space is as good: the seal is over the canonical form.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = format!("{:#}", self.value());
        text.push('\n');
        text
    }

    /// A page for support staff and counsel: no scripts, nothing fetched.
    #[must_use]
    pub fn to_html(&self, language: Language) -> String {
        html::page(&self.pack, language)
    }

    /// A few lines for a terminal: the answer, and every record in a sentence.
    #[must_use]
    pub fn summary(&self, language: Language) -> String {
        let say =
            |both: &pack::Both| if language == Language::French { both.fr.clone() } else { both.en.clone() };
        let mut text = format!("{}\n", say(&self.pack.reading.answer));
        for record in &self.pack.records {
            text.push_str(&format!("\n{:>4}  {}  {}", record.seq, record.at, say(&record.words)));
        }
        text
    }
}

fn record(kept: &gather::Kept, ask: &Ask) -> Record {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let shown = kept.values.iter().filter(|(field, ..)| ask.shows(*field));
    Record {
        seq: kept.envelope.seq,
        leaf: kept.leaf,
        at: words::stamp(kept.envelope.at_ms),
        event: kept.envelope.event.code().to_owned(),
        facts: kept.envelope.event.shown(),
        words: words::of(&kept.envelope.event),
        envelope: hex(&kept.bytes),
        proof: kept.proof.iter().map(ToString::to_string).collect(),
        disclosed: shown
            .map(|(field, salt, value)| Disclosed {
                field: field.code().to_owned(),
                salt: hex(salt),
                value: value.clone(),
            })
            .collect(),
    }
}

/// A pack could not be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EvidenceError {
    /// Nothing is on record about this number.
    #[error("nothing is on record about this number")]
    Nobody,
    /// No such message; to another tenure of the number it can be found by its id without the number.
    #[error("no such message is on record there; without the number, every record is looked through")]
    NoMessage,
    /// A record of the stream does not fit: nothing can be proven from it.
    #[error("record {0} of the stream does not fit: run `verify`")]
    Unsound(u64),
    /// No checkpoint can be had.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The ledger failed.
    #[error(transparent)]
    Book(#[from] BookError),
    /// The clock cannot be read.
    #[error("the clock cannot be read")]
    NoClock,
}
