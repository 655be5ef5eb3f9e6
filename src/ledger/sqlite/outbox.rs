use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, Statement, params};

use super::trouble::Trouble;
use crate::{
    id::{MessageId, Name, RecipientId},
    ledger::store::{Claim, Lane, OutboxChange, Queued},
};

/// The columns that [`queued`] reads.
pub(super) const QUEUED: &str =
    "message, stream, lane, due_ms, jobs.name, payload FROM outbox JOIN jobs ON jobs.no = outbox.job";

/// The outbox's part of a commit.
#[derive(Debug)]
pub(super) struct Outbox<'c> {
    /// By how much each job's count of waiting messages moves in this transaction.
    moved: HashMap<i64, i64>,
    find_job: Statement<'c>,
    add_job: Statement<'c>,
    count_job: Statement<'c>,
    put: Statement<'c>,
    see: Statement<'c>,
    put_off: Statement<'c>,
    start: Statement<'c>,
    remove: Statement<'c>,
    forget: Statement<'c>,
    due: Statement<'c>,
    lease: Statement<'c>,
}

impl<'c> Outbox<'c> {
    pub(super) fn prepare(connection: &'c Connection) -> Result<Self, Trouble> {
        let sql = |sql: &str| connection.prepare(sql).map_err(Trouble::during("preparing to write"));
        Ok(Self {
            moved: HashMap::new(),
            find_job: sql("SELECT no FROM jobs WHERE name = ?1")?,
            add_job: sql("INSERT INTO jobs (name) VALUES (?1) RETURNING no")?,
            count_job: sql("UPDATE jobs SET waiting = waiting + ?2 WHERE no = ?1")?,
            put: sql("INSERT INTO outbox (message, stream, job, lane, due_ms, claimed_ms, started, payload)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7) ON CONFLICT (message) DO NOTHING")?,
            see: sql("SELECT job, started FROM outbox WHERE message = ?1")?,
            put_off: sql("UPDATE outbox SET due_ms = ?2, claimed_ms = ?3, started = 0 WHERE message = ?1")?,
            start: sql("UPDATE outbox SET started = 1 WHERE message = ?1 AND started = 0 RETURNING job")?,
            remove: sql("DELETE FROM outbox WHERE message = ?1 RETURNING job, started")?,
            forget: sql("DELETE FROM outbox WHERE stream = ?1 RETURNING job, started")?,
            due: sql(&format!(
                "SELECT {QUEUED} WHERE started = 0 AND lane = ?1 AND due_ms <= ?2 AND claimed_ms <= ?2
                 ORDER BY due_ms, message LIMIT ?3"
            ))?,
            lease: sql("UPDATE outbox SET claimed_ms = ?2 WHERE message = ?1")?,
        })
    }

    pub(super) fn begun(&mut self) {
        self.moved.clear();
    }

    pub(super) fn ending(&mut self) -> Result<(), Trouble> {
        for (job, by) in self.moved.drain().filter(|(_, by)| *by != 0) {
            self.count_job.execute([job, by]).map_err(Trouble::during("counting a job"))?;
        }
        Ok(())
    }

    fn count(&mut self, job: i64, by: i64) {
        *self.moved.entry(job).or_default() += by;
    }

    pub(super) fn change(&mut self, change: &OutboxChange) -> Result<(), Trouble> {
        let during = Trouble::during("changing the outbox");
        match change {
            OutboxChange::Put(queued) => self.put(queued)?,
            OutboxChange::Move(message, due_ms) => {
                let was = self.see.query_row([message.0], job_and_started).optional().map_err(&during)?;
                let Some((job, started)) = was else { return Ok(()) };
                self.put_off.execute(params![message.0, due_ms, i64::MIN]).map_err(&during)?;
                self.count(job, i64::from(started));
            }
            OutboxChange::Start(message) => {
                let job = self.start.query_row([message.0], |row| row.get(0)).optional().map_err(&during)?;
                job.into_iter().for_each(|job| self.count(job, -1));
            }
            OutboxChange::Remove(message) => {
                let was = self.remove.query_row([message.0], job_and_started).optional().map_err(&during)?;
                was.into_iter().for_each(|(job, started)| self.count(job, -i64::from(!started)));
            }
        }
        Ok(())
    }

    fn put(&mut self, queued: &Queued) -> Result<(), Trouble> {
        let during = Trouble::during("queueing a message");
        let name = queued.job.as_str();
        let found = self.find_job.query_row([name], |row| row.get(0)).optional().map_err(&during)?;
        let job: i64 = match found {
            Some(no) => no,
            None => self.add_job.query_row([name], |row| row.get(0)).map_err(&during)?,
        };
        let row = params![
            queued.message.0,
            queued.stream.0,
            job,
            queued.lane as i64,
            queued.due_ms,
            i64::MIN,
            queued.payload
        ];
        let added = self.put.execute(row).map_err(&during)?;
        self.count(job, i64::from(added == 1));
        Ok(())
    }

    /// Removes whatever waits for a stream.
    pub(super) fn forget(&mut self, stream: RecipientId) -> Result<(), Trouble> {
        let during = Trouble::during("emptying the outbox");
        let gone: Vec<(i64, bool)> = self
            .forget
            .query_map([stream.0], job_and_started)
            .and_then(Iterator::collect)
            .map_err(&during)?;
        gone.into_iter().for_each(|(job, started)| self.count(job, -i64::from(!started)));
        Ok(())
    }

    pub(super) fn claim(&mut self, claim: &Claim) -> Result<Vec<Queued>, Trouble> {
        let during = Trouble::during("claiming");
        let mut taken = Vec::new();
        for lane in Lane::ALL.iter().filter(|lane| claim.lanes.contains(lane)) {
            let room = i64::try_from(claim.limit - taken.len()).unwrap_or(i64::MAX);
            let found = self.due.query_map(params![*lane as i64, claim.now_ms, room], queued);
            for message in found.map_err(&during)? {
                taken.push(message.map_err(&during)?);
            }
        }
        for message in &taken {
            self.lease.execute(params![message.message.0, claim.until_ms]).map_err(&during)?;
        }
        Ok(taken)
    }
}

fn job_and_started(row: &Row<'_>) -> rusqlite::Result<(i64, bool)> {
    Ok((row.get(0)?, row.get(1)?))
}

/// Reads a row of [`QUEUED`].
pub(super) fn queued(row: &Row<'_>) -> rusqlite::Result<Queued> {
    let (lane, job): (u8, String) = (row.get(2)?, row.get(4)?);
    let wrong = |column| rusqlite::Error::IntegralValueOutOfRange(column, -1);
    Ok(Queued {
        message: MessageId(row.get(0)?),
        stream: RecipientId(row.get(1)?),
        lane: *Lane::ALL.get(usize::from(lane)).ok_or_else(|| wrong(2))?,
        due_ms: row.get(3)?,
        job: Name::new(&job).map_err(|_| wrong(4))?,
        payload: row.get(5)?,
    })
}
