use std::{
    collections::{BTreeMap, HashMap, HashSet},
    time::Duration,
};

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::{
    drafting::{ASK_AGAIN, GUARD_AGAIN},
    flights::{Flights, Mine},
    join::join,
    outcome::{self, Doubt, conclude},
    queue::Queue,
    rebalance::Looked,
};
use crate::{
    campaign::{DynRelevance, Late},
    clock::Clock,
    content::Lint,
    gateway::{Answered, DynGateway, Refusal},
    id::{MessageId, Name, RecipientId},
    inbound::Unstored,
    ledger::{Book, BookError, BoxFuture, Claim, Lane, OutboxChange, Person, Queued, Urgency, Written},
    message::Kind,
    permit::{Draft, Permit, ReserveError, Reserved, reserve},
    policy::{Code, Decision, Facts, Policy, Request, Verdict},
    program::Program,
    sync::Current,
};

/// The most messages that one worker holds in flight.
pub(super) const WINDOW: usize = 64;
/// Other workers leave a claimed row alone for so long.
const CLAIM: Duration = Duration::from_secs(60);

/// What comes within so many milliseconds is waited for, and goes together.
const BUNDLE_MS: i64 = 20;

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

    /// Answers, one-time codes and transactional messages only. A loop of its own for these never waits for the
    /// gateway to take a batch of marketing; it looks nothing up, so it goes beside a loop with the default.
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
    /// Moved to a later window before they started, because this one has no room left for them.
    pub moved: u64,
    /// Came more than an hour after their planned moment, and were judged again as of now.
    pub late: u64,
    /// Not sent, by the first reason's code; `late` for what an outage made too late, `duplicate` for repeats.
    pub dropped: BTreeMap<&'static str, u64>,
    /// Whether a checkpoint was due, and what became of it.
    pub checkpoint: Checkpointing,
    /// When there will be something to do; `None` if nothing waits.
    pub next_due: Option<DateTime<Utc>>,
}

/// What became of the checkpoint that a `dispatch` takes when one is due.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Checkpointing {
    /// None was due.
    #[default]
    NotDue,
    /// It is on record, and where its anchor is, if there is one.
    Done,
    /// It is on record, and its anchor does not hold it.
    NotAnchored,
    /// There is none: ask for one, and its error says why.
    Failed,
}

