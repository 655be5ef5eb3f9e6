//! `lint --jsonl`: what is missing, wrong or forbidden in a text.

use optin::{
    content::{Finding, Lint, Said, SenderKind},
    message::Kind,
    phone::Country,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::jsonl::{Bad, Tools, bad, parse};

#[derive(Deserialize)]
struct Line {
    text: String,
    sender_type: SenderKind,
    country: String,
    kind: String,
    #[serde(default)]
    first_message: bool,
    brand: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    age_checked: bool,
    #[serde(default)]
    offer_ends: bool,
    sender_id: Option<String>,
    stop_code: Option<String>,
    opt_out_link: Option<String>,
    #[serde(default)]
    domains: Vec<String>,
}

pub(crate) fn lint(_: &Tools, line: &str) -> Result<Value, Bad> {
    let line: Line = parse(line)?;
    let country = Country::new(&line.country).map_err(|error| bad("bad_country", error))?;
    let kind = Kind::from_code(&line.kind);
    let kind = kind.ok_or_else(|| bad("bad_kind", format!("`{}` is not a kind", line.kind)))?;
    let mut said = Said::new(&line.text, kind, country, line.sender_type, &line.brand)
        .language(&line.language)
        .first_message(line.first_message)
        .age_checked(line.age_checked)
        .offer_ends(line.offer_ends)
        .domains(&line.domains);
    if let Some(id) = &line.sender_id {
        said = said.sender_id(id);
    }
    if let Some(code) = &line.stop_code {
        said = said.stop_code(code);
    }
    if let Some(link) = &line.opt_out_link {
        said = said.opt_out_link(link);
    }
    let findings: Vec<_> = Lint::builtin().check(&said).iter().map(shown).collect();
    Ok(json!({"findings": findings}))
}

/// One finding as JSON; the span is in bytes, and no fix is null.
pub(crate) fn shown(finding: &Finding) -> Value {
    json!({
        "code": finding.code.code(),
        "severity": finding.severity.code(),
        "span": [finding.span.start, finding.span.end],
        "fix": finding.fix,
        "rule": finding.rule,
        "citation": finding.citation,
    })
}
