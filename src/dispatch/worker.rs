use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::{
    join::join,
    outcome::{self, conclude},
};
use crate::{
    campaign::{Job, Late},
    clock::Clock,
    gateway::{Answered, DynGateway, LookUp, Sought, Uncertain},
    id::{MessageId, Name, RecipientId},
    inbound::{ANSWERS, WaitingAnswer},
    ledger::{
        Allowance, Book, BookError, Budget, Claim, Lane, OutboxChange, Person, Queued, SenderBudget, UNSAID,
        Unit, Urgency, Written,
    },
    message::{Body, Kind},
    permit::{Draft, Permit, ReserveError, Reserved, reserve},
    place::Whereabouts,
    policy::{Code, Decision, Policy, Verdict},
    program::Program,
};

/// The most messages that one worker holds in flight.
const WINDOW: usize = 64;
/// Other workers leave a claimed row alone for so long.
const CLAIM: Duration = Duration::from_secs(60);
/// A started message of somebody else is called unknown after so long.
const LEASE: Duration = Duration::from_secs(120);
/// A message is late when its planned moment is past by more than this.
const LATE_MS: i64 = 3_600_000;
/// A message whose reason names no moment is asked again after this.
const ASK_AGAIN_MS: i64 = 3_600_000;

/// How much one call of `dispatch` does.
#[derive(Debug, Clone, Copy)]
pub struct Batch {
    limit: usize,
}

impl Default for Batch {
    fn default() -> Self {
        Self { limit: WINDOW }
    }
}

impl Batch {
    /// At most `limit` messages, and never more than 64: a crash leaves at most one batch unknown.
    #[must_use]
    pub fn of(limit: usize) -> Self {
        Self { limit: limit.clamp(1, WINDOW) }
    }
}

/// What one call of `dispatch` came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dispatched {
    /// Taken by the gateway.
    pub accepted: u64,
    /// Refused by the gateway for good.
    pub refused: u64,
    /// Not taken this time: asked again later.
    pub again: u64,
    /// Nobody knows.
    pub unknown: u64,
    /// Unknown messages of a worker that died, looked up and found taken.
    pub found: u64,
    /// Held until a later moment.
    pub held: u64,
    /// Not sent, by the first reason's code; `late` for what an outage made too late, `duplicate` for repeats.
    pub dropped: BTreeMap<&'static str, u64>,
    /// When there will be something to do; `None` if nothing waits.
    pub next_due: Option<DateTime<Utc>>,
}

/// When this process first saw each message that another worker started. On the monotonic clock.
#[derive(Debug, Default)]
pub(crate) struct Orphans {
    seen: Mutex<HashMap<MessageId, Duration>>,
    mine: Mutex<HashSet<MessageId>>,
}

/// Messages that this process is working on; no longer so when dropped.
#[derive(Debug)]
pub(crate) struct Mine<'a> {
    orphans: &'a Orphans,
    messages: Vec<MessageId>,
}

impl Drop for Mine<'_> {
    fn drop(&mut self) {
        let mut mine = self.orphans.mine.lock().unwrap_or_else(PoisonError::into_inner);
        self.messages.iter().for_each(|message| {
            mine.remove(message);
        });
    }
}

/// Everything that a worker needs for one batch.
pub(crate) struct Worker<'a> {
    pub(crate) book: &'a Book,
    pub(crate) policy: &'a Policy,
    pub(crate) programs: &'a [Program],
    pub(crate) gateway: &'a dyn DynGateway,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) orphans: &'a Orphans,
}

