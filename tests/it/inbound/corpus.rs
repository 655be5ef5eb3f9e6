//! The practice texts of every language, read by all tables at once.

use std::collections::BTreeMap;

use optin::inbound::{Intent, Language, Matcher};

use super::rows::{Figures, practice};

#[test]
fn the_practice_texts_are_read_as_a_reasonable_person_would() {
    let matcher = Matcher::builtin();
    let mut figures: BTreeMap<Language, Figures> = BTreeMap::new();
    let (mut wrong, mut lost) = (Vec::new(), Vec::new());
    for row in practice() {
        let got = row.read(&matcher, row.language);
        figures.entry(row.language).or_default().count(&row.expected, got);
        let closes = matches!(got, Intent::Stop | Intent::WrongNumber);
        let opens = matches!(row.expected.as_str(), "start" | "confirm");
        if row.expected == "stop" && got == Intent::Other || opens && got.code() != row.expected {
            lost.push(row.id);
        } else if closes && matches!(row.expected.as_str(), "other" | "help") {
            wrong.push(row.id);
        }
    }
    assert!(!figures.is_empty());
    let bad = figures.iter().filter(|(language, now)| {
        println!("{language}: {now:?}");
        let missed = 100 * (now.stops - now.caught) > 3 * now.stops;
        missed || 200 * now.false_stops > now.others.max(200) || now.opened > 0
    });
    let bad: Vec<&Language> = bad.map(|(language, _)| language).collect();
    assert!(bad.is_empty() && lost.is_empty(), "{bad:?}\nread as nothing: {lost:?}\nfalse stops: {wrong:?}");
}

#[test]
fn no_text_is_a_stop_because_the_program_speaks_another_language() {
    let matcher = Matcher::builtin();
    let languages = ["en", "fr", "es", "de", "it", "pt", "nl", "pl"].map(|code| Language::new(code).unwrap());
    let rows: Vec<_> = practice().into_iter().filter(|row| row.expected == "other").collect();
    for row in rows {
        let at_home = row.read(&matcher, row.language);
        for language in languages {
            let got = row.read(&matcher, language);
            assert!(!got.opens(), "{} opened for a program in {language}", row.id);
            assert_eq!(got == Intent::Stop, at_home == Intent::Stop, "{} in {language}", row.id);
        }
    }
}
