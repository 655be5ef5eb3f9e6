use std::collections::{HashMap, VecDeque};

use rusqlite::{Connection, OptionalExtension, Row, Statement, params};

use super::{
    outbox::{QUEUED, queued},
    trouble::{Trouble, from_sql, to_sql},
};
use crate::{
    id::{MessageId, Name},
    ledger::{
        budget::Level,
        claim::{Head, Picked, Share, Shelves, Turn, holding, minute, pick},
        waiting::{Claim, Claimed, Lane},
    },
};

/// How many rows, or cells, are read ahead of a line.
const PAGE: i64 = 8;

/// What a claim reads and writes, as statements prepared once.
#[derive(Debug)]
pub(super) struct Claims<'c> {
    find_turn: Statement<'c>,
    set_turn: Statement<'c>,
    find_level: Statement<'c>,
    set_level: Statement<'c>,
    next_job: Statement<'c>,
    find_share: Statement<'c>,
    set_share: Statement<'c>,
    next_cells: Statement<'c>,
    next_rows: Statement<'c>,
    coming_cells: Statement<'c>,
    coming_row: Statement<'c>,
    held: Statement<'c>,
    let_go_over: Statement<'c>,
    let_go_far: Statement<'c>,
    whole: Statement<'c>,
    lease: Statement<'c>,
}

