//! `intent`: what a reply means, a line of JSON each, or one text with every step explained.

use clap::Args;
use optin::{
    inbound::{self, Context, Explanation, Matcher, Reading},
    phone::Country,
    policy::Language,
};
use serde_json::json;

use super::{
    jsonl,
    people::{Done, say},
};

#[derive(Args)]
pub(crate) struct IntentArgs {
    /// One JSON object a line on standard input, one a line on standard output
    #[arg(long, required_unless_present = "explain", conflicts_with = "explain")]
    jsonl: bool,
    /// This text, and how it was read: each tier, each phrase, the row that decided and its source
    #[arg(long, value_name = "TEXT")]
    explain: Option<String>,
    /// The country of the sender that was answered
    #[arg(long, requires = "explain")]
    country: Option<String>,
    /// The program's language, ISO 639-1
    #[arg(long, requires = "explain")]
    program_language: Option<String>,
    /// What is pending: none, double_opt_in, survey, order_support, appointment
    #[arg(long, default_value = "none")]
    context: String,
    /// The language of the explanation: en or fr
    #[arg(long, default_value = "en")]
    language: String,
    /// The explanation as one JSON object
    #[arg(long, requires = "explain")]
    json: bool,
}

pub(crate) fn intent(args: &IntentArgs) -> Done {
    let Some(text) = &args.explain else {
        return jsonl::run(jsonl::intent).map(|()| true).map_err(Into::into);
    };
    let language = match args.language.as_str() {
        "en" => Language::English,
        "fr" => Language::French,
        other => return Err(format!("`{other}`: an explanation is in en or fr").into()),
    };
    let spoken = args.program_language.as_deref().map(inbound::Language::new).transpose()?;
    let reading = Reading {
        country: args.country.as_deref().map(Country::new).transpose()?,
        languages: spoken.as_slice(),
        context: Context::from_code(&args.context)
            .ok_or_else(|| format!("`{}` is not a context", args.context))?,
    };
    let told = Matcher::builtin().explain(text, &reading);
    if args.json {
        say(&shown(&told, text).to_string());
    } else {
        told.lines(language).iter().for_each(|line| say(line));
    }
    Ok(true)
}

fn shown(told: &Explanation, text: &str) -> serde_json::Value {
    let read = &told.understood;
    let steps = told.steps.iter().map(|step| {
        let outcome = format!("{:?}", step.outcome).to_lowercase();
        json!({"tier": step.tier, "outcome": outcome, "rule": step.rule})
    });
    let phrases = told.phrases.iter().map(|seen| {
        json!({
            "rule": seen.rule,
            "intent": seen.intent.code(),
            "words": seen.at.clone().and_then(|at| text.get(at)),
            "counts": seen.counts,
        })
    });
    json!({
        "intent": read.intent.code(),
        "tier": read.tier,
        "language": read.language.map(|language| language.to_string()),
        "scope": read.scope.as_ref().map(|scope| scope.code()),
        "rule": &*read.rule,
        "matched": read.phrase(text),
        "words": told.folded,
        "steps": steps.collect::<Vec<_>>(),
        "phrases": phrases.collect::<Vec<_>>(),
        "source": told.source.as_ref().map(|source| json!({
            "rule": source.rule, "source": source.source, "confidence": source.confidence,
        })),
    })
}
