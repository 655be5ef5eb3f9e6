//! How often ordinary personal texts are taken for a stop: a measurement over a file that is not in the repository.
//!
//! `OPTIN_TEXTS=ham.txt cargo test --test it inbound::ordinary -- --ignored --nocapture`, one text a line, a line
//! break within a text written `\n`. Public collections: the NUS SMS Corpus, the ham of the UCI SMS Spam Collection.

use std::{collections::BTreeMap, env, fs};

use optin::inbound::{Intent, Language, Matcher, Reading};

#[test]
#[ignore = "a measurement: needs OPTIN_TEXTS"]
#[allow(clippy::disallowed_methods, reason = "a measurement is told by the environment")]
fn ordinary_texts_are_hardly_ever_a_stop() {
    let texts = fs::read(env::var("OPTIN_TEXTS").unwrap()).unwrap();
    let texts = String::from_utf8_lossy(&texts);
    let matcher = Matcher::builtin();
    let mut read: BTreeMap<Intent, u32> = BTreeMap::new();
    for line in texts.lines() {
        let reading = Reading { languages: &[Language::EN], ..Reading::default() };
        *read.entry(matcher.read(&line.replace("\\n", "\n"), &reading).intent).or_default() += 1;
    }
    let all: u32 = read.values().sum();
    let stops = read.get(&Intent::Stop).copied().unwrap_or_default();
    for (intent, count) in &read {
        println!(
            "{intent}: {count} of {all}, {:.1} in 10,000",
            f64::from(*count) * 10_000.0 / f64::from(all)
        );
    }
    assert!(stops * 10_000 <= 5 * all, "{stops} stops in {all} texts");
}
