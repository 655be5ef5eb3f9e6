//! The gateways of the house, and their adapters, against the suite.

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use optin::{
    consent::event::Delivery,
    gateway::{
        Cost, Failover, Fate, Faults, Gateway, Idempotency, Recording, Refusal, SimulatedCarrier,
        SimulatedCarrierBuilder, Taken, Throttled,
        conformance::{self, Carrier, Fault, Findings, Got, Maker, Plan},
    },
    phone::PhoneNumber,
};

use super::{run, start};

/// What several carriers took.
struct Behind(Vec<Arc<SimulatedCarrier>>);

impl Carrier for Behind {
    fn taken(&self) -> Vec<Got> {
        let got = |taken: Taken| Got {
            number: taken.number,
            sender: taken.sender.to_string(),
            body: taken.text,
            valid_for: Some(taken.valid_for),
        };
        self.0.iter().flat_map(|carrier| carrier.taken()).map(got).collect()
    }

    fn delivered(&self) -> Option<Vec<PhoneNumber>> {
        let far = start() + TimeDelta::days(30);
        let reports = self.0.iter().flat_map(|carrier| carrier.reports_due(far));
        Some(
            reports.filter(|report| report.delivery == Delivery::Delivered).map(|report| report.to).collect(),
        )
    }
}

fn planned(carrier: SimulatedCarrierBuilder, plan: &Plan) -> Arc<SimulatedCarrier> {
    let carrier = plan.iter().fold(carrier, |carrier, &(number, fault)| {
        let fate = match fault {
            Fault::NoSuchNumber => Fate::Refused(Refusal::InvalidNumber),
            Fault::OptedOut => Fate::Refused(Refusal::OptedOut),
            Fault::TooFast(wait) => {
                return carrier.with_number(number, Fate::Refused(Refusal::RateLimited)).retry_after(wait);
            }
            Fault::OutOfOrder => Fate::Refused(Refusal::Unavailable),
            Fault::LostRequest => Fate::LostRequest,
            _ => Fate::LostAnswer,
        };
        carrier.with_number(number, fate)
    });
    Arc::new(carrier.build())
}

/// A gateway around two carriers that treat the same numbers the same way.
struct Around<F> {
    carriers: [SimulatedCarrierBuilder; 2],
    wrap: F,
}

impl<G: Gateway, F: Fn(Arc<SimulatedCarrier>, Arc<SimulatedCarrier>) -> G + Sync> Maker for Around<F> {
    type Gateway = G;
    type Carrier = Behind;

    async fn fresh(&self, plan: Plan) -> (G, Behind) {
        let [first, second] = self.carriers.clone().map(|carrier| planned(carrier, &plan));
        ((self.wrap)(Arc::clone(&first), Arc::clone(&second)), Behind(vec![first, second]))
    }
}

fn carrier() -> SimulatedCarrierBuilder {
    SimulatedCarrier::builder(7)
}

fn up() -> SimulatedCarrierBuilder {
    carrier().yields(2).recalls(true)
}

/// Takes nothing of itself: too fast, out of order.
fn down() -> SimulatedCarrierBuilder {
    up().faults(Faults { rate_limited: 500, unavailable: 500, ..Faults::default() })
}

fn conforms<G: Gateway>(
    carriers: [SimulatedCarrierBuilder; 2],
    wrap: impl Fn(Arc<SimulatedCarrier>, Arc<SimulatedCarrier>) -> G + Sync,
) {
    assert_eq!(run(conformance::all(&Around { carriers, wrap })), Findings::default());
}

fn rate(per_second: u32) -> std::num::NonZeroU32 {
    per_second.try_into().unwrap()
}

#[test]
fn the_simulated_carrier_conforms() {
    let first = |first, _| first;
    conforms([carrier(), carrier()], first);
    conforms([carrier().yields(5).recalls(true), carrier()], first);
    let price = Cost { micros: 70_000, currency: *b"EUR" };
    conforms([carrier().yields(1).idempotency(Idempotency::Native).price(price), carrier()], first);
    conforms([carrier().yields(3).idempotency(Idempotency::None), carrier()], first);
    conforms([carrier().look_up(false), carrier()], first);
    let mute = carrier().faults(Faults { no_look_up: 1_000, ..Faults::default() });
    let findings = run(conformance::all(&Around { carriers: [mute, carrier()], wrap: first }));
    let failed: Vec<_> = findings.failures.iter().map(|failure| failure.check).collect();
    assert_eq!(failed, ["a_look_up_tells_the_truth"], "it claims to look up and never does");
}

#[test]
fn a_throttled_gateway_conforms() {
    conforms([carrier(), carrier()], |first, _| Throttled::new(first, rate(1_000)));
    conforms([up(), up()], |first, _| Throttled::new(first, rate(1_000)));
}

#[test]
fn a_recorded_gateway_conforms() {
    conforms([up(), up()], |first, _| Recording::new(first).with_bodies());
    conforms([carrier(), carrier()], |first, _| Recording::new(first).keeping(0));
}

#[test]
fn two_gateways_conform_whichever_of_them_takes_it() {
    conforms([up(), up()], Failover::new);
    conforms([down(), up()], Failover::new);
    conforms([up(), down()], Failover::new);
    conforms([up().idempotency(Idempotency::Native), up()], Failover::new);
    conforms([up().idempotency(Idempotency::None), up()], Failover::new);
}

#[test]
fn adapters_around_adapters_conform() {
    // Nearly everything is too fast for the first, and goes to the second.
    conforms([up(), up()], |first, second| {
        Recording::new(Failover::new(Throttled::new(first, rate(1)), Throttled::new(second, rate(1_000))))
    });
    conforms([down(), up()], |first, second| {
        Failover::new(Arc::new(down().build()), Failover::new(first, second))
    });
}

#[test]
fn what_a_carrier_cannot_do_is_told_as_not_run() {
    struct Mild;
    impl Maker for Mild {
        type Gateway = Arc<SimulatedCarrier>;
        type Carrier = Behind;
        async fn fresh(&self, plan: Plan) -> (Arc<SimulatedCarrier>, Behind) {
            let carrier = planned(carrier(), &plan);
            (Arc::clone(&carrier), Behind(vec![carrier]))
        }
        fn can(&self, fault: Fault) -> bool {
            !matches!(fault, Fault::Garbled | Fault::TooFast(_))
        }
    }
    let findings = run(conformance::all(&Mild));
    let wait = Fault::TooFast(Duration::from_secs(7));
    assert_eq!(
        findings.not_run,
        [("too_fast_is_told_with_the_wait", wait), ("an_unreadable_answer_is_unknown", Fault::Garbled)]
    );
    assert_eq!(findings.failures, []);
}
