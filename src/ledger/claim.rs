//! Who goes next: one algorithm for all ledgers of the house, over what each keeps in its own way.

use std::collections::BTreeMap;

use super::{
    budget::{Level, cost},
    waiting::{Budget, Claim, Lane},
};
use crate::id::{MessageId, Name};

/// A claim that ends later than this after a reader's now was made by a wrong clock and is void.
const LONGEST_CLAIM_MS: i64 = 600_000;
/// A pause is cut to this.
const LONGEST_PAUSE_MS: i64 = 3_600_000;
/// One segment of a job of weight 1, on the clock of shares.
const SHARE: i64 = 1_000_000;

/// The Unix minute of Unix milliseconds.
pub(super) const fn minute(ms: i64) -> i64 {
    ms.div_euclid(60_000)
}

/// Claims hold that end after the first and not after the second of these; a store lets go of all others first.
pub(super) const fn holding(now_ms: i64) -> (i64, i64) {
    (now_ms, now_ms.saturating_add(LONGEST_CLAIM_MS))
}

/// A message that is due, as far as its turn depends on it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    pub(super) message: MessageId,
    pub(super) due_ms: i64,
    pub(super) closes_ms: i64,
    pub(super) segments: u32,
}

impl Head {
    pub(super) fn order(&self) -> (i64, i64, MessageId) {
        (minute(self.closes_ms), self.due_ms, self.message)
    }
}

/// What a store keeps of a sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Turn {
    /// Nothing is taken before this.
    pub(super) paused_ms: i64,
    /// How far the clock of shares has come.
    pub(super) reached: i64,
    /// Senders take their turns at a worker's window; the one that had it longest ago is first.
    pub(super) served: i64,
}

/// A job's share of a sender: its weight, and where its next message stands on the clock of shares.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    pub(super) weight: u32,
    pub(super) tag: i64,
}

/// What a store shows of what waits. It hands out due messages that have not started and that nobody holds, one
/// job's in their order.
pub(super) trait Shelves {
    type Error;
    /// One job's messages of one sender in one lane.
    type Line;

    fn turn(&mut self, sender: &Name) -> Result<Turn, Self::Error>;
    fn level(&mut self, budget: &Name) -> Result<Level, Self::Error>;
    fn lines(&mut self, sender: &Name, lane: Lane) -> Result<Vec<(Self::Line, Share)>, Self::Error>;
    fn next(&mut self, line: &mut Self::Line) -> Result<Option<Head>, Self::Error>;
    /// When the first that is not yet due will be.
    fn coming(&mut self, sender: &Name, lane: Lane) -> Result<Option<i64>, Self::Error>;
    /// When the first claim ends that holds a message of these senders and lanes.
    fn held(&mut self, senders: &[&Name], lanes: &[Lane]) -> Result<Option<i64>, Self::Error>;
}

/// What a claim comes to, for the store to write: only what changed.
#[derive(Debug)]
pub(super) struct Picked<L> {
    pub(super) messages: Vec<MessageId>,
    pub(super) levels: Vec<(Name, Level)>,
    pub(super) turns: Vec<(Name, Turn)>,
    pub(super) tags: Vec<(L, i64)>,
    pub(super) next_ms: Option<i64>,
}

/// Decides what a claim takes. Nothing is written.
pub(super) fn pick<S: Shelves>(claim: &Claim, shelves: &mut S) -> Result<Picked<S::Line>, S::Error> {
    let mut pick = Pick {
        claim,
        shelves,
        tills: Vec::with_capacity(claim.senders.len()),
        levels: BTreeMap::new(),
        messages: Vec::new(),
        tags: Vec::new(),
        next_ms: None,
    };
    pick.open()?;
    let mut more = false;
    for lane in Lane::ALL.iter().filter(|lane| claim.lanes.contains(lane)) {
        more = pick.lane(*lane)?;
        if more {
            pick.next_ms = Some(claim.now_ms);
            break;
        }
    }
    if !more {
        let senders: Vec<&Name> = pick.tills.iter().map(|till| till.sender).collect();
        pick.shelves.held(&senders, &claim.lanes)?.into_iter().for_each(|ends_ms| pick.note(ends_ms));
    }
    Ok(pick.end())
}

