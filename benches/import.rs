//! A list of another platform going into a ledger on disk, beside bare rusqlite writing the very same rows.
//!
//! The peer gets every byte ready made: it reads no CSV, knows no numbers, hashes and seals nothing.

use std::{
    fmt::Write as _,
    io::Cursor,
    time::{Duration, Instant},
};

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
use rusqlite::{Connection, params, params_from_iter};
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
        .clock(FixedClock::at("2026-11-26T11:00:00Z".parse().unwrap()))
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
    let (began, options) = (Instant::now(), options());
    let done = crate::shop::grown(|| {
        let import =
            messenger.import_list("bench", Cursor::new(&list), &options, |_, _| {}, |_: &Progress| {});
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
    let select = |sql: &str| from.prepare(sql).unwrap();
    let mut streams_from = select(
        "SELECT no, id, version, last, head, group_no, vault_key, vault_number, state FROM streams
         WHERE no > ?1 ORDER BY no LIMIT 256",
    );
    let mut log_from = select("SELECT leaf, stream, before, envelope, sealed FROM log WHERE leaf = ?1");
    let mut groups_from = select("SELECT no, bytes FROM groups WHERE no > ?1");
    let entries_from =
        rows(&mut select("SELECT stream, entry FROM entries WHERE stream > ?1 ORDER BY stream"), 0);
    let mut entries_from = entries_from.into_iter().peekable();
    let insert = |sql: &str| to.prepare(sql).unwrap();
    let mut add_stream = insert("INSERT INTO streams VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
    let mut add_record = insert("INSERT INTO log VALUES (?1, ?2, ?3, ?4, ?5)");
    let mut add_entry = insert("INSERT INTO entries (stream, entry) VALUES (?1, ?2)");
    let mut add_group = insert("INSERT INTO groups VALUES (?1, ?2)");
    let mut set_meta = insert("UPDATE meta SET leaves = ?1, head = ?2");
    let (mut spent, mut after, mut pages, mut leaves) = (Duration::ZERO, 0, 0, 0);
    let mut groups = rows(&mut groups_from, 0);
    loop {
        let streams = rows(&mut streams_from, after);
        let Some(last) = streams.last() else { return spent };
        after = integer(&last[0]);
        let mut log = Vec::new();
        for stream in &streams {
            let mut leaf = integer(&stream[3]);
            while leaf != 0 {
                let record = rows(&mut log_from, leaf).remove(0);
                leaf = integer(&record[2]);
                log.push(record);
            }
        }
        log.sort_by_key(|record| integer(&record[0]));
        leaves += i64::try_from(log.len()).unwrap();
        let mut entries = Vec::new();
        while let Some(entry) = entries_from.next_if(|entry| integer(&entry[0]) <= after) {
            entries.push(entry);
        }
        let began = Instant::now();
        to.execute_batch("BEGIN IMMEDIATE").unwrap();
        let add = |statement: &mut rusqlite::Statement<'_>, rows: &[Values]| {
            rows.iter().for_each(|row| assert_eq!(statement.execute(params_from_iter(row)).unwrap(), 1));
        };
        add(&mut add_stream, &streams);
        add(&mut add_record, &log);
        add(&mut add_entry, &entries);
        add(&mut add_group, &std::mem::take(&mut groups));
        set_meta.execute(params![leaves, [9_u8; 32]]).unwrap();
        to.execute_batch("COMMIT").unwrap();
        // As often as the ledger does.
        pages += 3 * COMMIT + 4;
        if pages >= 2_000 {
            pages = 0;
            to.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(())).unwrap();
        }
        spent += began.elapsed();
    }
}

type Values = Vec<rusqlite::types::Value>;

fn rows(statement: &mut rusqlite::Statement<'_>, at: i64) -> Vec<Values> {
    let columns = statement.column_count();
    let read = |row: &rusqlite::Row<'_>| (0..columns).map(|column| row.get(column)).collect();
    statement.query_map([at], read).unwrap().map(Result::unwrap).collect()
}

fn integer(value: &rusqlite::types::Value) -> i64 {
    match value {
        rusqlite::types::Value::Integer(number) => *number,
        _ => panic!("not a number"),
    }
}

fn dry_run(full: bool) -> Vec<Line> {
    let rows = if full { 1_000_000 } else { 50_000 };
    let (folder, list) = (TempDir::new().unwrap(), list(rows));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let messenger = shop(&folder, "ours", &runtime);
    let (began, options) = (Instant::now(), options());
    let tried = messenger.try_list(Cursor::new(&list), &options, |_, _| {}, |_: &Progress| {});
    runtime.block_on(tried).unwrap();
    vec![Line {
        name: "dry run of the same list",
        ours: format!("{:.0} rows/s", rows as f64 / began.elapsed().as_secs_f64()),
        peer: "-".to_owned(),
        ratio: None,
    }]
}
