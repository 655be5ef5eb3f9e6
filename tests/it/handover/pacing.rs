//! How much goes when, and who goes first.

use std::{num::NonZeroU64, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use optin::{
    Messenger,
    campaign::{Campaign, Late},
    clock::{Clock, FixedClock},
    dispatch::{Batch, Dispatched},
    gateway::{Answered, Capabilities, Refusal},
    law::Rulebook,
    ledger::MemoryLedger,
    message::{Kind, Template, Values},
    phone::{Country, PhoneNumber},
    place::{Zone, ZoneTable},
    policy::Code,
    program::{Counted, Limit, Period, Program, Sender},
};

use super::Scripted;
use crate::{receive::consent, walk::at};

const CLOSES: &str = "2026-11-27T20:30:00Z";

struct Rush {
    shop: Messenger,
    clock: Arc<FixedClock>,
    gateway: Arc<Scripted>,
    people: Vec<PhoneNumber>,
}

/// A shop with so many people and one sender.
async fn rush(people: u32, sender: impl FnOnce(Sender) -> Sender, now: &str) -> Rush {
    let clock = Arc::new(FixedClock::at(at("2026-11-26T10:00:00Z")));
    let second = Duration::from_secs(1);
    let gateway = Scripted::new(Capabilities::plain().valid(second, 36_000 * second));
    let sender = sender(Sender::short_code(Country::FR, "36123").unwrap());
    let program = |name| {
        let program = Program::new(name, "Maison Lune").unwrap().sender(sender.clone());
        program.help("aide@maisonlune.fr").language("fr")
    };
    let shop = Messenger::builder(MemoryLedger::new().unwrap(), Rulebook::builtin())
        .program(program("soldes"))
        .program(program("club"))
        .gateway(Arc::clone(&gateway))
        .clock(Arc::clone(&clock))
        .zones(ZoneTable::bundled())
        .build()
        .unwrap();
    let people: Vec<_> = (0..people).map(|n| format!("+336{n:08}").parse().unwrap()).collect();
    for person in &people {
        shop.opt_in(*person, "soldes", consent()).await.unwrap();
    }
    clock.set(at(now));
    Rush { shop, clock, gateway, people }
}

fn per_second(rate: u32) -> impl FnOnce(Sender) -> Sender {
    move |sender| sender.throughput(rate.try_into().unwrap())
}

impl Rush {
    fn now(&self) -> DateTime<Utc> {
        self.clock.now().unwrap()
    }

    fn campaign(&self, kind: Kind, name: &str, people: std::ops::Range<usize>) -> Campaign {
        let audience: Vec<_> = self.people[people].iter().map(|person| (*person, Values::new())).collect();
        let text = match kind {
            Kind::Marketing => "Maison Lune : -40 % jusqu'à 21 h. STOP au 36123",
            _ => "Maison Lune : votre commande est partie, livraison demain.",
        };
        Campaign::new(kind, name, "soldes")
            .unwrap()
            .text(Template::parse(text).unwrap())
            .window(self.now()..self.now() + TimeDelta::hours(72))
            .audience(audience)
    }

    async fn launch(&self, campaign: Campaign) -> (u64, u64) {
        let plan = self.shop.plan(campaign).await.unwrap();
        let planned = plan.moved;
        let launched = self.shop.launch(plan.approve("lea@maisonlune.fr").unwrap()).await.unwrap();
        (planned, launched.moved)
    }

    /// Dispatches until this moment, or until nothing is due before it.
    async fn until(&self, end: DateTime<Utc>) -> Dispatched {
        let mut all = Dispatched::default();
        loop {
            let done = self.shop.dispatch(Batch::default()).await.unwrap();
            all.accepted += done.accepted;
            all.again += done.again;
            all.moved += done.moved;
            for (why, count) in done.dropped {
                *all.dropped.entry(why).or_default() += count;
            }
            match done.next_due.filter(|next| *next < end) {
                Some(next) => {
                    self.clock.advance((next - self.now()).to_std().unwrap_or(Duration::from_millis(1)))
                }
                None => return all,
            }
        }
    }

    fn kinds(&self) -> Vec<Kind> {
        self.gateway.taken.lock().unwrap().iter().map(|handover| handover.kind).collect()
    }
}

#[tokio::test]
async fn what_does_not_fit_before_the_window_closes_is_moved_before_anything_starts() {
    // Two minutes at one a second are 120 of 200.
    let rush = rush(200, per_second(1), "2026-11-27T20:28:00Z").await;
    let plan = rush.shop.plan(rush.campaign(Kind::Marketing, "flash", 0..200)).await.unwrap();
    assert_eq!((plan.now, plan.held, plan.moved), (120, 80, 80));
    let mut codes = Vec::new();
    let campaign = rush.campaign(Kind::Marketing, "flash", 0..200);
    rush.shop
        .plan_each(campaign, |row| {
            if let optin::campaign::Fate::Hold(until, decision) = row.fate {
                assert_eq!(decision.kinds.map(|kinds| kinds.holds()), Some(Kind::Marketing));
                codes.push((until, decision.reasons[0].code));
            }
        })
        .await
        .unwrap();
    // Saturday at eight.
    assert!(codes.iter().all(|held| *held == (at("2026-11-28T07:00:00Z"), Code::SenderBusy)), "{codes:?}");
    assert_eq!(rush.launch(rush.campaign(Kind::Marketing, "flash", 0..200)).await, (80, 80));
    let tonight = rush.until(at("2026-11-28T00:00:00Z")).await;
    assert!((118..=120).contains(&tonight.accepted), "{tonight:?}");
    let all = rush.until(at("2026-11-28T12:00:00Z")).await;
    assert_eq!(tonight.accepted + all.accepted, 200);
}

#[tokio::test]
async fn a_campaign_finds_the_minutes_that_another_has_taken() {
    let rush = rush(200, per_second(1), "2026-11-27T20:28:00Z").await;
    assert_eq!(rush.launch(rush.campaign(Kind::Marketing, "first", 0..100)).await, (0, 0));
    assert_eq!(rush.launch(rush.campaign(Kind::Marketing, "second", 100..200)).await, (80, 80));
}

#[tokio::test]
async fn an_order_overtakes_a_sale() {
    let rush = rush(120, per_second(10), "2026-11-27T10:00:00Z").await;
    rush.launch(rush.campaign(Kind::Marketing, "flash", 0..100)).await;
    rush.until(rush.now() + TimeDelta::seconds(2)).await;
    let before = rush.kinds().len();
    rush.launch(rush.campaign(Kind::Transactional, "orders", 100..120)).await;
    rush.until(rush.now() + TimeDelta::seconds(30)).await;
    let kinds = rush.kinds();
    let (sales, orders): (Vec<_>, Vec<_>) =
        (before..kinds.len()).partition(|nth| kinds[*nth] == Kind::Marketing);
    assert_eq!(orders.len(), 20);
    assert!(orders.iter().max() < sales.iter().min(), "{kinds:?}");
}

#[tokio::test]
async fn a_loop_for_urgent_messages_leaves_marketing_alone() {
    let rush = rush(20, per_second(50), "2026-11-27T10:00:00Z").await;
    rush.launch(rush.campaign(Kind::Marketing, "flash", 0..10)).await;
    rush.launch(rush.campaign(Kind::Transactional, "orders", 10..20)).await;
    rush.clock.advance(Duration::from_secs(1));
    rush.shop.dispatch(Batch::urgent()).await.unwrap();
    assert_eq!(rush.kinds(), [Kind::Transactional; 10]);
}

#[tokio::test]
async fn campaigns_share_a_sender_by_their_weights() {
    let rush = rush(200, per_second(10), "2026-11-27T10:00:00Z").await;
    let twice = rush.campaign(Kind::Marketing, "twice", 0..100).weight(3.try_into().unwrap());
    rush.launch(twice).await;
    // Launched in the same minute, so that both are due from now on.
    rush.launch(rush.campaign(Kind::Marketing, "once", 100..200)).await;
    rush.clock.advance(Duration::from_secs(60));
    rush.until(rush.now() + TimeDelta::seconds(8)).await;
    let heavy: std::collections::HashSet<_> = rush.people[..100].iter().collect();
    let taken = rush.gateway.taken.lock().unwrap();
    let first: Vec<_> = taken.iter().take(80).collect();
    let share = first.iter().filter(|handover| heavy.contains(&handover.number)).count();
    assert!((58..=62).contains(&share), "{share} of 80");
}

#[tokio::test]
async fn a_brands_day_ends_at_pacific_midnight() {
    let pacific = Period::Day(Zone::named("America/Los_Angeles").unwrap());
    let day = Limit::new("day", Counted::Segments, pacific, NonZeroU64::new(30).unwrap()).unwrap();
    let rush = rush(50, |sender| per_second(50)(sender).limit(day), "2026-11-27T10:00:00Z").await;
    rush.launch(rush.campaign(Kind::Marketing, "flash", 0..50)).await;
    let friday = rush.until(at("2026-11-28T07:59:00Z")).await;
    // One segment in twenty is left to orders and codes.
    assert_eq!(friday.accepted, 29);
    rush.launch(rush.campaign(Kind::Transactional, "order", 0..5)).await;
    assert_eq!(rush.until(at("2026-11-28T07:59:30Z")).await.accepted, 1);
    // Midnight in Los Angeles is nine in Paris.
    assert_eq!(rush.until(at("2026-11-28T09:00:00Z")).await.accepted, 25);
    assert!(rush.now() >= at("2026-11-28T08:00:00Z"));
}

#[tokio::test]
async fn the_estimate_is_made_again_when_the_carrier_slows_down() {
    let rush = rush(100, per_second(1), "2026-11-27T20:26:00Z").await;
    assert_eq!(rush.launch(rush.campaign(Kind::Marketing, "flash", 0..100)).await, (0, 0));
    assert_eq!(rush.shop.forecast().await.unwrap()[0].too_late, 0);
    // The carrier wants three minutes of peace: one minute is left before the window closes.
    let wait = Some(Duration::from_secs(180));
    rush.gateway.answer(Answered::refused(Refusal::RateLimited, None, wait));
    let tonight = rush.until(at("2026-11-28T00:00:00Z")).await;
    assert!((55..=61).contains(&tonight.accepted), "{tonight:?}");
    assert!((35..=45).contains(&tonight.moved), "{tonight:?}");
    let all = rush.until(at("2026-11-28T12:00:00Z")).await;
    assert_eq!(tonight.accepted + all.accepted, 100);
}

#[tokio::test]
async fn who_would_rather_drop_than_move_has_it_counted() {
    let rush = rush(100, per_second(1), "2026-11-27T20:26:00Z").await;
    rush.launch(rush.campaign(Kind::Marketing, "flash", 0..100).late(Late::Drop)).await;
    let wait = Some(Duration::from_secs(180));
    rush.gateway.answer(Answered::refused(Refusal::RateLimited, None, wait));
    let tonight = rush.until(at("2026-11-28T12:00:00Z")).await;
    let late = tonight.dropped.get("late").copied().unwrap_or(0);
    assert!(late > 30, "{tonight:?}");
    assert_eq!(tonight.accepted + late, 100);
    assert!(rush.now() < at(CLOSES) + TimeDelta::minutes(1));
}

#[tokio::test]
async fn programs_that_share_a_sender_have_all_of_it() {
    let rush = rush(40, per_second(10), "2026-11-27T10:00:00Z").await;
    rush.launch(rush.campaign(Kind::Transactional, "orders", 0..40)).await;
    let gone = rush.until(rush.now() + TimeDelta::milliseconds(2_001)).await;
    assert_eq!(gone.accepted, 30, "ten at once, and ten a second");
}

#[tokio::test]
async fn a_wait_without_end_is_cut() {
    let rush = rush(1, per_second(10), "2026-11-27T10:00:00Z").await;
    rush.launch(rush.campaign(Kind::Transactional, "order", 0..1)).await;
    let endless = Some(Duration::from_secs(1 << 53));
    rush.gateway.answer(Answered::refused(Refusal::RateLimited, None, endless));
    let done = rush.shop.dispatch(Batch::default()).await.unwrap();
    assert!(done.next_due.is_some_and(|next| next <= rush.now() + TimeDelta::hours(1)), "{done:?}");
}

#[tokio::test]
async fn what_stays_where_it_is_does_not_count_as_moved() {
    let rush = rush(1, per_second(10), "2026-11-27T10:00:00Z").await;
    let soon = rush.now()..rush.now() + TimeDelta::seconds(30);
    rush.launch(rush.campaign(Kind::Marketing, "flash", 0..1).window(soon)).await;
    let done = rush.shop.dispatch(Batch::default()).await.unwrap();
    assert_eq!((done.moved, done.accepted), (0, 1), "{done:?}");
}
