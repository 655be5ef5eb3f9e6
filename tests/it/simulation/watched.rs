//! The ledger under watch.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard},
    task::{Context, Poll},
};

use optin::{
    consent::{
        Basis, Event,
        event::{Outcome, Said},
    },
    id::{Hash, MessageId, Name, RecipientId},
    ledger::{
        Append, Appended, BacklogCell, Claim, Claimed, Envelope, Head, Keys, Ledger, LedgerError,
        MemoryLedger, OutboxChange, Queued, Row, StoredRecord, Urgency,
    },
    message::Kind,
};
use sha2::{Digest, Sha256};

use super::{
    dice::Dice,
    model::{Model, is_order, repeats},
};
use crate::fold::model::{Ask, is_open};

type Answer<T> = Result<T, LedgerError>;

#[derive(Debug, Clone)]
pub(super) struct Watched {
    inner: Arc<MemoryLedger>,
    seen: Arc<Mutex<Seen>>,
}

/// A row of the outbox, as far as it matters here.
#[derive(Debug, Clone)]
pub(super) struct Waiting {
    nth: u64,
    stream: RecipientId,
    job: Name,
}

impl Waiting {
    pub(super) const fn stream(&self) -> RecipientId {
        self.stream
    }

    pub(super) fn repeats(&self) -> bool {
        repeats(self.job.as_str())
    }

    pub(super) fn is_of(&self, program: &str) -> bool {
        self.job.as_str().starts_with(program)
    }
}

/// Everything that went through.
#[derive(Debug)]
pub(super) struct Seen {
    dice: Dice,
    /// Calls wait and fail.
    pub(super) rough: bool,
    faults: u64,
    stop_faults: u64,
    pub(super) model: Model,
    pub(super) outbox: BTreeMap<MessageId, Waiting>,
    /// Every message that was ever put there by a campaign.
    pub(super) launched: BTreeMap<MessageId, Waiting>,
    pub(super) dropped: BTreeMap<MessageId, bool>,
    /// How much was known of everybody when each worker's call began.
    begun: [Option<BTreeMap<RecipientId, usize>>; 2],
    puts: u64,
    /// Campaigns end; after that anything may be dropped.
    pub(super) over: bool,
    pub(super) wrong: Vec<String>,
    trace: Sha256,
    /// Prints what it notes.
    pub(super) aloud: bool,
}

impl Watched {
    pub(super) fn new(seed: u64, homes: Vec<usize>) -> Self {
        let mut dice = Dice::new(seed ^ 0x5EED);
        let (faults, stop_faults) = (dice.one_of(&[0, 0, 5, 15]), dice.one_of(&[0, 0, 150]));
        let seen = Seen {
            dice,
            rough: false,
            faults,
            stop_faults,
            model: Model::new(homes),
            outbox: BTreeMap::new(),
            launched: BTreeMap::new(),
            dropped: BTreeMap::new(),
            begun: [None, None],
            puts: 0,
            over: false,
            wrong: Vec::new(),
            trace: Sha256::new(),
            aloud: false,
        };
        Self { inner: Arc::new(MemoryLedger::new().unwrap()), seen: Arc::new(Mutex::new(seen)) }
    }

    pub(super) fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap()
    }

    /// Lets others go first, sometimes.
    fn step_back(&self) -> Pause {
        let mut seen = self.seen();
        let polls = if seen.rough && seen.dice.happens(250) { 1 + seen.dice.below(2) } else { 0 };
        Pause(polls)
    }

    fn fails(&self) -> Answer<()> {
        let faults = self.seen().faults;
        self.fails_by(faults)
    }

    fn fails_by(&self, faults: u64) -> Answer<()> {
        let mut seen = self.seen();
        if seen.rough && seen.dice.happens(faults) {
            return Err(LedgerError::Failed { what: "simulating", source: "lost".into() });
        }
        Ok(())
    }
}

struct Pause(usize);

