//! How far a revocation goes where a rule ends everything with it.

use optin::{
    consent::{Opening, event::Said},
    law::Rulebook,
    message::Kind,
    place::ZoneTable,
    policy::Policy,
};

use super::cases::{Ask, NEW_YORK, ask, ms};
use super::facts::name;

const ENDS_ALL: &str = r#"
[[rule]]
id = "ENDS-ALL"
layer = "regulation"
reach = "contested"
confidence = "high"
citation = "made up"
sources = []
places = ["US-NY"]
from = "2027-01-31"
kinds = ["marketing"]
revocation = { any_words = true, any_channel = true, ends = "all" }
"#;

fn answer(ask: &Ask) -> String {
    let book = Rulebook::builtin();
    let book =
        ["US-LA-EMERGENCY", "US-NY-EMERGENCY"].iter().fold(book, |book, id| book.without(id).unwrap_or(book));
    let book = book.with_overlay("ends.toml", ENDS_ALL).unwrap();
    ask.answer_by(Policy::new(book, ZoneTable::bundled()))
}

const BEFORE: &str = "2027-01-29T17:00:00Z";
const AFTER: &str = "2027-02-01T17:00:00Z";

/// STOP to another program's own sender.
fn elsewhere(when: &str) -> Ask {
    ask(NEW_YORK, when).said(Said::Program, Some("avis"), Some("70000"), None)
}

#[test]
fn the_end_of_one_program_is_the_end_of_all_from_that_day_on() {
    assert_eq!(answer(&elsewhere(BEFORE)), "allow 2027-01-30T02:00:00Z");
    assert_eq!(answer(&elsewhere(AFTER)), "deny revoked/ENDS-ALL");
    // The evening before: from midnight in New York on.
    assert_eq!(answer(&elsewhere(AFTER).settled()), "allow 2027-02-02T02:00:00Z warning:revoked/ENDS-ALL");
    assert_eq!(answer(&elsewhere(AFTER).kind(Kind::Transactional)), "allow");
    let opened = |acted| {
        elsewhere(AFTER).with(|ask| {
            ask.state.programs[0].openings =
                vec![Opening { acted_ms: ms(AFTER) - 3_600_000 + acted, seq: 10 }];
        })
    };
    assert_eq!(answer(&opened(1)), "allow 2027-02-02T02:00:00Z");
    assert_eq!(answer(&opened(0)), "deny revoked/ENDS-ALL");
}

#[test]
fn what_was_said_by_its_own_words_needs_no_rule() {
    let own = ask(NEW_YORK, AFTER).said(Said::Program, Some("soldes"), None, None);
    assert_eq!(answer(&own), "deny revoked");
    // A person who narrowed it to a topic meant no more.
    let topic = ask(NEW_YORK, AFTER).said(Said::Topic, Some("avis"), None, Some("news"));
    assert_eq!(answer(&topic.with(|ask| ask.category = Some(name("promo")))), "allow 2027-02-02T02:00:00Z");
}
