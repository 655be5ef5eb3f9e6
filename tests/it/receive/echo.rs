//! Machines at the other end: our own words that come back are nobody's, and each kind of answer goes once a day.

use std::collections::BTreeMap;

use chrono::Duration;
use optin::{
    consent::{Event, OneTimeCode},
    gateway::SimulatedCarrier,
    inbound::Intent,
    program::JoinBy,
};

use super::{House, club, consent};
use crate::walk::{number, soldes};

fn house() -> House {
    let programs = vec![soldes().keyword("LUNE").joins(JoinBy::Yes), club()];
    House::of(SimulatedCarrier::builder(7), programs, |builder| builder)
}

#[tokio::test]
async fn our_own_text_come_back_is_neither_read_nor_answered() {
    for quoted in [
        |text: &str| text.to_owned(),
        |text: &str| format!("« {text} »"),
        |text: &str| format!("> {}", text.to_uppercase()),
        |text: &str| text.replace(' ', "\n").replace('é', "e"),
    ] {
        let house = house();
        let ana = house.ana(&["soldes"]).await;
        house.launch("flash", ana).await;
        house.dispatch().await;
        let ours = house.carrier.taken_for(ana)[0].text.clone();
        assert!(ours.contains("STOP"));
        let got = house.text(ana, "36123", &quoted(&ours)).await;
        assert_eq!((got.intent, got.answer, &*got.understood.rule), (Intent::Other, None, "echo"));
        assert!(house.is_open(ana, "soldes").await);
    }
}

#[tokio::test]
async fn a_word_more_than_our_own_text_is_read() {
    let house = house();
    let ana = house.ana(&["soldes"]).await;
    house.launch("flash", ana).await;
    house.dispatch().await;
    let ours = house.carrier.taken_for(ana)[0].text.clone();
    let got = house.text(ana, "36123", &format!("{ours}\n\nSTOP")).await;
    assert_ne!(&*got.understood.rule, "echo");
    assert!(!house.is_open(ana, "soldes").await, "{got:?}");
}

#[tokio::test]
async fn somebody_elses_text_and_a_keyword_are_never_taken_for_an_echo() {
    let house = house();
    let (ana, eve) = (house.ana(&["soldes"]).await, number("+33611111111"));
    house.launch("flash", ana).await;
    house.dispatch().await;
    let ours = house.carrier.taken_for(ana)[0].text.clone();
    assert_ne!(&*house.text(eve, "36123", &ours).await.understood.rule, "echo", "never sent to her");
    assert_eq!(house.text(ana, "36123", "STOP").await.intent, Intent::Stop);
}

/// The other side answers whatever it gets, five minutes later, all day.
async fn day(replies: impl Fn(&str) -> String) -> BTreeMap<String, usize> {
    let house = house();
    let bot = house.ana(&["club"]).await;
    let code = OneTimeCode::new("482913").unwrap();
    house.shop.opt_in(bot, "club", consent().double_by_code(code)).await.unwrap();
    let mut heard = 0;
    house.text(bot, "36123", &replies("HELP")).await;
    house.text(bot, "36123", "LUNE").await;
    for _ in 0..285 {
        house.dispatch().await;
        house.later(Duration::minutes(5));
        let taken = house.carrier.taken_for(bot);
        for ours in &taken[heard..] {
            house.text(bot, "36123", &replies(&ours.text)).await;
        }
        heard = taken.len();
    }
    let mut answers = BTreeMap::new();
    for event in house.events(bot).await {
        if let Event::Started(started) = event {
            *answers.entry(started.answer.map_or("none", |answer| answer.code()).to_owned()).or_default() +=
                1;
        }
    }
    answers
}

#[tokio::test]
async fn two_machines_are_silent_after_one_answer_of_a_kind() {
    for (name, words) in [
        ("help", "HELP"),
        ("stop", "STOP"),
        ("start", "START"),
        ("join", "LUNE"),
        ("yes", "OUI"),
        ("wrong", "wrong number"),
        ("code", "482913"),
        ("away", "Je suis absent jusqu'au 3 décembre. I am out of office."),
    ] {
        let answers = day(|_| words.to_owned()).await;
        assert!(!answers.is_empty(), "{name}");
        assert!(answers.values().all(|count| *count == 1), "{name}: {answers:?}");
    }
    // One that sends back what it got.
    let answers = day(str::to_owned).await;
    assert!(answers.values().all(|count| *count == 1), "{answers:?}");
    assert!(!answers.contains_key("stop"), "nobody said STOP: {answers:?}");
}
