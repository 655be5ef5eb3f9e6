//! STOP: in any wording, by any road, and what was under way when it came.

use std::{
    pin::pin,
    sync::Arc,
    task::{Context, Waker},
};

use chrono::{DateTime, Duration, Utc};
use optin::{
    Messenger,
    clock::Clock,
    consent::{
        Event, PersonalField,
        event::{Answer, Road, Said},
    },
    dispatch::Batch,
    gateway::{Inbound, OptOutSignal, SimulatedCarrier},
    id::{MessageId, Name},
    inbound::{Intent, OptedOut},
    law::Rulebook,
    message::Kind,
    place::ZoneTable,
    policy::Code,
};

use super::{House, consent};
use crate::walk::{number, soldes};

#[tokio::test]
async fn stop_in_three_languages_and_every_dress() {
    let words = [
        "STOP",
        "stop.",
        "ＳＴＯＰ",
        "\u{200b}Stop\u{200b}!!",
        "«stop»",
        "STOP 🙏",
        "Unsubscribe",
        "opt-out",
        "Arrêt",
        "ARRETER",
        "arrêtez svp",
        "Désabonner",
        "Résilier",
        "STOP SMS",
        "Baja",
        "no más",
        "PARAR",
        "Detener",
        "cancelar",
    ];
    for word in words {
        let house = House::new();
        let ana = house.ana(&["soldes"]).await;
        assert!(house.is_open(ana, "soldes").await);
        let got = house.text(ana, "36123", word).await;
        assert_eq!((got.intent, got.answer), (Intent::Stop, Some(Answer::Stop)), "{word}");
        assert!(!house.is_open(ana, "soldes").await, "{word}");
    }
}

#[tokio::test]
async fn stop_ends_its_program_and_stop_all_everything() {
    for (word, club) in [("STOP", true), ("STOP ALL", false), ("STOPALL", false)] {
        let house = House::new();
        let ana = house.ana(&["soldes", "club"]).await;
        house.text(ana, "36123", word).await;
        assert!(!house.is_open(ana, "soldes").await);
        assert_eq!(house.is_open(ana, "club").await, club, "{word}");
    }
}

#[tokio::test]
async fn stop_to_an_address_that_no_program_owns_means_everything() {
    let house = House::new();
    let ana = house.ana(&["soldes", "club"]).await;
    let got = house.text(ana, "99999", "stop").await;
    assert_eq!((got.intent, got.answer), (Intent::Stop, None));
    assert!(!house.is_open(ana, "soldes").await && !house.is_open(ana, "club").await);
    // A stranger's STOP is kept too: a list that names them later opens nothing.
    let eve = number("+33611111111");
    house.text(eve, "99999", "stop").await;
    assert!(house.events(eve).await.iter().any(|event| matches!(event, Event::Revoked(_))));
}

#[tokio::test]
async fn a_carrier_clock_that_is_ahead_does_not_close_the_future() {
    let house = House::new();
    let ana = house.ana(&["soldes"]).await;
    let ahead = house.now() + Duration::days(3);
    house.shop.receive(Inbound::text("ahead", ana, "36123", "STOP", ahead).unwrap()).await.unwrap();
    assert!(!house.is_open(ana, "soldes").await);
    house.later(Duration::minutes(1));
    house.text(ana, "36123", "START").await;
    assert!(house.is_open(ana, "soldes").await);
}

#[tokio::test]
async fn a_repeat_changes_nothing_and_says_so() {
    let house = House::new();
    let ana = house.ana(&["soldes"]).await;
    let stop = Inbound::text("x", ana, "36123", "STOP", house.now()).unwrap();
    assert!(!house.shop.receive(stop.clone()).await.unwrap().repeated);
    house.later(Duration::minutes(1));
    house.text(ana, "36123", "START").await;
    let before = house.events(ana).await.len();
    house.later(Duration::days(29));
    let again = house.shop.receive(stop).await.unwrap();
    assert!(again.repeated && again.answer.is_none());
    assert_eq!(house.events(ana).await.len(), before);
}

/// What a STOP cannot call back is named, and nothing else starts afterwards.
#[tokio::test]
async fn in_flight_lists_what_had_started_and_is_unresolved() {
    let house = House::with(SimulatedCarrier::builder(7).yields(3));
    let ana = house.ana(&["soldes"]).await;
    house.launch("flash", ana).await;
    let recipient = house.shop.person(ana).await.unwrap().unwrap().recipient;
    let name = |text: &str| Name::new(text).unwrap();
    let flash = MessageId::derive(&name("soldes"), &name("flash"), recipient, 0);
    let mut waiting = pin!(house.shop.dispatch(Batch::default()));
    let mut poll = || waiting.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(poll().is_pending());
    assert_eq!(house.carrier.taken_count(), 0);
    house.launch("encore", ana).await;
    let got = house.text(ana, "36123", "STOP").await;
    assert_eq!(got.in_flight, [flash]);
    while poll().is_pending() {}
    assert_eq!(house.carrier.taken_count(), 1, "the STOP came too late for this one");
    // Resolved: no longer in flight.
    assert_eq!(house.text(ana, "36123", "STOP").await.in_flight, []);
    let done = house.dispatch().await;
    assert_eq!(done.dropped.get("revoked"), Some(&1), "{done:?}");
    assert!(house.carrier.taken().iter().skip(1).all(|taken| taken.kind != Kind::Marketing));
}

