//! How far a revocation goes where a rule ends everything with it.

use optin::{
    consent::{Opening, event::Said},
    law::Rulebook,
    message::Kind,
    place::ZoneTable,
    policy::Policy,
};

use super::cases::{Ask, LONDON, NEW_YORK, ask, ms};
use super::facts::name;

const ENDS_ALL: &str = r#"
[[rule]]
id = "ENDS-ALL"
layer = "regulation"
reach = "contested"
confidence = "high"
citation = "made up"
sources = []
places = ["GB"]
from = "2027-01-31"
kinds = ["marketing"]
revocation = { any_words = true, any_channel = true, ends = "all" }
"#;

fn answer(ask: &Ask) -> String {
    let book = Rulebook::builtin().with_overlay("ends.toml", ENDS_ALL).unwrap();
    ask.answer_by(Policy::new(book, ZoneTable::bundled()))
}

const BEFORE: &str = "2027-01-29T17:00:00Z";
const AFTER: &str = "2027-02-01T17:00:00Z";

/// STOP to another program's own sender.
fn elsewhere(when: &str) -> Ask {
    ask(LONDON, when).said(Said::Program, Some("avis"), Some("70000"), None)
}

#[test]
fn the_end_of_one_program_is_the_end_of_all_from_that_day_on() {
    assert_eq!(answer(&elsewhere(BEFORE)), "allow 2027-01-31T00:00:00Z");
    assert_eq!(answer(&elsewhere(AFTER)), "deny revoked/ENDS-ALL");
    assert_eq!(answer(&elsewhere(AFTER).settled()), "allow warning:revoked/ENDS-ALL");
    assert_eq!(answer(&elsewhere(AFTER).kind(Kind::Transactional)), "allow");
    let opened = |acted| {
        elsewhere(AFTER).with(|ask| {
            ask.state.programs[0].openings =
                vec![Opening { acted_ms: ms(AFTER) - 3_600_000 + acted, seq: 10 }];
        })
    };
    assert_eq!(answer(&opened(1)), "allow");
    assert_eq!(answer(&opened(0)), "deny revoked/ENDS-ALL");
}

#[test]
fn what_was_said_by_its_own_words_needs_no_rule() {
    let own = ask(LONDON, AFTER).said(Said::Program, Some("soldes"), None, None);
    assert_eq!(answer(&own), "deny revoked");
    // A person who narrowed it to a topic meant no more.
    let topic = ask(LONDON, AFTER).said(Said::Topic, Some("avis"), None, Some("news"));
    assert_eq!(answer(&topic.with(|ask| ask.category = Some(name("promo")))), "allow");
}

#[test]
fn the_federal_rule_that_is_pending_ends_everything_from_its_day_on() {
    let new_york = |when| ask(NEW_YORK, when).said(Said::Program, Some("avis"), Some("70000"), None);
    assert_eq!(new_york("2027-01-30T17:00:00Z").answer(), "allow 2027-01-31T02:00:00Z");
    assert_eq!(new_york(AFTER).answer(), "deny revoked/US-STOP-REVOCATION");
    assert_eq!(new_york(AFTER).kind(Kind::Transactional).answer(), "deny revoked/US-STOP-REVOCATION");
    assert_eq!(new_york(AFTER).kind(Kind::Authentication).answer(), "allow");
}