impl Dispatched {
    pub(super) fn add(&mut self, other: Self) {
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.again += other.again;
        self.unknown += other.unknown;
        self.found += other.found;
        self.held += other.held;
        self.moved += other.moved;
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
    /// Asked anew for each window: what was loaded meanwhile counts.
    pub(crate) policy: &'a Current<Policy>,
    pub(crate) programs: &'a [Program],
    pub(crate) lint: &'a Lint,
    pub(crate) gateway: &'a dyn DynGateway,
    pub(crate) clock: &'a dyn Clock,
    pub(crate) flights: &'a Flights,
    pub(crate) queue: &'a Queue,
    pub(crate) looked: &'a Looked,
    pub(crate) unstored: &'a Unstored,
    pub(crate) guards: &'a [(Name, Box<dyn DynRelevance>)],
    /// Nothing leaves but confirmations of STOP.
    pub(crate) only_stops: bool,
}

impl DispatchError {
    /// Whether only one person's records cannot be read: nothing may be decided about that one, the others go on.
    pub(super) const fn lies_with_one(&self) -> bool {
        matches!(self, Self::Book(BookError::Stale | BookError::Seal(_) | BookError::Envelope(_)))
    }
}

impl Worker<'_> {
    pub(crate) async fn run(&self, batch: Batch) -> Result<Dispatched, DispatchError> {
        let mut done = Dispatched::default();
        let Some(now) = self.clock.now() else { return Err(DispatchError::NoClock) };
        if batch.marketing && !self.only_stops {
            // Neither is urgent, and both may take a while.
            self.recover(now, &mut done).await?;
            self.rebalance(now, &mut done).await?;
        }
        let now_ms = now.timestamp_millis();
        let until_ms = now_ms + i64::try_from(CLAIM.as_millis()).unwrap_or(0);
        let may = |lane: &&Lane| match lane {
            Lane::Urgent => true,
            _ if self.only_stops => false,
            Lane::Marketing => batch.marketing && !self.unstored.any(),
            Lane::Transactional => true,
        };
        let (lanes, senders) = (Lane::ALL.iter().filter(may).copied().collect(), self.budgets(now));
        let claim = Claim { now_ms, until_ms, limit: batch.limit, lanes, senders };
        let asks = Claim { limit: 0, ..claim.clone() };
        let claimed = self.book.ledger().claim(claim).await.map_err(BookError::from)?;
        let (rows, mut next) = (claimed.rows, claimed.next_ms);
        let jobs = self.jobs(&rows).await?;
        let draft = |row| -> BoxFuture<'_, _> { Box::pin(self.draft(row, &jobs, now)) };
        let mut drafts = Vec::with_capacity(rows.len());
        for drafted in join(rows.iter().map(draft).collect()).await {
            let (draft, came) = drafted?;
            drafts.extend(draft);
            done.add(came);
        }
        // Ends with this call, even if its future is dropped: what is unresolved then is anybody's to look up.
        let drops = |row: &&Queued| matches!(jobs.get(&row.job), Some(Some(job)) if job.late == Late::Drop);
        let drops: HashSet<_> = rows.iter().filter(drops).map(|row| row.message).collect();
        let (going, mine) = self.reserve(drafts, &drops, now, &mut done).await?;
        self.hand_over(going, &mine, &mut done).await?;
        drop(mine);
        let lease_ends = self.lease_ends().await?;
        if !rows.is_empty() {
            // What was taken may wait again, so it is asked anew.
            next = self.book.ledger().claim(asks).await.map_err(BookError::from)?.next_ms;
        }
        // At five hundred a second each slot would be a commit of its own.
        let next = next.map(|next| if next > now_ms { next.max(now_ms + BUNDLE_MS) } else { next });
        // Marketing that waits for a STOP to be stored was not asked for.
        let wishes = self.unstored.any().then_some(now + GUARD_AGAIN);
        done.next_due = next
            .and_then(DateTime::from_timestamp_millis)
            .into_iter()
            .chain(wishes)
            .chain(lease_ends.map(|left| now + left))
            .min();
        Ok(done)
    }

    /// Changes a row that did not start, in a commit at the version that says so. A claim runs out, so another
    /// worker may have started the message since: then its row must stay, marked as started, or nobody would look
    /// the message up if that worker died. Returns whether the change was made.
    pub(super) async fn change_row(
        &self,
        message: MessageId,
        stream: RecipientId,
        change: impl FnOnce(&Person) -> Vec<OutboxChange>,
    ) -> Result<bool, DispatchError> {
        let Some(mut person) = self.book.person(stream).await? else {
            let gone = vec![OutboxChange::Remove(message)];
            self.book.ledger().outbox(gone).await.map_err(BookError::from)?;
            return Ok(true);
        };
        let flies = person.state.sent(message).is_some_and(|sent| sent.outcome.is_none());
        let changes = if flies { vec![OutboxChange::Start(message)] } else { change(&person) };
        if changes.is_empty() {
            return Ok(false);
        }
        changes.into_iter().for_each(|change| person.change_outbox(change));
        // A lost race leaves the row as it is: it comes back when the claim runs out.
        let written = self.book.write(person, Urgency::Normal).await?;
        Ok(!flies && matches!(written, Written::Done(_)))
    }

    async fn reserve(
        &self,
        drafts: Vec<Draft>,
        drops: &HashSet<MessageId>,
        now: DateTime<Utc>,
        done: &mut Dispatched,
    ) -> Result<(Vec<Going>, Mine<'_>), DispatchError> {
        let terms: HashMap<_, _> = drafts.iter().map(|draft| (draft.message, Terms::of(draft))).collect();
        let mine = self.flights.take(terms.keys().copied().collect());
        let leeway = self.queue.leeway(&self.gateway.capabilities());
        let (mut going, mut changes, mut repeats) = (Vec::new(), Vec::new(), HashSet::new());
        for (message, reserved) in reserve(self.book, &self.policy.now(), drafts, leeway, now).await? {
            let Some(terms) = terms.get(&message) else { continue };
            match reserved {
                Reserved::Permit(permit, person) => {
                    going.push(Going { permit, person, terms: terms.clone() })
                }
                Reserved::Held(decision) if drops.contains(&message) && is_closing(&decision) => {
                    *done.dropped.entry("late").or_default() += 1;
                    changes.push((message, terms, None));
                }
                Reserved::Held(decision) => changes.push((message, terms, held(&decision, now, done))),
                Reserved::Duplicate => {
                    repeats.insert(message);
                    changes.push((message, terms, None));
                }
            }
        }
        for (message, terms, until) in changes {
            let change = |person: &Person| match until {
                Some(due) => vec![self.later(message, terms, person, due)],
                None => vec![OutboxChange::Remove(message)],
            };
            // The permits go on whatever becomes of these: the rows come back when the claim runs out.
            let changed = self.change_row(message, terms.recipient, change).await.unwrap_or(false);
            if changed && repeats.contains(&message) {
                *done.dropped.entry("duplicate").or_default() += 1;
            }
        }
        Ok((going, mine))
    }

