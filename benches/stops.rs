//! A STOP through `receive` while four processes reserve and conclude as fast as they can, beside one insert into
//! a file that nobody else writes: how long the disk alone makes anybody wait.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use optin::{
    gateway::Inbound,
    inbound::Intent,
    ledger::{KeyFile, Ledger, SqliteLedger, Urgency},
};
use rusqlite::params;
use tokio::task::JoinSet;

use crate::{
    Line,
    raw_store::{Bed, CONCLUDED, STARTED, STATE, WINDOW, envelope, item, micros, opens},
    shop::{Instantly, Running, SENDER, Shop, number},
};

pub(crate) const ALL: &[fn(bool) -> Vec<Line>] = &[among_workers];

const WORKERS: usize = 4;
/// People of each worker.
const EACH: usize = 1_000;

/// A process that reserves windows, and records each outcome by itself as dispatching does: `path key first count`.
pub(crate) fn worker(args: &[String]) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let keys = KeyFile::open_or_create(&args[1]).unwrap();
    let ledger = Arc::new(runtime.block_on(SqliteLedger::open(&args[0], keys)).unwrap());
    let (first, count): (usize, usize) = (args[2].parse().unwrap(), args[3].parse().unwrap());
    println!("ready");
    for version in (1..).step_by(2) {
        for window in (first..first + count).collect::<Vec<_>>().chunks(WINDOW) {
            let starts = window.iter().map(|at| item(*at, version, STARTED, STATE)).collect();
            runtime.block_on(ledger.append(starts, Urgency::Normal)).unwrap();
            let mut ends = JoinSet::new();
            for at in window.iter().copied() {
                let ledger = Arc::clone(&ledger);
                let end = async move {
                    let end = vec![item(at, version + 1, CONCLUDED, STATE)];
                    ledger.append(end, Urgency::Normal).await.unwrap()
                };
                ends.spawn_on(end, runtime.handle());
            }
            runtime.block_on(ends.join_all());
        }
    }
}

fn start_workers(shop: &Shop) -> Vec<Child> {
    let keys = KeyFile::open_or_create(&shop.key).unwrap();
    let ledger = shop.runtime.block_on(SqliteLedger::open(&shop.file, keys)).unwrap();
    for first in (0..WORKERS * EACH).step_by(250) {
        let people = (first..first + 250).map(|at| opens(at, STATE)).collect();
        shop.runtime.block_on(ledger.append(people, Urgency::Normal)).unwrap();
    }
    shop.runtime.block_on(ledger.close()).unwrap();
    let start = |number: usize| {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("--worker").arg(&shop.file).arg(&shop.key);
        command.args([(number * EACH).to_string(), EACH.to_string()]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        child
    };
    (0..WORKERS).map(start).collect()
}

fn among_workers(full: bool) -> Vec<Line> {
    let stops: u64 = if full { 2_500 } else { 400 };
    let shop = Shop::of(stops, Instantly);
    let mut workers = start_workers(&shop);
    let keys = KeyFile::open_or_create(&shop.key).unwrap();
    let watcher = shop.runtime.block_on(SqliteLedger::open(&shop.file, keys)).unwrap();
    let leaves = || shop.runtime.block_on(watcher.head()).unwrap().leaves;
    let other = Bed::with_streams(0, 0);
    let raw = other.raw();
    let mut insert = raw.prepare("INSERT INTO log VALUES (?1, 1, 0, ?2, NULL)").unwrap();
    let (mut times, mut alone, before, begun) = (Vec::new(), Vec::new(), leaves(), Instant::now());
    for nth in 0..stops {
        thread::sleep(Duration::from_millis(3 + nth % 7));
        let stop = Inbound::text(format!("in-{nth}"), number(nth), SENDER, "STOP", Running::start()).unwrap();
        let start = Instant::now();
        let received = shop.runtime.block_on(shop.messenger.receive(stop)).unwrap();
        times.push(micros(start.elapsed(), 1) / 1_000.0);
        assert_eq!(received.intent, Intent::Stop);
        let start = Instant::now();
        insert.execute(params![1 + nth as i64, envelope(STARTED, 0)]).unwrap();
        alone.push(micros(start.elapsed(), 1) / 1_000.0);
    }
    let rate = (leaves() - before) as f64 / begun.elapsed().as_secs_f64();
    for worker in &mut workers {
        worker.kill().unwrap();
        worker.wait().unwrap();
    }
    let (ours, peer) = (Shares::of(times), Shares::of(alone));
    vec![Line {
        name: "STOP received among four saturated processes (p99 <= 50 ms, p99.9 <= 200 ms)",
        ours: format!("{stops} STOPs: {ours}; {rate:.0} records/s beside them"),
        peer: peer.to_string(),
        ratio: Some(ours.0[1] / peer.0[1]),
    }]
}

/// Milliseconds: p50, p99, p99.9, and the worst.
struct Shares([f64; 4]);

impl Shares {
    fn of(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        Self([0.5, 0.99, 0.999, 1.0].map(|share| times[((times.len() - 1) as f64 * share).ceil() as usize]))
    }
}

impl std::fmt::Display for Shares {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self([p50, p99, p999, worst]) = self;
        write!(f, "p50 {p50:.1} p99 {p99:.1} p99.9 {p999:.1} worst {worst:.1} ms")
    }
}
