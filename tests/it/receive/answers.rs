//! Automatic answers: after what they answer, in time, and one of a kind a day.

use std::sync::Arc;

use chrono::Duration;
use optin::{
    Messenger,
    clock::{Clock, FixedClock},
    consent::{Event, event::Answer},
    dispatch::Batch,
    gateway::{Fate, Inbound, SimulatedCarrier},
    id::{MessageId, Name},
    inbound::Intent,
    law::Rulebook,
    ledger::{Book, MemoryLedger},
    message::{Body, Kind},
    permit::{Draft, Leeway, Reserved, reserve},
    phone::Country,
    place::ZoneTable,
    policy::Policy,
    program::{Program, Sender},
};

use super::{House, consent};
use crate::walk::{at, number};

fn is_answer(event: &Event, kind: Answer) -> bool {
    matches!(event, Event::Started(started) if started.answer == Some(kind))
}

#[tokio::test]
async fn the_confirmation_goes_out_after_the_stop_and_once() {
    let house = House::new();
    let ana = house.ana(&["soldes"]).await;
    let first = house.text(ana, "36123", "STOP").await;
    assert_eq!(first.answer, Some(Answer::Stop));
    assert_eq!(house.carrier.taken_count(), 0, "recorded before anything is said");
    // A second STOP before the first is confirmed.
    house.text(ana, "36123", "stop").await;
    house.dispatch().await;
    house.dispatch().await;
    let taken = house.carrier.taken_for(ana);
    assert_eq!(taken.len(), 1, "{taken:?}");
    assert!(taken[0].text.contains("Maison Lune") && taken[0].kind != Kind::Marketing);
    assert_eq!(taken[0].sender.as_str(), "36123");
    let events = house.events(ana).await;
    let revoked = events.iter().position(|event| matches!(event, Event::Revoked(_)));
    let started = events.iter().position(|event| is_answer(event, Answer::Stop));
    assert!(revoked.unwrap() < started.unwrap());
    house.later(Duration::hours(23));
    assert_eq!(house.text(ana, "36123", "STOP").await.answer, None);
    house.later(Duration::hours(2));
    assert_eq!(house.text(ana, "36123", "STOP").await.answer, Some(Answer::Stop));
}

#[tokio::test]
async fn the_confirmation_goes_out_at_any_hour() {
    let house = House::new();
    let ana = house.ana(&["soldes"]).await;
    house.later(Duration::hours(13));
    house.text(ana, "36123", "STOP").await;
    assert_eq!(house.dispatch().await.accepted, 1);
}

#[tokio::test]
async fn within_five_minutes_or_never() {
    for (wait, goes) in [(0, 1), (299, 1), (300, 0), (3_600, 0)] {
        let house = House::new();
        let ana = house.ana(&["soldes"]).await;
        house.text(ana, "36123", "STOP").await;
        house.later(Duration::seconds(wait));
        let done = house.dispatch().await;
        assert_eq!(done.accepted, goes, "after {wait} s");
        assert_eq!(done.dropped.get("answer_spent").copied().unwrap_or(0), 1 - goes);
        house.later(Duration::hours(1));
        assert_eq!(house.dispatch().await.accepted, 0);
    }
}

/// What the carrier did not take was not said: it is tried again, within the five minutes.
#[tokio::test]
async fn a_confirmation_that_was_not_taken_is_tried_again() {
    for (tries, taken) in [(1, 1), (9, 1), (10, 0)] {
        let ana = number("+33612345678");
        let house = House::with(SimulatedCarrier::builder(7).with_number(ana, Fate::Busy(tries)));
        house.ana(&["soldes"]).await;
        house.text(ana, "36123", "STOP").await;
        for _ in 0..20 {
            house.dispatch().await;
            house.later(Duration::seconds(30));
        }
        assert_eq!(house.carrier.taken_for(ana).len(), taken, "{tries} tries");
    }
}

