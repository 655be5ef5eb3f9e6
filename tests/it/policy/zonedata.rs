//! Zone data that is too old for a date.

use optin::{
    law::Rulebook,
    place::{Zone, ZoneTable},
    policy::Policy,
};

use super::cases::{Ask, NEW_YORK, NOON, PARIS, ask};

/// From the nineteenth on Paris needs a release that nobody has; New York has long had the one it needs.
const NEWER: &str = r#"
[[tz]]
zones = ["Europe/Paris", "America/Chicago"]
from = "2026-11-19"
release = "2099a"
citation = "made up"
confidence = "high"

[[tz]]
zones = ["America/New_York"]
from = "2024-01-01"
release = "2024a"
citation = "made up"
confidence = "high"
"#;

fn answer(ask: &Ask) -> String {
    let book = Rulebook::builtin().with_overlay("newer.toml", NEWER).unwrap();
    ask.answer_by(Policy::new(book, ZoneTable::bundled()))
}

#[test]
fn old_zone_data_defers_from_that_date_on() {
    assert_eq!(answer(&ask(PARIS, "2026-11-18T10:00:00Z")), "allow 2026-11-18T20:30:00Z");
    let needs = "defer zone_data";
    assert_eq!(
        answer(&ask(PARIS, "2026-11-19T00:00:00Z")),
        format!("{needs} window_closed/FR-ALSACE-MOSELLE-HOURS-2026 window_closed/FR-HOURS-2026")
    );
    assert_eq!(answer(&ask(PARIS, "2026-11-19T10:00:00Z")), needs);
    assert_eq!(answer(&ask(NEW_YORK, "2026-11-19T17:00:00Z")), "allow 2026-11-20T02:00:00Z");
    let decision = ask(PARIS, "2026-11-19T10:00:00Z").decide_with(&Policy::new(
        Rulebook::builtin().with_overlay("newer.toml", NEWER).unwrap(),
        ZoneTable::bundled(),
    ));
    assert_eq!(decision.reasons[0].fact.to_string(), "Europe/Paris 2099a");
}

#[test]
fn no_window_is_looked_for_beyond_what_the_data_knows() {
    // The evening before, the next opening is past that date.
    let night = answer(&ask(PARIS, "2026-11-18T22:00:00Z"));
    assert!(night.starts_with("defer zone_data window_closed/FR-"), "{night}");
    // What is open across midnight UTC is open until then.
    let evening = ask("+13125550123", "2026-11-18T23:30:00Z");
    assert_eq!(answer(&evening), "allow 2026-11-19T00:00:00Z");
}

#[test]
fn a_rule_s_own_clock_counts() {
    let new_york = Zone::named("America/New_York").unwrap();
    let jackson =
        |when| ask("+16015550123", when).with(|ask| ask.whereabouts = ask.whereabouts.with_zone(new_york));
    assert_eq!(answer(&jackson(NOON)), "allow 2026-11-19T00:00:00Z");
    assert_eq!(answer(&jackson("2026-11-19T17:00:00Z")), "defer zone_data");
}
