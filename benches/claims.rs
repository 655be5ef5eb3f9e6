//! A claim of 64 while a whole campaign waits, beside an indexed `UPDATE … RETURNING` of a queue without lanes,
//! shares, budgets or windows.

use std::time::Instant;

use optin::{
    id::{MessageId, Name},
    ledger::{
        Allowance, Budget, Claim, Lane, Ledger, OutboxChange, Queued, SenderBudget, SqliteLedger, Unit,
    },
};
use rusqlite::{Connection, params};

use crate::{
    Line,
    raw_store::{Bed, compare, micros, stream},
};

pub(crate) const ALL: &[fn(bool) -> Vec<Line>] = &[claims];

const NOW: i64 = 1_800_000_000_000;
const MINUTE: i64 = 60_000;
const CLAIMS: usize = 100;

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn message(at: usize) -> MessageId {
    MessageId(stream(at).0)
}

/// Five campaigns on two senders, in some hundred windows: one drips minute by minute, half of the rest is due.
fn queued(at: usize) -> Queued {
    let (nth, job) = (i64::try_from(at / 5).unwrap(), at % 5);
    let (due_ms, closes_ms) = match job {
        0 => (NOW + (nth % 10_080 - 1_440) * MINUTE, NOW + 7 * 1_440 * MINUTE),
        _ => {
            let opens = NOW + (nth % 24 - 12) * 60 * MINUTE + nth / 24 % 4 * 1_440 * MINUTE;
            (opens, opens + 13 * 60 * MINUTE)
        }
    };
    Queued {
        message: message(at),
        stream: stream(at),
        lane: Lane::Marketing,
        due_ms,
        closes_ms,
        sender: name(if job < 3 { "36123" } else { "72345" }),
        segments: 1,
        job: name(&format!("campaign-{job}")),
        payload: vec![7; 160],
    }
}

fn claim() -> Claim {
    let budget = |sender: &str| Budget {
        name: name(sender),
        unit: Unit::Messages,
        allowance: Allowance::PerSecond(1_000_000),
        kept: 0,
    };
    let of = |sender| SenderBudget { sender: name(sender), budgets: vec![budget(sender)] };
    Claim {
        now_ms: NOW,
        until_ms: NOW + 60_000,
        limit: 64,
        lanes: Lane::ALL.to_vec(),
        senders: ["36123", "72345"].map(of).to_vec(),
    }
}

fn claims(full: bool) -> Vec<Line> {
    let rows = if full { 1_000_000 } else { 50_000 };
    let bed = Bed::new();
    let ledger = bed.open();
    fill(&bed, &ledger, rows);
    let other = tempfile::tempdir().unwrap();
    let raw = peer(&other.path().join("queue"), rows);
    let mut take = raw
        .prepare(
            "UPDATE waiting SET claimed = 1 WHERE message IN
             (SELECT message FROM waiting WHERE claimed = 0 AND due <= ?1 ORDER BY due LIMIT 64)
             RETURNING message, payload",
        )
        .unwrap();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..CLAIMS {
        let began = Instant::now();
        let claimed = bed.runtime.block_on(ledger.claim(claim())).unwrap();
        ours.push(micros(began.elapsed(), 1) / 1_000.0);
        assert_eq!(claimed.rows.len(), 64);
        let began = Instant::now();
        let taken = take.query_map([NOW], |row| row.get::<_, Vec<u8>>(1)).unwrap();
        assert_eq!(taken.map(Result::unwrap).count(), 64);
        theirs.push(micros(began.elapsed(), 1) / 1_000.0);
    }
    let name = if full { "a claim of 64, 1,000,000 waiting" } else { "a claim of 64, 50,000 waiting" };
    vec![compare(name, "ms", ours, theirs)]
}

fn fill(bed: &Bed, ledger: &SqliteLedger, rows: usize) {
    for first in (0..rows).step_by(1_000) {
        let puts = (first..first + 1_000).map(|at| OutboxChange::Put(queued(at))).collect();
        bed.runtime.block_on(ledger.outbox(puts)).unwrap();
    }
}

/// What a hand-written program might keep: what waits, by when it is due.
fn peer(file: &std::path::Path, rows: usize) -> Connection {
    let raw = Connection::open(file).unwrap();
    raw.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -16000;
         CREATE TABLE waiting (message BLOB PRIMARY KEY, due INTEGER, claimed INTEGER, payload BLOB) WITHOUT ROWID;
         CREATE INDEX next ON waiting (due) WHERE claimed = 0; BEGIN",
    )
    .unwrap();
    {
        let mut put = raw.prepare("INSERT INTO waiting VALUES (?1, ?2, 0, ?3)").unwrap();
        for row in (0..rows).map(queued) {
            put.execute(params![row.message.0, row.due_ms, row.payload]).unwrap();
        }
    }
    raw.execute_batch("COMMIT").unwrap();
    raw
}
