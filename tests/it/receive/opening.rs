//! What opens: START where a STOP closed, a YES while it is asked for, and nothing else.

use chrono::Duration;
use optin::{Permission, consent::event::Answer, inbound::Intent};

use super::{House, consent};
use crate::walk::number;

#[tokio::test]
async fn start_reopens_what_stop_closed() {
    let house = House::new();
    let ana = house.ana(&["soldes", "club"]).await;
    house.text(ana, "36123", "STOP").await;
    house.later(Duration::minutes(1));
    let got = house.text(ana, "36123", "START").await;
    assert_eq!((got.intent, got.answer), (Intent::Start, Some(Answer::Start)));
    assert!(house.is_open(ana, "soldes").await);
    house.text(ana, "36456", "STOP ALL").await;
    house.later(Duration::minutes(1));
    house.text(ana, "36456", "start").await;
    assert!(house.is_open(ana, "club").await && !house.is_open(ana, "soldes").await);
}

#[tokio::test]
async fn start_gives_nothing_to_whom_never_agreed() {
    let house = House::new();
    let eve = number("+33611111111");
    assert_eq!(house.text(eve, "36123", "START").await.answer, None);
    assert!(!house.is_open(eve, "soldes").await);
    house.later(Duration::minutes(1));
    house.text(eve, "36123", "STOP").await;
    house.later(Duration::minutes(1));
    assert_eq!(house.text(eve, "36123", "START").await.answer, None);
    assert!(!house.is_open(eve, "soldes").await);
}

#[tokio::test]
async fn start_in_a_sentence_opens_nothing() {
    for words in ["don't start again", "I will start reading them", "please restart the car", "start 12345"] {
        let house = House::new();
        let ana = house.ana(&["soldes"]).await;
        house.text(ana, "36123", "STOP").await;
        house.later(Duration::minutes(1));
        let got = house.text(ana, "36123", words).await;
        assert!(!house.is_open(ana, "soldes").await, "{words}: {got:?}");
    }
}

#[tokio::test]
async fn the_second_yes_counts_while_it_is_asked_for() {
    for word in ["OUI", "yes", "Oui !", "ok"] {
        let house = House::new();
        let ana = number("+33612345678");
        assert_ne!(house.text(ana, "36123", word).await.intent, Intent::Confirm, "nobody asked");
        let asked = house.shop.opt_in(ana, "soldes", consent().double()).await.unwrap();
        assert_eq!(asked, Permission::Asked);
        assert!(!house.is_open(ana, "soldes").await);
        assert_eq!(house.dispatch().await.accepted, 1, "the question");
        house.later(Duration::minutes(1));
        let got = house.text(ana, "36123", word).await;
        assert_eq!((got.intent, got.answer), (Intent::Confirm, Some(Answer::OptIn)), "{word}");
        assert!(house.is_open(ana, "soldes").await);
        assert_ne!(house.text(ana, "36123", word).await.intent, Intent::Confirm, "asked no more");
    }
}

#[tokio::test]
async fn a_late_yes_or_one_past_a_stop_opens_nothing() {
    for (stop, hours, open) in [(false, 47, true), (false, 49, false), (true, 1, false)] {
        let house = House::new();
        let ana = number("+33612345678");
        house.shop.opt_in(ana, "soldes", consent().double()).await.unwrap();
        house.dispatch().await;
        if stop {
            house.text(ana, "36123", "STOP").await;
        }
        house.later(Duration::hours(hours));
        house.text(ana, "36123", "OUI").await;
        // Five days on, a Tuesday, at noon again.
        house.later(Duration::hours(120 - hours));
        assert_eq!(house.is_open(ana, "soldes").await, open, "{stop} {hours}");
    }
}
