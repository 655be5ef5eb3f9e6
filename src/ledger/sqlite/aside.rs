use rusqlite::{Connection, OptionalExtension, Statement, params};

use super::trouble::{Trouble, from_sql, to_sql};
use crate::id::{Hash, Name};

/// What is kept beside the chain: one change of it.
#[derive(Debug)]
pub(super) enum Aside {
    Nodes { level: u8, from: u64, hashes: Vec<Hash> },
    Note { key: Name, bytes: Vec<u8> },
    Check { from: Hash, to: Hash },
}

/// Whether it was done. What stands in its way fails nobody else of the same commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    Done,
    /// It does not follow on what is there: so many hashes.
    Not(u64),
}

#[derive(Debug)]
pub(super) struct Asides<'c> {
    count_nodes: Statement<'c>,
    put_node: Statement<'c>,
    put_note: Statement<'c>,
    drop_note: Statement<'c>,
    check: Statement<'c>,
    set_check: Statement<'c>,
}

impl<'c> Asides<'c> {
    pub(super) fn prepare(connection: &'c Connection) -> Result<Self, Trouble> {
        let sql = |sql: &str| connection.prepare(sql).map_err(Trouble::during("preparing to keep"));
        Ok(Self {
            count_nodes: sql("SELECT coalesce(max(no) + 1, 0) FROM nodes WHERE level = ?1")?,
            put_node: sql("INSERT INTO nodes (level, no, hash) VALUES (?1, ?2, ?3)
                ON CONFLICT (level, no) DO UPDATE SET hash = excluded.hash")?,
            put_note: sql("INSERT INTO notes (key, bytes) VALUES (?1, ?2)
                ON CONFLICT (key) DO UPDATE SET bytes = excluded.bytes")?,
            drop_note: sql("DELETE FROM notes WHERE key = ?1")?,
            check: sql("SELECT check_value FROM meta")?,
            set_check: sql("UPDATE meta SET check_value = ?2 WHERE check_value = ?1")?,
        })
    }

    pub(super) fn change(&mut self, change: &Aside) -> Result<Kept, Trouble> {
        match change {
            Aside::Nodes { level, from, hashes } => self.put_nodes(*level, *from, hashes),
            Aside::Note { key, bytes } => {
                let during = Trouble::during("keeping a note");
                if bytes.is_empty() {
                    self.drop_note.execute([key.as_str()]).map_err(&during)?;
                } else {
                    self.put_note.execute(params![key.as_str(), bytes]).map_err(&during)?;
                }
                Ok(Kept::Done)
            }
            Aside::Check { from, to } => {
                let during = Trouble::during("changing the check value");
                self.set_check.execute(params![from.0, to.0]).map_err(&during)?;
                let now: [u8; 32] = self.check.query_row([], |row| row.get(0)).map_err(&during)?;
                Ok(if now == to.0 { Kept::Done } else { Kept::Not(0) })
            }
        }
    }

    fn put_nodes(&mut self, level: u8, from: u64, hashes: &[Hash]) -> Result<Kept, Trouble> {
        let during = Trouble::during("keeping hashes of the tree");
        let kept = from_sql(self.count_nodes.query_row([level], |row| row.get(0)).map_err(&during)?)?;
        if level == 0 || from > kept {
            return Ok(Kept::Not(kept));
        }
        for (no, hash) in (from..).zip(hashes) {
            self.put_node.execute(params![level, to_sql(no), hash.0]).map_err(&during)?;
        }
        Ok(Kept::Done)
    }
}

pub(super) fn nodes(db: &Connection, level: u8, from: u64, limit: usize) -> Result<Vec<Hash>, Trouble> {
    let during = Trouble::during("reading hashes of the tree");
    let sql = "SELECT no, hash FROM nodes WHERE level = ?1 AND no >= ?2 ORDER BY no LIMIT ?3";
    let mut statement = db.prepare(sql).map_err(&during)?;
    let asked = params![level, to_sql(from), to_sql(limit as u64)];
    let mut rows = statement.query(asked).map_err(&during)?;
    let mut hashes = Vec::new();
    let mut next = to_sql(from);
    while let Some(row) = rows.next().map_err(&during)? {
        // A row that somebody took out would shift all that follow it.
        if row.get::<_, i64>(0).map_err(&during)? != next {
            break;
        }
        hashes.push(Hash(row.get(1).map_err(&during)?));
        next = next.saturating_add(1);
    }
    Ok(hashes)
}

pub(super) fn kept(db: &Connection, key: &Name) -> Result<Option<Vec<u8>>, Trouble> {
    let sql = "SELECT bytes FROM notes WHERE key = ?1";
    db.query_row(sql, [key.as_str()], |row| row.get(0)).optional().map_err(Trouble::during("reading a note"))
}
