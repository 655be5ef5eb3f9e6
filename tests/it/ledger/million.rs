//! What a claim, a forecast and the last ones to move cost while a million messages wait.

#![allow(clippy::disallowed_methods, reason = "it measures, and is told how much")]

use std::time::{Duration, Instant};

use optin::{
    id::{MessageId, Name},
    ledger::{
        Allowance, Budget, Claim, Keys, Lane, Ledger, OutboxChange, Queued, SenderBudget, SqliteLedger, Unit,
    },
};
use tempfile::TempDir;

use super::{stream, wait};

const NOW: i64 = 1_800_000_000_000;
/// `ROWS` of them, for a quicker look.
fn rows() -> u64 {
    std::env::var("ROWS").map_or(1_000_000, |rows| rows.parse().unwrap())
}

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

/// Five campaigns on two senders: one that drips over a week, minute by minute, the others in some 96 windows.
fn queued(number: u64) -> OutboxChange {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
    let (hour, job) = (3_600_000, number % 5);
    let (due_ms, closes_ms) = match job {
        0 => (NOW - 86_400_000 + i64::try_from(number / 5 % 10_080).unwrap() * 60_000, NOW + 7 * 24 * hour),
        _ => {
            let zone = i64::try_from(number / 5 % 24).unwrap();
            let day = i64::try_from(number / 120 % 4).unwrap() * 24 * hour;
            (NOW + (zone - 12) * hour + day, NOW + (zone + 1) * hour + day)
        }
    };
    OutboxChange::Put(Queued {
        message: MessageId(id),
        stream: stream(number),
        lane: Lane::Marketing,
        due_ms,
        closes_ms,
        sender: name(if job < 3 { "36123" } else { "72345" }),
        segments: 1 + u32::try_from(number % 3).unwrap(),
        job: name(&format!("campaign-{job}")),
        payload: vec![7; 160],
    })
}

fn claim(per_second: Option<u32>, now_ms: i64) -> Claim {
    let budgets = |sender: &str| {
        let allowance = per_second.map(Allowance::PerSecond);
        let budget = |allowance| Budget { name: name(sender), unit: Unit::Messages, allowance, kept: 0 };
        allowance.map(budget).into_iter().collect()
    };
    let senders =
        ["36123", "72345"].map(|sender| SenderBudget { sender: name(sender), budgets: budgets(sender) });
    Claim {
        now_ms,
        until_ms: now_ms + 60_000,
        limit: 64,
        lanes: Lane::ALL.to_vec(),
        senders: senders.to_vec(),
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

fn timed<T>(of: &str, bound_ms: u64, rounds: u32, mut run: impl FnMut() -> T) {
    let once = |_| {
        let start = Instant::now();
        drop(run());
        start.elapsed()
    };
    let times: Vec<_> = (0..rounds).map(once).collect();
    let (worst, median) = (*times.iter().max().unwrap(), median(times));
    println!("{of}: median {median:?}, worst {worst:?}");
    assert!(median < Duration::from_millis(bound_ms), "{of} takes {median:?}");
}

#[test]
#[ignore = "queues a million messages first"]
fn a_claim_among_a_million_takes_milliseconds() {
    let (folder, keys) = (TempDir::new().unwrap(), Keys::generate().unwrap());
    let path = folder.path().join("shop.optin");
    let ledger = wait(SqliteLedger::open(&path, keys.clone())).unwrap();
    let start = Instant::now();
    for first in (0..rows()).step_by(1_000) {
        wait(ledger.outbox((first..first + 1_000).map(queued).collect())).unwrap();
    }
    println!("queued in {:?}", start.elapsed());
    assert_eq!(wait(ledger.waiting(None)).unwrap().0, rows());

    timed("a claim of 64, nothing held back", 100, 50, || {
        let claimed = wait(ledger.claim(claim(None, NOW))).unwrap();
        assert_eq!((claimed.rows.len(), claimed.next_ms), (64, Some(NOW)));
    });
    let mut now = NOW;
    timed("a claim of what a rate of 20 gives", 100, 50, || {
        now += 1_000;
        let claimed = wait(ledger.claim(claim(Some(20), now))).unwrap();
        assert!(
            (10..=64).contains(&claimed.rows.len()) && claimed.next_ms > Some(now),
            "{:?}",
            claimed.next_ms
        );
    });
    timed("a claim of an exhausted rate", 50, 50, || {
        assert!(wait(ledger.claim(claim(Some(20), now))).unwrap().rows.is_empty());
    });
    timed("a look at when there is more", 50, 50, || {
        wait(ledger.claim(Claim { limit: 0, ..claim(None, NOW) })).unwrap()
    });
    timed("a claim where nothing is due yet", 50, 50, || {
        let early = wait(ledger.claim(claim(None, NOW - 30 * 86_400_000))).unwrap();
        assert!(early.rows.is_empty() && early.next_ms.is_some());
    });
    let mut cells = 0;
    timed("a forecast's counts", 100, 10, || {
        cells = wait(ledger.backlog(NOW, None)).unwrap().len();
    });
    println!("in {cells} cells");
    timed("the last 1,000 to move", 200, 10, || {
        assert_eq!(wait(ledger.late(name("72345"), NOW + 3_600_000, 1_000)).unwrap().len(), 1_000);
    });
    timed("counting what waits", 100, 10, || wait(ledger.waiting(Some(name("campaign-3")))).unwrap());
    timed("starting and ending 64", 500, 20, || {
        let rows = wait(ledger.claim(claim(None, NOW))).unwrap().rows;
        let change = |change: fn(MessageId) -> OutboxChange| {
            wait(ledger.outbox(rows.iter().map(|row| change(row.message)).collect())).unwrap();
        };
        change(OutboxChange::Start);
        change(OutboxChange::Remove);
    });
}