    /// Puts a message off until then, and says when that window of the person's closes.
    fn later(&self, message: MessageId, terms: &Terms, person: &Person, due: DateTime<Utc>) -> OutboxChange {
        let request = Request {
            program: &terms.program,
            kind: terms.kind,
            category: terms.category.as_ref(),
            subject: terms.subject.as_ref(),
            sender: Some(&terms.sender),
        };
        let closes = self.closes(person, request, due, terms.until);
        OutboxChange::Move { message, due_ms: due.timestamp_millis(), closes_ms: closes }
    }

    /// When a message that is due then must be handed over, Unix milliseconds: before the person's window closes,
    /// or the campaign ends.
    pub(super) fn closes(
        &self,
        person: &Person,
        request: Request<'_>,
        due: DateTime<Utc>,
        until: Option<DateTime<Utc>>,
    ) -> i64 {
        let window = person.whereabouts.as_ref().and_then(|whereabouts| {
            let facts = Facts { whereabouts, state: &person.state };
            match self.policy.now().decide(facts, request, due).verdict {
                Verdict::Allow { not_after } => not_after,
                Verdict::Defer { .. } | Verdict::Deny => None,
            }
        });
        let ends = [window, until].into_iter().flatten().filter(|ends| *ends > due).min();
        ends.map_or(i64::MAX, |ends| ends.timestamp_millis())
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
        let (message, closes_ms) = (permit.message(), permit.not_after().timestamp_millis());
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
        let answer = outcome::Answer {
            message,
            program,
            sender: sender.clone(),
            answered: answered.clone(),
            doubt,
            closes_ms,
            person,
        };
        let recorded = match self.clock.now() {
            Some(at) => self.record(answer, &sender, &answered, at).await,
            None => Err(DispatchError::NoClock),
        };
        mine.land(message);
        (answered, recorded)
    }

    async fn record(
        &self,
        answer: outcome::Answer,
        sender: &Name,
        answered: &Answered,
        at: DateTime<Utc>,
    ) -> Result<(), DispatchError> {
        conclude(self.book, answer, at).await?;
        match answered {
            Answered::Rejected(said) if !said.permanent => self.pause(sender, said, at).await,
            _ => Ok(()),
        }
    }
}

/// What recording an outcome needs to know of a draft.
#[derive(Debug, Clone)]
struct Terms {
    recipient: RecipientId,
    program: Name,
    sender: Name,
    kind: Kind,
    category: Option<Name>,
    subject: Option<Name>,
    until: Option<DateTime<Utc>>,
    repeats: bool,
}

impl Terms {
    fn of(draft: &Draft) -> Self {
        Self {
            recipient: draft.person.recipient,
            program: draft.program.clone(),
            sender: draft.sender.clone(),
            kind: draft.kind,
            category: draft.category.clone(),
            subject: draft.subject.clone(),
            until: draft.until,
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

fn is_closing(decision: &Decision) -> bool {
    decision.reasons.first().is_some_and(|reason| reason.code == Code::WindowClosing)
}

/// Until when a refusal puts the row off; `None` drops it.
fn held(decision: &Decision, now: DateTime<Utc>, done: &mut Dispatched) -> Option<DateTime<Utc>> {
    match decision.verdict {
        Verdict::Defer { until } => {
            done.held += 1;
            Some(until.unwrap_or(now + ASK_AGAIN))
        }
        Verdict::Allow { .. } | Verdict::Deny => {
            let why = decision.reasons.first().map_or("unknown", |reason| reason.code.code());
            *done.dropped.entry(why).or_default() += 1;
            None
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
