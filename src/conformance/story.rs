use std::{
    fmt::Display,
    sync::{Arc, LazyLock},
    time::Duration,
};

use chrono::{DateTime, Utc};

use super::{
    Seen, broken,
    faulty::{Accident, Faulty},
    holds,
};
use crate::{
    Messenger,
    campaign::Campaign,
    clock::{Clock, FixedClock},
    consent::{ConsentText, OptIn},
    danger,
    dispatch::Batch,
    gateway::{Inbound, SimulatedCarrier},
    id::Name,
    inbound::Matcher,
    law::Rulebook,
    ledger::conformance::Maker,
    message::{Kind, Template, Values},
    phone::{Country, PhoneNumber},
    place::ZoneTable,
    program::{Program, Sender},
};

const TEXT: ConsentText = ConsentText {
    version: "v3",
    language: "fr",
    text: "J'accepte de recevoir les offres de Maison Lune par SMS. STOP pour arrêter.",
};
// Read once: a suite builds hundreds of shops.
static MATCHER: LazyLock<Matcher> = LazyLock::new(Matcher::builtin);
static ZONES: LazyLock<ZoneTable> = LazyLock::new(ZoneTable::bundled);

/// A Friday morning in France: 2026-11-27T08:30 there.
const MORNING: i64 = 1_795_764_600;
/// A person who stops, and is the first of them.
pub(super) const LEAVER: u32 = 0;
/// More than one batch.
const AT_A_TIME: usize = 3;

pub(super) fn morning() -> DateTime<Utc> {
    DateTime::from_timestamp(MORNING, 0).unwrap_or_default()
}

fn evening() -> DateTime<Utc> {
    morning() + chrono::TimeDelta::hours(11)
}

pub(super) fn number(nth: u32) -> Result<PhoneNumber, Seen> {
    PhoneNumber::from_e164(&format!("+336399{nth:05}")).map_err(broken)
}

fn program() -> Result<Program, Seen> {
    let fast = 50.try_into().map_err(broken)?;
    let sender = Sender::short_code(Country::FR, "36123").map_err(broken)?.throughput(fast);
    let program = Program::new("soldes", "Maison Lune").map_err(broken)?;
    Ok(program.sender(sender).help("aide@maisonlune.fr").language("fr"))
}

/// A shop that sends to so many people on a ledger, and may be struck by one accident.
pub(super) struct Story<'m, M: Maker> {
    make: &'m M,
    people: u32,
    ledger: Option<Faulty<M::Ledger>>,
    shop: Option<Messenger>,
    pub(super) carrier: Arc<SimulatedCarrier>,
    pub(super) clock: Arc<FixedClock>,
    /// How often a call was answered with an error.
    pub(super) errors: u32,
}

impl<'m, M: Maker> Story<'m, M> {
    pub(super) async fn new(
        make: &'m M,
        people: u32,
        accident: Option<(u64, Accident)>,
    ) -> Result<Self, Seen> {
        let carrier = Arc::new(SimulatedCarrier::seeded(7));
        let clock = Arc::new(FixedClock::at(morning()));
        let mut story = Self { make, people, ledger: None, shop: None, carrier, clock, errors: 0 };
        story.open(make.fresh().await.map_err(broken)?, accident)?;
        Ok(story)
    }

    fn open(&mut self, ledger: M::Ledger, accident: Option<(u64, Accident)>) -> Result<(), Seen> {
        let ledger = Faulty::new(ledger, accident);
        self.shop = Some(self.messenger(&ledger)?);
        self.ledger = Some(ledger);
        Ok(())
    }

    fn messenger(&self, ledger: &Faulty<M::Ledger>) -> Result<Messenger, Seen> {
        let admitted = danger::foreign_ledger(ledger.clone(), "the conformance suite");
        Messenger::builder(admitted, Rulebook::builtin())
            .program(program()?)
            .gateway(Arc::clone(&self.carrier))
            .clock(Arc::clone(&self.clock))
            .zones(ZONES.clone())
            .matcher(MATCHER.clone())
            .build()
            .map_err(broken)
    }

    pub(super) fn shop(&self) -> Result<&Messenger, Seen> {
        self.shop.as_ref().ok_or_else(|| broken("no shop"))
    }

    /// A second process on the same ledger.
    pub(super) fn another(&self) -> Result<Messenger, Seen> {
        self.messenger(self.ledger.as_ref().ok_or_else(|| broken("no ledger"))?)
    }

    pub(super) fn calls(&self) -> u64 {
        self.ledger.as_ref().map_or(0, Faulty::calls)
    }

    /// Whether the accident struck; if it did not, it will not.
    pub(super) fn was_struck(&self) -> bool {
        let struck = self.ledger.as_ref().is_some_and(Faulty::end);
        self.errors > 0 || struck
    }

    /// Does what a host does: when a call fails it makes it again, in a new process after a crash.
    pub(super) async fn step<T, E: Display>(
        &mut self,
        crash: bool,
        call: impl AsyncFn(&Messenger) -> Result<T, E>,
    ) -> Result<T, Seen> {
        for _ in 0..3 {
            match call(self.shop()?).await {
                Ok(value) => return Ok(value),
                Err(error) if !self.ledger.as_ref().is_some_and(Faulty::happened) => {
                    return Err(broken(error));
                }
                Err(_) => self.errors += 1,
            }
            if crash {
                self.restart().await?;
            }
        }
        Err(broken("a call fails again and again"))
    }

