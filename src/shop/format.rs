//! How platforms write their exports, read from `data/<platform>.toml`.

use std::{collections::BTreeMap, sync::OnceLock};

use serde::Deserialize;
use thiserror::Error;

use super::{
    time::Writing,
    words::{Role, key, role},
};
use crate::{consent::How, id::Name};

macro_rules! files {
    ($($platform:literal),* $(,)?) => {
        [$(($platform, include_str!(concat!("data/", $platform, ".toml")))),*]
    };
}

/// The platform of no platform: whatever its headers say.
const PLAIN: &str = "plain";

/// The platforms that come with the library; the plain one is for all others.
const FILES: [(&str, &str); 10] = files![
    "shopify",
    "klaviyo",
    "mailchimp",
    "postscript",
    "attentive",
    "brevo",
    "twilio",
    "mautic",
    "listmonk",
    "plain",
];

/// Names of one column, of which the first that is there counts.
pub(super) type Aliases = Vec<String>;

/// One kind of file that a platform exports.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shape {
    /// What it is, for people.
    pub(super) title: String,
    /// It is this kind of file if it has one of each of these, and none of `absent`.
    #[serde(default)]
    requires: Vec<Aliases>,
    #[serde(default)]
    absent: Aliases,
    /// The number for texts; where none is named, the best that a header tells.
    #[serde(default)]
    pub(super) number: Aliases,
    /// Keys under which a column of JSON holds the number.
    #[serde(default)]
    pub(super) number_keys: Aliases,
    #[serde(default)]
    pub(super) country: Aliases,
    #[serde(default)]
    pub(super) province: Aliases,
    #[serde(default)]
    pub(super) postal_code: Aliases,
    #[serde(default)]
    pub(super) zone: Aliases,
    #[serde(default)]
    pub(super) says: Vec<Column>,
    /// What a row says in which no column says anything.
    #[serde(default)]
    pub(super) otherwise: Meaning,
    /// Of what the row is: of texts, of e-mail.
    #[serde(default)]
    pub(super) channel: Aliases,
    /// Of a log of messages.
    #[serde(default)]
    pub(super) log: Option<Log>,
    /// Its other columns may speak too. Not where the host said which column is what.
    #[serde(skip, default = "yes")]
    pub(super) by_words: bool,
    #[serde(default)]
    pub(super) consent_time: Aliases,
    #[serde(default)]
    pub(super) opt_out_time: Aliases,
    #[serde(default)]
    pub(super) times: Writing,
    #[serde(default)]
    pub(super) source: Aliases,
    /// Values of `source` that say how the person agreed.
    #[serde(default)]
    how: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) text: Aliases,
    #[serde(default)]
    pub(super) ip: Aliases,
    #[serde(default)]
    pub(super) user_agent: Aliases,
    #[serde(default)]
    pub(super) page: Aliases,
    #[serde(default)]
    pub(super) sale: Aliases,
    /// Columns of a consent to e-mail, which is none to texts.
    #[serde(default)]
    pub(super) email: Aliases,
    #[serde(rename = "source_of_this")]
    _source: String,
    #[serde(rename = "confidence")]
    _confidence: Confidence,
}

/// Where a log of messages has what.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Log {
    pub(super) from: Aliases,
    pub(super) to: Aliases,
    pub(super) direction: Aliases,
    pub(super) status: Aliases,
    pub(super) body: Aliases,
}

const fn yes() -> bool {
    true
}

/// How sure it is that the platform writes it like that.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Confidence {
    High,
    Medium,
    Low,
}

/// What a value of a column means. Ordered: of two columns that disagree, what comes first counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Meaning {
    Complained,
    OptedOut,
    Bounced,
    Pending,
    #[default]
    Never,
    Consented,
}

/// A column that says something of the consent. `*` is any value that is not listed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Column {
    #[serde(default)]
    pub(super) column: Aliases,
    #[serde(default)]
    complained: Vec<String>,
    #[serde(default)]
    opted_out: Vec<String>,
    #[serde(default)]
    bounced: Vec<String>,
    #[serde(default)]
    pending: Vec<String>,
    #[serde(default)]
    never: Vec<String>,
    #[serde(default)]
    consented: Vec<String>,
    /// Values that say nothing, so that other columns speak: not to be blocked is not to have agreed.
    #[serde(default)]
    silent: Vec<String>,
}

