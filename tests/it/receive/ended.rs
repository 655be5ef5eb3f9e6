//! What must be over once somebody has left, by whatever words, road or law.

use chrono::Duration;
use optin::{
    consent::{Event, OneTimeCode, event::Answer},
    gateway::{Refusal, SimulatedCarrier},
    id::Name,
    inbound::{Intent, OptOutSignal, Verdict},
    message::Kind,
    phone::{Country, PhoneNumber},
    policy::Code,
    program::{Program, Sender},
};

use super::{House, club, consent};
use crate::walk::{number, soldes};

/// Two programs under one name, whose STOP one short code takes.
fn under_one_name() -> Vec<Program> {
    let named = |program: &str| {
        let sender = Sender::alphanumeric(Country::FR, "MaisonLune", "36123").unwrap();
        Program::new(program, "Maison Lune").unwrap().sender(sender).language("fr")
    };
    vec![named("soldes"), named("club")]
}

/// Two programs that share a sender.
fn on_one_sender() -> Vec<Program> {
    let shared = Sender::short_code(Country::FR, "36123").unwrap();
    vec![soldes(), Program::new("club", "Maison Lune").unwrap().sender(shared).language("fr")]
}

fn house(programs: Vec<Program>) -> House {
    House::of(SimulatedCarrier::builder(7), programs, |builder| builder)
}

async fn stands(house: &House, who: PhoneNumber, program: &str) -> bool {
    let state = house.shop.person(who).await.unwrap().unwrap().state;
    state.stands_open(&Name::new(program).unwrap())
}

#[tokio::test]
async fn a_stop_with_a_wrong_number_ends_the_consent_of_everything() {
    for words in ["wrong number, stop texting me", "Wrong number. Stop", "mauvais numéro, ne m'écrivez plus"]
    {
        let house = House::new();
        let ana = house.ana(&["soldes", "club"]).await;
        let got = house.text(ana, "36123", words).await;
        assert_eq!((got.intent, got.answer), (Intent::Stop, Some(Answer::WrongNumber)), "{words}");
        assert!(!stands(&house, ana, "soldes").await && !stands(&house, ana, "club").await, "{words}");
        house.later(Duration::minutes(1));
        // Whoever has the number now cannot bring back what another agreed to.
        house.text(ana, "36123", "START").await;
        assert!(!stands(&house, ana, "soldes").await, "{words}");
    }
}

#[tokio::test]
async fn a_verdict_of_stop_reaches_as_far_as_a_text() {
    for programs in [under_one_name(), on_one_sender()] {
        let house = house(programs);
        let ana = house.ana(&["soldes", "club"]).await;
        house.text(ana, "36123", "not interested").await;
        let [text] = &house.shop.doubtful(None, 10).await.unwrap()[..] else { panic!() };
        house.shop.judge(ana, text.inbound, Verdict::Stop, &Name::new("lea").unwrap()).await.unwrap();
        assert!(!stands(&house, ana, "soldes").await && !stands(&house, ana, "club").await);
    }
}

#[tokio::test]
async fn a_program_of_which_nobody_knows_narrows_nothing() {
    let house = House::new();
    let ana = house.ana(&["soldes", "club"]).await;
    let typo = OptOutSignal::by_support(ana, house.now()).program("solde").unwrap();
    house.shop.opted_out(&typo).await.unwrap();
    assert!(!stands(&house, ana, "soldes").await && !stands(&house, ana, "club").await);
}

#[tokio::test]
async fn a_ticket_that_says_more_the_second_time_is_heard() {
    let house = House::new();
    let ana = house.ana(&["soldes", "club"]).await;
    let ticket = || OptOutSignal::by_support(ana, house.now()).reference("ticket-81");
    let one = ticket().program("soldes").unwrap();
    for repeated in [false, true] {
        assert_eq!(house.shop.opted_out(&one).await.unwrap().repeated, repeated);
    }
    assert!(stands(&house, ana, "club").await);
    for repeated in [false, true] {
        assert_eq!(house.shop.opted_out(&ticket()).await.unwrap().repeated, repeated);
    }
    assert!(!stands(&house, ana, "club").await);
}

#[tokio::test]
async fn a_yes_answers_only_a_question_that_was_put() {
    // Never handed over: a yes to something else.
    let house = House::new();
    let ana = number("+33612345678");
    house.shop.opt_in(ana, "soldes", consent().double()).await.unwrap();
    house.later(Duration::minutes(10));
    assert_eq!(house.dispatch().await.accepted, 0, "too late for an answer");
    assert_ne!(house.text(ana, "36123", "OUI").await.intent, Intent::Confirm);
    assert!(!stands(&house, ana, "soldes").await);

    // Two programs on one sender: the second question is one too many that day.
    let house = house_of_two().await;
    let got = house.text(ana, "36123", "OUI").await;
    assert_eq!(got.intent, Intent::Confirm);
    assert!(stands(&house, ana, "soldes").await && !stands(&house, ana, "club").await);
}

async fn house_of_two() -> House {
    let house = house(on_one_sender());
    let ana = number("+33612345678");
    house.shop.opt_in(ana, "soldes", consent().double()).await.unwrap();
    assert_eq!(house.dispatch().await.accepted, 1);
    house.later(Duration::minutes(5));
    house.shop.opt_in(ana, "club", consent().double()).await.unwrap();
    assert_eq!(house.dispatch().await.accepted, 0);
    house.later(Duration::minutes(5));
    house
}

