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
        // Its letters alone, each mark and gap between them closed up or a space, open by themselves.
        let parts: Vec<&str> =
            text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
        if text.chars().filter(|c| c.is_alphanumeric()).all(|c| c.is_ascii()) && parts.len() <= 12 {
            let same = |gaps: usize| {
                let mut plain = String::new();
                for (at, part) in parts.iter().enumerate() {
                    plain.push_str(if at > 0 && gaps >> (at - 1) & 1 == 1 { " " } else { "" });
                    plain.push_str(part);
                }
                plain.split(' ').count() <= 3
                    && plain.len() <= 30
                    && MATCHER.read(&plain, &reading).intent == got.intent
            };
            assert!((0..1 << (parts.len().max(1) - 1)).any(same), "{text:?}");
        }
    }
    assert_eq!(MATCHER.read_bytes(bytes, &reading), got);
});
