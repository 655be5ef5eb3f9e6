//! The simulated carrier as a host meets it: with permits that the ledger minted.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod adapt;
mod conformance;
mod flawed;

use std::{
    pin::pin,
    sync::{Arc, LazyLock},
    task::{Context, Poll, Waker},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use optin::{
    clock::FixedClock,
    consent::event::{Answer, Delivery},
    gateway::{Answered, Fate, Faults, Gateway, LookUp, Refusal, SimulatedCarrier, Sought, Uncertain},
    id::{MessageId, Name},
    law::Rulebook,
    ledger::{Book, MemoryLedger},
    message::{Body, Kind},
    permit::{Draft, Leeway, Permit, Reserved, reserve},
    phone::PhoneNumber,
    place::ZoneTable,
    policy::Policy,
};

fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return output;
        }
    }
}

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn number(n: u32) -> PhoneNumber {
    PhoneNumber::from_e164(&format!("+336{n:08}")).unwrap()
}

static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::new(Rulebook::builtin(), ZoneTable::bundled()));

/// Leave to answer each of these people: valid for five minutes.
fn permits(people: std::ops::Range<u32>) -> Vec<Permit> {
    let book = Book::new(Arc::new(MemoryLedger::new().unwrap()));
    let (program, source) = (Name::new("soldes").unwrap(), Name::new("help").unwrap());
    let drafts = people.map(|n| {
        let person = run(book.find_or_open(number(n), start().timestamp_millis())).unwrap();
        Draft {
            message: MessageId::derive(&program, &source, person.recipient, 0),
            person,
            program: program.clone(),
            source: source.clone(),
            step: 0,
            kind: Kind::Service,
            category: None,
            subject: None,
            sender: Name::new("36123").unwrap(),
            body: Body::new("Maison Lune: aide@maisonlune.fr").unwrap(),
            until: None,
            answers: Some((Answer::Help, start())),
            queued: false,
            repeats: false,
        }
    });
    let reserved = run(reserve(&book, &POLICY, drafts.collect(), Leeway::default(), start())).unwrap();
    let permits = reserved.into_iter().map(|(_, reserved)| match reserved {
        Reserved::Permit(permit, _) => permit,
        other => panic!("{other:?}"),
    });
    permits.collect()
}

fn sought(message: MessageId) -> Sought {
    let sender = Name::new("36123").unwrap();
    Sought { message, number: number(0), sender, body: None, started: start() }
}

#[test]
fn what_the_ledger_let_go_is_taken_reported_and_found() {
    let (carrier, clock) = (SimulatedCarrier::seeded(7), FixedClock::at(start()));
    for permit in permits(0..20) {
        let message = permit.message();
        let answer = run(carrier.send(permit, &clock));
        let Answered::Accepted(taken) = answer else { panic!("{answer:?}") };
        let found = LookUp::Found { id: taken.id, delivery: None };
        assert_eq!(run(carrier.look_up(sought(message))), found);
    }
    assert_eq!((carrier.taken_count(), carrier.duplicates()), (20, vec![]));
    let reports = carrier.reports_due(start() + TimeDelta::minutes(1));
    assert_eq!(reports.len(), 20);
    assert!(reports.iter().all(|report| report.delivery == Delivery::Delivered));
}

#[test]
fn nothing_lands_after_the_permit_ends() {
    let off = Faults { handset_off: 1_000, ..Faults::default() };
    let carrier = SimulatedCarrier::builder(7).faults(off).build();
    let clock = FixedClock::at(start());
    for permit in permits(0..20) {
        run(carrier.send(permit, &clock));
    }
    let reports = carrier.reports_due(start() + TimeDelta::days(2));
    let ends = start() + TimeDelta::minutes(5);
    assert!(reports.iter().all(|report| report.delivery == Delivery::Expired && report.at == ends));
    assert_eq!(reports.len(), 20);
}

#[test]
fn a_late_permit_reaches_nobody() {
    let (carrier, clock) = (SimulatedCarrier::seeded(7), FixedClock::at(start()));
    let permit = permits(0..1).pop().unwrap();
    clock.advance(Duration::from_secs(300));
    let expired = Answered::rejected(Refusal::Expired);
    assert_eq!(run(carrier.send(permit, &clock)), expired);
    assert_eq!(carrier.taken_count(), 0);
}

/// Hand-overs that overlap on one carrier: everything is taken once, and what the throughput refused is not.
#[test]
fn overlapping_hand_overs_share_the_throughput() {
    let carrier = SimulatedCarrier::builder(7).throughput(30).yields(4).build();
    let clock = FixedClock::at(start());
    let mut sending: Vec<_> =
        permits(0..50).into_iter().map(|permit| Box::pin(carrier.send(permit, &clock))).collect();
    let mut answers = Vec::new();
    while !sending.is_empty() {
        sending.retain_mut(|send| {
            let polled = send.as_mut().poll(&mut Context::from_waker(Waker::noop()));
            polled.map(|answer| answers.push(answer)).is_pending()
        });
    }
    let refused = Answered::rejected(Refusal::RateLimited);
    assert_eq!(answers.iter().filter(|answer| **answer == refused).count(), 20);
    assert_eq!((carrier.taken_count(), carrier.duplicates()), (30, vec![]));
}

#[test]
fn a_reply_comes_in_as_the_person_wrote_it() {
    let carrier = SimulatedCarrier::builder(7)
        .with_number(number(0), Fate::LostAnswer)
        .with_reply(number(0), "Arrêtez svp", Duration::from_secs(60))
        .build();
    let permit = permits(0..1).pop().unwrap();
    assert_eq!(run(carrier.send(permit, &FixedClock::at(start()))), Answered::Unknown(Uncertain::Untold));
    let replies = carrier.replies_due(start() + TimeDelta::minutes(5));
    let told: Vec<_> = replies.iter().map(|r| (r.from, r.to.as_str(), r.text.as_str())).collect();
    assert_eq!(told, [(number(0), "36123", "Arrêtez svp")]);
}
