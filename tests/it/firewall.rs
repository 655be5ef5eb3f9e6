//! Random lives of a number (opt-in, STOP, START, lists, lists taken back, erasure) against a small model: nobody is
//! ever reachable whom the model holds closed.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use optin::{
    ImportRow, Messenger,
    clock::FixedClock,
    gateway::{Inbound, SimulatedCarrier},
    ledger::MemoryLedger,
    message::Kind,
    phone::PhoneNumber,
    policy::Request,
    shop::Says,
};

use crate::{
    fold::name,
    receive::consent,
    simulation::dice::Dice,
    walk::{at, number, shop},
};

#[derive(Debug, Clone, PartialEq)]
enum Act {
    OptIn(DateTime<Utc>),
    Stop(DateTime<Utc>),
    Start(DateTime<Utc>),
    Consents { import: usize },
    OptsOut { import: usize },
    Undo { import: usize },
    Erase,
}

/// The whole law of it, asked of the list of acts. `when` is when each was taken in.
fn is_closed(acts: &[(DateTime<Utc>, Act)]) -> bool {
    let shuts: Vec<(usize, DateTime<Utc>)> = (0..acts.len())
        .filter_map(|place| match acts[place] {
            (_, Act::Stop(acted)) => Some((place, acted)),
            (when, Act::OptsOut { .. } | Act::Erase) => Some((place, when)),
            _ => None,
        })
        .collect();
    let erased = acts.iter().rposition(|(_, act)| *act == Act::Erase).map_or(0, |place| place + 1);
    let ground = (erased..acts.len()).any(|place| match &acts[place].1 {
        Act::OptIn(_) => true,
        // A list brings a ground to somebody who never said no, until it is taken back.
        Act::Consents { import } => {
            shuts.iter().all(|(shut, _)| *shut > place)
                && !acts.iter().any(|(_, act)| *act == Act::Undo { import: *import })
        }
        _ => false,
    });
    let reopened = (0..acts.len()).any(|place| match acts[place].1 {
        Act::OptIn(acted) | Act::Start(acted) => {
            shuts.iter().all(|(shut, when)| place > *shut && acted > *when)
        }
        _ => false,
    });
    !ground || (!shuts.is_empty() && !reopened)
}

/// A shop with nobody in it, and one number that lives through what the dice say.
struct Life {
    shop: Messenger,
    clock: Arc<FixedClock>,
    who: PhoneNumber,
    now: DateTime<Utc>,
    acts: Vec<(DateTime<Utc>, Act)>,
}

impl Life {
    fn new() -> Self {
        let now = at("2026-11-26T09:00:00Z");
        let clock = Arc::new(FixedClock::at(now));
        let carrier = Arc::new(SimulatedCarrier::seeded(7));
        let shop = shop(Arc::new(MemoryLedger::new().unwrap()), &clock, &carrier);
        Self { shop, clock, who: number("+33612345678"), now, acts: Vec::new() }
    }

    fn draw(&self, dice: &mut Dice) -> Act {
        // What arrives late was done earlier: up to half an hour, while acts follow each other by minutes.
        let acted =
            self.now - Duration::minutes(dice.below(30) as i64) - Duration::seconds(dice.below(60) as i64);
        let import = dice.below(3);
        match dice.below(20) {
            0..5 => Act::OptIn(acted),
            5..8 => Act::Stop(acted),
            8..11 => Act::Start(acted),
            11..15 => Act::Consents { import },
            15 => Act::OptsOut { import },
            16..19 => Act::Undo { import },
            _ => Act::Erase,
        }
    }

    async fn live(&mut self, act: Act) {
        let (shop, who, nth) = (&self.shop, self.who, self.acts.len());
        let text = |words, sent| Inbound::text(&format!("in-{nth}"), who, "36123", words, sent).unwrap();
        let row = |says| [ImportRow::new(who, name("soldes"), says)];
        match &act {
            Act::OptIn(acted) => drop(shop.opt_in(who, "soldes", consent().at(*acted)).await.unwrap()),
            Act::Stop(acted) => drop(shop.receive(text("STOP", *acted)).await.unwrap()),
            Act::Start(acted) => drop(shop.receive(text("START", *acted)).await.unwrap()),
            Act::Consents { import } => {
                // Dated as late as a list can: it raises nothing all the same.
                let says = Says::Consent(consent().at(self.now));
                let taken = shop.import(&format!("list-{import}"), row(says), |_, _| {}).await;
                assert_eq!(taken.is_err(), self.is_taken_back(*import), "{taken:?}");
            }
            Act::OptsOut { import } => {
                let taken = shop.import(&format!("list-{import}"), row(Says::OptOut(None)), |_, _| {}).await;
                assert_eq!(taken.is_err(), self.is_taken_back(*import), "{taken:?}");
                if taken.is_err() {
                    return;
                }
            }
            Act::Undo { import } => drop(shop.undo_import(&format!("list-{import}")).await.unwrap()),
            // A number that nobody knows is silenced all the same.
            Act::Erase => drop(shop.erase(who, &format!("request-{nth}")).await.unwrap()),
        }
        self.acts.push((self.now, act));
        self.now += Duration::minutes(1);
        self.clock.set(self.now);
    }

    /// What was taken back is not taken in again.
    fn is_taken_back(&self, import: usize) -> bool {
        self.acts.iter().any(|(_, act)| *act == Act::Undo { import })
    }

    async fn is_reachable(&self) -> bool {
        let (program, sender) = (name("soldes"), name("36123"));
        let request = Request {
            program: &program,
            kind: Kind::Marketing,
            category: None,
            subject: None,
            sender: Some(&sender),
        };
        self.shop.decide(self.who, request, self.now).await.unwrap().is_allowed()
    }
}

/// How often somebody was open in the model, and how often the library held that person closed all the same.
fn lives(seeds: std::ops::Range<u64>) -> (u32, u32) {
    let (mut open, mut stricter) = (0, 0);
    for seed in seeds {
        let (mut life, mut dice) = (Life::new(), Dice::new(seed));
        optin::blocking::wait(async {
            for _ in 0..4 + dice.below(9) {
                let act = life.draw(&mut dice);
                life.live(act).await;
                let (reachable, closed) = (life.is_reachable().await, is_closed(&life.acts));
                assert!(!(reachable && closed), "seed {seed}: reachable after {:#?}", life.acts);
                open += u32::from(!closed);
                stricter += u32::from(!closed && !reachable);
            }
        });
    }
    (open, stricter)
}

#[test]
fn ten_thousand_lives_and_nobody_reachable_whom_the_model_holds_closed() {
    let (open, stricter) = lives(0..10_000);
    // A library that held everybody closed would pass the rest.
    assert!(open > 10_000 && stricter < open / 10, "{open} open, {stricter} of them held closed");
    println!("{open} open in the model, {stricter} of them held closed");
}
