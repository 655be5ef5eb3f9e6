//! What is said: rendering, counting, classifying and linting, beside what a hand-written program would do.

use std::{hint::black_box, time::Instant};

use optin::{
    content::{Lint, Said, SenderKind, classify},
    message::{Counting, Kind, Locale, Tag, Tags, Template, Values, segments},
    phone::Country,
};

use super::{
    Line,
    replies::{alone, nanoseconds, pair},
};

pub(super) const ALL: &[fn(bool) -> Vec<Line>] = &[messages];

const TEXT: &str = "Maison Lune: {first_name|Hello}, 40 % off everything until {offer.ends|date}: {link} Reply STOP to opt out";
const FREE: &str = "Maison Lune: your order 1042 has shipped and arrives tomorrow between 9 and 12. Enjoy 20% off your next \
                    one with code LUNE20 until Sunday, shop now. Reply STOP";

fn messages(_: bool) -> Vec<Line> {
    let tags = Tags::new()
        .with("first_name", Tag::text(40))
        .with("offer.ends", Tag::date())
        .with("link", Tag::link(60));
    let template = Template::parse(TEXT).unwrap().check(&tags).unwrap();
    let values = Values::new()
        .with("first_name", "Anaïs")
        .with("offer.ends", "2026-11-27T21:00:00+01:00")
        .with("link", "https://ml.example/a8Zk2");
    let locale = Locale::of("fr");
    let ours = nanoseconds(|| {
        let body = template.render_in(black_box(&values), locale).unwrap();
        _ = black_box(body.segments(Counting::Standard));
    });
    // No check of any value, no date, and one byte counted as one unit.
    let peer = nanoseconds(|| {
        let (name, ends, link) = black_box(("Anaïs", "27/11", "https://ml.example/a8Zk2"));
        let text =
            format!("Maison Lune: {name}, 40 % off everything until {ends}: {link} Reply STOP to opt out");
        _ = black_box(text.len().div_ceil(160));
    });
    let start = Instant::now();
    _ = black_box(classify("Hello"));
    let first = start.elapsed().as_secs_f64() * 1e3;
    let free = nanoseconds(|| _ = black_box(classify(black_box(FREE))));
    let said =
        || Said::new(black_box(FREE), Kind::Transactional, Country::US, SenderKind::ShortCode, "Maison Lune");
    _ = Lint::builtin().check(&said());
    let per_template = nanoseconds(|| {
        _ = black_box(classify(black_box(FREE)));
        _ = black_box(Lint::builtin().check(&said().first_message(true)));
        _ = black_box(Lint::builtin().footer(&said()));
    });
    let counted = nanoseconds(|| _ = black_box(segments(black_box(FREE), Counting::Standard)));
    vec![
        alone("messages: the classifier's tables, read once", format!("{first:.1} ms")),
        pair("messages: render, check values, count segments", ours, peer),
        alone("messages: one text classified, 158 characters", format!("{free:.0} ns")),
        alone(
            "messages: a template classified, linted, its footer made",
            format!("{:.1} us", per_template / 1e3),
        ),
        alone("messages: segments of 158 characters", format!("{counted:.0} ns")),
    ]
}
