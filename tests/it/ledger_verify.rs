//! `verify` against a store that lies: every change is found, and what is named is where it begins.

mod bits;
mod every_bit;
mod forged;
mod keys;
mod order;
#[cfg(feature = "evidence")]
mod signed;
mod whole;

use std::{
    collections::BTreeSet,
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use chrono::{DateTime, Utc};
use forged::Forged;
use optin::{
    consent::{
        Basis, Event, Grant, How, PersonalField,
        event::{
            Approved, Asked, BansLoaded, Blocked, Bounced, Checked, Concluded, Confirmed, Danger, Delivery,
            Erased, Heard, ImportRun, ImportTakenBack, ImportUndone, Imported, KeysRotated, Miscoded,
            OptedIn, Outcome, Questioned, Reassigned, RegisterLoaded, Reminded, Replied, Reported, Restarted,
            RetentionRun, Revoked, Road, Said, Started, Suspended, TextKept, Unblocked, Unsuspended,
        },
    },
    id::{Hash, InboundId, MessageId, Name, TextMark},
    ledger::{Book, Envelope, Flaw, MemoryLedger, Person, Urgency, Verified, Written},
    message::Kind,
    phone::PhoneNumber,
    place::{Whereabouts, Zone},
};

use crate::walk::{at, number};

/// Runs what never waits.
fn run<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a ledger in memory does not wait"),
    }
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn noon() -> DateTime<Utc> {
    at("2026-11-26T11:00:00Z")
}

fn ms(minute: i64) -> i64 {
    noon().timestamp_millis() + minute * 60_000
}

fn grant() -> Grant {
    Grant {
        zone: Some("Europe/Paris".to_owned()),
        text: Some(Hash([3; 32])),
        inquiry_ms: Some(ms(-9)),
        ..Grant::new(Basis::ExpressWritten, How::Checkbox, ms(0))
    }
}

