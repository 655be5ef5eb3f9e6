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
}

/// A class of messages is one thing, and the end of one is the end of all, unless the law lets a class be named; what
/// was expressly kept was not ended.
#[test]
fn a_topic_ends_no_more_than_the_law_lets_it() {
    let topic = |kept: Option<&str>| {
        ask(LONDON, AFTER).said(Said::Topic, Some("avis"), None, Some("news")).with(|ask| {
            ask.category = Some(name("promo"));
            ask.state.revocations[0].kept = kept.map(|kept| vec![name(kept)]);
        })
    };
    let by_class = ENDS_ALL.replace("ends = \"all\"", "by_class = true, ends = \"all\"");
    let lets = |ask: &Ask| {
        let book = Rulebook::builtin().with_overlay("ends.toml", &by_class).unwrap();
        ask.answer_by(Policy::new(book, ZoneTable::bundled()))
    };
    assert_eq!((answer(&topic(None)), lets(&topic(None))), ("deny revoked/ENDS-ALL".into(), "allow".into()));
    assert_eq!(answer(&topic(Some("promo"))), "allow");
    assert_eq!(answer(&topic(Some("orders"))), "deny revoked/ENDS-ALL");
}

/// Of a program that is over, what is no marketing goes on only where the person expressly wished so.
#[test]
fn kept_orders_go_on_and_kept_marketing_does_not() {
    let said = |kept: &str, said: Said| {
        ask(LONDON, BEFORE).said(said, Some("soldes"), None, None).with(|ask| {
            ask.state.revocations[0].kept = Some(vec![name(kept)]);
        })
    };
    let order = |ask: Ask| ask.kind(Kind::Transactional).answer();
    assert_eq!(order(said("orders", Said::Program)), "allow");
    assert_eq!(order(said("promo", Said::Program)), "deny revoked");
    assert_eq!(order(said("orders", Said::All)), "deny revoked");
    assert_eq!(said("orders", Said::Program).answer(), "deny revoked");
    let promo = said("promo", Said::Program).with(|ask| ask.category = Some(name("promo")));
    assert_eq!(promo.answer(), "deny revoked");
}

/// "Stop promos but keep my order texts": the federal rule that is pending takes the rest as well, but for what was kept.
#[test]
fn the_federal_rule_lets_go_on_what_was_kept() {
    let said = |when: &str, kept: bool| {
        ask(NEW_YORK, when).said(Said::Topic, Some("soldes"), Some("36123"), Some("promo")).with(|ask| {
            ask.category = Some(name("suivi"));
            ask.state.revocations[0].kept = kept.then(|| vec![name("orders")]);
        })
    };
    let order = |ask: Ask| ask.kind(Kind::Transactional).answer();
    assert_eq!(order(said("2027-01-30T17:00:00Z", false)), "allow 2027-01-31T05:00:00Z");
    assert_eq!(order(said(AFTER, false)), "deny revoked/US-STOP-REVOCATION");
    assert_eq!(order(said(AFTER, true)), "allow");
    assert_eq!(said(AFTER, true).answer(), "deny revoked/US-STOP-REVOCATION");
}

#[test]
fn the_federal_rule_that_is_pending_ends_everything_from_its_day_on() {
    let new_york = |when| ask(NEW_YORK, when).said(Said::Program, Some("avis"), Some("70000"), None);
    assert_eq!(new_york("2027-01-30T17:00:00Z").answer(), "allow 2027-01-31T02:00:00Z");
    assert_eq!(new_york(AFTER).answer(), "deny revoked/US-STOP-REVOCATION");
    assert_eq!(new_york(AFTER).kind(Kind::Transactional).answer(), "deny revoked/US-STOP-REVOCATION");
    assert_eq!(new_york(AFTER).kind(Kind::Authentication).answer(), "allow");
}
