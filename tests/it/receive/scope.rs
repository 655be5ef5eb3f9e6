//! How far a STOP goes: topics, what is kept, shared senders, and the one question that may be asked.

use std::sync::Arc;

use chrono::Duration;
use optin::{
    Messenger,
    clock::{Clock, FixedClock},
    consent::{
        Basis, ConsentText, Event, How, OptIn,
        event::{Answer, Said},
    },
    gateway::{Inbound, SimulatedCarrier},
    id::Name,
    inbound::{Intent, Received, Scope},
    law::Rulebook,
    ledger::MemoryLedger,
    message::Kind,
    phone::{Country, PhoneNumber},
    place::ZoneTable,
    policy::Request,
    program::{Program, Sender},
};

use crate::walk::{at, number};

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

const TEXT: ConsentText = ConsentText { version: "v1", language: "en", text: "Text me. STOP to end." };

struct Shop {
    shop: Messenger,
    clock: Arc<FixedClock>,
    carrier: Arc<SimulatedCarrier>,
}

fn program(name: &str, country: Country, sender: &str) -> Program {
    let sender = Sender::short_code(country, sender).unwrap();
    Program::new(name, "Maison Lune").unwrap().sender(sender).help("help@lune.example")
}

fn topics(program: Program) -> Program {
    let program = program.topic("promo", &["promos", "ads", "pub", "lunette"]).unwrap();
    let program = program.topic("suivi", &["suivi", "orders", "shipping"]).unwrap();
    program.topic("lettre", &["newsletter"]).unwrap()
}

impl Shop {
    /// A Thursday, noon in Paris and morning in New York.
    fn of(programs: Vec<Program>) -> Self {
        let clock = Arc::new(FixedClock::at(at("2026-11-19T16:00:00Z")));
        let carrier = Arc::new(SimulatedCarrier::builder(7).build());
        let mut builder = Messenger::builder(Arc::new(MemoryLedger::new().unwrap()), Rulebook::builtin());
        for program in programs {
            builder = builder.program(program);
        }
        let builder = builder.gateway(Arc::clone(&carrier)).clock(Arc::clone(&clock));
        Self { shop: builder.zones(ZoneTable::bundled()).build().unwrap(), clock, carrier }
    }

    async fn agree(&self, who: PhoneNumber, programs: &[&str]) {
        let before = self.clock.now().unwrap() - Duration::hours(1);
        for program in programs {
            let page = OptIn::new(How::Checkbox, Basis::ExpressWritten, Some(&TEXT)).at(before);
            self.shop.opt_in(who, program, page).await.unwrap();
        }
    }

    async fn text(&self, from: PhoneNumber, to: &str, words: &str) -> Received {
        let now = self.clock.now().unwrap();
        self.clock.advance(std::time::Duration::from_secs(60));
        let id = format!("in-{}", now.timestamp());
        self.shop.receive(Inbound::text(id, from, to, words, now).unwrap()).await.unwrap()
    }

    /// Whether anything that was said stands against such a message.
    async fn revoked(&self, who: PhoneNumber, program: &str, kind: Kind, category: Option<&str>) -> bool {
        let (program, category) = (name(program), category.map(name));
        let request =
            Request { program: &program, kind, category: category.as_ref(), subject: None, sender: None };
        let decision = self.shop.decide(who, request, self.clock.now().unwrap()).await.unwrap();
        decision.reasons.iter().any(|reason| reason.code.code() == "revoked")
    }

    async fn said(&self, who: PhoneNumber) -> Vec<(Said, Option<String>, Option<String>, Vec<String>)> {
        let history = self.shop.history(who).await.unwrap().into_iter();
        let text = |name: Option<Name>| name.map(|name| name.to_string());
        history
            .filter_map(|(envelope, _)| match envelope.event {
                Event::Revoked(e) => Some((
                    e.said,
                    text(e.program),
                    text(e.topic),
                    e.kept.unwrap_or_default().iter().map(ToString::to_string).collect(),
                )),
                _ => None,
            })
            .collect()
    }
}

const ANA: &str = "+33612345678";
const KIM: &str = "+12125550123";

