//! Any bytes are read as some reply: without a panic, with evidence that lies in the text, and opening only by an
//! exact word.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use optin::inbound::{Context, Intent, Language, Matcher, Reading};

static MATCHER: LazyLock<Matcher> = LazyLock::new(Matcher::builtin);

fuzz_target!(|data: &[u8]| {
    let Some((&first, bytes)) = data.split_first() else { return };
    let context = Context::ALL[usize::from(first) % Context::ALL.len()];
    let languages = [[Language::EN, Language::FR, Language::ES][usize::from(first) / 8 % 3]];
    let reading = Reading { country: None, languages: &languages, context };
    let got = MATCHER.read_bytes(bytes, &reading);
    let text = String::from_utf8_lossy(bytes);
    if let Some(range) = &got.matched {
        assert!(text.get(range.clone()).is_some_and(|words| !words.is_empty()), "{range:?}");
    }
    assert_eq!(got.scope.is_some(), got.intent == Intent::Stop);
    assert_eq!(got.tier == 0, got.intent == Intent::Other);
    assert_eq!(got.tier == 4, got.intent == Intent::Unsure);
    if got.intent.opens() {
        assert_eq!(got.tier, 1);
        assert!(got.intent != Intent::Confirm || context == Context::DoubleOptIn);
        assert!(!text.contains('?'));
        // What is left without marks and case opens by itself, and is a keyword's length.
        let plain: String = text.chars().filter(|c| c.is_alphanumeric() || c.is_whitespace()).collect();
        if plain.is_ascii() {
            assert_eq!(MATCHER.read(plain.trim(), &reading).intent, got.intent, "{text:?}");
            assert!(plain.split_whitespace().count() <= 3 && plain.trim().len() <= 30, "{text:?}");
        }
    }
    assert_eq!(MATCHER.read_bytes(bytes, &reading), got);
});
