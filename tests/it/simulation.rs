//! The whole system in one thread, from one seed: two processes over one ledger, people who change their minds, a
//! carrier that loses things, a gateway before it that refuses, a store that fails and dawdles, a clock that jumps,
//! zone data that changes, callers that give up half-way.
//!
//! [`watched`] stands between the core and the ledger: it lets every call wait, loses some, and shows every record
//! to the [`model`] in the order of appends. [`line`] shows it what is handed over. [`world`] and [`acts`] make
//! things happen, and look at what the carrier got.
//!
//! The everyday run does some seeds; the continuous integration 2,000:
//! `cargo test --test it simulation:: -- --ignored --exact simulation::two_thousand_seeds`; and a million before a
//! release: `cargo test --release -- --ignored soak`. A seed that fails is named, with how to play it again.

mod acts;
pub(crate) mod dice;
mod line;
mod model;
mod watched;
mod world;
mod zones;

use std::{
    ops::Range,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use world::World;

/// What came of one seed.
#[derive(Debug, Default, PartialEq, Eq)]
struct Ran {
    trace: String,
    records: u64,
    taken: usize,
    stops: usize,
    unknown: usize,
    dropped: usize,
}

/// Runs a seed, and says which when it fails.
fn simulate(seed: u64) -> Ran {
    run(World::new(seed), seed)
}

fn run(mut world: World, seed: u64) -> Ran {
    let steps = 240;
    let ran = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        (0..steps).for_each(|_| world.step());
        world.settle()
    }));
    match ran {
        Ok(ran) => ran,
        Err(reason) => {
            println!(
                "seed {seed} fails: SEED={seed} cargo test --test it simulation::one -- --ignored --nocapture"
            );
            std::panic::resume_unwind(reason)
        }
    }
}

impl Ran {
    fn add(&mut self, other: &Self) {
        self.records += other.records;
        self.taken += other.taken;
        self.stops += other.stops;
        self.unknown += other.unknown;
        self.dropped += other.dropped;
    }
}

/// Runs these seeds on all cores, and sums up what came of them.
fn simulate_all(seeds: Range<u64>) -> Ran {
    let next = AtomicU64::new(seeds.start);
    let lane = || {
        let mut all = Ran::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return all;
            }
            // One that fails ends the others after the seed they are at.
            let _end = Ending(&next, seeds.end);
            all.add(&simulate(seed));
        }
    };
    let lanes = thread::available_parallelism().map_or(2, usize::from);
    let mut all = Ran::default();
    thread::scope(|scope| {
        let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(lane)).collect();
        lanes.into_iter().for_each(|lane| all.add(&lane.join().unwrap()));
    });
    println!("{seeds:?}: {all:?}");
    // A world in which nothing happens breaks no law.
    let many = (seeds.end - seeds.start) as usize;
    assert!(all.taken > 10 * many && all.stops > 5 * many && all.dropped > many, "{all:?}");
    assert!(all.unknown > many / 3 && all.records > 100 * many as u64, "{all:?}");
    all
}

/// Lets no seed begin any more when a test fails.
struct Ending<'a>(&'a AtomicU64, u64);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.store(self.1, Ordering::Relaxed);
        }
    }
}

#[test]
fn two_hundred_seeds() {
    simulate_all(0..200);
}

#[test]
#[ignore = "a minute or two; the continuous integration runs it"]
fn two_thousand_seeds() {
    simulate_all(0..2_000);
}

/// `SEEDS=50000 cargo test --release --test it soak -- --ignored` for another number of seeds.
#[test]
#[ignore = "some hours"]
fn soak_a_million_seeds() {
    simulate_all(0..told("SEEDS", 1_000_000));
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    for seed in [1, 7, 42, 1_000_003] {
        assert_eq!(simulate(seed), simulate(seed), "seed {seed}");
    }
    assert_ne!(simulate(1).trace, simulate(2).trace);
}

fn told(name: &str, unless: u64) -> u64 {
    #[allow(clippy::disallowed_methods, reason = "whoever looks at one seed says which")]
    let told = std::env::var(name);
    told.map_or(unless, |told| told.parse().unwrap())
}

/// Prints everything that happens: `SEED=17 cargo test --test it simulation::one -- --ignored --nocapture`
#[test]
#[ignore = "for looking at one seed"]
#[allow(clippy::disallowed_methods, reason = "a person says which")]
fn one_seed() {
    let seed = told("SEED", 0);
    let world = World::new(seed);
    world.aloud();
    println!("{:?}", run(world, seed));
}
