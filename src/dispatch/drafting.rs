//! From a row of the outbox to a draft: what is said, by which sender, and whether it still makes sense.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    story::story,
    worker::{DispatchError, Dispatched, Worker},
};
use crate::{
    campaign::{Candidate, Job, Late, Payload, Reader, Relevant, Wording, has_no_way_out},
    consent::event::Answer,
    gateway::About,
    id::{MessageId, Name},
    inbound::{ANSWERS, WaitingAnswer},
    ledger::{BookError, Lane, OutboxChange, Person, Queued, UNSAID},
    message::{Body, Counting, Kind, Values},
    permit::Draft,
    policy::{Code, Facts, Request, Verdict},
    program::{Program, Sender},
};

/// A message is late when its planned moment is past by more than this.
const LATE_MS: i64 = 3_600_000;
/// A message whose reason names no moment is asked again after this.
pub(super) const ASK_AGAIN: TimeDelta = TimeDelta::hours(1);
/// A guard that could not tell is asked again after this.
pub(super) const GUARD_AGAIN: TimeDelta = TimeDelta::minutes(1);
/// A message that goes *at least once* starts at most so often.
const STARTS: u32 = 3;

/// What became of a row.
enum Drafted {
    Draft(Box<Draft>),
    /// Removed, for this reason.
    Drop(&'static str),
    /// Put off, or given to another sender.
    Change(Vec<OutboxChange>),
}

/// Anything but the confirmation of a STOP waits.
fn only_stop(row: &Queued, drafted: Drafted, now: DateTime<Utc>) -> Drafted {
    match drafted {
        Drafted::Draft(draft) if matches!(draft.answers, Some((Answer::Stop, _))) => Drafted::Draft(draft),
        _ => {
            let due_ms = (now + GUARD_AGAIN).timestamp_millis();
            let waits = OutboxChange::Move { message: row.message, due_ms, closes_ms: row.closes_ms };
            Drafted::Change(vec![waits])
        }
    }
}

/// The jobs that a batch has met; `None` for one that cannot be read.
pub(super) type Jobs = HashMap<Name, Option<Job>>;

impl Worker<'_> {
    /// What a worker must know of each job that these rows belong to.
    pub(super) async fn jobs(&self, rows: &[Queued]) -> Result<Jobs, DispatchError> {
        let mut jobs = Jobs::new();
        for row in rows.iter().filter(|row| row.job != *ANSWERS) {
            if !jobs.contains_key(&row.job) {
                let job = self.book.ledger().job(row.job.clone()).await.map_err(BookError::from)?;
                jobs.insert(row.job.clone(), job.and_then(|bytes| minicbor::decode(&bytes).ok()));
            }
        }
        Ok(jobs)
    }

    /// Makes a draft of a row, or drops it, or puts it off.
    pub(super) async fn draft(
        &self,
        row: &Queued,
        jobs: &Jobs,
        now: DateTime<Utc>,
    ) -> Result<(Option<Draft>, Dispatched), DispatchError> {
        let mut done = Dispatched::default();
        let draft = match self.draft_row(row, jobs, now, &mut done).await {
            Err(error) if error.lies_with_one() => {
                done.held += 1;
                let due_ms = (now + ASK_AGAIN).timestamp_millis();
                let again = OutboxChange::Move { message: row.message, due_ms, closes_ms: row.closes_ms };
                self.book.ledger().outbox(vec![again]).await.map_err(BookError::from)?;
                None
            }
            drafted => drafted?,
        };
        Ok((draft, done))
    }

    async fn draft_row(
        &self,
        row: &Queued,
        jobs: &Jobs,
        now: DateTime<Utc>,
        done: &mut Dispatched,
    ) -> Result<Option<Draft>, DispatchError> {
        let Some(person) = self.book.person(row.stream).await? else {
            return self.settle(row, Drafted::Drop("erased"), done).await;
        };
        let Ok(plain) = person.unseal(&row.message.0, &row.payload) else {
            return self.settle(row, Drafted::Drop("erased"), done).await;
        };
        let drafted = if row.job == *ANSWERS {
            match minicbor::decode::<WaitingAnswer>(&plain).ok() {
                // Whoever has said more since is not asked which one.
                Some(waiting) if waiting.clarifies == Some(true) && person.state.clarification.is_none() => {
                    Drafted::Drop(Code::AnswerSpent.code())
                }
                waiting => {
                    let draft = waiting.and_then(|waiting| answer(row.message, person, waiting));
                    draft.map_or(Drafted::Drop("unreadable"), |draft| Drafted::Draft(Box::new(draft)))
                }
            }
        } else {
            let job = jobs.get(&row.job).and_then(Option::as_ref);
            match (job, Payload::from_bytes(plain)) {
                (Some(job), Some(payload)) => self.compose(row, job, payload, person, now, done).await?,
                _ => Drafted::Drop("unreadable"),
            }
        };
        let drafted = if self.only_stops { only_stop(row, drafted, now) } else { drafted };
        self.settle(row, drafted, done).await
    }