impl Worker<'_> {
    pub(crate) async fn run(&self, batch: Batch) -> Result<Dispatched, DispatchError> {
        let mut done = Dispatched::default();
        let Some(now) = self.clock.now() else { return Err(DispatchError::NoClock) };
        let lease_ends = self.recover(now, &mut done).await?;
        let now_ms = now.timestamp_millis();
        let until_ms = now_ms + i64::try_from(CLAIM.as_millis()).unwrap_or(0);
        let claim = |now_ms, limit| {
            let (lanes, senders) = (Lane::ALL.to_vec(), self.budgets());
            self.book.ledger().claim(Claim { now_ms, until_ms, limit, lanes, senders })
        };
        let claimed = claim(now_ms, batch.limit).await.map_err(BookError::from)?;
        let idle = claimed.rows.is_empty();
        let mut drafts = Vec::with_capacity(claimed.rows.len());
        let mut jobs = HashMap::new();
        for row in claimed.rows {
            drafts.extend(self.draft(row, &mut jobs, now, &mut done).await?);
        }
        // Ends with this call, even if its future is dropped: what is unresolved then is anybody's to look up.
        let (permits, _mine) = self.reserve(drafts, now, &mut done).await?;
        self.hand_over(permits, &mut done).await?;
        // What was taken may wait again, so it is asked anew.
        let next =
            if idle { claimed.next_ms } else { claim(now_ms, 0).await.map_err(BookError::from)?.next_ms };
        let next = next.and_then(DateTime::from_timestamp_millis);
        done.next_due = next.into_iter().chain(lease_ends.map(|left| now + left)).min();
        Ok(done)
    }

    /// Makes a draft of a row, or drops the row.
    async fn draft(
        &self,
        row: Queued,
        jobs: &mut HashMap<Name, Option<Job>>,
        now: DateTime<Utc>,
        done: &mut Dispatched,
    ) -> Result<Option<Draft>, DispatchError> {
        let person = match self.book.person(row.stream).await {
            Ok(Some(person)) => person,
            Ok(None) => return self.drop_row(&row, "erased", done).await,
            // Nothing may be decided about this one; the others go on.
            Err(BookError::Stale | BookError::Seal(_)) => {
                done.held += 1;
                let due_ms = now.timestamp_millis() + ASK_AGAIN_MS;
                let again = OutboxChange::Move { message: row.message, due_ms, closes_ms: row.closes_ms };
                self.book.ledger().outbox(vec![again]).await.map_err(BookError::from)?;
                return Ok(None);
            }
            Err(error) => return Err(error.into()),
        };
        let Ok(plain) = person.unseal(&row.message.0, &row.payload) else {
            return self.drop_row(&row, "erased", done).await;
        };
        if row.job == *ANSWERS {
            return match minicbor::decode::<WaitingAnswer>(&plain) {
                Ok(waiting) => match answer(row.message, person, waiting) {
                    Some(draft) => Ok(Some(draft)),
                    None => self.drop_row(&row, "unreadable", done).await,
                },
                Err(_) => self.drop_row(&row, "unreadable", done).await,
            };
        }
        if !jobs.contains_key(&row.job) {
            let job = self.book.ledger().job(row.job.clone()).await.map_err(BookError::from)?;
            jobs.insert(row.job.clone(), job.and_then(|bytes| minicbor::decode(&bytes).ok()));
        }
        let body = String::from_utf8(plain).ok().and_then(|text| Body::new(text).ok());
        let (Some(Some(job)), Some(body)) = (jobs.get(&row.job), body) else {
            return self.drop_row(&row, "unreadable", done).await;
        };
        let over = now.timestamp_millis() >= job.ends_ms;
        let late = job.late == Late::Drop && now.timestamp_millis() - row.due_ms > LATE_MS;
        if over || late {
            let why = if over { Code::CampaignOver.code() } else { "late" };
            return self.drop_row(&row, why, done).await;
        }
        let Some(sender) = self.sender(&job.program, person.whereabouts.as_deref()) else {
            return self.drop_row(&row, "no_sender", done).await;
        };
        // It drew nothing, so it may not go now: it is judged at its next turn, until the campaign ends.
        if row.closes_ms <= now.timestamp_millis() {
            let (message, due_ms) = (row.message, row.due_ms);
            let again = OutboxChange::Move { message, due_ms, closes_ms: job.ends_ms };
            self.change_row(message, row.stream, again).await?;
            return Ok(None);
        }
        Ok(Some(Draft {
            message: row.message,
            program: job.program.clone(),
            source: job.name.clone(),
            step: 0,
            kind: job.kind,
            category: job.category.clone(),
            subject: job.subject.clone(),
            sender,
            body,
            until: DateTime::from_timestamp_millis(job.ends_ms),
            answers: None,
            queued: true,
            person,
        }))
    }

    fn sender(&self, program: &Name, whereabouts: Option<&Whereabouts>) -> Option<Name> {
        let program = self.programs.iter().find(|known| known.name() == program)?;
        let country = whereabouts.and_then(|w| w.places().first()).map(|place| place.country());
        program.sender_for(country).map(|sender| sender.id().clone())
    }

    async fn drop_row<T>(
        &self,
        row: &Queued,
        why: &'static str,
        done: &mut Dispatched,
    ) -> Result<Option<T>, DispatchError> {
        if self.change_row(row.message, row.stream, OutboxChange::Remove(row.message)).await? {
            *done.dropped.entry(why).or_default() += 1;
        }
        Ok(None)
    }

    /// Changes a row that did not start, in a commit at the version that says so. A claim runs out, so another
    /// worker may have started the message since: then its row must stay, marked as started, or nobody would look
    /// the message up if that worker died. Returns whether the change was made.
    async fn change_row(
        &self,
        message: MessageId,
        stream: RecipientId,
        change: OutboxChange,
    ) -> Result<bool, DispatchError> {
        let Some(mut person) = self.book.person(stream).await? else {
            self.book.ledger().outbox(vec![change]).await.map_err(BookError::from)?;
            return Ok(true);
        };
        let flies = person.state.sent(message).is_some_and(|sent| sent.outcome.is_none());
        person.change_outbox(if flies { OutboxChange::Start(message) } else { change });
        // A lost race leaves the row as it is: it comes back when the claim runs out.
        let written = self.book.write(person, Urgency::Normal).await?;
        Ok(!flies && matches!(written, Written::Done(_)))
    }

    /// Every sender with its throughput. What an older version queued without a sender draws on all of them.
    fn budgets(&self) -> Vec<SenderBudget> {
        let senders = self.programs.iter().flat_map(|program| program.senders());
        let mut listed: Vec<SenderBudget> = senders
            .map(|sender| {
                let allowance = Allowance::PerSecond(sender.per_second().get());
                let (name, unit) = (sender.id().clone(), Unit::Messages);
                let budgets = vec![Budget { name, unit, allowance, kept: 0 }];
                SenderBudget { sender: sender.id().clone(), budgets }
            })
            .collect();
        let all = listed.iter().flat_map(|sender| sender.budgets.iter().cloned()).collect();
        listed.extend(Name::new(UNSAID).ok().map(|sender| SenderBudget { sender, budgets: all }));
        listed
    }

    async fn reserve(
        &self,
        drafts: Vec<Draft>,
        now: DateTime<Utc>,
        done: &mut Dispatched,
    ) -> Result<(Vec<Going>, Mine<'_>), DispatchError> {
        let terms: HashMap<_, _> = drafts
            .iter()
            .map(|d| {
                let closes_ms = d.until.map_or(i64::MAX, |until| until.timestamp_millis());
                (d.message, (d.person.recipient, d.program.clone(), d.sender.clone(), closes_ms))
            })
            .collect();
        let mine = self.orphans.mine(terms.keys().copied().collect());
        let (mut going, mut changes, mut repeats) = (Vec::new(), Vec::new(), HashSet::new());
        for (message, reserved) in reserve(self.book, self.policy, drafts, now).await? {
            let Some((recipient, program, sender, closes_ms)) = terms.get(&message) else { continue };
            let closes_ms = *closes_ms;
            let change = match reserved {
                Reserved::Permit(permit, person) => {
                    let (program, sender) = (program.clone(), sender.clone());
                    going.push(Going { permit, person, program, sender, closes_ms });
                    continue;
                }
                Reserved::Held(decision) => held(message, closes_ms, &decision, now, done),
                Reserved::Duplicate => {
                    repeats.insert(message);
                    OutboxChange::Remove(message)
                }
            };
            changes.push((message, *recipient, change));
        }
        for (message, recipient, change) in changes {
            // The permits go on whatever becomes of these: the rows come back when the claim runs out.
            let changed = self.change_row(message, recipient, change).await.unwrap_or(false);
            if changed && repeats.contains(&message) {
                *done.dropped.entry("duplicate").or_default() += 1;
            }
        }
        Ok((going, mine))
    }

    async fn hand_over(&self, going: Vec<Going>, done: &mut Dispatched) -> Result<(), DispatchError> {
        let (mut calls, mut kept) = (Vec::with_capacity(going.len()), Vec::with_capacity(going.len()));
        for Going { permit, person, program, sender, closes_ms } in going {
            kept.push((permit.message(), person, program, sender, closes_ms));
            calls.push(self.gateway.send(permit, self.clock));
        }
        let answers: Vec<_> = join(calls)
            .await
            .into_iter()
            .zip(kept)
            .map(|(answered, (message, person, program, sender, closes_ms))| {
                match &answered {
                    Answered::Accepted(_) => done.accepted += 1,
                    Answered::Rejected(said) if said.permanent => done.refused += 1,
                    Answered::Rejected(_) => done.again += 1,
                    Answered::Unknown(_) => done.unknown += 1,
                }
                outcome::Answer { message, program, sender, answered, closes_ms, person }
            })
            .collect();
        if !answers.is_empty() {
            let at = self.clock.now().ok_or(DispatchError::NoClock)?;
            conclude(self.book, answers, at).await?;
        }
        Ok(())
    }

    /// Messages that somebody started and never concluded: after the lease they are looked up, or called unknown.
    /// Returns how long the first of the others still has.
    async fn recover(
        &self,
        now: DateTime<Utc>,
        done: &mut Dispatched,
    ) -> Result<Option<Duration>, DispatchError> {
        let started = self.book.ledger().started(WINDOW * 4).await.map_err(BookError::from)?;
        let (due, left) = self.orphans.due(&started, self.clock.monotonic());
        let mut answers = Vec::new();
        for row in due {
            let person = match self.book.person(row.stream).await {
                Ok(person) => person,
                Err(BookError::Stale | BookError::Seal(_)) => continue,
                Err(error) => return Err(error.into()),
            };
            let Some(person) = person else { continue };
            let Some(sent) = person.state.sent(row.message) else { continue };
            let (program, sender) = (sent.program.clone(), sent.sender.clone());
            let sought = Sought {
                message: row.message,
                number: self.book.number(&person)?,
                sender: sender.clone(),
                body: None,
                started: DateTime::from_timestamp_millis(sent.at_ms).unwrap_or(now),
            };
            let answered = match self.gateway.look_up(sought).await {
                LookUp::Found { id, .. } => {
                    done.found += 1;
                    Answered::accepted(id)
                }
                // The worker may be alive and late: only the gateway's word that it took nothing and never will
                // would be certain, and a request may still be on its way there.
                LookUp::NeverTaken | LookUp::CannotSay => {
                    done.unknown += 1;
                    Answered::Unknown(Uncertain::Orphaned)
                }
            };
            let person = Box::new(person);
            let (message, closes_ms) = (row.message, row.closes_ms);
            answers.push(outcome::Answer { message, program, sender, answered, closes_ms, person });
        }
        if !answers.is_empty() {
            conclude(self.book, answers, now).await?;
        }
        Ok(left)
    }
}

