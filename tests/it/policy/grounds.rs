//! Grounds that lapse by the consent's own age, or roll on with each message: Korea's two years, Ireland's twelve months.

use optin::{
    consent::{Basis, event::Outcome},
    law::Rulebook,
    message::Kind,
    place::ZoneTable,
    policy::Policy,
};

use super::cases::{Ask, LONDON, NOON, bare, ms};

const GROUNDS: &str = r#"
[[rule]]
id = "GB-GROUNDS"
layer = "statute"
reach = "settled"
confidence = "high"
citation = "made up"
sources = []
places = ["GB"]
kinds = ["marketing"]
bases = [{ basis = "express", consent_within_months = 24 }, { basis = "soft_opt_in", sale_rolling_months = 12 }]
"#;

fn answer(ask: &Ask) -> String {
    let book = Rulebook::builtin().with_overlay("grounds.toml", GROUNDS).unwrap();
    ask.answer_by(Policy::new(book, ZoneTable::bundled()))
}

#[test]
fn a_consent_lapses_by_its_own_age() {
    let given = |when: &str, at: &str| {
        let given = ms(when);
        bare(LONDON, at)
            .grant(Basis::Express, None, None)
            .with(|ask| ask.state.programs[0].grants[0].acted_ms = given)
    };
    let lapsed = "deny basis_expired/GB-GROUNDS";
    assert_eq!(answer(&given("2024-11-18T17:00:00Z", "2026-11-18T16:59:59Z")), "allow 2026-11-18T17:00:00Z");
    assert_eq!(answer(&given("2024-11-18T17:00:00Z", NOON)), lapsed);
    assert_eq!(answer(&given("2024-12-25T17:00:00Z", NOON)), "allow");
    // From the last of a long month to the last of a short one.
    assert_eq!(answer(&given("2022-02-28T12:00:00Z", "2024-02-27T12:00:00Z")), "allow 2024-02-28T12:00:00Z");
    // A consent of which nobody knows when it was given may be as old as any.
    let undated =
        given("2026-11-01T00:00:00Z", NOON).with(|ask| ask.state.programs[0].grants[0].undated = Some(true));
    assert_eq!(answer(&undated), lapsed);
}

#[test]
fn a_sale_rolls_on_with_each_message() {
    let bought = |at: &str| bare(LONDON, at).grant(Basis::SoftOptIn, Some("2025-01-10T12:00:00Z"), None);
    let lapsed = "deny basis_expired/GB-GROUNDS";
    assert_eq!(answer(&bought("2026-01-10T11:59:59Z")), "allow 2026-01-10T12:00:00Z");
    assert_eq!(answer(&bought("2026-01-10T12:00:00Z")), lapsed);
    let then = |when: &str| bought("2026-11-18T17:00:00Z").sent(when, None);
    assert_eq!(answer(&then("2025-11-20T12:00:00Z")), "allow 2026-11-20T12:00:00Z");
    // A message after the term starts nothing anew, nor does one of another kind, nor one that never left.
    assert_eq!(answer(&then("2026-01-10T12:00:00Z")), lapsed);
    assert_eq!(answer(&then("2026-01-10T11:59:59Z")), "allow");
    let receipt = then("2025-12-20T12:00:00Z").with(|ask| ask.state.sends[0].kind = Kind::Transactional);
    assert_eq!(answer(&receipt), lapsed);
    let refused =
        then("2025-12-20T12:00:00Z").with(|ask| ask.state.sends[0].outcome = Some(Outcome::Refused));
    assert_eq!(answer(&refused), lapsed);
    // Link by link.
    let chain = then("2025-06-01T12:00:00Z").sent("2026-05-01T12:00:00Z", None);
    assert_eq!(answer(&chain), "allow");
    let broken = then("2025-01-20T12:00:00Z").sent("2026-02-01T12:00:00Z", None);
    assert_eq!(answer(&broken), lapsed);
    assert_eq!(
        answer(&bare(LONDON, NOON).grant(Basis::SoftOptIn, None, None)).split(' ').next(),
        Some("defer")
    );
}
