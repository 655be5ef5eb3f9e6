//! Lists of bans as they are written.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{Ban, BanError, BanFeed, Bans};
use crate::{id::Name, place::Place};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFeed {
    feed: String,
    as_of: String,
    covers_since: Option<String>,
    #[serde(default)]
    entries: Vec<RawBan>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBan {
    place: String,
    from: String,
    until: Option<String>,
    citation: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    bans: Vec<RawFeed>,
}

/// What is wrong with one list: of which entry, counted from 0, if of one.
pub(super) struct Refused {
    entry: Option<usize>,
    field: &'static str,
    reason: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(entry) = self.entry {
            write!(f, "entry {}: ", entry + 1)?;
        }
        write!(f, "{}: {}", self.field, self.reason)
    }
}

fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let read = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc());
    read.map_err(|_| format!("`{text}` is no instant such as 2026-08-28T17:00:00-05:00"))
}

impl TryFrom<RawFeed> for BanFeed {
    type Error = Refused;

    fn try_from(raw: RawFeed) -> Result<Self, Refused> {
        let of_list = |field| move |reason| Refused { entry: None, field, reason };
        let name =
            Name::new(&raw.feed).map_err(|error| of_list("feed")(format!("`{}`: {error}", raw.feed)))?;
        let as_of = instant(&raw.as_of).map_err(of_list("as_of"))?;
        let since = raw.covers_since.as_deref().map(instant).transpose().map_err(of_list("covers_since"))?;
        let entries = raw.entries.iter().enumerate().map(|(entry, ban)| {
            ban.read().map_err(|(field, reason)| Refused { entry: Some(entry), field, reason })
        });
        let entries = entries.collect::<Result<_, _>>()?;
        Self::new(name, as_of, since, entries).map_err(|error| of_list("covers_since")(error.to_string()))
    }
}

impl RawBan {
    fn read(&self) -> Result<Ban, (&'static str, String)> {
        let place =
            Place::new(&self.place).map_err(|error| ("place", format!("`{}`: {error}", self.place)))?;
        let from = instant(&self.from).map_err(|reason| ("from", reason))?;
        let until = self.until.as_deref().map(instant).transpose().map_err(|reason| ("until", reason))?;
        Ban::new(place, from, until, self.citation.as_str()).map_err(|error| {
            let field = match error {
                BanError::EndsBeforeItStarts => "until",
                BanError::NoCitation => "citation",
            };
            (field, error.to_string())
        })
    }
}

impl Bans {
    /// Reads a TOML file of `[[bans]]`, each with `feed`, `as_of`, optionally `covers_since`, and
    /// `[[bans.entries]]` of `place`, `from`, optionally `until`, and `citation`. Instants are RFC 3339 with their
    /// offset, as text.
    ///
    /// # Errors
    /// [`BansError`]: which line and field, and why. No list at all is an error too: it would look loaded.
    pub fn from_toml(file: &str, toml: &str) -> Result<Self, BansError> {
        let refused = |line: Option<usize>, field: &str, reason: String| BansError {
            file: file.to_owned(),
            line: line.map(|line| line + 1),
            field: field.to_owned(),
            reason,
        };
        let RawFile { bans } = basic_toml::from_str(toml).map_err(|error| {
            let line = error.line_col().map(|(line, _)| line);
            let reason = error.to_string();
            let field = field_of(toml, line, &reason).unwrap_or_else(|| "file".to_owned());
            refused(line, &field, reason)
        })?;
        if bans.is_empty() {
            return Err(refused(None, "bans", "no list".to_owned()));
        }
        let mut feeds: Vec<BanFeed> = Vec::with_capacity(bans.len());
        for (at, raw) in bans.into_iter().enumerate() {
            let here = |entry, field| line_of(toml, at, entry, field);
            let feed = BanFeed::try_from(raw)
                .map_err(|why| refused(here(why.entry, why.field), why.field, why.reason))?;
            if feeds.iter().any(|before| before.name() == feed.name()) {
                let reason = format!("`{}` is there twice", feed.name());
                return Err(refused(here(None, "feed"), "feed", reason));
            }
            feeds.push(feed);
        }
        Self::new(feeds).map_err(|twice| refused(None, "feed", twice.to_string()))
    }
}

/// The field that the parser quotes, or the key on the line.
fn field_of(toml: &str, line: Option<usize>, reason: &str) -> Option<String> {
    for before in [" field `", " for key `"] {
        if let Some((_, rest)) = reason.split_once(before) {
            return rest.split(['`', ' ']).next()?.rsplit('.').next().map(str::to_owned);
        }
    }
    let key = toml.lines().nth(line?)?.split_once('=')?.0;
    Some(key.trim().to_owned())
}

/// The line, counted from 0, of a field of a list or of one of its entries; of its header if it has no such line.
fn line_of(toml: &str, list: usize, entry: Option<usize>, field: &str) -> Option<usize> {
    let header = |line: &str, name: &str| {
        line.trim()
            .strip_prefix("[[")
            .and_then(|rest| rest.strip_prefix(name))
            .is_some_and(|rest| rest.starts_with("]]"))
    };
    let mut lines = toml.lines().enumerate();
    let mut found = lines.by_ref().filter(|(_, line)| header(line, "bans")).nth(list)?.0;
    if let Some(entry) = entry {
        found = lines.by_ref().filter(|(_, line)| header(line, "bans.entries")).nth(entry)?.0;
    }
    let is_field =
        |line: &str| line.trim().strip_prefix(field).is_some_and(|rest| rest.trim_start().starts_with('='));
    let own = lines.take_while(|(_, line)| !line.trim().starts_with("[["));
    Some(own.filter(|(_, line)| is_field(line)).map(|(at, _)| at).next().unwrap_or(found))
}

/// A file of bans that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BansError {
    /// The file's name.
    pub file: String,
    /// The line, from 1, where one is to blame.
    pub line: Option<usize>,
    /// The field.
    pub field: String,
    /// What is wrong with it.
    pub reason: String,
}

impl std::error::Error for BansError {}

impl fmt::Display for BansError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}: {}", self.field, self.reason)
    }
}
