//! What waits under a name goes out as what it was launched as.

use chrono::TimeDelta;
use optin::{
    campaign::Campaign,
    gateway::Capabilities,
    ledger::MemoryLedger,
    message::Kind,
    phone::Country,
    program::{Program, Sender},
};

use super::Scene;

#[tokio::test]
async fn a_name_in_use_is_not_given_to_another_kind_or_program() {
    let club = Program::new("club", "Maison Lune")
        .unwrap()
        .sender(Sender::short_code(Country::FR, "36456").unwrap())
        .help("aide@maisonlune.fr")
        .language("fr");
    let ledger = MemoryLedger::new().unwrap();
    let scene = Scene::over(ledger, Capabilities::plain(), |builder| builder.program(club)).await;
    let week = scene.now()..scene.now() + TimeDelta::days(7);
    let sale = || scene.campaign(Kind::Marketing, "flash").window(week.clone());
    // Eleven at night in Paris: the sale waits for the morning.
    scene.later(13 * 3_600);
    scene.launch(sale()).await;
    for (kind, program, stop) in [(Kind::Transactional, "soldes", 36123), (Kind::Marketing, "club", 36456)] {
        let text = format!("Maison Lune : c'est prêt. STOP au {stop}");
        let other = Campaign::new(kind, "flash", program)
            .unwrap()
            .text(optin::message::Template::parse(&text).unwrap())
            .window(week.clone())
            .audience(Vec::new());
        let plan = scene.shop.plan(other).await.unwrap();
        let launched = scene.shop.launch(plan.approve("lea@maisonlune.fr").unwrap()).await;
        assert!(launched.is_err(), "{kind:?} {program}: {launched:?}");
    }
    scene.launch(sale()).await;
    assert_eq!(scene.dispatch().await.accepted, 0);
    assert!(scene.gateway.texts().is_empty(), "a sale went out at night as an order");
}