impl Column {
    /// Its words with what they mean; `None` for those that say nothing.
    pub(super) fn words(&self) -> impl Iterator<Item = (&String, Option<Meaning>)> {
        let lists = [
            (&self.complained, Some(Meaning::Complained)),
            (&self.opted_out, Some(Meaning::OptedOut)),
            (&self.bounced, Some(Meaning::Bounced)),
            (&self.pending, Some(Meaning::Pending)),
            (&self.never, Some(Meaning::Never)),
            (&self.consented, Some(Meaning::Consented)),
            (&self.silent, None),
        ];
        lists.into_iter().flat_map(|(list, meaning)| list.iter().map(move |word| (word, meaning)))
    }
}

impl Shape {
    /// Whether it is nobody's format.
    pub(super) fn is_plain(&self) -> bool {
        self.requires.is_empty()
    }

    /// Whether a header tells of a number.
    fn has_number(&self, headers: &[String]) -> bool {
        let named = |header: &String| self.number.iter().any(|name| key(name) == key(header));
        let tells = |header: &String| matches!(role(header), Some(Role::Number(_) | Role::Sms));
        headers.iter().any(|header| named(header) || tells(header))
    }

    fn fits(&self, headers: &[String]) -> bool {
        let has = |name: &String| headers.iter().any(|header| key(header) == key(name));
        self.requires.iter().all(|aliases| aliases.iter().any(has)) && !self.absent.iter().any(has)
    }

    /// How the person agreed, by the platform's word for it.
    pub(super) fn how(&self, source: &str) -> How {
        let source = key(source);
        let found = self.how.iter().find(|(word, _)| source.starts_with(&key(word)));
        found.and_then(|(_, how)| How::from_code(how)).unwrap_or(How::Import)
    }
}

/// Which columns of a file say what, in the host's own words.
///
/// ```
/// use optin::shop::Mapping;
/// let mapping = Mapping::parse(["number=Tél.", "status=SMS", "consented=oui,ok", "opted_out=non"])?;
/// assert!(Mapping::parse(["numbr=Tél."]).is_err());
/// # let _ = mapping;
/// # Ok::<(), optin::shop::FormatError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Mapping(Box<Shape>);

impl Mapping {
    /// What a mapping may name: columns first, then values of the status column, separated by commas.
    pub const KEYS: [&'static str; 21] = [
        "number",
        "status",
        "country",
        "province",
        "postal_code",
        "zone",
        "consent_time",
        "opt_out_time",
        "source",
        "text",
        "ip",
        "user_agent",
        "page",
        "sale",
        "consented",
        "opted_out",
        "bounced",
        "complained",
        "pending",
        "never",
        "all",
    ];

    /// Reads parts such as `number=Mobile` or `opted_out=no,stop`. `all=opted_out` says that the file is a list of
    /// opt-outs (or of `bounced`, `complained`). Words that are not given are understood as usual: yes, no, oui, non.
    ///
    /// # Errors
    /// A part without `=`, another key than [`KEYS`](Self::KEYS), or no `number`.
    pub fn parse<'p>(parts: impl IntoIterator<Item = &'p str>) -> Result<Self, FormatError> {
        let mut shape = common()?.clone();
        let mut status = Column::default();
        (shape.number, shape.country, shape.province) = Default::default();
        (shape.postal_code, shape.zone, shape.consent_time) = Default::default();
        (shape.opt_out_time, shape.source, shape.text) = Default::default();
        (shape.ip, shape.user_agent, shape.page, shape.sale) = Default::default();
        (shape.channel, shape.by_words) = (Aliases::new(), false);
        for part in parts {
            let (key, value) = part.split_once('=').ok_or_else(|| FormatError::Mapping(part.to_owned()))?;
            let values: Vec<String> = value.split(',').map(|value| value.trim().to_owned()).collect();
            match key.trim() {
                "consented" => status.consented.extend(values),
                "opted_out" => status.opted_out.extend(values),
                "bounced" => status.bounced.extend(values),
                "complained" => status.complained.extend(values),
                "pending" => status.pending.extend(values),
                "never" => status.never.extend(values),
                "all" => {
                    shape.otherwise =
                        lowering(value.trim()).ok_or_else(|| FormatError::Mapping(part.to_owned()))?
                }
                "number" => shape.number.push(value.to_owned()),
                "status" => status.column.push(value.to_owned()),
                "country" => shape.country.push(value.to_owned()),
                "province" => shape.province.push(value.to_owned()),
                "postal_code" => shape.postal_code.push(value.to_owned()),
                "zone" => shape.zone.push(value.to_owned()),
                "consent_time" => shape.consent_time.push(value.to_owned()),
                "opt_out_time" => shape.opt_out_time.push(value.to_owned()),
                "source" => shape.source.push(value.to_owned()),
                "text" => shape.text.push(value.to_owned()),
                "ip" => shape.ip.push(value.to_owned()),
                "user_agent" => shape.user_agent.push(value.to_owned()),
                "page" => shape.page.push(value.to_owned()),
                "sale" => shape.sale.push(value.to_owned()),
                _ => return Err(FormatError::Mapping(part.to_owned())),
            }
        }
        if shape.number.is_empty() {
            return Err(FormatError::NoNumber);
        }
        shape.says = if status.column.is_empty() { Vec::new() } else { vec![status] };
        "a list that the host mapped".clone_into(&mut shape.title);
        Ok(Self(Box::new(shape)))
    }
}

