//! Trying tables without building anew: `TABLES` is the directory of the language files, `TEXTS` a file of labelled
//! texts (`id language context expected scope text`, by tabs). Prints what is read otherwise, and the figures.
//!
//! `TABLES=src/inbound/tongues TEXTS=texts.tsv cargo test --lib inbound::trial -- --ignored --nocapture`

use std::{collections::BTreeMap, env, fs};

use super::{Context, Intent, Language, Matcher, Reading, tongues};

#[test]
#[ignore = "a tool: needs TABLES and TEXTS"]
#[allow(clippy::disallowed_methods, reason = "a tool is told by the environment")]
fn try_tables() {
    let tables = env::var("TABLES").unwrap();
    let files: Vec<(String, String)> = tongues::BUILTIN
        .iter()
        .map(|(name, _)| ((*name).to_owned(), fs::read_to_string(format!("{tables}/{name}.toml")).unwrap()))
        .collect();
    let matcher = Matcher::of(files.iter().map(|(name, toml)| (name.as_str(), toml.as_str()))).unwrap();
    let mut figures: BTreeMap<(String, String), BTreeMap<&str, u32>> = BTreeMap::new();
    for line in fs::read_to_string(env::var("TEXTS").unwrap()).unwrap().lines().skip(1) {
        let [id, language, context, expected, scope, text] = line.splitn(6, '\t').collect::<Vec<_>>()[..]
        else {
            panic!("{line}")
        };
        let languages = [Language::new(language).unwrap()];
        let context = Context::from_code(context).unwrap();
        let text = text.replace("\\n", "\n");
        let got = matcher.read(&text, &Reading { country: None, languages: &languages, context });
        let (intent, doubt) = (got.intent, expected == "stop?");
        let fits = match expected {
            "stop?" => matches!(intent, Intent::Stop | Intent::Unsure | Intent::WrongNumber),
            "wrong_number" => matches!(intent, Intent::WrongNumber | Intent::Stop),
            expected => intent.code() == expected,
        };
        let scoped = scope.is_empty() || got.scope.as_ref().is_none_or(|read| read.code() == scope);
        if !fits || !scoped {
            let read = got.scope.as_ref().map_or("", |scope| scope.code());
            println!(
                "{id} {context} wanted {expected} {scope}, read {intent} {read} by {}: {text:?}",
                got.rule
            );
        }
        let of = figures.entry((language.to_owned(), expected.to_owned())).or_default();
        *of.entry("all").or_default() += 1;
        *of.entry(if doubt && fits { "right" } else { intent.code() }).or_default() += 1;
    }
    for ((language, expected), of) in figures {
        println!("{language} {expected}: {of:?}");
    }
}
