//! Checking a whole ledger beside a plain SHA-256 over the same bytes; checkpoints and proofs by themselves.

use std::{fs::File, hint::black_box, io::Read, path::Path, sync::Arc, time::Instant};

use optin::{
    consent::{Basis, Grant, How, PersonalField, event::OptedIn},
    id::Name,
    ledger::{Book, Keys, Person, SqliteLedger, Urgency, leaf_hash},
    phone::PhoneNumber,
};
use rusqlite::Connection;
use sha2::{Digest, Sha256};

use crate::Line;

pub(crate) const ALL: &[fn(bool) -> Vec<Line>] = &[proofs];

const AT: i64 = 1_800_000_000_000;

fn number(at: u64) -> PhoneNumber {
    format!("+{}", 33_600_000_000 + at).parse().unwrap()
}

/// A person who opted in at a web page: two records, two personal values.
fn person(runtime: &tokio::runtime::Runtime, book: &Book, at: u64) -> Person {
    let mut person = runtime.block_on(book.find_or_open(number(at), AT)).unwrap();
    let grant = Grant::new(Basis::ExpressWritten, How::Checkbox, AT);
    let opted_in = OptedIn { program: Name::new("soldes").unwrap(), grant };
    let personal = [
        (PersonalField::Ip, "192.0.2.1".to_owned()),
        (PersonalField::Page, "https://maisonlune.fr/panier".to_owned()),
    ];
    person.stage(AT, opted_in, &personal).unwrap();
    person
}

fn fill(runtime: &tokio::runtime::Runtime, book: &Book, people: std::ops::Range<u64>) {
    let people: Vec<_> = people.collect();
    for chunk in people.chunks(256) {
        let people = chunk.iter().map(|at| person(runtime, book, *at)).collect();
        runtime.block_on(book.write_all(people, Urgency::Normal)).unwrap();
    }
}

fn ms(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

fn show(ms: f64) -> String {
    if ms < 1_000.0 { format!("{ms:.2} ms") } else { format!("{:.2} s", ms / 1e3) }
}

fn hash_file(path: &Path) -> (f64, u64) {
    let (mut file, mut piece, mut hasher, mut size) =
        (File::open(path).unwrap(), vec![0; 1 << 20], Sha256::new(), 0);
    let since = Instant::now();
    loop {
        let read = file.read(&mut piece).unwrap();
        if read == 0 {
            break;
        }
        hasher.update(&piece[..read]);
        size += read as u64;
    }
    black_box(hasher.finalize());
    (ms(since), size)
}

/// Every record and every row out of the file, each through SHA-256; and how long the hashing alone takes.
fn hash_rows(path: &Path) -> (f64, f64, u64) {
    let file = Connection::open(path).unwrap();
    let (mut hashing, mut size) = (0.0, 0);
    let since = Instant::now();
    for sql in [
        "SELECT envelope, sealed FROM log ORDER BY leaf",
        "SELECT head, state FROM streams ORDER BY no",
        "SELECT vault_key, vault_number FROM streams ORDER BY no",
        "SELECT entry, NULL FROM entries",
    ] {
        let mut statement = file.prepare(sql).unwrap();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..2 {
                let bytes = row.get_ref(column).unwrap().as_blob_or_null().unwrap().unwrap_or_default();
                let begun = Instant::now();
                black_box(Sha256::digest(bytes));
                hashing += ms(begun);
                size += bytes.len() as u64;
            }
        }
    }
    (ms(since), hashing, size)
}

fn proofs(full: bool) -> Vec<Line> {
    let people: u64 = if full { 1_000_000 } else { 50_000 };
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.optin");
    let ledger = Arc::new(runtime.block_on(SqliteLedger::open(&path, Keys::generate().unwrap())).unwrap());
    let book = Book::new(ledger as _);
    let mut lines = Vec::new();
    let alone = |name, ours| Line { name, ours, peer: "-".to_owned(), ratio: None };

    fill(&runtime, &book, 0..people / 2);
    let since = Instant::now();
    let first = runtime.block_on(book.checkpoint(AT)).unwrap();
    lines.push(alone("checkpoint of all", format!("{} for {} records", show(ms(since)), first.size)));
    fill(&runtime, &book, people / 2..people);
    let since = Instant::now();
    let second = runtime.block_on(book.checkpoint(AT)).unwrap();
    let new = second.size - first.size;
    lines.push(alone("checkpoint of what is new", format!("{} for {new} records", show(ms(since)))));

    let since = Instant::now();
    let count = 500;
    for nth in 0..count {
        let leaf = 1 + nth * 7_919 % second.size;
        black_box(runtime.block_on(book.prove(leaf, &second)).unwrap());
    }
    lines.push(alone("inclusion proof", format!("{} each", show(ms(since) / count as f64))));
    let since = Instant::now();
    black_box(runtime.block_on(book.prove_extends(&first, &second)).unwrap());
    lines.push(alone("consistency proof", show(ms(since))));

    let since = Instant::now();
    let verified = runtime.block_on(book.verify()).unwrap().unwrap();
    let ours = ms(since);
    assert_eq!(verified.streams, people);
    drop(book);
    hash_file(&path);
    let (file, size) = hash_file(&path);
    let (rows, hashing, bytes) = hash_rows(&path);
    let beside = |name, peer: f64, size: u64| Line {
        name,
        ours: format!("{} for {} records", show(ours), verified.records),
        peer: format!("{} for {} MB", show(peer), size / 1_000_000),
        ratio: Some(ours / peer),
    };
    lines.push(beside("verify beside SHA-256 of the file", file, size));
    lines.push(beside("verify beside reading and SHA-256 of each value", rows, bytes));
    lines.push(beside("verify beside SHA-256 of each value alone", hashing, bytes));
    let since = Instant::now();
    for at in 0..1_000_000_u64 {
        black_box(leaf_hash(&at.to_be_bytes().repeat(32)));
    }
    lines.push(alone("leaf hash of 256 bytes", format!("{:.0} ns", ms(since))));
    lines
}
