//! Any bytes are a template's source and a recipient's values: refused with a range that lies in the source, or
//! rendered within what its worst case said.
#![no_main]

use libfuzzer_sys::fuzz_target;
use optin::message::{Counting, Encoding, Locale, Tag, Tags, Template, Values};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let (source, value) = text.split_once('\u{1}').unwrap_or((&text, "Ana"));
    let tags = Tags::new()
        .with("a", Tag::text(30))
        .with("b", Tag::link(30))
        .with("d", Tag::date())
        .with("n", Tag::number(12))
        .with("m", Tag::money())
        .with("l", Tag::list(30));
    let template = match Template::parse(source).and_then(|template| template.check(&tags)) {
        Ok(template) => template,
        Err(error) => {
            assert!(source.get(error.span()).is_some(), "{error}");
            return;
        }
    };
    let mut values = Values::new();
    ["a", "b", "d", "n", "m", "l"].into_iter().for_each(|name| values.set(name, value));
    for locale in ["", "fr", "en-US", "pt-BR"] {
        let Ok(body) = template.render_in(&values, Locale::of(locale)) else { continue };
        for counting in [Counting::Standard, Counting::Graphemes] {
            let (worst, got) = (template.worst_case("", counting), body.segments(counting));
            assert!(got.segments <= worst.segments, "{got:?} {worst:?}");
            assert!(worst.encoding == Encoding::Ucs2 || got.encoding == Encoding::Gsm7);
        }
    }
});