/// Everything that can happen with a person, with personal values where there are any.
fn life() -> Vec<(Event, Vec<(PersonalField, String)>)> {
    use PersonalField::{Ip, Note, Page, Text};
    let (message, program, inbound) = (MessageId([7; 16]), name("soldes"), InboundId([9; 16]));
    let started = Started {
        message,
        program: program.clone(),
        source: name("flash"),
        step: 0,
        kind: Kind::Marketing,
        category: Some(name("promo")),
        subject: None,
        sender: name("36123"),
        body: Hash([1; 32]),
        segments: 2,
        rulebook: "2026-11".to_owned(),
        tz: "2026c".to_owned(),
        strict: true,
        local: vec![("Europe/Paris".to_owned(), 720)],
        counts: vec![("brand".to_owned(), 1)],
        not_after_ms: ms(60),
        answer: None,
        mark: Some(TextMark([2; 16])),
    };
    let revoked = Revoked {
        said: Said::Program,
        program: Some(program.clone()),
        sender: Some(name("36123")),
        inbound: Some(InboundId([8; 16])),
        matched: Some("fr.stop".to_owned()),
        ..Revoked::all(Road::Keyword, ms(5))
    };
    let personal = |field, text: &str| vec![(field, text.to_owned())];
    let clear = Vec::new;
    vec![
        (
            OptedIn { program: program.clone(), grant: grant() }.into(),
            vec![(Page, "https://maisonlune.fr/panier".to_owned()), (Ip, "192.0.2.1".to_owned())],
        ),
        (
            Asked {
                program: program.clone(),
                grant: grant(),
                expires_ms: ms(90),
                asked_ms: Some(ms(1)),
                code: Some(Hash([4; 32])),
                texted: Some(true),
            }
            .into(),
            clear(),
        ),
        (Reminded { program: program.clone() }.into(), clear()),
        (
            Miscoded {
                program: program.clone(),
                acted_ms: ms(2),
                inbound: InboundId([3; 16]),
                channel: Some(optin::consent::Channel::Web),
            }
            .into(),
            personal(Text, "1234"),
        ),
        (
            Questioned {
                program: program.clone(),
                question: name("size"),
                options: vec!["S".to_owned(), "M".to_owned()],
                asked_ms: ms(1),
                expires_ms: ms(90),
            }
            .into(),
            clear(),
        ),
        (
            Replied {
                program: program.clone(),
                question: name("size"),
                acted_ms: ms(2),
                inbound: InboundId([2; 16]),
            }
            .into(),
            personal(Text, "M"),
        ),
        (
            Confirmed {
                program: program.clone(),
                acted_ms: ms(2),
                inbound,
                channel: Some(optin::consent::Channel::Web),
            }
            .into(),
            personal(Text, "OUI"),
        ),
        (
            Imported { program: program.clone(), grant: grant(), import: name("list"), line: None }.into(),
            clear(),
        ),
        (ImportUndone { import: name("list") }.into(), clear()),
        (
            Bounced { code: "dead".to_owned(), acted_ms: ms(3), import: Some(name("list")), line: Some(4) }
                .into(),
            clear(),
        ),
        (
            Checked {
                register: name("us-dnc"),
                listed: false,
                as_of_ms: ms(1),
                provenance: Some("sha256".to_owned()),
                since_ms: None,
            }
            .into(),
            clear(),
        ),
        (started.into(), clear()),
        (Blocked { sender: name("36123"), code: "blocked_by_carrier".to_owned() }.into(), clear()),
        (Unblocked { sender: name("36123") }.into(), clear()),
        (
            Concluded {
                message,
                outcome: Outcome::Accepted,
                gateway_id: Some("SM1".to_owned()),
                code: None,
                gateway_code: None,
                billed: None,
            }
            .into(),
            clear(),
        ),
        (
            Reported {
                message,
                delivery: Delivery::Delivered,
                acted_ms: ms(4),
                code: None,
                gateway_code: None,
                billed: None,
            }
            .into(),
            clear(),
        ),
        (Heard::new("help", InboundId([6; 16]), ms(4)).into(), personal(Text, "Aide")),
        (Suspended::new(InboundId([5; 16]), ms(4), ms(99)).into(), personal(Text, "spam")),
        (Unsuspended { by: name("lea"), inbound: None }.into(), personal(Note, "she was joking")),
        (revoked.into(), personal(Text, "STOP")),
        (Restarted { program, acted_ms: ms(6), inbound: InboundId([4; 16]) }.into(), personal(Text, "START")),
    ]
}

/// Writes what is staged; the ledger is a real one, so it may wait.
async fn write(book: &Book, person: Person) -> Person {
    match book.write(person, Urgency::Normal).await.unwrap() {
        Written::Done(person) => *person,
        Written::Conflict => panic!("nobody else writes here"),
    }
}

