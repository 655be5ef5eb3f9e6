//! Lists of ad-hoc bans in a running shop: loaded, replaced, recorded.

use std::sync::Arc;

use optin::{
    BuildError, Messenger, ReloadBansError,
    blocking::wait,
    clock::FixedClock,
    consent::{ConsentText, Event, OptIn, event::BansLoaded},
    dispatch::Batch,
    gateway::SimulatedCarrier,
    id::{Name, RecipientId},
    law::{Ban, BanFeed, Bans, Rulebook},
    ledger::{Envelope, Ledger, MemoryLedger},
    message::Values,
    place::{Place, ZoneTable},
};

use crate::walk::{at, flash, number, soldes};

const TEXT: ConsentText = ConsentText { version: "v3", language: "fr", text: "J'accepte les offres." };
const RULE: &str = r#"
[[rule]]
id = "FR-BAN"
layer = "regulation"
reach = "settled"
confidence = "high"
citation = "made up"
sources = []
places = ["FR"]
kinds = ["marketing"]
feed = { name = "fr-emergency", max_age_hours = 48 }
"#;

fn list(as_of: &str, ban: Option<(&str, &str)>) -> BanFeed {
    let france = Place::new("FR").unwrap();
    let ban = ban.map(|(from, until)| Ban::new(france, at(from), Some(at(until)), "Décret 7").unwrap());
    BanFeed::new(Name::new("fr-emergency").unwrap(), at(as_of), None, ban.into_iter().collect()).unwrap()
}

struct Stage {
    ledger: Arc<MemoryLedger>,
    clock: Arc<FixedClock>,
    carrier: Arc<SimulatedCarrier>,
    shop: Messenger,
}

fn stage(bans: Bans) -> Result<Stage, BuildError> {
    let ledger = Arc::new(MemoryLedger::new().unwrap());
    let clock = Arc::new(FixedClock::at(at("2026-11-26T10:00:00Z")));
    let carrier = Arc::new(SimulatedCarrier::seeded(7));
    let shop =
        Messenger::builder(Arc::clone(&ledger), Rulebook::builtin().with_overlay("ban.toml", RULE).unwrap())
            .program(soldes())
            .gateway(Arc::clone(&carrier))
            .clock(Arc::clone(&clock))
            .zones(ZoneTable::bundled())
            .bans(bans)
            .build()?;
    Ok(Stage { ledger, clock, carrier, shop })
}

impl Stage {
    async fn loads(&self) -> Vec<BansLoaded> {
        let page = self.ledger.records(RecipientId::HOUSE, 1, 99).await.unwrap();
        let events = page.iter().map(|record| Envelope::from_bytes(&record.envelope).unwrap().event);
        events
            .filter_map(|event| if let Event::BansLoaded(loaded) = event { Some(loaded) } else { None })
            .collect()
    }

    /// One person in France, and a campaign that waits for the morning of the 27th.
    async fn launch(&self) {
        let ana = number("+33612345678");
        self.shop.opt_in(ana, "soldes", OptIn::checkbox(&TEXT)).await.unwrap();
        let plan = self.shop.plan(flash(vec![(ana, Values::new())])).await.unwrap();
        assert_eq!((plan.now, plan.refusals()), (1, 0), "{plan:?}");
        self.shop.launch(plan.approve("lea").unwrap()).await.unwrap();
        self.clock.set(at("2026-11-27T08:00:00Z"));
    }
}

fn bans(feed: BanFeed) -> Bans {
    Bans::new([feed]).unwrap()
}

#[test]
fn a_list_that_is_loaded_while_the_shop_runs_holds_what_waits() {
    wait(async {
        let calm = list("2026-11-26T09:00:00Z", None);
        let stage = stage(bans(calm.clone())).unwrap();
        stage.launch().await;
        let banned = list("2026-11-27T07:59:00Z", Some(("2026-11-27T07:00:00Z", "2026-11-27T12:00:00Z")));
        stage.shop.reload_bans(bans(banned.clone())).await.unwrap();
        let done = stage.shop.dispatch(Batch::default()).await.unwrap();
        assert_eq!((done.accepted, done.held, stage.carrier.taken_count()), (0, 1, 0), "{done:?}");
        stage.clock.set(at("2026-11-27T12:00:00Z"));
        assert_eq!(stage.shop.dispatch(Batch::default()).await.unwrap().accepted, 1);
        let digests: Vec<_> =
            stage.loads().await.into_iter().map(|load| (load.digest, load.entries)).collect();
        assert_eq!(digests, [(calm.digest(), 0), (banned.digest(), 1)]);
    });
}

#[test]
fn a_list_that_got_old_holds_everything() {
    wait(async {
        let stage = stage(bans(list("2026-11-26T09:00:00Z", None))).unwrap();
        stage.launch().await;
        stage.clock.set(at("2026-11-28T09:00:00Z"));
        let done = stage.shop.dispatch(Batch::default()).await.unwrap();
        assert_eq!((done.accepted, stage.carrier.taken_count()), (0, 0), "{done:?}");
    });
}

#[test]
fn nothing_leaves_under_a_list_that_is_not_recorded() {
    wait(async {
        let calm = list("2026-11-26T09:00:00Z", None);
        let stage = stage(Bans::none()).unwrap();
        assert_eq!(stage.loads().await, []);
        stage.shop.reload_bans(bans(calm.clone())).await.unwrap();
        stage.shop.reload_bans(bans(calm.clone())).await.unwrap();
        let [once, again] = stage.loads().await.try_into().unwrap();
        assert_eq!(once, again);
        assert_eq!((once.feed.as_str(), once.as_of_ms), ("fr-emergency", calm.as_of().timestamp_millis()));
        // What a shop begins with is recorded before its first hand-over, though nobody launches anything.
        let begun = self::stage(bans(calm)).unwrap();
        assert_eq!(begun.loads().await, []);
        begun.shop.dispatch(Batch::default()).await.unwrap();
        assert_eq!(begun.loads().await.len(), 1);
        begun.shop.dispatch(Batch::default()).await.unwrap();
        assert_eq!(begun.loads().await.len(), 1);
    });
}

#[test]
fn lists_that_nobody_asks_for_or_that_are_older_are_refused() {
    wait(async {
        let misspelt =
            BanFeed::new(Name::new("fr-emergencies").unwrap(), at("2026-11-26T09:00:00Z"), None, vec![]);
        let misspelt = bans(misspelt.unwrap());
        let refused = stage(misspelt.clone()).err().unwrap();
        assert_eq!(refused, BuildError::IdleBans(Name::new("fr-emergencies").unwrap()));
        let held = list("2026-11-26T09:00:00Z", None);
        let stage = stage(bans(held.clone())).unwrap();
        assert!(matches!(stage.shop.reload_bans(misspelt).await, Err(ReloadBansError::Idle(_))));
        let tomorrow = bans(list("2026-11-27T09:00:00Z", None));
        let begun = self::stage(tomorrow.clone()).err().unwrap();
        assert_eq!(begun, BuildError::MisdatedBans(Name::new("fr-emergency").unwrap()));
        assert!(matches!(stage.shop.reload_bans(tomorrow).await, Err(ReloadBansError::Misdated(_))));
        let older = bans(list("2026-11-26T08:59:59Z", None));
        assert!(matches!(stage.shop.reload_bans(older).await, Err(ReloadBansError::Older(_))));
        assert_eq!(stage.shop.policy().bans, bans(held));
        // Unloading is no danger: what needs the list waits.
        stage.shop.reload_bans(Bans::none()).await.unwrap();
        assert_eq!(stage.shop.policy().bans, Bans::none());
    });
}
