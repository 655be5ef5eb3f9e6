//! A list of another platform going into a ledger on disk, beside bare rusqlite writing the very same rows.
//!
//! The peer gets every byte ready made: it reads no CSV, knows no numbers, hashes and seals nothing.

use std::{
    fmt::Write as _,
    io::Cursor,
    time::{Duration, Instant},
};

use chrono::Utc;
use optin::{
    Messenger, Progress,
    clock::FixedClock,
    gateway::SimulatedCarrier,
    id::Name,
    law::Rulebook,
    ledger::{KeyFile, SqliteLedger},
    phone::Country,
    program::Program,
    shop::{ListOptions, Verdict},
};
use rusqlite::{Connection, params};
use tempfile::TempDir;

use crate::{Line, plan::number};

pub(crate) const ALL: &[fn(bool) -> Vec<Line>] = &[import, dry_run];

/// Streams of a commit, as an import makes them.
const COMMIT: usize = 256;

/// A customer export: three of four agreed, some with a page and an address, a tenth opted out.
fn list(rows: usize) -> String {
    let mut csv = String::from(
        "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address City,\
         Default Address Country Code,Default Address Zip,Phone,Accepts SMS Marketing,Tags\n",
    );
    for at in 0..rows {
        let (number, says) = (
            number(at as u64),
            match at % 20 {
                0..=14 => "yes",
                15..=16 => "no",
                _ => "",
            },
        );
        let (country, zip) = if number.digits() / 10_000_000_000 == 1 { ("US", "") } else { ("FR", "75011") };
        writeln!(
            csv,
            "'{at},Ana,\"O'Neil, the {at}th\",customer{at}@example.com,no,Paris,{country},{zip},'{},{says},vip",
            number.e164()
        )
        .unwrap();
    }
    csv
}

fn shop(folder: &TempDir, file: &str, runtime: &tokio::runtime::Runtime) -> Messenger {
    let keys = KeyFile::open_or_create(folder.path().join("key")).unwrap();
    let ledger = runtime.block_on(SqliteLedger::open(folder.path().join(file), keys)).unwrap();
    Messenger::builder(ledger, Rulebook::builtin())
        .program(Program::new("soldes", "Maison Lune").unwrap())
        .gateway(SimulatedCarrier::seeded(1))
        .clock(FixedClock::at(Utc::now()))
        .build()
        .unwrap()
}

fn options() -> ListOptions {
    ListOptions::new(Name::new("soldes").unwrap()).region(Country::US)
}

fn import(full: bool) -> Vec<Line> {
    let rows = if full { 1_000_000 } else { 50_000 };
    let (folder, list) = (TempDir::new().unwrap(), list(rows));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let messenger = shop(&folder, "ours", &runtime);
    let began = Instant::now();
    let done = crate::shop::grown(|| {
        let import =
            messenger.import_list("bench", Cursor::new(&list), &options(), |_, _| {}, |_: &Progress| {});
        runtime.block_on(import).unwrap()
    });
    let ours = began.elapsed();
    assert_eq!(done.0.counts.rows(), rows as u64);
    assert_eq!(done.0.counts.of(Verdict::Refused), 0);
    drop(messenger);
    drop(shop(&folder, "theirs", &runtime));
    let peer = raw(&folder);
    let rate = |time: Duration| format!("{:.0} rows/s", rows as f64 / time.as_secs_f64());
    vec![
        Line {
            name: "import of a list (>= 15,000 rows/s; <= 1.5)",
            ours: rate(ours),
            peer: rate(peer),
            ratio: Some(ours.as_secs_f64() / peer.as_secs_f64()),
        },
        Line {
            name: "memory that the import took",
            ours: format!("{:.1} MiB", done.1 as f64 / 1024.0),
            peer: "-".to_owned(),
            ratio: None,
        },
    ]
}

