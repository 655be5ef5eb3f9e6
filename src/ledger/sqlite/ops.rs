use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Statement, params};

use super::{
    aside::Asides,
    claims::Claims,
    outbox::Outbox,
    trouble::{Trouble, from_sql, to_sql},
};
use crate::{
    id::{Hash, Name, RecipientId},
    ledger::{
        envelope::{advance, leaf_hash},
        keys::Keys,
        store::{Append, Appended, Head, IndexChange},
    },
};

/// Everything a commit does, as statements prepared once for the life of the writer thread.
///
/// The caller holds the write lock. Any error means that the transaction must be rolled back; a conflict is no
/// error, because whatever is compared is compared before anything of that item is written.
#[derive(Debug)]
pub(super) struct Ops<'c> {
    pub(super) outbox: Outbox<'c>,
    pub(super) claims: Claims<'c>,
    pub(super) asides: Asides<'c>,
    head: Head,
    head_moved: bool,
    erased: bool,
    keys: Arc<Keys>,
    /// What the file knows its keys by.
    check: Hash,
    set_check: Statement<'c>,
    read_head: Statement<'c>,
    write_head: Statement<'c>,
    find_stream: Statement<'c>,
    add_stream: Statement<'c>,
    set_stream: Statement<'c>,
    erase_stream: Statement<'c>,
    add_record: Statement<'c>,
    record_before: Statement<'c>,
    unseal_record: Statement<'c>,
    find_entry: Statement<'c>,
    set_entry: Statement<'c>,
    find_group: Statement<'c>,
    add_group: Statement<'c>,
    set_job: Statement<'c>,
}

/// What a stream's row says, as far as an append needs it.
struct Stands {
    no: i64,
    version: u64,
    last: i64,
}

