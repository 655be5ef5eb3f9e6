//! The least grade that a host asks for, from the builder to the plan.

use std::sync::Arc;

use optin::{
    Messenger,
    clock::FixedClock,
    consent::{ConsentText, Grade, OptIn},
    gateway::SimulatedCarrier,
    law::Rulebook,
    ledger::MemoryLedger,
    message::{Kind, Values},
    place::{Place, ZoneTable},
    policy::{Language, Proof, Request},
};

use crate::walk::{at, flash, number, soldes};

const TEXT: ConsentText = ConsentText { version: "v3", language: "fr", text: "J'accepte les offres." };

fn shop(proof: Proof) -> Messenger {
    Messenger::builder(MemoryLedger::new().unwrap(), Rulebook::builtin())
        .program(soldes())
        .gateway(SimulatedCarrier::seeded(7))
        .clock(Arc::new(FixedClock::at(at("2026-11-27T07:30:00Z"))))
        .zones(ZoneTable::bundled())
        .proof(proof)
        .build()
        .unwrap()
}

#[test]
fn what_cannot_be_shown_well_enough_carries_nothing() {
    optin::blocking::wait(async {
        let in_france = Place::new("FR").unwrap();
        let shop = shop(Proof::none().at(in_france, Grade::B));
        let (bare, traced, abroad) =
            (number("+33612345678"), number("+33698765432"), number("+447700900123"));
        shop.opt_in(bare, "soldes", OptIn::checkbox(&TEXT)).await.unwrap();
        shop.opt_in(traced, "soldes", OptIn::checkbox(&TEXT).page("https://maisonlune.fr/")).await.unwrap();
        shop.opt_in(abroad, "soldes", OptIn::checkbox(&TEXT)).await.unwrap();
        let audience = [bare, traced, abroad].map(|who| (who, Values::new()));
        let plan = shop.plan(flash(audience.to_vec())).await.unwrap();
        assert_eq!((plan.now, plan.refused.get("evidence_weak")), (2, Some(&1)), "{plan:?}");

        let (program, now) = (optin::id::Name::new("soldes").unwrap(), at("2026-11-27T10:00:00Z"));
        let ask = |kind| Request { program: &program, kind, category: None, subject: None, sender: None };
        let weak = shop.decide(bare, ask(Kind::Marketing), now).await.unwrap();
        let words = weak.explain(Language::English);
        assert!(
            words.contains("The consent cannot be shown as well as is asked for here. (C, B asked for)"),
            "{words}"
        );
        assert!(weak.explain(Language::French).contains("prouvé"), "{words}");
        // Unless it is said, only marketing asks for it.
        assert!(shop.decide(bare, ask(Kind::Transactional), now).await.unwrap().is_allowed());
        // A better consent heals it.
        shop.opt_in(bare, "soldes", OptIn::keyword(&TEXT, "in-1")).await.unwrap();
        assert!(shop.decide(bare, ask(Kind::Marketing), now).await.unwrap().is_allowed());
    });
}
