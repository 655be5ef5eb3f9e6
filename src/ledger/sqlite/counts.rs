use rusqlite::{Connection, OptionalExtension, params};

use super::{
    outbox::{QUEUED, lane, name, queued},
    trouble::{Trouble, from_sql, to_sql},
};
use crate::{
    id::Name,
    ledger::{
        claim::minute,
        waiting::{BacklogCell, Lane, Queued},
    },
};

pub(super) fn started(db: &Connection, limit: usize) -> Result<Vec<Queued>, Trouble> {
    let during = Trouble::during("reading what has started");
    let sql = format!("SELECT {QUEUED} WHERE started = 1 LIMIT ?1");
    let mut statement = db.prepare(&sql).map_err(&during)?;
    statement.query_map([to_sql(limit as u64)], queued).and_then(Iterator::collect).map_err(&during)
}

pub(super) fn waiting(db: &Connection, job: Option<&Name>) -> Result<(u64, Option<i64>), Trouble> {
    let during = Trouble::during("counting what waits");
    let sql = "SELECT coalesce(sum(messages), 0) FROM cells
        WHERE ?1 IS NULL OR job = (SELECT no FROM jobs WHERE name = ?1)";
    let count = db.query_row(sql, [job.map(Name::as_str)], |row| row.get(0)).map_err(&during)?;
    let sql = "SELECT min(max(due_ms, claimed_ms)) FROM outbox WHERE started = 2";
    let mut earliest: Option<i64> = db.query_row(sql, [], |row| row.get(0)).map_err(&during)?;
    let mut cells = db
        .prepare("SELECT no, due_minute FROM cells WHERE messages > 0 ORDER BY due_minute")
        .map_err(&during)?;
    let sql = "SELECT due_ms FROM outbox WHERE started = 0 AND cell = ?1 ORDER BY due_ms LIMIT 1";
    let mut by_due = db.prepare(sql).map_err(&during)?;
    let mut cells = cells.query([]).map_err(&during)?;
    while let Some(cell) = cells.next().map_err(&during)? {
        let (no, due): (i64, i64) = cell.get(0).and_then(|no| Ok((no, cell.get(1)?))).map_err(&during)?;
        if earliest.is_some_and(|earliest| minute(earliest) < due) {
            break;
        }
        let first = by_due.query_row([no], |row| row.get(0)).optional().map_err(&during)?;
        earliest = earliest.into_iter().chain(first).min();
    }
    Ok((from_sql(count)?, earliest))
}

/// The cells themselves, with what is overdue folded into this minute.
pub(super) fn backlog(
    db: &Connection,
    now_ms: i64,
    sender: Option<&Name>,
) -> Result<Vec<BacklogCell>, Trouble> {
    let during = Trouble::during("counting what waits");
    let sql = "SELECT senders.name, lane, jobs.name, max(due_minute, ?1), closes_minute,
            sum(messages), sum(segments)
        FROM cells CROSS JOIN senders ON senders.no = cells.sender CROSS JOIN jobs ON jobs.no = cells.job
        WHERE messages > 0 AND (?2 IS NULL OR senders.name = ?2)
        GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5";
    let mut statement = db.prepare(sql).map_err(&during)?;
    let asked = params![minute(now_ms), sender.map(Name::as_str)];
    let mut rows = statement.query(asked).map_err(&during)?;
    let mut cells = Vec::new();
    while let Some(row) = rows.next().map_err(&during)? {
        cells.push(BacklogCell {
            sender: name(row, 0).map_err(&during)?,
            lane: lane(row, 1).map_err(&during)?,
            job: name(row, 2).map_err(&during)?,
            due_minute: row.get(3).map_err(&during)?,
            closes_minute: row.get(4).map_err(&during)?,
            messages: from_sql(row.get(5).map_err(&during)?)?,
            segments: from_sql(row.get(6).map_err(&during)?)?,
        });
    }
    Ok(cells)
}

/// Walks the cells from the latest due backwards: those of one minute together hold the last rows in order.
pub(super) fn late(
    db: &Connection,
    sender: &Name,
    closes_ms: i64,
    limit: usize,
) -> Result<Vec<Queued>, Trouble> {
    let during = Trouble::during("finding the last that wait");
    let sql = "SELECT no FROM senders WHERE name = ?1";
    let sender = db.query_row(sql, [sender.as_str()], |row| row.get::<_, i64>(0)).optional();
    let Some(sender) = sender.map_err(&during)? else { return Ok(Vec::new()) };
    let sql = "SELECT no, due_minute FROM cells WHERE sender = ?1 AND lane = ?2 AND closes_minute <= ?3
        ORDER BY due_minute DESC";
    let mut cells = db.prepare(sql).map_err(&during)?;
    let of = params![sender, Lane::Marketing as i64, minute(closes_ms)];
    let mut cells = cells.query(of).map_err(&during)?;
    let sql = format!(
        "SELECT {QUEUED} WHERE started = 0 AND cell = ?1 AND closes_ms <= ?2
         ORDER BY due_ms DESC, message DESC LIMIT ?3"
    );
    let mut last_of = db.prepare(&sql).map_err(&during)?;
    let (mut late, mut at): (Vec<Queued>, Option<i64>) = (Vec::new(), None);
    while let Some(cell) = cells.next().map_err(&during)? {
        let (no, due): (i64, i64) = cell.get(0).and_then(|no| Ok((no, cell.get(1)?))).map_err(&during)?;
        if at.is_some_and(|at| due < at) && late.len() >= limit {
            break;
        }
        at = Some(due);
        let rows =
            last_of.query_map(params![no, closes_ms, to_sql(limit as u64)], queued).map_err(&during)?;
        for row in rows {
            late.push(row.map_err(&during)?);
        }
    }
    late.sort_by_key(|row| std::cmp::Reverse((row.due_ms, row.message)));
    late.truncate(limit);
    Ok(late)
}
