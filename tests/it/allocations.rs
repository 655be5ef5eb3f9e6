//! A decision that allows allocates nothing, so that a plan of millions does not live in the allocator.

use optin::{
    consent::{Acquisition, Basis, Event, Grant, How, State, event::OptedIn, event::Started},
    id::{Hash, MessageId, Name},
    law::Rulebook,
    message::Kind,
    place::{Whereabouts, ZoneTable},
    policy::{Facts, Policy, Request},
};

use crate::walk::{at, number};

fn thirty_sends(program: &Name) -> State {
    let mut state = State::default();
    let grant = Grant {
        basis: Basis::ExpressWritten,
        how: How::Form,
        acquisition: Acquisition::Own,
        acted_ms: at("2026-01-01T00:00:00Z").timestamp_millis(),
        zone: None,
        text: None,
        sale_ms: None,
        inquiry_ms: None,
    };
    state.apply(1, grant.acted_ms, &Event::from(OptedIn { program: program.clone(), grant }));
    for day in 1..=30u8 {
        let at_ms = at("2026-10-01T15:00:00Z").timestamp_millis() + i64::from(day) * 86_400_000;
        let started = Started {
            message: MessageId([day; 16]),
            program: program.clone(),
            source: program.clone(),
            step: 0,
            kind: Kind::Marketing,
            category: None,
            subject: None,
            sender: program.clone(),
            body: Hash::default(),
            segments: 1,
            rulebook: String::new(),
            tz: String::new(),
            strict: true,
            local: Vec::new(),
            counts: Vec::new(),
            not_after_ms: at_ms,
            answer: None,
        };
        state.apply(u64::from(day) + 1, at_ms, &Event::from(started));
    }
    state
}

#[test]
fn allowing_allocates_nothing() {
    let program = Name::new("soldes").unwrap();
    let policy = Policy::new(Rulebook::builtin(), ZoneTable::bundled());
    let state = thirty_sends(&program);
    let request =
        Request { program: &program, kind: Kind::Marketing, category: None, subject: None, sender: None };
    // One zone; two zones and a cap; France with its local calendars.
    for person in ["+14155550123", "+18504321234", "+33612345678"] {
        let whereabouts = Whereabouts::of(number(person));
        let facts = Facts { whereabouts: &whereabouts, state: &state };
        let noon = at("2026-11-27T18:00:00Z");
        assert!(policy.decide(facts, request, noon).is_allowed());
        let counted = allocation_counter::measure(|| drop(policy.decide(facts, request, noon)));
        assert_eq!(counted.count_total, 0, "{person}");
    }
    // The counter counts: a refusal has reasons to hold.
    let whereabouts = Whereabouts::of(number("+33612345678"));
    let facts = Facts { whereabouts: &whereabouts, state: &state };
    let night =
        allocation_counter::measure(|| drop(policy.decide(facts, request, at("2026-11-27T23:00:00Z"))));
    assert!(night.count_total > 0);
}
