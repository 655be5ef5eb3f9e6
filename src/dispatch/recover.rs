//! What others started and never concluded, and what nobody knows of: asked for once its lease has run out.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    join::join,
    outcome::{self, Doubt, conclude},
    story::story,
    worker::{DispatchError, Dispatched, WINDOW, Worker},
};
use crate::{
    consent::event::Outcome,
    gateway::{About, Answered, LookUp, Refusal, Sought, Uncertain},
    ledger::{BookError, BoxFuture, OutboxChange, Person, Queued},
};

/// So many messages are asked about at once: a gateway that is slow to answer must not hold the batch up for long.
const AT_ONCE: usize = 16;
const SOON: Duration = Duration::from_secs(1);
/// A call that ended without a word may have left a request that the gateway has not looked at yet.
const SETTLED: TimeDelta = TimeDelta::seconds(60);

impl Worker<'_> {
    /// Looks up what is started and nobody's: found, certainly never taken, or left as *unknown* and counted.
    pub(super) async fn recover(
        &self,
        now: DateTime<Utc>,
        done: &mut Dispatched,
    ) -> Result<(), DispatchError> {
        let started = self.book.ledger().started(WINDOW * 4).await.map_err(BookError::from)?;
        let (due, _) = self.flights.due(&started, self.clock.monotonic());
        self.flights.asked(due.iter().take(AT_ONCE), self.clock.monotonic());
        let resolve = |row| -> BoxFuture<'_, _> { Box::pin(self.resolve(row, now)) };
        for resolved in join(due.iter().take(AT_ONCE).map(resolve).collect()).await {
            done.add(resolved?);
        }
        Ok(())
    }

    /// How long the first of what is started and nobody's still has, this batch's own unknown ones included: were
    /// they left out, nobody would come back for the last of them.
    pub(super) async fn lease_ends(&self) -> Result<Option<Duration>, DispatchError> {
        let started = self.book.ledger().started(WINDOW * 4).await.map_err(BookError::from)?;
        let (due, left) = self.flights.due(&started, self.clock.monotonic());
        // Those that are due and were too many for this batch have their turn soon.
        Ok(if due.is_empty() { left } else { Some(SOON) })
    }

    async fn resolve(&self, row: &Queued, now: DateTime<Utc>) -> Result<Dispatched, DispatchError> {
        let mut done = Dispatched::default();
        let resolved = match self.book.person(row.stream).await {
            Ok(Some(person)) => self.resolve_for(row, person, now, &mut done).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error.into()),
        };
        match resolved {
            Err(error) if !error.lies_with_one() => Err(error),
            _ => Ok(done),
        }
    }

    async fn resolve_for(
        &self,
        row: &Queued,
        person: Person,
        now: DateTime<Utc>,
        done: &mut Dispatched,
    ) -> Result<(), DispatchError> {
        let Some(sent) = person.state.sent(row.message) else { return Ok(()) };
        let (program, sender, held) = (sent.program.clone(), sent.sender.clone(), sent.outcome);
        if matches!(held, Some(Outcome::Accepted | Outcome::Refused)) || sent.delivery.is_some() {
            // Settled meanwhile, by a delivery report.
            let gone = |_: &Person| vec![OutboxChange::Remove(row.message)];
            self.change_row(row.message, row.stream, gone).await?;
            return Ok(());
        }
        let (found, doubted) = self.look_up(row, &person).await?;
        let early = doubted.is_none_or(|doubted| now - doubted < SETTLED);
        let answered = match found {
            LookUp::Found { id, .. } => {
                done.found += 1;
                Answered::accepted(id)
            }
            // The request may still be on its way through the gateway's own house: it is asked again.
            LookUp::NeverTaken if held == Some(Outcome::Unknown) && early => return Ok(()),
            // The call is over and said nothing: the gateway's word that it took nothing is certain.
            LookUp::NeverTaken if held == Some(Outcome::Unknown) => {
                done.again += 1;
                Answered::rejected(Refusal::Unavailable)
            }
            // Whoever started it may be alive and late: a request may still be on its way there.
            LookUp::NeverTaken | LookUp::CannotSay => {
                if held.is_none() {
                    done.unknown += 1;
                }
                Answered::Unknown(Uncertain::Orphaned)
            }
        };
        let jobs = self.jobs(std::slice::from_ref(row)).await?;
        let repeats = match jobs.get(&row.job) {
            Some(Some(job)) => self.may_repeat(job, row.message, &person).await?,
            _ => false,
        };
        let doubt = if repeats { Doubt::Repeat } else { Doubt::Leave };
        if held == Some(Outcome::Unknown) && matches!(answered, Answered::Unknown(_)) {
            // It is on record already that nobody knows.
            let change = doubt.change(row.message, row.closes_ms, now);
            self.change_row(row.message, row.stream, |_| vec![change]).await?;
            return Ok(());
        }
        let person = Box::new(person);
        let answer = outcome::Answer {
            message: row.message,
            program,
            sender,
            answered,
            doubt,
            closes_ms: row.closes_ms,
            person,
        };
        Ok(conclude(self.book, answer, now).await?)
    }

    /// What the gateway knows, and since when it is on record that nobody does.
    async fn look_up(
        &self,
        row: &Queued,
        person: &Person,
    ) -> Result<(LookUp, Option<DateTime<Utc>>), DispatchError> {
        const CANNOT_SAY: (LookUp, Option<DateTime<Utc>>) = (LookUp::CannotSay, None);
        let number = match self.book.number(person) {
            Ok(number) => number,
            Err(BookError::Erased) => return Ok(CANNOT_SAY),
            Err(error) => return Err(error.into()),
        };
        if !self.gateway.capabilities().look_up {
            return Ok(CANNOT_SAY);
        }
        let Some(story) = story(self.book, person, &About::Message(row.message)).await? else {
            return Ok(CANNOT_SAY);
        };
        let Some(started) = DateTime::from_timestamp_millis(story.at_ms) else {
            return Ok(CANNOT_SAY);
        };
        let doubted = story.unknown_ms.and_then(DateTime::from_timestamp_millis);
        let sought = Sought {
            message: row.message,
            number,
            sender: story.started.sender,
            body: Some(story.started.body),
            started,
        };
        Ok((self.gateway.look_up(sought).await, doubted))
    }
}