#[tokio::test]
async fn a_topic_that_is_named_ends_alone() {
    for (words, topic, kept) in [
        ("STOP ads", "promo", &[] as &[&str]),
        ("stop promos!", "promo", &[]),
        ("stop marketing", "promo", &[]),
        ("STOP newsletter", "lettre", &[]),
        ("STOP lunette", "promo", &[]),
        ("stop promos but keep my order texts", "promo", &["suivi", "orders"]),
        ("No more promo texts please, but I still want shipping updates", "promo", &["suivi", "orders"]),
        ("plus de pub, gardez le suivi", "promo", &["suivi", "orders"]),
        ("no más promociones, pero quiero el seguimiento de mi pedido", "promo", &["suivi", "orders"]),
    ] {
        let shop = Shop::of(vec![topics(program("soldes", Country::FR, "36123"))]);
        let ana = number(ANA);
        shop.agree(ana, &["soldes"]).await;
        let got = shop.text(ana, "36123", words).await;
        assert_eq!(got.intent, Intent::Stop, "{words} {:?}", got.understood);
        let [(said, program, named, keeps)] = &shop.said(ana).await[..] else { panic!("{words}") };
        assert_eq!((*said, named.as_deref()), (Said::Topic, Some(topic)), "{words}: {:?}", got.understood);
        assert_eq!((program.as_deref(), &keeps[..]), (Some("soldes"), kept.map_str()), "{words}");
        for category in ["promo", "suivi", "lettre"] {
            let closed = shop.revoked(ana, "soldes", Kind::Marketing, Some(category)).await;
            assert_eq!(closed, category == topic, "{words}: {category}");
        }
        // Marketing that says nothing of its topic may be of any.
        assert!(shop.revoked(ana, "soldes", Kind::Marketing, None).await, "{words}");
        assert!(!shop.revoked(ana, "soldes", Kind::Transactional, Some("suivi")).await, "{words}");
    }
}

trait MapStr {
    fn map_str(&self) -> &[String];
}

impl MapStr for &[&str] {
    fn map_str(&self) -> &[String] {
        self.iter().map(|&text| text.to_owned()).collect::<Vec<_>>().leak()
    }
}

/// What is not plain is the whole program.
#[tokio::test]
async fn what_narrows_must_be_plain() {
    for words in [
        "STOP",
        "stop surveys",
        "stop pub",
        "stop ads and surveys",
        "stop promos but keep the promos",
        "no more texts please, but keep my order texts",
        "stop promos, you keep sending me order texts",
        "stop the promos texts, I want no order texts either",
        "stop texting me and stop the promos but keep my orders",
        "take me off your list, I never asked for promos",
        "stop promos but keep orders, no wait stop everything",
    ] {
        let shop = Shop::of(vec![topics(program("soldes", Country::FR, "36123"))]);
        let ana = number(ANA);
        shop.agree(ana, &["soldes"]).await;
        let got = shop.text(ana, "36123", words).await;
        assert_eq!(got.intent, Intent::Stop, "{words}");
        let said = shop.said(ana).await;
        assert!(matches!(said[..], [(Said::Program | Said::All, ..)]), "{words}: {said:?}");
        for category in [None, Some("promo"), Some("suivi"), Some("lettre")] {
            assert!(shop.revoked(ana, "soldes", Kind::Marketing, category).await, "{words}");
        }
    }
    // Of everything, only what is no marketing can be kept.
    let shop = Shop::of(vec![topics(program("soldes", Country::FR, "36123"))]);
    let ana = number(ANA);
    shop.agree(ana, &["soldes"]).await;
    shop.text(ana, "36123", "no more texts please, but keep my order texts").await;
    assert!(!shop.revoked(ana, "soldes", Kind::Transactional, Some("suivi")).await);
    shop.text(ana, "36123", "STOP").await;
    assert!(shop.revoked(ana, "soldes", Kind::Transactional, Some("suivi")).await);
}

