//! How often ordinary personal texts are taken for a stop: those that the scorer has learnt from, and a measurement over a
//! file that is not in the repository.
//!
//! `OPTIN_TEXTS=ham.txt cargo test --test it inbound::ordinary -- --ignored --nocapture`, one text a line, a line
//! break within a text written `\n`. Public collections: the NUS SMS Corpus, the ham of the UCI SMS Spam Collection.

use std::{collections::BTreeMap, env, fs, path::Path};

use optin::inbound::{Intent, Language, Matcher, Reading};

use super::rows::rows;

#[test]
fn what_people_text_each_other_is_no_stop_though_it_sounds_like_one() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/talk");
    let matcher = Matcher::builtin();
    let (mut texts, mut stops, mut spared) = (0, Vec::new(), 0);
    for file in fs::read_dir(directory).unwrap() {
        for row in rows(&file.unwrap().path()) {
            let reading = Reading { languages: &[row.language], ..Reading::default() };
            texts += 1;
            // An explanation costs as many readings as there are words.
            if texts % 10 == 0 {
                let learnt = matcher.explain(&row.text, &reading).learnt;
                spared += u32::from(learnt.is_some_and(|learnt| learnt.talk));
            }
            if matcher.read(&row.text, &reading).intent == Intent::Stop {
                stops.push(row.id);
            }
        }
    }
    assert!(texts > 4_000 && spared > 10, "{spared} of {texts}");
    assert!(stops.len() * 10_000 <= 5 * texts, "{stops:?}");
}

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
