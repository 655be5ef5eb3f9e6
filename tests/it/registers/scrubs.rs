//! Who is asked about, what is kept, and what a decision makes of it.

use std::{sync::Arc, time::Duration};

use optin::{
    BuildError, Messenger, ScrubError, Scrubbed, Whom,
    blocking::wait,
    clock::FixedClock,
    consent::{Basis, ConsentText, How, OptIn},
    gateway::SimulatedCarrier,
    id::Name,
    law::{Effect, Register, Rulebook},
    ledger::MemoryLedger,
    message::{Kind, Values},
    phone::PhoneNumber,
    place::ZoneTable,
    policy::{Brand, Decision, Request},
    register::{
        FileRegister, Layout,
        conformance::{self, Maker},
    },
};

use super::doubles::{Mood, StandIn};
use crate::walk::{at, flash, number, soldes};

const TEXT: ConsentText = ConsentText { version: "v3", language: "fr", text: "J'accepte les offres." };
const NOW: &str = "2026-11-25T12:00:00Z";

/// France with a list of its own, one that must hold the person, and one of numbers that changed hands.
const LISTS: &str = r#"
[[rule]]
id = "FR-LISTS"
layer = "practice"
reach = "settled"
confidence = "high"
citation = "made up"
sources = []
places = ["FR"]
kinds = ["marketing"]
lifted_by = [{ by = "express_written", certainty = "contested" }]
registers = [{ name = "bars", max_age_days = 31 }, { name = "ends", max_age_days = 30, effect = "ends" }]
"#;

fn shop(registers: Vec<Arc<StandIn>>, clock: &Arc<FixedClock>) -> Messenger {
    let book = Rulebook::builtin().with_overlay("lists.toml", LISTS).unwrap();
    let mut builder = Messenger::builder(MemoryLedger::new().unwrap(), book)
        .program(soldes())
        .gateway(SimulatedCarrier::seeded(7))
        .clock(Arc::clone(clock))
        .zones(ZoneTable::bundled());
    for register in registers {
        builder = builder.register(register);
    }
    builder.build().unwrap()
}

fn clock() -> Arc<FixedClock> {
    Arc::new(FixedClock::at(at(NOW)))
}

async fn decide(shop: &Messenger, who: PhoneNumber) -> Decision {
    let program = Name::new("soldes").unwrap();
    let request =
        Request { program: &program, kind: Kind::Marketing, category: None, subject: None, sender: None };
    shop.decide(who, request, at("2026-11-26T10:00:00Z")).await.unwrap()
}

fn why(decision: &Decision) -> String {
    let codes: Vec<_> = decision.reasons.iter().map(|reason| reason.code.code()).collect();
    let needs: Vec<_> = decision.needs.iter().map(|need| need.code()).collect();
    format!("{} {} [{}]", decision.code(), codes.join(" "), needs.join(" "))
}

async fn scrub(shop: &Messenger, whom: Whom) -> Scrubbed {
    shop.scrub(whom, |_| {}).await.unwrap()
}

async fn joins(shop: &Messenger, who: PhoneNumber) {
    shop.opt_in(who, "soldes", OptIn::checkbox(&TEXT)).await.unwrap();
}

fn french() -> [PhoneNumber; 3] {
    [number("+33612345678"), number("+33698765432"), number("+33611111111")]
}

