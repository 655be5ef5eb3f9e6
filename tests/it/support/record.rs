use std::collections::{BTreeSet, HashMap};

use optin::{id::MessageId, phone::PhoneNumber};

/// One line of the carrier's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Entry {
    /// A message reached the carrier.
    Reached { message: MessageId, number: PhoneNumber, marketing: bool },
    /// `receive` returned for a STOP, with this in flight.
    Answered { number: PhoneNumber, in_flight: Vec<MessageId> },
}

/// What must never be on that list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// Marketing after the STOP's answer, and that answer did not name it.
    Late(MessageId),
    /// The same message again.
    Twice(MessageId),
    /// Another marketing message to the same number.
    Second(String),
}

/// Reads the list from the top.
pub(crate) fn faults(entries: &[Entry]) -> BTreeSet<Fault> {
    let mut found = BTreeSet::new();
    let mut stopped: HashMap<PhoneNumber, Vec<MessageId>> = HashMap::new();
    let (mut messages, mut numbers) = (BTreeSet::new(), BTreeSet::new());
    for entry in entries {
        match entry {
            Entry::Answered { number, in_flight } => {
                // A later answer may name less, never more.
                stopped
                    .entry(*number)
                    .and_modify(|named| named.retain(|message| in_flight.contains(message)))
                    .or_insert_with(|| in_flight.clone());
            }
            Entry::Reached { message, number, marketing } => {
                if !messages.insert(*message) {
                    found.insert(Fault::Twice(*message));
                }
                if *marketing && !numbers.insert(number.e164()) {
                    found.insert(Fault::Second(number.e164()));
                }
                let named = stopped.get(number).is_none_or(|in_flight| in_flight.contains(message));
                if *marketing && !named {
                    found.insert(Fault::Late(*message));
                }
            }
        }
    }
    found
}

impl Entry {
    pub(super) fn to_line(&self) -> String {
        match self {
            Self::Reached { message, number, marketing } => {
                format!("reached {message} {} {marketing}", number.e164())
            }
            Self::Answered { number, in_flight } => {
                let ids: Vec<_> = in_flight.iter().map(MessageId::to_string).collect();
                format!("answered {} {}", number.e164(), ids.join(","))
            }
        }
    }

    pub(super) fn from_line(line: &str) -> Option<Self> {
        let words: Vec<_> = line.split(' ').collect();
        match words[..] {
            ["reached", message, number, marketing] => Some(Self::Reached {
                message: message.parse().ok()?,
                number: number.parse().ok()?,
                marketing: marketing.parse().ok()?,
            }),
            ["answered", number, ids] => {
                let ids = ids.split(',').filter(|id| !id.is_empty());
                let in_flight = ids.map(str::parse).collect::<Result<_, _>>().ok()?;
                Some(Self::Answered { number: number.parse().ok()?, in_flight })
            }
            _ => None,
        }
    }
}