struct Pick<'c, S: Shelves> {
    claim: &'c Claim,
    shelves: &'c mut S,
    tills: Vec<Till<'c>>,
    /// As it was, and as it is.
    levels: BTreeMap<&'c Name, (Level, Level)>,
    messages: Vec<MessageId>,
    tags: Vec<(S::Line, i64)>,
    next_ms: Option<i64>,
}

/// A sender during a claim.
struct Till<'c> {
    sender: &'c Name,
    budgets: Vec<&'c Budget>,
    was: Turn,
    turn: Turn,
    /// Marketing messages taken.
    taken: usize,
    /// One had no room: what comes after it waits, in this lane and in those below.
    shut: bool,
}

struct Waits<L> {
    till: usize,
    line: L,
    share: Share,
    charged: bool,
    head: Option<Head>,
}

impl<'c, S: Shelves> Pick<'c, S> {
    fn open(&mut self) -> Result<(), S::Error> {
        let most = self.claim.now_ms.saturating_add(LONGEST_PAUSE_MS);
        for listed in &self.claim.senders {
            // Listed twice, it is held to the budgets of both.
            if let Some(till) = self.tills.iter_mut().find(|till| *till.sender == listed.sender) {
                till.budgets.extend(&listed.budgets);
                continue;
            }
            let was = self.shelves.turn(&listed.sender)?;
            let turn = Turn { paused_ms: was.paused_ms.min(most), ..was };
            let (sender, budgets) = (&listed.sender, listed.budgets.iter().collect());
            self.tills.push(Till { sender, budgets, was, turn, taken: 0, shut: false });
        }
        Ok(())
    }

    fn full(&self) -> bool {
        self.messages.len() >= self.claim.limit
    }

    fn note(&mut self, at_ms: i64) {
        self.next_ms = Some(self.next_ms.map_or(at_ms, |next| next.min(at_ms)));
    }

    /// Takes what this lane has; whether one more could go now and the limit says no.
    fn lane(&mut self, lane: Lane) -> Result<bool, S::Error> {
        let mut waits = Vec::new();
        for (at, till) in self.tills.iter().enumerate().filter(|(_, till)| !till.shut) {
            for (line, share) in self.shelves.lines(till.sender, lane)? {
                waits.push(Waits { till: at, line, share, charged: false, head: None });
            }
        }
        for wait in &mut waits {
            wait.head = self.shelves.next(&mut wait.line)?;
        }
        let mut more = false;
        while let Some(wait) = self.first(lane, &mut waits) {
            if !self.may_go(lane, wait)? {
                continue;
            }
            if self.full() {
                more = true;
                break;
            }
            self.take(lane, wait);
            wait.head = self.shelves.next(&mut wait.line)?;
        }
        let charged = waits.into_iter().filter(|wait| wait.charged);
        self.tags.extend(charged.map(|wait| (wait.line, wait.share.tag)));
        self.note_coming(lane).map(|()| more)
    }

