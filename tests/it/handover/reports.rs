//! Delivery reports: what they settle, and what they give away.

use chrono::TimeDelta;
use optin::{
    consent::event::{Delivery, Outcome},
    gateway::{About, Answered, Capabilities, Cost, Recalled, Refusal, Report, Uncertain},
    message::Kind,
    policy::Code,
};

use super::Scene;
use crate::walk::{at, number};

async fn sent(scene: &Scene) -> optin::consent::Sent {
    let message = scene.gateway.messages()[0];
    scene.shop.person(scene.ana).await.unwrap().unwrap().state.sent(message).unwrap().clone()
}

async fn scene(answer: Option<Answered>) -> Scene {
    let scene = Scene::new(Capabilities::plain().cancels()).await;
    scene.launch(scene.campaign(Kind::Marketing, "flash")).await;
    answer.into_iter().for_each(|answer| scene.gateway.answer(answer));
    scene.dispatch().await;
    scene
}

fn report(scene: &Scene, delivery: Delivery) -> Report {
    Report::new(About::Message(scene.gateway.messages()[0]), scene.ana, delivery, scene.now())
}

#[tokio::test]
async fn a_report_settles_what_nobody_knew() {
    let scene = scene(Some(Answered::Unknown(Uncertain::TimedOut))).await;
    let landed = scene.shop.report(&report(&scene, Delivery::Delivered)).await.unwrap();
    assert!(landed.resolved && landed.changed && landed.late.is_none(), "{landed:?}");
    assert_eq!(sent(&scene).await.outcome, Some(Outcome::Accepted));
    assert_eq!(sent(&scene).await.delivery, Some(Delivery::Delivered));
}

#[tokio::test]
async fn the_gateways_own_id_is_enough() {
    let scene = scene(Some(Answered::accepted("SM42"))).await;
    let about = About::Gateway("SM42".to_owned());
    let report = Report::new(about, scene.ana, Delivery::Undelivered, scene.now());
    let landed = scene.shop.report(&report).await.unwrap();
    assert_eq!(landed.message, Some(scene.gateway.messages()[0]));
    assert_eq!(sent(&scene).await.delivery, Some(Delivery::Undelivered));
    // A later word that it was delivered outweighs it; the same again says nothing.
    let mut better = report.clone();
    better.delivery = Delivery::Delivered;
    assert!(scene.shop.report(&better).await.unwrap().changed);
    assert!(!scene.shop.report(&better).await.unwrap().changed);
    assert!(!scene.shop.report(&report).await.unwrap().changed);
    assert_eq!(sent(&scene).await.delivery, Some(Delivery::Delivered));
}

#[tokio::test]
async fn a_report_of_somebody_elses_message_changes_nothing() {
    let scene = scene(None).await;
    let about = About::Gateway("SM-of-another".to_owned());
    let other = Report::new(about, scene.ana, Delivery::Delivered, scene.now());
    assert_eq!(scene.shop.report(&other).await.unwrap().message, None);
    let mut stranger = report(&scene, Delivery::Delivered);
    stranger.to = number("+33611111111");
    assert!(!scene.shop.report(&stranger).await.unwrap().changed);
    assert_eq!(sent(&scene).await.delivery, None);
}

#[tokio::test]
async fn a_delivery_at_night_is_told_with_the_rule_that_it_breaks() {
    let scene = scene(None).await;
    let night = at("2026-11-27T23:30:00Z");
    scene.clock.set(night);
    let landed = scene.shop.report(&report(&scene, Delivery::Delivered)).await.unwrap();
    assert!(landed.late > Some(TimeDelta::hours(2)), "{landed:?}");
    assert!(landed.outside.iter().any(|reason| reason.code == Code::WindowClosed), "{landed:?}");
    assert!(landed.outside.iter().all(|reason| reason.citation().is_some()), "{landed:?}");
}

#[tokio::test]
async fn an_opt_out_that_shows_only_in_a_report_ends_consent() {
    let scene = scene(None).await;
    let mut report = report(&scene, Delivery::Undelivered);
    report.refusal = Some(Refusal::OptedOut);
    report.code = Some("200".to_owned());
    assert!(scene.shop.report(&report).await.unwrap().changed);
    let state = scene.shop.person(scene.ana).await.unwrap().unwrap().state;
    assert_eq!((state.revocations.len(), state.blocked.len()), (1, 1));
    // The gateway reaches her again: nothing that she said is undone.
    assert!(scene.shop.restored(scene.ana, Some(&"36123".parse().unwrap())).await.unwrap());
    assert!(!scene.shop.restored(scene.ana, None).await.unwrap());
    let state = scene.shop.person(scene.ana).await.unwrap().unwrap().state;
    assert_eq!((state.revocations.len(), state.blocked.len()), (1, 0));
}

#[tokio::test]
async fn an_opt_out_reported_of_a_message_that_nobody_knows_counts_all_the_same() {
    let scene = scene(None).await;
    for to in [scene.ana, number("+33611111111")] {
        let about = About::Gateway("SM-of-another-system".to_owned());
        let mut report = Report::new(about, to, Delivery::Undelivered, scene.now());
        report.refusal = Some(Refusal::OptedOut);
        assert!(scene.shop.report(&report).await.unwrap().changed);
        assert_eq!(scene.shop.person(to).await.unwrap().unwrap().state.revocations.len(), 1);
    }
}

#[tokio::test]
async fn a_number_that_was_given_up_ends_the_tenure() {
    let scene = scene(None).await;
    let mut report = report(&scene, Delivery::Undelivered);
    report.refusal = Some(Refusal::Deactivated);
    scene.shop.report(&report).await.unwrap();
    assert!(scene.shop.person(scene.ana).await.unwrap().unwrap().state.ended);
    assert!(!scene.shop.report(&report).await.unwrap().changed);
}

#[tokio::test]
async fn cost_and_segments_go_on_record() {
    let cost = Some(Cost { micros: 79_000, currency: *b"EUR" });
    let scene = scene(Some(Answered::accepted_for("SM1", Some(2), cost))).await;
    let mut report = report(&scene, Delivery::Delivered);
    report.segments = Some(2);
    scene.shop.report(&report).await.unwrap();
    let told = format!("{:?}", scene.shop.history(scene.ana).await.unwrap());
    assert!(told.contains("micros: Some(79000)") && told.contains("\"EUR\""), "{told}");
    assert_eq!(told.matches("segments: Some(2)").count(), 2, "{told}");
}

#[tokio::test]
async fn what_waits_at_the_gateway_can_be_called_back() {
    let scene = scene(Some(Answered::accepted("SM7"))).await;
    let message = scene.gateway.messages()[0];
    assert_eq!(scene.shop.recall(scene.ana).await.unwrap(), [(message, Recalled::Done)]);
    assert_eq!(*scene.gateway.recalled.lock().unwrap(), ["SM7"]);
    scene.shop.report(&report(&scene, Delivery::Delivered)).await.unwrap();
    assert_eq!(scene.shop.recall(scene.ana).await.unwrap(), []);
}