#[test]
fn who_was_not_asked_about_waits_and_a_scrub_lets_go() {
    wait(async {
        let [ana, bob, zoe] = french();
        let clock = clock();
        let today = at("2026-11-24T00:00:00Z");
        let bars = Arc::new(StandIn::new("bars", today, &[bob]));
        let ends = Arc::new(StandIn::new("ends", today, &[]));
        let shop = shop(vec![Arc::clone(&bars), ends], &clock);
        for who in [ana, bob, zoe] {
            joins(&shop, who).await;
        }
        assert_eq!(why(&decide(&shop, ana).await), "defer register_stale register_stale [register]");
        let audience = || vec![(ana, Values::new()), (bob, Values::new()), (zoe, Values::new())];
        let plan = shop.plan(flash(audience())).await.unwrap();
        assert_eq!((plan.now + plan.held, plan.unscrubbed()), (0, 3), "{plan:?}");

        let mut told = 0;
        let done = shop.scrub(Whom::Due, |_| told += 1).await.unwrap();
        assert_eq!((done.asked, done.listed, done.failed.len()), (6, 1, 0), "{done}");
        // Batches of two.
        assert_eq!((told, bars.asked.lock().unwrap().len()), (4, 2));
        assert_eq!(why(&decide(&shop, ana).await), "allow  []");
        assert_eq!(why(&decide(&shop, bob).await), "deny register_listed []");
        let plan = shop.plan(flash(audience())).await.unwrap();
        assert_eq!((plan.unscrubbed(), plan.refused.get("register_listed")), (0, Some(&1)));
        // Nobody is due any more, and no question is asked twice.
        assert_eq!(scrub(&shop, Whom::Due).await.asked, 0);
        assert_eq!(scrub(&shop, Whom::Everyone).await.asked, 0);
        assert_eq!(scrub(&shop, Whom::Numbers(vec![ana, number("+33622222222")])).await.unknown, 1);
        // The answers' own date is what ages: 30 days after it the shorter of the two is stale.
        clock.advance(Duration::from_secs(29 * 86_400));
        let done = scrub(&shop, Whom::Due).await;
        assert_eq!(done.asked, 2, "bob is barred whatever else is asked: {done}");
        // A number never shows in what is kept in the clear.
        let history = shop.history(ana).await.unwrap();
        let shown = format!("{:?}", history.iter().map(|(envelope, _)| envelope).collect::<Vec<_>>());
        assert!(shown.contains("Checked") && !shown.contains("33612345678"), "{shown}");
        assert!(shop.verify().await.unwrap().is_ok());
    });
}

#[test]
fn a_register_that_fails_leaves_everything_as_it_was() {
    wait(async {
        let [ana, bob, zoe] = french();
        let clock = clock();
        let today = at("2026-11-24T00:00:00Z");
        let bars = Arc::new(StandIn::new("bars", today, &[bob]));
        let ends = Arc::new(StandIn::new("ends", today, &[]));
        let shop = shop(vec![Arc::clone(&bars), Arc::clone(&ends)], &clock);
        for who in [ana, bob, zoe] {
            joins(&shop, who).await;
        }
        for mood in [Mood::Failing, Mood::Short, Mood::Long] {
            bars.is(mood);
            let done = scrub(&shop, Whom::Everyone).await;
            let [(name, error)] = &done.failed[..] else { panic!("{mood:?}: {done}") };
            assert_eq!(name.as_str(), "bars");
            assert_eq!(matches!(error, ScrubError::Answers { .. }), mood != Mood::Failing);
            let held = shop.person(ana).await.unwrap().unwrap().state.checks;
            assert!(held.iter().flatten().all(|held| held.register.as_str() != "bars"), "{mood:?}");
            assert_eq!(why(&decide(&shop, ana).await), "defer register_stale [register]", "{mood:?}");
        }
        // No data is no answer.
        bars.is(Mood::Blank);
        let done = scrub(&shop, Whom::Everyone).await;
        assert_eq!((done.no_data, done.asked), (3, 0), "{done}");
        assert_eq!(why(&decide(&shop, ana).await), "defer register_stale [register]");
        // A date to come clears nobody, and bars all the same.
        bars.is(Mood::Well);
        *bars.as_of.lock().unwrap() = at("2027-06-01T00:00:00Z");
        let done = scrub(&shop, Whom::Everyone).await;
        assert_eq!((done.misdated, done.asked, done.listed), (2, 1, 1), "{done}");
        assert_eq!(why(&decide(&shop, ana).await), "defer register_stale [register]");
        assert_eq!(why(&decide(&shop, bob).await), "deny register_listed []");
    });
}

