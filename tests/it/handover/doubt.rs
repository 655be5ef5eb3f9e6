//! A hand-over whose outcome nobody knows.

use std::time::Duration;

use optin::{
    campaign::CampaignError,
    consent::event::Outcome,
    gateway::{Answered, Capabilities, Idempotency, LookUp, Refusal, Uncertain},
    message::Kind,
};

use super::Scene;

const LEASE: u64 = 121;

fn looks_up() -> Capabilities {
    Capabilities::plain().idempotent(Idempotency::ClientReference).looks_up()
}

async fn outcome(scene: &Scene) -> Option<Outcome> {
    let message = scene.gateway.messages()[0];
    scene.shop.person(scene.ana).await.unwrap().unwrap().state.sent(message).unwrap().outcome
}

#[tokio::test]
async fn what_timed_out_is_looked_up_and_never_sent_again() {
    let scene = Scene::new(looks_up()).await;
    scene.launch(scene.campaign(Kind::Marketing, "flash")).await;
    scene.gateway.answer(Answered::Unknown(Uncertain::TimedOut));
    assert_eq!(scene.dispatch().await.unknown, 1);
    assert_eq!(outcome(&scene).await, Some(Outcome::Unknown));
    scene.gateway.find(LookUp::Found { id: "SM1".to_owned(), delivery: None });
    // Seen as nobody's from now on.
    scene.dispatch().await;
    scene.later(LEASE);
    assert_eq!(scene.dispatch().await.found, 1);
    assert_eq!(outcome(&scene).await, Some(Outcome::Accepted));
    let sought = scene.gateway.sought.lock().unwrap();
    assert_eq!((sought.len(), sought[0].number, sought[0].sender.as_str()), (1, scene.ana, "36123"));
    assert_eq!(sought[0].body.map(|hash| hash.0), Some(scene.gateway.taken.lock().unwrap()[0].body.digest()));
    assert_eq!(scene.gateway.messages().len(), 1);
}

#[tokio::test]
async fn what_the_gateway_certainly_never_took_goes_again() {
    let scene = Scene::new(looks_up()).await;
    scene.launch(scene.campaign(Kind::Marketing, "flash")).await;
    scene.gateway.answer(Answered::Unknown(Uncertain::TimedOut));
    scene.gateway.find(LookUp::NeverTaken);
    scene.dispatch().await;
    scene.dispatch().await;
    scene.later(LEASE);
    assert_eq!(scene.dispatch().await.again, 1);
    scene.later(31);
    assert_eq!(scene.dispatch().await.accepted, 1);
    let messages = scene.gateway.messages();
    assert_eq!((messages.len(), messages[0]), (2, messages[1]));
}

#[tokio::test]
async fn what_nobody_can_tell_is_left_and_counted_once() {
    let scene = Scene::new(looks_up()).await;
    scene.launch(scene.campaign(Kind::Marketing, "flash")).await;
    scene.gateway.answer(Answered::Unknown(Uncertain::Broken));
    let mut unknown = scene.dispatch().await.unknown;
    for _ in 0..4 {
        scene.later(LEASE);
        unknown += scene.dispatch().await.unknown;
    }
    assert_eq!((unknown, scene.gateway.messages().len()), (1, 1));
    assert_eq!(outcome(&scene).await, Some(Outcome::Unknown));
    assert_eq!(scene.shop.waiting(&"flash".parse().unwrap()).await.unwrap(), (0, None));
}

#[tokio::test]
async fn a_transactional_message_may_go_at_least_once_and_no_more_than_three_times() {
    let scene = Scene::new(Capabilities::plain()).await;
    let why = "a code that comes twice is better than none";
    scene.launch(scene.campaign(Kind::Transactional, "order").at_least_once(why)).await;
    let mut unknown = 0;
    for _ in 0..6 {
        scene.gateway.answer(Answered::Unknown(Uncertain::TimedOut));
        unknown += scene.dispatch().await.unknown;
        scene.later(31);
    }
    let messages = scene.gateway.messages();
    assert_eq!((unknown, messages.len()), (3, 3));
    // The idempotency key is the same each time.
    assert!(messages.iter().all(|message| *message == messages[0]));
    assert_eq!(scene.shop.verify().await.unwrap().map(drop), Ok(()));
}

#[tokio::test]
async fn marketing_cannot_choose_to_go_twice() {
    let scene = Scene::new(Capabilities::plain()).await;
    let campaign = scene.campaign(Kind::Marketing, "flash").at_least_once("please");
    let refused = scene.shop.plan(campaign).await.unwrap_err();
    assert!(matches!(refused, optin::PlanError::Campaign(CampaignError::MarketingRepeats)), "{refused}");
    let campaign = scene.campaign(Kind::Transactional, "order").relevance("cart").unwrap();
    let refused = scene.shop.plan(campaign).await.unwrap_err();
    assert!(matches!(refused, optin::PlanError::Campaign(CampaignError::NoGuard(_))), "{refused}");
}

#[tokio::test]
async fn a_carrier_that_asks_to_wait_is_waited_for() {
    let scene = Scene::new(Capabilities::plain()).await;
    scene.launch(scene.campaign(Kind::Marketing, "flash")).await;
    let wait = Some(Duration::from_secs(300));
    scene.gateway.answer(Answered::refused(Refusal::RateLimited, Some("20429".to_owned()), wait));
    let first = scene.dispatch().await;
    assert_eq!((first.again, first.next_due), (1, Some(scene.now() + chrono::TimeDelta::seconds(300))));
    scene.later(299);
    assert_eq!(scene.dispatch().await.accepted, 0);
    scene.later(1);
    assert_eq!(scene.dispatch().await.accepted, 1);
}