#[tokio::test]
async fn a_program_without_topics_cannot_be_narrowed_and_keeps_orders() {
    for (words, orders) in [("STOP ads", true), ("stop promos but keep my order texts", false)] {
        let shop = Shop::of(vec![program("soldes", Country::FR, "36123")]);
        let ana = number(ANA);
        shop.agree(ana, &["soldes"]).await;
        shop.text(ana, "36123", words).await;
        assert!(shop.revoked(ana, "soldes", Kind::Marketing, Some("promo")).await, "{words}");
        assert_eq!(shop.revoked(ana, "soldes", Kind::Transactional, None).await, orders, "{words}");
    }
}

#[tokio::test]
async fn a_shared_sender_closes_every_program_that_it_carries_from_whatever_sender() {
    let second = Sender::short_code(Country::FR, "36999").unwrap();
    let club = program("club", Country::FR, "36123").sender(second);
    let shop = Shop::of(vec![program("soldes", Country::FR, "36123"), club]);
    let ana = number(ANA);
    shop.agree(ana, &["soldes", "club"]).await;
    shop.text(ana, "36123", "STOP").await;
    for program in ["soldes", "club"] {
        assert!(shop.revoked(ana, program, Kind::Marketing, None).await, "{program}");
    }
    // An answer to one sender of a pool closes the program, whichever carries it.
    let kim = number("+33622222222");
    shop.agree(kim, &["soldes", "club"]).await;
    shop.text(kim, "36999", "STOP").await;
    assert!(shop.revoked(kim, "club", Kind::Marketing, None).await);
    assert!(!shop.revoked(kim, "soldes", Kind::Marketing, None).await);
}

/// The law of the places goes further than the words: one program where it says all, as in Canada; from 2027-01-31 in
/// the United States.
#[tokio::test]
async fn it_is_never_narrower_than_the_law_of_any_place() {
    let two = || {
        Shop::of(vec![topics(program("soldes", Country::US, "36123")), program("club", Country::US, "36456")])
    };
    let montreal = "+15145550123";
    for (who, words, at_once, pending) in [
        (KIM, "STOP", false, true),
        (KIM, "STOP ads", false, true),
        ("+18045550123", "STOP", false, true),
        (montreal, "STOP", true, true),
        // A class of messages may be named there.
        (montreal, "STOP ads", false, false),
        (ANA, "STOP", false, false),
        (ANA, "STOP ALL", true, true),
    ] {
        let (shop, person) = (two(), number(who));
        shop.agree(person, &["soldes", "club"]).await;
        shop.text(person, "36123", words).await;
        let club = shop.revoked(person, "club", Kind::Marketing, None).await;
        assert_eq!(club, at_once, "{who} {words}");
        shop.clock.set(at("2027-02-01T17:00:00Z"));
        let club = shop.revoked(person, "club", Kind::Marketing, None).await;
        assert_eq!(club, pending, "{who} {words}, once the rule is in force");
    }
}

fn clarifying() -> Shop {
    Shop::of(vec![
        program("soldes", Country::US, "36123").clarifies(),
        program("club", Country::US, "36456").clarifies(),
    ])
}

#[tokio::test]
async fn the_confirmation_may_ask_and_silence_is_everything() {
    let shop = clarifying();
    let kim = number(KIM);
    shop.agree(kim, &["soldes", "club"]).await;
    let got = shop.text(kim, "36123", "STOP").await;
    assert_eq!(got.answer, Some(Answer::Stop));
    shop.shop.dispatch(optin::dispatch::Batch::default()).await.unwrap();
    let [asked] = &shop.carrier.taken_for(kim)[..] else { panic!() };
    assert!(asked.text.contains("SOLDES, CLUB") && asked.text.contains("all messages"), "{}", asked.text);
    for program in ["soldes", "club"] {
        assert!(shop.revoked(kim, program, Kind::Marketing, None).await, "{program}");
    }
    // The answer names what it meant; the rest comes back.
    shop.text(kim, "36123", "Soldes.").await;
    assert!(shop.revoked(kim, "soldes", Kind::Marketing, None).await);
    assert!(!shop.revoked(kim, "club", Kind::Marketing, None).await);
    // Once.
    shop.text(kim, "36123", "club").await;
    assert!(shop.revoked(kim, "soldes", Kind::Marketing, None).await);
    assert!(!shop.revoked(kim, "club", Kind::Marketing, None).await);
    assert_eq!(shop.carrier.taken_for(kim).len(), 1);
}