    async fn compose(
        &self,
        row: &Queued,
        job: &Job,
        payload: Payload,
        person: Person,
        now: DateTime<Utc>,
        done: &mut Dispatched,
    ) -> Result<Drafted, DispatchError> {
        let now_ms = now.timestamp_millis();
        let late = now_ms - row.due_ms > LATE_MS;
        if now_ms >= job.ends_ms {
            return Ok(Drafted::Drop(Code::CampaignOver.code()));
        }
        if late && job.late == Late::Drop {
            return Ok(Drafted::Drop("late"));
        }
        if late {
            done.late += 1;
        }
        // Two launches that raced for one name: what waits for one is not judged as the other.
        let message = MessageId::derive(&job.program, &job.name, row.stream, 0);
        if row.lane != Lane::of(job.kind) || row.message != message {
            return Ok(Drafted::Drop("unreadable"));
        }
        let number = self.book.number(&person)?;
        if self.unstored.reaches(number) {
            done.held += 1;
            return Ok(wait(row, now + GUARD_AGAIN));
        }
        let country = person.whereabouts.as_ref().and_then(|w| w.places().first()).map(|p| p.country());
        let program = self.programs.iter().find(|known| *known.name() == job.program);
        let Some((program, sender)) = program.and_then(|p| Some((p, p.sender_for(country)?))) else {
            return Ok(Drafted::Drop("no_sender"));
        };
        if row.closes_ms <= now_ms {
            return Ok(self.reschedule(row, job, sender, &person, now, done));
        }
        if *sender.id() != row.sender && row.sender != *UNSAID {
            // The person is elsewhere now, where another way out may be wanted.
            let reader = Reader::of(program, &payload.values, country, &person.state, now);
            let wording = Wording::new(self.lint, program, job.kind, Vec::new());
            if !wording.may_say(&payload.body, &reader, sender) {
                return Ok(Drafted::Drop("no_text"));
            }
            // This sender's budgets were not drawn on: the message waits for its turn.
            let again = Queued { sender: sender.id().clone(), ..row.clone() };
            return Ok(Drafted::Change(vec![OutboxChange::Remove(row.message), OutboxChange::Put(again)]));
        }
        let language = payload.values.find("language").map(str::to_owned);
        let candidate = Candidate {
            message: row.message,
            campaign: job.name.clone(),
            number,
            values: payload.values,
            at: now,
        };
        let body = match self.guard(job, candidate).await {
            Some(Relevant::Yes) => payload.body,
            Some(Relevant::No) => return Ok(Drafted::Drop(Code::Irrelevant.code())),
            Some(Relevant::With(mut values)) => {
                if let (None, Some(language)) = (values.find("language"), language) {
                    values.set("language", &language);
                }
                match self.reword(job, program, &values, sender, (&person, now)) {
                    Some(body) => body,
                    None => return Ok(Drafted::Drop("no_text")),
                }
            }
            None if job.kind == Kind::Marketing => {
                done.held += 1;
                return Ok(wait(row, now + GUARD_AGAIN));
            }
            None => payload.body,
        };
        let segments = body.segments(Counting::Standard).segments;
        if segments > row.segments {
            // It grew, and drew on its budgets for less: it takes its turn again and draws for all of it.
            let again = Queued { segments, ..row.clone() };
            return Ok(Drafted::Change(vec![OutboxChange::Remove(row.message), OutboxChange::Put(again)]));
        }
        Ok(Drafted::Draft(Box::new(Draft {
            message: row.message,
            program: job.program.clone(),
            source: job.name.clone(),
            step: 0,
            kind: job.kind,
            category: job.category.clone(),
            subject: job.subject.clone(),
            sender: sender.id().clone(),
            body,
            until: DateTime::from_timestamp_millis(job.ends_ms),
            answers: None,
            queued: true,
            repeats: self.may_repeat(job, row.message, &person).await?,
            person,
        })))
    }