/// Reassigned the same day as the consent counts as after it.
#[test]
fn what_was_agreed_before_a_number_changed_hands_is_gone() {
    wait(async {
        let [ana, bob, zoe] = french();
        let clock = clock();
        let bars = Arc::new(StandIn::new("bars", at("2026-11-24T00:00:00Z"), &[]));
        let ends =
            StandIn::new("ends", at("2026-11-24T00:00:00Z"), &french()).since(at("2026-11-10T00:00:00Z"));
        let ends = Arc::new(ends);
        let shop = shop(vec![bars, Arc::clone(&ends)], &clock);
        let agreed = async |who, when: &str| {
            shop.opt_in(who, "soldes", OptIn::checkbox(&TEXT).at(at(when))).await.unwrap();
        };
        agreed(ana, "2026-11-09T12:00:00Z").await;
        agreed(bob, "2026-11-10T23:00:00Z").await;
        agreed(zoe, "2026-11-12T12:00:00Z").await;
        let done = scrub(&shop, Whom::Everyone).await;
        assert_eq!((done.listed, done.reassigned), (3, 2), "{done}");
        for who in [ana, bob] {
            assert_eq!(why(&decide(&shop, who).await), "deny number_reassigned no_consent []");
            assert!(shop.person(who).await.unwrap().unwrap().state.ended);
        }
        assert_eq!(why(&decide(&shop, zoe).await), "allow  []");
        let since: Vec<_> =
            ends.asked.lock().unwrap().iter().flatten().map(|query| query.known_since).collect();
        assert!(since.contains(&Some(at("2026-11-09T12:00:00Z"))), "{since:?}");
        // The new holder agrees, later: a new tenure, asked about afresh.
        clock.advance(std::time::Duration::from_secs(1));
        let before = shop.person(ana).await.unwrap().unwrap().recipient;
        joins(&shop, ana).await;
        assert_ne!(shop.person(ana).await.unwrap().unwrap().recipient, before);
        assert_eq!(why(&decide(&shop, ana).await), "defer register_stale register_stale [register]");
        assert!(shop.verify().await.unwrap().is_ok());
    });
}

#[test]
fn of_two_holders_only_the_new_ones_consent_stays() {
    wait(async {
        let [ana, ..] = french();
        let clock = clock();
        let today = at("2026-11-24T00:00:00Z");
        let ends = Arc::new(StandIn::new("ends", today, &[ana]).since(at("2026-11-10T00:00:00Z")));
        let shop = shop(vec![ends], &clock);
        let old = OptIn::new(How::Form, Basis::ExpressWritten, Some(&TEXT)).at(at("2025-01-01T00:00:00Z"));
        let new = OptIn::new(How::Checkout, Basis::SoftOptIn, Some(&TEXT)).at(at("2026-11-20T00:00:00Z"));
        shop.opt_in(ana, "soldes", old).await.unwrap();
        shop.opt_in(ana, "soldes", new).await.unwrap();
        let done = scrub(&shop, Whom::Everyone).await;
        assert_eq!(done.reassigned, 1, "{done}");
        let state = shop.person(ana).await.unwrap().unwrap().state;
        let bases: Vec<_> = state.programs[0].grants.iter().map(|grant| grant.basis).collect();
        assert_eq!((bases, state.ended), (vec![Basis::SoftOptIn], false));
        assert!(shop.verify().await.unwrap().is_ok());
    });
}

