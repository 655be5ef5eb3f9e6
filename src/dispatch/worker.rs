use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration,
};

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::{
    drafting::ASK_AGAIN_MS,
    flights::{Flights, Mine},
    join::join,
    outcome::{self, Doubt, conclude},
    queue::Queue,
};
use crate::{
    campaign::DynRelevance,
    clock::Clock,
    content::Lint,
    gateway::{Answered, DynGateway, Refusal},
    id::{MessageId, Name, RecipientId},
    inbound::Unstored,
    ledger::{Book, BookError, BoxFuture, Claim, Lane, OutboxChange, Person, Urgency, Written},
    message::Kind,
    permit::{Draft, Permit, ReserveError, Reserved, reserve},
    policy::{Decision, Policy, Verdict},
    program::Program,
};

/// The most messages that one worker holds in flight.
pub(super) const WINDOW: usize = 64;
/// Other workers leave a claimed row alone for so long.
const CLAIM: Duration = Duration::from_secs(60);

/// How much one call of `dispatch` does.
#[derive(Debug, Clone, Copy)]
pub struct Batch {
    limit: usize,
    marketing: bool,
}

impl Default for Batch {
    fn default() -> Self {
        Self { limit: WINDOW, marketing: true }
    }
}

impl Batch {
    /// At most `limit` messages, and never more than 64: a crash leaves at most one batch unknown.
    #[must_use]
    pub fn of(limit: usize) -> Self {
        Self { limit: limit.clamp(1, WINDOW), ..Self::default() }
    }

    /// Answers, one-time codes and transactional messages only. A second loop that asks for these never waits
    /// for the gateway to take a batch of marketing.
    #[must_use]
    pub fn urgent() -> Self {
        Self { marketing: false, ..Self::default() }
    }
}

/// What one call of `dispatch` came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dispatched {
    /// Taken by the gateway.
    pub accepted: u64,
    /// Refused by the gateway for good.
    pub refused: u64,
    /// Certainly not taken this time: asked again later.
    pub again: u64,
    /// Nobody knows.
    pub unknown: u64,
    /// Messages of which nobody knew, looked up and found taken.
    pub found: u64,
    /// Held until a later moment.
    pub held: u64,
    /// Came more than an hour after their planned moment, and were judged again as of now.
    pub late: u64,
    /// Not sent, by the first reason's code; `late` for what an outage made too late, `duplicate` for repeats.
    pub dropped: BTreeMap<&'static str, u64>,
    /// When there will be something to do; `None` if nothing waits.
    pub next_due: Option<DateTime<Utc>>,
}

impl Dispatched {
    fn add(&mut self, other: Self) {
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.again += other.again;
        self.unknown += other.unknown;
        self.found += other.found;
        self.held += other.held;
        self.late += other.late;
        for (why, count) in other.dropped {
            *self.dropped.entry(why).or_default() += count;
        }
    }

    fn count(&mut self, answered: &Answered) {
        match answered {
            Answered::Accepted(_) => self.accepted += 1,
            Answered::Rejected(said) if said.permanent => self.refused += 1,
            Answered::Rejected(_) => self.again += 1,
            Answered::Unknown(_) => self.unknown += 1,
        }
    }
}

/// Everything that a worker needs for one batch.
pub(crate) struct Worker<'a> {
    pub(crate) book: &'a Book,
    pub(crate) policy: &'a Policy,
    pub(crate) programs: &'a [Program],
    pub(crate) lint: &'a Lint,
    pub(crate) gateway: &'a dyn DynGateway,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) flights: &'a Flights,
    pub(crate) queue: &'a Queue,
    pub(crate) unstored: &'a Unstored,
    pub(crate) guards: &'a [(Name, Box<dyn DynRelevance>)],
}

