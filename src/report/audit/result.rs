use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, Utc};

use super::{
    exposure::{Amounts, Exposure},
    finding::{Class, Finding},
    outcome::Conditions,
};
use crate::{consent::Basis, law::Rule, message::Kind, phone::PhoneNumber};

/// One file that was read, so that the report can be held against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileMark {
    /// What it held: `sends` or `consents`.
    pub what: &'static str,
    /// Its name, as the host calls it.
    pub name: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// The format that its headers were recognised as.
    pub format: String,
    /// Rows read, the header left out.
    pub rows: u64,
    /// Rows that could not be read, by reason.
    pub refused: BTreeMap<&'static str, u64>,
    /// Rows that were read and say nothing here: another channel, never sent, and so on, by reason.
    pub set_aside: BTreeMap<&'static str, u64>,
    /// What was assumed, by reason, with how many rows it concerns.
    pub assumed: BTreeMap<&'static str, u64>,
    /// The first rows that could not be read: line and reason.
    pub samples: Vec<(u64, &'static str)>,
}

/// How many messages ended in which way. `judged` is the sum of `clean`, `settled`, `contested`, `unprovable`:
/// each message counts once, by the first of these classes that anything against it has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Messages judged.
    pub judged: u64,
    /// Messages outside the period: they count towards caps and are not judged.
    pub outside: u64,
    /// Facts that told of a message already told of.
    pub repeated: u64,
    /// Messages that left and reached nobody: judged, in no other figure here, and counted towards caps.
    pub undelivered: u64,
    /// Of those, messages against which something stands.
    pub undelivered_against: u64,
    /// Judged as messages that left, though no row says that they did.
    pub unconfirmed: u64,
    /// Persons written to.
    pub persons: u64,
    /// Nothing stands against them.
    pub clean: u64,
    /// Settled violations.
    pub settled: u64,
    /// Contested ones.
    pub contested: u64,
    /// Neither shown nor refuted.
    pub unprovable: u64,
    /// Judged by a place that is known from the number's digits alone.
    pub by_digits: u64,
    /// Judged as marketing because the file does not say what they were.
    pub kind_assumed: u64,
    /// Sent in lawful hours as far as shown, and delivered outside them.
    pub late_delivered: u64,
}

/// What one rule was found broken for.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RuleRow {
    /// The reason's stable code.
    pub code: &'static str,
    /// The rule; `None`: no passage is in the book.
    pub rule: Option<Arc<Rule>>,
    /// Messages against which it is settled.
    pub settled: u64,
    /// Messages against which it is contested.
    pub contested: u64,
    /// Persons among them.
    pub persons: u64,
    /// By the rule's figure, if it has one by message: settled messages times the least … all times the most.
    pub exposure: Option<Amounts>,
}

/// What could not be shown, by reason. A message with several reasons counts in each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unproven {
    /// The reason's stable code.
    pub code: &'static str,
    /// Messages.
    pub messages: u64,
    /// Persons among them.
    pub persons: u64,
}

/// Messages after a STOP under one rule.
#[derive(Debug, Clone)]
pub struct AfterStop {
    /// The rule; `None`: no passage is in the book.
    pub rule: Option<Arc<Rule>>,
    /// The period it leaves, in words of numbers: `10 business days`; empty: none.
    pub grace: String,
    /// Messages within that period.
    pub within: u64,
    /// Messages after it.
    pub later: u64,
}

/// Messages in closed hours, by the local hour in one zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeatRow {
    /// The zone.
    pub zone: &'static str,
    /// By hour, 0 to 23.
    pub hours: [u64; 24],
}

/// One month, by UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Month {
    /// Messages judged.
    pub judged: u64,
    /// Settled violations.
    pub settled: u64,
    /// Contested ones.
    pub contested: u64,
    /// Neither shown nor refuted.
    pub unprovable: u64,
}

/// One of the messages that weigh most.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Example {
    /// To whom; shown masked unless asked otherwise.
    pub number: PhoneNumber,
    /// When.
    pub at: DateTime<Utc>,
    /// What the clocks showed: zone and local time.
    pub local: Vec<String>,
    /// Its line in the file.
    pub line: u64,
    /// Its kind, as judged.
    pub kind: Kind,
    /// What stands against it.
    pub findings: Vec<Finding>,
}

/// What the audit found. Shown with [`to_json`](Self::to_json) and [`to_html`](Self::to_html).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct AuditReport {
    /// The rule book's version.
    pub rulebook: String,
    /// The zone data's version.
    pub tz: String,
    /// On what ground consents of unsaid form were taken as given, by the host's word.
    pub assumed: Option<Basis>,
    /// Judged from this instant on, if that was asked.
    pub from: Option<DateTime<Utc>>,
    /// Judged before this instant, if that was asked.
    pub to: Option<DateTime<Utc>>,
    /// The first and the last message judged.
    pub span: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// The files read, for the host to fill in.
    pub files: Vec<FileMark>,
    /// How many of which.
    pub totals: Totals,
    /// What the answer to a question that the files leave open would change.
    pub conditions: Conditions,
    /// Rule by rule, the most broken first.
    pub rules: Vec<RuleRow>,
    /// What cannot be proven, the most frequent first.
    pub unproven: Vec<Unproven>,
    /// After STOP, rule by rule.
    pub after_stop: Vec<AfterStop>,
    /// Closed hours by zone, the worst zone first.
    pub heat: Vec<HeatRow>,
    /// By year and month.
    pub months: BTreeMap<(i32, u32), Month>,
    /// By currency.
    pub exposure: BTreeMap<String, Exposure>,
    /// The messages that weigh most, at most three for each reason.
    pub worst: Vec<Example>,
}

impl Month {
    pub(super) fn count(&mut self, class: Option<Class>) {
        self.judged += 1;
        match class {
            None => {}
            Some(Class::Settled) => self.settled += 1,
            Some(Class::Contested) => self.contested += 1,
            Some(Class::Unprovable) => self.unprovable += 1,
        }
    }
}
