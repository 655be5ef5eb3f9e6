//! A code that we text and a page takes.

use chrono::Duration;
use optin::{
    Confirmation, ConsentError, NotTexted, Permission, Reminder,
    consent::{Acquisition, Channel, Event, OneTimeCode, OptIn, event::Answer},
    gateway::{Fate, Refusal, SimulatedCarrier},
    inbound::{Intent, Replies, TableError},
    message::Kind,
    phone::PhoneNumber,
    policy::Language,
    program::Program,
    report::evidence::Ask,
};

use super::{House, consent};
use crate::walk::{number, soldes};

fn form(digits: &str) -> OptIn {
    consent().double_by_texted_code(OneTimeCode::new(digits).unwrap())
}

/// Ana, to whom 482913 was texted.
async fn texted(house: &House) -> PhoneNumber {
    let ana = number("+33612345678");
    assert_eq!(house.shop.opt_in(ana, "soldes", form("482913")).await.unwrap(), Permission::Asked);
    assert_eq!(house.dispatch().await.accepted, 1);
    ana
}

impl House {
    async fn types(&self, ana: PhoneNumber, submission: &str, typed: &str) -> Confirmation {
        self.shop.confirm(ana, "soldes", submission, typed).await.unwrap()
    }
}

#[tokio::test]
async fn the_page_takes_the_code_that_was_texted() {
    for (typed, came) in [
        ("482913", Confirmation::Open),
        ("482 913", Confirmation::Open),
        (" 482-913\n", Confirmation::Open),
        ("４８２９１３", Confirmation::Open),
        ("482914", Confirmation::Wrong { left: 4 }),
        ("48291", Confirmation::Wrong { left: 4 }),
        // No code at all is no try.
        ("OUI", Confirmation::Wrong { left: 5 }),
        ("", Confirmation::Wrong { left: 5 }),
        ("482913 482913", Confirmation::Wrong { left: 5 }),
    ] {
        let house = House::new();
        let ana = texted(&house).await;
        let said = &house.carrier.taken_for(ana)[0];
        assert_eq!(said.kind, Kind::Conversational);
        assert!(said.text.starts_with("Maison Lune : 482913 est votre code pour soldes."), "{}", said.text);
        assert!(said.text.contains("STOP"), "{}", said.text);
        assert!(!house.is_open(ana, "soldes").await);
        house.later(Duration::minutes(2));
        assert_eq!(house.types(ana, "try-1", typed).await, came, "{typed}");
        let open = came == Confirmation::Open;
        assert_eq!(house.is_open(ana, "soldes").await, open, "{typed}");
        // She is told to what she agreed, as after a yes.
        assert_eq!(house.dispatch().await.accepted, u64::from(open), "{typed}");
        if open {
            assert!(house.carrier.taken_for(ana)[1].text.contains("STOP"));
        }
        let events = house.events(ana).await;
        assert!(!format!("{events:?}").contains("482913"), "{events:?}");
        let confirmed = events.iter().filter_map(|event| match event {
            Event::Confirmed(e) => Some(e.channel),
            _ => None,
        });
        assert!(confirmed.eq(open.then_some(Some(Channel::Web))));
        house.shop.verify().await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn the_code_that_comes_back_by_text_does_too_and_a_yes_does_not() {
    for (words, opens) in [("482913", true), ("OUI", false), ("482914", false)] {
        let house = House::new();
        let ana = texted(&house).await;
        house.later(Duration::minutes(1));
        assert_eq!(house.text(ana, "36123", words).await.intent == Intent::Confirm, opens, "{words}");
        assert_eq!(house.is_open(ana, "soldes").await, opens, "{words}");
    }
}

#[tokio::test]
async fn a_code_that_the_page_shows_is_taken_from_no_page() {
    let house = House::new();
    let ana = number("+33612345678");
    let shown = consent().double_by_code(OneTimeCode::new("482913").unwrap());
    house.shop.opt_in(ana, "soldes", shown).await.unwrap();
    assert_eq!(house.types(ana, "try-1", "482913").await, Confirmation::NotAsked);
    house.shop.opt_in(ana, "soldes", consent().double()).await.unwrap();
    assert_eq!(house.types(ana, "try-2", "482913").await, Confirmation::NotAsked);
    assert!(!house.is_open(ana, "soldes").await);
}

#[tokio::test]
async fn five_wrong_codes_are_the_end_however_they_come() {
    let house = House::new();
    let ana = texted(&house).await;
    for nth in 0..5u32 {
        house.later(Duration::seconds(1));
        if nth == 2 {
            house.text(ana, "36123", "000002").await;
            continue;
        }
        let came = house.types(ana, &format!("try-{nth}"), &format!("00000{nth}")).await;
        assert_eq!(came, Confirmation::Wrong { left: 4 - nth });
    }
    assert_eq!(house.types(ana, "try-5", "482913").await, Confirmation::NotAsked);
    assert!(!house.is_open(ana, "soldes").await);
}

#[tokio::test]
async fn one_submission_is_one_try() {
    let house = House::new();
    let ana = texted(&house).await;
    for _ in 0..3 {
        assert_eq!(house.types(ana, "try-1", "000000").await, Confirmation::Wrong { left: 4 });
    }
    for _ in 0..3 {
        assert_eq!(house.types(ana, "try-2", "482913").await, Confirmation::Open);
    }
    // Of a try that was wrong nobody is told that the program is open.
    assert_eq!(house.types(ana, "try-1", "000000").await, Confirmation::NotAsked);
    let count = |code: &str, events: &[Event]| events.iter().filter(|event| event.code() == code).count();
    let events = house.events(ana).await;
    assert_eq!((count("miscoded", &events), count("confirmed", &events)), (1, 1));
    assert_eq!(house.dispatch().await.accepted, 1, "one welcome");
}

#[tokio::test]
async fn it_is_good_for_ten_minutes_or_less() {
    for (question, seconds, came) in [
        (None, 600, Confirmation::Open),
        (None, 601, Confirmation::NotAsked),
        (Some(5), 300, Confirmation::Open),
        (Some(5), 301, Confirmation::NotAsked),
        (Some(60), 601, Confirmation::NotAsked),
    ] {
        let program = match question {
            Some(minutes) => soldes().question_for(Duration::minutes(minutes)),
            None => soldes(),
        };
        let house = House::of(SimulatedCarrier::builder(7), vec![program], |builder| builder);
        let ana = texted(&house).await;
        house.later(Duration::seconds(seconds));
        assert_eq!(house.types(ana, "try-1", "482913").await, came, "{question:?} {seconds}");
    }
}

#[tokio::test]
async fn after_a_stop_neither_the_code_goes_nor_is_it_taken() {
    // Before it was texted, and after.
    for dispatched in [false, true] {
        let house = House::new();
        let ana = number("+33612345678");
        house.shop.opt_in(ana, "soldes", form("482913")).await.unwrap();
        if dispatched {
            house.dispatch().await;
        }
        house.later(Duration::seconds(30));
        assert_eq!(house.text(ana, "36123", "STOP").await.answer, Some(Answer::Stop));
        house.dispatch().await;
        let codes = house.carrier.taken_for(ana).iter().filter(|t| t.text.contains("482913")).count();
        assert_eq!(codes, usize::from(dispatched));
        assert_eq!(house.types(ana, "try-1", "482913").await, Confirmation::NotAsked);
        assert!(!house.is_open(ana, "soldes").await);
    }
}

#[tokio::test]
async fn nobody_gets_more_than_three_codes_a_day() {
    let house = House::new();
    let ana = number("+33612345678");
    for digits in ["111111", "222222", "333333"] {
        house.shop.opt_in(ana, "soldes", form(digits)).await.unwrap();
        assert_eq!(house.dispatch().await.accepted, 1, "{digits}");
        house.later(Duration::minutes(1));
    }
    let records = house.events(ana).await.len();
    let refused = house.shop.opt_in(ana, "soldes", form("444444")).await;
    assert!(matches!(refused, Err(ConsentError::NotTexted(NotTexted::TooOften))), "{refused:?}");
    assert_eq!(house.events(ana).await.len(), records, "nothing was recorded");
    // The last one that was texted is the one that counts.
    assert_eq!(house.types(ana, "try-1", "222222").await, Confirmation::Wrong { left: 4 });
    assert_eq!(house.types(ana, "try-2", "333333").await, Confirmation::Open);
    house.later(Duration::hours(24));
    assert!(house.shop.opt_in(ana, "soldes", form("555555")).await.is_ok());
    // Whether or not they went: each may be guessed at. Of those that wait only the last is good, and goes.
    let (house, eve) = (House::new(), number("+33611111111"));
    for digits in ["111111", "222222", "333333"] {
        house.shop.opt_in(eve, "soldes", form(digits)).await.unwrap();
        house.later(Duration::milliseconds(1));
    }
    assert!(house.shop.opt_in(eve, "soldes", form("444444")).await.is_err());
    assert_eq!(house.dispatch().await.accepted, 1);
    assert!(house.carrier.taken_for(eve)[0].text.contains("333333"));
    assert_eq!(house.types(eve, "try-1", "333333").await, Confirmation::Open);
}

#[tokio::test]
async fn a_page_is_told_when_no_code_will_come() {
    let ana = number("+33612345678");
    let barred = SimulatedCarrier::builder(7).with_number(ana, Fate::Refused(Refusal::OptedOut));
    let house = House::with(barred);
    house.shop.opt_in(ana, "soldes", form("482913")).await.unwrap();
    assert_eq!(house.dispatch().await.refused, 1);
    house.later(Duration::minutes(1));
    let refused = house.shop.opt_in(ana, "soldes", form("482914")).await;
    assert!(matches!(refused, Err(ConsentError::NotTexted(NotTexted::Blocked))), "{refused:?}");

    let mute = Program::new("soldes", "Maison Lune").unwrap();
    let house = House::of(SimulatedCarrier::builder(7), vec![mute], |builder| builder);
    let refused = house.shop.opt_in(ana, "soldes", form("482913")).await;
    assert!(matches!(refused, Err(ConsentError::NotTexted(NotTexted::NoSender))), "{refused:?}");
    assert!(house.shop.person(ana).await.unwrap().is_none(), "nothing was recorded");
}

#[tokio::test]
async fn it_opens_no_more_than_its_form_could() {
    let house = House::new();
    let ana = number("+33612345678");
    let friend = form("482913").acquired(Acquisition::Referral);
    house.shop.opt_in(ana, "soldes", friend).await.unwrap();
    assert_eq!(house.types(ana, "try-1", "482913").await, Confirmation::Closed);
    assert!(!house.is_open(ana, "soldes").await);
    assert_eq!(house.types(number("+33611111111"), "try-2", "482913").await, Confirmation::NotAsked);
    let unknown = house.shop.confirm(ana, "club-2", "try-3", "482913").await;
    assert!(matches!(unknown, Err(ConsentError::NoProgram(_))), "{unknown:?}");
    assert!(house.shop.confirm(ana, "club", "try-4", "482913").await.unwrap() == Confirmation::NotAsked);
}

#[tokio::test]
async fn nobody_is_reminded_of_a_code_that_nobody_keeps() {
    let house = House::new();
    let ana = texted(&house).await;
    let records = house.events(ana).await.len();
    assert_eq!(house.shop.remind(ana, "soldes").await.unwrap(), Reminder::Texted);
    assert_eq!(house.events(ana).await.len(), records);
}

#[tokio::test]
async fn a_wrong_code_on_a_page_says_nothing_of_the_person() {
    let house = House::new();
    let ana = texted(&house).await;
    house.types(ana, "try-1", "000000").await;
    house.types(ana, "try-2", "482913").await;
    let pack = house.shop.evidence(ana, &Ask::new()).await.unwrap();
    for (language, said) in [
        (Language::English, ["was typed on a page", "by the code that was texted"]),
        (Language::French, ["a été saisi sur une page", "par le code reçu par SMS"]),
    ] {
        let html = pack.to_html(language);
        assert!(said.iter().all(|said| html.contains(said)), "{html}");
    }
}

#[test]
fn a_hosts_own_words_tell_the_code_or_are_refused() {
    let row = |kind: &str, text: &str| {
        Replies::with_overlay(&format!("[[reply]]\nkind = \"{kind}\"\nlanguage = \"fr\"\ntext = \"{text}\""))
    };
    assert!(row("texted_code", "{brand} : {code}. STOP").is_ok());
    assert!(row("clarify", "{brand} : {choices}").is_ok());
    for (kind, text) in [
        ("texted_code", "{brand} : votre code"),
        ("texted_code", "{brand} : {choices} {code}"),
        ("clarify", "{brand} : lequel ?"),
        ("joined", "{brand} : {code}"),
    ] {
        assert!(matches!(row(kind, text), Err(TableError::Row { .. })), "{kind} {text}");
    }
}
