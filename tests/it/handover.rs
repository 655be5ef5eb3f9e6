//! What happens between a claim and a delivery report: doubt, guards, closing windows, and a ledger that fails.

mod broken;
mod closing;
mod doubt;
mod failing;
mod guard;
mod named;
mod overtaken;
mod pacing;
mod reports;
mod unstored;

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};
use optin::{
    Builder, Messenger,
    campaign::Campaign,
    clock::{Clock, FixedClock},
    dispatch::{Batch, Dispatched},
    gateway::{Answered, Capabilities, Gateway, LookUp, Recalled, Refusal, Sought},
    id::MessageId,
    law::Rulebook,
    ledger::{Admitted, MemoryLedger},
    message::{Kind, Template, Values},
    permit::{Handover, Permit},
    phone::PhoneNumber,
    place::ZoneTable,
};

use crate::{
    receive::consent,
    walk::{at, number, soldes},
};

/// A gateway that answers what it is told to, in order, and accepts when nothing is left.
#[derive(Debug)]
struct Scripted {
    can: Capabilities,
    answers: Mutex<VecDeque<Answered>>,
    finds: Mutex<VecDeque<LookUp>>,
    sought: Mutex<Vec<Sought>>,
    taken: Mutex<Vec<Handover>>,
    recalled: Mutex<Vec<String>>,
}

impl Scripted {
    fn new(can: Capabilities) -> Arc<Self> {
        Arc::new(Self {
            can: can.simulated(),
            answers: Mutex::default(),
            finds: Mutex::default(),
            sought: Mutex::default(),
            taken: Mutex::default(),
            recalled: Mutex::default(),
        })
    }

    fn answer(&self, answered: Answered) {
        self.answers.lock().unwrap().push_back(answered);
    }

    fn find(&self, found: LookUp) {
        self.finds.lock().unwrap().push_back(found);
    }

    fn texts(&self) -> Vec<String> {
        self.taken.lock().unwrap().iter().map(|handover| handover.body.as_str().to_owned()).collect()
    }

    fn messages(&self) -> Vec<MessageId> {
        self.taken.lock().unwrap().iter().map(|handover| handover.message).collect()
    }
}

impl Gateway for Scripted {
    fn capabilities(&self) -> Capabilities {
        self.can
    }

    async fn send(&self, permit: Permit, clock: &dyn Clock) -> Answered {
        let Ok(handover) = permit.open(clock.now()) else { return Answered::rejected(Refusal::Expired) };
        let id = format!("G{}", handover.message);
        self.taken.lock().unwrap().push(handover);
        self.answers.lock().unwrap().pop_front().unwrap_or_else(|| Answered::accepted(id))
    }

    async fn look_up(&self, sought: Sought) -> LookUp {
        self.sought.lock().unwrap().push(sought);
        self.finds.lock().unwrap().pop_front().unwrap_or(LookUp::CannotSay)
    }

    async fn recall(&self, id: String) -> Recalled {
        self.recalled.lock().unwrap().push(id);
        Recalled::Done
    }
}

/// A shop over a scripted gateway: a Friday morning in Paris, and Ana, who agreed the day before.
struct Scene {
    shop: Messenger,
    clock: Arc<FixedClock>,
    gateway: Arc<Scripted>,
    ana: PhoneNumber,
}

impl Scene {
    async fn new(can: Capabilities) -> Self {
        Self::over(MemoryLedger::new().unwrap(), can, |builder| builder).await
    }

    async fn over(
        ledger: impl Into<Admitted>,
        can: Capabilities,
        set_up: impl FnOnce(Builder) -> Builder,
    ) -> Self {
        let clock = Arc::new(FixedClock::at(at("2026-11-26T10:00:00Z")));
        let (gateway, ana) = (Scripted::new(can), number("+33612345678"));
        let builder = Messenger::builder(ledger, Rulebook::builtin())
            .program(soldes())
            .gateway(Arc::clone(&gateway))
            .clock(Arc::clone(&clock))
            .zones(ZoneTable::bundled());
        let shop = set_up(builder).build().unwrap();
        shop.opt_in(ana, "soldes", consent()).await.unwrap();
        clock.set(at("2026-11-27T09:00:00Z"));
        Self { shop, clock, gateway, ana }
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now().unwrap()
    }

    fn later(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    fn campaign(&self, kind: Kind, name: &str) -> Campaign {
        Campaign::new(kind, name, "soldes")
            .unwrap()
            .text(Template::parse("Maison Lune : {first_name|Bonjour}, c'est prêt. STOP au 36123").unwrap())
            .window(self.now()..self.now() + TimeDelta::hours(48))
            .audience(vec![(self.ana, Values::new().with("first_name", "Ana"))])
    }

    async fn launch(&self, campaign: Campaign) {
        let plan = self.shop.plan(campaign).await.unwrap();
        assert_eq!(plan.now + plan.held, 1, "{plan:?}");
        self.shop.launch(plan.approve("lea@maisonlune.fr").unwrap()).await.unwrap();
    }

    async fn dispatch(&self) -> Dispatched {
        self.shop.dispatch(Batch::default()).await.unwrap()
    }
}
