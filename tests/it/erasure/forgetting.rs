//! What an erasure leaves, and what may come after it.

use std::sync::Arc;

use optin::{
    EraseError, Erasure, ImportRow, Location, Permission,
    clock::Clock,
    consent::{
        Event,
        event::{Delivery, Outcome, Reassigned, Road, Said},
    },
    gateway::{About, Answered, Capabilities, Gateway, OptOutSignal, Report},
    id::{MessageId, RecipientId},
    ledger::{
        Book, BookError, Keys, Lane, Ledger, MemoryLedger, OutboxChange, Queued, SqliteLedger, Urgency,
    },
    permit::Permit,
    policy::Code,
    shop::Says,
};
use tokio::sync::Semaphore;

use super::{House, consent, name};
use crate::walk::{at, number};

fn memory() -> (House, Arc<MemoryLedger>) {
    let ledger = Arc::new(MemoryLedger::new().unwrap());
    (House::over(Arc::clone(&ledger)), ledger)
}

async fn forgets(house: House) -> Erasure {
    let ana = house.ana;
    house.opt_in(ana).await;
    house.text(ana, "bonjour, c'est Ana").await;
    house.launch(&[ana]).await;
    assert_eq!(house.shop.waiting(&name("flash-2026-11-27")).await.unwrap().0, 1);
    let before = house.shop.person(ana).await.unwrap().unwrap();
    let erasure = house.shop.erase(ana, "dsar-114").await.unwrap();
    assert_eq!(erasure.erased, [before.recipient]);
    // Number, page, IP, user agent, text.
    assert_eq!(erasure.values, 5, "{erasure:?}");
    assert_eq!(house.shop.waiting(&name("flash-2026-11-27")).await.unwrap().0, 0);
    let after = house.shop.person(ana).await.unwrap().unwrap();
    assert!(after.state.erased && after.whereabouts.is_none());
    assert_eq!(erasure.records, after.version);
    assert_eq!(house.codes(ana).await[after.version as usize - 2..], ["revoked", "erased"]);
    assert!(house.shop.history(ana).await.unwrap().iter().all(|(_, personal)| personal.is_empty()));
    assert!(house.refusals(ana).await.contains(&Code::Erased));
    assert!(house.refusals(ana).await.contains(&Code::Revoked));
    assert!(matches!(after.state.revocations[..], [ref r] if r.said == Said::All && r.road == Road::Erasure));
    house.shop.verify().await.unwrap().unwrap();
    let again = house.shop.erase(ana, "dsar-114").await.unwrap();
    assert_eq!((again.erased.len(), again.before.len()), (0, 1));
    // Asked again, silenced again, and nothing more.
    assert_eq!(house.shop.person(ana).await.unwrap().unwrap().version, after.version + 1);
    assert_eq!(house.codes(ana).await.last(), Some(&"revoked"));
    erasure
}

#[tokio::test]
async fn a_person_is_forgotten_and_the_proofs_stay() {
    let erasure = forgets(memory().0).await;
    let said = erasure.to_string();
    assert!(said.contains("dsar-114") && said.contains("5 personal values"), "{said}");
    assert!(!format!("{erasure:?}{said}").contains("612345678"));
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(folder.path().join("l"), Keys::generate().unwrap()).await.unwrap();
    forgets(House::over(ledger)).await;
}

#[tokio::test]
async fn a_number_that_nobody_knows_is_silenced_and_not_kept() {
    let (house, ledger) = memory();
    let erasure = house.shop.erase(house.ana, "r-1").await.unwrap();
    assert_eq!((erasure.erased.len(), erasure.values, erasure.records), (1, 1, 3));
    assert_eq!(house.codes(house.ana).await, ["opened", "revoked", "erased"]);
    let log = ledger.log(0, 99).await.unwrap();
    assert!(log.iter().all(|record| record.sealed.is_none()));
    let row = ImportRow::new(house.ana, name("soldes"), Says::Consent(consent()));
    house.shop.import("old-list", [row], |_, _| {}).await.unwrap();
    assert!(house.refusals(house.ana).await.contains(&Code::Revoked));
    house.shop.verify().await.unwrap().unwrap();
}

