//! The SQLite ledger beside bare rusqlite on the same tables, the same rows, the same commits.
//!
//! The peer knows the numbers of its streams, hashes nothing, compares nothing and waits for no thread.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use optin::{
    id::{Hash, MessageId, Name, RecipientId},
    ledger::{
        Append, Appended, IndexChange, KeyFile, Lane, Ledger, NewRecord, OutboxChange, Queued, SqliteLedger,
        Urgency, Vault,
    },
};
use rusqlite::{Connection, params};
use tempfile::TempDir;
use tokio::{runtime::Runtime, task::JoinSet};

use crate::Line;

pub(crate) const ALL: &[fn(bool) -> Vec<Line>] = &[append, reserve, stop_alone, open_large, disk];

pub(crate) const STARTED: usize = 260;
pub(crate) const CONCLUDED: usize = 130;
pub(crate) const STATE: usize = 1_200;
pub(crate) const WINDOW: usize = 64;

/// A file with streams in it, and what a program that writes them knows.
pub(crate) struct Bed {
    _folder: TempDir,
    file: PathBuf,
    key: PathBuf,
    pub(crate) runtime: Runtime,
}

impl Bed {
    pub(crate) fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let (file, key) = (folder.path().join("shop.optin"), folder.path().join("key"));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        Self { _folder: folder, file, key, runtime }
    }

    pub(crate) fn with_streams(count: usize, state: usize) -> Self {
        let bed = Self::new();
        let ledger = bed.open();
        for first in (0..count).step_by(256) {
            let items = (first..count.min(first + 256)).map(|at| opens(at, state)).collect();
            bed.done(&ledger, items);
        }
        bed.runtime.block_on(ledger.close()).unwrap();
        bed
    }

    pub(crate) fn open(&self) -> SqliteLedger {
        let keys = KeyFile::open_or_create(&self.key).unwrap();
        self.runtime.block_on(SqliteLedger::open(&self.file, keys)).unwrap()
    }

    fn done(&self, ledger: &SqliteLedger, items: Vec<Append>) {
        let answers = self.runtime.block_on(ledger.append(items, Urgency::Normal)).unwrap();
        assert!(answers.iter().all(|answer| matches!(answer, Appended::Done(_))), "a conflict");
    }

    /// As [`done`](Self::done), in a call for each, all at once.
    fn each_done(&self, ledger: &Arc<SqliteLedger>, items: impl Iterator<Item = Append>) {
        let mut calls = JoinSet::new();
        for item in items {
            let ledger = Arc::clone(ledger);
            let call = async move { ledger.append(vec![item], Urgency::Normal).await.unwrap() };
            calls.spawn_on(call, self.runtime.handle());
        }
        let answers = self.runtime.block_on(calls.join_all()).concat();
        assert!(answers.iter().all(|answer| matches!(answer, Appended::Done(_))), "a conflict");
    }

    /// A connection as the ledger's writer has one.
    pub(crate) fn raw(&self) -> Connection {
        let raw = Connection::open(&self.file).unwrap();
        raw.execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 0;
             PRAGMA cache_size = -16000;",
        )
        .unwrap();
        raw
    }
}

