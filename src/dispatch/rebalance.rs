//! While a campaign runs, what will not fit before its window closes is moved before it starts.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};

use super::worker::{DispatchError, Dispatched, Worker};
use crate::{
    campaign::{Job, Late, forecast},
    id::Name,
    ledger::{BookError, OutboxChange, Person, Queued},
    policy::{Facts, Request, Verdict},
};

/// How often it is looked whether everything still fits.
const EVERY: Duration = Duration::from_secs(60);
/// So many messages are moved at once; the rest follows with the next batch.
const AT_ONCE: usize = 128;

/// When this process looked last, on the monotonic clock.
#[derive(Debug, Default)]
pub(crate) struct Looked(Mutex<Option<Duration>>);

impl Looked {
    fn is_due(&self, now: Duration) -> bool {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|last| now.saturating_sub(last) >= EVERY);
        if due {
            *last = Some(now);
        }
        due
    }

    fn again(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl Worker<'_> {
    /// Estimates anew what fits, once a minute, and moves what does not: the last first.
    pub(super) async fn rebalance(
        &self,
        now: DateTime<Utc>,
        done: &mut Dispatched,
    ) -> Result<(), DispatchError> {
        if !self.looked.is_due(self.clock.monotonic()) {
            return Ok(());
        }
        let now_ms = now.timestamp_millis();
        let cells = self.book.ledger().backlog(now_ms, None).await.map_err(BookError::from)?;
        let senders = || self.programs.iter().flat_map(|program| program.senders());
        let rate = |name: &Name| senders().find(|s| s.id() == name).map(|s| s.per_second().get());
        let mut left = AT_ONCE;
        for lane in forecast(&cells, rate) {
            for (minute, count) in lane.late {
                let closes_ms = minute.saturating_mul(60_000).saturating_add(59_999);
                let limit = usize::try_from(count).unwrap_or(usize::MAX).min(left);
                if closes_ms <= now_ms || limit == 0 {
                    continue;
                }
                let rows = self.book.ledger().late(lane.sender.clone(), closes_ms, limit).await;
                let rows = rows.map_err(BookError::from)?;
                left -= rows.len().min(left);
                let jobs = self.jobs(&rows).await?;
                for row in &rows {
                    if let Some(Some(job)) = jobs.get(&row.job) {
                        match self.make_room(row, job, done).await {
                            Err(error) if !error.lies_with_one() => return Err(error),
                            _ => {}
                        }
                    }
                }
            }
        }
        if left == 0 {
            self.looked.again();
        }
        Ok(())
    }

    async fn make_room(&self, row: &Queued, job: &Job, done: &mut Dispatched) -> Result<(), DispatchError> {
        if job.late == Late::Drop {
            let gone = |_: &Person| vec![OutboxChange::Remove(row.message)];
            if self.change_row(row.message, row.stream, gone).await? {
                *done.dropped.entry("late").or_default() += 1;
            }
            return Ok(());
        }
        let later = |person: &Person| self.next_window(row, job, person).into_iter().collect();
        if self.change_row(row.message, row.stream, later).await? {
            done.moved += 1;
        }
        Ok(())
    }

    /// The person's next window after the one that has no room; none before the campaign ends: it stays and may
    /// yet be lucky.
    fn next_window(&self, row: &Queued, job: &Job, person: &Person) -> Option<OutboxChange> {
        let request = Request {
            program: &job.program,
            kind: job.kind,
            category: job.category.as_ref(),
            subject: job.subject.as_ref(),
            sender: Some(&row.sender),
        };
        let facts = Facts { whereabouts: person.whereabouts.as_ref()?, state: &person.state };
        let closes = DateTime::from_timestamp_millis(row.closes_ms)?;
        let Verdict::Defer { until: Some(due) } = self.policy.now().decide(facts, request, closes).verdict
        else {
            return None;
        };
        let ends = DateTime::from_timestamp_millis(job.ends_ms)?;
        let closes_ms = self.closes(person, request, due, Some(ends));
        let message = row.message;
        (due < ends).then(|| OutboxChange::Move { message, due_ms: due.timestamp_millis(), closes_ms })
    }
}
