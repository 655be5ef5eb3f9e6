//! Answers to surveys and quizzes, and what stays a stop while one is open.

use chrono::Duration;
use optin::{
    AskError,
    consent::Event,
    gateway::Inbound,
    inbound::{Context, Intent, Question, QuestionError},
};

use super::{House, consent};
use crate::walk::number;

fn choice(house: &House, name: &str, options: &[&str]) -> Question {
    Question::choice(name, options.iter().copied(), house.now() + Duration::hours(24)).unwrap()
}

#[tokio::test]
async fn an_answer_to_an_open_question_is_carried_beside_the_intent() {
    for (options, words, option) in [
        (&["A", "B"][..], "b", Some("B")),
        (&["A", "B"], "B)", Some("B")),
        (&["A", "B"], "C", None),
        (&["A", "B"], "A or B", None),
        (&["Très bien", "Moyen"], "tres bien !", Some("Très bien")),
        (&["Oui", "Non"], "OUI", Some("Oui")),
        (&["Yes", "No"], "no", Some("No")),
        (&["1", "2", "3"], "3", Some("3")),
        (&["1", "2", "3"], "13", None),
        (&["1", "2", "3"], "3?", None),
    ] {
        let house = House::new();
        let ana = house.ana(&["soldes"]).await;
        assert_eq!(house.text(ana, "36123", words).await.understood.answer, None, "nothing was asked");
        assert!(house.shop.ask(ana, "soldes", &choice(&house, "q", options)).await.unwrap());
        // A sender of another program's asks nothing.
        assert_eq!(house.text(ana, "36456", words).await.understood.answer, None);
        let got = house.text(ana, "36123", words).await;
        let answer = got.understood.answer.clone();
        assert_eq!(answer.map(|chosen| chosen.option).as_deref(), option, "{words}: {got:?}");
        assert_eq!((got.intent, got.answer), (Intent::Other, None), "{words}");
        if option.is_some() {
            assert_eq!(house.text(ana, "36123", words).await.understood.answer, None, "one answer is all");
        }
        assert!(house.is_open(ana, "soldes").await);
        let records = format!(
            "{:?}",
            house.events(ana).await.iter().filter(|e| matches!(e, Event::Replied(_))).collect::<Vec<_>>()
        );
        assert!(option.is_none_or(|option| option.len() < 3 || !records.contains(option)), "{records}");
    }
}

#[tokio::test]
async fn a_score_counts_until_its_end_by_the_carriers_clock() {
    for (minutes, counts) in [(0, true), (60, true), (61, false)] {
        let house = House::new();
        let ana = house.ana(&["soldes"]).await;
        let score = Question::rating("score", 0..=10, house.now() + Duration::hours(1)).unwrap();
        house.shop.ask(ana, "soldes", &score).await.unwrap();
        house.later(Duration::hours(2));
        let got = house.text_of(ana, "36123", "10", Duration::minutes(120 - minutes)).await;
        assert_eq!(got.understood.answer.is_some(), counts, "{minutes}");
    }
}

#[tokio::test]
async fn a_stop_stays_a_stop_while_a_question_is_open() {
    for words in ["STOP", "Stop.", "cancel", "Arrêtez", "unsubscribe", "quit", "opt-out", "ne m'écrivez plus"]
    {
        let house = House::new();
        let ana = house.ana(&["soldes"]).await;
        house.shop.ask(ana, "soldes", &choice(&house, "q", &["A", "B"])).await.unwrap();
        house.text(ana, "36123", words).await;
        assert!(!house.is_open(ana, "soldes").await, "{words}");
        // Whoever wants no more is asked nothing more.
        assert_eq!(house.text(ana, "36123", "A").await.understood.answer, None, "{words}");
    }
}

