use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use rusqlite::{Connection, OptionalExtension, params};

use super::{
    schema,
    trouble::{Trouble, from_sql, to_sql},
};
use crate::{
    id::{Hash, Name, RecipientId},
    ledger::{
        envelope::leaf_hash,
        store::{Head, Row, SHORT, StoredRecord, Vault, WholeStream},
    },
};

/// How many idle connections are kept.
const KEPT: usize = 4;

/// Connections that only read. Each call is one short look: no read transaction outlives it, so that the
/// write-ahead log can start over.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn of(path: &Path) -> Self {
        Self { path: path.to_owned(), idle: Mutex::default() }
    }

    pub(super) fn with<T>(&self, read: impl FnOnce(&Connection) -> Result<T, Trouble>) -> Result<T, Trouble> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => schema::open_reader(&self.path)?,
        };
        let found = read(&connection);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT {
            idle.push(connection);
        }
        found
    }
}

pub(super) fn find(db: &Connection, index: &[Hash]) -> Result<Option<RecipientId>, Trouble> {
    let during = Trouble::during("looking a number up");
    let sql = "SELECT id FROM entries JOIN streams ON streams.no = entries.stream WHERE entry = ?1";
    let mut statement = db.prepare(sql).map_err(&during)?;
    for entry in index {
        let found = statement.query_row([entry.0], |row| row.get(0)).optional().map_err(&during)?;
        if let Some(id) = found {
            return Ok(Some(RecipientId(id)));
        }
    }
    Ok(None)
}

/// A row of `streams` with the number of its group, as [`ROW`] selects it.
type Found = (i64, Row, Option<i64>);

const ROW: &str = "no, id, version, head, group_no, vault_key, vault_number, state, last FROM streams";

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Found> {
    let (key, number): (Option<Vec<u8>>, Option<Vec<u8>>) = (row.get(5)?, row.get(6)?);
    let wrong = |_| rusqlite::Error::IntegralValueOutOfRange(2, -1);
    let found = Row {
        stream: RecipientId(row.get(1)?),
        version: u64::try_from(row.get::<_, i64>(2)?).map_err(wrong)?,
        head: Hash(row.get(3)?),
        group: None,
        vault: key.zip(number).map(|(key, number)| Vault { key, number }),
        state: row.get(7)?,
    };
    Ok((row.get(0)?, found, row.get(4)?))
}

/// Puts the group in, which is interned and never changes.
fn with_group(
    db: &Connection,
    (_, mut row, no): Found,
    known: &mut HashMap<i64, Vec<u8>>,
) -> Result<Row, Trouble> {
    let Some(no) = no else { return Ok(row) };
    if let Some(bytes) = known.get(&no) {
        row.group = Some(bytes.clone());
        return Ok(row);
    }
    let read = db.query_row("SELECT bytes FROM groups WHERE no = ?1", [no], |row| row.get(0));
    let bytes: Vec<u8> = read.map_err(Trouble::during("reading a group"))?;
    row.group = Some(bytes.clone());
    known.insert(no, bytes);
    Ok(row)
}

pub(super) fn read(db: &Connection, stream: RecipientId) -> Result<Option<Row>, Trouble> {
    let found = db
        .query_row(&format!("SELECT {ROW} WHERE id = ?1"), [stream.0], row)
        .optional()
        .map_err(Trouble::during("reading a stream"))?;
    found.map(|found| with_group(db, found, &mut HashMap::new())).transpose()
}

/// Many at once, in one read transaction and with statements prepared once.
pub(super) fn look_up(db: &Connection, people: &[Vec<Hash>]) -> Result<Vec<Option<Row>>, Trouble> {
    let during = Trouble::during("looking numbers up");
    let sql = format!("SELECT {ROW} JOIN entries ON streams.no = entries.stream WHERE entry = ?1");
    let transaction = db.unchecked_transaction().map_err(&during)?;
    let rows = {
        let mut statement = db.prepare(&sql).map_err(&during)?;
        let mut groups = HashMap::new();
        let mut one = |index: &Vec<Hash>| {
            for entry in index {
                let found = statement.query_row([entry.0], row).optional().map_err(&during)?;
                if let Some(found) = found {
                    return with_group(db, found, &mut groups).map(Some);
                }
            }
            Ok(None)
        };
        people.iter().map(&mut one).collect::<Result<Vec<_>, Trouble>>()?
    };
    transaction.finish().map_err(&during)?;
    Ok(rows)
}

