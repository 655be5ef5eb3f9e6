//! Any bytes are a text: its parts are the text and as many as its segments, and smart encoding says what it changed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use optin::message::{Counting, Letters, National, dear, parts, segments, segments_in, smart};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    for counting in [Counting::Standard, Counting::Graphemes] {
        let (counted, parts) = (segments(&text, counting), parts(&text, counting));
        assert_eq!(parts.len(), counted.segments as usize);
        assert_eq!(parts.into_iter().map(|at| &text[at]).collect::<String>(), text);
        if let Some(dear) = dear(&text, counting) {
            assert!(text[dear.at].starts_with(dear.character) && dear.without < dear.segments);
        }
    }
    for letters in [Letters::Kept, Letters::Plain] {
        let made = smart(&text, letters);
        let mut again = text.to_string();
        made.changes.iter().rev().for_each(|change| again.replace_range(change.at.clone(), &change.to));
        assert_eq!(again, made.text);
    }
    for language in [National::Turkish, National::Spanish, National::Portuguese] {
        let _ = segments_in(&text, language);
    }
});