/// Only what lowers permission may be said of a whole file.
fn lowering(word: &str) -> Option<Meaning> {
    match word {
        "opted_out" => Some(Meaning::OptedOut),
        "bounced" => Some(Meaning::Bounced),
        "complained" => Some(Meaning::Complained),
        _ => None,
    }
}

/// Which platform a list comes from.
#[derive(Debug, Clone, Default)]
pub enum Format {
    /// Whatever its headers say.
    #[default]
    Found,
    /// This platform, by its code.
    Named(Name),
    /// The host says which column is what.
    Mapped(Mapping),
}

impl Format {
    /// The codes of the platforms that are known.
    pub fn platforms() -> impl Iterator<Item = &'static str> {
        FILES.into_iter().map(|(platform, _)| platform)
    }

    /// The kind of file that has these headers, with the code of its platform.
    pub(super) fn shape(&self, headers: &[String]) -> Result<(&'static str, Shape), FormatError> {
        let wanted = match self {
            Self::Mapped(mapping) => return mapped(&mapping.0, headers),
            Self::Named(name) => Some(name.as_str()),
            Self::Found => None,
        };
        if let Some(name) = wanted.filter(|name| !Self::platforms().any(|known| known == *name)) {
            return Err(FormatError::NoPlatform(name.to_owned()));
        }
        let asked = shapes()?.iter().filter(|(platform, _)| wanted.is_none_or(|wanted| wanted == *platform));
        let mut best: Option<(&'static str, &Shape)> = None;
        for (platform, shapes) in asked {
            for shape in shapes.iter().filter(|shape| *platform != PLAIN && shape.fits(headers)) {
                if best.is_none_or(|(_, held)| shape.requires.len() > held.requires.len()) {
                    best = Some((platform, shape));
                }
            }
        }
        let common = common()?;
        let found = best.or_else(|| common.has_number(headers).then_some((PLAIN, common)));
        let data = |header: &String| header.chars().filter(|c| c.is_numeric()).count() > 4;
        if found.is_none() && headers.iter().any(data) {
            return Err(FormatError::NoHeaders);
        }
        let shown = || headers.iter().map(|header| super::table::shown(header)).collect();
        found.map(|(platform, shape)| (platform, shape.clone())).ok_or_else(|| FormatError::Unknown(shown()))
    }
}

fn mapped(shape: &Shape, headers: &[String]) -> Result<(&'static str, Shape), FormatError> {
    let columns = [
        &shape.number,
        &shape.country,
        &shape.province,
        &shape.postal_code,
        &shape.zone,
        &shape.consent_time,
        &shape.opt_out_time,
        &shape.source,
        &shape.text,
        &shape.ip,
        &shape.user_agent,
        &shape.page,
        &shape.sale,
    ];
    let says = shape.says.iter().map(|says| &says.column);
    for name in columns.into_iter().chain(says).flatten() {
        if !headers.iter().any(|header| key(header) == key(name)) {
            return Err(FormatError::NoColumn(name.clone()));
        }
    }
    Ok(("mapped", shape.clone()))
}

