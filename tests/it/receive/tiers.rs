//! After `receive` or `opted_out` has returned, no marketing is handed over to that person in anything that it
//! reaches: for every tier of reading and every road, with messages that wait and one that is under way.

use std::{
    pin::pin,
    task::{Context, Waker},
};

use chrono::Duration;
use optin::{
    campaign::Campaign,
    consent::event::Delivery,
    dispatch::Batch,
    gateway::{About, Faults, OptOutSignal, Refusal, Report, SimulatedCarrier},
    id::Name,
    message::{Kind, Template, Values},
    phone::PhoneNumber,
};

use super::House;

/// A message of this program to this person, due at once.
async fn launch(house: &House, program: &str, name: &str, to: PhoneNumber) {
    let campaign = Campaign::marketing(name, program)
        .unwrap()
        .text(Template::parse("Maison Lune : -40 % jusqu'à 21 h").unwrap())
        .window(house.now()..house.now() + Duration::hours(72))
        .audience(vec![(to, Values::new())]);
    let plan = house.shop.plan(campaign).await.unwrap();
    house.shop.launch(plan.approve("lea@maisonlune.fr").unwrap()).await.unwrap();
}

fn marketing(house: &House, sender: &str) -> usize {
    let taken = house.carrier.taken();
    taken.iter().filter(|taken| taken.kind == Kind::Marketing && taken.sender.as_str() == sender).count()
}

/// Opens both programs, lets one message of each start, more wait, does `stop`, and works everything off for two days.
/// Returns how many of each program left after it, beyond what was under way.
async fn after<F: Future<Output = ()>>(
    stop: impl FnOnce(House, PhoneNumber) -> (House, F),
) -> (usize, usize) {
    let house = House::with(SimulatedCarrier::builder(7).yields(3));
    let ana = house.ana(&["soldes", "club"]).await;
    for program in ["soldes", "club"] {
        launch(&house, program, &format!("{program}-1"), ana).await;
    }
    let shop = house.shop.clone();
    let mut slow = pin!(shop.dispatch(Batch::default()));
    let mut poll = || slow.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    assert!(poll().is_pending());
    for program in ["soldes", "club"] {
        for nth in 2..5 {
            launch(&house, program, &format!("{program}-{nth}"), ana).await;
        }
    }
    let (house, stopping) = stop(house, ana);
    stopping.await;
    while poll().is_pending() {}
    for _ in 0..8 {
        house.later(Duration::hours(6));
        house.dispatch().await;
    }
    assert!(house.carrier.duplicates().is_empty());
    // What had started could not be called back.
    (marketing(&house, "36123") - 1, marketing(&house, "36456") - 1)
}

#[tokio::test]
async fn without_a_word_they_all_leave() {
    let sent = after(|house, _| (house, async {})).await;
    assert!(sent.0 > 0 && sent.1 > 0, "{sent:?}");
}

#[tokio::test]
async fn nothing_leaves_after_a_text_of_any_tier() {
    for (tier, words, all) in [
        (1, "STOP", false),
        (1, "Arrêt", false),
        (1, "STOP ALL", true),
        (2, "Stop. Thank you", false),
        (2, "arrêtez svp", false),
        (2, "Stpo", false),
        (3, "take me off your list", false),
        (3, "ne m'écrivez plus", false),
        (3, "wrong number", true),
        (4, "not interested", true),
    ] {
        let text = |house: House, ana| {
            let (shop, at) = (house.shop.clone(), house.now());
            let inbound = optin::gateway::Inbound::text("in", ana, "36123", words, at).unwrap();
            let received = async move {
                let got = shop.receive(inbound).await.unwrap();
                assert_eq!(got.understood.tier, tier, "{words}");
                assert_eq!(got.in_flight.len(), 2, "{words}");
            };
            (house, received)
        };
        let (soldes, club) = after(text).await;
        assert_eq!(soldes, 0, "{words}");
        assert_eq!(club == 0, all, "{words}: {club} of the other program");
    }
}

#[tokio::test]
async fn nothing_leaves_after_a_signal_of_any_road() {
    let name = |text: &str| Name::new(text).unwrap();
    type Make = fn(PhoneNumber, chrono::DateTime<chrono::Utc>) -> OptOutSignal;
    let roads: [Make; 10] = [
        OptOutSignal::by_support,
        OptOutSignal::by_phone,
        OptOutSignal::by_email,
        OptOutSignal::on_web,
        OptOutSignal::complaint,
        OptOutSignal::by_gateway,
        |ana, at| OptOutSignal::deactivated(ana, at, Name::new("twilio").unwrap()),
        |ana, at| OptOutSignal::reassigned(ana, at, Name::new("rnd").unwrap()),
        // A program or a sender of which nobody knows narrows nothing.
        |ana, at| OptOutSignal::by_support(ana, at).sender("99999").unwrap(),
        |ana, at| OptOutSignal::by_gateway(ana, at).sender("99999").unwrap(),
    ];
    for make in roads {
        let mut road = None;
        let signal = |house: House, ana| {
            let (shop, signal) = (house.shop.clone(), make(ana, house.now()));
            road = Some(signal.road);
            (house, async move {
                assert_eq!(shop.opted_out(&signal).await.unwrap().in_flight.len(), 2);
            })
        };
        assert_eq!(after(signal).await, (0, 0), "{road:?}");
    }
    let refused = |house: House, ana| {
        let signal = OptOutSignal::refused_send(ana, name("soldes"), name("36123"), house.now());
        let shop = house.shop.clone();
        (house, async move { drop(shop.opted_out(&signal).await.unwrap()) })
    };
    let (soldes, club) = after(refused).await;
    assert!(soldes == 0 && club > 0);
}

#[tokio::test]
async fn nothing_leaves_after_a_refused_send() {
    let house =
        House::with(SimulatedCarrier::builder(7).faults(Faults { opted_out: 1_000, ..Faults::default() }));
    let ana = house.ana(&["soldes"]).await;
    launch(&house, "soldes", "first", ana).await;
    assert_eq!(house.dispatch().await.refused, 1);
    launch(&house, "soldes", "second", ana).await;
    let done = house.dispatch().await;
    assert_eq!((done.accepted, done.refused), (0, 0), "{done:?}");
    let state = house.shop.person(ana).await.unwrap().unwrap().state;
    // Two facts: what was said, and what the gateway will carry.
    assert_eq!((state.revocations.len(), state.blocked.len()), (1, 1));
}

#[tokio::test]
async fn nothing_leaves_after_a_report_that_tells_of_an_opt_out() {
    let house = House::new();
    let ana = house.ana(&["soldes", "club"]).await;
    launch(&house, "soldes", "first", ana).await;
    assert_eq!(house.dispatch().await.accepted, 1);
    for (about, closed) in [(house.carrier.taken()[0].message, "soldes")] {
        launch(&house, "soldes", "second", ana).await;
        let mut report = Report::new(About::Message(about), ana, Delivery::Undelivered, house.now());
        report.refusal = Some(Refusal::OptedOut);
        assert!(house.shop.report(&report).await.unwrap().changed);
        assert!(!house.shop.report(&report).await.unwrap().changed);
        assert_eq!(house.dispatch().await.accepted, 0);
        assert!(!house.is_open(ana, closed).await && house.is_open(ana, "club").await);
    }
    // Of a message that nobody knows: everything.
    let about = About::Gateway("nobody's".to_owned());
    let mut report = Report::new(about, ana, Delivery::Undelivered, house.now());
    report.refusal = Some(Refusal::OptedOut);
    assert!(house.shop.report(&report).await.unwrap().changed);
    assert!(!house.is_open(ana, "club").await);
}