pub(crate) fn stream(at: usize) -> RecipientId {
    // Spread, as random ids are.
    let mixed = (at as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut id = [0x11; 16];
    id[..8].copy_from_slice(&mixed.to_be_bytes());
    RecipientId(id)
}

fn message(at: usize, round: usize) -> MessageId {
    let mut id = stream(at).0;
    id[8..].copy_from_slice(&(round as u64).to_be_bytes());
    MessageId(id)
}

pub(crate) fn envelope(len: usize, at: usize) -> Vec<u8> {
    let mut bytes = vec![0xa5; len];
    bytes[..8].copy_from_slice(&(at as u64).to_be_bytes());
    bytes
}

pub(crate) fn item(at: usize, expected: u64, record: usize, state: usize) -> Append {
    Append {
        stream: stream(at),
        expected,
        records: vec![NewRecord { envelope: envelope(record, at), sealed: None }],
        head: Hash([7; 32]),
        state: vec![0x3c; state],
        group: None,
        vault: None,
        index: Vec::new(),
        erase: false,
        outbox: Vec::new(),
    }
}

/// An opt-in: a sealed record, an index entry, a vault, a group.
pub(crate) fn opens(at: usize, state: usize) -> Append {
    let mut item = item(at, 0, 330, state);
    item.records[0].sealed = Some(vec![0x77; 180]);
    let mut entry = [0x42; 32];
    entry[..16].copy_from_slice(&stream(at).0);
    item.index = vec![IndexChange { entry: Hash(entry), was: None }];
    item.vault = Some(Vault { key: vec![1; 72], number: vec![2; 48] });
    item.group = Some(vec![u8::try_from(at % 50).unwrap(); 90]);
    item
}

fn queued(at: usize, round: usize) -> OutboxChange {
    OutboxChange::Put(Queued {
        message: message(at, round),
        stream: stream(at),
        lane: Lane::Marketing,
        due_ms: 1_800_000_000_000 + round as i64,
        closes_ms: 1_800_000_000_000 + 43_200_000,
        sender: Name::new("36123").unwrap(),
        segments: 2,
        job: Name::new("flash").unwrap(),
        payload: vec![0x55; 120],
    })
}

pub(crate) fn micros(time: Duration, of: usize) -> f64 {
    time.as_secs_f64() * 1e6 / of as f64
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// What the peer keeps in its head instead of asking.
struct Known {
    leaf: i64,
    last: Vec<i64>,
    version: Vec<i64>,
    pages: usize,
}

impl Known {
    fn of(streams: usize) -> Self {
        let last = (1..=streams as i64).collect();
        Self { leaf: streams as i64, last, version: vec![1; streams], pages: 0 }
    }
}

/// The peer's append of one record a stream, in one transaction; `outbox` writes what goes with each.
fn raw_commit(
    raw: &Connection,
    known: &mut Known,
    whose: &[usize],
    (record, state): (usize, usize),
    outbox: Option<(&[&str; 2], usize)>,
) {
    raw.execute_batch("BEGIN IMMEDIATE").unwrap();
    {
        let mut log = raw
            .prepare("INSERT INTO log (leaf, stream, before, envelope, sealed) VALUES (?1, ?2, ?3, ?4, NULL)")
            .unwrap();
        let mut streams = raw
            .prepare("UPDATE streams SET version = ?2, last = ?3, head = ?4, state = ?5 WHERE id = ?1")
            .unwrap();
        let mut queue = outbox.map(|(sql, round)| (raw.prepare(sql[0]).unwrap(), round));
        for &at in whose {
            known.leaf += 1;
            log.execute(params![known.leaf, at as i64 + 1, known.last[at], envelope(record, at)]).unwrap();
            known.last[at] = known.leaf;
            known.version[at] += 1;
            let row = params![stream(at).0, known.version[at], known.leaf, [7_u8; 32], vec![0x3c_u8; state]];
            assert_eq!(streams.execute(row).unwrap(), 1);
            if let Some((sql, round)) = &mut queue {
                assert_eq!(sql.execute([message(at, *round).0]).unwrap(), 1);
            }
        }
        if let Some((sql, _)) = outbox {
            raw.execute(sql[1], [whose.len() as i64]).unwrap();
        }
        raw.execute("UPDATE meta SET leaves = ?1, head = ?2", params![known.leaf, [9_u8; 32]]).unwrap();
    }
    raw.execute_batch("COMMIT").unwrap();
    // As often as the ledger does.
    known.pages += 3 * whose.len() + 4;
    if known.pages >= 2_000 {
        known.pages = 0;
        raw.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).unwrap();
    }
}

/// Windows of streams that lie apart, each stream once a round.
fn windows(streams: usize) -> Vec<Vec<usize>> {
    let order: Vec<usize> = (0..streams).map(|at| at * 7_919 % streams).collect();
    order.chunks(WINDOW).map(<[usize]>::to_vec).collect()
}

pub(crate) fn compare(name: &'static str, unit: &str, ours: Vec<f64>, peer: Vec<f64>) -> Line {
    let (ours, peer) = (median(ours), median(peer));
    Line {
        name,
        ours: format!("{ours:.1} {unit}"),
        peer: format!("{peer:.1} {unit}"),
        ratio: Some(ours / peer),
    }
}

fn append(full: bool) -> Vec<Line> {
    let streams = if full { 64_000 } else { 6_400 };
    let (bed, other) = (Bed::with_streams(streams, STATE), Bed::with_streams(streams, STATE));
    let (ledger, raw, mut known) = (bed.open(), other.raw(), Known::of(streams));
    let (mut ours, mut peer) = (Vec::new(), Vec::new());
    for round in 1..=5 {
        for window in windows(streams) {
            let start = Instant::now();
            let items = window.iter().map(|at| item(*at, round, STARTED, STATE)).collect();
            bed.done(&ledger, items);
            ours.push(micros(start.elapsed(), window.len()));
            let start = Instant::now();
            raw_commit(&raw, &mut known, &window, (STARTED, STATE), None);
            peer.push(micros(start.elapsed(), window.len()));
        }
    }
    let mean = |times: &[f64]| times.iter().sum::<f64>() / times.len() as f64;
    let means = (vec![mean(&ours)], vec![mean(&peer)]);
    vec![
        compare("append, 64 a commit (median)", "µs/record", ours, peer),
        compare("append, 64 a commit (mean, with checkpoints)", "µs/record", means.0, means.1),
    ]
}

/// What a row goes through, and how its cell's counts move with it.
const START: [&str; 2] = [
    "UPDATE outbox SET started = 1 WHERE message = ?1 AND started = 0",
    "UPDATE cells SET messages = messages - ?1, segments = segments - 2 * ?1",
];
const REMOVE: [&str; 2] = ["DELETE FROM outbox WHERE message = ?1", "UPDATE cells SET held = held - ?1"];

/// Three programs in turn: ours with the outcomes of a window in one call, ours with each by itself as dispatching
/// records them, and the peer with one transaction for each half.
fn reserve(full: bool) -> Vec<Line> {
    let (streams, rounds) = (if full { 64_000 } else { 6_400 }, 3);
    let [together, single, other] = [0; 3].map(|_| Bed::with_streams(streams, STATE));
    for bed in [&together, &single, &other] {
        let ledger = bed.open();
        for round in 0..rounds {
            let all = (0..streams).map(|at| queued(at, round)).collect();
            bed.runtime.block_on(ledger.outbox(all)).unwrap();
        }
        bed.runtime.block_on(ledger.close()).unwrap();
    }
    let (first, second) = (together.open(), Arc::new(single.open()));
    let (raw, mut known) = (other.raw(), Known::of(streams));
    let [mut ours, mut each, mut peer] = [Duration::ZERO; 3];
    for round in 0..rounds {
        let version = 1 + 2 * round as u64;
        let starts = |at: &usize| conclusive(*at, round, version, STARTED, OutboxChange::Start);
        let ends = |at: &usize| conclusive(*at, round, version + 1, CONCLUDED, OutboxChange::Remove);
        for window in windows(streams) {
            let start = Instant::now();
            together.done(&first, window.iter().map(starts).collect());
            together.done(&first, window.iter().map(ends).collect());
            ours += start.elapsed();
            let start = Instant::now();
            single.done(&second, window.iter().map(starts).collect());
            single.each_done(&second, window.iter().map(ends));
            each += start.elapsed();
            let start = Instant::now();
            raw_commit(&raw, &mut known, &window, (STARTED, STATE), Some((&START, round)));
            raw_commit(&raw, &mut known, &window, (CONCLUDED, STATE), Some((&REMOVE, round)));
            peer += start.elapsed();
        }
    }
    let messages = (streams * rounds) as f64;
    let rate = |time: Duration| format!("{:.0} messages/s", messages / time.as_secs_f64());
    let line = |name, time: Duration| Line {
        name,
        ours: rate(time),
        peer: rate(peer),
        ratio: Some(time.as_secs_f64() / peer.as_secs_f64()),
    };
    vec![
        line("reserve and outcome, windows of 64, outcomes in one call (<= 1.6; 4,000/s)", ours),
        line("reserve and outcome, windows of 64, each outcome by itself (<= 1.6; 4,000/s)", each),
    ]
}

/// One half of a message's way through the outbox.
fn conclusive(
    at: usize,
    round: usize,
    version: u64,
    record: usize,
    change: fn(MessageId) -> OutboxChange,
) -> Append {
    let mut item = item(at, version, record, STATE);
    item.outbox = vec![change(message(at, round))];
    item
}

fn stop_alone(_: bool) -> Vec<Line> {
    let (bed, other) = (Bed::with_streams(500, STATE), Bed::with_streams(500, STATE));
    let (ledger, raw) = (bed.open(), other.raw());
    let mut insert = raw
        .prepare("INSERT INTO log (leaf, stream, before, envelope, sealed) VALUES (?1, ?2, 0, ?3, NULL)")
        .unwrap();
    let (mut ours, mut peer) = (Vec::new(), Vec::new());
    for at in 0..500 {
        let stop = item(at, 1, STARTED, STATE);
        let start = Instant::now();
        bed.runtime.block_on(ledger.append(vec![stop], Urgency::Stop)).unwrap();
        ours.push(micros(start.elapsed(), 1));
        let record = envelope(STARTED, at);
        let start = Instant::now();
        insert.execute(params![1_000 + at as i64, at as i64 + 1, record]).unwrap();
        peer.push(micros(start.elapsed(), 1));
    }
    vec![compare("one STOP alone, against one durable insert", "µs", ours, peer)]
}

fn open_large(full: bool) -> Vec<Line> {
    let streams: i64 = if full { 1_000_000 } else { 50_000 };
    let bed = Bed::with_streams(0, 0);
    let raw = bed.raw();
    raw.execute_batch("PRAGMA synchronous = OFF; BEGIN").unwrap();
    {
        let mut streams_row = raw
            .prepare(
                "INSERT INTO streams (no, id, version, last, head, group_no, vault_key, vault_number, state)
                 VALUES (?1, ?2, 1, ?1, ?3, 1, ?4, ?5, ?6)",
            )
            .unwrap();
        let mut log = raw.prepare("INSERT INTO log VALUES (?1, ?1, 0, ?2, ?3)").unwrap();
        let mut entries = raw.prepare("INSERT INTO entries VALUES (?1, ?2)").unwrap();
        for no in 1..=streams {
            let id = stream(no as usize).0;
            streams_row
                .execute(params![no, id, [7_u8; 32], [1_u8; 72], [2_u8; 48], [3_u8; STATE].as_slice()])
                .unwrap();
            log.execute(params![no, [4_u8; 330].as_slice(), [5_u8; 180].as_slice()]).unwrap();
            entries.execute(params![[id, id].concat(), no]).unwrap();
        }
        raw.execute("INSERT INTO groups VALUES (1, ?1)", [[6_u8; 90].as_slice()]).unwrap();
        raw.execute("UPDATE meta SET leaves = ?1", [streams]).unwrap();
    }
    raw.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(raw);
    let (mut ours, mut peer) = (Vec::new(), Vec::new());
    for _ in 0..5 {
        let start = Instant::now();
        let raw = Connection::open(&bed.file).unwrap();
        raw.query_row("SELECT leaves FROM meta", [], |row| row.get::<_, i64>(0)).unwrap();
        peer.push(micros(start.elapsed(), 1) / 1_000.0);
        drop(raw);
        let start = Instant::now();
        let ledger = bed.open();
        assert!(bed.runtime.block_on(ledger.read(stream(streams as usize / 2))).unwrap().is_some());
        ours.push(micros(start.elapsed(), 1) / 1_000.0);
        bed.runtime.block_on(ledger.close()).unwrap();
    }
    let name =
        if full { "open and read one of 1,000,000 people" } else { "open and read one of 50,000 people" };
    vec![compare(name, "ms", ours, peer), scan(&bed, streams as usize)]
}

/// A whole scan by pages, beside a bare SELECT of the same columns: what planning reads.
fn scan(bed: &Bed, streams: usize) -> Line {
    let (ledger, raw) = (bed.open(), bed.raw());
    let (mut ours, mut peer) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        let start = Instant::now();
        let mut select = raw.prepare("SELECT id, version, head, state FROM streams").unwrap();
        let mut rows = select.query([]).unwrap();
        let mut bytes = 0;
        while let Some(row) = rows.next().unwrap() {
            bytes += row.get_ref(3).unwrap().as_blob().unwrap().len();
        }
        assert_eq!(bytes, STATE * streams);
        peer.push(micros(start.elapsed(), streams));
        let start = Instant::now();
        let (mut after, mut count) = (None, 0);
        loop {
            let page = bed.runtime.block_on(ledger.scan(after, 1_000)).unwrap();
            let Some(last) = page.last() else { break };
            (after, count) = (Some(last.stream), count + page.len());
        }
        assert_eq!(count, streams);
        ours.push(micros(start.elapsed(), streams));
    }
    compare("scan by pages of 1,000, against one SELECT", "µs/person", ours, peer)
}