/// A message on its way out.
struct Going {
    permit: Permit,
    person: Box<Person>,
    program: Name,
    sender: Name,
    closes_ms: i64,
}

fn answer(message: MessageId, person: Person, waiting: WaitingAnswer) -> Option<Draft> {
    let asked = DateTime::from_timestamp_millis(waiting.asked_ms)?;
    Some(Draft {
        message,
        program: waiting.program,
        source: waiting.source,
        step: waiting.answer as u32,
        kind: Kind::Conversational,
        category: None,
        subject: None,
        sender: waiting.sender,
        body: Body::new(waiting.text).ok()?,
        until: None,
        answers: Some((waiting.answer, asked)),
        queued: true,
        person,
    })
}

/// What a refusal does to the row: moved to the moment it names, or dropped.
fn held(
    message: MessageId,
    closes_ms: i64,
    decision: &Decision,
    now: DateTime<Utc>,
    done: &mut Dispatched,
) -> OutboxChange {
    match decision.verdict {
        Verdict::Defer { until } => {
            done.held += 1;
            let again = now.timestamp_millis() + ASK_AGAIN_MS;
            let due_ms = until.map_or(again, |until| until.timestamp_millis());
            OutboxChange::Move { message, due_ms, closes_ms }
        }
        Verdict::Allow { .. } | Verdict::Deny => {
            let why = decision.reasons.first().map_or("unknown", |reason| reason.code.code());
            *done.dropped.entry(why).or_default() += 1;
            OutboxChange::Remove(message)
        }
    }
}