impl Future for Pause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match self.0.checked_sub(1) {
            Some(left) => {
                self.0 = left;
                // A window polls only whoever asked for it.
                context.waker().wake_by_ref();
                Poll::Pending
            }
            None => Poll::Ready(()),
        }
    }
}

impl Seen {
    pub(super) fn note(&mut self, line: &str) {
        self.trace.update(line.as_bytes());
        self.trace.update(b"\n");
        if self.aloud {
            println!("{line}");
        }
    }

    pub(super) fn trace(&self) -> String {
        self.trace.clone().finalize().iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    fn record(&mut self, bytes: &[u8]) {
        let envelope = Envelope::from_bytes(bytes).unwrap();
        let Envelope { stream, seq, at_ms, event, .. } = &envelope;
        let detail = match event {
            Event::Started(e) => format!("{} {:?}", e.source.as_str().split('-').next().unwrap(), e.answer),
            Event::Concluded(e) => e.outcome.code().to_owned(),
            Event::Revoked(e) => format!("{} {}", e.said, e.acted_ms),
            Event::Restarted(e) => e.acted_ms.to_string(),
            _ => String::new(),
        };
        let (seq, at_ms, code, stream) = (*seq, *at_ms, event.code(), *stream);
        let wrong = self.model.record(envelope);
        let (leaf, person) = (self.model.leaves, self.model.person(stream));
        self.note(&format!("{leaf} {person:?} {seq} {at_ms} {code} {detail}"));
        self.wrong.extend(wrong);
    }

    /// A worker's call begins: it decides by nothing that is older.
    pub(super) fn begins(&mut self, worker: usize) {
        self.begun[worker] = Some(self.model.lengths());
    }

    pub(super) fn ends(&mut self, worker: usize) {
        self.begun[worker] = None;
    }

    /// A process hands a message over.
    pub(super) fn handed(&mut self, process: usize, message: MessageId) {
        let order = self.launched.get(&message).is_none_or(|waiting| is_order(waiting.job.as_str()));
        let kind = if order { Kind::Transactional } else { Kind::Marketing };
        let wrong = self.model.handed(process, message, kind);
        self.wrong.extend(wrong);
    }

    /// Tells messages of one moment apart by the order in which they were queued: by their ids, which are random,
    /// a seed would not replay.
    fn apart(&self, changes: &mut [OutboxChange]) {
        let mut puts = self.puts;
        for change in changes {
            match change {
                OutboxChange::Put(queued) => {
                    puts += 1;
                    queued.due_ms += i64::try_from(puts % 1_000).unwrap();
                }
                OutboxChange::Move { message, due_ms, .. } | OutboxChange::Again { message, due_ms, .. } => {
                    let nth = self.outbox.get(message).map_or(0, |waiting| waiting.nth % 1_000);
                    *due_ms = *due_ms - due_ms.rem_euclid(1_000) + i64::try_from(nth).unwrap();
                }
                OutboxChange::Start(_) | OutboxChange::Remove(_) => {}
            }
        }
    }

    fn change(&mut self, changes: &[OutboxChange]) {
        for change in changes {
            match change {
                OutboxChange::Put(queued) => {
                    self.puts += 1;
                    let (stream, job) = (queued.stream, queued.job.clone());
                    let waiting = Waiting { nth: self.puts, stream, job };
                    if waiting.job != *"optin.answers" {
                        self.launched.entry(queued.message).or_insert_with(|| waiting.clone());
                    }
                    self.outbox.entry(queued.message).or_insert(waiting);
                }
                OutboxChange::Remove(message) => {
                    // One that is given to another sender is put there again in the same breath.
                    let stays = changes.iter().any(
                        |change| matches!(change, OutboxChange::Put(queued) if queued.message == *message),
                    );
                    if let Some(waiting) = self.outbox.remove(message).filter(|_| !stays) {
                        self.removed(*message, &waiting);
                    }
                }
                OutboxChange::Move { .. } | OutboxChange::Again { .. } | OutboxChange::Start(_) => {}
            }
        }
    }

    /// A message of a campaign that leaves the outbox without having started must have had no leave at some moment since
    /// the call began that removes it: the decision is older than the removal.
    fn removed(&mut self, message: MessageId, waiting: &Waiting) {
        if self.model.has_started(message) || waiting.job == *"optin.answers" {
            return;
        }
        if is_order(waiting.job.as_str()) {
            self.dropped.insert(message, true);
            return;
        }
        let person = self.model.person(waiting.stream).unwrap();
        let program = Name::new(if waiting.is_of("club") { "club" } else { "soldes" }).unwrap();
        let sender = super::world::sender(program.as_str(), self.model.home(person));
        let story = self.model.story(person);
        let (events, at_ms) = (&story.events, *story.times.iter().max().unwrap());
        let known = |begun: &BTreeMap<_, _>| begun.get(&waiting.stream).copied().unwrap_or(0);
        let since = self.begun.iter().flatten().map(known).min().unwrap_or(events.len());
        let closed = (since..=events.len()).any(|upto| {
            let ask = Ask { program: &program, sender: &sender, category: None, at_ms };
            !is_open(&events[..upto], &ask)
        });
        // A consent that is younger than the decision: to a slow worker it lies in the future, and it has taken the
        // place of the one before.
        let young = events
            .iter()
            .rev()
            .take(8)
            .any(|event| matches!(event, Event::OptedIn(_) | Event::Confirmed(_) | Event::Imported(_)));
        let weak = self.model.home(person) != 0 && !is_written(events, &program);
        if !closed && !young && !weak && !self.over {
            let job = &waiting.job;
            self.wrong.push(format!("a message of {job} to person {person} was dropped for no reason"));
        }
        self.dropped.insert(message, closed);
    }
}

/// Whether a written consent to this program stands behind its last opening. Across the ocean nothing less carries
/// marketing, and a keyword without words beside it is less; after a STOP it wakes nothing greater.
fn is_written(events: &[Event], program: &Name) -> bool {
    let (mut written, mut stopped, mut asked) = (false, false, false);
    for event in events {
        let given = match event {
            Event::OptedIn(e) if e.program == *program => Some(e.grant.basis == Basis::ExpressWritten),
            Event::Asked(e) if e.program == *program => {
                asked = e.grant.basis == Basis::ExpressWritten;
                None
            }
            Event::Confirmed(e) if e.program == *program => Some(asked),
            Event::Imported(e) if e.program == *program && !stopped => {
                Some(written || e.grant.basis == Basis::ExpressWritten)
            }
            Event::Restarted(e) if e.program == *program => {
                stopped = false;
                None
            }
            Event::Revoked(e) => {
                stopped |= e.program.as_ref().is_none_or(|of| of == program) || e.said == Said::All;
                None
            }
            _ => None,
        };
        if let Some(by_writing) = given {
            written = by_writing || written && !stopped;
            stopped = false;
        }
    }
    written
}

impl Ledger for Watched {
    fn keys(&self) -> &Keys {
        self.inner.keys()
    }
    fn is_volatile(&self) -> bool {
        true
    }
    async fn find(&self, index: Vec<Hash>) -> Answer<Option<RecipientId>> {
        self.step_back().await;
        self.fails()?;
        self.inner.find(index).await
    }
    async fn read(&self, stream: RecipientId) -> Answer<Option<Row>> {
        self.step_back().await;
        self.fails()?;
        let row = self.inner.read(stream).await;
        self.step_back().await;
        row
    }
    async fn append(&self, mut items: Vec<Append>, urgency: Urgency) -> Answer<Vec<Appended>> {
        self.step_back().await;
        self.fails()?;
        if urgency == Urgency::Stop {
            let faults = self.seen().stop_faults;
            self.fails_by(faults)?;
        }
        items.iter_mut().for_each(|item| self.seen().apart(&mut item.outbox));
        let answers = self.inner.append(items.clone(), urgency).await?;
        {
            let mut seen = self.seen();
            for (item, answer) in items.iter().zip(&answers) {
                if let Appended::Done(_) = answer {
                    item.records.iter().for_each(|record| seen.record(&record.envelope));
                    seen.change(&item.outbox);
                }
            }
        }
        self.step_back().await;
        // Done, and the caller never learns of it.
        self.fails()?;
        Ok(answers)
    }
    async fn outbox(&self, mut changes: Vec<OutboxChange>) -> Answer<()> {
        self.step_back().await;
        self.fails()?;
        self.seen().apart(&mut changes);
        self.inner.outbox(changes.clone()).await?;
        self.seen().change(&changes);
        self.step_back().await;
        self.fails()
    }
    async fn claim(&self, claim: Claim) -> Answer<Claimed> {
        self.step_back().await;
        self.fails()?;
        let claimed = self.inner.claim(claim).await;
        self.step_back().await;
        claimed
    }
    async fn pause(&self, sender: Name, until_ms: i64) -> Answer<()> {
        self.step_back().await;
        self.fails()?;
        self.inner.pause(sender, until_ms).await
    }
    async fn backlog(&self, now_ms: i64, sender: Option<Name>) -> Answer<Vec<BacklogCell>> {
        self.inner.backlog(now_ms, sender).await
    }
    async fn late(&self, sender: Name, closes_ms: i64, limit: usize) -> Answer<Vec<Queued>> {
        self.inner.late(sender, closes_ms, limit).await
    }
    async fn started(&self, limit: usize) -> Answer<Vec<Queued>> {
        self.fails()?;
        let mut rows = self.inner.started(limit).await?;
        let seen = self.seen();
        rows.sort_by_key(|row| seen.outbox[&row.message].nth);
        Ok(rows)
    }
    async fn scan(&self, after: Option<RecipientId>, limit: usize) -> Answer<Vec<Row>> {
        self.inner.scan(after, limit).await
    }
    async fn records(&self, stream: RecipientId, from: u64, limit: usize) -> Answer<Vec<StoredRecord>> {
        self.inner.records(stream, from, limit).await
    }
    async fn log(&self, after: u64, limit: usize) -> Answer<Vec<StoredRecord>> {
        self.inner.log(after, limit).await
    }
    async fn head(&self) -> Answer<Head> {
        self.inner.head().await
    }
    async fn waiting(&self, job: Option<Name>) -> Answer<(u64, Option<i64>)> {
        self.inner.waiting(job).await
    }
    async fn put_job(&self, job: Name, weight: u32, definition: Vec<u8>) -> Answer<()> {
        self.fails()?;
        self.inner.put_job(job, weight, definition).await
    }
    async fn job(&self, job: Name) -> Answer<Option<Vec<u8>>> {
        self.inner.job(job).await
    }
    async fn nodes(&self, level: u8, from: u64, limit: usize) -> Answer<Vec<Hash>> {
        self.inner.nodes(level, from, limit).await
    }
    async fn put_nodes(&self, level: u8, from: u64, hashes: Vec<Hash>) -> Answer<()> {
        self.fails()?;
        self.inner.put_nodes(level, from, hashes).await
    }
    async fn keep(&self, key: Name, bytes: Vec<u8>) -> Answer<()> {
        self.fails()?;
        self.inner.keep(key, bytes).await
    }
    async fn kept(&self, key: Name) -> Answer<Option<Vec<u8>>> {
        self.inner.kept(key).await
    }
    async fn rekey(&self, from: Hash, to: Hash) -> Answer<bool> {
        self.fails()?;
        self.inner.rekey(from, to).await
    }
}

/// Messages of campaigns that started and of which nobody knows.
pub(super) fn unknown(seen: &Seen) -> usize {
    let last =
        |(message, waiting): (&MessageId, &Waiting)| seen.model.stories[&waiting.stream].last_try(*message);
    let unknown = seen.launched.iter().filter_map(last);
    unknown.filter(|(_, outcome)| *outcome == Some(Outcome::Unknown)).count()
}