#[tokio::test]
async fn what_is_doubtful_is_asked_nothing_more() {
    let ana = number("+33612345678");
    for code in [None, Some("482913")] {
        let house = House::new();
        let form = match code {
            None => consent().double(),
            Some(code) => consent().double_by_texted_code(OneTimeCode::new(code).unwrap()),
        };
        house.shop.opt_in(ana, "soldes", form).await.unwrap();
        assert_eq!(house.text(ana, "36123", "not interested").await.intent, Intent::Unsure);
        assert_eq!(house.dispatch().await.accepted, 0, "{code:?}");
    }
}

#[tokio::test]
async fn where_a_stop_ends_everything_the_question_of_another_program_goes_no_more() {
    // CASL: a STOP ends all that the sender's brand sends.
    let montreal = number("+15145550123");
    let house = House::new();
    house.shop.opt_in(montreal, "soldes", consent().at(house.now() - Duration::hours(1))).await.unwrap();
    house.shop.opt_in(montreal, "club", consent().double()).await.unwrap();
    house.later(Duration::seconds(1));
    house.text(montreal, "36123", "STOP").await;
    let codes = house.codes(montreal, "club", Kind::Marketing).await;
    assert!(codes.contains(&Code::Revoked), "{codes:?}");
    house.dispatch().await;
    let asked = house.carrier.taken_for(montreal).iter().filter(|taken| taken.text.contains("club")).count();
    assert_eq!(asked, 0);
}

#[tokio::test]
async fn a_form_from_before_the_stop_asks_nothing_after_it() {
    for (minutes, asked) in [(10, 0), (0, 1)] {
        let house = House::new();
        let ana = house.ana(&["soldes"]).await;
        house.later(Duration::minutes(5));
        house.text(ana, "36123", "STOP").await;
        house.dispatch().await;
        house.later(Duration::minutes(5));
        let form = consent().at(house.now() - Duration::minutes(minutes)).double();
        house.shop.opt_in(ana, "soldes", form).await.unwrap();
        assert_eq!(house.dispatch().await.accepted, asked, "{minutes}");
    }
}

#[tokio::test]
async fn nobody_is_reminded_of_a_question_that_took_the_place_of_another() {
    let house = House::new();
    let ana = number("+33612345678");
    house.shop.opt_in(ana, "soldes", consent().double()).await.unwrap();
    house.dispatch().await;
    // Ten in the evening: the reminder waits for the morning.
    house.later(Duration::hours(10));
    house.shop.remind(ana, "soldes").await.unwrap();
    house.later(Duration::minutes(10));
    house.text(ana, "36123", "STOP").await;
    house.dispatch().await;
    house.later(Duration::minutes(10));
    house.shop.opt_in(ana, "soldes", consent().double()).await.unwrap();
    house.dispatch().await;
    let taken = house.carrier.taken_for(ana).len();
    house.later(Duration::hours(12));
    house.dispatch().await;
    assert_eq!(house.carrier.taken_for(ana).len(), taken, "nobody asked to remind of this one");
}

#[tokio::test]
async fn a_report_tells_of_an_opt_out_whatever_was_reported_before() {
    use optin::{
        consent::event::Delivery,
        gateway::{About, Report},
    };
    for (first, second) in
        [(Delivery::Delivered, Delivery::Undelivered), (Delivery::Undelivered, Delivery::Undelivered)]
    {
        let house = House::of(SimulatedCarrier::builder(7), vec![soldes(), club()], |builder| builder);
        let ana = house.ana(&["soldes"]).await;
        house.launch("flash", ana).await;
        assert_eq!(house.dispatch().await.accepted, 1);
        let started = house.events(ana).await.into_iter().find_map(|event| match event {
            Event::Started(e) => Some(e.message),
            _ => None,
        });
        let report = |delivery, refusal| {
            let about = About::Message(started.unwrap());
            let mut report = Report::new(about, ana, delivery, house.now());
            report.refusal = refusal;
            report
        };
        house.shop.report(&report(first, None)).await.unwrap();
        house.later(Duration::minutes(1));
        for _ in 0..2 {
            house.shop.report(&report(second, Some(Refusal::OptedOut))).await.unwrap();
        }
        assert!(!stands(&house, ana, "soldes").await, "{first:?}");
        let stops = house.events(ana).await.iter().filter(|event| event.code() == "revoked").count();
        assert_eq!(stops, 1);
    }
}

#[tokio::test]
async fn a_clock_that_is_behind_puts_no_stop_before_what_has_come() {
    let house = House::new();
    let ana = house.ana(&["soldes"]).await;
    let noon = house.now();
    // Another process takes the STOP in, whose clock is seven minutes behind.
    house.clock.set(noon - Duration::minutes(7));
    let stop =
        optin::gateway::Inbound::text("stop", ana, "36123", "STOP", noon + Duration::minutes(2)).unwrap();
    house.shop.receive(stop).await.unwrap();
    house.clock.set(noon + Duration::minutes(5));
    let start =
        optin::gateway::Inbound::text("start", ana, "36123", "START", noon - Duration::minutes(3)).unwrap();
    house.shop.receive(start).await.unwrap();
    assert!(!stands(&house, ana, "soldes").await);
}
