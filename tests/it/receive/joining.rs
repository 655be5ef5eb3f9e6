//! Text-to-join: keywords, the second yes, the code of a page.

use chrono::Duration;
use optin::{
    BuildError, Messenger, Permission,
    consent::{Basis, Channel, ConsentText, Event, Grant, How, OneTimeCode, PersonalField, event::Answer},
    gateway::SimulatedCarrier,
    inbound::Intent,
    law::Rulebook,
    ledger::MemoryLedger,
    message::Kind,
    phone::{Country, PhoneNumber},
    policy::Code,
    program::{JoinBy, Program, Sender},
};

use super::{House, club, consent};
use crate::walk::{number, soldes};

const CALL: ConsentText = ConsentText {
    version: "affiche-1",
    language: "fr",
    text: "Envoyez LUNE au 36123 et recevez les offres de Maison Lune par SMS.",
};

fn house(programs: Vec<Program>) -> House {
    House::of(SimulatedCarrier::builder(7), programs, |builder| builder)
}

fn joined(by: JoinBy) -> House {
    house(vec![soldes().keyword("LUNE").joins(by), club()])
}

async fn grants(house: &House, who: PhoneNumber) -> Vec<Grant> {
    let granted = |event| if let Event::OptedIn(e) = event { Some(e.grant) } else { None };
    house.events(who).await.into_iter().filter_map(granted).collect()
}

#[tokio::test]
async fn the_keyword_itself_is_the_consent_and_the_answer_says_to_what() {
    for words in ["LUNE", "lune", " Lune! ", "REJOINDRE", "join"] {
        let program = soldes().keyword("LUNE").joins(JoinBy::Keyword);
        let house =
            House::of(SimulatedCarrier::builder(7), vec![program], |b| b.call_to_action("soldes", &CALL));
        let eve = number("+33611111111");
        let got = house.text(eve, "36123", words).await;
        assert_eq!((got.intent, got.answer), (Intent::Join, Some(Answer::OptIn)), "{words}");
        assert!(house.is_open(eve, "soldes").await, "{words}");
        house.dispatch().await;
        let taken = house.carrier.taken_for(eve);
        assert_eq!(taken.len(), 1);
        for said in ["Maison Lune", "soldes", "STOP", "AIDE"] {
            assert!(taken[0].text.contains(said) || words == "join", "{}", taken[0].text);
        }
        assert!(taken[0].text.contains("STOP"));
        let grant = grants(&house, eve).await.pop().unwrap();
        assert_eq!((grant.basis, grant.how), (Basis::ExpressWritten, How::TextToJoin));
        assert_eq!((grant.channel, grant.text), (Some(Channel::Sms), Some(CALL.digest())));
        let kept = house.shop.consent_text(CALL.digest()).await.unwrap().unwrap();
        assert_eq!(kept.text, CALL.text);
        let sealed = house.shop.history(eve).await.unwrap().into_iter().flat_map(|(_, values)| values);
        assert!(sealed.into_iter().any(|value| value == (PersonalField::Text, words.to_owned())));
    }
}

#[tokio::test]
async fn without_the_words_beside_it_a_keyword_is_no_written_consent() {
    let us = Sender::short_code(Country::US, "58123").unwrap();
    let house = house(vec![soldes().sender(us).keyword("LUNE").joins(JoinBy::Keyword)]);
    let (eve, joe) = (number("+33611111111"), number("+14155550123"));
    house.text(eve, "36123", "LUNE").await;
    assert!(house.is_open(eve, "soldes").await);
    house.text(joe, "58123", "LUNE").await;
    assert_eq!(grants(&house, joe).await.pop().unwrap().basis, Basis::Express);
    // Six in the evening in Paris, mid-morning in California.
    house.later(Duration::hours(7));
    let codes = house.codes(joe, "soldes", Kind::Marketing).await;
    assert!(codes.contains(&Code::BasisInsufficient), "{codes:?}");
}

#[tokio::test]
async fn a_keyword_may_only_be_the_first_yes() {
    for yes in ["OUI", "Yes", "oui !"] {
        let house = joined(JoinBy::Yes);
        let eve = number("+33611111111");
        let got = house.text(eve, "36123", "lune").await;
        assert_eq!((got.intent, got.answer), (Intent::Join, Some(Answer::Question)));
        assert!(!house.is_open(eve, "soldes").await);
        assert_eq!(house.dispatch().await.accepted, 1);
        house.later(Duration::minutes(1));
        // Nobody is asked twice at once, and another program's sender asks nothing.
        assert_eq!(house.text(eve, "36123", "LUNE").await.answer, None);
        assert_ne!(house.text(eve, "36456", yes).await.intent, Intent::Confirm);
        let got = house.text(eve, "36123", yes).await;
        assert_eq!((got.intent, got.answer), (Intent::Confirm, Some(Answer::OptIn)), "{yes}");
        assert!(house.is_open(eve, "soldes").await && !house.is_open(eve, "club").await);
        let asked = house.events(eve).await.iter().filter(|event| matches!(event, Event::Asked(_))).count();
        assert_eq!(asked, 1);
    }
}