impl Orphans {
    fn mine(&self, messages: Vec<MessageId>) -> Mine<'_> {
        let mut mine = self.mine.lock().unwrap_or_else(PoisonError::into_inner);
        mine.extend(messages.iter().copied());
        Mine { orphans: self, messages }
    }

    /// Those that are not this process's own and have been seen for longer than the lease, and how long the
    /// first of the rest still has.
    fn due(&self, started: &[Queued], now: Duration) -> (Vec<Queued>, Option<Duration>) {
        let mine = self.mine.lock().unwrap_or_else(PoisonError::into_inner);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.retain(|message, _| started.iter().any(|row| row.message == *message));
        let (mut due, mut left): (_, Option<Duration>) = (Vec::new(), None);
        for row in started.iter().filter(|row| !mine.contains(&row.message)) {
            let first = *seen.entry(row.message).or_insert(now);
            match LEASE.checked_sub(now.saturating_sub(first)).filter(|rest| !rest.is_zero()) {
                Some(rest) => left = Some(left.map_or(rest, |left| left.min(rest))),
                None => due.push(row.clone()),
            }
        }
        (due, left)
    }
}

/// A batch could not be worked off. What was claimed comes back by itself; what had started is looked up later.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DispatchError {
    /// The ledger failed.
    #[error(transparent)]
    Book(#[from] BookError),
    /// Reserving failed.
    #[error(transparent)]
    Reserve(#[from] ReserveError),
    /// The clock cannot be read: everything waits.
    #[error("the clock cannot be read: everything waits")]
    NoClock,
}
