//! The rows of `data/lint.toml` and `data/footer.toml`, read once.

use regex::Regex;
use serde::Deserialize;
use thiserror::Error;

use crate::program::SenderKind;
use crate::{message::Kind, phone::Country};

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

    fn flaw(self) -> Option<String> {
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

            fn reach(&self) -> Reach<'_> {
                Reach { countries: &self.countries, senders: &self.senders, kinds: &self.kinds }
            }
        }
    };
}

/// What all rows have.
pub(super) trait Row {
    fn id(&self) -> &str;
    fn reach(&self) -> Reach<'_>;
}

row! { BrandRow { severity: Severity } }
row! { OptOutRow { accepts: Vec<Route>, #[serde(default)] code: Option<String>, missing: Severity, form: Severity } }
row! { NeedlessRow { severity: Severity } }
row! { FooterRow { language: String, text: String } }

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct MentionRow {
    route: Route,
    pattern: String,
    #[serde(default, rename = "note")]
    _note: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    mention: Vec<MentionRow>,
    #[serde(default)]
    brand: Vec<BrandRow>,
    #[serde(default)]
    opt_out: Vec<OptOutRow>,
    #[serde(default)]
    needless_opt_out: Vec<NeedlessRow>,
    #[serde(default)]
    footer: Vec<FooterRow>,
}

#[derive(Debug, Clone)]
pub(super) struct Mention {
    pub(super) route: Route,
    pub(super) pattern: Regex,
}

/// All rows of all files read so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Book {
    pub(super) mentions: Vec<Mention>,
    pub(super) brand: Vec<BrandRow>,
    /// With the pattern that a redirect's number must match whole.
    pub(super) opt_out: Vec<(OptOutRow, Option<Regex>)>,
    pub(super) needless: Vec<NeedlessRow>,
    pub(super) footer: Vec<FooterRow>,
}

impl Book {
    /// Reads one more file over this book: its rows come first, and one whose id is known replaces it.
    pub(super) fn read(&mut self, file: &str, toml: &str) -> Result<(), LintError> {
        let fail = |reason: String| LintError { file: file.to_owned(), reason };
        let new: File = basic_toml::from_str(toml).map_err(|e| fail(e.to_string()))?;
        for (id, reach) in new.reaches() {
            if let Some(flaw) = reach.flaw() {
                return Err(fail(format!("{id}: {flaw}")));
            }
        }
        let mut mentions = Vec::new();
        for row in new.mention {
            let pattern = Regex::new(&row.pattern).map_err(|e| fail(e.to_string()))?;
            mentions.push(Mention { route: row.route, pattern });
        }
        let mut opt_out = Vec::new();
        for row in new.opt_out {
            let code = row.code.as_ref().map(|c| Regex::new(&format!("^(?:{c})$"))).transpose();
            let code = code.map_err(|e| fail(format!("{}: {e}", row.id)))?;
            opt_out.push((row, code));
        }
        self.mentions.splice(0..0, mentions);
        lay_over(&mut self.brand, new.brand, BrandRow::id);
        lay_over(&mut self.opt_out, opt_out, |(row, _)| row.id());
        lay_over(&mut self.needless, new.needless_opt_out, NeedlessRow::id);
        lay_over(&mut self.footer, new.footer, FooterRow::id);
        Ok(())
    }
}

impl File {
    fn reaches(&self) -> impl Iterator<Item = (&str, Reach<'_>)> {
        fn of<R: Row>(rows: &[R]) -> impl Iterator<Item = (&str, Reach<'_>)> {
            rows.iter().map(|row| (row.id(), row.reach()))
        }
        of(&self.brand).chain(of(&self.opt_out)).chain(of(&self.needless_opt_out)).chain(of(&self.footer))
    }
}

fn lay_over<R>(rows: &mut Vec<R>, new: Vec<R>, id: impl Fn(&R) -> &str) {
    rows.retain(|old| !new.iter().any(|row| id(row) == id(old)));
    rows.splice(0..0, new);
}

/// A file of content rules that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{file}: {reason}")]
pub struct LintError {
    file: String,
    reason: String,
}
