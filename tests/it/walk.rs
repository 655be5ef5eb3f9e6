//! The main job end to end, on each ledger.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use optin::{
    Messenger,
    campaign::Campaign,
    clock::FixedClock,
    consent::{ConsentText, OptIn},
    dispatch::{Batch, Dispatched},
    gateway::{Inbound, SimulatedCarrier},
    inbound::Intent,
    law::Rulebook,
    ledger::{Admitted, Keys, MemoryLedger, SqliteLedger},
    message::{Template, Values},
    phone::{Country, PhoneNumber},
    place::ZoneTable,
    program::{Program, Sender},
};

const TEXT: ConsentText = ConsentText {
    version: "v3",
    language: "fr",
    text: "J'accepte de recevoir les offres de Maison Lune par SMS. STOP pour arrêter.",
};

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(crate) fn number(text: &str) -> PhoneNumber {
    text.parse().unwrap()
}

pub(crate) fn soldes() -> Program {
    Program::new("soldes", "Maison Lune")
        .unwrap()
        .sender(Sender::short_code(Country::FR, "36123").unwrap().throughput(50.try_into().unwrap()))
        .sender(Sender::short_code(Country::US, "72345").unwrap().throughput(50.try_into().unwrap()))
        .help("aide@maisonlune.fr")
        .language("fr")
}

pub(crate) fn shop(
    ledger: impl Into<Admitted>,
    clock: &Arc<FixedClock>,
    carrier: &Arc<SimulatedCarrier>,
) -> Messenger {
    shop_of(soldes(), ledger, clock, carrier)
}

pub(crate) fn shop_of(
    program: Program,
    ledger: impl Into<Admitted>,
    clock: &Arc<FixedClock>,
    carrier: &Arc<SimulatedCarrier>,
) -> Messenger {
    Messenger::builder(ledger, Rulebook::builtin())
        .program(program)
        .gateway(Arc::clone(carrier))
        .clock(Arc::clone(clock))
        .zones(ZoneTable::bundled())
        .build()
        .unwrap()
}

pub(crate) fn flash(audience: Vec<(PhoneNumber, Values)>) -> Campaign {
    Campaign::marketing("flash-2026-11-27", "soldes")
        .unwrap()
        .category("promo")
        .unwrap()
        .text(
            Template::parse("Maison Lune : {first_name|Bonjour}, -40 % jusqu'à 21 h. STOP au 36123").unwrap(),
        )
        .window(at("2026-11-27T07:00:00Z")..at("2026-11-28T20:00:00Z"))
        .audience(audience)
}

/// Dispatches until nothing is due before `end`, moving the clock to what is due next.
pub(crate) async fn run(shop: &Messenger, clock: &FixedClock, end: DateTime<Utc>) -> Dispatched {
    let mut all = Dispatched::default();
    loop {
        let done = shop.dispatch(Batch::default()).await.unwrap();
        all.accepted += done.accepted;
        all.refused += done.refused;
        all.again += done.again;
        all.unknown += done.unknown;
        all.found += done.found;
        all.held += done.held;
        for (why, count) in &done.dropped {
            *all.dropped.entry(why).or_default() += count;
        }
        let Some(next) = done.next_due else { return all };
        if next >= end {
            return all;
        }
        let now = optin::clock::Clock::now(clock).unwrap();
        if next > now {
            clock.advance(Duration::from_millis((next - now).num_milliseconds() as u64));
        }
    }
}

async fn walk(ledger: impl Into<Admitted>) {
    let clock = Arc::new(FixedClock::at(at("2026-11-26T10:00:00Z")));
    let carrier = Arc::new(SimulatedCarrier::seeded(7));
    let shop = shop(ledger, &clock, &carrier);
    let (ana, bob, zoe, eve) =
        (number("+33612345678"), number("+14155550123"), number("+33698765432"), number("+33611111111"));
    for person in [ana, bob, zoe] {
        shop.opt_in(person, "soldes", OptIn::checkbox(&TEXT).page("https://maisonlune.fr/panier"))
            .await
            .unwrap();
    }
    clock.set(at("2026-11-27T07:30:00Z"));
    let audience =
        vec![(ana, Values::new()), (bob, Values::new()), (zoe, Values::new()), (eve, Values::new())];
    let plan = shop.plan(flash(audience)).await.unwrap();
    assert_eq!((plan.now, plan.held, plan.refusals()), (2, 1, 1), "{plan:?}");
    assert_eq!(plan.refused.get("no_consent"), Some(&1));
    shop.launch(plan.approve("lea@maisonlune.fr").unwrap()).await.unwrap();

    let stop = Inbound::text("in-1", ana, "36123", "STOP", at("2026-11-27T07:30:01Z")).unwrap();
    clock.set(at("2026-11-27T07:30:02Z"));
    let got = shop.receive(stop.clone()).await.unwrap();
    assert_eq!(got.intent, Intent::Stop);
    assert!(got.in_flight.is_empty());
    assert!(shop.receive(stop).await.unwrap().repeated);

    let all = run(&shop, &clock, at("2026-11-28T20:00:00Z")).await;
    assert_eq!(all.dropped.get("revoked"), Some(&1), "{all:?}");
    // Zoe at once, Bob when it is eight in San Francisco, and the confirmation of Ana's STOP.
    assert_eq!(all.accepted, 3, "{all:?}");
    let taken = carrier.taken();
    assert!(taken.iter().all(|t| t.number != ana || t.text.contains("Maison Lune")), "{taken:?}");
    let bobs = taken.iter().find(|t| t.number == bob).unwrap();
    assert!(bobs.at >= at("2026-11-27T16:00:00Z"), "{bobs:?}");
    assert!(carrier.duplicates().is_empty());
    let verified = shop.verify().await.unwrap().unwrap();
    assert_eq!(verified.streams, 3);
}

