//! A STOP that the ledger does not take.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use optin::{
    danger,
    gateway::{Capabilities, Inbound},
    inbound::Intent,
    ledger::MemoryLedger,
    message::Kind,
};

use super::{Scene, failing::Failing};

async fn scene() -> (Scene, Arc<AtomicBool>, Arc<AtomicUsize>) {
    let ledger = Failing::new(MemoryLedger::new().unwrap());
    let (fails, refused) = (Arc::clone(&ledger.fails), Arc::clone(&ledger.refused));
    let ledger = danger::foreign_ledger(ledger, "a test lets it fail");
    let scene = Scene::over(ledger, Capabilities::plain(), |builder| builder).await;
    (scene, fails, refused)
}

fn text(scene: &Scene, id: &str, words: &str) -> Inbound {
    Inbound::text(id, scene.ana, "36123", words, scene.now()).unwrap()
}

#[tokio::test]
async fn it_holds_in_the_process_and_marketing_waits_until_it_is_stored() {
    let (scene, fails, _) = scene().await;
    scene.launch(scene.campaign(Kind::Marketing, "flash")).await;
    scene.launch(scene.campaign(Kind::Transactional, "order")).await;
    fails.store(true, Ordering::SeqCst);
    assert!(scene.shop.receive(text(&scene, "in-1", "Stop. Thank you")).await.is_err());
    // Nothing can be appended, so nothing may start.
    assert!(scene.gateway.texts().is_empty());
    // The appends of others work again, only this STOP is lost: as if its transaction alone had failed.
    fails.store(false, Ordering::SeqCst);
    let done = scene.dispatch().await;
    assert_eq!(done.dropped.get("revoked"), Some(&2), "{done:?}");
    let state = scene.shop.person(scene.ana).await.unwrap().unwrap().state;
    assert_eq!(state.revocations.len(), 1);
    // The gateway hands it over again: nothing changes.
    assert!(scene.shop.receive(text(&scene, "in-1", "Stop. Thank you")).await.unwrap().repeated);
}

#[tokio::test]
async fn while_it_cannot_be_stored_no_marketing_starts_and_the_person_gets_nothing() {
    let (scene, fails, refused) = scene().await;
    scene.launch(scene.campaign(Kind::Marketing, "flash")).await;
    scene.launch(scene.campaign(Kind::Transactional, "order")).await;
    fails.store(true, Ordering::SeqCst);
    assert!(scene.shop.receive(text(&scene, "in-1", "STOP")).await.is_err());
    let before = refused.load(Ordering::SeqCst);
    for _ in 0..3 {
        let _ = scene.shop.dispatch(optin::dispatch::Batch::default()).await;
        scene.later(61);
    }
    assert!(refused.load(Ordering::SeqCst) >= before + 3, "each dispatch tries to store it");
    assert!(scene.gateway.texts().is_empty());
}

#[tokio::test]
async fn a_text_that_revokes_nothing_stops_nothing() {
    let (scene, fails, _) = scene().await;
    scene.launch(scene.campaign(Kind::Marketing, "flash")).await;
    fails.store(true, Ordering::SeqCst);
    assert!(scene.shop.receive(text(&scene, "in-1", "merci !")).await.is_err());
    fails.store(false, Ordering::SeqCst);
    assert_eq!(scene.dispatch().await.accepted, 1);
}

#[tokio::test]
async fn a_caller_that_goes_away_in_the_middle_has_stopped_it_all_the_same() {
    let (scene, ..) = scene().await;
    scene.launch(scene.campaign(Kind::Marketing, "flash")).await;
    {
        let mut receive = Box::pin(scene.shop.receive(text(&scene, "in-1", "arrêtez svp")));
        // Dropped at its first wait, if it has one; the memory ledger has none, so it may be through.
        let _ = std::future::poll_fn(|context| std::task::Poll::Ready(receive.as_mut().poll(context))).await;
    }
    let done = scene.dispatch().await;
    assert_eq!((done.accepted, done.dropped.get("revoked")), (1, Some(&1)), "the confirmation alone");
}

#[tokio::test]
async fn what_a_stop_found_in_flight_can_be_waited_for() {
    let (scene, ..) = scene().await;
    scene.launch(scene.campaign(Kind::Marketing, "flash")).await;
    scene.gateway.answer(optin::gateway::Answered::Unknown(optin::gateway::Uncertain::TimedOut));
    scene.dispatch().await;
    let got = scene.shop.receive(text(&scene, "in-1", "STOP")).await.unwrap();
    assert_eq!((got.intent, got.in_flight.len()), (Intent::Stop, 1));
    let left = scene.shop.settled(scene.ana, &got.in_flight, std::future::ready(())).await.unwrap();
    assert_eq!(left, got.in_flight);
    let about = optin::gateway::About::Message(got.in_flight[0]);
    let delivered = optin::consent::event::Delivery::Delivered;
    let report = optin::gateway::Report::new(about, scene.ana, delivered, scene.now());
    scene.shop.report(&report).await.unwrap();
    let left = scene.shop.settled(scene.ana, &got.in_flight, std::future::pending()).await.unwrap();
    assert_eq!(left, []);
}

#[tokio::test]
async fn what_waits_for_it_is_asked_for_again() {
    let (scene, fails, _) = scene().await;
    scene.launch(scene.campaign(Kind::Marketing, "flash")).await;
    fails.store(true, Ordering::SeqCst);
    assert!(scene.shop.receive(text(&scene, "in-1", "STOP")).await.is_err());
    let next = scene.dispatch().await.next_due;
    assert!(next.is_some_and(|next| next > scene.now()), "{next:?}");
}
