//! Every call at which a process can be cut off or refused: strace kills it at its nth write, flush, cut, renaming or
//! removal, or lets that one call fail. What the next process finds is read against the carrier's list.
//!
//! The everyday run tries a few calls. One in three, as the continuous integration does, and every one:
//! `cargo test --test it injected:: -- --ignored --exact injected::one_call_in_three`
//! `cargo test --test it injected:: -- --ignored --exact injected::every_call`

pub(crate) mod strace;

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use optin::{consent::Event, phone::PhoneNumber};
use tempfile::TempDir;

use self::strace::{Blow, Point};
use crate::support::{
    Door, InCaseOf, Member, audience, audit, copy_of, ledger, receive, runtime, set, shop_on, work_off,
};

const PEOPLE: usize = 10;
/// How many are tried side by side: while one waits for the disk, another starts.
const LANES: usize = 3;

/// What a process does while its calls are watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Play {
    /// Makes keys and ledger, takes ten opt-ins, launches a campaign.
    Founder,
    /// Works a campaign off.
    Worker,
    /// Takes in STOPs of people for whom a message waits.
    Receiver,
}

const PLAYS: [Play; 3] = [Play::Founder, Play::Worker, Play::Receiver];

#[test]
fn a_few_calls() {
    at_calls(|all| one_in(all.len() / 12 + 1, all));
}

/// The next flush would do as if nothing had been: what the kernel could not write it has forgotten.
#[test]
fn every_flush_that_fails_once() {
    at_calls(|all| all.into_iter().filter(|point| point.blow == Blow::Once("EIO")).collect());
}

#[test]
#[ignore = "a minute or two; the continuous integration runs it"]
fn one_call_in_three() {
    at_calls(|all| one_in(3, all));
}

#[test]
#[ignore = "some minutes"]
fn every_call() {
    at_calls(|all| all);
}

fn one_in(step: usize, points: Vec<Point>) -> Vec<Point> {
    points.into_iter().step_by(step).collect()
}

/// Tries those points of each play that are chosen of all.
fn at_calls(choose: impl Fn(Vec<Point>) -> Vec<Point>) {
    if !strace::is_here() {
        return;
    }
    let scene = Scene::new();
    let mut points = Vec::new();
    for play in PLAYS {
        let all = scene.points(play);
        let (count, chosen) = (all.len(), choose(all));
        println!("{play:?}: {} of {count} points", chosen.len());
        points.extend(chosen.into_iter().map(|point| (play, point)));
    }
    let (next, struck) = (AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..LANES {
            scope.spawn(|| {
                let carrier = TempDir::new().unwrap();
                let door = Door::of(carrier.path());
                let _carrier = Member::start("carrier", door.path());
                while let Some((play, point)) = points.get(next.fetch_add(1, Ordering::SeqCst)) {
                    if scene.strikes(&door, *play, *point) {
                        struck.fetch_add(1, Ordering::SeqCst);
                    }
                }
            });
        }
    });
    let struck = struck.into_inner();
    println!("{struck} of {} blows were dealt", points.len());
    // How a commit groups what has gathered depends on time, so the last calls are not always made.
    assert!(struck * 4 >= points.len() * 3, "{struck} of {}", points.len());
}

/// What the plays start from.
struct Scene {
    nothing: TempDir,
    waiting: TempDir,
}

impl Scene {
    fn new() -> Self {
        let (nothing, waiting) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        runtime().block_on(set(waiting.path(), PEOPLE));
        Self { nothing, waiting }
    }

    fn template(&self, play: Play) -> &Path {
        if play == Play::Founder { self.nothing.path() } else { self.waiting.path() }
    }

    /// All points of a play: every call to be killed at, every flush and every write to fail.
    fn points(&self, play: Play) -> Vec<Point> {
        let carrier = TempDir::new().unwrap();
        let door = Door::of(carrier.path());
        let _carrier = Member::start("carrier", door.path());
        let folder = copy_of(self.template(play), &door);
        let log = folder.path().join("log");
        let told = play.perform(folder.path(), play.strace(folder.path(), None, &log), None);
        assert_eq!(told.failures, 0, "{play:?}: {told:?}");
        let mut points = Vec::new();
        for (call, count) in strace::counts(&log) {
            println!("{play:?}: {count} {call}");
            let blows = match call {
                "fsync" | "fdatasync" => vec![Blow::Kill, Blow::Once("EIO"), Blow::From("EIO")],
                "pwrite64" | "write" => vec![Blow::Kill, Blow::Once("ENOSPC"), Blow::From("ENOSPC")],
                _ => vec![Blow::Kill],
            };
            points.extend(
                blows.into_iter().flat_map(|blow| (1..=count).map(move |nth| Point { call, nth, blow })),
            );
        }
        points
    }

