use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, Statement, params};

use super::trouble::Trouble;
use crate::{
    id::{MessageId, Name, RecipientId},
    ledger::{
        claim::minute,
        store::Append,
        waiting::{Lane, OutboxChange, Queued, starts_what_waits},
    },
};

/// The columns that [`queued`] reads. The order of the joins is the only one in which they are fast.
pub(super) const QUEUED: &str = "message, stream, lane, due_ms, closes_ms, senders.name, outbox.segments,
    jobs.name, payload FROM outbox CROSS JOIN cells ON cells.no = outbox.cell
    CROSS JOIN jobs ON jobs.no = cells.job CROSS JOIN senders ON senders.no = cells.sender";

/// The outbox's part of a commit.
#[derive(Debug)]
pub(super) struct Outbox<'c> {
    /// By how much each cell's counts move in this transaction.
    moved: HashMap<i64, Counts>,
    find_job: Statement<'c>,
    add_job: Statement<'c>,
    find_sender: Statement<'c>,
    add_sender: Statement<'c>,
    find_cell: Statement<'c>,
    add_cell: Statement<'c>,
    see_cell: Statement<'c>,
    count_cell: Statement<'c>,
    drop_cell: Statement<'c>,
    put: Statement<'c>,
    see: Statement<'c>,
    stream_of: Statement<'c>,
    put_off: Statement<'c>,
    start: Statement<'c>,
    remove: Statement<'c>,
    forget: Statement<'c>,
}

/// What a cell counts: all rows, those that wait, and their segments.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    held: i64,
    messages: i64,
    segments: i64,
}

/// A row as far as its cell's counts depend on it.
struct Counted {
    cell: i64,
    started: bool,
    segments: i64,
}

impl Counted {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self { cell: row.get(0)?, started: row.get(1)?, segments: row.get(2)? })
    }
}