#[tokio::test]
async fn the_general_word_asks_nothing_where_it_could_mean_two_programs() {
    let other = Program::new("club", "Maison Lune")
        .unwrap()
        .sender(Sender::short_code(Country::FR, "36123").unwrap())
        .language("fr")
        .keyword("CLUB");
    let house = house(vec![soldes().keyword("LUNE").joins(JoinBy::Keyword), other.joins(JoinBy::Keyword)]);
    let eve = number("+33611111111");
    let got = house.text(eve, "36123", "JOIN").await;
    assert_eq!((got.intent, got.answer), (Intent::Join, None));
    assert!(grants(&house, eve).await.is_empty());
    house.text(eve, "36123", "Club").await;
    let state = house.shop.person(eve).await.unwrap().unwrap().state;
    assert!(
        state.stands_open(&crate::fold::name("club")) && !state.stands_open(&crate::fold::name("soldes"))
    );
}

#[tokio::test]
async fn a_program_that_nobody_joins_by_text_only_hears_it() {
    // The second checked ages, which a text cannot show.
    let checked = soldes().keyword("LUNE").joins(JoinBy::Keyword).age_checked();
    for (program, word) in [(soldes(), "JOIN"), (checked.clone(), "LUNE"), (checked, "JOIN")] {
        let house = house(vec![program]);
        let eve = number("+33611111111");
        let got = house.text(eve, "36123", word).await;
        assert_eq!((got.intent, got.answer), (Intent::Join, None), "{word}");
        assert!(!house.is_open(eve, "soldes").await);
    }
}

#[tokio::test]
async fn a_keyword_in_a_sentence_joins_nothing() {
    let words = [
        "LUNE?",
        "je ne veux pas de LUNE",
        "lune de miel",
        "do not join",
        "how do I join",
        "L U N E 😂",
        "LUNE STOP",
    ];
    for words in words {
        let house = joined(JoinBy::Keyword);
        let eve = number("+33611111111");
        let got = house.text(eve, "36123", words).await;
        assert_ne!(got.intent, Intent::Join, "{words}");
        assert!(!house.is_open(eve, "soldes").await, "{words}");
    }
}

#[tokio::test]
async fn whoever_said_stop_comes_back_by_a_later_keyword_only() {
    for by in [JoinBy::Keyword, JoinBy::Yes] {
        // Written before the STOP; too long ago to be answered; now.
        for (ago, open) in [(Duration::minutes(4), false), (Duration::seconds(5), true)] {
            let house = joined(by);
            let ana = house.ana(&["soldes"]).await;
            house.text_of(ana, "36123", "STOP", Duration::minutes(2)).await;
            house.text_of(ana, "36123", "LUNE", ago).await;
            house.dispatch().await;
            house.later(Duration::minutes(1));
            house.text(ana, "36123", "OUI").await;
            assert_eq!(house.is_open(ana, "soldes").await, open, "{by:?} {ago}");
        }
    }
    let house = joined(JoinBy::Keyword);
    let ana = house.ana(&["soldes"]).await;
    house.text_of(ana, "36123", "STOP", Duration::minutes(30)).await;
    let got = house.text_of(ana, "36123", "LUNE", Duration::minutes(6)).await;
    assert_eq!(got.answer, None, "nobody would be told to what");
    assert!(!house.is_open(ana, "soldes").await);
}

#[tokio::test]
async fn a_keyword_that_comes_twice_is_one_record_and_a_stop_closes_it() {
    let house = joined(JoinBy::Keyword);
    let eve = number("+33611111111");
    let text = optin::gateway::Inbound::text("same", eve, "36123", "LUNE", house.now()).unwrap();
    assert!(!house.shop.receive(text.clone()).await.unwrap().repeated);
    let records = house.events(eve).await.len();
    house.later(Duration::minutes(1));
    house.text(eve, "36123", "STOP").await;
    let again = house.shop.receive(text).await.unwrap();
    assert!(again.repeated && again.answer.is_none());
    assert_eq!(house.events(eve).await.len(), records + 1);
    assert!(!house.is_open(eve, "soldes").await);
    house.shop.verify().await.unwrap().unwrap();
}

