//! What the conformance suite is too quick for: shares over ten thousand messages, and two handles on one file.

use std::{collections::BTreeMap, thread};

use optin::{
    id::{MessageId, Name},
    ledger::{
        Allowance, Budget, Claim, Keys, Lane, Ledger, MemoryLedger, OutboxChange, Queued, SenderBudget,
        SqliteLedger, Unit,
    },
};
use tempfile::TempDir;

use super::{stream, wait};

const NOW: i64 = 1_800_000_000_000;

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn queued(number: u16, job: &str, segments: u32) -> OutboxChange {
    let mut id = [0; 16];
    id[..2].copy_from_slice(&number.to_be_bytes());
    OutboxChange::Put(Queued {
        message: MessageId(id),
        stream: stream(1),
        lane: Lane::Marketing,
        due_ms: NOW,
        closes_ms: NOW + 3_600_000,
        sender: name("36123"),
        segments,
        job: name(job),
        payload: vec![7; 100],
    })
}

fn claim(limit: usize, per_second: u32, now_ms: i64) -> Claim {
    let allowance = Allowance::PerSecond(per_second);
    let budgets = vec![Budget { name: name("36123"), unit: Unit::Messages, allowance, kept: 0 }];
    let senders = vec![SenderBudget { sender: name("36123"), budgets }];
    Claim { now_ms, until_ms: now_ms + 60_000, limit, lanes: vec![Lane::Marketing], senders }
}

/// Three campaigns of weights 1, 3 and 6, one with long messages, that all have more than is taken.
fn shares(ledger: &impl Ledger, each: usize) {
    let jobs = [("a", 1, 1), ("b", 3, 2), ("c", 6, 1)];
    let mut first = 0;
    for (job, weight, segments) in jobs {
        wait(ledger.put_job(name(job), weight, Vec::new())).unwrap();
        wait(ledger.outbox((first..first + 9_000).map(|id| queued(id, job, segments)).collect())).unwrap();
        first += 9_000;
    }
    let (mut now, mut taken, mut segments) = (NOW, 0, BTreeMap::<Name, u32>::new());
    while taken < 10_000 {
        let claimed = wait(ledger.claim(claim(each, 10_000, now))).unwrap();
        for row in &claimed.rows {
            *segments.entry(row.job.clone()).or_default() += row.segments;
        }
        taken += claimed.rows.len();
        now += 1_000;
        assert!(claimed.next_ms.is_some() && now < NOW + 600_000);
    }
    let all: u32 = segments.values().sum();
    for (job, weight, _) in jobs {
        let (has, due) = (f64::from(segments[&name(job)]), f64::from(all) * f64::from(weight) / 10.0);
        assert!((has / due - 1.0).abs() < 0.05, "{job} has {has} segments of {all}, due are {due}");
    }
}

#[test]
fn campaigns_get_their_shares_of_ten_thousand_messages() {
    shares(&MemoryLedger::new().unwrap(), 250);
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("shop.optin");
    shares(&wait(SqliteLedger::open(path, Keys::generate().unwrap())).unwrap(), 64);
}

#[test]
fn two_handles_draw_on_one_budget_and_take_each_message_once() {
    let (folder, keys) = (TempDir::new().unwrap(), Keys::generate().unwrap());
    let open = || wait(SqliteLedger::open(folder.path().join("shop.optin"), keys.clone())).unwrap();
    let (one, other) = (open(), open());
    wait(one.outbox((0..1_000).map(|id| queued(id, "sale", 1)).collect())).unwrap();
    let takes = |ledger: &SqliteLedger| {
        let claims = (0..50).map(|step| wait(ledger.claim(claim(64, 100, NOW + 100 * step))).unwrap().rows);
        claims.flatten().map(|row| row.message).collect::<Vec<_>>()
    };
    let mut all = thread::scope(|scope| {
        let other = scope.spawn(|| takes(&other));
        let mut all = takes(&one);
        all.extend(other.join().unwrap());
        all
    });
    // Five seconds at 100, and what marketing may take at once.
    let count = all.len();
    assert!((480..=575).contains(&count), "{count}");
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), count);
    let pause = |ledger: &SqliteLedger, until| wait(ledger.pause(name("36123"), until)).unwrap();
    pause(&one, NOW + 20_000);
    let there = |ledger: &SqliteLedger, now| wait(ledger.claim(claim(64, 100, now))).unwrap().rows.len();
    assert_eq!((there(&other, NOW + 19_999), there(&other, NOW + 20_000)), (0, 64));
}
