use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    convert::Infallible,
};

use super::{
    budget::Level,
    claim::{Head, Picked, Share, Shelves, Turn, holding, minute, pick},
    store::Append,
    waiting::{BacklogCell, Claim, Claimed, Lane, OutboxChange, Queued, starts_what_waits},
};
use crate::id::{MessageId, Name, RecipientId};

/// The outbox of the memory ledger: small and obvious, so that the others can be held against it.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    rows: BTreeMap<MessageId, Waiting>,
    jobs: HashMap<Name, Job>,
    levels: HashMap<Name, Level>,
    turns: HashMap<Name, Turn>,
    /// By sender and job.
    tags: HashMap<(Name, Name), i64>,
}

#[derive(Debug)]
struct Waiting {
    queued: Queued,
    /// Until when somebody holds it.
    claimed_ms: Option<i64>,
    started: bool,
}

#[derive(Debug)]
struct Job {
    weight: u32,
    definition: Vec<u8>,
}

impl Waiting {
    fn of(queued: Queued) -> Self {
        Self { queued, claimed_ms: None, started: false }
    }

    fn put_off(&mut self, due_ms: i64, closes_ms: i64) {
        (self.queued.due_ms, self.queued.closes_ms) = (due_ms, closes_ms);
        self.claimed_ms = None;
    }
}

impl Shelf {
    /// Whether everything that this append starts waits, or has started.
    pub(super) fn may_start(&self, item: &Append) -> bool {
        let found: Result<bool, Infallible> =
            starts_what_waits(item, |message| Ok(self.rows.get(&message).map(|row| row.queued.stream)));
        let Ok(may) = found;
        may
    }

    pub(super) fn change(&mut self, changes: Vec<OutboxChange>) {
        for change in changes {
            match change {
                OutboxChange::Put(queued) => {
                    self.rows.entry(queued.message).or_insert_with(|| Waiting::of(queued));
                }
                OutboxChange::Move { message, due_ms, closes_ms } => {
                    if let Some(row) = self.rows.get_mut(&message).filter(|row| !row.started) {
                        row.put_off(due_ms, closes_ms);
                    }
                }
                OutboxChange::Again { message, due_ms, closes_ms } => {
                    if let Some(row) = self.rows.get_mut(&message) {
                        row.put_off(due_ms, closes_ms);
                        row.started = false;
                    }
                }
                OutboxChange::Start(message) => {
                    if let Some(row) = self.rows.get_mut(&message) {
                        row.started = true;
                    }
                }
                OutboxChange::Remove(message) => {
                    self.rows.remove(&message);
                }
            }
        }
    }

    /// Removes whatever waits for a stream.
    pub(super) fn forget(&mut self, stream: RecipientId) {
        self.rows.retain(|_, row| row.queued.stream != stream);
    }

    fn waits(&self) -> impl Iterator<Item = &Waiting> {
        self.rows.values().filter(|row| !row.started)
    }

    pub(super) fn claim(&mut self, claim: &Claim) -> Claimed {
        let (after_ms, until_ms) = holding(claim.now_ms);
        for row in self.rows.values_mut() {
            row.claimed_ms = row.claimed_ms.filter(|ends_ms| *ends_ms > after_ms && *ends_ms <= until_ms);
        }
        let Ok(picked) = pick(claim, &mut Shown::of(self, claim.now_ms));
        let Picked { messages, levels, turns, tags, next_ms } = picked;
        self.levels.extend(levels);
        self.turns.extend(turns);
        self.tags.extend(tags.into_iter().map(|(line, tag)| ((line.sender, line.job), tag)));
        let mut rows = Vec::with_capacity(messages.len());
        for message in messages {
            if let Some(row) = self.rows.get_mut(&message) {
                row.claimed_ms = Some(claim.until_ms);
                rows.push(row.queued.clone());
            }
        }
        Claimed { rows, next_ms }
    }

    pub(super) fn pause(&mut self, sender: Name, until_ms: i64) {
        let turn = self.turns.entry(sender).or_default();
        turn.paused_ms = turn.paused_ms.max(until_ms);
    }

    pub(super) fn backlog(&self, now_ms: i64, sender: Option<&Name>) -> Vec<BacklogCell> {
        let mut cells: BTreeMap<_, (u64, u64)> = BTreeMap::new();
        for row in self.waits().map(|row| &row.queued) {
            if sender.is_none_or(|sender| *sender == row.sender) {
                let times = (minute(row.due_ms.max(now_ms)), minute(row.closes_ms));
                let cell = cells.entry((&row.sender, row.lane, &row.job, times)).or_default();
                *cell = (cell.0 + 1, cell.1 + u64::from(row.segments));
            }
        }
        let mut found = Vec::with_capacity(cells.len());
        for ((sender, lane, job, (due_minute, closes_minute)), (messages, segments)) in cells {
            let (sender, job) = (sender.clone(), job.clone());
            found.push(BacklogCell { sender, lane, job, due_minute, closes_minute, messages, segments });
        }
        found
    }

