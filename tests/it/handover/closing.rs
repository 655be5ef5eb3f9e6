//! Nothing lands at night because a queue was long.

use std::time::Duration;

use chrono::TimeDelta;
use optin::{
    consent::event::Delivery,
    gateway::{About, Capabilities, Report},
    message::Kind,
};

use super::Scene;
use crate::walk::at;

/// In France marketing ends at 21:30 by the AF2M charter of 2026: 20:30 UTC in November.
const CLOSES: &str = "2026-11-27T20:30:00Z";

#[tokio::test]
async fn without_a_validity_period_hand_overs_end_earlier() {
    let scene = Scene::new(Capabilities::plain()).await;
    scene.launch(scene.campaign(Kind::Marketing, "flash")).await;
    scene.clock.set(at(CLOSES) - TimeDelta::minutes(15));
    let done = scene.dispatch().await;
    assert_eq!((done.held, done.accepted), (1, 0), "{done:?}");
    // Saturday morning.
    assert_eq!(done.next_due, Some(at("2026-11-28T07:00:00Z")));
    scene.clock.set(at("2026-11-28T07:00:00Z"));
    assert_eq!(scene.dispatch().await.accepted, 1);
    let valid_for = scene.gateway.taken.lock().unwrap()[0].valid_for;
    assert!(valid_for <= Duration::from_secs(12 * 3_600), "{valid_for:?}");
}

#[tokio::test]
async fn a_minute_before_the_cut_off_it_still_goes() {
    let scene = Scene::new(Capabilities::plain()).await;
    scene.launch(scene.campaign(Kind::Marketing, "flash")).await;
    scene.clock.set(at(CLOSES) - TimeDelta::minutes(16));
    assert_eq!(scene.dispatch().await.accepted, 1);
    assert_eq!(scene.gateway.taken.lock().unwrap()[0].valid_for, Duration::from_secs(60));
}

#[tokio::test]
async fn a_queue_that_was_seen_to_be_slow_is_given_more_room() {
    let scene = Scene::new(Capabilities::plain()).await;
    scene.launch(scene.campaign(Kind::Marketing, "first")).await;
    scene.dispatch().await;
    let message = scene.gateway.messages()[0];
    let landed = scene.now() + TimeDelta::hours(1);
    let report = Report::new(About::Message(message), scene.ana, Delivery::Delivered, landed);
    scene.clock.set(landed);
    assert!(scene.shop.report(&report).await.unwrap().changed);
    scene.launch(scene.campaign(Kind::Marketing, "second")).await;
    scene.clock.set(at(CLOSES) - TimeDelta::minutes(59));
    assert_eq!(scene.dispatch().await.held, 1);
}

#[tokio::test]
async fn with_a_validity_period_the_gateway_is_told_what_is_left_of_the_window() {
    let minute = Duration::from_secs(60);
    let scene = Scene::new(Capabilities::plain().valid(minute, 600 * minute)).await;
    scene.launch(scene.campaign(Kind::Marketing, "flash")).await;
    scene.clock.set(at(CLOSES) - TimeDelta::minutes(3));
    assert_eq!(scene.dispatch().await.accepted, 1);
    assert_eq!(scene.gateway.taken.lock().unwrap()[0].valid_for, 3 * minute);
}

#[tokio::test]
async fn less_than_the_shortest_period_waits_for_the_next_window() {
    let minute = Duration::from_secs(60);
    let scene = Scene::new(Capabilities::plain().valid(minute, 600 * minute)).await;
    scene.launch(scene.campaign(Kind::Marketing, "flash")).await;
    scene.clock.set(at(CLOSES) - TimeDelta::seconds(60));
    assert_eq!(scene.dispatch().await.held, 1);
    assert!(scene.gateway.texts().is_empty());
}

#[tokio::test]
async fn an_order_does_not_wait_for_the_morning() {
    let scene = Scene::new(Capabilities::plain()).await;
    scene.launch(scene.campaign(Kind::Transactional, "order")).await;
    scene.clock.set(at(CLOSES) + TimeDelta::hours(3));
    assert_eq!(scene.dispatch().await.accepted, 1);
}
