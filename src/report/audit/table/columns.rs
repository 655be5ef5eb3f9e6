//! Which header is which field, and what the words in the cells mean: data, read once.

use std::{collections::BTreeMap, sync::OnceLock};

use serde::Deserialize;

use super::{
    AuditReadError, Reading,
    headers::{by_words, folded, plain, tokens},
};

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
    let list = words().get(of)?;
    let known = |word: &str| list.iter().find(|(_, known)| known.iter().any(|held| held == word));
    let whole = folded(word);
    // What stands in brackets behind a word explains it.
    let bare = || word.split_once('(').map(|(bare, _)| folded(bare)).filter(|bare| !bare.is_empty());
    known(&whole).or_else(|| known(&bare()?)).map(|(meaning, _)| meaning.as_str())
}

/// Whether words that are not known as a whole hold one that means this.
pub(super) fn holds(of: &str, meaning: &str, text: &str) -> bool {
    let text = format!(" {} ", folded(text));
    let known = words().get(of).and_then(|list| list.get(meaning));
    // A short word may be part of anything.
    known.into_iter().flatten().any(|word| word.len() > 3 && text.contains(&format!(" {word} ")))
}

/// The columns of one file.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) format: &'static Format,
    at: BTreeMap<String, usize>,
    /// Columns whose header says that their times are UTC.
    utc: Vec<usize>,
    /// The number's header says to whom, so that who answers stands elsewhere.
    pub(super) to_whom: bool,
}

/// Words of a header that say to whom.
const TO_WHOM: [&str; 4] = ["to", "recipient", "destinataire", "destination"];

impl Columns {
    pub(super) fn find(
        what: &'static str,
        headers: &[String],
        reading: &Reading,
    ) -> Result<Self, AuditReadError> {
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
        let mut at = fill(what, headers, &plains, format, generic);
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
        let says =
            |header: &str, any: &[&str]| tokens(header).iter().any(|word| any.contains(&word.as_str()));
        let utc = headers.iter().enumerate().filter(|(_, header)| says(header, &["utc", "gmt"]));
        let to_whom = at.get("number").and_then(|column| headers.get(*column));
        Ok(Self {
            format,
            utc: utc.map(|(column, _)| column).collect(),
            to_whom: to_whom.is_some_and(|header| says(header, &TO_WHOM)),
            at,
        })
    }

    /// Whether the header of this field says that its times are UTC.
    pub(super) fn is_utc(&self, field: &str) -> bool {
        self.column(field).is_some_and(|column| self.utc.contains(&column))
    }

    #[cfg(test)]
    pub(super) fn fields(&self) -> impl Iterator<Item = (&str, usize)> {
        self.at.iter().map(|(field, column)| (field.as_str(), *column))
    }

    pub(super) fn column(&self, field: &str) -> Option<usize> {
        self.at.get(field).copied()
    }

    pub(super) fn need(&self, field: &'static str, headers: &[String]) -> Result<usize, AuditReadError> {
        self.column(field).ok_or_else(|| AuditReadError::no_column(field, headers))
    }
}

/// First what the platform's own table names, then what the usual words do.
fn fill(
    what: &str,
    headers: &[String],
    plains: &[String],
    format: &Format,
    generic: Option<&Format>,
) -> BTreeMap<String, usize> {
    let mut at = BTreeMap::new();
    let named = |names: &[String]| names.iter().find_map(|name| plains.iter().position(|held| held == name));
    if !format.signature.is_empty() {
        let own = format.columns.iter().filter_map(|(field, names)| Some((field.clone(), named(names)?)));
        at.extend(own);
    }
    // Of two columns, the one that says it is about texts.
    by_words(what, headers, true, format, &mut at);
    for (field, names) in generic.into_iter().flat_map(|format| &format.columns) {
        let unused = |column: &usize| plains.get(*column).is_some_and(|held| !format.uses(held));
        if !at.contains_key(field)
            && !format.columns_of(field)
            && let Some(column) = named(names).filter(unused)
        {
            at.insert(field.clone(), column);
        }
    }
    by_words(what, headers, false, format, &mut at);
    at
}

impl Format {
    /// Whether the platform's own table speaks of this field.
    pub(super) fn columns_of(&self, field: &str) -> bool {
        !self.signature.is_empty() && self.columns.contains_key(field)
    }

    /// Whether it gives this column a meaning, which the usual words must not change.
    pub(super) fn uses(&self, held: &str) -> bool {
        !self.signature.is_empty() && self.columns.values().any(|names| names.iter().any(|name| name == held))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(headers: &[&str]) -> Columns {
        let headers: Vec<String> = headers.iter().map(|h| (*h).to_owned()).collect();
        Columns::find("sends", &headers, &Reading::default()).unwrap()
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
            assert!(all.iter().all(|word| folded(word) == **word), "{list}");
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
        assert_eq!(Columns::find("sends", &headers, &map("a", "number")).unwrap().column("number"), Some(0));
        assert!(matches!(
            Columns::find("sends", &headers, &map("a", "nummer")),
            Err(AuditReadError::Field { .. })
        ));
        assert!(matches!(
            Columns::find("sends", &headers, &map("c", "number")),
            Err(AuditReadError::Column { .. })
        ));
    }
}
