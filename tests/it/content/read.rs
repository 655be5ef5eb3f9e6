//! What is read is what was judged: values, fallbacks, numbers, senders, names.

use std::sync::Arc;

use optin::{
    LaunchError, Messenger, PlanError,
    blocking::wait,
    campaign::{Campaign, CampaignError, Plan},
    clock::FixedClock,
    consent::{ConsentText, OptIn},
    content::{FindingCode, Lint, Said, SenderKind, Severity},
    dispatch::Batch,
    gateway::SimulatedCarrier,
    law::Rulebook,
    ledger::{Ledger, MemoryLedger},
    message::{Kind, Letters, Tag, Tags, Template, Values},
    phone::{Country, PhoneNumber},
    place::ZoneTable,
    program::{Program, Sender},
    shop::Location,
};

use crate::walk::{at, number, soldes};

const TEXT: ConsentText =
    ConsentText { version: "v1", language: "fr", text: "J'accepte les SMS de Maison Lune." };

struct House {
    ledger: Arc<MemoryLedger>,
    carrier: Arc<SimulatedCarrier>,
    clock: Arc<FixedClock>,
    shop: Messenger,
    ana: PhoneNumber,
}

/// Ana, who agreed to "soldes"; a Friday noon in Paris.
async fn house(program: Program) -> House {
    let ledger = Arc::new(MemoryLedger::new().unwrap());
    let clock = Arc::new(FixedClock::at(at("2026-11-27T11:00:00Z")));
    let carrier = Arc::new(SimulatedCarrier::seeded(7));
    let shop = Messenger::builder(Arc::clone(&ledger), Rulebook::builtin())
        .program(program)
        .gateway(Arc::clone(&carrier))
        .clock(Arc::clone(&clock))
        .zones(ZoneTable::bundled())
        .build()
        .unwrap();
    let ana = number("+33612345678");
    shop.opt_in(ana, "soldes", OptIn::checkbox(&TEXT).at(at("2026-11-27T10:00:00Z"))).await.unwrap();
    House { ledger, carrier, clock, shop, ana }
}

impl House {
    fn campaign(&self, kind: Kind, name: &str, text: &str, values: Values) -> Campaign {
        Campaign::new(kind, name, "soldes")
            .unwrap()
            .text(Template::parse(text).unwrap())
            .window(at("2026-11-27T11:00:00Z")..at("2026-11-27T18:00:00Z"))
            .audience(vec![(self.ana, values)])
    }

    async fn sale(&self, text: &str) -> Plan {
        self.shop.plan(self.campaign(Kind::Marketing, "sale", text, Values::new())).await.unwrap()
    }
}

fn codes(plan: &Plan) -> Vec<FindingCode> {
    plan.findings.iter().map(|(_, finding)| finding.code).collect()
}

#[test]
fn values_do_not_make_a_pitch_of_a_parcel() {
    wait(async {
        let house = house(soldes()).await;
        let text = "Maison Lune : votre commande {order.number} est partie, livraison demain : {cart.items}";
        for (items, no_text) in [
            ("robe en lin, taille 38; deux bougies", None),
            ("-20 % sur tout le site avec le code MERCI20, foncez !", Some(&1)),
        ] {
            let values = Values::new().with("order.number", "A-12").with("cart.items", items);
            let tags = Tags::new().with("order.number", Tag::text(10)).with("cart.items", Tag::text(80));
            for vouched in [false, true] {
                let campaign =
                    house.campaign(Kind::Transactional, "parcel", text, values.clone()).tags(tags.clone());
                let campaign = match vouched {
                    false => campaign,
                    true => optin::danger::as_declared(campaign, "a human reads every cart").unwrap(),
                };
                let plan = house.shop.plan(campaign).await.unwrap();
                assert_eq!(plan.kinds.found, Some(Kind::Transactional), "{plan:?}");
                assert_eq!(plan.refused.get("no_text"), no_text.filter(|_| !vouched), "{items} {vouched}");
            }
        }
    });
}