#[tokio::test]
async fn only_a_plain_answer_in_time_brings_anything_back() {
    for (words, hours, to) in [
        ("I meant soldes I think", 0, "36123"),
        ("soldes?", 0, "36123"),
        ("", 0, "36123"),
        ("nothing", 0, "36123"),
        ("soldes club", 0, "36123"),
        ("yes", 0, "36123"),
        ("soldes", 25, "36123"),
        ("soldes", 0, "99999"),
    ] {
        let shop = clarifying();
        let kim = number(KIM);
        shop.agree(kim, &["soldes", "club"]).await;
        shop.text(kim, "36123", "STOP").await;
        shop.clock.advance(std::time::Duration::from_secs(hours * 3_600));
        shop.text(kim, to, words).await;
        for program in ["soldes", "club"] {
            assert!(shop.revoked(kim, program, Kind::Marketing, None).await, "{words}: {program}");
        }
    }
    // A STOP after the question, or a doubt, is no answer to it, and takes the question away.
    for between in ["STOP ALL", "STOP", "not interested"] {
        let shop = clarifying();
        let kim = number(KIM);
        shop.agree(kim, &["soldes", "club"]).await;
        for words in ["STOP", between, "soldes"] {
            shop.text(kim, "36123", words).await;
        }
        assert!(shop.revoked(kim, "club", Kind::Marketing, None).await, "{between}");
    }
}

#[tokio::test]
async fn a_topic_may_be_asked_for_where_one_program_is_open() {
    let shop = Shop::of(vec![topics(program("soldes", Country::US, "36123")).clarifies()]);
    let kim = number(KIM);
    shop.agree(kim, &["soldes"]).await;
    assert_eq!(shop.text(kim, "36123", "STOP").await.understood.scope, Some(Scope::Program));
    shop.text(kim, "36123", "promos").await;
    for (category, closed) in [("promo", true), ("suivi", false), ("lettre", false)] {
        assert_eq!(shop.revoked(kim, "soldes", Kind::Marketing, Some(category)).await, closed, "{category}");
    }
}

#[tokio::test]
async fn nobody_is_asked_where_the_law_does_not_let_it_or_nothing_is_to_choose() {
    let plain =
        || Shop::of(vec![program("soldes", Country::US, "36123"), program("club", Country::US, "36456")]);
    for (shop, who, open, words) in [
        (clarifying(), ANA, &["soldes", "club"][..], "STOP"),
        (clarifying(), "+15145550123", &["soldes", "club"], "STOP"),
        (clarifying(), KIM, &["soldes"], "STOP"),
        (clarifying(), KIM, &["club"], "STOP"),
        (clarifying(), KIM, &["soldes", "club"], "take me off your list"),
        (clarifying(), KIM, &["soldes", "club"], "STOP ALL"),
        (plain(), KIM, &["soldes", "club"], "STOP"),
    ] {
        let who = number(who);
        shop.agree(who, open).await;
        shop.text(who, "36123", words).await;
        let events = shop.shop.history(who).await.unwrap();
        assert!(
            !events.iter().any(|(envelope, _)| matches!(envelope.event, Event::Clarifying(_))),
            "{words}"
        );
        shop.text(who, "36123", "soldes").await;
        assert!(shop.revoked(who, "soldes", Kind::Marketing, None).await);
    }
}

#[tokio::test]
async fn who_says_all_is_asked_no_more_which_one() {
    for more in ["STOP ALL", "wrong number"] {
        let shop = clarifying();
        let kim = number(KIM);
        shop.agree(kim, &["soldes", "club"]).await;
        shop.text(kim, "36123", "STOP").await;
        shop.text(kim, "36123", more).await;
        for _ in 0..2 {
            shop.shop.dispatch(optin::dispatch::Batch::default()).await.unwrap();
            shop.clock.advance(std::time::Duration::from_secs(5));
        }
        let taken = shop.carrier.taken_for(kim);
        assert_eq!(taken.len(), 1, "{more}");
        assert!(!taken[0].text.contains("SOLDES, CLUB"), "{more}: {}", taken[0].text);
    }
}
