//! The one reminder of the question of a double opt-in.

use chrono::Duration;
use optin::{
    Reminder,
    consent::{Event, event::Answer},
    message::Kind,
};

use super::{House, consent};
use crate::walk::number;

async fn asked(house: &House) -> optin::phone::PhoneNumber {
    let ana = number("+33612345678");
    house.shop.opt_in(ana, "soldes", consent().double()).await.unwrap();
    house.dispatch().await;
    ana
}

#[tokio::test]
async fn one_reminder_and_never_a_second() {
    let house = House::new();
    let ana = asked(&house).await;
    house.later(Duration::hours(1));
    assert_eq!(house.shop.remind(ana, "soldes").await.unwrap(), Reminder::Waits);
    assert_eq!(house.shop.remind(ana, "soldes").await.unwrap(), Reminder::Spent);
    assert_eq!(house.dispatch().await.accepted, 1);
    // Asked anew while the question is open: still one.
    house.shop.opt_in(ana, "soldes", consent().double()).await.unwrap();
    assert_eq!(house.shop.remind(ana, "soldes").await.unwrap(), Reminder::Spent);
    let texts: Vec<_> =
        house.carrier.taken_for(ana).into_iter().map(|taken| (taken.kind, taken.text)).collect();
    assert_eq!(texts.len(), 2, "{texts:?}");
    // It asks for consent: it goes as marketing would.
    assert!(
        texts[1].0 == Kind::Marketing && texts[1].1.contains("OUI") && texts[1].1.contains("STOP"),
        "{texts:?}"
    );
    house.later(Duration::minutes(1));
    house.text(ana, "36123", "OUI").await;
    assert_eq!(house.shop.remind(ana, "soldes").await.unwrap(), Reminder::NotAsked);
}

#[tokio::test]
async fn it_waits_for_the_hours_of_marketing() {
    let house = House::new();
    let ana = asked(&house).await;
    // One in the morning in Paris.
    house.later(Duration::hours(13));
    house.shop.remind(ana, "soldes").await.unwrap();
    let night = house.dispatch().await;
    assert_eq!((night.accepted, night.held), (0, 1));
    assert!(night.next_due.unwrap() > house.now() + Duration::hours(5));
    house.later(Duration::hours(10));
    assert_eq!(house.dispatch().await.accepted, 1);
}

#[tokio::test]
async fn nobody_is_reminded_after_a_word_or_the_end() {
    for (words, hours, reminder) in [
        (Some("STOP"), 0, Reminder::NotAsked),
        (Some("OUI"), 0, Reminder::NotAsked),
        (None, 49, Reminder::NotAsked),
        (Some("merci"), 0, Reminder::Waits),
    ] {
        let house = House::new();
        let ana = asked(&house).await;
        house.later(Duration::hours(hours) + Duration::minutes(1));
        if let Some(words) = words {
            house.text(ana, "36123", words).await;
        }
        assert_eq!(house.shop.remind(ana, "soldes").await.unwrap(), reminder, "{words:?}");
    }
    let house = House::new();
    assert_eq!(house.shop.remind(number("+33611111111"), "soldes").await.unwrap(), Reminder::NotAsked);
    assert!(house.shop.remind(number("+33611111111"), "nothing").await.is_err());
}

#[tokio::test]
async fn a_word_that_comes_while_it_waits_ends_it() {
    for words in ["STOP", "OUI", "laissez tomber svp"] {
        let house = House::new();
        let ana = asked(&house).await;
        house.later(Duration::minutes(10));
        house.shop.remind(ana, "soldes").await.unwrap();
        house.text(ana, "36123", words).await;
        house.dispatch().await;
        let reminds =
            |event: &Event| matches!(event, Event::Started(e) if e.answer == Some(Answer::Reminder));
        let reminded = house.events(ana).await.iter().any(reminds);
        assert_eq!(
            reminded,
            words.starts_with("laissez") && !house.events(ana).await.iter().any(closes),
            "{words}"
        );
    }
}

fn closes(event: &Event) -> bool {
    matches!(event, Event::Revoked(_) | Event::Suspended(_))
}
