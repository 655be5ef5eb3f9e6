//! One road for whatever came by another channel than a text.

use chrono::Duration;
use optin::{
    consent::{
        Event, PersonalField,
        event::{Road, Said},
    },
    gateway::OptOutSignal,
    id::Name,
    message::Kind,
    phone::PhoneNumber,
    policy::Code,
};

use super::{House, consent};
use crate::walk::number;

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

async fn revoked(house: &House, ana: PhoneNumber) -> Vec<optin::consent::event::Revoked> {
    let events = house.events(ana).await.into_iter();
    events.filter_map(|event| if let Event::Revoked(e) = event { Some(e) } else { None }).collect()
}

#[tokio::test]
async fn each_road_is_recorded_as_what_it_was() {
    type Make = fn(PhoneNumber, chrono::DateTime<chrono::Utc>) -> OptOutSignal;
    let roads: [(Make, Road); 6] = [
        (OptOutSignal::by_support, Road::Support),
        (OptOutSignal::by_phone, Road::Phone),
        (OptOutSignal::by_email, Road::Email),
        (OptOutSignal::on_web, Road::Web),
        (OptOutSignal::complaint, Road::Complaint),
        (OptOutSignal::by_gateway, Road::Gateway),
    ];
    for (make, road) in roads {
        let house = House::new();
        let ana = house.ana(&["soldes", "club"]).await;
        let words = "Bonjour, je souhaite me désabonner. Ana Moreau";
        let signal = make(ana, house.now()).note(words).by("lea").unwrap();
        house.shop.opted_out(&signal).await.unwrap();
        let [said] = &revoked(&house, ana).await[..] else { panic!("{road}") };
        assert_eq!((said.road, said.said, said.by.clone()), (road, Said::All, Some(name("lea"))));
        // The words are sealed, and no log line shows them or the number.
        let (_, personal) = house.shop.history(ana).await.unwrap().pop().unwrap();
        assert_eq!(personal, [(PersonalField::Note, words.to_owned())]);
        let shown = format!("{signal:?}");
        assert!(!shown.contains("Moreau") && !shown.contains("612345678"), "{shown}");
        // Nobody texted, so nobody is answered.
        assert_eq!(house.dispatch().await.accepted, 0);
        house.later(Duration::minutes(1));
        house.shop.opt_in(ana, "soldes", consent()).await.unwrap();
        assert!(house.is_open(ana, "soldes").await && !house.is_open(ana, "club").await, "{road}");
    }
}

#[tokio::test]
async fn the_same_signal_twice_is_one_record() {
    let house = House::new();
    let ana = house.ana(&["soldes"]).await;
    let first = OptOutSignal::by_email(ana, house.now()).reference("ticket-81");
    assert!(!house.shop.opted_out(&first).await.unwrap().repeated);
    house.later(Duration::minutes(5));
    house.shop.opt_in(ana, "soldes", consent()).await.unwrap();
    house.later(Duration::minutes(5));
    // Handed over again, later and with other words: it is known by its id, and closes nothing anew.
    let again = OptOutSignal::by_email(ana, house.now()).reference("ticket-81").note("again");
    assert!(house.shop.opted_out(&again).await.unwrap().repeated);
    assert!(house.is_open(ana, "soldes").await);
    // Another one is another.
    let other = OptOutSignal::by_email(ana, house.now()).reference("ticket-82");
    assert!(!house.shop.opted_out(&other).await.unwrap().repeated);
    assert!(!house.is_open(ana, "soldes").await);
    // Without an id it is known by all that it says.
    let bare = OptOutSignal::by_phone(ana, house.now());
    assert!(!house.shop.opted_out(&bare).await.unwrap().repeated);
    assert!(house.shop.opted_out(&bare).await.unwrap().repeated);
    assert_eq!(revoked(&house, ana).await.len(), 3);
}

#[tokio::test]
async fn a_program_may_be_named_and_a_topic_that_it_has_not_is_all_of_it() {
    let house = House::new();
    let ana = house.ana(&["soldes", "club"]).await;
    let signal = OptOutSignal::on_web(ana, house.now()).program("soldes").unwrap().topic("promo").unwrap();
    house.shop.opted_out(&signal).await.unwrap();
    let [said] = &revoked(&house, ana).await[..] else { panic!() };
    assert_eq!((said.said, said.topic.clone()), (Said::Program, None));
    assert!(!house.is_open(ana, "soldes").await && house.is_open(ana, "club").await);
    assert!(OptOutSignal::on_web(ana, house.now()).program("les soldes").is_err());
}

#[tokio::test]
async fn a_number_that_was_given_up_ends_what_was_agreed_until_then() {
    for given_up in [true, false] {
        let house = House::new();
        let ana = house.ana(&["soldes"]).await;
        let make = if given_up { OptOutSignal::deactivated } else { OptOutSignal::reassigned };
        let notice = make(ana, house.now(), name("twilio")).reference("2026-11-26");
        assert!(!house.shop.opted_out(&notice).await.unwrap().repeated);
        assert_eq!(house.codes(ana, "soldes", Kind::Marketing).await[0], Code::NumberReassigned);
        assert!(house.shop.opted_out(&notice).await.unwrap().repeated);
        let events = house.events(ana).await;
        let ended = events.iter().filter_map(|event| match event {
            Event::Reassigned(e) => Some((e.source.as_str(), e.deactivated)),
            _ => None,
        });
        assert_eq!(ended.collect::<Vec<_>>(), [("twilio", given_up.then_some(true))]);
        // The next holder agrees on a later day, and an old notice that comes late does not touch it.
        // A Monday: on Sundays nothing goes in France.
        house.later(Duration::days(4));
        house.shop.opt_in(ana, "soldes", consent()).await.unwrap();
        assert!(house.is_open(ana, "soldes").await);
        let late = make(ana, house.now() - Duration::days(3), name("vonage"));
        house.shop.opted_out(&late).await.unwrap();
        assert!(house.is_open(ana, "soldes").await);
    }
    // Of a stranger there is nothing to end, and nothing is kept.
    let house = House::new();
    let eve = number("+33611111111");
    let notice = OptOutSignal::deactivated(eve, house.now(), name("twilio"));
    assert!(house.shop.opted_out(&notice).await.unwrap().repeated);
    assert!(house.shop.person(eve).await.unwrap().is_none());
}

#[tokio::test]
async fn the_gateways_own_block_stands_beside_it() {
    let house = House::new();
    let ana = house.ana(&["soldes"]).await;
    let event = OptOutSignal::by_gateway(ana, house.now()).sender("36123").unwrap().reference("evt-1");
    house.shop.opted_out(&event).await.unwrap();
    house.later(Duration::minutes(1));
    house.shop.opt_in(ana, "soldes", consent()).await.unwrap();
    assert_eq!(house.codes(ana, "soldes", Kind::Marketing).await, [Code::SenderBlocked]);
    assert!(house.shop.restored(ana, Some(&name("36123"))).await.unwrap());
    assert!(house.is_open(ana, "soldes").await);
}

/// The rule of rooms keeps the gateways' table out of reach where this is written down.
#[test]
fn a_block_carries_the_gateways_own_code() {
    assert_eq!(optin::gateway::Refusal::OptedOut.code(), "recipient_opted_out");
}