#[tokio::test]
async fn the_code_of_the_page_is_the_second_yes() {
    for (words, opens) in [
        ("482913", true),
        ("482 913", true),
        (" 482913. ", true),
        ("４８２９１３", true),
        ("482914", false),
        ("OUI", false),
    ] {
        let house = House::new();
        let ana = number("+33612345678");
        let code = OneTimeCode::new("482913").unwrap();
        let asked = house.shop.opt_in(ana, "soldes", consent().double_by_code(code)).await.unwrap();
        assert_eq!(asked, Permission::Asked);
        assert_eq!(house.dispatch().await.accepted, 1);
        assert!(!house.carrier.taken_for(ana)[0].text.contains("482913"), "the page shows it, not we");
        house.later(Duration::minutes(1));
        let got = house.text(ana, "36123", words).await;
        assert_eq!(got.intent == Intent::Confirm, opens, "{words}: {got:?}");
        assert_eq!(house.is_open(ana, "soldes").await, opens, "{words}");
        let records = format!("{:?}", house.events(ana).await);
        assert!(!records.contains("482913"), "{records}");
    }
}

#[tokio::test]
async fn five_wrong_codes_close_the_question_and_an_expired_one_takes_none() {
    for (wrong, hours, open) in [(4, 0, true), (5, 0, false), (0, 47, true), (0, 49, false)] {
        let house = House::new();
        let ana = number("+33612345678");
        let code = OneTimeCode::new("482913").unwrap();
        house.shop.opt_in(ana, "soldes", consent().double_by_code(code)).await.unwrap();
        house.later(Duration::hours(hours));
        for nth in 0..wrong {
            house.later(Duration::seconds(1));
            let got = house.text(ana, "36123", &format!("00000{nth}")).await;
            assert_eq!((got.intent, got.answer), (Intent::Other, None));
        }
        house.text(ana, "36123", "482913").await;
        let state = house.shop.person(ana).await.unwrap().unwrap().state;
        assert_eq!(state.stands_open(&crate::fold::name("soldes")), open, "{wrong} {hours}");
    }
}

#[tokio::test]
async fn the_program_says_how_long_the_question_waits() {
    for (minutes, open) in [(59, true), (61, false)] {
        let house = house(vec![soldes().question_for(Duration::hours(1))]);
        let ana = number("+33612345678");
        house.shop.opt_in(ana, "soldes", consent().double()).await.unwrap();
        house.dispatch().await;
        house.later(Duration::hours(2));
        // In time by the carrier's clock, whenever it arrives.
        house.text_of(ana, "36123", "OUI", Duration::minutes(120 - minutes)).await;
        assert_eq!(house.is_open(ana, "soldes").await, open, "{minutes}");
    }
}

#[tokio::test]
async fn a_yes_from_before_the_question_is_no_answer_to_it() {
    let house = House::new();
    let ana = number("+33612345678");
    house.later(Duration::minutes(3));
    house.shop.opt_in(ana, "soldes", consent().double()).await.unwrap();
    house.dispatch().await;
    let got = house.text_of(ana, "36123", "OUI", Duration::minutes(2)).await;
    assert_eq!(got.intent, Intent::Other);
    assert!(!house.is_open(ana, "soldes").await);
    house.text(ana, "36123", "OUI").await;
    assert!(house.is_open(ana, "soldes").await);
}

#[test]
fn a_keyword_is_the_programs_own() {
    let build = |programs: Vec<Program>| {
        let builder = Messenger::builder(MemoryLedger::new().unwrap(), Rulebook::builtin());
        programs
            .into_iter()
            .fold(builder, optin::Builder::program)
            .gateway(SimulatedCarrier::seeded(7))
            .build()
            .map(drop)
    };
    assert_eq!(build(vec![soldes().keyword("LUNE"), club().keyword("LUNE")]), Ok(()), "other senders");
    for word in ["STOP", "arrêt", "start", "Oui", "y", "AIDE", "JOIN", "fin", "", "!!", "stop lune"] {
        assert_eq!(build(vec![soldes().keyword(word)]), Err(BuildError::Keyword(word.to_owned())), "{word}");
    }
    let twice = vec![soldes().keyword("LUNE"), soldes().keyword("Luné")];
    assert_eq!(build(twice), Err(BuildError::Keyword("LUNE".to_owned())));
}