/// The columns that lists have whoever wrote them.
pub(super) fn common() -> Result<&'static Shape, FormatError> {
    let plain = shapes()?.iter().find(|(platform, _)| *platform == PLAIN);
    plain.and_then(|(_, shapes)| shapes.first()).ok_or(FormatError::Data)
}

type Shapes = Vec<(&'static str, Vec<Shape>)>;

/// Constant data: the cell only spares reading the text again.
fn shapes() -> Result<&'static Shapes, FormatError> {
    static SHAPES: OnceLock<Option<Shapes>> = OnceLock::new();
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        #[serde(rename = "as_of")]
        _as_of: String,
        #[serde(rename = "sources")]
        _sources: BTreeMap<String, String>,
        shapes: Vec<Shape>,
    }
    let read = || {
        let read = |(platform, toml)| Some((platform, basic_toml::from_str::<File>(toml).ok()?.shapes));
        FILES.into_iter().map(read).collect()
    };
    SHAPES.get_or_init(read).as_ref().ok_or(FormatError::Data)
}

/// Nobody knows which column of a list is what.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FormatError {
    /// No known platform writes such headers.
    #[error("no known platform exports these columns: {}. Say which is what, such as `number={}` `status=…`",
        .0.join(", "), .0.first().map_or("…", String::as_str))]
    Unknown(Vec<String>),
    /// No platform of this name is known.
    #[error("no platform `{0}`; known are {known}", known = Format::platforms().collect::<Vec<_>>().join(", "))]
    NoPlatform(String),
    /// A mapping names a column that the file has not.
    #[error("the file has no column `{0}`")]
    NoColumn(String),
    /// A part of a mapping that is none.
    #[error("`{0}` is no part of a mapping: `key=column`, the key one of {keys}", keys = Mapping::KEYS.join(", "))]
    Mapping(String),
    /// A mapping without a number.
    #[error("a mapping must say which column is the number: `number=…`")]
    NoNumber,
    /// The first line is no line of headers.
    #[error(
        "the first line looks like data, not like headers: put a line such as `phone,sms_consent` before it"
    )]
    NoHeaders,
    /// The library's own tables do not read.
    #[error("the library's table of platforms cannot be read")]
    Data,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Shapes1 {
        #[serde(rename = "shapes")]
        _shapes: Vec<Shape>,
    }

    #[test]
    fn every_table_reads_and_is_reached() {
        for (platform, toml) in FILES {
            let value: serde_json::Value =
                basic_toml::from_str(toml).unwrap_or_else(|e| panic!("{platform}: {e}"));
            let parsed = basic_toml::from_str::<Shapes1>(toml);
            assert!(parsed.is_ok(), "{platform}: {parsed:?}");
            let sources = value["sources"].as_object().unwrap();
            for shape in value["shapes"].as_array().unwrap() {
                let source = shape["source_of_this"].as_str().unwrap();
                assert!(sources.contains_key(source), "{platform}: no source {source}");
            }
        }
        for (platform, shapes) in shapes().unwrap() {
            for shape in shapes {
                assert!(
                    shape.how.values().all(|how| How::from_code(how).is_some()),
                    "{platform}: {:?}",
                    shape.how
                );
                if *platform == PLAIN {
                    continue;
                }
                let headers: Vec<String> = shape.requires.iter().map(|aliases| aliases[0].clone()).collect();
                let (found, _) = Format::Found.shape(&headers).unwrap();
                assert_eq!(found, *platform, "{headers:?}");
            }
        }
    }

    #[test]
    fn no_word_means_two_things() {
        for (platform, shapes) in shapes().unwrap() {
            let common = super::super::words::values().unwrap();
            for column in shapes.iter().flat_map(|shape| &shape.says).chain([common]) {
                let mut words: Vec<String> = column.words().map(|(word, _)| key(word)).collect();
                let before = words.len();
                words.sort();
                words.dedup();
                if !std::ptr::eq(column, common) {
                    assert_eq!(words.len(), before, "{platform}: {:?}", column.column);
                }
                let mut meant = std::collections::HashMap::new();
                for (word, meaning) in column.words() {
                    assert_eq!(*meant.entry(key(word)).or_insert(meaning), meaning, "{platform}: {word}");
                }
            }
        }
    }
}
