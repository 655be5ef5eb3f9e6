//! What a gateway's own codes mean, read from `data/<gateway>.toml`.

use std::{collections::BTreeMap, sync::OnceLock};

use serde::Deserialize;
use thiserror::Error;

use super::{Refusal, Uncertain};

macro_rules! files {
    ($($gateway:literal),* $(,)?) => {
        [$(($gateway, include_str!(concat!("data/", $gateway, ".toml")))),*]
    };
}

/// The tables that come with the library.
pub(crate) const FILES: [(&str, &str); 9] =
    files!["twilio", "vonage", "telnyx", "sinch", "infobip", "plivo", "bird", "ovh", "brevo"];

/// What a code says of a message that is being handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Certainly not taken, for this reason.
    Refused(Refusal),
    /// It may have been taken, now or before.
    Uncertain(Uncertain),
}

/// The codes of one gateway. A code that it does not hold is [`Refusal::Other`], with the code kept.
///
/// ```
/// use optin::gateway::{Codes, Meaning, Refusal};
/// let twilio = Codes::builtin("twilio");
/// assert_eq!(twilio.on_send("21610"), Some(Meaning::Refused(Refusal::OptedOut)));
/// assert_eq!(twilio.on_report("30003"), Some(Refusal::Unreachable));
/// assert_eq!(twilio.on_send("99999"), None);
///
/// let mine = r#"
/// [sources]
/// us = "our account manager, 2026-11-02"
/// [[errors]]
/// code = "99999"
/// refusal = "blocked_by_carrier"
/// when = "both"
/// source = "us"
/// confidence = "high"
/// "#;
/// let twilio = twilio.with_overlay("mine.toml", mine)?;
/// assert_eq!(twilio.on_report("99999"), Some(Refusal::Blocked));
///
/// let taken = twilio.with_overlay("mine.toml", &mine.replace("99999", "21610")).unwrap_err();
/// assert_eq!(taken.to_string(), "mine.toml: 21610: an opt-out keeps its meaning");
/// # Ok::<(), optin::gateway::CodesError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Codes {
    send: BTreeMap<String, Meaning>,
    report: BTreeMap<String, Refusal>,
    status: BTreeMap<u16, Meaning>,
}

impl Codes {
    /// The table that comes with the library, or an empty one for a gateway that it does not know.
    #[must_use]
    pub fn builtin(gateway: &str) -> Self {
        static READ: OnceLock<BTreeMap<&str, Codes>> = OnceLock::new();
        // A file that does not read is found by a test, never by a host.
        let read = |(name, toml): (&'static str, &str)| {
            (name, Self::default().with_overlay(name, toml).unwrap_or_default())
        };
        READ.get_or_init(|| FILES.into_iter().map(read).collect()).get(gateway).cloned().unwrap_or_default()
    }

    /// This table with a host's file over it: a row replaces the one of the same code and occasion.
    ///
    /// # Errors
    /// The file does not parse, a row of it does not hold, or one gives an opt-out another meaning.
    pub fn with_overlay(&self, file: &str, toml: &str) -> Result<Self, CodesError> {
        let fail = |row: &str, why: &str| CodesError {
            file: file.to_owned(),
            row: row.to_owned(),
            why: why.to_owned(),
        };
        let raw: File = basic_toml::from_str(toml).map_err(|e| fail("syntax", &e.to_string()))?;
        let mut new = Self::default();
        for row in &raw.errors {
            let sourced = raw.sources.contains_key(&row.source);
            let added = if sourced { new.add(row) } else { Err("its source is not among the sources") };
            added.map_err(|why| fail(&row.code, why))?;
        }
        for row in &raw.statuses {
            let meaning = meaning(row.refusal.as_deref(), row.unknown.as_deref());
            let meaning = meaning.map_err(|why| fail(&row.status.to_string(), why))?;
            new.status.insert(row.status, meaning);
        }
        if let Some(code) = self.opt_outs().find(|code| new.takes_away(code)) {
            return Err(fail(code, "an opt-out keeps its meaning"));
        }
        let mut over = self.clone();
        over.send.extend(new.send);
        over.report.extend(new.report);
        over.status.extend(new.status);
        Ok(over)
    }

