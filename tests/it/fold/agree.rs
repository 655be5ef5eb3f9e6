//! Random histories: the decision agrees with the model, for each program, sender and category.

use optin::{
    consent::{
        Acquisition, Event,
        event::{Blocked, Bounced, Erased, ImportUndone, Miscoded, Reassigned, Road, Said, Unblocked},
    },
    id::Name,
};
use proptest::prelude::*;

use super::{Judge, ask, cleared, doubt, import, inbound, minute, model, name, opt_in, revoked, start, yes};

fn program() -> impl Strategy<Value = &'static str> {
    prop_oneof![Just("soldes"), Just("club")]
}

fn sender() -> impl Strategy<Value = Name> {
    prop_oneof![Just(name("36123")), Just(name("36456"))]
}

fn topic() -> impl Strategy<Value = Option<Name>> {
    prop_oneof![Just(None), Just(Some(name("promo"))), Just(Some(name("news")))]
}

fn revocation() -> impl Strategy<Value = Event> {
    let said = prop_oneof![4 => Just(Said::Program), 1 => Just(Said::All), 2 => Just(Said::Topic)];
    let road = prop_oneof![9 => Just(Road::Keyword), 1 => Just(Road::WrongNumber)];
    (said, prop::option::of(program()), prop::option::of(sender()), topic(), road, 0..9i64).prop_map(
        |(said, program, sender, topic, road, m)| {
            let said = if road == Road::WrongNumber { Said::All } else { said };
            let mut revoked = revoked(said, program, m);
            (revoked.sender, revoked.topic, revoked.road) = (sender, topic, road);
            revoked.into()
        },
    )
}

fn by_a_friend(mut event: Event) -> Event {
    match &mut event {
        Event::OptedIn(e) => e.grant.acquisition = Acquisition::Referral,
        Event::Asked(e) => e.grant.acquisition = Acquisition::Referral,
        Event::Imported(e) => e.grant.acquisition = Acquisition::Referral,
        _ => {}
    }
    event
}

fn asked_at(mut event: Event, m: i64) -> Event {
    if let Event::Asked(e) = &mut event {
        e.asked_ms = Some(minute(m));
    }
    event
}

/// Few programs and few minutes, so that ties and reversals are common.
fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        12 => (program(), 0..9i64).prop_map(|(p, m)| opt_in(p, m)),
        8 => (program(), 0..9i64, 0..12i64).prop_map(|(p, m, until)| ask(p, m, until)),
        8 => (program(), 0..9i64).prop_map(|(p, m)| yes(p, m)),
        8 => (program(), 0..9i64).prop_map(|(p, m)| import(p, m)),
        16 => revocation(),
        16 => (program(), 0..9i64).prop_map(|(p, m)| start(p, m)),
        4 => (0..9i64, prop_oneof![Just(9i64), Just(2_000)]).prop_map(|(m, until)| doubt(m, until)),
        3 => Just(cleared()),
        3 => (program(), 0..9i64).prop_map(|(p, m)| by_a_friend(opt_in(p, m))),
        2 => (program(), 0..9i64).prop_map(|(p, m)| by_a_friend(import(p, m))),
        2 => (program(), 0..9i64).prop_map(|(p, m)| by_a_friend(ask(p, m, 20))),
        4 => (program(), 0..9i64).prop_map(|(p, m)| asked_at(ask(p, 0, 20), m)),
        6 => (program(), 0..9i64).prop_map(|(p, m)| {
            Miscoded { program: name(p), acted_ms: minute(m), inbound: inbound(m), channel: None }.into()
        }),
        2 => prop_oneof![Just("list"), Just("other")]
            .prop_map(|list| ImportUndone { import: name(list) }.into()),
        1 => (0..9i64).prop_map(|m| {
            Bounced { code: "dead".to_owned(), acted_ms: minute(m), import: None, line: None }.into()
        }),
        1 => sender().prop_map(|sender| Blocked { sender, code: "x".to_owned() }.into()),
        1 => sender().prop_map(|sender| Unblocked { sender }.into()),
        1 => prop_oneof![
            Just(Reassigned::new(name("rnd"), None).into()),
            Just(Erased { request: name("r1"), rule: None }.into()),
        ],
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6_000, ..ProptestConfig::default() })]

    #[test]
    fn the_decision_agrees_with_the_model(events in prop::collection::vec(event(), 0..14)) {
        thread_local!(static JUDGE: Judge = Judge::new());
        for program in ["soldes", "club"].map(name) {
            // The fold keeps eight openings: more can only close.
            let few = model::openings(&events, &program).len() <= 8;
            for sender in ["36123", "36456"].map(name) {
                for category in [None, Some(name("promo"))] {
                    let ask = model::Ask {
                        program: &program,
                        sender: &sender,
                        category: category.as_ref(),
                        at_ms: minute(660),
                    };
                    let (open, lawful) =
                        (JUDGE.with(|judge| judge.allows(&events, &ask)), model::is_open(&events, &ask));
                    prop_assert!(open == lawful || (!open && !few), "open {open}, lawful {lawful}: {ask:?}");
                }
            }
        }
    }
}

/// The histories above are not all closed: without this, a fold that never opens would pass.
#[test]
fn random_histories_are_open_often_enough() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let (mut runner, mut open) = (TestRunner::deterministic(), 0);
    let (program, sender) = (name("soldes"), name("36123"));
    let ask = model::Ask { program: &program, sender: &sender, category: None, at_ms: minute(660) };
    for _ in 0..1_000 {
        let events = prop::collection::vec(event(), 0..14).new_tree(&mut runner).unwrap().current();
        open += u32::from(model::is_open(&events, &ask));
    }
    assert!((100..900).contains(&open), "{open} of 1000");
}
