//! What a host takes out of the book or puts over it: known to the book, on record before anything leaves, in the pack.

use std::sync::Arc;

use optin::{
    Messenger,
    clock::FixedClock,
    consent::{ConsentText, Event, OptIn, event::Danger},
    danger,
    gateway::SimulatedCarrier,
    law::{Language, Rulebook, Waived, WaivedBy, WaiverError},
    ledger::{Book, MemoryLedger},
    message::Values,
    place::ZoneTable,
};

use crate::walk::{at, flash, number, run, soldes};

const TEXT: ConsentText = ConsentText { version: "v1", language: "fr", text: "J'accepte." };

/// A rule of the book's by id, loosened, and coverage of a place that the book has not.
const OVERLAY: &str = r#"
[[covered]]
places = ["AQ"]
from = "2020-01-01"
confidence = "low"

[[rule]]
id = "US-FL-HOURS"
layer = "practice"
reach = "settled"
confidence = "low"
citation = "House rule"
sources = []
places = ["US-FL"]
kinds = ["marketing"]
[rule.hours]
windows = [{ days = "all", from = "00:00", to = "24:00" }]
"#;

fn less() -> Rulebook {
    danger::without_rule(&Rulebook::builtin(), "US-FED-HOURS", "counsel's opinion of 2026-11-02").unwrap()
}

/// However often a host lays its own over, what is done without is what the book said.
#[test]
fn a_second_overlay_hides_nothing_of_the_book() {
    let once = Rulebook::builtin().with_overlay("host.toml", OVERLAY).unwrap();
    let twice = once.with_overlay("again.toml", &OVERLAY.replace("24:00", "23:00")).unwrap();
    let own = Rulebook::builtin().rule("US-FL-HOURS").unwrap().clone();
    let less = danger::without_rule(&twice, "US-FL-HOURS", "another opinion").unwrap();
    for book in [once, twice, less] {
        let of: Vec<_> = book.waivers().iter().filter(|waiver| waiver.id == "US-FL-HOURS").collect();
        assert_eq!(of.len(), 1);
        assert_eq!(of[0].rules.iter().map(|rule| &rule.hours).collect::<Vec<_>>(), [&own.hours]);
    }
}

#[test]
fn a_rule_goes_with_a_reason_only() {
    let book = Rulebook::builtin();
    assert!(book.waivers().is_empty());
    let off = less();
    assert!(off.rule("US-FED-HOURS").is_none());
    assert_ne!(off.version(), book.version());
    let other = danger::without_rule(&book, "US-FED-HOURS", "another reason").unwrap();
    assert_ne!(off.version(), other.version(), "the reason is part of the version");
    assert_eq!(off.waivers().len(), 1);
    assert_eq!(off.waivers()[0].rules[0].id, "US-FED-HOURS");
    assert_eq!(
        off.waivers()[0].words(Language::English),
        "rule US-FED-HOURS: switched off: counsel's opinion of 2026-11-02"
    );
    for reason in ["", " \t"] {
        let refused = danger::without_rule(&book, "US-FED-HOURS", reason).unwrap_err();
        assert_eq!(refused, WaiverError::NoReason("US-FED-HOURS".to_owned()));
    }
    let refused = danger::without_rule(&book, "US-FED-HOUR", "x").unwrap_err();
    assert_eq!(refused, WaiverError::NoSuchRule("US-FED-HOUR".to_owned()));
}

#[test]
fn what_an_overlay_replaces_or_opens_is_known() {
    let book = Rulebook::builtin().with_overlay("shop.toml", OVERLAY).unwrap();
    let found: Vec<_> = book.waivers().iter().map(|w| (w.what, w.id.as_str())).collect();
    assert_eq!(found, [(Waived::Rule, "US-FL-HOURS"), (Waived::Coverage, "AQ")]);
    assert!(book.waivers().iter().all(|w| w.by == WaivedBy::File("shop.toml".to_owned())));
    let replaced = &book.waivers()[0].rules;
    assert!(!replaced.is_empty() && replaced.iter().all(|rule| rule.layer != optin::law::Layer::Practice));

    // A rule that is only added takes nothing away.
    let added = OVERLAY.split("[[rule]]").nth(1).unwrap().replace("US-FL-HOURS", "SHOP-HOURS");
    let added = Rulebook::builtin().with_overlay("shop.toml", &format!("[[rule]]{added}")).unwrap();
    assert!(added.waivers().is_empty());

    // Putting back by a file what was switched off is the file's doing.
    let rule = format!("[[rule]]{}", OVERLAY.split("[[rule]]").nth(1).unwrap());
    let back = danger::without_rule(&Rulebook::builtin(), "US-FL-HOURS", "x").unwrap();
    let back = back.with_overlay("shop.toml", &rule).unwrap();
    assert_eq!(back.waivers().len(), 1);
    assert_eq!(back.waivers()[0].by, WaivedBy::File("shop.toml".to_owned()));

    let own = Rulebook::from_files(&[("own.toml", OVERLAY.split("[[rule]]").next().unwrap())]).unwrap();
    assert_eq!(own.waivers()[0].what, Waived::Book);
}

