//! The host is asked at the last moment whether a message still makes sense.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use optin::{
    campaign::{Campaign, Candidate, Relevance, Relevant},
    gateway::Capabilities,
    ledger::MemoryLedger,
    message::{Counting, Kind, Template, Values},
    phone::Country,
    place::Zone,
    program::{Counted, Limit, Period, Program, Sender},
};

use super::Scene;
use crate::receive::consent;

/// Says what it is told to; nothing: it fails.
#[derive(Debug, Default, Clone)]
struct Cart(Arc<Mutex<Option<Relevant>>>, Arc<Mutex<Vec<Candidate>>>);

impl Relevance for Cart {
    async fn still(&self, message: Candidate) -> Result<Relevant, Box<dyn std::error::Error + Send + Sync>> {
        self.1.lock().unwrap().push(message);
        self.0.lock().unwrap().clone().ok_or_else(|| "the shop does not answer".into())
    }
}

async fn scene(kind: Kind, says: Option<Relevant>) -> (Scene, Cart) {
    let cart = Cart::default();
    *cart.0.lock().unwrap() = says;
    let guard = cart.clone();
    let set_up = |builder: optin::Builder| builder.relevance("cart", guard).unwrap();
    let scene = Scene::over(MemoryLedger::new().unwrap(), Capabilities::plain(), set_up).await;
    scene.launch(scene.campaign(kind, "cart-7").relevance("cart").unwrap()).await;
    (scene, cart)
}

#[tokio::test]
async fn a_cart_that_was_bought_gets_no_reminder() {
    let (scene, cart) = scene(Kind::Marketing, Some(Relevant::No)).await;
    assert_eq!(scene.dispatch().await.dropped.get("irrelevant"), Some(&1));
    assert!(scene.gateway.texts().is_empty());
    let asked = cart.1.lock().unwrap();
    assert_eq!((asked.len(), asked[0].number, asked[0].at), (1, scene.ana, scene.now()));
    assert_eq!(asked[0].values, Values::new().with("first_name", "Ana"));
    assert!(!format!("{:?}", asked[0]).contains("612345678"));
}

#[tokio::test]
async fn a_text_is_made_anew_with_the_values_of_now() {
    let (scene, _) =
        scene(Kind::Marketing, Some(Relevant::With(Values::new().with("first_name", "Zoé")))).await;
    assert_eq!(scene.dispatch().await.accepted, 1);
    assert!(
        scene.gateway.texts()[0].starts_with("Maison Lune : Zoé, c'est prêt."),
        "{:?}",
        scene.gateway.texts()
    );
}

#[tokio::test]
async fn values_that_may_not_stand_in_a_text_send_nothing() {
    let values = Values::new().with("first_name", "http://evil.example/x");
    let (scene, _) = scene(Kind::Marketing, Some(Relevant::With(values))).await;
    assert_eq!(scene.dispatch().await.dropped.get("no_text"), Some(&1));
    assert!(scene.gateway.texts().is_empty());
}

#[tokio::test]
async fn a_guard_that_fails_sends_no_marketing_and_is_asked_again() {
    let (scene, cart) = scene(Kind::Marketing, None).await;
    assert_eq!(scene.dispatch().await.held, 1);
    assert!(scene.gateway.texts().is_empty());
    *cart.0.lock().unwrap() = Some(Relevant::Yes);
    scene.later(60);
    assert_eq!(scene.dispatch().await.accepted, 1);
}

#[tokio::test]
async fn a_guard_that_fails_does_not_hold_an_order_up() {
    let (scene, _) = scene(Kind::Transactional, None).await;
    assert_eq!(scene.dispatch().await.accepted, 1);
}

#[tokio::test]
async fn a_text_that_grew_draws_on_its_budgets_for_all_of_it() {
    let cart = Cart::default();
    // A letter outside of GSM-7: two segments in place of one.
    *cart.0.lock().unwrap() = Some(Relevant::With(Values::new().with("first_name", &"ŵ".repeat(40))));
    let paris = Period::Day(Zone::named("Europe/Paris").unwrap());
    let day = Limit::new("day", Counted::Segments, paris, 3.try_into().unwrap()).unwrap();
    let sender = Sender::short_code(Country::FR, "36456").unwrap().throughput(50.try_into().unwrap());
    let club = Program::new("club", "Maison Lune").unwrap().sender(sender.limit(day)).language("fr");
    let guard = cart.clone();
    let set_up = |builder: optin::Builder| builder.program(club).relevance("cart", guard).unwrap();
    let scene = Scene::over(MemoryLedger::new().unwrap(), Capabilities::plain(), set_up).await;
    scene.shop.opt_in(scene.ana, "club", consent()).await.unwrap();
    for name in ["one", "two"] {
        let campaign = Campaign::new(Kind::Transactional, name, "club")
            .unwrap()
            .text(Template::parse("Maison Lune : {first_name|Bonjour}, c'est prêt. STOP au 36456").unwrap())
            .window(scene.now()..scene.now() + TimeDelta::hours(8))
            .audience(vec![(scene.ana, Values::new())]);
        scene.launch(campaign.relevance("cart").unwrap()).await;
        for _ in 0..3 {
            scene.dispatch().await;
            scene.later(60);
        }
    }
    let taken = scene.gateway.taken.lock().unwrap();
    let segments: Vec<_> = taken.iter().map(|sent| sent.body.segments(Counting::Standard).segments).collect();
    assert_eq!(segments, [2], "of three a day");
}