/// A ledger with every kind of record, its people's streams interleaved in the file.
async fn fill(book: &Book) {
    let [ana, bob, zoe]: [PhoneNumber; 3] = ["+33612345678", "+33698765432", "+14155550123"].map(number);
    let mut house = book.house().await.unwrap();
    let kept = TextKept {
        digest: Hash([3; 32]),
        version: "v3".to_owned(),
        language: "fr".to_owned(),
        text: "J'accepte.".to_owned(),
    };
    house.stage(ms(0), kept, &[]).unwrap();
    let danger = Danger {
        what: "foreign_ledger".to_owned(),
        reason: "a test".to_owned(),
        rulebook: None,
        campaign: None,
    };
    house.stage(ms(0), danger, &[]).unwrap();
    let mut house = write(book, house).await;
    let mut other = book.find_or_open(bob, ms(0)).await.unwrap();
    let mut person = book.find_or_open(ana, ms(0)).await.unwrap();
    let paris = Whereabouts::of(ana).with_zone(Zone::named("Europe/Paris").unwrap());
    person.locate(ms(0), Whereabouts::of(zoe)).unwrap();
    person.locate(ms(0), paris).unwrap();
    for (nth, (event, personal)) in (1..).zip(life()) {
        person.stage(ms(nth), event.clone(), &personal).unwrap();
        person = write(book, person).await;
        if nth % 5 == 1 {
            other.stage(ms(nth), event, &personal).unwrap();
            other = write(book, other).await;
        }
    }
    other.stage(ms(20), Erased { request: name("r1"), rule: None }, &[]).unwrap();
    write(book, other).await;
    let mut gone = book.find_or_open(zoe, ms(0)).await.unwrap();
    let opted_in = OptedIn { program: name("soldes"), grant: grant() };
    gone.stage(ms(1), opted_in, &[(PersonalField::Page, "https://maisonlune.fr".to_owned())]).unwrap();
    gone.stage(ms(2), Reassigned::new(name("rnd"), None), &[]).unwrap();
    write(book, gone).await;
    let mut next = book.find_or_open(zoe, ms(3)).await.unwrap();
    next.stage(ms(3), OptedIn { program: name("soldes"), grant: grant() }, &[]).unwrap();
    write(book, next).await;
    house.stage(ms(4), ImportRun { import: name("list"), rows: 3, counts: None, list: None }, &[]).unwrap();
    let approved = Approved {
        campaign: name("flash"),
        plan: Hash([2; 32]),
        by: "lea".to_owned(),
        rulebook: "2026-11".to_owned(),
        tz: "2026c".to_owned(),
    };
    house.stage(ms(5), approved, &[]).unwrap();
    house.stage(ms(6), ImportTakenBack { import: name("list"), consents: 2, stay: 1 }, &[]).unwrap();
    let (register, digest) = (name("us-dnc"), Some(Hash([4; 32])));
    house.stage(ms(6), RegisterLoaded { register, as_of_ms: ms(1), entries: 9, digest }, &[]).unwrap();
    let run = RetentionRun { rulebook: "2026-11".to_owned(), erased: 1, kept: 3 };
    house.stage(ms(6), run, &[]).unwrap();
    house.stage(ms(6), KeysRotated { index: 2, wrapping: false }, &[]).unwrap();
    let loaded = BansLoaded {
        feed: name("us-la-emergency"),
        as_of_ms: ms(1),
        covers_since_ms: None,
        entries: 2,
        digest: Hash([5; 32]),
    };
    house.stage(ms(6), loaded, &[]).unwrap();
    write(book, house).await;
}

/// What a filled ledger in memory holds, free to be changed.
fn genuine() -> Forged {
    let ledger = Arc::new(MemoryLedger::new().unwrap());
    run(fill(&Book::new(Arc::clone(&ledger) as _)));
    run(Forged::of(ledger))
}

fn verify(forged: Forged) -> Result<Verified, Flaw> {
    run(Book::new(Arc::new(forged)).verify()).unwrap()
}

/// What a flaw has to name.
enum Blame {
    /// This record, counted from 0, by its leaf or by its place in its stream.
    Record(usize),
    /// Nothing in particular: several records are as likely.
    Anything,
}

/// Checks that a change is found, and named.
fn found(genuine: &Forged, forged: Forged, blame: Blame, what: &str) {
    let flaw = match verify(forged) {
        Ok(verified) => panic!("{what} was not found: {verified:?}"),
        Err(flaw) => flaw,
    };
    if let Blame::Record(place) = blame {
        let record = &genuine.log[place];
        let seq = Envelope::from_bytes(&record.envelope).unwrap().seq;
        let by_stream = flaw.stream == Some(record.stream) && flaw.seq == Some(seq);
        let by_leaf = flaw.leaf == Some(record.leaf);
        let names = if flaw.leaf.is_some() { by_leaf } else { by_stream };
        assert!(names, "{what}: record {} was changed, blamed: {flaw} {flaw:?}", record.leaf);
    }
}

/// The list of kinds is written here too, so that a new kind of record must be looked at.
fn kinds(forged: &Forged) -> BTreeSet<&'static str> {
    forged.log.iter().map(|record| Envelope::from_bytes(&record.envelope).unwrap().event.code()).collect()
}
