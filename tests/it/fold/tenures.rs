//! One number, one person after another.

use std::sync::Arc;

use optin::{
    Messenger,
    clock::FixedClock,
    consent::{Event, event::Reassigned},
    gateway::{Inbound, SimulatedCarrier},
    ledger::{Book, MemoryLedger, Urgency, Written},
    message::Kind,
    phone::PhoneNumber,
    policy::Request,
};

use super::{minute, name, noon};
use crate::{
    receive::consent,
    walk::{number, shop},
};

async fn append(ledger: &Arc<MemoryLedger>, number: PhoneNumber, event: impl Into<Event>) {
    let book = Book::new(Arc::clone(ledger) as _);
    let mut person = book.find(number).await.unwrap().unwrap();
    person.stage(minute(660), event, &[]).unwrap();
    assert!(matches!(book.write(person, Urgency::Normal).await.unwrap(), Written::Done(_)));
}

async fn is_open(shop: &Messenger, number: PhoneNumber) -> bool {
    let (program, sender) = (name("soldes"), name("36123"));
    let request = Request {
        program: &program,
        kind: Kind::Marketing,
        category: None,
        subject: None,
        sender: Some(&sender),
    };
    shop.decide(number, request, noon() + chrono::Duration::minutes(1)).await.unwrap().is_allowed()
}

#[tokio::test]
async fn the_next_owner_inherits_the_silence_until_fresh_consent() {
    for text in ["STOP", "not interested"] {
        let ledger = Arc::new(MemoryLedger::new().unwrap());
        let clock = Arc::new(FixedClock::at(noon()));
        let shop = shop(Arc::clone(&ledger), &clock, &Arc::new(SimulatedCarrier::seeded(7)));
        let ana = number("+33612345678");
        shop.opt_in(ana, "soldes", consent().at(noon() - chrono::Duration::hours(2))).await.unwrap();
        assert!(is_open(&shop, ana).await);
        let before = shop.person(ana).await.unwrap().unwrap().recipient;
        let sent = noon() - chrono::Duration::hours(1);
        shop.receive(Inbound::text("1", ana, "36123", text, sent).unwrap()).await.unwrap();
        assert!(!is_open(&shop, ana).await, "{text}");
        if text == "STOP" {
            append(&ledger, ana, Reassigned::new(name("rnd"), None)).await;
        } else {
            shop.erase(ana, "r1").await.unwrap();
        }
        assert!(!is_open(&shop, ana).await);
        shop.verify().await.unwrap().unwrap();

        // A list of before does not know of it: neither opens the next tenure.
        let row = optin::ImportRow::new(ana, name("soldes"), optin::shop::Says::Consent(consent()));
        shop.import("list", [row], |_, _| {}).await.unwrap();
        let after = shop.person(ana).await.unwrap().unwrap();
        // Of who was erased a list brings nothing back, not even a tenure.
        assert_eq!(after.recipient == before, after.state.erased);
        assert!(!is_open(&shop, ana).await, "{text}");
        clock.advance(std::time::Duration::from_secs(60));
        shop.opt_in(ana, "soldes", consent().at(noon() + chrono::Duration::seconds(30))).await.unwrap();
        assert!(is_open(&shop, ana).await, "{text}");
        shop.verify().await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_list_of_before_opens_nothing_for_the_next_owner() {
    let days = |days| (noon() - chrono::Duration::days(days)).timestamp_millis();
    for since_ms in [None, Some(days(30))] {
        let ledger = Arc::new(MemoryLedger::new().unwrap());
        let clock = Arc::new(FixedClock::at(noon()));
        let shop = shop(Arc::clone(&ledger), &clock, &Arc::new(SimulatedCarrier::seeded(7)));
        let ana = number("+33612345678");
        let old = || consent().at(noon() - chrono::Duration::days(90));
        shop.opt_in(ana, "soldes", old()).await.unwrap();
        assert!(is_open(&shop, ana).await);
        append(&ledger, ana, Reassigned::new(name("rnd"), since_ms)).await;
        assert!(!is_open(&shop, ana).await);

        // The shop's weekly list still says what the old holder agreed to.
        clock.advance(std::time::Duration::from_secs(60));
        for (list, opt_in) in [("dated", old()), ("undated", consent().undated())] {
            let row = optin::ImportRow::new(ana, name("soldes"), optin::shop::Says::Consent(opt_in));
            shop.import(list, [row], |_, _| {}).await.unwrap();
            assert!(!is_open(&shop, ana).await, "{list} {since_ms:?}");
        }
        shop.opt_in(ana, "soldes", old()).await.unwrap();
        assert!(!is_open(&shop, ana).await, "an old act {since_ms:?}");
        shop.opt_in(ana, "soldes", consent().at(noon() + chrono::Duration::seconds(30))).await.unwrap();
        assert!(is_open(&shop, ana).await, "{since_ms:?}");
        shop.verify().await.unwrap().unwrap();
    }
}