#[tokio::test]
async fn a_market_word_that_is_listed_is_an_answer_and_a_legal_one_cannot_be() {
    let house = House::new();
    let ana = house.ana(&["soldes"]).await;
    house.shop.ask(ana, "soldes", &choice(&house, "end", &["Suite", "Fin"])).await.unwrap();
    let got = house.text(ana, "36123", "fin").await;
    assert_eq!(got.understood.answer.unwrap().option, "Fin");
    assert!(house.is_open(ana, "soldes").await);
    assert_eq!(house.text(ana, "36123", "fin").await.intent, Intent::Stop, "not listed any more");
    let until = house.now() + Duration::hours(1);
    for word in ["stop", "Quit", "END", "revoke", "opt out", "opt-out", "Opt.Out", "cancel", "unsubscribe!"] {
        let refused = Question::choice("q", ["A", word], until);
        assert_eq!(refused, Err(QuestionError::Stops(word.to_owned())), "{word}");
    }
    for word in ["START", "aide", "JOIN", "wrong number"] {
        let question = Question::choice("q", ["A", word], until).unwrap();
        let refused = house.shop.ask(ana, "soldes", &question).await;
        assert!(matches!(refused, Err(AskError::Question(QuestionError::Taken(_)))), "{word}: {refused:?}");
    }
}

#[tokio::test]
async fn of_two_questions_that_a_yes_may_answer_the_later_asked_is_answered() {
    for (survey_last, confirms) in [(true, false), (false, true)] {
        let house = House::new();
        let ana = house.ana(&["club"]).await;
        for survey in if survey_last { [false, true] } else { [true, false] } {
            house.later(Duration::minutes(5));
            if survey {
                house.shop.ask(ana, "soldes", &choice(&house, "q", &["Oui", "Non"])).await.unwrap();
            } else {
                house.shop.opt_in(ana, "soldes", consent().double()).await.unwrap();
                house.dispatch().await;
            }
        }
        house.later(Duration::minutes(5));
        let got = house.text(ana, "36123", "OUI").await;
        assert_eq!((got.intent == Intent::Confirm, got.understood.answer.is_some()), (confirms, !confirms));
        assert_eq!(house.is_open(ana, "soldes").await, confirms);
    }
    // At the same moment: nobody can tell.
    let house = House::new();
    let ana = house.ana(&["club"]).await;
    house.shop.ask(ana, "soldes", &choice(&house, "q", &["Oui", "Non"])).await.unwrap();
    house.shop.opt_in(ana, "soldes", consent().double()).await.unwrap();
    house.dispatch().await;
    house.later(Duration::minutes(5));
    let got = house.text(ana, "36123", "OUI").await;
    assert_eq!((got.intent, got.understood.answer, got.answer), (Intent::Other, None, None));
    assert!(!house.is_open(ana, "soldes").await);
}

#[tokio::test]
async fn a_yes_in_a_conversation_about_something_else_confirms_no_opt_in() {
    for (context, confirms) in
        [(Context::None, true), (Context::OrderSupport, false), (Context::Appointment, false)]
    {
        let house = House::new();
        let ana = number("+33612345678");
        house.shop.opt_in(ana, "soldes", consent().double()).await.unwrap();
        house.dispatch().await;
        house.later(Duration::minutes(1));
        let text = Inbound::text("one", ana, "36123", "oui", house.now()).unwrap().about(context);
        assert_eq!(house.shop.receive(text).await.unwrap().intent == Intent::Confirm, confirms, "{context}");
        assert_eq!(house.is_open(ana, "soldes").await, confirms);
    }
    // That a second yes is waited for is the ledger's to say.
    let house = House::new();
    let eve = number("+33611111111");
    let text = Inbound::text("one", eve, "36123", "yes", house.now()).unwrap().about(Context::DoubleOptIn);
    assert_eq!(house.shop.receive(text).await.unwrap().intent, Intent::Other);
}

#[tokio::test]
async fn a_stranger_and_the_past_are_asked_nothing() {
    let house = House::new();
    let question = choice(&house, "q", &["A", "B"]);
    assert!(!house.shop.ask(number("+33611111111"), "soldes", &question).await.unwrap());
    let ana = house.ana(&["soldes"]).await;
    house.later(Duration::hours(25));
    assert!(!house.shop.ask(ana, "soldes", &question).await.unwrap());
    assert!(house.shop.ask(ana, "nothing", &question).await.is_err());
    let until = house.now();
    assert_eq!(Question::choice("q", ["A", "a."], until), Err(QuestionError::Twice("a.".to_owned())));
    assert_eq!(Question::choice("q", ["!"], until), Err(QuestionError::Options));
    assert_eq!(Question::choice::<String>("q", [], until), Err(QuestionError::Options));
    assert_eq!(Question::rating("q", 0..=200, until), Err(QuestionError::Options));
}