pub(super) fn scan(db: &Connection, after: Option<RecipientId>, limit: usize) -> Result<Vec<Row>, Trouble> {
    Ok(scanned(db, after, limit)?.into_iter().map(|(row, ..)| row).collect())
}

/// Rows, each with its number and the leaf of its last record.
fn scanned(
    db: &Connection,
    after: Option<RecipientId>,
    limit: usize,
) -> Result<Vec<(Row, i64, i64)>, Trouble> {
    let during = Trouble::during("scanning streams");
    let no: i64 = match after {
        Some(id) => db
            .query_row("SELECT no FROM streams WHERE id = ?1", [id.0], |row| row.get(0))
            .optional()
            .map_err(&during)?
            .ok_or(Trouble::failed("scanning streams", "no such stream to go on after"))?,
        None => 0,
    };
    let sql = format!("SELECT {ROW} WHERE no > ?1 ORDER BY no LIMIT ?2");
    let mut statement = db.prepare(&sql).map_err(&during)?;
    let both = |found: &rusqlite::Row<'_>| Ok((row(found)?, found.get(8)?));
    let found = statement.query_map([no, to_sql(limit as u64)], both).map_err(&during)?;
    let (mut groups, mut rows) = (HashMap::new(), Vec::with_capacity(limit.min(4_096)));
    for found in found {
        let (found, last) = found.map_err(&during)?;
        let no = found.0;
        rows.push((with_group(db, found, &mut groups)?, no, last));
    }
    Ok(rows)
}

/// One read transaction and statements prepared once: a check of a whole ledger asks for all of it.
pub(super) fn scan_whole(
    db: &Connection,
    after: Option<RecipientId>,
    limit: usize,
) -> Result<Vec<WholeStream>, Trouble> {
    let during = Trouble::during("reading streams");
    let transaction = db.unchecked_transaction().map_err(&during)?;
    let mut whole = Vec::with_capacity(limit.min(4_096));
    {
        let sql = "SELECT stream, before, envelope, sealed FROM log WHERE leaf = ?1";
        let mut record = db.prepare(sql).map_err(&during)?;
        let mut other = db.prepare("SELECT id FROM streams WHERE no = ?1").map_err(&during)?;
        for (row, no, last) in scanned(db, after, limit)? {
            let (mut records, mut leaf) = (Vec::new(), last);
            let count = usize::try_from(row.version).ok().filter(|count| *count <= SHORT).unwrap_or(0);
            while leaf != 0 && records.len() < count {
                let read = |found: &rusqlite::Row<'_>| {
                    Ok((found.get::<_, i64>(0)?, found.get(1)?, found.get(2)?, found.get(3)?))
                };
                let Some((of, before, envelope, sealed)) =
                    record.query_row([leaf], read).optional().map_err(&during)?
                else {
                    break;
                };
                let stream = if of == no {
                    row.stream
                } else {
                    let id = other.query_row([of], |row| row.get(0)).optional().map_err(&during)?;
                    RecipientId(id.unwrap_or_default())
                };
                records.push(StoredRecord { leaf: from_sql(leaf)?, stream, envelope, sealed });
                leaf = before;
            }
            records.reverse();
            whole.push((row, records));
        }
    }
    transaction.finish().map_err(&during)?;
    Ok(whole)
}

pub(super) fn leads(db: &Connection, entries: &[Hash]) -> Result<Vec<Option<RecipientId>>, Trouble> {
    let during = Trouble::during("looking numbers up");
    let sql = "SELECT id FROM entries JOIN streams ON streams.no = entries.stream WHERE entry = ?1";
    let mut statement = db.prepare(sql).map_err(&during)?;
    let mut one = |entry: &Hash| {
        statement.query_row([entry.0], |row| row.get(0).map(RecipientId)).optional().map_err(&during)
    };
    entries.iter().map(&mut one).collect()
}