    fn first<'w>(&self, lane: Lane, waits: &'w mut [Waits<S::Line>]) -> Option<&'w mut Waits<S::Line>> {
        let rank = |wait: &Waits<S::Line>| {
            let (head, till) = (wait.head?, self.tills.get(wait.till)?);
            if till.shut {
                return None;
            }
            let turn = match lane {
                Lane::Urgent | Lane::Transactional => None,
                Lane::Marketing => {
                    let starts = wait.share.tag.max(till.turn.reached);
                    Some((till.taken, till.turn.served, wait.till, !self.is_over(&head), starts))
                }
            };
            Some((turn, head.order()))
        };
        let ranked = waits.iter_mut().filter_map(|wait| Some((rank(wait)?, wait)));
        ranked.min_by(|(one, _), (other, _)| one.cmp(other)).map(|(_, wait)| wait)
    }

    fn is_over(&self, head: &Head) -> bool {
        head.closes_ms <= self.claim.now_ms
    }

    /// Whether the message's sender may send it now; shuts that sender if not.
    fn may_go(&mut self, lane: Lane, wait: &Waits<S::Line>) -> Result<bool, S::Error> {
        let Some(head) = wait.head else { return Ok(false) };
        let ready_ms = self.ready_ms(lane, wait.till, &head)?;
        if ready_ms <= self.claim.now_ms {
            return Ok(true);
        }
        self.note(ready_ms);
        self.tills.get_mut(wait.till).into_iter().for_each(|till| till.shut = true);
        Ok(false)
    }

    /// Takes the message: draws its budgets and charges its job.
    fn take(&mut self, lane: Lane, wait: &mut Waits<S::Line>) {
        let (Some(head), Some(till)) = (wait.head, self.tills.get_mut(wait.till)) else { return };
        let (over, now_ms) = (head.closes_ms <= self.claim.now_ms, self.claim.now_ms);
        if lane == Lane::Marketing {
            till.taken += 1;
            till.turn.reached = wait.share.tag.max(till.turn.reached);
            let segments = if over { 0 } else { i64::from(head.segments.max(1)) };
            let costs = segments * SHARE / i64::from(wait.share.weight.max(1));
            wait.share.tag = till.turn.reached.saturating_add(costs);
            wait.charged = true;
        }
        for budget in till.budgets.iter().filter(|_| !over) {
            if let Some((_, level)) = self.levels.get_mut(&budget.name) {
                level.draw(budget, cost(budget, head.segments), now_ms);
            }
        }
        self.messages.push(head.message);
    }

    /// From when this sender may send this message. What closed already draws nothing: it cannot be sent.
    fn ready_ms(&mut self, lane: Lane, till: usize, head: &Head) -> Result<i64, S::Error> {
        let now_ms = self.claim.now_ms;
        let Some(till) = self.tills.get(till) else { return Ok(i64::MAX) };
        let mut ready_ms = till.turn.paused_ms.max(now_ms);
        if self.is_over(head) {
            return Ok(ready_ms);
        }
        for budget in &till.budgets {
            if !self.levels.contains_key(&budget.name) {
                let level = self.shelves.level(&budget.name)?;
                self.levels.insert(&budget.name, (level, level));
            }
            if let Some((_, level)) = self.levels.get_mut(&budget.name) {
                ready_ms = ready_ms.max(level.ready_ms(budget, lane, cost(budget, head.segments), now_ms));
            }
        }
        Ok(ready_ms)
    }

    fn note_coming(&mut self, lane: Lane) -> Result<(), S::Error> {
        for at in 0..self.tills.len() {
            let Some(till) = self.tills.get(at) else { break };
            let paused_ms = till.turn.paused_ms;
            if let Some(due_ms) = self.shelves.coming(till.sender, lane)? {
                self.note(due_ms.max(paused_ms));
            }
        }
        Ok(())
    }

    fn end(self) -> Picked<S::Line> {
        let served = self.tills.iter().map(|till| till.turn.served).max().unwrap_or(0).saturating_add(1);
        let turns = self.tills.into_iter().filter_map(|mut till| {
            if till.taken > 0 {
                till.turn.served = served;
            }
            (till.turn != till.was).then(|| (till.sender.clone(), till.turn))
        });
        let levels = self.levels.into_iter().filter(|(_, (was, is))| was != is);
        Picked {
            messages: self.messages,
            levels: levels.map(|(name, (_, level))| (name.clone(), level)).collect(),
            turns: turns.collect(),
            tags: self.tags,
            next_ms: self.next_ms,
        }
    }
}