    /// Plays until the blow and on, then lets others finish, and reads what came of it.
    fn strikes(&self, door: &Door, play: Play, point: Point) -> bool {
        let _named = InCaseOf(format!("{play:?}: {point}"));
        door.reset("moody");
        let folder = copy_of(self.template(play), door);
        let log = folder.path().join("log");
        let told =
            play.perform(folder.path(), play.strace(folder.path(), Some(point), &log), Some(point.blow));
        runtime().block_on(finish(folder.path(), door, play, &told));
        strace::has_struck(&log)
    }
}

/// What was heard of a play.
#[derive(Debug, Default)]
struct Told {
    /// Whose opt-in was acknowledged.
    agreed: Vec<PhoneNumber>,
    /// Texts that had no answer.
    open: Vec<String>,
    failures: usize,
}

impl Play {
    const fn part(self) -> &'static str {
        match self {
            Self::Founder => "founder",
            Self::Worker => "worker",
            Self::Receiver => "receiver",
        }
    }

    fn lines(self) -> Vec<String> {
        match self {
            Self::Founder => vec![format!("found {PEOPLE}")],
            Self::Worker => vec!["work".to_owned()],
            Self::Receiver => {
                let people = audience(PEOPLE).into_iter().step_by(3).zip(0..);
                people.map(|(person, nth)| format!("text in-{nth} {} STOP", person.e164())).collect()
            }
        }
    }

    /// The founder's files are not all known by name, so all that it calls is watched, talk and clock included.
    fn strace(self, folder: &Path, point: Option<Point>, log: &Path) -> Vec<String> {
        strace::command((self != Self::Founder).then_some(folder), point, log)
    }

    /// Plays under strace, to the end of the play or of the process.
    fn perform(self, folder: &Path, strace: Vec<String>, blow: Option<Blow>) -> Told {
        let mut told = Told::default();
        let mut member = Member::under(&strace, self.part(), folder);
        if self == Self::Receiver {
            told.open = self.lines();
        }
        if member.next().as_deref() != Some("") || member.next().as_deref() != Some("ready") {
            member.ended();
            return told;
        }
        for line in self.lines() {
            let mut said = member.ask(&line);
            while let Some(agreed) = said.as_deref().and_then(|said| said.strip_prefix("agreed ")) {
                told.agreed.push(agreed.parse().unwrap());
                said = member.next();
            }
            if said.as_deref().is_some_and(|said| said.starts_with("failed")) {
                told.failures += 1;
                if self == Self::Founder {
                    break;
                }
                said = member.ask(&line);
            }
            match (said, blow) {
                // A disk that was full once has room again.
                (Some(said), Some(Blow::Once("ENOSPC")) | None) => {
                    assert!(!said.starts_with("failed"), "{said}")
                }
                // The kernel may have thrown away what it could not flush: this handle acknowledges nothing more.
                (Some(said), Some(Blow::Once(_) | Blow::From(_))) if told.failures > 0 => {
                    assert!(said.starts_with("failed"), "{said} after a failure");
                    continue;
                }
                (Some(_), _) => {}
                (None, _) => break,
            }
            told.open.retain(|open| *open != line);
        }
        if self != Self::Founder {
            let _ = member.ask("close");
        }
        member.ended();
        told
    }
}

/// Opens what is left, hands over again what had no answer, works the rest off, and audits.
async fn finish(folder: &Path, door: &Door, play: Play, told: &Told) {
    if play == Play::Founder {
        let shop = shop_on(ledger(folder).await, folder);
        shop.verify().await.unwrap().unwrap();
        for person in &told.agreed {
            let history = shop.history(*person).await.unwrap();
            let agreed = history.iter().any(|(envelope, _)| matches!(envelope.event, Event::OptedIn(_)));
            assert!(agreed, "an opt-in was lost");
        }
        drop(shop);
        set(folder, PEOPLE).await;
    }
    let ledger = Arc::new(ledger(folder).await);
    let shop = shop_on(Arc::clone(&ledger), folder);
    shop.verify().await.unwrap().unwrap();
    for line in &told.open {
        receive(&shop, folder, door, line).await.unwrap();
    }
    work_off(ledger, folder).await;
    audit(folder, PEOPLE, &door.list(), 1).await;
}
