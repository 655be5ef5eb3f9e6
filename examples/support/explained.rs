//! `explain --jsonl`: every rule considered for a line of `decide`.

use optin::policy::{Explanation, Language};
use serde_json::Value;

use super::jsonl::{Bad, Tools, asked, bad, parse};

/// The explanation's own fields, and the text beside them.
pub(crate) fn value(explanation: &Explanation, language: Language) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::to_value(explanation.in_language(language))?;
    if let Some(fields) = value.as_object_mut() {
        fields.insert("text".to_owned(), explanation.to_text(language).into());
    }
    Ok(value)
}

/// `explain --jsonl`: a line of `decide`, and `language` if it is not English.
pub(crate) fn line(tools: &Tools, line: &str) -> Result<Value, Bad> {
    #[derive(serde::Deserialize)]
    struct Wish {
        language: Option<String>,
    }
    let asked = asked(tools, line)?;
    let Wish { language } = parse(line)?;
    let language = Language::of(language.as_deref().unwrap_or("en"));
    let explanation = asked.policy.explanation(asked.facts(), asked.request(), asked.at);
    value(&explanation, language).map_err(|error| bad("bad_json", error))
}