impl<'c> Ops<'c> {
    pub(super) fn prepare(connection: &'c Connection, keys: Arc<Keys>) -> Result<Self, Trouble> {
        let sql = |sql: &str| connection.prepare(sql).map_err(Trouble::during("preparing to write"));
        Ok(Self {
            outbox: Outbox::prepare(connection)?,
            claims: Claims::prepare(connection)?,
            asides: Asides::prepare(connection)?,
            head: Head::default(),
            head_moved: false,
            erased: false,
            keys,
            check: Hash::default(),
            set_check: sql("UPDATE meta SET check_value = ?1")?,
            read_head: sql("SELECT leaves, head, check_value FROM meta")?,
            write_head: sql("UPDATE meta SET leaves = ?1, head = ?2")?,
            find_stream: sql("SELECT no, version, last FROM streams WHERE id = ?1")?,
            add_stream: sql("INSERT INTO streams (no, id, version, last, head, group_no, vault_key,
                vault_number, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING no")?,
            set_stream: sql("UPDATE streams SET version = ?2, last = ?3, head = ?4,
                group_no = coalesce(?5, group_no), vault_key = coalesce(?6, vault_key),
                vault_number = coalesce(?7, vault_number), state = ?8 WHERE no = ?1")?,
            erase_stream: sql("UPDATE streams SET group_no = NULL, vault_key = NULL, vault_number = NULL
                WHERE no = ?1")?,
            add_record: sql("INSERT INTO log (leaf, stream, before, envelope, sealed)
                VALUES (?1, ?2, ?3, ?4, ?5)")?,
            record_before: sql("SELECT before FROM log WHERE leaf = ?1")?,
            unseal_record: sql("UPDATE log SET sealed = NULL WHERE leaf = ?1 AND sealed IS NOT NULL")?,
            find_entry: sql("SELECT streams.id FROM entries JOIN streams ON streams.no = entries.stream
                WHERE entry = ?1")?,
            set_entry: sql("INSERT INTO entries (entry, stream) VALUES (?1, ?2)
                ON CONFLICT (entry) DO UPDATE SET stream = excluded.stream")?,
            find_group: sql("SELECT no FROM groups WHERE bytes = ?1")?,
            add_group: sql("INSERT INTO groups (bytes) VALUES (?1) RETURNING no")?,
            set_job: sql(
                "INSERT INTO jobs (name, weight, definition) VALUES (?1, ?2, ?3)
                ON CONFLICT (name) DO UPDATE SET weight = excluded.weight, definition = excluded.definition",
            )?,
        })
    }

    /// Reads what other processes may have moved since the last transaction. Call it first in each.
    pub(super) fn begun(&mut self) -> Result<(), Trouble> {
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let (leaves, hash, check): (i64, [u8; 32], [u8; 32]) =
            self.read_head.query_row([], read).map_err(Trouble::during("reading the head"))?;
        self.head = Head { leaves: from_sql(leaves)?, hash: Hash(hash) };
        self.check = Hash(check);
        self.head_moved = false;
        self.outbox.begun();
        Ok(())
    }

    /// Whether anything was erased since this was last asked.
    pub(super) fn take_erased(&mut self) -> bool {
        std::mem::take(&mut self.erased)
    }

    /// Writes what was gathered over the transaction. Call it last in each.
    pub(super) fn ending(&mut self) -> Result<(), Trouble> {
        if self.head_moved {
            let head = params![to_sql(self.head.leaves), self.head.hash.0];
            self.write_head.execute(head).map_err(Trouble::during("moving the head"))?;
        }
        self.outbox.ending()
    }

    /// Nobody appends with older keys than the file has seen: such a process does not find people who were entered
    /// under a newer index key and would open a second tenure for them, and what it wraps may be lost with its key.
    /// The first that comes with newer keys moves the mark.
    fn fence(&mut self) -> Result<(), Trouble> {
        let newest = self.keys.check_value();
        if self.check == newest {
            return Ok(());
        }
        if !self.keys.check_values().contains(&self.check) {
            return Err(Trouble::WrongKey);
        }
        self.set_check.execute([newest.0]).map_err(Trouble::during("changing the check value"))?;
        self.check = newest;
        Ok(())
    }

    pub(super) fn append(&mut self, item: &Append) -> Result<Appended, Trouble> {
        let during = Trouble::during("appending");
        self.fence()?;
        let found = self
            .find_stream
            .query_row([item.stream.0], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?, row.get(2)?)))
            .optional()
            .map_err(&during)?;
        let found = match found {
            Some((no, version, last)) => Some(Stands { no, version: from_sql(version)?, last }),
            None => None,
        };
        let version = found.as_ref().map_or(0, |stands| stands.version);
        if version != item.expected || self.index_moved(&item.index)? || !self.outbox.may_start(item)? {
            return Ok(Appended::Conflict);
        }
        let version = version + item.records.len() as u64;
        // Where a vault takes another's place, the log still holds the old one.
        self.erased |= item.vault.is_some() && found.is_some();
        let (no, before) = match found {
            Some(stands) => (self.set_stream(&stands, item, version)?, stands.last),
            None => (self.add_stream(item, version)?, 0),
        };
        self.add_records(no, before, item)?;
        if item.erase {
            self.erase(no, item.stream)?;
        }
        for change in &item.index {
            self.set_entry.execute(params![change.entry.0, no]).map_err(&during)?;
        }
        for change in &item.outbox {
            self.outbox.change(change)?;
        }
        Ok(Appended::Done(version))
    }

    fn index_moved(&mut self, index: &[IndexChange]) -> Result<bool, Trouble> {
        for change in index {
            let leads = self
                .find_entry
                .query_row([change.entry.0], |row| row.get(0).map(RecipientId))
                .optional()
                .map_err(Trouble::during("comparing the index"))?;
            if leads != change.was {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The leaf of the stream's last record once `item` is in.
    fn last_after(&self, item: &Append, before: i64) -> i64 {
        let added = item.records.len() as u64;
        if added == 0 { before } else { to_sql(self.head.leaves + added) }
    }

    fn add_stream(&mut self, item: &Append, version: u64) -> Result<i64, Trouble> {
        let no = (item.stream == RecipientId::HOUSE).then_some(0);
        let (key, number) = vault(item);
        let row = params![
            no,
            item.stream.0,
            to_sql(version),
            self.last_after(item, 0),
            item.head.0,
            self.group(item)?,
            key,
            number,
            item.state
        ];
        self.add_stream.query_row(row, |row| row.get(0)).map_err(Trouble::during("adding a stream"))
    }

    fn set_stream(&mut self, stands: &Stands, item: &Append, version: u64) -> Result<i64, Trouble> {
        let (key, number) = vault(item);
        let row = params![
            stands.no,
            to_sql(version),
            self.last_after(item, stands.last),
            item.head.0,
            self.group(item)?,
            key,
            number,
            item.state
        ];
        self.set_stream.execute(row).map_err(Trouble::during("moving a stream"))?;
        Ok(stands.no)
    }

    fn add_records(&mut self, no: i64, mut before: i64, item: &Append) -> Result<(), Trouble> {
        for record in &item.records {
            let hash = advance(self.head.hash, leaf_hash(&record.envelope));
            self.head = Head { leaves: self.head.leaves + 1, hash };
            self.head_moved = true;
            let leaf = to_sql(self.head.leaves);
            self.add_record
                .execute(params![leaf, no, before, record.envelope, record.sealed])
                .map_err(Trouble::during("adding a record"))?;
            before = leaf;
        }
        Ok(())
    }

    fn group(&mut self, item: &Append) -> Result<Option<i64>, Trouble> {
        let Some(bytes) = item.group.as_deref() else { return Ok(None) };
        let during = Trouble::during("interning a group");
        let found = self.find_group.query_row([bytes], |row| row.get(0)).optional().map_err(&during)?;
        match found {
            Some(no) => Ok(Some(no)),
            None => self.add_group.query_row([bytes], |row| row.get(0)).map(Some).map_err(&during),
        }
    }

    fn erase(&mut self, no: i64, stream: RecipientId) -> Result<(), Trouble> {
        let during = Trouble::during("erasing");
        self.erased = true;
        self.erase_stream.execute([no]).map_err(&during)?;
        let mut leaf: i64 = self.find_stream.query_row([stream.0], |row| row.get(2)).map_err(&during)?;
        while leaf != 0 {
            self.unseal_record.execute([leaf]).map_err(&during)?;
            leaf = self.record_before.query_row([leaf], |row| row.get(0)).map_err(&during)?;
        }
        self.outbox.forget(stream)
    }

    pub(super) fn pause(&mut self, sender: &Name, until_ms: i64) -> Result<(), Trouble> {
        self.outbox.sender(sender)?;
        self.claims.pause(sender, until_ms)
    }

    pub(super) fn put_job(&mut self, job: &Name, weight: u32, definition: &[u8]) -> Result<(), Trouble> {
        self.set_job
            .execute(params![job.as_str(), weight, definition])
            .map(drop)
            .map_err(Trouble::during("keeping a job"))
    }
}

fn vault(item: &Append) -> (Option<&[u8]>, Option<&[u8]>) {
    let vault = item.vault.as_ref();
    (vault.map(|vault| vault.key.as_slice()), vault.map(|vault| vault.number.as_slice()))
}