/// Writes what is in the first file into the second, in the order in which it came there.
fn raw(folder: &TempDir) -> Duration {
    let from = Connection::open(folder.path().join("ours")).unwrap();
    let to = Connection::open(folder.path().join("theirs")).unwrap();
    to.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON; PRAGMA wal_autocheckpoint = 0;
         PRAGMA cache_size = -16000;",
    )
    .unwrap();
    let groups: Vec<(i64, Vec<u8>)> = from
        .prepare("SELECT no, bytes FROM groups")
        .unwrap()
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let (mut spent, mut after, mut pages) = (Duration::ZERO, 0i64, 0);
    loop {
        let streams = rows(
            &from,
            "SELECT no, id, version, last, head, group_no, vault_key, vault_number, state FROM streams WHERE no > ?1 ORDER BY no LIMIT 256",
            after,
        );
        let Some(last) = streams.last() else { return spent };
        let until = integer(&last[0]);
        let mut log = Vec::new();
        let mut entries = Vec::new();
        for stream in &streams {
            let mut leaf = integer(&stream[3]);
            while leaf != 0 {
                let record = rows(
                    &from,
                    "SELECT leaf, stream, before, envelope, sealed FROM log WHERE leaf > ?1 - 1 LIMIT 1",
                    leaf,
                )
                .remove(0);
                leaf = integer(&record[2]);
                log.push(record);
            }
        }
        log.sort_by_key(|record| integer(&record[0]));
        entries.extend(ENTRIES.with(|known| known.of(&from, after, until)));
        let began = Instant::now();
        to.execute_batch("BEGIN IMMEDIATE").unwrap();
        {
            let mut add =
                to.prepare_cached("INSERT INTO streams VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)").unwrap();
            streams.iter().for_each(|row| drop(add.execute(rusqlite::params_from_iter(row)).unwrap()));
            let mut add = to.prepare_cached("INSERT INTO log VALUES (?1, ?2, ?3, ?4, ?5)").unwrap();
            log.iter().for_each(|row| drop(add.execute(rusqlite::params_from_iter(row)).unwrap()));
            let mut add = to.prepare_cached("INSERT INTO entries VALUES (?1, ?2)").unwrap();
            entries.iter().for_each(|(entry, stream)| drop(add.execute(params![entry, stream]).unwrap()));
            if after == 0 {
                for (no, bytes) in &groups {
                    to.execute("INSERT INTO groups VALUES (?1, ?2)", params![no, bytes]).unwrap();
                }
            }
            to.execute("UPDATE meta SET leaves = ?1, head = ?2", params![log.len(), [9_u8; 32]]).unwrap();
        }
        to.execute_batch("COMMIT").unwrap();
        // As often as the ledger does.
        pages += 3 * COMMIT + 4;
        if pages >= 2_000 {
            pages = 0;
            to.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).unwrap();
        }
        spent += began.elapsed();
        after = until;
    }
}

type Values = Vec<rusqlite::types::Value>;

fn rows(db: &Connection, sql: &str, at: i64) -> Vec<Values> {
    let mut statement = db.prepare_cached(sql).unwrap();
    let columns = statement.column_count();
    let read =
        |row: &rusqlite::Row<'_>| (0..columns).map(|column| row.get(column)).collect::<Result<Values, _>>();
    statement.query_map([at], read).unwrap().map(Result::unwrap).collect()
}

fn integer(value: &rusqlite::types::Value) -> i64 {
    match value {
        rusqlite::types::Value::Integer(number) => *number,
        _ => panic!("not a number"),
    }
}

/// Index entries by stream, read once: the ledger has no index of that kind.
#[derive(Default)]
struct Entries(std::cell::OnceCell<Vec<(i64, Vec<u8>)>>);

thread_local! {
    static ENTRIES: Entries = Entries::default();
}

impl Entries {
    fn of(&self, from: &Connection, after: i64, until: i64) -> Vec<(Vec<u8>, i64)> {
        let all = self.0.get_or_init(|| {
            let mut statement = from.prepare("SELECT stream, entry FROM entries ORDER BY stream").unwrap();
            let read = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
            read.map(Result::unwrap).collect()
        });
        let first = all.partition_point(|(stream, _)| *stream <= after);
        all[first..]
            .iter()
            .take_while(|(stream, _)| *stream <= until)
            .map(|(no, e)| (e.clone(), *no))
            .collect()
    }
}

fn dry_run(full: bool) -> Vec<Line> {
    let rows = if full { 1_000_000 } else { 50_000 };
    let (folder, list) = (TempDir::new().unwrap(), list(rows));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let messenger = shop(&folder, "ours", &runtime);
    let began = Instant::now();
    let tried = messenger.try_list(Cursor::new(&list), &options(), |_, _| {}, |_: &Progress| {});
    runtime.block_on(tried).unwrap();
    vec![Line {
        name: "dry run of the same list",
        ours: format!("{:.0} rows/s", rows as f64 / began.elapsed().as_secs_f64()),
        peer: "-".to_owned(),
        ratio: None,
    }]
}
