//! `classify --jsonl`: what kind of message a text is, whatever its author calls it.

use optin::{content, inbound::Language, phone::Country};
use serde::Deserialize;
use serde_json::{Value, json};

use super::jsonl::{Bad, Tools, bad, parse};

#[derive(Deserialize)]
struct Line {
    text: String,
    country: Option<String>,
    language: Option<String>,
}

pub(crate) fn classify(_: &Tools, line: &str) -> Result<Value, Bad> {
    let line: Line = parse(line)?;
    // The words tell the language, and no country's law takes a kind away: both are only held to be well written.
    line.country.as_deref().map(Country::new).transpose().map_err(|error| bad("bad_country", error))?;
    line.language.as_deref().map(Language::new).transpose().map_err(|error| bad("bad_language", error))?;
    let found = content::classify(&line.text);
    Ok(json!({
        "kind": found.kind.code(),
        "subkind": found.subkind,
        "mixed": found.mixed,
        "score": found.score,
        "sure": found.sure,
        "language": found.language,
        "reasons": found.reasons,
    }))
}
