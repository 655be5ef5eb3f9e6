//! A doubtful text: marketing waits for a human, and silence is a STOP.

use std::sync::Arc;

use chrono::Duration;
use optin::{
    consent::event::Unsuspended,
    gateway::OptOutSignal,
    id::Name,
    inbound::Intent,
    ledger::{Book, Urgency},
    message::Kind,
    policy::Code,
};

use super::{House, consent};

const DOUBTFUL: &str = "not interested";

#[tokio::test]
async fn unsure_suspends_and_becomes_a_stop_at_its_deadline() {
    let house = House::new();
    let ana = house.ana(&["soldes", "club"]).await;
    let got = house.text(ana, "36123", DOUBTFUL).await;
    assert_eq!((got.intent, got.answer), (Intent::Unsure, None));
    for program in ["soldes", "club"] {
        assert_eq!(house.codes(ana, program, Kind::Marketing).await, [Code::Suspended]);
        assert!(!house.codes(ana, program, Kind::Transactional).await.contains(&Code::Suspended));
    }
    house.later(Duration::hours(24) - Duration::seconds(1));
    assert_eq!(house.codes(ana, "soldes", Kind::Marketing).await, [Code::Suspended]);
    // A second doubtful text does not put the deadline off.
    house.text(ana, "36123", DOUBTFUL).await;
    house.later(Duration::seconds(1));
    assert_eq!(house.codes(ana, "soldes", Kind::Marketing).await, [Code::Revoked]);
    assert!(house.codes(ana, "soldes", Kind::Transactional).await.contains(&Code::Revoked));
}

#[tokio::test]
async fn what_is_queued_does_not_start_while_in_doubt() {
    let house = House::new();
    let ana = house.ana(&["soldes"]).await;
    house.launch("flash", ana).await;
    house.text(ana, "36123", DOUBTFUL).await;
    let done = house.dispatch().await;
    assert_eq!((done.accepted, done.dropped.get("suspended")), (0, Some(&1)), "{done:?}");
}

#[tokio::test]
async fn a_human_lifts_the_doubt_and_only_that() {
    for stop in [false, true] {
        let house = House::new();
        let ana = house.ana(&["soldes"]).await;
        house.text(ana, "36123", DOUBTFUL).await;
        if stop {
            let signal = OptOutSignal::by_support(ana, house.now());
            house.shop.opted_out(&signal).await.unwrap();
        }
        let book = Book::new(Arc::clone(&house.ledger) as _);
        let mut person = book.find(ana).await.unwrap().unwrap();
        let by = Name::new("lea").unwrap();
        person.stage(house.now().timestamp_millis(), Unsuspended { by, inbound: None }, &[]).unwrap();
        book.write(person, Urgency::Normal).await.unwrap();
        assert_eq!(house.is_open(ana, "soldes").await, !stop);
    }
}

#[tokio::test]
async fn the_person_can_settle_the_doubt() {
    for hours in [1, 24] {
        let house = House::new();
        let ana = house.ana(&["soldes", "club"]).await;
        house.text(ana, "36123", DOUBTFUL).await;
        house.later(Duration::hours(hours));
        house.text(ana, "36123", "START").await;
        assert!(house.is_open(ana, "soldes").await);
        assert!(!house.is_open(ana, "club").await);
        house.shop.opt_in(ana, "club", consent()).await.unwrap();
        assert!(house.is_open(ana, "club").await);
    }
}