    pub(super) fn late(&self, sender: &Name, closes_ms: i64, limit: usize) -> Vec<Queued> {
        let rows = self.waits().filter(|row| row.claimed_ms.is_none()).map(|row| &row.queued);
        let mut late: Vec<&Queued> = rows
            .filter(|row| row.sender == *sender && row.lane == Lane::Marketing && row.closes_ms <= closes_ms)
            .collect();
        late.sort_by_key(|row| std::cmp::Reverse((row.due_ms, row.message)));
        late.into_iter().take(limit).cloned().collect()
    }

    pub(super) fn started(&self, limit: usize) -> Vec<Queued> {
        self.rows.values().filter(|row| row.started).take(limit).map(|row| row.queued.clone()).collect()
    }

    pub(super) fn waiting(&self, job: Option<&Name>) -> (u64, Option<i64>) {
        let count = self.waits().filter(|row| job.is_none_or(|job| row.queued.job == *job)).count();
        (
            count as u64,
            self.waits().map(|row| row.queued.due_ms.max(row.claimed_ms.unwrap_or(i64::MIN))).min(),
        )
    }

    pub(super) fn put_job(&mut self, job: Name, weight: u32, definition: Vec<u8>) {
        self.jobs.insert(job, Job { weight, definition });
    }

    pub(super) fn job(&self, job: &Name) -> Option<Vec<u8>> {
        self.jobs.get(job).map(|job| job.definition.clone())
    }
}

/// What is due, in order, as a claim sees it.
struct Shown<'s> {
    shelf: &'s Shelf,
    due: HashMap<(&'s Name, Lane), BTreeMap<&'s Name, Vec<Head>>>,
    coming: HashMap<(&'s Name, Lane), i64>,
    held: HashMap<(&'s Name, Lane), i64>,
}

struct Line {
    sender: Name,
    job: Name,
    heads: VecDeque<Head>,
}

impl<'s> Shown<'s> {
    fn of(shelf: &'s Shelf, now_ms: i64) -> Self {
        let mut shown = Self { shelf, due: HashMap::new(), coming: HashMap::new(), held: HashMap::new() };
        for Waiting { queued, claimed_ms, .. } in shelf.waits() {
            let (key, due_ms) = ((&queued.sender, queued.lane), queued.due_ms);
            let later = match claimed_ms {
                Some(ends_ms) => Some((&mut shown.held, *ends_ms)),
                None => (due_ms > now_ms).then_some((&mut shown.coming, due_ms)),
            };
            if let Some((firsts, at_ms)) = later {
                let first = firsts.entry(key).or_insert(at_ms);
                *first = at_ms.min(*first);
                continue;
            }
            let Queued { message, closes_ms, segments, .. } = *queued;
            let head = Head { message, due_ms, closes_ms, segments };
            shown.due.entry(key).or_default().entry(&queued.job).or_default().push(head);
        }
        shown
    }
}

impl Shelves for Shown<'_> {
    type Error = Infallible;
    type Line = Line;

    fn turn(&mut self, sender: &Name) -> Result<Turn, Infallible> {
        Ok(self.shelf.turns.get(sender).copied().unwrap_or_default())
    }

    fn level(&mut self, budget: &Name) -> Result<Level, Infallible> {
        Ok(self.shelf.levels.get(budget).copied().unwrap_or_default())
    }

    fn lines(&mut self, sender: &Name, lane: Lane) -> Result<Vec<(Line, Share)>, Infallible> {
        let jobs = self.due.get(&(sender, lane)).into_iter().flatten();
        let line = |(job, heads): (&&Name, &Vec<Head>)| {
            let (sender, job) = (sender.clone(), (*job).clone());
            let weight = self.shelf.jobs.get(&job).map_or(1, |job| job.weight);
            let key = (sender, job);
            let tag = self.shelf.tags.get(&key).copied().unwrap_or(0);
            let mut heads = heads.clone();
            heads.sort_by_key(Head::order);
            let (sender, job) = key;
            (Line { sender, job, heads: heads.into() }, Share { weight, tag })
        };
        Ok(jobs.map(line).collect())
    }

    fn next(&mut self, line: &mut Line) -> Result<Option<Head>, Infallible> {
        Ok(line.heads.pop_front())
    }

    fn coming(&mut self, sender: &Name, lane: Lane) -> Result<Option<i64>, Infallible> {
        Ok(self.coming.get(&(sender, lane)).copied())
    }

    fn held(&mut self, senders: &[&Name], lanes: &[Lane]) -> Result<Option<i64>, Infallible> {
        let listed =
            self.held.iter().filter(|((sender, lane), _)| senders.contains(sender) && lanes.contains(lane));
        Ok(listed.map(|(_, ends_ms)| *ends_ms).min())
    }
}