/// Twenty messages a person, the outbox row and the growth of the state counted in.
fn disk(full: bool) -> Vec<Line> {
    let (streams, sends) = (if full { 20_000 } else { 2_000 }, 20);
    let empty = 200;
    let growth = (STATE - empty) / sends;
    let bed = Bed::with_streams(streams, empty);
    let size = || std::fs::metadata(&bed.file).unwrap().len();
    let before = size();
    let ledger = bed.open();
    for send in 0..sends {
        let version = 1 + 2 * send as u64;
        for window in windows(streams) {
            let puts = window.iter().map(|at| queued(*at, send)).collect();
            bed.runtime.block_on(ledger.outbox(puts)).unwrap();
            let append = |version, record, change: fn(MessageId) -> OutboxChange| {
                let items = window.iter().map(|at| {
                    let mut item = item(*at, version, record, empty + growth * (send + 1));
                    item.outbox = vec![change(message(*at, send))];
                    item
                });
                bed.done(&ledger, items.collect());
            };
            append(version, STARTED, OutboxChange::Start);
            append(version + 1, CONCLUDED, OutboxChange::Remove);
        }
    }
    bed.runtime.block_on(ledger.close()).unwrap();
    let each = (size() - before) as f64 / (streams * sends) as f64;
    let bare = (STARTED + CONCLUDED + growth) as f64;
    vec![Line {
        name: "disk a message, 20 messages a person",
        ours: format!("{each:.0} bytes"),
        peer: format!("{bare:.0} bytes of content"),
        ratio: Some(each / bare),
    }]
}
