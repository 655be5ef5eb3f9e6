//! Random lives of a number (opt-in, STOP, START, lists, lists taken back, erasure) against a small model: nobody is
//! ever reachable whom the model holds closed.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use optin::{
    ImportRow, Messenger,
    clock::{Clock, FixedClock},
    gateway::{Inbound, SimulatedCarrier},
    ledger::MemoryLedger,
    message::Kind,
    phone::PhoneNumber,
    policy::Request,
    program::JoinBy,
    shop::Says,
};

use crate::{
    fold::name,
    receive::consent,
    simulation::dice::Dice,
    walk::{at, number, shop_of, soldes},
};

#[derive(Debug, Clone, PartialEq)]
enum Act {
    OptIn(DateTime<Utc>),
    Join(DateTime<Utc>),
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
        Act::OptIn(_) | Act::Join(_) => true,
        // A list brings a ground to somebody who never said no, until it is taken back.
        Act::Consents { import } => {
            shuts.iter().all(|(shut, _)| *shut > place)
                && !acts.iter().any(|(_, act)| *act == Act::Undo { import: *import })
        }
        _ => false,
    });
    let reopened = (0..acts.len()).any(|place| match acts[place].1 {
        Act::OptIn(acted) | Act::Join(acted) | Act::Start(acted) => {
            shuts.iter().all(|(shut, when)| place > *shut && acted > *when)
        }
        _ => false,
    });
    !ground || (!shuts.is_empty() && !reopened)
}

/// A shop, and one number in it that lives through what the dice say.
struct Life<'s> {
    shop: &'s Messenger,
    clock: &'s FixedClock,
    who: PhoneNumber,
    acts: Vec<(DateTime<Utc>, Act)>,
}

impl Life<'_> {
    fn now(&self) -> DateTime<Utc> {
        self.clock.now().unwrap()
    }

    fn draw(&self, dice: &mut Dice) -> Act {
        // What arrives late was done earlier: up to thirty seconds, while acts follow each other by one.
        let acted = self.now() - Duration::milliseconds(dice.below(30_000) as i64);
        let import = dice.below(3);
        match dice.below(20) {
            0..3 => Act::OptIn(acted),
            3..5 => Act::Join(acted),
            5..8 => Act::Stop(acted),
            8..11 => Act::Start(acted),
            11..15 => Act::Consents { import },
            15 => Act::OptsOut { import },
            16..19 => Act::Undo { import },
            _ => Act::Erase,
        }
    }

    async fn live(&mut self, act: Act) {
        let (shop, who, now) = (self.shop, self.who, self.now());
        let nth = format!("{}-{}", who.digits(), self.acts.len());
        let text = |words, sent| Inbound::text(&nth, who, "36123", words, sent).unwrap();
        let list = |import: &usize| format!("list-{}-{import}", who.digits());
        match &act {
            Act::OptIn(acted) => drop(shop.opt_in(who, "soldes", consent().at(*acted)).await.unwrap()),
            Act::Join(acted) => drop(shop.receive(text("LUNE", *acted)).await.unwrap()),
            Act::Stop(acted) => drop(shop.receive(text("STOP", *acted)).await.unwrap()),
            Act::Start(acted) => drop(shop.receive(text("START", *acted)).await.unwrap()),
            Act::Consents { import } | Act::OptsOut { import } => {
                // A consent dated as late as a list can: it raises nothing all the same.
                let consents = matches!(act, Act::Consents { .. });
                let says = if consents { Says::Consent(consent().at(now)) } else { Says::OptOut(None) };
                let row = ImportRow::new(who, name("soldes"), says);
                let taken = shop.import(&list(import), [row], |_, _| {}).await;
                // What was taken back is not taken in again.
                let undone = self.acts.iter().any(|(_, act)| *act == Act::Undo { import: *import });
                assert_eq!(taken.is_err(), undone, "{taken:?}");
                if undone {
                    return;
                }
            }
            Act::Undo { import } => drop(shop.undo_import(&list(import)).await.unwrap()),
            // A number that nobody knows is silenced all the same.
            Act::Erase => drop(shop.erase(who, &format!("request-{nth}")).await.unwrap()),
        }
        self.acts.push((now, act));
        self.clock.set(now + Duration::seconds(1));
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
        self.shop.decide(self.who, request, self.now()).await.unwrap().is_allowed()
    }
}

/// How often somebody was open in the model, and how often the library held that person closed all the same.
async fn lives(seeds: std::ops::Range<u64>) -> (u32, u32) {
    let clock = Arc::new(FixedClock::at(at("2026-11-26T09:00:00Z")));
    let carrier = Arc::new(SimulatedCarrier::seeded(7));
    let joined = soldes().keyword("LUNE").joins(JoinBy::Keyword);
    let shop = shop_of(joined, Arc::new(MemoryLedger::new().unwrap()), &clock, &carrier);
    let (mut open, mut stricter) = (0, 0);
    for seed in seeds {
        let who = number(&format!("+336123{seed:05}"));
        let mut life = Life { shop: &shop, clock: &clock, who, acts: Vec::new() };
        let mut dice = Dice::new(seed);
        for _ in 0..4 + dice.below(9) {
            let act = life.draw(&mut dice);
            life.live(act).await;
            let (reachable, closed) = (life.is_reachable().await, is_closed(&life.acts));
            assert!(!(reachable && closed), "seed {seed}: reachable after {:#?}", life.acts);
            open += u32::from(!closed);
            stricter += u32::from(!closed && !reachable);
        }
    }
    (open, stricter)
}

#[test]
fn ten_thousand_lives_and_nobody_reachable_whom_the_model_holds_closed() {
    // A shop's house stream grows with every list: several small shops are read faster than one.
    let shops = (0..10_000).step_by(25).map(|first| optin::blocking::wait(lives(first..first + 25)));
    let (open, stricter) = shops.fold((0, 0), |sum, shop| (sum.0 + shop.0, sum.1 + shop.1));
    // A library that held everybody closed would pass the rest.
    assert!(open > 10_000 && stricter < open / 10, "{open} open, {stricter} of them held closed");
    println!("{open} open in the model, {stricter} of them held closed");
}