fn beside(house: &House, clock: impl Clock) -> Messenger {
    Messenger::builder(Arc::clone(&house.ledger), Rulebook::builtin())
        .program(soldes())
        .gateway(Arc::clone(&house.carrier))
        .clock(clock)
        .zones(ZoneTable::bundled())
        .build()
        .unwrap()
}

/// Another worker gives the first one up. It may be alive: a STOP still names what it holds.
#[tokio::test]
async fn what_was_given_up_and_may_still_arrive_is_in_flight() {
    let house = House::with(SimulatedCarrier::builder(7).yields(3).look_up(false));
    let ana = house.ana(&["soldes"]).await;
    house.launch("flash", ana).await;
    let mut slow = Box::pin(house.shop.dispatch(Batch::default()));
    let mut poll = || slow.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(poll().is_pending());
    let other = beside(&house, Arc::clone(&house.clock));
    other.dispatch(Batch::default()).await.unwrap();
    house.later(Duration::minutes(3));
    assert_eq!(other.dispatch(Batch::default()).await.unwrap().unknown, 1);
    let got = house.text(ana, "36123", "STOP").await;
    assert_eq!(got.in_flight.len(), 1, "the slow worker still holds a permit");
    while poll().is_pending() {}
    assert_eq!(house.carrier.taken_for(ana).len(), 1);
}

#[tokio::test]
async fn wrong_number_ends_the_consent_for_good() {
    let house = House::new();
    let ana = house.ana(&["soldes", "club"]).await;
    let got = house.text(ana, "36123", "Sorry, wrong number").await;
    assert_eq!((got.intent, got.answer), (Intent::WrongNumber, Some(Answer::WrongNumber)));
    house.later(Duration::minutes(1));
    assert_eq!(house.text(ana, "36123", "START").await.answer, None, "there is nothing to restore");
    assert!(!house.is_open(ana, "soldes").await && !house.is_open(ana, "club").await);
    house.later(Duration::minutes(1));
    house.shop.opt_in(ana, "soldes", consent()).await.unwrap();
    assert!(house.is_open(ana, "soldes").await && !house.is_open(ana, "club").await);
}

#[tokio::test]
async fn a_stop_told_to_support() {
    for (sender, club) in [(Some("36123"), true), (None, false), (Some("99999"), false)] {
        let house = House::new();
        let ana = house.ana(&["soldes", "club"]).await;
        let note = "rang at 11:58, wants no more texts";
        let mut signal = OptOutSignal::by_support(ana, house.now()).note(note);
        signal.sender = sender.map(|sender| Name::new(sender).unwrap());
        assert_eq!(house.shop.opted_out(&signal).await.unwrap(), OptedOut::default());
        assert!(!house.is_open(ana, "soldes").await);
        assert_eq!(house.is_open(ana, "club").await, club, "{signal:?}");
        let (last, values) = house.shop.history(ana).await.unwrap().pop().unwrap();
        let Event::Revoked(revoked) = last.event else { panic!("{last:?}") };
        assert_eq!(revoked.road, Road::Support);
        assert_eq!(revoked.said, if club { Said::Program } else { Said::All });
        assert_eq!(values, [(PersonalField::Note, note.to_owned())]);
        // Nobody texted, so nobody is answered.
        assert_eq!(house.dispatch().await.accepted, 0);
    }
}

#[derive(Debug)]
struct Unreadable;

impl Clock for Unreadable {
    fn now(&self) -> Option<DateTime<Utc>> {
        None
    }
    fn monotonic(&self) -> std::time::Duration {
        std::time::Duration::ZERO
    }
}

#[tokio::test]
async fn a_stop_is_taken_in_while_the_clock_cannot_be_read() {
    let house = House::new();
    let ana = house.ana(&["soldes"]).await;
    let blind = beside(&house, Unreadable);
    let stop = Inbound::text("x", ana, "36123", "STOP", house.now()).unwrap();
    assert_eq!(blind.receive(stop).await.unwrap().intent, Intent::Stop);
    assert_eq!(house.codes(ana, "soldes", Kind::Marketing).await, [Code::Revoked]);
    assert!(blind.dispatch(Batch::default()).await.is_err());
}

#[tokio::test]
async fn a_topic_in_the_persons_own_words_narrows_nothing() {
    let house = House::new();
    let ana = house.ana(&["soldes"]).await;
    let got = house.text(ana, "36123", "stop ads").await;
    assert_eq!(got.intent, Intent::Stop);
    let state = house.shop.person(ana).await.unwrap().unwrap().state;
    assert_eq!(state.revocations[0].said, Said::Program);
}