#[tokio::test]
async fn the_main_job_in_memory() {
    walk(MemoryLedger::new().unwrap()).await;
}

#[tokio::test]
async fn the_main_job_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let ledger =
        SqliteLedger::open(folder.path().join("shop.optin"), Keys::generate().unwrap()).await.unwrap();
    walk(ledger).await;
}

/// Whoever only waits for what is due next must come back for a message of which nobody knows.
#[tokio::test]
async fn the_last_unknown_message_is_asked_about() {
    let clock = Arc::new(FixedClock::at(at("2026-11-26T10:00:00Z")));
    let ana = number("+33612345678");
    let carrier = SimulatedCarrier::builder(7).with_number(ana, optin::gateway::Fate::LostAnswer).build();
    let shop = shop(MemoryLedger::new().unwrap(), &clock, &Arc::new(carrier));
    shop.opt_in(ana, "soldes", OptIn::checkbox(&TEXT)).await.unwrap();
    clock.set(at("2026-11-27T07:30:00Z"));
    let plan = shop.plan(flash(vec![(ana, Values::new())])).await.unwrap();
    shop.launch(plan.approve("lea@maisonlune.fr").unwrap()).await.unwrap();
    let sent = shop.dispatch(Batch::default()).await.unwrap();
    assert_eq!((sent.unknown, sent.next_due), (1, Some(at("2026-11-27T07:32:00Z"))));
    let all = run(&shop, &clock, at("2026-11-28T20:00:00Z")).await;
    assert_eq!(all.found, 1, "{all:?}");
}

#[tokio::test]
async fn what_is_wrong_with_a_campaign_is_said_before_anything_is_sent() {
    use optin::{PlanError, campaign::CampaignError, message::TemplateErrorKind};
    let clock = Arc::new(FixedClock::at(at("2026-11-26T10:00:00Z")));
    let carrier = Arc::new(SimulatedCarrier::seeded(7));
    let shop = shop(MemoryLedger::new().unwrap(), &clock, &carrier);
    let ana = number("+33612345678");
    shop.opt_in(ana, "soldes", OptIn::checkbox(&TEXT)).await.unwrap();
    clock.set(at("2026-11-27T07:30:00Z"));
    let audience = || vec![(ana, Values::new())];

    let unknown_tag =
        flash(audience()).text(Template::parse("Maison Lune : {nickname}. STOP au 36123").unwrap());
    let Err(PlanError::Campaign(CampaignError::Template(error))) = shop.plan(unknown_tag).await else {
        panic!()
    };
    assert_eq!((error.kind(), error.span()), (TemplateErrorKind::UnknownTag, 14..24));

    let over = flash(audience()).window(at("2026-11-20T07:00:00Z")..at("2026-11-21T07:00:00Z"));
    assert!(matches!(shop.plan(over).await, Err(PlanError::Campaign(CampaignError::NoWindow))));

    // No brand: an error-level finding, so it cannot be approved. No opt-out line: it is added.
    let nameless = flash(audience()).text(Template::parse("-40 % jusqu'à 21 h").unwrap());
    let plan = shop.plan(nameless).await.unwrap();
    assert_eq!(plan.findings.len(), 1);
    assert_eq!(plan.approve("lea").unwrap_err().finding.code.code(), "brand_missing");
    assert_eq!(carrier.taken_count(), 0);
    assert_eq!(shop.waiting(&optin::id::Name::new("flash-2026-11-27").unwrap()).await.unwrap().0, 0);
}

#[tokio::test]
async fn a_ledger_that_forgets_drives_no_real_gateway() {
    #[derive(Debug)]
    struct Real;
    impl optin::gateway::Gateway for Real {
        fn capabilities(&self) -> optin::gateway::Capabilities {
            optin::gateway::Capabilities::plain()
        }
        async fn send(
            &self,
            permit: optin::permit::Permit,
            _: &dyn optin::clock::Clock,
        ) -> optin::gateway::Answered {
            drop(permit);
            optin::gateway::Answered::Unknown(optin::gateway::Uncertain::Untold)
        }
    }
    let built = Messenger::builder(MemoryLedger::new().unwrap(), Rulebook::builtin())
        .program(soldes())
        .gateway(Real)
        .build();
    assert!(matches!(built, Err(optin::BuildError::VolatileLedger)));
}

#[tokio::test]
async fn everyone_in_the_ledger_can_be_meant() {
    let clock = Arc::new(FixedClock::at(at("2026-11-26T10:00:00Z")));
    let carrier = Arc::new(SimulatedCarrier::seeded(7));
    let shop = shop(MemoryLedger::new().unwrap(), &clock, &carrier);
    for person in ["+33612345678", "+33698765432", "+14155550123"] {
        shop.opt_in(number(person), "soldes", OptIn::checkbox(&TEXT)).await.unwrap();
    }
    clock.set(at("2026-11-27T07:30:00Z"));
    let campaign = flash(Vec::new()).audience(optin::campaign::Audience::everyone());
    let plan = shop.plan(campaign).await.unwrap();
    assert_eq!((plan.now, plan.held, plan.refusals()), (2, 1, 0));
    shop.launch(plan.approve("lea@maisonlune.fr").unwrap()).await.unwrap();
    assert_eq!(run(&shop, &clock, at("2026-11-28T20:00:00Z")).await.accepted, 3);
}
