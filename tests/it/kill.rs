//! SIGKILL at random moments of a campaign: no STOP that was answered is lost, nobody is texted twice, nothing
//! starts after an answer that does not name it, and every message is accounted for.
//!
//! The everyday run does a part of the rounds. All 500 of them:
//! `cargo test --test it kill:: -- --ignored --exact kill::five_hundred_rounds`

use std::{
    collections::VecDeque,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use tempfile::TempDir;

use crate::support::{Door, InCaseOf, Member, Tally, audience, audit, copy_of, runtime, set};

const PEOPLE: usize = 40;
/// A campaign takes more steps than this, so that the first kill always comes in time.
const STEPS: u64 = 90;
/// Rounds that run side by side.
const LANES: u64 = 2;

#[test]
fn some_rounds() {
    rounds(0..40);
}

#[test]
#[ignore = "eight minutes; the continuous integration runs it"]
fn five_hundred_rounds() {
    rounds(0..500);
}

fn rounds(seeds: std::ops::Range<u64>) {
    let next = AtomicU64::new(seeds.start);
    let totals = thread::scope(|scope| {
        let lane = || {
            let folder = TempDir::new().unwrap();
            let door = Door::of(folder.path());
            let _carrier = Member::start("carrier", door.path());
            let mut total = Tally::default();
            loop {
                let seed = next.fetch_add(1, Ordering::SeqCst);
                if seed >= seeds.end {
                    return total;
                }
                total.add(&round(&door, seed));
            }
        };
        let lanes: Vec<_> = (0..LANES).map(|_| scope.spawn(lane)).collect();
        lanes.into_iter().map(|lane| lane.join().unwrap()).collect::<Vec<_>>()
    });
    let mut total = Tally::default();
    totals.iter().for_each(|lane| total.add(lane));
    println!("{total:?}");
    // A run in which nothing of this happened would have shown nothing.
    let Tally { kills, stops, named, accepted, refused, unknown, dropped } = total;
    assert!(kills >= seeds.end - seeds.start, "{total:?}");
    assert!([stops, named, accepted, refused, unknown, dropped].iter().all(|count| *count > 0), "{total:?}");
}

/// A campaign in which worker and receiver are killed at moments that `seed` chooses, and resumed to its end.
fn round(door: &Door, seed: u64) -> Tally {
    let _named = InCaseOf(format!("seed {seed}"));
    // A ledger of its own: the names of its messages decide what the carrier makes of each.
    let template = TempDir::new().unwrap();
    runtime().block_on(set(template.path(), PEOPLE));
    let folder = copy_of(template.path(), door);
    door.reset("moody");
    let mut play = Play::begin(folder.path(), Dice(seed));
    play.run();
    let (kills, deaths) = (play.kills, play.deaths);
    drop(play);
    Tally { kills, ..runtime().block_on(audit(folder.path(), PEOPLE, &door.list(), deaths)) }
}

struct Play<'a> {
    folder: &'a Path,
    dice: Dice,
    worker: Member,
    receiver: Member,
    /// Texts to come, with the step at which each is sent.
    texts: VecDeque<(u64, String)>,
    /// Texts sent and not answered yet, oldest first.
    open: VecDeque<String>,
    steps: u64,
    kills: u64,
    /// Kills of the worker.
    deaths: u64,
}

impl<'a> Play<'a> {
    fn begin(folder: &'a Path, mut dice: Dice) -> Self {
        let mut people = audience(PEOPLE);
        let mut at = 0;
        let mut texts = VecDeque::new();
        for text in 0..2 + dice.below(8) {
            let who = people.swap_remove(dice.below(people.len() as u64) as usize);
            at += dice.below(STEPS / 6);
            texts.push_back((at, format!("text in-{text} {} STOP", who.e164())));
        }
        let (mut worker, mut receiver) = (Member::begin("worker", folder), Member::begin("receiver", folder));
        worker.expect("ready");
        receiver.expect("ready");
        Self { folder, dice, worker, receiver, texts, open: VecDeque::new(), steps: 0, kills: 0, deaths: 0 }
    }

    fn run(&mut self) {
        let mut fatal: Vec<u64> = (0..1 + self.dice.below(2)).map(|_| self.dice.below(STEPS)).collect();
        fatal.sort_unstable();
        let mut fatal = VecDeque::from(fatal);
        // Set once all texts are answered: what they left waiting needs one run more.
        let mut last = false;
        self.worker.tell("run");
        loop {
            let said = self.worker.hear();
            assert!(!said.starts_with("failed"), "{said}");
            let finished = said == "finished";
            if !finished {
                self.worker.tell("on");
            }
            self.steps += 1;
            self.send_texts(finished);
            if !finished && fatal.front().is_some_and(|step| *step <= self.steps) {
                fatal.pop_front();
                self.kill();
            } else if finished && last {
                return;
            } else if finished {
                self.await_answers();
                last = true;
                self.worker.tell("run");
            }
        }
    }

    /// Sends the texts whose step has come, or all of them.
    fn send_texts(&mut self, all: bool) {
        while let Some((_, text)) = self.texts.front().filter(|(at, _)| all || *at <= self.steps).cloned() {
            self.texts.pop_front();
            self.receiver.tell(&text);
            self.open.push_back(text);
        }
    }

    fn await_answers(&mut self) {
        while self.open.pop_front().is_some() {
            self.receiver.expect("answered");
        }
    }

    /// Kills the worker, the receiver or both, wherever they are, and starts them again.
    fn kill(&mut self) {
        (0..self.dice.below(3_000)).for_each(|_| thread::yield_now());
        self.kills += 1;
        let whom = self.dice.below(4);
        if whom != 0 {
            self.deaths += 1;
            self.worker.kill();
        }
        if whom < 2 {
            self.receiver.kill();
            while let Some(said) = self.receiver.next() {
                assert!(said.starts_with("answered"), "{said}");
                self.open.pop_front();
            }
            self.receiver = Member::start("receiver", self.folder);
            // Who got no answer hands the text over again.
            self.open.iter().for_each(|text| self.receiver.tell(text));
        }
        if whom != 0 {
            self.worker = Member::start("worker", self.folder);
            self.worker.tell("run");
        }
    }
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}
