//! Webhooks come in any order, and twice: the end is what law 3 says of the order of their first coming.

use std::sync::Arc;

use optin::{
    clock::FixedClock,
    gateway::{Inbound, SimulatedCarrier},
    ledger::MemoryLedger,
    message::Kind,
    phone::PhoneNumber,
    policy::Request,
    program::JoinBy,
};

use super::{name, noon};
use crate::{
    receive::consent,
    walk::{shop_of, soldes},
};

/// Text and minute of writing, all of them before noon.
const TEXTS: [[(&str, i64); 6]; 3] = [
    [("START", 1), ("STOP", 2), ("START", 3), ("STOP ALL", 4), ("HELP", 5), ("START", 6)],
    [("STOP", 1), ("START", 2), ("thanks a lot", 3), ("START", 4), ("OUI", 5), ("Arrêtez", 6)],
    // A tie: STOP wins it.
    [("STOP", 1), ("START", 2), ("HELP", 3), ("AIDE", 4), ("START", 6), ("STOP", 6)],
];

fn permutations() -> Vec<[usize; 6]> {
    let mut all = Vec::new();
    for code in 0..720usize {
        let (mut left, mut code, mut order) = ((0..6).collect::<Vec<_>>(), code, [0; 6]);
        for (nth, slot) in order.iter_mut().enumerate() {
            *slot = left.remove(code % (6 - nth));
            code /= 6 - nth;
        }
        all.push(order);
    }
    all
}

/// Each of them twice, the first comings in this order, the second anywhere after.
fn with_repeats(order: &[usize; 6], mut dice: usize) -> Vec<usize> {
    let mut all = order.to_vec();
    for text in order {
        let from = all.iter().position(|known| known == text).unwrap() + 1;
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        all.insert(from + (dice >> 33) % (all.len() - from + 1), *text);
    }
    all
}

/// The same with the words by which people join.
const JOINING: [(&str, i64); 6] =
    [("JOIN", 1), ("STOP", 2), ("LUNE", 3), ("STOP", 4), ("merci", 5), ("REJOINDRE", 6)];

fn lawful(texts: &[(&str, i64); 6], order: &[usize; 6]) -> bool {
    let is_stop = |text: &str| text.starts_with("STOP") || text.starts_with("Arr");
    let came: Vec<_> = order.iter().enumerate().map(|(place, text)| (texts[*text], place)).collect();
    let later = |start: &((&str, i64), usize)| {
        let stops = came.iter().filter(|((text, _), _)| is_stop(text));
        stops.clone().all(|((_, at), place)| start.0.1 > *at && start.1 > *place)
    };
    let opens = |text: &str| ["START", "JOIN", "LUNE", "REJOINDRE"].contains(&text);
    came.iter().filter(|((text, _), _)| opens(text)).any(later)
}

async fn ends_as_the_law_says(texts: &[(&'static str, i64); 6], every: usize) -> (u32, u32) {
    let clock = Arc::new(FixedClock::at(noon()));
    let joined = soldes().keyword("LUNE").joins(JoinBy::Keyword);
    let carrier = Arc::new(SimulatedCarrier::seeded(7));
    let shop = shop_of(joined, MemoryLedger::new().unwrap(), &clock, &carrier);
    let (program, sender) = (name("soldes"), name("36123"));
    let request = Request {
        program: &program,
        kind: Kind::Marketing,
        category: None,
        subject: None,
        sender: Some(&sender),
    };
    let (mut open, mut closed) = (0, 0);
    for (nth, order) in permutations().iter().enumerate().step_by(every) {
        let person: PhoneNumber = format!("+336{:08}", 10_000_000 + nth).parse().unwrap();
        shop.opt_in(person, "soldes", consent().at(noon() - chrono::Duration::hours(1))).await.unwrap();
        let mut seen = [false; 6];
        for text in with_repeats(order, nth) {
            let (words, minute) = texts[text];
            // A keyword of whoever said STOP counts where it can still be answered: within five minutes.
            let sent_at = noon() - chrono::Duration::seconds(30 - minute);
            let id = format!("{nth}-{text}");
            let got =
                shop.receive(Inbound::text(id, person, "36123", words, sent_at).unwrap()).await.unwrap();
            assert_eq!(got.repeated, seen[text], "{words}");
            seen[text] = true;
        }
        let allowed = shop.decide(person, request, noon()).await.unwrap().is_allowed();
        assert_eq!(allowed, lawful(texts, order), "{order:?} of {texts:?}");
        *(if allowed { &mut open } else { &mut closed }) += 1;
        let records = shop.history(person).await.unwrap().len();
        // A keyword is heard, and is a consent.
        let joins = texts.iter().filter(|(text, _)| ["JOIN", "LUNE", "REJOINDRE"].contains(text)).count();
        assert_eq!(records, 2 + 6 + joins, "a repeat left a record");
    }
    shop.verify().await.unwrap().unwrap();
    (open, closed)
}

#[tokio::test]
async fn six_texts_in_every_order_each_twice() {
    let (open, closed) = ends_as_the_law_says(&TEXTS[0], 1).await;
    assert!(open > 100 && closed > 100, "{open} {closed}");
}

#[tokio::test]
async fn six_texts_of_which_some_join_in_every_order_each_twice() {
    let (open, closed) = ends_as_the_law_says(&JOINING, 2).await;
    assert!(open > 50 && closed > 50, "{open} {closed}");
}

#[tokio::test]
async fn the_newest_word_is_stop() {
    assert_eq!(ends_as_the_law_says(&TEXTS[1], 4).await.0, 0);
}

#[tokio::test]
async fn a_tie_is_a_stop() {
    assert_eq!(ends_as_the_law_says(&TEXTS[2], 4).await.0, 0);
}