impl<'c> Outbox<'c> {
    pub(super) fn prepare(connection: &'c Connection) -> Result<Self, Trouble> {
        let sql = |sql: &str| connection.prepare(sql).map_err(Trouble::during("preparing to write"));
        Ok(Self {
            moved: HashMap::new(),
            find_job: sql("SELECT no FROM jobs WHERE name = ?1")?,
            add_job: sql("INSERT INTO jobs (name) VALUES (?1) RETURNING no")?,
            find_sender: sql("SELECT no FROM senders WHERE name = ?1")?,
            add_sender: sql("INSERT INTO senders (name) VALUES (?1) RETURNING no")?,
            find_cell: sql("SELECT no FROM cells WHERE sender = ?1 AND lane = ?2 AND job = ?3
                AND closes_minute = ?4 AND due_minute = ?5")?,
            add_cell: sql("INSERT INTO cells (sender, lane, job, closes_minute, due_minute)
                VALUES (?1, ?2, ?3, ?4, ?5) RETURNING no")?,
            see_cell: sql("SELECT sender, lane, job FROM cells WHERE no = ?1")?,
            count_cell: sql("UPDATE cells SET held = held + ?2, messages = messages + ?3,
                segments = segments + ?4 WHERE no = ?1")?,
            drop_cell: sql("DELETE FROM cells WHERE no = ?1 AND held = 0")?,
            put: sql("INSERT INTO outbox (message, stream, cell, due_ms, closes_ms, segments, claimed_ms,
                started, payload) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8)
                ON CONFLICT (message) DO NOTHING")?,
            see: sql("SELECT cell, started = 1, segments FROM outbox WHERE message = ?1")?,
            stream_of: sql("SELECT stream FROM outbox WHERE message = ?1")?,
            put_off: sql(
                "UPDATE outbox SET cell = ?2, due_ms = ?3, closes_ms = ?4, claimed_ms = ?5, started = 0
                WHERE message = ?1",
            )?,
            start: sql("UPDATE outbox SET started = 1 WHERE message = ?1 AND started <> 1
                RETURNING cell, 1, segments")?,
            remove: sql("DELETE FROM outbox WHERE message = ?1 RETURNING cell, started = 1, segments")?,
            forget: sql("DELETE FROM outbox WHERE stream = ?1 RETURNING cell, started = 1, segments")?,
        })
    }

    pub(super) fn begun(&mut self) {
        self.moved.clear();
    }

    pub(super) fn ending(&mut self) -> Result<(), Trouble> {
        let during = Trouble::during("counting what waits");
        for (cell, by) in self.moved.drain() {
            let by_row = params![cell, by.held, by.messages, by.segments];
            self.count_cell.execute(by_row).map_err(&during)?;
            if by.held <= 0 {
                self.drop_cell.execute([cell]).map_err(&during)?;
            }
        }
        Ok(())
    }

    fn count(&mut self, cell: i64, held: i64, messages: i64, segments: i64) {
        let counts = self.moved.entry(cell).or_default();
        counts.held += held;
        counts.messages += messages;
        counts.segments += segments;
    }

    fn gone(&mut self, row: &Counted) {
        let (messages, segments) = if row.started { (0, 0) } else { (-1, -row.segments) };
        self.count(row.cell, -1, messages, segments);
    }

    /// Whether everything that this append starts waits, or has started.
    pub(super) fn may_start(&mut self, item: &Append) -> Result<bool, Trouble> {
        starts_what_waits(item, |message| {
            let found = self.stream_of.query_row([message.0], |row| row.get(0).map(RecipientId));
            found.optional().map_err(Trouble::during("looking for what starts"))
        })
    }

    pub(super) fn change(&mut self, change: &OutboxChange) -> Result<(), Trouble> {
        let during = Trouble::during("changing the outbox");
        match change {
            OutboxChange::Put(queued) => self.put(queued)?,
            OutboxChange::Move { message, due_ms, closes_ms } => {
                self.put_off(*message, *due_ms, *closes_ms, false)?;
            }
            OutboxChange::Again { message, due_ms, closes_ms } => {
                self.put_off(*message, *due_ms, *closes_ms, true)?;
            }
            OutboxChange::Start(message) => {
                let row = self.start.query_row([message.0], Counted::read).optional().map_err(&during)?;
                row.into_iter().for_each(|row| self.count(row.cell, 0, -1, -row.segments));
            }
            OutboxChange::Remove(message) => {
                let row = self.remove.query_row([message.0], Counted::read).optional().map_err(&during)?;
                row.into_iter().for_each(|row| self.gone(&row));
            }
        }
        Ok(())
    }

    fn put_off(
        &mut self,
        message: MessageId,
        due_ms: i64,
        closes_ms: i64,
        even_started: bool,
    ) -> Result<(), Trouble> {
        let during = Trouble::during("putting a message off");
        let was = self.see.query_row([message.0], Counted::read).optional().map_err(&during)?;
        let Some(was) = was.filter(|row| even_started || !row.started) else { return Ok(()) };
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let of: (i64, i64, i64) = self.see_cell.query_row([was.cell], read).map_err(&during)?;
        let cell = self.cell(of, due_ms, closes_ms)?;
        self.put_off.execute(params![message.0, cell, due_ms, closes_ms, i64::MIN]).map_err(&during)?;
        self.gone(&was);
        self.count(cell, 1, 1, was.segments);
        Ok(())
    }

    fn put(&mut self, queued: &Queued) -> Result<(), Trouble> {
        let during = Trouble::during("queueing a message");
        let job = number(&mut self.find_job, &mut self.add_job, &queued.job)?;
        let sender = self.sender(&queued.sender)?;
        let cell = self.cell((sender, queued.lane as i64, job), queued.due_ms, queued.closes_ms)?;
        let row = params![
            queued.message.0,
            queued.stream.0,
            cell,
            queued.due_ms,
            queued.closes_ms,
            queued.segments,
            i64::MIN,
            queued.payload
        ];
        match self.put.execute(row).map_err(&during)? {
            // The message is there already: a cell that was made for it alone goes again.
            0 => self.count(cell, 0, 0, 0),
            _ => self.count(cell, 1, 1, i64::from(queued.segments)),
        }
        Ok(())
    }

    pub(super) fn sender(&mut self, name: &Name) -> Result<i64, Trouble> {
        number(&mut self.find_sender, &mut self.add_sender, name)
    }

    /// Messages of one sender, lane and job that are due and close in the same minutes.
    fn cell(&mut self, of: (i64, i64, i64), due_ms: i64, closes_ms: i64) -> Result<i64, Trouble> {
        let during = Trouble::during("finding a message's place");
        let key = [of.0, of.1, of.2, minute(closes_ms), minute(due_ms)];
        match self.find_cell.query_row(key, |row| row.get(0)).optional().map_err(&during)? {
            Some(no) => Ok(no),
            None => self.add_cell.query_row(key, |row| row.get(0)).map_err(&during),
        }
    }

    /// Removes whatever waits for a stream.
    pub(super) fn forget(&mut self, stream: RecipientId) -> Result<(), Trouble> {
        let during = Trouble::during("emptying the outbox");
        let gone: Vec<Counted> =
            self.forget.query_map([stream.0], Counted::read).and_then(Iterator::collect).map_err(&during)?;
        gone.iter().for_each(|row| self.gone(row));
        Ok(())
    }
}

/// The number of a name, which gets one if it has none.
fn number(find: &mut Statement<'_>, add: &mut Statement<'_>, name: &Name) -> Result<i64, Trouble> {
    let during = Trouble::during("finding a name");
    match find.query_row([name.as_str()], |row| row.get(0)).optional().map_err(&during)? {
        Some(no) => Ok(no),
        None => add.query_row([name.as_str()], |row| row.get(0)).map_err(&during),
    }
}

/// Reads a row of [`QUEUED`].
pub(super) fn queued(row: &Row<'_>) -> rusqlite::Result<Queued> {
    Ok(Queued {
        message: MessageId(row.get(0)?),
        stream: RecipientId(row.get(1)?),
        lane: lane(row, 2)?,
        due_ms: row.get(3)?,
        closes_ms: row.get(4)?,
        sender: name(row, 5)?,
        segments: row.get(6)?,
        job: name(row, 7)?,
        payload: row.get(8)?,
    })
}

pub(super) fn lane(row: &Row<'_>, column: usize) -> rusqlite::Result<Lane> {
    let number: u8 = row.get(column)?;
    let lane = Lane::ALL.get(usize::from(number)).copied();
    lane.ok_or(rusqlite::Error::IntegralValueOutOfRange(column, i64::from(number)))
}

pub(super) fn name(row: &Row<'_>, column: usize) -> rusqlite::Result<Name> {
    let text: String = row.get(column)?;
    Name::new(&text).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, -1))
}
