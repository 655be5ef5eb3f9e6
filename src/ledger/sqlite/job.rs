use std::vec::IntoIter;

use super::{
    ops::Ops,
    reply::{Answer, Reply, pair},
    trouble::Trouble,
};
use crate::{
    id::Name,
    ledger::store::{Append, Appended, Claim, Drawn, LedgerError, OutboxChange, Queued, Urgency},
};

type Waits<T> = Reply<Result<T, LedgerError>>;
pub(super) type Awaited<T> = Answer<Result<T, LedgerError>>;

/// One call that writes, with whoever waits for it.
///
/// A job of many items may be spread over several commits, so that a big one does not hold the lock for long.
#[derive(Debug)]
pub(super) enum Job {
    Append {
        urgency: Urgency,
        items: IntoIter<Append>,
        done: Vec<Appended>,
        reply: Waits<Vec<Appended>>,
    },
    Outbox {
        changes: IntoIter<OutboxChange>,
        reply: Waits<()>,
    },
    Claim {
        claim: Claim,
        taken: Vec<Queued>,
        reply: Waits<Vec<Queued>>,
    },
    Draw {
        budget: Name,
        per_second: u32,
        wanted: u32,
        now_ms: i64,
        drawn: Option<Drawn>,
        reply: Waits<Drawn>,
    },
    Keep {
        job: Name,
        definition: Vec<u8>,
        reply: Waits<()>,
    },
}

impl Job {
    pub(super) fn append(items: Vec<Append>, urgency: Urgency) -> (Self, Awaited<Vec<Appended>>) {
        let (reply, answer) = pair();
        let done = Vec::with_capacity(items.len());
        (Self::Append { urgency, items: items.into_iter(), done, reply }, answer)
    }

    pub(super) fn outbox(changes: Vec<OutboxChange>) -> (Self, Awaited<()>) {
        let (reply, answer) = pair();
        (Self::Outbox { changes: changes.into_iter(), reply }, answer)
    }

    pub(super) fn claim(claim: Claim) -> (Self, Awaited<Vec<Queued>>) {
        let (reply, answer) = pair();
        (Self::Claim { claim, taken: Vec::new(), reply }, answer)
    }

    pub(super) fn draw(budget: Name, per_second: u32, wanted: u32, now_ms: i64) -> (Self, Awaited<Drawn>) {
        let (reply, answer) = pair();
        (Self::Draw { budget, per_second, wanted, now_ms, drawn: None, reply }, answer)
    }

    pub(super) fn put_job(job: Name, definition: Vec<u8>) -> (Self, Awaited<()>) {
        let (reply, answer) = pair();
        (Self::Keep { job, definition, reply }, answer)
    }

    pub(super) fn is_stop(&self) -> bool {
        matches!(self, Self::Append { urgency: Urgency::Stop, .. })
    }

    /// Does up to `room` of it inside the transaction, and tells how much that was.
    pub(super) fn run(&mut self, ops: &mut Ops<'_>, room: usize) -> Result<usize, Trouble> {
        match self {
            Self::Append { items, done, .. } => {
                let before = done.len();
                for item in items.take(room) {
                    done.push(ops.append(&item)?);
                }
                Ok(done.len() - before)
            }
            Self::Outbox { changes, .. } => {
                let before = changes.len();
                for change in changes.by_ref().take(room) {
                    ops.outbox.change(&change)?;
                }
                Ok(before - changes.len())
            }
            Self::Claim { claim, taken, .. } => {
                *taken = ops.outbox.claim(claim)?;
                Ok(taken.len())
            }
            Self::Draw { budget, per_second, wanted, now_ms, drawn, .. } => {
                *drawn = Some(ops.draw(budget, *per_second, *wanted, *now_ms)?);
                Ok(1)
            }
            Self::Keep { job, definition, .. } => ops.put_job(job, definition).map(|()| 1),
        }
    }

    /// Answers after the commit, or gives back what is left of it for the next one.
    pub(super) fn committed(self) -> Option<Self> {
        match self {
            Self::Append { ref items, .. } if items.len() > 0 => return Some(self),
            Self::Outbox { ref changes, .. } if changes.len() > 0 => return Some(self),
            Self::Append { done, reply, .. } => reply.give(Ok(done)),
            Self::Outbox { reply, .. } | Self::Keep { reply, .. } => reply.give(Ok(())),
            Self::Claim { taken, reply, .. } => reply.give(Ok(taken)),
            // Without what was drawn there was no commit, and the dropped reply says so.
            Self::Draw { drawn: Some(drawn), reply, .. } => reply.give(Ok(drawn)),
            Self::Draw { .. } => {}
        }
        None
    }

    /// Tells whoever waits that it did not happen.
    pub(super) fn failed(self, trouble: Trouble) {
        match self {
            Self::Append { reply, .. } => reply.give(Err(trouble.into())),
            Self::Outbox { reply, .. } | Self::Keep { reply, .. } => reply.give(Err(trouble.into())),
            Self::Claim { reply, .. } => reply.give(Err(trouble.into())),
            Self::Draw { reply, .. } => reply.give(Err(trouble.into())),
        }
    }
}
