//! START restores a consent; whether the gateway lets us through is another fact.

use chrono::Duration;
use optin::{
    consent::event::Answer,
    gateway::{Fate, Refusal, SimulatedCarrier},
    id::Name,
    inbound::Intent,
    message::Kind,
    phone::Country,
    policy::Code,
    program::{Program, Sender},
};

use super::House;
use crate::walk::{number, soldes};

#[tokio::test]
async fn a_start_does_not_lift_what_the_gateway_blocks() {
    let ana = number("+33612345678");
    let house = House::with(SimulatedCarrier::builder(7).with_number(ana, Fate::Refused(Refusal::OptedOut)));
    house.ana(&["soldes"]).await;
    house.launch("flash", ana).await;
    house.dispatch().await;
    assert!(!house.shop.person(ana).await.unwrap().unwrap().state.blocked.is_empty(), "the gateway refused");
    house.later(Duration::minutes(1));
    let got = house.text(ana, "36123", "START").await;
    assert_eq!((got.intent, got.answer, got.reachable), (Intent::Start, None, false));
    let codes = house.codes(ana, "soldes", Kind::Marketing).await;
    assert_eq!(codes, [Code::SenderBlocked]);
    let taken = house.carrier.taken_count();
    house.later(Duration::minutes(1));
    house.launch("again", ana).await;
    house.dispatch().await;
    assert_eq!(house.carrier.taken_count(), taken, "nothing was handed over");
    assert!(house.shop.restored(ana, Some(&Name::new("36123").unwrap())).await.unwrap());
    assert!(house.is_open(ana, "soldes").await);
    let got = house.text(ana, "36123", "START").await;
    assert_eq!((got.answer, got.reachable), (Some(Answer::Start), true));
}

#[tokio::test]
async fn a_start_elsewhere_reopens_nothing() {
    let house = House::new();
    let ana = house.ana(&["soldes", "club"]).await;
    house.text(ana, "36123", "STOP").await;
    house.later(Duration::minutes(1));
    house.text(ana, "36456", "START").await;
    house.text(ana, "99999", "START").await;
    assert!(!house.is_open(ana, "soldes").await && house.is_open(ana, "club").await);
}

/// A STOP to a sender closes all that it carries, so a START to it restores all of that, and nothing more.
#[tokio::test]
async fn a_start_restores_what_a_stop_to_the_same_sender_closed() {
    let shared = |name: &str| {
        let sender = Sender::short_code(Country::FR, "36123").unwrap();
        Program::new(name, "Maison Lune").unwrap().sender(sender).language("fr")
    };
    let programs = vec![soldes(), shared("vip"), shared("club")];
    let house = House::of(SimulatedCarrier::builder(7), programs, |builder| builder);
    let ana = house.ana(&["vip", "club"]).await;
    house.text(ana, "36123", "STOP").await;
    house.later(Duration::minutes(1));
    let got = house.text(ana, "36123", "START").await;
    assert_eq!(got.answer, Some(Answer::Start));
    let state = house.shop.person(ana).await.unwrap().unwrap().state;
    let open = ["soldes", "vip", "club"].map(|program| state.stands_open(&Name::new(program).unwrap()));
    assert_eq!(open, [false, true, true], "never agreed to the first");
}

#[tokio::test]
async fn an_unblocked_number_that_said_stop_stays_closed() {
    let house = House::new();
    let ana = house.ana(&["soldes"]).await;
    house.text(ana, "36123", "STOP").await;
    assert!(!house.shop.restored(ana, None).await.unwrap());
    assert_eq!(house.codes(ana, "soldes", Kind::Marketing).await, [Code::Revoked]);
}
