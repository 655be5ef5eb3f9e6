//! The rows of the data files: what they say, and where they hold.

use std::collections::BTreeMap;

use regex::Regex;
use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;

use super::lint::FindingCode;
use crate::{message::Kind, phone::Country, program::SenderKind};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth a look.
    Warning,
    /// The message may not be sent as it is.
    Error,
}

impl Severity {
    /// The stable spelling: `warning` or `error`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// How a person gets out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Route {
    /// By answering the message.
    Reply,
    /// By texting a keyword to a named number.
    Redirect,
    /// By opening a page.
    Link,
    /// Prose that only sounds like one of these.
    Prose,
}

/// How well the fact behind a row is sourced.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Confidence {
    High,
    Medium,
    Low,
}

/// Where a row holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach<'r> {
    countries: &'r [String],
    senders: &'r [SenderKind],
    kinds: &'r [String],
}

impl Reach<'_> {
    /// `None`: not here; else whether the row names the country.
    pub(super) fn holds(self, country: Country, sender: SenderKind, kind: Kind) -> Option<bool> {
        let senders = self.senders.is_empty() || self.senders.contains(&sender);
        let kinds = self.kinds.is_empty() || self.kinds.iter().any(|k| k == kind.code());
        let named = self.countries.iter().any(|c| c == country.as_str());
        (senders && kinds && (named || self.countries.is_empty())).then_some(named)
    }

    pub(super) fn flaw(self) -> Option<String> {
        let countries = self.countries.iter().find(|c| Country::new(c).is_err());
        let kinds = self.kinds.iter().find(|k| Kind::from_code(k).is_none());
        countries.or(kinds).map(|word| format!("`{word}` is no country or kind"))
    }
}

macro_rules! row {
    ($(#[$meta:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident: $ty:ty),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Deserialize)]
        #[serde(deny_unknown_fields)]
        #[allow(dead_code, reason = "source, confidence and note stay with the row for whoever reads it")]
        pub(super) struct $name {
            pub(super) id: String,
            #[serde(default)]
            countries: Vec<String>,
            #[serde(default)]
            senders: Vec<SenderKind>,
            #[serde(default)]
            kinds: Vec<String>,
            pub(super) citation: String,
            #[serde(default)]
            sources: Vec<String>,
            confidence: Option<Confidence>,
            #[serde(default)]
            note: String,
            $($(#[$fmeta])* pub(super) $field: $ty),*
        }

        impl Row for $name {
            fn id(&self) -> &str {
                &self.id
            }

            fn citation(&self) -> &str {
                &self.citation
            }

            fn reach(&self) -> Reach<'_> {
                Reach { countries: &self.countries, senders: &self.senders, kinds: &self.kinds }
            }
        }
    };
}

/// What all rows have.
pub(super) trait Row {
    fn id(&self) -> &str;
    fn citation(&self) -> &str;
    fn reach(&self) -> Reach<'_>;
}

row! { BrandRow { severity: Severity } }
row! { OptOutRow { accepts: Vec<Route>, #[serde(default)] code: Option<String>, missing: Severity, form: Severity } }
row! { NeedlessRow { severity: Severity } }
row! { FooterRow { language: String, text: String } }
row! { RestrictedRow {
    code: String, severity: Severity, #[serde(default)] to_adults: Option<ToAdults>, #[serde(default)] unless: Option<String>,
    #[serde(default)] fix: Option<String>
} }
row! { LinkRow { code: String, hosts: Hosts, severity: Severity } }
row! { WantedRow {
    code: String, when: When, #[serde(default)] at: Place, #[serde(default)] pattern: Option<String>,
    #[serde(default)] pattern_of: Option<String>, severity: Severity, #[serde(default)] fix: BTreeMap<String, String>
} }
row! { LookRow {
    #[serde(default)] pattern: Option<String>, #[serde(default)] capitals: Option<f64>, #[serde(default)] least_letters: usize,
    #[serde(default)] disguised: Vec<String>, #[serde(default)] mixed_scripts: bool, severity: Severity
} }
row! { KindRow { severity: Severity, unsure: Severity, unread: Severity } }

/// What is left of a finding where everybody had their age checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ToAdults {
    None,
    Warning,
}

/// The hosts that a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Hosts {
    PublicShorteners,
    /// Addresses.
    Ip,
    /// None of the program's own domains.
    Foreign,
}

/// In which messages something must be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum When {
    Always,
    FirstMessage,
    OfferEnds,
}

/// Where it must stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Place {
    #[default]
    Anywhere,
    Start,
    /// Before the sender's name; where that is not known, before the text.
    SenderStart,
    /// Behind the sender's name; where that is not known, anywhere.
    SenderEnd,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NumberedRow {
    pub(super) words: Vec<String>,
    #[serde(default, rename = "note")]
    _note: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShortenersRow {
    pub(super) hosts: Vec<String>,
    #[serde(default, rename = "note")]
    _note: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MentionRow {
    pub(super) route: Route,
    pub(super) pattern: String,
    #[serde(default, rename = "note")]
    _note: String,
}

/// A row with what it finds and the pattern in it, read.
#[derive(Debug, Clone)]
pub(super) struct Ruled<R> {
    pub(super) row: R,
    pub(super) code: FindingCode,
    pub(super) pattern: Option<Regex>,
}

impl<R: Row> Ruled<R> {
    pub(super) fn read(row: R, code: &str, pattern: Option<&str>) -> Result<Self, String> {
        let known = FindingCode::from_code(code);
        let code = known.ok_or_else(|| format!("{}: `{code}` is no code", row.id()))?;
        let pattern = pattern.map(|p| Regex::new(&plain(p))).transpose();
        let pattern = pattern.map_err(|error| format!("{}: {error}", row.id()))?;
        Ok(Self { row, code, pattern })
    }
}

/// A pattern as it is matched. Texts are taken apart before they are looked at, and so must the pattern be; then the
/// letters of most words are ASCII, and its boundaries several times as fast.
pub(super) fn plain(pattern: &str) -> String {
    pattern.nfkd().collect::<String>().replace(r"\b", r"(?-u:\b)")
}

impl<R: Row> Row for Ruled<R> {
    fn id(&self) -> &str {
        self.row.id()
    }

    fn citation(&self) -> &str {
        self.row.citation()
    }

    fn reach(&self) -> Reach<'_> {
        self.row.reach()
    }
}

impl WantedRow {
    /// What to write, in this language if there is a line in it, else in English, else in any.
    pub(super) fn fix(&self, language: &str) -> Option<&str> {
        let own = self.fix.get(language).or_else(|| self.fix.get("en"));
        own.or_else(|| self.fix.values().next()).map(String::as_str)
    }
}