    /// What its window's end found waiting drew on no budget and may not go: judged again, and moved or dropped.
    fn reschedule(
        &self,
        row: &Queued,
        job: &Job,
        sender: &Sender,
        person: &Person,
        now: DateTime<Utc>,
        done: &mut Dispatched,
    ) -> Drafted {
        if job.late == Late::Drop {
            return Drafted::Drop("late");
        }
        let Some(whereabouts) = &person.whereabouts else {
            return Drafted::Drop(Code::PlaceUnknown.code());
        };
        let request = Request {
            program: &job.program,
            kind: job.kind,
            category: job.category.as_ref(),
            subject: job.subject.as_ref(),
            sender: Some(sender.id()),
        };
        let decision = self.policy.now().decide(Facts { whereabouts, state: &person.state }, request, now);
        let due = match decision.verdict {
            Verdict::Allow { .. } => now,
            Verdict::Defer { until } => until.unwrap_or(now + ASK_AGAIN),
            Verdict::Deny => {
                return Drafted::Drop(decision.reasons.first().map_or("unknown", |r| r.code.code()));
            }
        };
        done.held += 1;
        let ends = DateTime::from_timestamp_millis(job.ends_ms);
        let closes_ms = self.closes(person, request, due, ends);
        let message = row.message;
        Drafted::Change(vec![OutboxChange::Move { message, due_ms: due.timestamp_millis(), closes_ms }])
    }

    /// Whether the message may start again though nobody knows what became of it.
    pub(super) async fn may_repeat(
        &self,
        job: &Job,
        message: MessageId,
        person: &Person,
    ) -> Result<bool, DispatchError> {
        if job.repeats != Some(true) || job.kind == Kind::Marketing {
            return Ok(false);
        }
        let starts =
            story(self.book, person, &About::Message(message)).await?.map_or(0, |story| story.starts);
        Ok(starts < STARTS)
    }

    /// What the job's guard says; `None` if it could not, or this process has not got it.
    async fn guard(&self, job: &Job, candidate: Candidate) -> Option<Relevant> {
        let Some(name) = &job.guard else { return Some(Relevant::Yes) };
        let (_, guard) = self.guards.iter().find(|(known, _)| known == name)?;
        guard.still(candidate).await.ok()
    }

    fn reword(
        &self,
        job: &Job,
        program: &Program,
        values: &Values,
        sender: &Sender,
        (person, now): (&Person, DateTime<Utc>),
    ) -> Option<Body> {
        let texts = job.recipe.as_ref()?.texts(program.language_code())?;
        let places = person.whereabouts.as_ref().and_then(|whereabouts| whereabouts.places().first());
        let reader = Reader::of(program, values, places.map(|place| place.country()), &person.state, now);
        let vouched = job.vouched == Some(true);
        let mut wording =
            Wording::new(self.lint, program, job.kind, texts).called(job.kind, vouched).smart(job.smart);
        wording.judge_links(values).ok()?;
        let (body, _) = wording.body(values, &reader, sender).ok()?;
        // Nobody planned these values for this reader: without a way out that the law wants, it does not go.
        (!wording.findings().iter().any(|(_, finding)| has_no_way_out(finding))).then_some(body)
    }

    async fn settle(
        &self,
        row: &Queued,
        drafted: Drafted,
        done: &mut Dispatched,
    ) -> Result<Option<Draft>, DispatchError> {
        match drafted {
            Drafted::Draft(draft) => return Ok(Some(*draft)),
            Drafted::Drop(why) => {
                let gone = |_: &Person| vec![OutboxChange::Remove(row.message)];
                if self.change_row(row.message, row.stream, gone).await? {
                    *done.dropped.entry(why).or_default() += 1;
                }
            }
            Drafted::Change(changes) => {
                self.change_row(row.message, row.stream, |_| changes).await?;
            }
        }
        Ok(None)
    }
}

/// Puts a row off within its window.
fn wait(row: &Queued, due: DateTime<Utc>) -> Drafted {
    let (message, closes_ms) = (row.message, row.closes_ms);
    Drafted::Change(vec![OutboxChange::Move { message, due_ms: due.timestamp_millis(), closes_ms }])
}

fn answer(message: MessageId, person: Person, waiting: WaitingAnswer) -> Option<Draft> {
    let asked = DateTime::from_timestamp_millis(waiting.asked_ms)?;
    // A reminder of a question asks for consent, which some laws take for marketing itself.
    let reminds = waiting.answer == Answer::Reminder;
    let pending = person.state.program(&waiting.program).and_then(|program| program.pending.as_ref());
    let until = pending.filter(|_| reminds).map(|pending| pending.expires_ms);
    Some(Draft {
        message,
        program: waiting.program,
        source: waiting.source,
        step: waiting.answer as u32,
        kind: if reminds { Kind::Marketing } else { Kind::Conversational },
        category: None,
        subject: None,
        sender: waiting.sender,
        body: Body::new(waiting.text).ok()?,
        until: until.and_then(DateTime::from_timestamp_millis),
        answers: Some((waiting.answer, asked)),
        queued: true,
        repeats: false,
        person,
    })
}
