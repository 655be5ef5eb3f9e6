//! Which header is which field, and what the words in the cells mean: data, read once.

use std::{collections::BTreeMap, sync::OnceLock};

use serde::Deserialize;

use super::{AuditReadError, Reading};

type Words = BTreeMap<String, Vec<String>>;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Format {
    pub(super) name: String,
    signature: Vec<String>,
    #[allow(dead_code, reason = "for readers of the data; a test asks that it is there")]
    confidence: crate::law::Confidence,
    #[allow(dead_code, reason = "for readers of the data; a test asks that it is there")]
    sources: Vec<String>,
    /// The zone of its times, if it has one of its own.
    pub(super) zone: Option<String>,
    #[serde(default)]
    pub(super) bare_international: bool,
    columns: Words,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Formats {
    format: Vec<Format>,
}

fn formats() -> &'static [Format] {
    static FORMATS: OnceLock<Vec<Format>> = OnceLock::new();
    // Should the data not load (a test proves that it does), no header is known and every file is refused.
    FORMATS.get_or_init(|| {
        read(include_str!("../data/columns.toml")).map(|file: Formats| file.format).unwrap_or_default()
    })
}

fn words() -> &'static BTreeMap<String, Words> {
    static WORDS: OnceLock<BTreeMap<String, Words>> = OnceLock::new();
    // As above: no word is then known, and every word is refused or taken the strict way.
    WORDS.get_or_init(|| read(include_str!("../data/words.toml")).unwrap_or_default())
}

fn read<T: serde::de::DeserializeOwned>(toml: &str) -> Option<T> {
    basic_toml::from_str(toml).ok()
}

/// What a cell's word means in this list of meanings; `None`: not known.
pub(super) fn meaning(of: &str, word: &str) -> Option<&'static str> {
    let word = word.trim().to_lowercase();
    let list = words().get(of)?;
    list.iter().find(|(_, known)| known.contains(&word)).map(|(meaning, _)| meaning.as_str())
}

/// Letters and digits, in lower case.
fn plain(header: &str) -> String {
    header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The columns of one file.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) format: &'static Format,
    at: BTreeMap<String, usize>,
}

impl Columns {
    pub(super) fn find(headers: &[String], reading: &Reading) -> Result<Self, AuditReadError> {
        let plains: Vec<String> = headers.iter().map(|header| plain(header)).collect();
        let signed = |format: &&Format| {
            !format.signature.is_empty() && format.signature.iter().all(|header| plains.contains(header))
        };
        let format = match &reading.format {
            Some(name) => formats().iter().find(|format| format.name == *name),
            None => {
                formats().iter().find(signed).or_else(|| formats().iter().find(|f| f.signature.is_empty()))
            }
        };
        let format = format.ok_or_else(|| AuditReadError::Format {
            known: formats().iter().map(|format| format.name.clone()).collect(),
        })?;
        let generic = formats().iter().find(|format| format.signature.is_empty());
        let mut at = BTreeMap::new();
        for field in generic.iter().flat_map(|format| format.columns.keys()).chain(format.columns.keys()) {
            let own = format.columns.get(field);
            let usual = generic.and_then(|format| format.columns.get(field));
            let found = own
                .or(usual)
                .into_iter()
                .flatten()
                .find_map(|name| plains.iter().position(|held| held == name));
            let taken = |column: &usize| own.is_none() && format_uses(format, &plains, *column);
            if let Some(column) = found.filter(|column| !taken(column)) {
                at.insert(field.clone(), column);
            }
        }
        for (header, field) in &reading.map {
            if !generic.is_some_and(|format| format.columns.contains_key(field)) {
                let known = generic.iter().flat_map(|format| format.columns.keys().cloned()).collect();
                return Err(AuditReadError::Field { known });
            }
            let column = plains.iter().position(|held| *held == plain(header));
            let column = column.ok_or_else(|| AuditReadError::no_column(field, headers))?;
            at.retain(|_, held| *held != column);
            at.insert(field.clone(), column);
        }
        Ok(Self { format, at })
    }

    pub(super) fn column(&self, field: &str) -> Option<usize> {
        self.at.get(field).copied()
    }

    pub(super) fn need(&self, field: &'static str, headers: &[String]) -> Result<usize, AuditReadError> {
        self.column(field).ok_or_else(|| AuditReadError::no_column(field, headers))
    }
}

/// Whether a platform's own table gives this column a meaning, which the usual words must not change.
fn format_uses(format: &Format, plains: &[String], column: usize) -> bool {
    !format.signature.is_empty()
        && plains.get(column).is_some_and(|held| format.columns.values().any(|names| names.contains(held)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(headers: &[&str]) -> Columns {
        let headers: Vec<String> = headers.iter().map(|h| (*h).to_owned()).collect();
        Columns::find(&headers, &Reading::default()).unwrap()
    }

    #[test]
    fn the_data_loads_and_says_where_it_is_from() {
        basic_toml::from_str::<Formats>(include_str!("../data/columns.toml")).unwrap();
        assert!(formats().len() >= 7);
        assert!(formats().iter().all(|format| !format.sources.is_empty()));
        basic_toml::from_str::<BTreeMap<String, Words>>(include_str!("../data/words.toml")).unwrap();
    }

    #[test]
    fn no_word_has_two_meanings() {
        for (list, meanings) in words() {
            let mut all: Vec<_> = meanings.values().flatten().collect();
            let count = all.len();
            all.sort();
            all.dedup();
            assert_eq!(all.len(), count, "{list}");
            assert!(all.iter().all(|word| word.to_lowercase() == **word && word.trim() == **word), "{list}");
        }
    }

    #[test]
    fn platforms_are_recognised_by_their_headers() {
        let twilio = found(&[
            "From",
            "To",
            "Body",
            "Status",
            "SentDate",
            "ApiVersion",
            "NumSegments",
            "ErrorCode",
            "AccountSid",
            "Sid",
            "Direction",
            "Price",
            "PriceUnit",
        ]);
        assert_eq!(twilio.format.name, "twilio");
        assert_eq!((twilio.column("number"), twilio.column("time")), (Some(1), Some(4)));
        let shop = found(&["Phone Number", "Sent At", "State", "Campaign"]);
        assert_eq!(shop.format.name, "generic");
        assert_eq!((shop.column("number"), shop.column("time")), (Some(0), Some(1)));
    }

    #[test]
    fn a_mapping_to_nothing_is_refused() {
        let headers = vec!["a".to_owned(), "b".to_owned()];
        let map = |header: &str, field: &str| Reading {
            map: vec![(header.to_owned(), field.to_owned())],
            ..Reading::default()
        };
        assert_eq!(Columns::find(&headers, &map("a", "number")).unwrap().column("number"), Some(0));
        assert!(matches!(Columns::find(&headers, &map("a", "nummer")), Err(AuditReadError::Field { .. })));
        assert!(matches!(Columns::find(&headers, &map("c", "number")), Err(AuditReadError::Column { .. })));
    }
}
