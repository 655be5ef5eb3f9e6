//! What a gateway's status words mean: data, with their sources.

use std::{collections::BTreeMap, sync::OnceLock};

use serde::Deserialize;

use crate::consent::event::Delivery;

macro_rules! tables {
    ($($name:literal),* $(,)?) => { &[ $( ($name, include_str!(concat!("../data/", $name, ".toml"))) ),* ] };
}

const TABLES: &[(&str, &str)] = tables![
    "twilio",
    "vonage",
    "telnyx",
    "sinch",
    "infobip",
    "plivo",
    "bird",
    "messagebird",
    "ovh",
    "brevo",
];

/// What a status says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Status {
    Pending,
    Delivered,
    Undelivered,
    Expired,
}

impl Status {
    /// What became of the message, once that is final.
    pub(super) const fn delivery(self) -> Option<Delivery> {
        match self {
            Self::Pending => None,
            Self::Delivered => Some(Delivery::Delivered),
            Self::Undelivered => Some(Delivery::Undelivered),
            Self::Expired => Some(Delivery::Expired),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "source and confidence stay with the table for whoever reads it")]
struct Table {
    source: String,
    confidence: String,
    status: BTreeMap<String, Status>,
}

/// What a word of a gateway means, whatever its case. `None`: not known.
pub(super) fn of(gateway: &str, word: &str) -> Option<Status> {
    static ALL: OnceLock<BTreeMap<&str, BTreeMap<String, Status>>> = OnceLock::new();
    let read = |toml| basic_toml::from_str::<Table>(toml).map(|table| table.status).unwrap_or_default();
    let all = ALL.get_or_init(|| TABLES.iter().map(|(name, toml)| (*name, read(toml))).collect());
    all.get(gateway)?.get(&word.to_ascii_lowercase()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_reads_and_says_where_it_is_from() {
        for (name, toml) in TABLES {
            let table: Table = basic_toml::from_str(toml).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(
                !table.source.is_empty() && ["high", "medium", "low"].contains(&table.confidence.as_str()),
                "{name}"
            );
            assert!(table.status.keys().all(|word| *word == word.to_ascii_lowercase()), "{name}");
            let finals = [Status::Delivered, Status::Undelivered, Status::Pending];
            assert!(finals.iter().all(|wanted| table.status.values().any(|s| s == wanted)), "{name}");
        }
        assert_eq!(of("infobip", "DELIVERED"), Some(Status::Delivered));
        assert_eq!((of("twilio", "teleported"), of("nobody", "delivered")), (None, None));
    }
}