impl Worker<'_> {
    pub(crate) async fn run(&self, batch: Batch) -> Result<Dispatched, DispatchError> {
        let mut done = Dispatched::default();
        let Some(now) = self.clock.now() else { return Err(DispatchError::NoClock) };
        self.recover(now, &mut done).await?;
        let now_ms = now.timestamp_millis();
        let until_ms = now_ms + i64::try_from(CLAIM.as_millis()).unwrap_or(0);
        let may = |lane: &&Lane| **lane != Lane::Marketing || (batch.marketing && !self.unstored.any());
        let lanes = Lane::ALL.iter().filter(may).copied().collect();
        let rows = self.book.ledger().claim(Claim { now_ms, limit: batch.limit, lanes, until_ms }).await;
        let rows = rows.map_err(BookError::from)?;
        let jobs = self.jobs(&rows).await?;
        let draft = |row| -> BoxFuture<'_, _> { Box::pin(self.draft(row, &jobs, now)) };
        let mut drafts = Vec::with_capacity(rows.len());
        for drafted in join(rows.iter().map(draft).collect()).await {
            let (draft, came) = drafted?;
            drafts.extend(draft);
            done.add(came);
        }
        let drafts = self.pace(drafts, now).await?;
        // Ends with this call, even if its future is dropped: what is unresolved then is anybody's to look up.
        let (going, mine) = self.reserve(drafts, now, &mut done).await?;
        self.hand_over(going, &mine, &mut done).await?;
        drop(mine);
        let lease_ends = self.lease_ends().await?;
        let (_, next) = self.book.ledger().waiting(None).await.map_err(BookError::from)?;
        let next = next.and_then(DateTime::from_timestamp_millis);
        done.next_due = next.into_iter().chain(lease_ends.map(|left| now + left)).min();
        Ok(done)
    }

    /// Changes a row that did not start, in a commit at the version that says so. A claim runs out, so another
    /// worker may have started the message since: then its row must stay, marked as started, or nobody would look
    /// the message up if that worker died. Returns whether the change was made.
    pub(super) async fn change_row(
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

    /// Draws from each sender's budget, which all processes share. What gets nothing waits.
    async fn pace(&self, drafts: Vec<Draft>, now: DateTime<Utc>) -> Result<Vec<Draft>, DispatchError> {
        let mut by_sender: BTreeMap<Name, Vec<Draft>> = BTreeMap::new();
        for draft in drafts {
            by_sender.entry(draft.sender.clone()).or_default().push(draft);
        }
        let (mut paced, mut waits) = (Vec::new(), Vec::new());
        for (sender, mut drafts) in by_sender {
            let known = self.programs.iter().flat_map(|p| p.senders()).find(|known| *known.id() == sender);
            let per_second = known.map_or(1, |known| known.per_second().get());
            let wanted = u32::try_from(drafts.len()).unwrap_or(u32::MAX);
            let now_ms = now.timestamp_millis();
            let drawn =
                self.book.ledger().draw(sender, per_second, wanted, now_ms).await.map_err(BookError::from)?;
            let granted = usize::try_from(drawn.granted).unwrap_or(0).min(drafts.len());
            let rest = drafts.split_off(granted);
            paced.extend(drafts);
            waits.extend(
                rest.into_iter()
                    .map(|draft| OutboxChange::Move(draft.message, drawn.next_ms.max(now_ms + 1))),
            );
        }
        if !waits.is_empty() {
            self.book.ledger().outbox(waits).await.map_err(BookError::from)?;
        }
        Ok(paced)
    }

    async fn reserve(
        &self,
        drafts: Vec<Draft>,
        now: DateTime<Utc>,
        done: &mut Dispatched,
    ) -> Result<(Vec<Going>, Mine<'_>), DispatchError> {
        let terms: HashMap<_, _> = drafts.iter().map(|draft| (draft.message, Terms::of(draft))).collect();
        let mine = self.flights.take(terms.keys().copied().collect());
        let leeway = self.queue.leeway(&self.gateway.capabilities());
        let (mut going, mut changes, mut repeats) = (Vec::new(), Vec::new(), HashSet::new());
        for (message, reserved) in reserve(self.book, self.policy, drafts, leeway, now).await? {
            let Some(terms) = terms.get(&message) else { continue };
            let change = match reserved {
                Reserved::Permit(permit, person) => {
                    going.push(Going { permit, person, terms: terms.clone() });
                    continue;
                }
                Reserved::Held(decision) => held(message, &decision, now, done),
                Reserved::Duplicate => {
                    repeats.insert(message);
                    OutboxChange::Remove(message)
                }
            };
            changes.push((message, terms.recipient, change));
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

    /// Hands everything over at once. Each outcome is on record as soon as it is known.
    async fn hand_over(
        &self,
        going: Vec<Going>,
        mine: &Mine<'_>,
        done: &mut Dispatched,
    ) -> Result<(), DispatchError> {
        let hand = |going| -> BoxFuture<'_, _> { Box::pin(self.hand(going, mine)) };
        let mut failed = None;
        for handed in join(going.into_iter().map(hand).collect()).await {
            let (answered, recorded) = handed;
            done.count(&answered);
            failed = failed.or(recorded.err());
        }
        failed.map_or(Ok(()), Err)
    }

    async fn hand(&self, going: Going, mine: &Mine<'_>) -> (Answered, Result<(), DispatchError>) {
        let Going { permit, person, terms } = going;
        let message = permit.message();
        let stopped = match self.book.number(&person) {
            Ok(number) => self.unstored.reaches(number),
            Err(_) => true,
        };
        let answered = if stopped || (terms.kind == Kind::Marketing && self.unstored.any()) {
            // Never opened, so certainly not taken.
            drop(permit);
            Answered::rejected(Refusal::Unavailable)
        } else {
            self.gateway.send(permit, self.clock).await
        };
        let Terms { program, sender, repeats, .. } = terms;
        let doubt = match (repeats, self.gateway.capabilities().look_up) {
            (_, true) => Doubt::Ask,
            (true, false) => Doubt::Repeat,
            (false, false) => Doubt::Leave,
        };
        let answer = outcome::Answer { message, program, sender, answered: answered.clone(), doubt, person };
        let recorded = match self.clock.now() {
            Some(at) => conclude(self.book, answer, at).await.map_err(DispatchError::from),
            None => Err(DispatchError::NoClock),
        };
        mine.land(message);
        (answered, recorded)
    }
}

/// What recording an outcome needs to know of a draft.
#[derive(Debug, Clone)]
struct Terms {
    recipient: RecipientId,
    program: Name,
    sender: Name,
    kind: Kind,
    repeats: bool,
}

impl Terms {
    fn of(draft: &Draft) -> Self {
        Self {
            recipient: draft.person.recipient,
            program: draft.program.clone(),
            sender: draft.sender.clone(),
            kind: draft.kind,
            repeats: draft.repeats,
        }
    }
}

/// A message on its way out.
struct Going {
    permit: Permit,
    person: Box<Person>,
    terms: Terms,
}

/// What a refusal does to the row: moved to the moment it names, or dropped.
fn held(message: MessageId, decision: &Decision, now: DateTime<Utc>, done: &mut Dispatched) -> OutboxChange {
    match decision.verdict {
        Verdict::Defer { until } => {
            done.held += 1;
            let again = now.timestamp_millis() + ASK_AGAIN_MS;
            OutboxChange::Move(message, until.map_or(again, |until| until.timestamp_millis()))
        }
        Verdict::Allow { .. } | Verdict::Deny => {
            let why = decision.reasons.first().map_or("unknown", |reason| reason.code.code());
            *done.dropped.entry(why).or_default() += 1;
            OutboxChange::Remove(message)
        }
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
