//! A shop with people in it, as the benches of whole campaigns need one.

use std::{
    fs,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use optin::{
    ImportRow, Messenger,
    campaign::{Audience, Campaign},
    clock::Clock,
    consent::{Basis, How, OptIn},
    dispatch::Batch,
    gateway::{Answered, Capabilities, Gateway, Refusal},
    id::Name,
    law::Rulebook,
    ledger::{KeyFile, SqliteLedger},
    message::Template,
    permit::Permit,
    phone::{Country, PhoneNumber},
    program::{Program, Sender},
    shop::Says,
};
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub(crate) const SENDER: &str = "72345";

/// A moment at which marketing may go to New York, and the time that has passed since.
#[derive(Debug)]
pub(crate) struct Running(Instant);

impl Running {
    pub(crate) fn start() -> DateTime<Utc> {
        "2026-11-27T15:00:00Z".parse().unwrap()
    }
}

impl Clock for Running {
    fn now(&self) -> Option<DateTime<Utc>> {
        Some(Self::start() + TimeDelta::from_std(self.0.elapsed()).unwrap())
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A gateway that takes everything at once.
#[derive(Debug)]
pub(crate) struct Instantly;

impl Gateway for Instantly {
    fn capabilities(&self) -> Capabilities {
        Capabilities::plain().valid(Duration::from_secs(1), Duration::MAX)
    }

    async fn send(&self, permit: Permit, clock: &dyn Clock) -> Answered {
        match permit.open(clock.now()) {
            Ok(handover) => Answered::accepted(handover.message.to_string()),
            Err(_) => Answered::rejected(Refusal::Expired),
        }
    }
}

/// The n-th of up to eight million people in New York.
pub(crate) fn number(at: u64) -> PhoneNumber {
    format!("+1212{}", 2_000_000 + at).parse().unwrap()
}

pub(crate) fn program() -> Program {
    let sender = Sender::short_code(Country::US, SENDER).unwrap().throughput(1_000_000.try_into().unwrap());
    Program::new("soldes", "Maison Lune").unwrap().sender(sender)
}

pub(crate) struct Shop {
    _folder: TempDir,
    pub(crate) file: PathBuf,
    pub(crate) key: PathBuf,
    pub(crate) runtime: Runtime,
    pub(crate) messenger: Arc<Messenger>,
}

impl Shop {
    /// A shop whose people have agreed.
    pub(crate) fn of(people: u64, gateway: impl Gateway) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (file, key) = (folder.path().join("shop.optin"), folder.path().join("key"));
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let keys = KeyFile::open_or_create(&key).unwrap();
        let ledger = Arc::new(runtime.block_on(SqliteLedger::open(&file, keys)).unwrap());
        let messenger = Messenger::builder(ledger, Rulebook::builtin())
            .program(program())
            .gateway(gateway)
            .clock(Running(Instant::now()))
            .build()
            .unwrap();
        let consent = || OptIn::new(How::Import, Basis::ExpressWritten, None);
        let row = |at| ImportRow::new(number(at), Name::new("soldes").unwrap(), Says::Consent(consent()));
        runtime.block_on(messenger.import("bench", (0..people).map(row), |_, _| {})).unwrap();
        Self { _folder: folder, file, key, runtime, messenger: Arc::new(messenger) }
    }

    /// Launches a sale to these people, and counts what waits.
    pub(crate) fn launch(&self, name: &str, audience: Audience) -> u64 {
        let campaign = Campaign::marketing(name, "soldes")
            .unwrap()
            .text(Template::parse("Maison Lune: {first_name|Hello}, -40 %").unwrap())
            .window(Running::start().."2026-11-28T02:00:00Z".parse().unwrap())
            .audience(audience);
        self.runtime.block_on(async {
            let plan = self.messenger.plan(campaign).await.unwrap();
            self.messenger.launch(plan.approve("bench").unwrap()).await.unwrap().queued
        })
    }

    /// Works off what waits, or about so many of it, in so many loops at once, and counts what was taken.
    pub(crate) fn dispatch(&self, loops: usize, batch: Batch, most: u64) -> u64 {
        let one = |_| {
            let shop = Arc::clone(&self.messenger);
            self.runtime.spawn(async move {
                let mut accepted = 0;
                loop {
                    let done = shop.dispatch(batch).await.unwrap();
                    accepted += done.accepted;
                    if done.accepted == 0 || accepted >= most {
                        return accepted;
                    }
                }
            })
        };
        let running: Vec<_> = (0..loops).map(one).collect();
        let all = running.into_iter().map(|one| self.runtime.block_on(one).unwrap());
        all.sum()
    }
}

/// How much more memory this process held while `run` ran than before it, KiB. On Linux; 0 elsewhere.
pub(crate) fn grown<T>(run: impl FnOnce() -> T) -> (T, u64) {
    // "5" lets the peak begin anew at what is held now.
    let _ = fs::write("/proc/self/clear_refs", "5");
    let before = kib("VmRSS:");
    let done = run();
    (done, kib("VmHWM:").saturating_sub(before))
}

fn kib(field: &str) -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
