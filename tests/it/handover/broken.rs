//! One person whose records cannot be read, among others.

use std::sync::{Arc, Mutex, atomic::Ordering};

use chrono::TimeDelta;
use optin::{
    danger,
    dispatch::Batch,
    gateway::{Answered, Capabilities, Inbound, Uncertain},
    id::RecipientId,
    ledger::MemoryLedger,
    message::Kind,
};

use super::{Scene, failing::Failing};
use crate::{receive::consent, walk::number};

async fn scene(can: Capabilities) -> (Scene, Arc<Mutex<Option<RecipientId>>>) {
    let ledger = Failing::new(MemoryLedger::new().unwrap());
    let broken = Arc::clone(&ledger.broken);
    let ledger = danger::foreign_ledger(ledger, "a test breaks it");
    (Scene::over(ledger, can, |builder| builder).await, broken)
}

async fn recipient(scene: &Scene) -> RecipientId {
    scene.shop.person(scene.ana).await.unwrap().unwrap().recipient
}

#[tokio::test]
async fn whose_message_started_is_asked_for_once_a_lease() {
    let (scene, broken) = scene(Capabilities::plain().looks_up()).await;
    scene.launch(scene.campaign(Kind::Marketing, "flash")).await;
    scene.gateway.answer(Answered::Unknown(Uncertain::TimedOut));
    assert_eq!(scene.dispatch().await.unknown, 1);
    *broken.lock().unwrap() = Some(recipient(&scene).await);
    scene.later(121);
    let next = scene.dispatch().await.next_due.unwrap();
    assert!(next > scene.now() + TimeDelta::seconds(60), "{next}");
    *broken.lock().unwrap() = None;
    scene.later(121);
    scene.dispatch().await;
    assert_eq!(scene.gateway.sought.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn whose_window_closes_does_not_keep_the_others_from_going() {
    let second = std::time::Duration::from_secs(1);
    let (scene, broken) = scene(Capabilities::plain().valid(second, 36_000 * second)).await;
    let soon = scene.now()..scene.now() + TimeDelta::seconds(30);
    scene.launch(scene.campaign(Kind::Marketing, "flash").window(soon)).await;
    *broken.lock().unwrap() = Some(recipient(&scene).await);
    let done = scene.shop.dispatch(Batch::default()).await;
    assert_eq!(done.map(|done| done.held).map_err(|error| error.to_string()), Ok(1));
}

#[tokio::test]
async fn whose_stop_cannot_be_stored_does_not_keep_the_others_from_being_stored() {
    let ledger = Failing::new(MemoryLedger::new().unwrap());
    let (broken, fails) = (Arc::clone(&ledger.broken), Arc::clone(&ledger.fails));
    let ledger = danger::foreign_ledger(ledger, "a test breaks it");
    let scene = Scene::over(ledger, Capabilities::plain(), |builder| builder).await;
    let bob = number("+33698765432");
    scene.shop.opt_in(bob, "soldes", consent()).await.unwrap();
    fails.store(true, Ordering::SeqCst);
    for (id, from) in [("in-1", scene.ana), ("in-2", bob)] {
        let stop = Inbound::text(id, from, "36123", "STOP", scene.now()).unwrap();
        assert!(scene.shop.receive(stop).await.is_err());
    }
    fails.store(false, Ordering::SeqCst);
    *broken.lock().unwrap() = Some(recipient(&scene).await);
    for _ in 0..3 {
        scene.dispatch().await;
    }
    assert_eq!(scene.shop.person(bob).await.unwrap().unwrap().state.revocations.len(), 1);
}