/// The five minutes are counted from the text, so a permit that is minted late is short.
#[tokio::test]
async fn the_permit_of_an_answer_ends_with_its_five_minutes() {
    let house = House::new();
    let ana = house.ana(&["soldes"]).await;
    let asked = house.now();
    let book = Book::new(Arc::clone(&house.ledger) as _);
    let name = |text: &str| Name::new(text).unwrap();
    let draft = Draft {
        message: MessageId([5; 16]),
        person: book.find(ana).await.unwrap().unwrap(),
        program: name("soldes"),
        source: name("answer"),
        step: 0,
        kind: Kind::Conversational,
        category: None,
        subject: None,
        sender: name("36123"),
        body: Body::new("Maison Lune").unwrap(),
        until: None,
        answers: Some((Answer::Stop, asked)),
        queued: false,
        repeats: false,
    };
    let policy = Policy::new(Rulebook::builtin(), ZoneTable::bundled());
    let at = asked + Duration::seconds(290);
    let (_, reserved) =
        reserve(&book, &policy, vec![draft], Leeway::default(), at).await.unwrap().pop().unwrap();
    let Reserved::Permit(permit, _) = reserved else { panic!("{reserved:?}") };
    assert_eq!(permit.not_after(), asked + Duration::minutes(5));
    assert!(permit.open(Some(asked + Duration::minutes(5))).is_err());
}

#[tokio::test]
async fn a_gateway_that_confirms_by_itself_is_not_helped() {
    let house = House::with(SimulatedCarrier::builder(7).answers_stop(true));
    let ana = house.ana(&["soldes"]).await;
    let got = house.text(ana, "36123", "STOP").await;
    assert_eq!((got.intent, got.answer), (Intent::Stop, None));
    assert_eq!(house.dispatch().await.accepted, 0);
    assert!(!house.is_open(ana, "soldes").await);
    // Only STOP: everything else is ours to answer.
    assert_eq!(house.text(ana, "36123", "AIDE").await.answer, Some(Answer::Help));
}

#[tokio::test]
async fn help_is_for_strangers_too_and_opens_nothing() {
    let house = House::new();
    let eve = number("+33611111111");
    let got = house.text(eve, "36123", "Aide ?").await;
    assert_eq!((got.intent, got.answer), (Intent::Help, Some(Answer::Help)));
    house.dispatch().await;
    let taken = house.carrier.taken_for(eve);
    assert_eq!(taken.len(), 1);
    assert!(taken[0].text.contains("aide@maisonlune.fr"), "{}", taken[0].text);
    assert!(!house.is_open(eve, "soldes").await);
    assert_eq!(house.text(eve, "99999", "HELP").await.answer, None, "nobody to answer as");
}

/// The other side answers whatever it gets, at once, with the word that makes the most of it.
#[tokio::test]
async fn two_machines_stop_after_one_answer_of_a_kind() {
    let house = House::new();
    let bot = house.ana(&["soldes"]).await;
    let words = ["HELP", "STOP", "START", "AIDE", "ARRET", "HELP", "STOP", "START"];
    for word in words.iter().cycle().take(200) {
        house.text(bot, "36123", word).await;
        house.dispatch().await;
        house.later(Duration::minutes(5));
    }
    // 200 texts in 16 hours and 40 minutes: one answer to HELP, one to STOP, one to START.
    assert_eq!(house.carrier.taken_for(bot).len(), 3);
    let events = house.events(bot).await;
    for kind in [Answer::Help, Answer::Stop, Answer::Start] {
        assert_eq!(events.iter().filter(|event| is_answer(event, kind)).count(), 1, "{kind}");
    }
}

#[tokio::test]
async fn a_text_to_the_code_that_takes_the_stop_is_answered_from_there() {
    let clock = Arc::new(FixedClock::at(at("2026-11-26T11:00:00Z")));
    let carrier = Arc::new(SimulatedCarrier::seeded(7));
    let program = Program::new("soldes", "Maison Lune")
        .unwrap()
        .sender(Sender::alphanumeric(Country::FR, "MaisonLune", "36123").unwrap())
        .help("aide@maisonlune.fr")
        .language("fr");
    let shop = Messenger::builder(MemoryLedger::new().unwrap(), Rulebook::builtin())
        .program(program)
        .gateway(Arc::clone(&carrier))
        .clock(Arc::clone(&clock))
        .zones(ZoneTable::bundled())
        .build()
        .unwrap();
    let ana = number("+33612345678");
    shop.opt_in(ana, "soldes", consent()).await.unwrap();
    let stop = Inbound::text("in-1", ana, "36123", "STOP", clock.now().unwrap()).unwrap();
    assert_eq!(shop.receive(stop).await.unwrap().answer, Some(Answer::Stop));
    let done = shop.dispatch(Batch::default()).await.unwrap();
    assert_eq!((done.accepted, done.next_due), (1, None), "{done:?}");
}

