//! The desk at which humans read what no table could.

use std::sync::Arc;

use chrono::Duration;
use optin::{
    Messenger,
    consent::{
        Event,
        event::{Road, Said},
    },
    id::{InboundId, Name},
    inbound::{Judged, Verdict},
    law::Rulebook,
    place::ZoneTable,
    policy::Code,
};

use super::House;
use crate::walk::{number, soldes};

const DOUBTFUL: &str = "not interested";

fn lea() -> Name {
    Name::new("lea").unwrap()
}

/// Another process on the same ledger.
fn beside(house: &House) -> Messenger {
    Messenger::builder(Arc::clone(&house.ledger), Rulebook::builtin())
        .program(soldes())
        .gateway(Arc::clone(&house.carrier))
        .clock(Arc::clone(&house.clock))
        .zones(ZoneTable::bundled())
        .build()
        .unwrap()
}

#[tokio::test]
async fn the_queue_shows_who_waits_the_soonest_first() {
    let house = House::new();
    let people = ["+33611111111", "+33622222222", "+33633333333"].map(number);
    for person in people {
        house.text(person, "36123", DOUBTFUL).await;
        house.later(Duration::hours(1));
    }
    house.text(people[0], "36456", "stop it? not interested").await;
    let queue = beside(&house).doubtful(None, 10).await.unwrap();
    let order: Vec<_> = queue.iter().map(|text| text.number).collect();
    assert_eq!(order[..3], people);
    assert!(queue.is_sorted_by_key(|text| text.deadline));
    let first = &queue[0];
    assert_eq!((first.text.as_str(), first.phrase.as_deref()), (DOUBTFUL, Some(DOUBTFUL)));
    assert_eq!(first.program, Some(Name::new("soldes").unwrap()));
    assert_eq!(first.deadline - first.since, Duration::hours(24));
    let read = first.read.as_ref().unwrap();
    assert_eq!((read.tier, read.language.as_deref()), (4, Some("en")));
    // Whoever logs it shows neither words nor number.
    let shown = format!("{first:?}");
    assert!(!shown.contains("interested") && !shown.contains("611111111"), "{shown}");
    // By pages of one, the same.
    let (mut paged, mut after) = (Vec::new(), None);
    while let [text] = &house.shop.doubtful(after, 1).await.unwrap()[..] {
        paged.push(text.inbound);
        after = Some(text.next);
    }
    assert_eq!(paged, queue.iter().map(|text| text.inbound).collect::<Vec<_>>());
    // What is past its deadline waits for nobody.
    house.later(Duration::hours(22));
    assert_eq!(house.shop.doubtful(None, 10).await.unwrap().len(), queue.len() - 2);
}

#[tokio::test]
async fn a_verdict_of_stop_closes_what_was_answered() {
    for (verdict, club) in [(Verdict::Stop, true), (Verdict::StopAll, false)] {
        let house = House::new();
        let ana = house.ana(&["soldes", "club"]).await;
        house.text(ana, "36123", DOUBTFUL).await;
        assert_eq!(house.codes(ana, "club", optin::message::Kind::Marketing).await, [Code::Suspended]);
        let [text] = &house.shop.doubtful(None, 10).await.unwrap()[..] else { panic!() };
        let done = beside(&house).judge(ana, text.inbound, verdict, &lea()).await.unwrap();
        assert_eq!(done, Judged::Recorded(Vec::new()));
        let Some(Event::Revoked(said)) = house.events(ana).await.pop() else { panic!() };
        assert_eq!((said.road, said.by, said.inbound), (Road::Judged, Some(lea()), Some(text.inbound)));
        assert_eq!(said.said, if club { Said::Program } else { Said::All });
        assert!(!house.is_open(ana, "soldes").await);
        assert_eq!(house.is_open(ana, "club").await, club);
        // Judged once; the other way round changes nothing.
        let again = house.shop.judge(ana, text.inbound, Verdict::NotAStop, &lea()).await.unwrap();
        assert_eq!(again, Judged::NotWaiting);
        assert!(!house.is_open(ana, "soldes").await);
        assert!(house.shop.doubtful(None, 10).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn not_a_stop_lifts_that_doubt_and_no_other() {
    let house = House::new();
    let ana = house.ana(&["soldes"]).await;
    house.text(ana, "36123", DOUBTFUL).await;
    house.later(Duration::hours(1));
    house.text(ana, "36123", DOUBTFUL).await;
    let queue = house.shop.doubtful(None, 10).await.unwrap();
    assert_eq!(queue.len(), 2);
    house.shop.judge(ana, queue[0].inbound, Verdict::NotAStop, &lea()).await.unwrap();
    assert!(!house.is_open(ana, "soldes").await, "the later text has not been read");
    house.shop.judge(ana, queue[1].inbound, Verdict::NotAStop, &lea()).await.unwrap();
    assert!(house.is_open(ana, "soldes").await);
}

#[tokio::test]
async fn past_the_deadline_no_verdict_reopens() {
    for verdict in [Verdict::Stop, Verdict::StopAll, Verdict::NotAStop] {
        let house = House::new();
        let ana = house.ana(&["soldes", "club"]).await;
        house.text(ana, "36123", DOUBTFUL).await;
        let [text] = &house.shop.doubtful(None, 10).await.unwrap()[..] else { panic!() };
        house.later(Duration::hours(24));
        assert_eq!(house.shop.judge(ana, text.inbound, verdict, &lea()).await.unwrap(), Judged::TooLate);
        assert!(!house.is_open(ana, "soldes").await && !house.is_open(ana, "club").await);
    }
}

#[tokio::test]
async fn what_never_came_cannot_be_judged() {
    let house = House::new();
    let ana = house.ana(&["soldes"]).await;
    for who in [ana, number("+33699999999")] {
        let done = house.shop.judge(who, InboundId::of("never"), Verdict::NotAStop, &lea()).await.unwrap();
        assert_eq!(done, Judged::NotWaiting);
    }
    house.text(ana, "36123", "STOP").await;
    let stop = InboundId::of("in-1");
    assert_eq!(house.shop.judge(ana, stop, Verdict::NotAStop, &lea()).await.unwrap(), Judged::NotWaiting);
    assert!(!house.is_open(ana, "soldes").await);
}