#[tokio::test]
async fn a_stop_after_erasure_is_recorded_without_what_it_said() {
    for words in ["STOP", "ARRET svp", "not interested", "mauvais numéro"] {
        let (house, ledger) = memory();
        house.opt_in(house.ana).await;
        house.shop.erase(house.ana, "r-1").await.unwrap();
        let erased = house.shop.person(house.ana).await.unwrap().unwrap().recipient;
        house.later(5);
        let got = house.text(house.ana, words).await;
        assert_eq!((got.answer, got.repeated), (None, false), "{words}");
        let person = house.shop.person(house.ana).await.unwrap().unwrap();
        assert_eq!(person.recipient, erased, "{words}");
        assert!(matches!(
            house.events(house.ana).await.last(),
            Some(Event::Revoked(_) | Event::Suspended(_))
        ));
        let signal = OptOutSignal::by_support(house.ana, house.now()).note("Ana rief an");
        house.shop.opted_out(&signal).await.unwrap();
        assert_eq!(house.shop.person(house.ana).await.unwrap().unwrap().recipient, erased);
        assert!(ledger.log(0, 99).await.unwrap().iter().all(|r| r.sealed.is_none() || r.stream != erased));
        assert!(house.text_again(house.ana, words, 1).await.repeated);
        assert_eq!(house.dispatch().await.accepted, 0);
        // It holds for whoever comes next: a consent of between the erasure and the text opens nothing.
        let between = house.now() - chrono::TimeDelta::minutes(3);
        house.shop.opt_in(house.ana, "soldes", consent().at(between)).await.unwrap();
        assert!(house.refusals(house.ana).await.contains(&Code::Revoked), "{words}");
        house.shop.verify().await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn whoever_writes_something_else_is_a_stranger_and_silent() {
    let (house, _) = memory();
    house.opt_in(house.ana).await;
    house.text(house.ana, "START").await;
    house.shop.erase(house.ana, "r-1").await.unwrap();
    let erased = house.shop.person(house.ana).await.unwrap().unwrap().recipient;
    // A gateway that hands an old text over again brings nobody back.
    assert!(house.text_again(house.ana, "START", 1).await.repeated);
    assert_eq!(house.shop.person(house.ana).await.unwrap().unwrap().recipient, erased);
    house.later(1);
    let got = house.text(house.ana, "AIDE").await;
    assert!(got.answer.is_some());
    assert_ne!(house.shop.person(house.ana).await.unwrap().unwrap().recipient, erased);
    house.later(1);
    house.text(house.ana, "START").await;
    assert!(house.refusals(house.ana).await.contains(&Code::Revoked));
    house.shop.verify().await.unwrap().unwrap();
}

#[tokio::test]
async fn only_a_fresh_consent_opens_again() {
    let (house, _) = memory();
    house.opt_in(house.ana).await;
    house.later(10);
    house.shop.erase(house.ana, "r-1").await.unwrap();
    let erased = house.shop.person(house.ana).await.unwrap().unwrap();
    let before = house.now() - chrono::TimeDelta::minutes(5);
    let late = house.shop.opt_in(house.ana, "soldes", consent().at(before)).await.unwrap();
    assert_eq!(late, Permission::Closed);
    let code = Location { postal_code: Some("75011".to_owned()), ..Location::default() };
    house.shop.locate(house.ana, &code).await.unwrap();
    let still = house.shop.person(house.ana).await.unwrap().unwrap();
    assert_eq!((still.recipient, still.version), (erased.recipient, erased.version));
    house.later(10);
    assert_eq!(house.shop.opt_in(house.ana, "soldes", consent()).await.unwrap(), Permission::Open);
    let anew = house.shop.person(house.ana).await.unwrap().unwrap();
    assert_ne!(anew.recipient, erased.recipient);
    assert_eq!(house.refusals(house.ana).await, []);
    let tenures = house.shop.tenures(house.ana).await.unwrap();
    assert_eq!(tenures.len(), 2);
    let one = |id| tenures.iter().find(|t| t.recipient == id).unwrap();
    assert!(one(erased.recipient).erased && !one(erased.recipient).current && one(anew.recipient).current);
    house.shop.verify().await.unwrap().unwrap();
}

/// A gateway that takes a message and answers once it is let go.
#[derive(Debug)]
struct Slow {
    has: tokio::sync::Semaphore,
    go: tokio::sync::Semaphore,
}

impl Gateway for Slow {
    fn capabilities(&self) -> Capabilities {
        Capabilities::plain().simulated()
    }

    async fn send(&self, permit: Permit, clock: &dyn Clock) -> Answered {
        let handover = permit.open(clock.now()).unwrap();
        self.has.add_permits(1);
        self.go.acquire().await.unwrap().forget();
        Answered::accepted(format!("G{}", handover.message))
    }
}

#[tokio::test]
async fn the_outcome_and_the_report_of_what_was_in_flight_still_land() {
    let (house, ledger) = memory();
    house.opt_in(house.ana).await;
    house.launch(&[house.ana]).await;
    house.clock.set(at("2026-11-27T09:00:00Z"));
    let recipient = house.shop.person(house.ana).await.unwrap().unwrap().recipient;
    let message = MessageId::derive(&name("soldes"), &name("flash-2026-11-27"), recipient, 0);
    let slow = Arc::new(Slow { has: Semaphore::new(0), go: Semaphore::new(0) });
    let worker = optin::Messenger::builder(Arc::clone(&ledger), optin::law::Rulebook::builtin())
        .program(crate::walk::soldes())
        .gateway(Arc::clone(&slow))
        .clock(Arc::clone(&house.clock))
        .zones(optin::place::ZoneTable::bundled())
        .build()
        .unwrap();
    let erasing = async {
        slow.has.acquire().await.unwrap().forget();
        let erasure = house.shop.erase(house.ana, "r-1").await.unwrap();
        slow.go.add_permits(1);
        erasure
    };
    let (done, erasure) = tokio::join!(worker.dispatch(optin::dispatch::Batch::default()), erasing);
    assert_eq!((done.unwrap().accepted, &erasure.in_flight[..]), (1, &[message][..]));
    let sent = |state: &optin::consent::State| state.sent(message).cloned().unwrap();
    let person = house.shop.person(house.ana).await.unwrap().unwrap();
    assert!(person.recipient == recipient && person.state.erased);
    assert_eq!(sent(&person.state).outcome, Some(Outcome::Accepted));
    let report = Report::new(About::Message(message), house.ana, Delivery::Delivered, house.now());
    assert!(house.shop.report(&report).await.unwrap().changed);
    let person = house.shop.person(house.ana).await.unwrap().unwrap();
    assert_eq!(sent(&person.state).delivery, Some(Delivery::Delivered));
    assert_eq!(
        house.codes(house.ana).await[person.version as usize - 3..],
        ["erased", "concluded", "reported"]
    );
    assert_eq!(ledger.started(9).await.unwrap(), []);
    house.shop.verify().await.unwrap().unwrap();
}

#[tokio::test]
async fn what_is_queued_for_an_erased_person_by_a_launch_that_was_under_way_is_dropped() {
    let (house, ledger) = memory();
    house.opt_in(house.ana).await;
    let person = house.shop.person(house.ana).await.unwrap().unwrap();
    let message = MessageId([7; 16]);
    let payload = person.seal(&message.0, b"Maison Lune").unwrap();
    house.launch(&[house.ana]).await;
    house.shop.erase(house.ana, "r-1").await.unwrap();
    let queued = Queued {
        message,
        stream: person.recipient,
        lane: Lane::Marketing,
        due_ms: 0,
        closes_ms: i64::MAX,
        sender: name("36123"),
        segments: 1,
        job: name("flash-2026-11-27"),
        payload,
    };
    ledger.outbox(vec![OutboxChange::Put(queued)]).await.unwrap();
    house.clock.set(at("2026-11-27T09:00:00Z"));
    let done = house.dispatch().await;
    assert_eq!(done.accepted, 0);
    assert_eq!(done.dropped.get("erased"), Some(&1), "{done:?}");
    assert_eq!(ledger.waiting(None).await.unwrap(), (0, None));
}

#[tokio::test]
async fn an_erased_stream_takes_outcomes_and_suppression_only() {
    let (house, ledger) = memory();
    house.opt_in(house.ana).await;
    house.shop.erase(house.ana, "r-1").await.unwrap();
    let book = Book::new(ledger);
    let mut person = house.shop.person(house.ana).await.unwrap().unwrap();
    for event in house.events(number("+33612345678")).await {
        let kept = matches!(event, Event::Revoked(_));
        let staged = person.stage(0, event.clone(), &[]);
        assert_eq!(staged.is_ok(), kept, "{event:?}");
        assert!(kept || matches!(staged, Err(BookError::Erased)));
    }
    book.write(person, Urgency::Normal).await.unwrap();
    house.shop.verify().await.unwrap().unwrap();
}

#[tokio::test]
async fn an_earlier_tenure_of_the_number_is_erased_by_its_id() {
    let (house, ledger) = memory();
    house.opt_in(house.ana).await;
    let book = Book::new(ledger);
    let mut first = house.shop.person(house.ana).await.unwrap().unwrap();
    let recipient = first.recipient;
    first.stage(house.now().timestamp_millis(), Reassigned::new(name("rnd"), None), &[]).unwrap();
    book.write(first, Urgency::Normal).await.unwrap();
    house.later(1);
    house.opt_in(house.ana).await;
    house.shop.erase(house.ana, "r-1").await.unwrap();
    assert!(!book.person(recipient).await.unwrap().unwrap().state.erased);
    let tenures = house.shop.tenures(house.ana).await.unwrap();
    assert!(tenures.iter().any(|t| t.recipient == recipient && t.ended && !t.erased && !t.current));
    assert_eq!(house.shop.erase_recipient(recipient, "r-1").await.unwrap().erased, [recipient]);
    assert!(book.person(recipient).await.unwrap().unwrap().state.erased);
    let unknown = house.shop.erase_recipient(RecipientId([9; 16]), "r-1").await;
    assert!(matches!(unknown, Err(EraseError::NoTenure(_))));
    let house_stream = house.shop.erase_recipient(RecipientId::HOUSE, "r-1").await;
    assert!(matches!(house_stream, Err(EraseError::NoTenure(_))));
    house.shop.verify().await.unwrap().unwrap();
}

#[tokio::test]
async fn a_held_person_is_not_erased() {
    let (house, _) = memory();
    assert!(matches!(house.shop.hold(house.ana, "claim-77").await, Err(EraseError::Nobody)));
    house.opt_in(house.ana).await;
    house.shop.hold(house.ana, "claim-77").await.unwrap();
    let refused = house.shop.erase(house.ana, "r-1").await;
    assert!(matches!(&refused, Err(EraseError::Held { reference }) if reference == "claim-77"));
    assert_eq!(house.codes(house.ana).await.last(), Some(&"located"));
    assert!(house.shop.release(house.ana).await.unwrap());
    assert!(!house.shop.release(house.ana).await.unwrap());
    house.shop.erase(house.ana, "r-1").await.unwrap();
    assert!(matches!(house.shop.erase(house.ana, "two words").await, Err(EraseError::Name(_))));
}
