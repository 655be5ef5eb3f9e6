//! The ledger under watch.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard},
    task::{Context, Poll},
};

use optin::{
    consent::Event,
    id::{Hash, MessageId, Name, RecipientId},
    ledger::{
        Append, Appended, BacklogCell, Claim, Claimed, Envelope, Head, Keys, Ledger, LedgerError,
        MemoryLedger, OutboxChange, Queued, Row, StoredRecord, Urgency,
    },
    message::Kind,
};
use sha2::{Digest, Sha256};

use super::{dice::Dice, oracle};
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
    /// People in the order of their opening, and where they live.
    pub(super) people: Vec<RecipientId>,
    pub(super) homes: Vec<usize>,
    pub(super) events: HashMap<RecipientId, Vec<Event>>,
    pub(super) times: HashMap<RecipientId, Vec<i64>>,
    pub(super) leaves: u64,
    /// The leaf of each message's last start.
    pub(super) starts: HashMap<MessageId, u64>,
    pub(super) outbox: BTreeMap<MessageId, Waiting>,
    /// Every message that was ever put there by a campaign.
    pub(super) launched: BTreeMap<MessageId, Waiting>,
    pub(super) dropped: BTreeMap<MessageId, bool>,
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
        let faults = dice.one_of(&[0, 0, 5, 15]);
        let seen = Seen {
            dice,
            rough: false,
            faults,
            people: Vec::new(),
            homes,
            events: HashMap::new(),
            times: HashMap::new(),
            leaves: 0,
            starts: HashMap::new(),
            outbox: BTreeMap::new(),
            launched: BTreeMap::new(),
            dropped: BTreeMap::new(),
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
        let mut seen = self.seen();
        let faults = seen.faults;
        if seen.rough && seen.dice.happens(faults) {
            return Err(LedgerError::Failed { what: "simulating", source: "lost".into() });
        }
        Ok(())
    }
}

struct Pause(usize);

impl Future for Pause {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        match self.0.checked_sub(1) {
            Some(left) => {
                self.0 = left;
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

    pub(super) fn person(&self, stream: RecipientId) -> Option<usize> {
        self.people.iter().position(|known| *known == stream)
    }

    fn record(&mut self, bytes: &[u8]) {
        let Envelope { stream, seq, at_ms, event, .. } = Envelope::from_bytes(bytes).unwrap();
        self.leaves += 1;
        if seq == 1 && stream != RecipientId::HOUSE {
            self.people.push(stream);
        }
        let person = self.person(stream);
        let detail = match &event {
            Event::Started(e) => format!("{} {:?}", e.source.as_str().split('-').next().unwrap(), e.answer),
            Event::Concluded(e) => e.outcome.code().to_owned(),
            Event::Revoked(e) => format!("{} {}", e.said, e.acted_ms),
            Event::Restarted(e) => e.acted_ms.to_string(),
            _ => String::new(),
        };
        self.note(&format!("{} {person:?} {seq} {at_ms} {} {detail}", self.leaves, event.code()));
        let (events, times) = (self.events.entry(stream).or_default(), self.times.entry(stream).or_default());
        if let (Event::Started(started), Some(person)) = (&event, person) {
            self.starts.insert(started.message, self.leaves);
            if let Some(what) = oracle::objection(self.homes[person], events, times, started, at_ms) {
                self.wrong.push(format!("record {}, person {person}: {what}", self.leaves));
            }
        }
        events.push(event);
        times.push(at_ms);
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
                    if let Some(waiting) = self.outbox.remove(message) {
                        self.removed(*message, &waiting);
                    }
                }
                OutboxChange::Move { .. } | OutboxChange::Again { .. } | OutboxChange::Start(_) => {}
            }
        }
    }

    /// A message of a campaign that leaves the outbox without having started must have had no leave, just now or
    /// a few records ago: the decision is older than the removal.
    fn removed(&mut self, message: MessageId, waiting: &Waiting) {
        if self.starts.contains_key(&message) || waiting.job == *"optin.answers" {
            return;
        }
        let person = self.person(waiting.stream).unwrap();
        let program = Name::new(if waiting.is_of("club") { "club" } else { "soldes" }).unwrap();
        let sender = super::world::sender(program.as_str(), self.homes[person]);
        let events = &self.events[&waiting.stream];
        let at_ms = *self.times[&waiting.stream].iter().max().unwrap();
        let closed = (0..8).any(|back| {
            let ask = Ask { program: &program, sender: &sender, category: None, at_ms };
            !is_open(&events[..events.len().saturating_sub(back)], &ask)
        });
        // A consent that is younger than the decision: to a slow worker it lies in the future, and it has taken the
        // place of the one before.
        let young = events
            .iter()
            .rev()
            .take(8)
            .any(|event| matches!(event, Event::OptedIn(_) | Event::Confirmed(_) | Event::Imported(_)));
        if !closed && !young && !self.over {
            self.wrong.push(format!("a message to person {person} was dropped for no reason"));
        }
        self.dropped.insert(message, closed);
    }
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
}

/// Messages that started and of which nobody knows.
pub(super) fn unknown(seen: &Seen) -> usize {
    let all = seen.events.values().flatten();
    let marketing = |event: &&Event| matches!(event, Event::Started(e) if e.kind == Kind::Marketing);
    all.filter(marketing)
        .filter(|event| {
            let Event::Started(e) = event else { return false };
            let stream = seen.launched[&e.message].stream;
            let last = oracle::last_try(&seen.events[&stream], &seen.times[&stream], e.message);
            last.is_some_and(|(_, outcome)| outcome == Some(optin::consent::event::Outcome::Unknown))
        })
        .count()
}
