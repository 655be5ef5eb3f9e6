//! To allow takes no memory from the heap.

use optin::{
    law::Rulebook,
    place::{Whereabouts, ZoneTable},
    policy::{Decision, Policy},
};

use super::cases::{Ask, NEW_YORK, NOON, ask};

/// A decision, and how often it took memory.
fn counted(ask: &Ask, policy: &Policy) -> (Decision, u64) {
    let mut decision = None;
    let counted = allocation_counter::measure(|| decision = Some(ask.decide_with(policy)));
    (decision.unwrap(), counted.count_total)
}

#[test]
fn allowing_allocates_nothing() {
    let policy = Policy::new(Rulebook::builtin(), ZoneTable::bundled());
    let mut thirty = ask(NEW_YORK, NOON);
    for day in 1..=30 {
        thirty = thirty.sent(&format!("2026-10-{day:02}T12:00:00Z"), Some("shoes"));
    }
    // Sales and inquiries that may lapse are looked at too.
    let customer = thirty.clone().with(|ask| {
        ask.whereabouts = Whereabouts::of("+15125550123".parse().unwrap());
        ask.has_bought("2026-01-01T00:00:00Z");
    });
    let five_zones = ask("+16045550123", NOON);
    assert_eq!(five_zones.whereabouts.zones().len(), 5);
    for ask in [thirty.clone(), customer, five_zones] {
        let (decision, count) = counted(&ask, &policy);
        assert!(decision.is_allowed(), "{decision:?}");
        assert_eq!(count, 0);
    }
    // The counter does count.
    let night = thirty.with(|ask| ask.at("2026-11-19T04:00:00Z"));
    let (decision, count) = counted(&night, &policy);
    assert!(!decision.is_allowed() && count > 0);
}
