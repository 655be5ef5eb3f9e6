//! What a pack shows, and what it keeps to itself.

use chrono::Duration;
use optin::{
    campaign::Campaign,
    consent::event::Erased,
    danger,
    id::Name,
    ledger::Urgency,
    message::{Kind, Template, Values},
    policy::Language,
    report::evidence::{Ask, MessageRef, check},
};
use serde_json::Value;

use super::world::World;
use crate::walk::{at, run};

fn value(pack: &optin::report::evidence::EvidencePack) -> Value {
    serde_json::from_str(&pack.to_json()).unwrap()
}

#[tokio::test]
async fn a_message_is_explained() {
    let world = World::lived(5, 24).await;
    let key = world.key().await;
    let flash = Name::new("flash-1").unwrap();
    let mut explained = 0;
    for number in &world.people {
        let message = MessageRef::campaign(*number, flash.clone());
        let Ok(pack) = world.shop.evidence_of(&message, &Ask::new()).await else { continue };
        let checked = check(pack.to_json().as_bytes(), Some(&key)).unwrap();
        assert!(checked.vouched && checked.message.is_some() && checked.wordless == 0);
        let shown = value(&pack);
        let told = &shown["reading"]["message"];
        assert_eq!(told["source"], "flash-1");
        assert_eq!(told["rulebook"]["same"], true);
        assert_eq!(told["approved"]["by"], "lea@maisonlune.fr");
        assert!(told["outcome"]["gateway_id"].is_string());
        assert!(!told["local"].as_array().unwrap().is_empty());
        if told["decision"].is_object() {
            assert_eq!(told["decision"]["verdict"], "allow", "the same facts give the same decision");
            assert!(
                told["decision"]["rules"].as_array().unwrap().iter().all(|rule| rule["citation"].is_string())
            );
            explained += 1;
        }
        let id = told["outcome"]["gateway_id"].as_str().unwrap();
        let by_gateway = world.shop.evidence_of(&MessageRef::gateway(id), &Ask::new()).await.unwrap();
        assert_eq!(value(&by_gateway)["about"], shown["about"]);
        let page = pack.to_html(Language::French);
        assert!(page.contains("Pourquoi cette personne a-t-elle reçu ce SMS ?") && page.contains("flash-1"));
        assert!(!page.contains("<script") && !page.contains("src=") && !page.contains("href="));
    }
    assert!(explained > 3, "{explained}");
}

#[tokio::test]
async fn a_safeguard_that_its_campaign_stepped_around_is_told() {
    let world = World::lived(7, 8).await;
    let begins = at("2026-12-01T15:00:00Z");
    world.clock.set(begins);
    let parcel = Campaign::new(Kind::Transactional, "parcel", "soldes")
        .unwrap()
        .text(
            Template::parse("Maison Lune : colis parti. -20 % sur le prochain avec MERCI20, foncez !")
                .unwrap(),
        )
        .window(begins..begins + Duration::hours(4))
        .audience(world.people.iter().map(|number| (*number, Values::new())).collect::<Vec<_>>());
    let vouched = danger::as_declared(parcel, "counsel read it").unwrap();
    let plan = world.shop.plan(vouched).await.unwrap();
    world.shop.launch(plan.approve("lea@maisonlune.fr").unwrap()).await.unwrap();
    run(&world.shop, &world.clock, begins + Duration::hours(4)).await;
    let mut told = 0;
    for number in &world.people {
        let pack = |name| MessageRef::campaign(*number, Name::new(name).unwrap());
        if let Ok(pack) = world.shop.evidence_of(&pack("parcel"), &Ask::new()).await {
            assert!(pack.to_html(Language::English).contains("counsel read it"));
            check(pack.to_json().as_bytes(), Some(&world.key().await)).unwrap();
            told += 1;
        }
        // It belongs to that campaign and to no other.
        if let Ok(pack) = world.shop.evidence_of(&pack("flash-1"), &Ask::new()).await {
            assert!(!pack.to_json().contains("counsel read it"));
        }
    }
    assert!(told > 2, "{told}");
}

#[tokio::test]
async fn the_number_is_shown_on_request_only() {
    let world = World::lived(6, 16).await;
    for number in &world.people {
        if world.shop.person(*number).await.unwrap().unwrap().state.erased {
            continue;
        }
        let masked = world.shop.evidence(*number, &Ask::new()).await.unwrap();
        for text in [masked.to_json(), masked.to_html(Language::English), masked.summary(Language::English)] {
            assert!(!text.contains(&number.e164()));
        }
        let whole = world.shop.evidence(*number, &Ask::new().reveal_number()).await.unwrap();
        assert_eq!(value(&whole)["records"][0]["disclosed"][0]["value"], number.e164());
        let nothing = world.shop.evidence(*number, &Ask::new().only(&[])).await.unwrap();
        assert_eq!(check(nothing.to_json().as_bytes(), None).unwrap().disclosed, 0);
    }
}

#[tokio::test]
async fn an_erased_person_leaves_a_skeleton_that_holds() {
    let world = World::lived(7, 6).await;
    let ana = world.people[0];
    let before = world.shop.evidence(ana, &Ask::new().reveal_number()).await.unwrap();
    let mut person = world.book.find(ana).await.unwrap().unwrap();
    if !person.state.erased {
        let erased = Erased { request: Name::new("request-42").unwrap(), rule: None };
        person.stage(person.state.newest_ms, erased, &[]).unwrap();
        world.book.write(person, Urgency::Normal).await.unwrap();
    }
    let after = world.shop.evidence(ana, &Ask::new().reveal_number()).await.unwrap();
    let checked = check(after.to_json().as_bytes(), Some(&world.key().await)).unwrap();
    assert!(checked.disclosed == 0 && checked.withheld > 0);
    assert!(!after.to_json().contains(&ana.e164()));
    let told = value(&after);
    assert!(told["reading"]["number"].is_null());
    assert!(told["reading"]["erased"]["at"].is_string());
    assert!(told["reading"]["answer"]["en"].as_str().unwrap().contains("on request request-"));
    // What was shown before still holds: nothing was changed, only forgotten.
    assert!(check(before.to_json().as_bytes(), Some(&world.key().await)).is_ok());
}

#[tokio::test]
async fn a_checkpoint_is_made_only_when_it_is_missing() {
    let world = World::lived(8, 4).await;
    let first = value(&world.shop.evidence(world.people[0], &Ask::new()).await.unwrap());
    let again = value(&world.shop.evidence(world.people[1], &Ask::new()).await.unwrap());
    assert_eq!(first["checkpoint"], again["checkpoint"]);
    world
        .shop
        .opt_in(world.people[1], "club", optin::consent::OptIn::checkbox(&super::world::WORDS[0]))
        .await
        .unwrap();
    let newer = value(&world.shop.evidence(world.people[1], &Ask::new()).await.unwrap());
    assert_ne!(first["checkpoint"], newer["checkpoint"]);
}