#[test]
fn prose_is_no_way_out() {
    let found = |text: &str, country, sender| {
        let said = Said::new(text, Kind::Marketing, country, sender, "Maison Lune");
        Lint::builtin().check(&said).into_iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    let (fr, us, es) = (Country::FR, Country::US, Country::new("ES").unwrap());
    for (text, country) in [
        ("Maison Lune : -40 %, ouvert NON STOP", fr),
        ("Maison Lune : -40 %, ouvert NON-STOP.", us),
        ("Maison Lune : -40 % NON STOP 75011 Paris", fr),
        ("Maison Lune: 40% off. Next stop: https://ml.example/s", us),
        ("Maison Lune: 40% off, your one-stop: https://ml.example/s", us),
        ("Maison Lune: precios a la baja: https://ml.example/s", es),
        ("Maison Lune: send end-of-year gifts early, 20% off", us),
        ("Maison Lune: end to end cleaning, 20% off", us),
        ("Maison Lune: 20% off {{stop_code}} {{unsubscribe_link}}", us),
        ("Maison Lune: 20% off {unsubscribe_note}", us),
    ] {
        assert_eq!(found(text, country, SenderKind::ShortCode), [FindingCode::OptOutMissing], "{text}");
    }
    for (text, country) in [
        ("Maison Lune : -40 %. STOP", fr),
        ("Maison Lune : -40 %, c'est le dernier\nSTOP au 36123", fr),
        ("Maison Lune: 40% off. Stop: https://ml.example/s", us),
        ("Maison Lune: 40% off\nopt out: https://ml.example/s", us),
        ("Maison Lune: ofertas. Baja: https://ml.example/s", es),
        ("Maison Lune: 20% off. Send END to quit", us),
        ("Maison Lune: 20% off. end to opt out", us),
        ("Maison Lune: 20% off {unsubscribe_link}", us),
    ] {
        let found = found(text, country, SenderKind::ShortCode);
        assert!(!found.contains(&FindingCode::OptOutMissing), "{text} {found:?}");
    }
    assert_eq!(
        found("{{brand}}: 20% off. Reply STOP", us, SenderKind::ShortCode),
        [FindingCode::BrandMissing],
        "read as it stands"
    );
}

#[test]
fn a_stop_goes_to_a_number_of_ours() {
    let found = |text: &str, country, sender, id: &str, stop: Option<&str>| {
        let said = Said::new(text, Kind::Marketing, country, sender, "Maison Lune").sender_id(id);
        let check =
            |said: Said<'_>| Lint::builtin().check(&said).into_iter().map(|f| f.code).collect::<Vec<_>>();
        match stop {
            Some(code) => check(said.stop_code(code)),
            None => check(said),
        }
    };
    let form = [FindingCode::OptOutForm];
    for (text, wrong) in [
        ("Maison Lune : -40 %. STOP au 36123", false),
        ("Maison Lune : -40 %. STOP au 36 123", false),
        ("Maison Lune : -40 %. STOP au {stop_code}", false),
        ("Maison Lune : -40 %. STOP au 36321", true),
        ("Maison Lune : -40 %. STOP au 36xxx", true),
    ] {
        let found = found(text, Country::FR, SenderKind::Alphanumeric, "LUNE", Some("36123"));
        assert_eq!(found == form, wrong, "{text} {found:?}");
    }
    for (text, wrong) in [
        ("Maison Lune: 40% off. Text STOP to 58123", false),
        ("Maison Lune: 40% off. Text STOP to 80888", true),
        ("Maison Lune: 40% off. Text STOP to 833-555-8123", true),
        ("Maison Lune: 40% off. Text STOP to 415 505 8123", true),
        ("Maison Lune: 40% off. Text STOP to 415 555 8123", true),
        ("Maison Lune: 40% off. Text STOP to 41558123", true),
    ] {
        let found = found(text, Country::US, SenderKind::ShortCode, "58123", None);
        assert_eq!(found.contains(&FindingCode::OptOutForm), wrong, "{text} {found:?}");
    }
    for text in ["833-555-0100", "+1 833 555 0100", "18335550100"] {
        let text = format!("Maison Lune: 40% off. Text STOP to {text}");
        let found = found(&text, Country::US, SenderKind::TollFree, "+18335550100", None);
        assert!(!found.contains(&FindingCode::OptOutForm), "{text} {found:?}");
    }
}

#[test]
fn who_speaks_and_what_takes_a_stop_is_no_value_of_a_list() {
    wait(async {
        let name = Sender::alphanumeric(Country::FR, "MaisonLune", "36123").unwrap();
        let program = Program::new("soldes", "Maison Lune").unwrap().sender(name).language("fr");
        let house = house(program).await;
        let values = Values::new().with("brand", "Maison Soleil").with("stop_code", "36999");
        let tags = Tags::new().with("brand", Tag::text(20)).with("stop_code", Tag::text(6));
        let text = "{brand} : -40 % ce soir. STOP au {stop_code}";
        let plan =
            house.shop.plan(house.campaign(Kind::Marketing, "sale", text, values).tags(tags)).await.unwrap();
        assert_eq!(plan.samples[0].body.as_str(), "Maison Lune : -40 % ce soir. STOP au 36123");
    });
}

#[test]
fn a_fallback_is_said_to_those_alone_who_have_no_value() {
    wait(async {
        let house = house(soldes()).await;
        let plan = house.sale("{first_name|Maison Lune} : -40 % ce soir").await;
        assert!(codes(&plan).contains(&FindingCode::BrandMissing), "{plan:?}");
        let plan = house.sale("Maison Lune : -40 % ce soir. {first_name|Répondez STOP}").await;
        assert_eq!(plan.footers.len(), 1, "{plan:?}");
        let plan = house.sale("Maison Lune : -40 % ce soir : bit.{first_name|}ly/3x").await;
        assert!(codes(&plan).contains(&FindingCode::Shortener), "{plan:?}");
        let plan = house.sale("Maison Lune : {first_name|Bonjour}, -40 % ce soir").await;
        assert_eq!((codes(&plan), plan.footers.len()), (vec![], 1), "{plan:?}");
    });
}

#[test]
fn a_link_is_judged_as_it_will_be_read() {
    wait(async {
        let house = house(soldes()).await;
        for link in ["bit·ly/3x", "bit.ly⁄3x"] {
            let values = Values::new().with("link", link);
            let campaign = house.campaign(Kind::Marketing, "sale", "Maison Lune : -40 % {link}", values);
            let plan = house.shop.plan(campaign.smart_encoding(Letters::Kept)).await.unwrap();
            assert_eq!(plan.refused.get("no_text"), Some(&1), "{link} {plan:?}");
        }
    });
}

#[test]
fn what_is_shown_of_a_plan_is_not_what_is_approved() {
    wait(async {
        let house = house(soldes()).await;
        let mut plan = house.sale("-40 % ce soir, répondez STOP").await;
        assert!(codes(&plan).contains(&FindingCode::BrandMissing), "{plan:?}");
        for (_, finding) in &mut plan.findings {
            finding.severity = Severity::Warning;
        }
        plan.findings.pop();
        assert_eq!(plan.approve("lea").unwrap_err().finding.code, FindingCode::BrandMissing);
    });
}

#[test]
fn under_a_name_that_waits_nothing_else_is_said() {
    wait(async {
        let house = house(soldes()).await;
        let evening = |text: &str, category: &str| {
            house
                .campaign(Kind::Marketing, "sale", text, Values::new())
                .category(category)
                .unwrap()
                .window(at("2026-11-27T15:00:00Z")..at("2026-11-27T18:00:00Z"))
        };
        let launch = async |campaign| {
            let approved = house.shop.plan(campaign).await.unwrap().approve("lea").unwrap();
            house.shop.launch(approved).await
        };
        let first = "Maison Lune : -40 % ce soir";
        launch(evening(first, "promo")).await.unwrap();
        for other in [evening("Maison Lune : -50 % ce soir", "promo"), evening(first, "news")] {
            let refused = launch(other).await.unwrap_err();
            let waits =
                matches!(&refused, LaunchError::Plan(PlanError::Campaign(CampaignError::StillWaits(_))));
            assert!(waits, "{refused:?}");
        }
        launch(evening(first, "promo")).await.unwrap();
        house.clock.set(at("2026-11-27T16:00:00Z"));
        assert_eq!(house.shop.dispatch(Batch::default()).await.unwrap().accepted, 1);
        launch(evening("Maison Lune : -50 % ce soir", "promo")).await.unwrap();
    });
}

#[test]
fn a_message_that_another_sender_cannot_say_is_not_said() {
    wait(async {
        let gb = Country::new("GB").unwrap();
        for (sender, accepted) in [
            (Sender::alphanumeric(gb, "MaisonLune", "80888").unwrap(), 0),
            (Sender::short_code(gb, "80888").unwrap(), 1),
        ] {
            let house = house(soldes().sender(sender)).await;
            let evening = house
                .campaign(Kind::Marketing, "sale", "Maison Lune : -40 % ce soir", Values::new())
                .window(at("2026-11-27T15:00:00Z")..at("2026-11-27T18:00:00Z"));
            let approved = house.shop.plan(evening).await.unwrap().approve("lea").unwrap();
            house.shop.launch(approved).await.unwrap();
            let london =
                Location { place: Some(optin::place::Place::country_wide(gb)), ..Location::default() };
            house.shop.locate(house.ana, &london).await.unwrap();
            house.clock.set(at("2026-11-27T16:00:00Z"));
            let mut done = 0;
            for _ in 0..3 {
                done += house.shop.dispatch(Batch::default()).await.unwrap().accepted;
            }
            assert_eq!(done, accepted);
            let taken = house.carrier.taken_for(house.ana);
            assert!(taken.iter().all(|taken| taken.sender.as_str() == "80888"), "{taken:?}");
            assert_eq!(house.ledger.waiting(None).await.unwrap().0, 0);
        }
    });
}
