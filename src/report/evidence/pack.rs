//! The pack as it is written: the shapes of `manual::evidence_format`, section 2.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The outermost object.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pack<R> {
    pub(super) format: String,
    pub(super) about: About,
    pub(super) made: Made,
    pub(super) key: String,
    pub(super) checkpoint: String,
    pub(super) stream: Stream,
    pub(super) records: Vec<Record>,
    pub(super) house: Vec<Record>,
    pub(super) reading: R,
    pub(super) seal: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct About {
    pub(super) kind: AboutKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum AboutKind {
    Person,
    Message,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Made {
    pub(super) at: String,
    pub(super) by: String,
    pub(super) r#for: Option<String>,
    pub(super) purpose: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stream {
    pub(super) recipient: String,
    pub(super) records: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    pub(super) seq: u64,
    pub(super) leaf: u64,
    pub(super) at: String,
    pub(super) event: String,
    pub(super) facts: Value,
    pub(super) words: Both,
    pub(super) envelope: String,
    pub(super) proof: Vec<String>,
    pub(super) disclosed: Vec<Disclosed>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Disclosed {
    pub(super) field: String,
    pub(super) salt: String,
    pub(super) value: String,
}

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Both {
    pub(super) en: String,
    pub(super) fr: String,
}

impl Both {
    pub(super) fn new(en: impl Into<String>, fr: impl Into<String>) -> Self {
        Self { en: en.into(), fr: fr.into() }
    }
}

/// What the pack says to people.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Reading {
    /// The number, masked; absent once erased.
    pub(super) number: Option<String>,
    /// Why, in two sentences.
    pub(super) answer: Both,
    pub(super) consents: Vec<Consent>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<Message>,
    pub(super) tenure: Tenure,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) erased: Option<Erased>,
    /// How the key is to be had.
    pub(super) key: Both,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Consent {
    /// The record.
    pub(super) seq: u64,
    pub(super) at: String,
    pub(super) program: String,
    pub(super) event: &'static str,
    pub(super) how: &'static str,
    pub(super) basis: &'static str,
    pub(super) grade: &'static str,
    pub(super) why: Both,
    pub(super) text: Option<Words>,
}

/// The words as they were shown.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Words {
    pub(super) digest: String,
    /// The record of the house that keeps them.
    pub(super) house_seq: Option<u64>,
    pub(super) version: Option<String>,
    pub(super) language: Option<String>,
    pub(super) text: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Message {
    pub(super) id: String,
    /// The record that let it go.
    pub(super) seq: u64,
    pub(super) program: String,
    pub(super) source: String,
    pub(super) sender: String,
    pub(super) kind: &'static str,
    pub(super) started: String,
    pub(super) not_after: String,
    pub(super) segments: u32,
    pub(super) body: String,
    pub(super) rulebook: Versions,
    /// What that rule book did without and its campaign stepped around, by the house's records.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) waived: Vec<Waived>,
    pub(super) tz: Versions,
    pub(super) posture: &'static str,
    pub(super) local: Vec<Local>,
    pub(super) counts: Vec<Count>,
    pub(super) approved: Option<Approved>,
    pub(super) outcome: Option<Ended>,
    pub(super) deliveries: Vec<Ended>,
    pub(super) decision: Option<Decided>,
    /// Why there is no decision to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) no_decision: Option<Both>,
}

/// What it was judged under, and what this pack was made with.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Versions {
    pub(super) then: String,
    pub(super) now: String,
    pub(super) same: bool,
}

/// A rule that was switched off, or a file of the host's own over the book.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Waived {
    /// The record of the house.
    pub(super) seq: u64,
    pub(super) what: String,
    pub(super) reason: String,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Local {
    pub(super) zone: String,
    pub(super) time: String,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Count {
    pub(super) rule: String,
    pub(super) before: u32,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Approved {
    pub(super) seq: u64,
    pub(super) at: String,
    pub(super) by: String,
}

/// How the hand-over ended, or what a delivery report said.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Ended {
    pub(super) seq: u64,
    pub(super) at: String,
    pub(super) what: &'static str,
    pub(super) gateway_id: Option<String>,
    pub(super) code: Option<String>,
}

/// The decision, made again from the records before the message.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Decided {
    pub(super) verdict: &'static str,
    pub(super) explained: Both,
    pub(super) rules: Vec<RuleShown>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct RuleShown {
    pub(super) id: String,
    pub(super) citation: String,
    pub(super) layer: &'static str,
    pub(super) reach: &'static str,
    pub(super) confidence: &'static str,
    /// What it speaks of: hours, caps, grounds, texts, registers.
    pub(super) about: Vec<&'static str>,
    pub(super) binds: bool,
    pub(super) lifted: bool,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Tenure {
    pub(super) since: String,
    /// Whether the number leads to this stream now.
    pub(super) current: bool,
    /// The stream that the number leads to instead.
    pub(super) next: Option<String>,
    /// Records that carried an earlier tenure's silence over.
    pub(super) inherited: Vec<u64>,
}

#[derive(Debug, Clone, Serialize)]
pub(super) struct Erased {
    pub(super) seq: u64,
    pub(super) at: String,
    pub(super) request: String,
    pub(super) rule: Option<String>,
}