/// Hashed where they lie: nothing is copied.
pub(super) fn leaves(db: &Connection, after: u64, limit: usize) -> Result<Vec<(u64, Hash)>, Trouble> {
    let during = Trouble::during("reading the log");
    let sql = "SELECT leaf, envelope FROM log WHERE leaf > ?1 ORDER BY leaf LIMIT ?2";
    let mut statement = db.prepare(sql).map_err(&during)?;
    let mut rows = statement.query([to_sql(after), to_sql(limit as u64)]).map_err(&during)?;
    let mut leaves = Vec::with_capacity(limit.min(4_096));
    while let Some(row) = rows.next().map_err(&during)? {
        let envelope = row.get_ref(1).map_err(&during)?;
        let wrong = |_| Trouble::Damaged("an envelope that is no bytes".to_owned());
        let hash = leaf_hash(envelope.as_blob().map_err(wrong)?);
        leaves.push((from_sql(row.get(0).map_err(&during)?)?, hash));
    }
    Ok(leaves)
}

fn record(row: &rusqlite::Row<'_>) -> rusqlite::Result<StoredRecord> {
    let leaf: i64 = row.get(0)?;
    let leaf = u64::try_from(leaf).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(0, leaf))?;
    Ok(StoredRecord { leaf, stream: RecipientId(row.get(1)?), envelope: row.get(2)?, sealed: row.get(3)? })
}

const RECORD: &str = "leaf, id, envelope, sealed FROM log JOIN streams ON streams.no = log.stream";

/// Walks back from the last record: first past those that come after the page, then over the page.
pub(super) fn records(
    db: &Connection,
    stream: RecipientId,
    from: u64,
    limit: usize,
) -> Result<Vec<StoredRecord>, Trouble> {
    let during = Trouble::during("reading records");
    let stands = db
        .query_row("SELECT version, last FROM streams WHERE id = ?1", [stream.0], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
        })
        .optional()
        .map_err(&during)?;
    let Some((version, mut leaf)) = stands else { return Ok(Vec::new()) };
    let (from, mut seq) = (from.max(1), from_sql(version)?);
    let until = from.saturating_add(limit as u64);
    let mut step = db.prepare("SELECT before FROM log WHERE leaf = ?1").map_err(&during)?;
    let mut leaves = Vec::new();
    while seq >= from && leaf != 0 {
        if seq < until {
            leaves.push(leaf);
        }
        // A record that was taken out ends the stream: `verify` says where.
        leaf = step.query_row([leaf], |row| row.get(0)).optional().map_err(&during)?.unwrap_or(0);
        seq -= 1;
    }
    let mut whole = db.prepare(&format!("SELECT {RECORD} WHERE leaf = ?1")).map_err(&during)?;
    let mut records = Vec::with_capacity(leaves.len());
    for leaf in leaves.into_iter().rev() {
        records.extend(whole.query_row([leaf], record).optional().map_err(&during)?);
    }
    Ok(records)
}

pub(super) fn log(db: &Connection, after: u64, limit: usize) -> Result<Vec<StoredRecord>, Trouble> {
    let during = Trouble::during("reading the log");
    let sql = format!("SELECT {RECORD} WHERE leaf > ?1 ORDER BY leaf LIMIT ?2");
    let mut statement = db.prepare(&sql).map_err(&during)?;
    let page = params![to_sql(after), to_sql(limit as u64)];
    statement.query_map(page, record).and_then(Iterator::collect).map_err(&during)
}

pub(super) fn head(db: &Connection) -> Result<Head, Trouble> {
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let (leaves, hash) = db
        .query_row("SELECT leaves, head FROM meta", [], read)
        .map_err(Trouble::during("reading the head"))?;
    Ok(Head { leaves: from_sql(leaves)?, hash: Hash(hash) })
}

pub(super) fn job(db: &Connection, job: &Name) -> Result<Option<Vec<u8>>, Trouble> {
    let sql = "SELECT definition FROM jobs WHERE name = ?1";
    let found = db.query_row(sql, [job.as_str()], |row| row.get(0)).optional();
    Ok(found.map_err(Trouble::during("reading a job"))?.flatten())
}
