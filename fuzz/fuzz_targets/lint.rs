//! Any bytes are a text: lint answers with ranges that lie in it, and the classifier with the same reading twice.
#![no_main]

use libfuzzer_sys::fuzz_target;
use optin::{
    content::{Lint, Said, SenderKind, classify},
    message::Kind,
    phone::Country,
};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let kind = if data.len() % 2 == 0 { Kind::Marketing } else { Kind::Transactional };
    let country = if data.len() % 3 == 0 { Country::US } else { Country::FR };
    let said = Said::new(&text, kind, country, SenderKind::ShortCode, "Maison Lune");
    for finding in Lint::builtin().check(&said.first_message(true).offer_ends(true)) {
        assert!(text.get(finding.span.clone()).is_some(), "{finding:?}");
    }
    assert_eq!(classify(&text), classify(&text));
});