impl<'c> Claims<'c> {
    pub(super) fn prepare(connection: &'c Connection) -> Result<Self, Trouble> {
        let sql = |sql: &str| connection.prepare(sql).map_err(Trouble::during("preparing to claim"));
        Ok(Self {
            find_turn: sql("SELECT no, paused_ms, reached, served FROM senders WHERE name = ?1")?,
            set_turn: sql("UPDATE senders SET paused_ms = ?2, reached = ?3, served = ?4 WHERE name = ?1")?,
            find_level: sql("SELECT next_us, ends_ms, used FROM budgets WHERE name = ?1")?,
            set_level: sql("INSERT INTO budgets (name, next_us, ends_ms, used) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (name) DO UPDATE SET
                next_us = excluded.next_us, ends_ms = excluded.ends_ms, used = excluded.used")?,
            next_job: sql("SELECT job FROM cells WHERE sender = ?1 AND lane = ?2 AND job > ?3
                ORDER BY job LIMIT 1")?,
            find_share: sql("SELECT weight, (SELECT tag FROM shares WHERE sender = ?1 AND job = ?2)
                FROM jobs WHERE no = ?2")?,
            set_share: sql("INSERT INTO shares (sender, job, tag) VALUES (?1, ?2, ?3)
                ON CONFLICT (sender, job) DO UPDATE SET tag = excluded.tag")?,
            next_cells: sql("SELECT no, closes_minute, due_minute FROM cells
                WHERE sender = ?1 AND lane = ?2 AND job = ?3 AND (closes_minute, due_minute) > (?4, ?5)
                AND due_minute <= ?6 ORDER BY closes_minute, due_minute LIMIT ?7")?,
            next_rows: sql("SELECT message, due_ms, closes_ms, segments FROM outbox
                WHERE started = 0 AND cell = ?1 AND (due_ms, message) > (?2, ?3) AND due_ms <= ?4
                ORDER BY due_ms, message LIMIT ?5")?,
            coming_cells: sql("SELECT no, due_minute FROM cells WHERE sender = ?1 AND lane = ?2
                AND due_minute >= ?3 ORDER BY due_minute")?,
            coming_row: sql("SELECT due_ms FROM outbox WHERE started = 0 AND cell = ?1 AND due_ms > ?2
                ORDER BY due_ms LIMIT 1")?,
            whole: sql(&format!("SELECT {QUEUED} WHERE message = ?1"))?,
            lease: sql("UPDATE outbox SET claimed_ms = ?2, started = 2 WHERE message = ?1")?,
            held: sql("SELECT claimed_ms, sender, lane FROM outbox CROSS JOIN cells ON cells.no = cell
                WHERE started = 2 ORDER BY claimed_ms")?,
            // Two, because one with an OR would look at every row that is held.
            let_go_over: sql("UPDATE outbox SET started = 0 WHERE started = 2 AND claimed_ms <= ?1")?,
            let_go_far: sql("UPDATE outbox SET started = 0 WHERE started = 2 AND claimed_ms > ?1")?,
        })
    }

    pub(super) fn claim(&mut self, claim: &Claim) -> Result<Claimed, Trouble> {
        let during = Trouble::during("claiming");
        let (over_ms, far_ms) = holding(claim.now_ms);
        self.let_go_over.execute([over_ms]).map_err(&during)?;
        self.let_go_far.execute([far_ms]).map_err(&during)?;
        let picked = pick(claim, &mut Shown { claims: self, now_ms: claim.now_ms, known: HashMap::new() })?;
        let Picked { messages, levels, turns, tags, next_ms } = picked;
        for (name, level) in levels {
            let row = params![name.as_str(), level.next_us, level.ends_ms, to_sql(level.used)];
            self.set_level.execute(row).map_err(&during)?;
        }
        for (name, turn) in turns {
            self.set_turn(&name, turn)?;
        }
        for (line, tag) in tags {
            self.set_share.execute([line.sender, line.job, tag]).map_err(&during)?;
        }
        let mut rows = Vec::with_capacity(messages.len());
        for message in messages {
            rows.push(self.whole.query_row([message.0], queued).map_err(&during)?);
            self.lease.execute(params![message.0, claim.until_ms]).map_err(&during)?;
        }
        Ok(Claimed { rows, next_ms })
    }

    fn turn(&mut self, sender: &Name) -> Result<Option<(i64, Turn)>, Trouble> {
        let read = |row: &Row<'_>| {
            Ok((row.get(0)?, Turn { paused_ms: row.get(1)?, reached: row.get(2)?, served: row.get(3)? }))
        };
        self.find_turn
            .query_row([sender.as_str()], read)
            .optional()
            .map_err(Trouble::during("reading a sender's turn"))
    }

    fn set_turn(&mut self, sender: &Name, turn: Turn) -> Result<(), Trouble> {
        let row = params![sender.as_str(), turn.paused_ms, turn.reached, turn.served];
        self.set_turn.execute(row).map(drop).map_err(Trouble::during("keeping a sender's turn"))
    }

    /// Pauses a sender that is known already.
    pub(super) fn pause(&mut self, sender: &Name, until_ms: i64) -> Result<(), Trouble> {
        match self.turn(sender)? {
            Some((_, turn)) if turn.paused_ms < until_ms => {
                self.set_turn(sender, Turn { paused_ms: until_ms, ..turn })
            }
            _ => Ok(()),
        }
    }
}

/// What waits, as a claim sees it: read as far as it is asked for.
struct Shown<'s, 'c> {
    claims: &'s mut Claims<'c>,
    now_ms: i64,
    /// Numbers of senders.
    known: HashMap<Name, i64>,
}

/// Where one job's messages of one sender and lane are being read.
#[derive(Debug)]
struct Line {
    sender: i64,
    lane: i64,
    job: i64,
    cells: VecDeque<i64>,
    /// Closing and due minute of the last cell read.
    after: (i64, i64),
    cell: Option<i64>,
    rows: VecDeque<Head>,
    /// Due time and id of the last row read of the cell.
    from: (i64, Vec<u8>),
}

impl Line {
    fn of(sender: i64, lane: i64, job: i64) -> Self {
        let (cells, rows, from) = (VecDeque::new(), VecDeque::new(), (i64::MIN, Vec::new()));
        Self { sender, lane, job, cells, after: (i64::MIN, i64::MIN), cell: None, rows, from }
    }
}

impl Shown<'_, '_> {
    fn read_cells(&mut self, line: &mut Line) -> Result<(), Trouble> {
        let during = Trouble::during("finding what is due");
        let (closes, due) = line.after;
        let page = params![line.sender, line.lane, line.job, closes, due, minute(self.now_ms), PAGE];
        let mut rows = self.claims.next_cells.query(page).map_err(&during)?;
        while let Some(row) = rows.next().map_err(&during)? {
            line.cells.push_back(row.get(0).map_err(&during)?);
            line.after = (row.get(1).map_err(&during)?, row.get(2).map_err(&during)?);
        }
        Ok(())
    }

    fn read_rows(&mut self, line: &mut Line, cell: i64) -> Result<(), Trouble> {
        let during = Trouble::during("reading what is due");
        let page = params![cell, line.from.0, line.from.1, self.now_ms, PAGE];
        let rows = self.claims.next_rows.query_map(page, head).map_err(&during)?;
        for row in rows {
            let head = row.map_err(&during)?;
            line.from = (head.due_ms, head.message.0.to_vec());
            line.rows.push_back(head);
        }
        Ok(())
    }
}

fn head(row: &Row<'_>) -> rusqlite::Result<Head> {
    Ok(Head {
        message: MessageId(row.get(0)?),
        due_ms: row.get(1)?,
        closes_ms: row.get(2)?,
        segments: row.get(3)?,
    })
}

impl Shelves for Shown<'_, '_> {
    type Error = Trouble;
    type Line = Line;

    fn turn(&mut self, sender: &Name) -> Result<Turn, Trouble> {
        Ok(match self.claims.turn(sender)? {
            Some((no, turn)) => {
                self.known.insert(sender.clone(), no);
                turn
            }
            None => Turn::default(),
        })
    }

    fn level(&mut self, budget: &Name) -> Result<Level, Trouble> {
        let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        let found = self.claims.find_level.query_row([budget.as_str()], read).optional();
        let found = found.map_err(Trouble::during("reading a budget"))?;
        let Some((next_us, ends_ms, used)) = found else { return Ok(Level::default()) };
        Ok(Level { next_us, ends_ms, used: from_sql(used)? })
    }

    fn lines(&mut self, sender: &Name, lane: Lane) -> Result<Vec<(Line, Share)>, Trouble> {
        let during = Trouble::during("finding the jobs that wait");
        let Some(sender) = self.known.get(sender).copied() else { return Ok(Vec::new()) };
        let (lane, mut last, mut lines) = (lane as i64, i64::MIN, Vec::new());
        loop {
            let next = self.claims.next_job.query_row([sender, lane, last], |row| row.get(0)).optional();
            let Some(job) = next.map_err(&during)? else { return Ok(lines) };
            let read = |row: &Row<'_>| {
                Ok(Share { weight: row.get(0)?, tag: row.get::<_, Option<i64>>(1)?.unwrap_or(0) })
            };
            let share = self.claims.find_share.query_row([sender, job], read).map_err(&during)?;
            lines.push((Line::of(sender, lane, job), share));
            last = job;
        }
    }

    fn next(&mut self, line: &mut Line) -> Result<Option<Head>, Trouble> {
        loop {
            if let Some(head) = line.rows.pop_front() {
                return Ok(Some(head));
            }
            if let Some(cell) = line.cell {
                self.read_rows(line, cell)?;
                if !line.rows.is_empty() {
                    continue;
                }
            }
            if line.cells.is_empty() {
                self.read_cells(line)?;
            }
            (line.cell, line.from) = (line.cells.pop_front(), (i64::MIN, Vec::new()));
            if line.cell.is_none() {
                return Ok(None);
            }
        }
    }

    fn coming(&mut self, sender: &Name, lane: Lane) -> Result<Option<i64>, Trouble> {
        let during = Trouble::during("finding what is due next");
        let Some(sender) = self.known.get(sender).copied() else { return Ok(None) };
        let from = [sender, lane as i64, minute(self.now_ms)];
        let mut cells = self.claims.coming_cells.query(from).map_err(&during)?;
        let mut first: Option<i64> = None;
        while let Some(cell) = cells.next().map_err(&during)? {
            let (no, due): (i64, i64) = cell.get(0).and_then(|no| Ok((no, cell.get(1)?))).map_err(&during)?;
            if first.is_some_and(|first| minute(first) < due) {
                break;
            }
            let row = self.claims.coming_row.query_row([no, self.now_ms], |row| row.get(0)).optional();
            first = first.into_iter().chain(row.map_err(&during)?).min();
        }
        Ok(first)
    }

    fn held(&mut self, senders: &[&Name], lanes: &[Lane]) -> Result<Option<i64>, Trouble> {
        let during = Trouble::during("finding when a claim ends");
        let senders: Vec<i64> = senders.iter().filter_map(|name| self.known.get(*name).copied()).collect();
        let mut rows = self.claims.held.query([]).map_err(&during)?;
        while let Some(row) = rows.next().map_err(&during)? {
            let (sender, of): (i64, i64) =
                row.get(1).and_then(|no| Ok((no, row.get(2)?))).map_err(&during)?;
            if senders.contains(&sender) && lanes.iter().any(|lane| *lane as i64 == of) {
                return row.get(0).map(Some).map_err(&during);
            }
        }
        Ok(None)
    }
}
