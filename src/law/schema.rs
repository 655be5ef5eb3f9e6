//! The rule files as they are written, before anything in them is believed.

use serde::Deserialize;

use super::{
    Cap, Certainty, Confidence, Extent, Feed, Forbidden, Layer, Penalty, Reach, Recorded, Register,
    RequiredText, Retention, RulebookError,
};

/// One file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawFile {
    /// The date of the facts, `YYYY-MM-DD`.
    pub(super) as_of: Option<String>,
    /// The first day that the book no longer answers for.
    pub(super) until: Option<String>,
    /// Places that rules may name although they are not covered.
    pub(super) known: Vec<String>,
    pub(super) covered: Vec<RawCovered>,
    pub(super) tz: Vec<RawMinimum>,
    pub(super) calendar: Vec<RawCalendar>,
    pub(super) rule: Vec<RawRule>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCovered {
    pub(super) places: Vec<String>,
    pub(super) from: String,
    pub(super) confidence: Confidence,
    #[serde(default)]
    pub(super) by_number: bool,
    #[serde(default)]
    pub(super) own_prefix: bool,
    #[serde(default)]
    pub(super) note: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCalendar {
    pub(super) id: String,
    pub(super) citation: String,
    pub(super) confidence: Confidence,
    #[serde(default)]
    pub(super) include: Vec<String>,
    #[serde(default)]
    pub(super) day: Vec<RawDay>,
    #[serde(default)]
    pub(super) note: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDay {
    pub(super) name: String,
    pub(super) on: Option<String>,
    #[serde(default)]
    pub(super) dates: Vec<String>,
    /// Such as `["sat-1", "sun+1"]`.
    #[serde(default)]
    pub(super) shift: Vec<String>,
    /// The first and the last year, both included.
    pub(super) first_year: Option<i32>,
    pub(super) last_year: Option<i32>,
    #[serde(default)]
    pub(super) even_years_only: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRule {
    pub(super) id: String,
    pub(super) layer: Layer,
    pub(super) reach: Reach,
    pub(super) confidence: Confidence,
    pub(super) citation: String,
    pub(super) sources: Vec<String>,
    pub(super) places: Vec<String>,
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    pub(super) kinds: Vec<String>,
    #[serde(default)]
    pub(super) lifted_by: Vec<RawLift>,
    pub(super) hours: Option<RawHours>,
    #[serde(default)]
    pub(super) caps: Vec<Cap>,
    pub(super) bases: Option<Vec<RawGround>>,
    #[serde(default)]
    pub(super) required: Vec<RequiredText>,
    #[serde(default)]
    pub(super) registers: Vec<Register>,
    #[serde(default)]
    pub(super) retention: Vec<Retention>,
    pub(super) revocation: Option<RawRevocation>,
    #[serde(default)]
    pub(super) records: Vec<Recorded>,
    #[serde(default)]
    pub(super) forbids: Vec<Forbidden>,
    pub(super) feed: Option<Feed>,
    pub(super) penalty: Option<Penalty>,
    #[serde(default)]
    pub(super) note: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawLift {
    pub(super) by: String,
    pub(super) certainty: Certainty,
    pub(super) months: Option<u16>,
    /// What the separate consent is to, or what else lifts.
    pub(super) text: Option<String>,
    #[serde(default)]
    pub(super) note: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawHours {
    pub(super) windows: Vec<RawWindow>,
    pub(super) zone: Option<String>,
    #[serde(default)]
    pub(super) holidays: Vec<String>,
    pub(super) discouraged_days: Option<String>,
    #[serde(default)]
    pub(super) discouraged_holidays: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWindow {
    pub(super) days: String,
    pub(super) from: String,
    pub(super) to: String,
}

/// A basis, and the dates of which one must be met if any is given.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawGround {
    pub(super) basis: String,
    #[serde(default)]
    pub(super) sale: bool,
    #[serde(default)]
    pub(super) inquiry: bool,
    pub(super) sale_within_months: Option<u16>,
    pub(super) inquiry_within_months: Option<u16>,
    /// The consent itself, given or confirmed.
    pub(super) consent_within_months: Option<u16>,
    /// The sale, or the last marketing message that was itself within the term.
    pub(super) sale_rolling_months: Option<u16>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawRevocation {
    #[serde(default)]
    pub(super) keywords: Vec<String>,
    pub(super) any_words: bool,
    pub(super) any_channel: bool,
    /// Calendar days; or business days, less those of a calendar.
    pub(super) within_days: Option<u16>,
    pub(super) within_business_days: Option<u16>,
    pub(super) holidays: Option<String>,
    pub(super) confirmations: Option<u8>,
    pub(super) confirm_within_minutes: Option<u16>,
    #[serde(default)]
    pub(super) may_clarify: bool,
    #[serde(default)]
    pub(super) by_class: bool,
    pub(super) told_within_days: Option<u16>,
    pub(super) ends: Extent,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMinimum {
    pub(super) zones: Vec<String>,
    pub(super) from: String,
    pub(super) release: String,
    pub(super) citation: String,
    pub(super) confidence: Confidence,
}

impl RawFile {
    /// Reads a file's form.
    ///
    /// # Errors
    /// What is not TOML, or has a field too many, too few or of a wrong type; named by the line it stands on
    /// and by the entry above that line.
    pub(super) fn parse(file: &str, toml: &str) -> Result<Self, RulebookError> {
        basic_toml::from_str(toml).map_err(|error| {
            let line = error.line_col().map_or(0, |(line, _)| line);
            let reason = error.to_string();
            let field = field_of(toml, line, &reason).unwrap_or_else(|| "syntax".to_owned());
            RulebookError {
                file: file.to_owned(),
                line: error.line_col().map(|(line, _)| key_at(toml, line, &field).unwrap_or(line) + 1),
                entry: entry_at(toml, line).unwrap_or_else(|| "file".to_owned()),
                field,
                reason,
            }
        })
    }
}

/// The id of the entry on this line (counted from 0): the last one above, or the next one below a header.
fn entry_at(toml: &str, line: usize) -> Option<String> {
    let id = |line: &str| {
        let value = line.strip_prefix("id")?.trim_start().strip_prefix('=')?;
        let value = value.trim().trim_matches('"');
        (!value.is_empty()).then(|| value.to_owned())
    };
    if toml.lines().nth(line)?.starts_with("[[") {
        return toml.lines().skip(line).find_map(id);
    }
    toml.lines().take(line + 1).filter_map(id).last()
}

/// The line of the field's key, on this line or above it in the same entry: of a bad word the parser names the line
/// on which the table ends.
fn key_at(toml: &str, line: usize, field: &str) -> Option<usize> {
    let lines: Vec<&str> = toml.lines().take(line + 1).collect();
    let of_entry = lines.iter().enumerate().rev();
    let mut of_entry = of_entry.take_while(|(_, line)| !line.starts_with("[["));
    let is_key = |line: &str| line.split_once('=').is_some_and(|(key, _)| key.trim() == field);
    of_entry.find(|(_, line)| is_key(line)).map(|(at, _)| at)
}

/// The field that the parser quotes, by itself or as the end of a path, or the key on the line.
fn field_of(toml: &str, line: usize, reason: &str) -> Option<String> {
    for before in [" field `", " for key `"] {
        if let Some((_, rest)) = reason.split_once(before) {
            return rest.split(['`', ' ']).next()?.rsplit('.').next().map(str::to_owned);
        }
    }
    let key = toml.lines().nth(line)?.split_once('=')?.0;
    Some(key.trim().to_owned())
}