    /// The process dies; another opens the ledger.
    async fn restart(&mut self) -> Result<(), Seen> {
        drop(self.shop.take());
        let ledger = self.ledger.take().and_then(Faulty::into_inner);
        let ledger = ledger.ok_or_else(|| broken("somebody still holds the ledger"))?;
        let ledger = self.make.reopen(ledger).await.map_err(broken)?;
        self.open(ledger, None)
    }

    pub(super) async fn opt_in(&mut self, crash: bool) -> Result<(), Seen> {
        for nth in 0..self.people {
            let number = number(nth)?;
            self.step(crash, async |shop| {
                shop.opt_in(number, "soldes", OptIn::checkbox(&TEXT).page("https://maisonlune.fr")).await
            })
            .await?;
        }
        Ok(())
    }

    fn campaign(people: u32) -> Result<Campaign, Seen> {
        let text = Template::parse("Maison Lune : -40 % jusqu'à 19 h. STOP au 36123").map_err(broken)?;
        let audience =
            (0..people).map(|nth| Ok((number(nth)?, Values::new()))).collect::<Result<Vec<_>, Seen>>();
        let campaign = Campaign::marketing("flash", "soldes").map_err(broken)?;
        let campaign = campaign.category("promo").map_err(broken)?.text(text);
        Ok(campaign.window(morning()..evening()).audience(audience?))
    }

    pub(super) async fn launch(&mut self, crash: bool) -> Result<(), Seen> {
        let people = self.people;
        self.step(crash, async |shop| {
            let plan = shop.plan(Self::campaign(people)?).await.map_err(broken)?;
            let approved = plan.approve("lea").map_err(|_| broken("a plan was not approved"))?;
            shop.launch(approved).await.map_err(broken)
        })
        .await?;
        Ok(())
    }

    pub(super) async fn dispatch(&mut self, crash: bool) -> Result<Option<DateTime<Utc>>, Seen> {
        let done = self.step(crash, async |shop| shop.dispatch(Batch::of(AT_A_TIME)).await).await?;
        Ok(done.next_due)
    }

    /// Works until nothing is left before the evening, letting the time pass that the library asks for.
    pub(super) async fn finish(&mut self, crash: bool) -> Result<(), Seen> {
        for _ in 0..500 {
            let Some(next) = self.dispatch(crash).await? else { return Ok(()) };
            if next >= evening() {
                return Ok(());
            }
            let now = self.clock.now().ok_or_else(|| broken("no time"))?;
            if let Ok(left) = (next - now).to_std() {
                self.clock.advance(left.max(Duration::from_millis(1)));
            }
        }
        Err(broken("there is no end of what is due"))
    }

    /// The STOP of the nth person, and what was in flight.
    pub(super) async fn stop(&mut self, crash: bool, nth: u32) -> Result<usize, Seen> {
        let (number, at) = (number(nth)?, self.clock.now().unwrap_or_else(morning));
        let got = self
            .step(crash, async |shop| {
                let text = Inbound::text(format!("in-{nth}"), number, "36123", "STOP", at).map_err(broken)?;
                shop.receive(text).await.map_err(broken)
            })
            .await?;
        Ok(got.in_flight.len())
    }

    /// Marketing that the carrier took for the nth person.
    pub(super) fn taken(&self, nth: u32) -> Result<usize, Seen> {
        let taken = self.carrier.taken_for(number(nth)?);
        Ok(taken.iter().filter(|taken| taken.kind == Kind::Marketing).count())
    }

    /// Nothing twice, the STOP stands, the chain verifies.
    pub(super) async fn is_safe(&self) -> Result<(), Seen> {
        holds("a message was taken twice", self.carrier.duplicates().is_empty())?;
        let soldes = Name::new("soldes").map_err(broken)?;
        let shop = self.shop()?;
        for nth in 0..self.people {
            let person = shop.person(number(nth)?).await.map_err(broken)?;
            let person = person.ok_or_else(|| Seen(format!("person {nth} is not known any more")))?;
            holds(
                format!("what person {nth} said last does not stand"),
                person.state.stands_open(&soldes) == (nth != LEAVER),
            )?;
        }
        let verified = shop.verify().await.map_err(broken)?;
        holds("the chain does not verify", verified.is_ok())
    }

    /// Everyone who did not leave got the message, or is known not to be known.
    pub(super) async fn nothing_is_lost(&self) -> Result<(), Seen> {
        let shop = self.shop()?;
        for nth in 1..self.people {
            let taken = self.taken(nth)?;
            let person = shop.person(number(nth)?).await.map_err(broken)?;
            let known =
                person.is_some_and(|person| person.state.sends.iter().any(|s| s.kind == Kind::Marketing));
            holds(format!("person {nth} got {taken} messages, on record: {known}"), known && taken <= 1)?;
        }
        let flash = Name::new("flash").map_err(broken)?;
        let (waiting, _) = shop.waiting(&flash).await.map_err(broken)?;
        holds(format!("{waiting} messages wait for ever"), waiting == 0)
    }
}
