//! Any bytes are a text: its parts are the text and as many as its segments, smart encoding says what it changed, and
//! lint and classifier answer with ranges that lie in it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use optin::{
    content::{Lint, Said, SenderKind, classify},
    message::{Counting, Kind, Letters, National, dear, parts, segments, segments_in, smart},
    phone::Country,
};

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
    let kind = if data.len() % 2 == 0 { Kind::Marketing } else { Kind::Transactional };
    let country = if data.len() % 3 == 0 { Country::US } else { Country::FR };
    let said = Said::new(&text, kind, country, SenderKind::ShortCode, "Maison Lune");
    for finding in Lint::builtin().check(&said.first_message(true).offer_ends(true)) {
        assert!(text.get(finding.span.clone()).is_some(), "{finding:?}");
    }
    assert_eq!(classify(&text), classify(&text));
});