/// Canada's short codes: STOP is answered in English and ARRET in French, whatever the program's language.
#[tokio::test]
async fn in_canada_the_word_decides_the_language_of_the_answer() {
    for language in ["en", "fr"] {
        let club = Program::new("club", "Maison Lune")
            .unwrap()
            .sender(Sender::short_code(Country::CA, "36123").unwrap())
            .help("aide@lune.example")
            .language(language);
        let carrier = std::sync::Arc::new(SimulatedCarrier::builder(7).build());
        let clock = std::sync::Arc::new(FixedClock::at(at("2026-11-26T17:00:00Z")));
        let shop = Messenger::builder(MemoryLedger::new().unwrap(), Rulebook::builtin())
            .program(club)
            .gateway(std::sync::Arc::clone(&carrier))
            .clock(std::sync::Arc::clone(&clock))
            .zones(ZoneTable::bundled())
            .build()
            .unwrap();
        for (nth, words, answer) in [
            (1, "STOP", "you are unsubscribed"),
            (2, "ARRET", "vous ne recevrez plus"),
            (3, "HELP", "help at"),
            (4, "AIDE", "aide aide@"),
        ] {
            let who = number(&format!("+1514555010{nth}"));
            let text = Inbound::text(words, who, "36123", words, clock.now().unwrap()).unwrap();
            shop.receive(text).await.unwrap();
            shop.dispatch(Batch::default()).await.unwrap();
            // The sender hands over one a second.
            clock.advance(std::time::Duration::from_secs(2));
            let [said] = &carrier.taken_for(who)[..] else { panic!("{words}") };
            assert!(said.text.contains(answer), "{language} {words}: {}", said.text);
        }
    }
}

/// A program may answer in words of its own, and the others go on with the common ones.
#[tokio::test]
async fn an_answer_may_be_one_programs_own() {
    let row = "[[reply]]\nkind = \"stopped\"\nlanguage = \"fr\"\nprogram = \"soldes\"\ntext = \"{brand} : au revoir.\"";
    let replies = optin::inbound::Replies::with_overlay(row).unwrap();
    let names = |program| optin::inbound::Names { brand: "Maison Lune", program, help: "aide" };
    let said = |program| {
        replies.reply(optin::inbound::ReplyKind::Stopped, optin::inbound::Language::FR, &names(program))
    };
    assert_eq!(said("soldes"), "Maison Lune : au revoir.");
    assert!(said("club").contains("vous ne recevrez plus"));
    assert!(optin::inbound::Replies::with_overlay(&row.replace("{brand}", "{marque}")).is_err());
}

#[tokio::test]
async fn what_a_stop_has_ended_is_neither_asked_nor_welcomed() {
    for (before, said) in [("question", None), ("welcome", Some("OUI")), ("return", Some("START"))] {
        let house = House::new();
        let ana = number("+33612345678");
        if said == Some("START") {
            house.ana(&["soldes"]).await;
            house.text(ana, "36123", "STOP").await;
        } else {
            house.shop.opt_in(ana, "soldes", consent().double()).await.unwrap();
        }
        if said.is_some() {
            house.dispatch().await;
        }
        house.later(Duration::minutes(1));
        if let Some(said) = said {
            let got = house.text(ana, "36123", said).await;
            assert!(got.answer.is_some(), "{before}: {got:?}");
        }
        let gone = house.carrier.taken_for(ana).len();
        house.later(Duration::seconds(1));
        house.text(ana, "36123", "STOP").await;
        house.dispatch().await;
        let taken = house.carrier.taken_for(ana);
        let after = taken[gone..].iter().map(|taken| taken.text.as_str());
        for text in after {
            assert!(text.contains("ne recevrez plus"), "{before}: {text}");
        }
        assert!(!house.is_open(ana, "soldes").await);
    }
}