    fn add(&mut self, row: &Row) -> Result<(), &'static str> {
        let meaning = meaning(row.refusal.as_deref(), row.unknown.as_deref())?;
        let twice = Err("is there twice");
        if row.when != When::Report && self.send.insert(row.code.clone(), meaning).is_some() {
            return twice;
        }
        match (row.when, meaning) {
            (When::Send, _) => Ok(()),
            (_, Meaning::Uncertain(_)) => Err("a report is never uncertain"),
            (_, Meaning::Refused(refusal)) => {
                if self.report.insert(row.code.clone(), refusal).is_some() {
                    twice
                } else {
                    Ok(())
                }
            }
        }
    }

    fn opt_outs(&self) -> impl Iterator<Item = &str> {
        let send = self.send.iter().filter(|(_, m)| **m == Meaning::Refused(Refusal::OptedOut));
        let report = self.report.iter().filter(|(_, r)| **r == Refusal::OptedOut);
        send.map(|(code, _)| code.as_str()).chain(report.map(|(code, _)| code.as_str()))
    }

    fn takes_away(&self, code: &str) -> bool {
        self.send.get(code).is_some_and(|m| *m != Meaning::Refused(Refusal::OptedOut))
            || self.report.get(code).is_some_and(|r| *r != Refusal::OptedOut)
    }

    /// What this code means in the answer to a hand-over.
    #[must_use]
    pub fn on_send(&self, code: &str) -> Option<Meaning> {
        self.send.get(code).copied()
    }

    /// What this code means in a delivery report.
    #[must_use]
    pub fn on_report(&self, code: &str) -> Option<Refusal> {
        self.report.get(code).copied()
    }

    /// What this HTTP status means where the gateway gives no code that the table holds.
    #[must_use]
    pub fn on_status(&self, status: u16) -> Option<Meaning> {
        self.status.get(&status).copied()
    }

    /// All codes of answers to hand-overs, in order.
    pub fn sends(&self) -> impl Iterator<Item = (&str, Meaning)> {
        self.send.iter().map(|(code, meaning)| (code.as_str(), *meaning))
    }

    /// All codes of delivery reports, in order.
    pub fn reports(&self) -> impl Iterator<Item = (&str, Refusal)> {
        self.report.iter().map(|(code, refusal)| (code.as_str(), *refusal))
    }
}

fn meaning(refusal: Option<&str>, unknown: Option<&str>) -> Result<Meaning, &'static str> {
    match (refusal, unknown) {
        (Some(refusal), None) => {
            Refusal::from_code(refusal).map(Meaning::Refused).ok_or("its refusal is not one of ours")
        }
        (None, Some(why)) => {
            Uncertain::from_code(why).map(Meaning::Uncertain).ok_or("its doubt is not one of ours")
        }
        _ => Err("it needs a refusal or a doubt, not both"),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "stays with the rows for whoever reads them")]
struct File {
    #[serde(default)]
    as_of: String,
    sources: BTreeMap<String, String>,
    #[serde(default)]
    errors: Vec<Row>,
    #[serde(default)]
    statuses: Vec<StatusRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "confidence and note stay with the row for whoever reads it")]
struct Row {
    code: String,
    refusal: Option<String>,
    unknown: Option<String>,
    when: When,
    source: String,
    confidence: Confidence,
    #[serde(default)]
    note: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "source and note stay with the row for whoever reads it")]
struct StatusRow {
    status: u16,
    refusal: Option<String>,
    unknown: Option<String>,
    source: String,
    #[serde(default)]
    note: String,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum When {
    Send,
    Report,
    Both,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Confidence {
    High,
    Medium,
    Low,
}

/// A table of codes that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{file}: {row}: {why}")]
pub struct CodesError {
    /// The file.
    pub file: String,
    /// The code of the row, or `syntax`.
    pub row: String,
    /// What is wrong with it.
    pub why: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_reads() {
        for (name, toml) in FILES {
            let codes = Codes::default().with_overlay(name, toml).unwrap();
            assert_eq!(codes, Codes::builtin(name));
            assert!(codes.sends().count() > 0, "{name}");
        }
        assert_eq!(Codes::builtin("nobody"), Codes::default());
    }

    #[test]
    fn a_row_that_does_not_hold_is_refused() {
        let row = |rest: &str| {
            format!("[sources]\nx = \"y\"\n[[errors]]\ncode = \"1\"\nconfidence = \"low\"\n{rest}")
        };
        let why = |rest: &str| Codes::default().with_overlay("t", &row(rest)).unwrap_err().why;
        let unknown = "when = \"report\"\nsource = \"x\"\nunknown = \"untold\"";
        assert_eq!(why(unknown), "a report is never uncertain");
        assert_eq!(why(&unknown.replace("\"x\"", "\"z\"")), "its source is not among the sources");
        assert_eq!(why(&unknown.replace("untold", "perhaps")), "its doubt is not one of ours");
        assert_eq!(why("when = \"send\"\nsource = \"x\""), "it needs a refusal or a doubt, not both");
        let fine = "when = \"send\"\nsource = \"x\"\nrefusal = \"other\"";
        assert_eq!(why(&fine.replace("other", "maybe")), "its refusal is not one of ours");
        let twice =
            format!("{}\n{}", row(fine), row(fine).split_once('\n').unwrap().1.split_once('\n').unwrap().1);
        assert_eq!(Codes::default().with_overlay("t", &twice).unwrap_err().why, "is there twice");
        assert!(Codes::default().with_overlay("t", &row(fine)).is_ok());
        assert_eq!(Codes::default().with_overlay("t", "[[errors").unwrap_err().row, "syntax");
    }
}