#[test]
fn in_the_united_states_written_consent_takes_one_out_of_the_national_list() {
    wait(async {
        let clock = clock();
        let bob = number("+12125550123");
        let dnc = FileRegister::reader("us-dnc").unwrap().layout(Layout::NorthAmerican);
        let dnc = dnc.as_of("2026-11-20".parse().unwrap()).read("212,5550123".as_bytes()).unwrap();
        let builder = |brand: Brand, registers: Vec<FileRegister>| {
            let mut builder = Messenger::builder(MemoryLedger::new().unwrap(), Rulebook::builtin())
                .program(soldes())
                .gateway(SimulatedCarrier::seeded(7))
                .clock(Arc::clone(&clock))
                .brand(brand)
                .zones(ZoneTable::bundled());
            for register in registers {
                builder = builder.register(register);
            }
            builder.build()
        };
        let shop = builder(Brand::new(), vec![dnc]).unwrap();
        joins(&shop, bob).await;
        let decision = |shop: &Messenger| {
            let shop = shop.clone();
            async move {
                let program = Name::new("soldes").unwrap();
                let request = Request {
                    program: &program,
                    kind: Kind::Marketing,
                    category: None,
                    subject: None,
                    sender: None,
                };
                why(&shop.decide(bob, request, at("2026-11-25T17:00:00Z")).await.unwrap())
            }
        };
        assert_eq!(scrub(&shop, Whom::Due).await.asked, 0);
        assert_eq!(decision(&shop).await, "allow  []");
        assert_eq!(scrub(&shop, Whom::Everyone).await.listed, 1);
        assert_eq!(decision(&shop).await, "allow  []");
        // Whoever said it aloud is not out of it.
        let shop = builder(Brand::new(), vec![]).unwrap();
        shop.opt_in(bob, "soldes", OptIn::verbal(&TEXT)).await.unwrap();
        assert_eq!(decision(&shop).await, "deny basis_insufficient basis_insufficient []");

        // A brand's own list needs no law; one that nobody asks for is a mistake.
        let litigators = || {
            let list = FileRegister::reader("litigators").unwrap().layout(Layout::NorthAmerican);
            list.as_of("2026-11-20".parse().unwrap()).read("2125550123".as_bytes()).unwrap()
        };
        let idle = builder(Brand::new(), vec![litigators()]).unwrap_err();
        assert_eq!(idle, BuildError::IdleRegister(Name::new("litigators").unwrap()));
        let wanted = Register::new(Name::new("litigators").unwrap(), 30, Effect::Bars);
        let shop = builder(Brand::new().register(wanted), vec![litigators()]).unwrap();
        joins(&shop, bob).await;
        assert_eq!(decision(&shop).await, "defer register_stale [register]");
        assert_eq!(scrub(&shop, Whom::Due).await.listed, 1);
        assert_eq!(decision(&shop).await, "deny register_listed []");
        let none = builder(Brand::new(), vec![]).unwrap().scrub(Whom::Due, |_| {}).await;
        assert!(matches!(none, Err(ScrubError::NoRegister)));
    });
}

struct StandIns(Mood);
impl Maker for StandIns {
    type Register = StandIn;
    async fn make(&self) -> StandIn {
        let made = StandIn::new("any", at(NOW), &[self.listed()]);
        made.is(self.0);
        made
    }
    fn listed(&self) -> PhoneNumber {
        number("+33612345678")
    }
    fn unlisted(&self) -> PhoneNumber {
        number("+33698765432")
    }
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        at(NOW)
    }
}

/// The suite finds what is wrong with each; a number in what is kept in the clear is the stand-in's own flaw.
#[test]
fn the_suite_finds_what_does_not_conform() {
    let found = |mood| wait(conformance::run(&StandIns(mood))).unwrap_err().check;
    assert_eq!(found(Mood::Well), "nothing_that_is_shown_holds_a_number");
    assert_eq!(found(Mood::Failing), "nothing_asked_nothing_answered");
    assert_eq!(found(Mood::Short), "answers_come_in_order");
    assert_eq!(found(Mood::Long), "answers_come_in_order");
    assert_eq!(found(Mood::Blank), "answers_come_in_order");
}