#[test]
fn a_place_shows_its_own_waivers_in_their_time() {
    let on = |book: &Rulebook, place: &str, date: &str| {
        let found = book.on(place.parse().unwrap(), date.parse().unwrap());
        found.waived.iter().map(|waiver| waiver.id.clone()).collect::<Vec<_>>()
    };
    assert_eq!(on(&less(), "US-NY", "2025-06-01"), ["US-FED-HOURS"]);
    assert!(on(&less(), "US-NY", "2001-06-01").is_empty(), "it was not in force");
    assert!(on(&less(), "FR", "2025-06-01").is_empty());
    let overlaid = Rulebook::builtin().with_overlay("shop.toml", OVERLAY).unwrap();
    assert_eq!(on(&overlaid, "US-FL", "2025-06-01"), ["US-FL-HOURS"]);
    assert!(on(&overlaid, "US-NY", "2025-06-01").is_empty());
    assert_eq!(on(&overlaid, "AQ", "2025-06-01"), ["AQ"]);
}

fn shop(rulebook: Rulebook) -> (Messenger, Book, Arc<FixedClock>) {
    let ledger = Arc::new(MemoryLedger::new().unwrap());
    let clock = Arc::new(FixedClock::at(at("2026-11-26T10:00:00Z")));
    let shop = Messenger::builder(Arc::clone(&ledger), rulebook)
        .program(soldes())
        .gateway(SimulatedCarrier::seeded(7))
        .clock(Arc::clone(&clock))
        .zones(ZoneTable::bundled())
        .build()
        .unwrap();
    (shop, Book::new(ledger as Arc<dyn optin::ledger::DynLedger>), clock)
}

async fn dangers(book: &Book) -> Vec<Danger> {
    let house = book.house().await.unwrap();
    let history = book.history(&house).await.unwrap();
    let dangers = history.into_iter().filter_map(|(envelope, _)| match envelope.event {
        Event::Danger(danger) => Some(danger),
        _ => None,
    });
    dangers.collect()
}

#[tokio::test]
async fn each_goes_on_record_before_the_first_opt_in() {
    let rulebook = less().with_overlay("shop.toml", OVERLAY).unwrap();
    let version = rulebook.version().to_owned();
    let (shop, book, _) = shop(rulebook);
    assert!(dangers(&book).await.is_empty(), "building writes nothing");
    shop.opt_in(number("+33612345678"), "soldes", OptIn::checkbox(&TEXT)).await.unwrap();
    shop.opt_in(number("+33612345679"), "soldes", OptIn::checkbox(&TEXT)).await.unwrap();
    let found = dangers(&book).await;
    let told: Vec<_> = found.iter().map(|d| (d.what.as_str(), d.reason.as_str())).collect();
    assert_eq!(
        told,
        [
            ("without_rule", "rule US-FED-HOURS: switched off: counsel's opinion of 2026-11-02"),
            (
                "overlay",
                "rule US-FL-HOURS: replaced by the host's shop.toml; coverage AQ: given by the host's shop.toml"
            ),
        ],
        "once, and one record for a file"
    );
    assert!(found.iter().all(|danger| danger.rulebook.as_deref() == Some(version.as_str())));
    assert!(shop.verify().await.unwrap().is_ok());
}

#[tokio::test]
async fn the_book_as_it_came_writes_nothing() {
    let (shop, book, _) = shop(Rulebook::builtin());
    shop.opt_in(number("+33612345678"), "soldes", OptIn::checkbox(&TEXT)).await.unwrap();
    assert!(dangers(&book).await.is_empty());
}

#[cfg(feature = "evidence")]
#[tokio::test]
async fn a_pack_proves_what_the_book_did_without() {
    use optin::{
        id::Name,
        report::evidence::{Ask, MessageRef, check},
    };

    let ana = number("+33612345678");
    let source = Name::new("flash-2026-11-27").unwrap();
    for (rulebook, waived) in [(less(), 1), (Rulebook::builtin(), 0)] {
        let (shop, _, clock) = shop(rulebook);
        shop.opt_in(ana, "soldes", OptIn::checkbox(&TEXT)).await.unwrap();
        clock.set(at("2026-11-27T09:00:00Z"));
        let plan = shop.plan(flash(vec![(ana, Values::new())])).await.unwrap();
        shop.launch(plan.approve("lea@maisonlune.fr").unwrap()).await.unwrap();
        assert_eq!(run(&shop, &clock, at("2026-11-27T20:00:00Z")).await.accepted, 1);
        let message = MessageRef::campaign(ana, source.clone());
        let pack = shop.evidence_of(&message, &Ask::new()).await.unwrap();
        check(pack.to_json().as_bytes(), None).unwrap();
        let shown: serde_json::Value = serde_json::from_str(&pack.to_json()).unwrap();
        let told = shown["reading"]["message"]["waived"].as_array().cloned().unwrap_or_default();
        assert_eq!(told.len(), waived);
        let proven = shown["house"].as_array().unwrap().iter().filter(|record| record["event"] == "danger");
        assert_eq!(proven.count(), waived);
        let page = pack.to_html(Language::English);
        assert_eq!(page.contains("counsel&#39;s opinion of 2026-11-02"), waived == 1, "{page}");
    }
}
