//! What becomes of messages: outcomes, reports, debits.

use optin::{
    consent::{
        Event, Sent, State,
        event::{Concluded, Delivery, Outcome, Reported, Started},
    },
    id::{Hash, MessageId},
    message::Kind,
};
use proptest::prelude::*;

use super::{minute, name};

const MESSAGE: MessageId = MessageId([7; 16]);

fn started(m: i64) -> (i64, Event) {
    let started = Started {
        message: MESSAGE,
        program: name("soldes"),
        source: name("flash"),
        step: 0,
        kind: Kind::Marketing,
        category: None,
        subject: None,
        sender: name("36123"),
        body: Hash([0; 32]),
        segments: 1,
        rulebook: "r".to_owned(),
        tz: "t".to_owned(),
        strict: true,
        local: Vec::new(),
        counts: Vec::new(),
        not_after_ms: minute(m + 1),
        answer: None,
        mark: None,
    };
    (minute(m), started.into())
}

fn concluded(m: i64, outcome: Outcome) -> (i64, Event) {
    (
        minute(m),
        Concluded {
            message: MESSAGE,
            outcome,
            gateway_id: None,
            code: None,
            gateway_code: None,
            billed: None,
        }
        .into(),
    )
}

fn reported(delivery: Delivery) -> (i64, Event) {
    (
        minute(9),
        Reported {
            message: MESSAGE,
            delivery,
            acted_ms: minute(9),
            code: None,
            gateway_code: None,
            billed: None,
        }
        .into(),
    )
}

fn fold(events: &[(i64, Event)]) -> State {
    let mut state = State::default();
    for (seq, (at_ms, event)) in (1..).zip(events) {
        state.apply(seq, *at_ms, event);
    }
    state
}

fn sent(events: &[(i64, Event)]) -> Sent {
    fold(events).sent(MESSAGE).unwrap().clone()
}

proptest! {
    #[test]
    fn reports_in_any_order_and_number_come_to_the_best_of_them(
        reports in prop::collection::vec(prop::sample::select(Delivery::ALL), 1..6)
    ) {
        let events: Vec<_> =
            [started(1)].into_iter().chain(reports.iter().map(|report| reported(*report))).collect();
        let rank = |delivery: &Delivery| [Delivery::Delivered, Delivery::Undelivered, Delivery::Expired]
            .iter()
            .position(|known| known == delivery);
        let best = reports.iter().copied().min_by_key(rank);
        prop_assert_eq!(sent(&events).delivery, best);
    }
}

#[test]
fn the_first_certain_word_stands_and_unknown_may_be_resolved() {
    use Outcome::{Accepted, Deferred, Refused, Unknown};
    for (words, stands) in [
        (vec![Accepted, Refused], Accepted),
        (vec![Refused, Accepted], Refused),
        (vec![Accepted, Unknown], Accepted),
        (vec![Unknown, Accepted, Refused], Accepted),
        (vec![Unknown, Refused, Accepted], Refused),
        (vec![Unknown, Unknown], Unknown),
        (vec![Deferred, Accepted], Deferred),
    ] {
        let events: Vec<_> =
            [started(1)].into_iter().chain(words.iter().map(|word| concluded(2, *word))).collect();
        assert_eq!(sent(&events).outcome, Some(stands), "{words:?}");
    }
}

#[test]
fn only_a_certain_rejection_gives_the_debit_back_and_only_a_transient_one_the_id() {
    use Outcome::{Accepted, Deferred, Refused, Unknown};
    assert!(sent(&[started(1)]).debits());
    for (word, debits, again) in
        [(Accepted, true, false), (Unknown, true, false), (Refused, false, false), (Deferred, false, true)]
    {
        let events = [started(1), concluded(2, word)];
        assert_eq!((sent(&events).debits(), fold(&events).may_start(MESSAGE)), (debits, again), "{word}");
    }
    // Given back once: the second try debits again, at its own time.
    let again = [started(1), concluded(2, Deferred), started(5)];
    assert!(sent(&again).debits() && !fold(&again).may_start(MESSAGE));
    assert_eq!((fold(&again).sends.len(), sent(&again).at_ms), (1, minute(5)));
    // A message that was not delivered debits all the same.
    assert!(sent(&[started(1), concluded(2, Accepted), reported(Delivery::Undelivered)]).debits());
}

#[test]
fn what_may_still_be_on_its_way_is_in_flight() {
    let hours = |h: i64| 1 + h * 60;
    let flying = |events: &[(i64, Event)]| fold(events).in_flight().count();
    assert_eq!(flying(&[started(1)]), 1);
    assert_eq!(flying(&[started(1), concluded(hours(100), Outcome::Accepted)]), 0);
    // Given up by another worker while the first one still holds its permit, until a report settles it.
    let given_up = [started(1), concluded(hours(11), Outcome::Unknown)];
    assert_eq!(flying(&given_up), 1);
    assert_eq!(flying(&[given_up.as_slice(), &[reported(Delivery::Delivered)]].concat()), 0);
    assert_eq!(flying(&[given_up.as_slice(), &[concluded(hours(12), Outcome::Refused)]].concat()), 0);
}
