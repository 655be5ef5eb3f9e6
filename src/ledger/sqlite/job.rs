use std::vec::IntoIter;

use super::{
    aside::{Aside, Kept},
    ops::Ops,
    reply::{Answer, Reply, pair},
    trouble::Trouble,
};
use crate::{
    id::Name,
    ledger::{
        store::{Append, Appended, LedgerError, Urgency},
        waiting::{Claim, Claimed, OutboxChange},
    },
};

type Waits<T> = Reply<Result<T, LedgerError>>;
pub(super) type Awaited<T> = Answer<Result<T, LedgerError>>;

/// One call that writes, with whoever waits for it.
///
/// A job of many items may be spread over several commits, so that a big one does not hold the lock for long.
#[derive(Debug)]
pub(super) enum Job {
    Append { urgency: Urgency, items: IntoIter<Append>, done: Vec<Appended>, reply: Waits<Vec<Appended>> },
    Outbox { changes: IntoIter<OutboxChange>, reply: Waits<()> },
    Claim { claim: Claim, taken: Option<Claimed>, reply: Waits<Claimed> },
    Pause { sender: Name, until_ms: i64, reply: Waits<()> },
    Keep { job: Name, weight: u32, definition: Vec<u8>, reply: Waits<()> },
    Aside { change: Aside, done: Option<Kept>, reply: Waits<Kept> },
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

    pub(super) fn claim(claim: Claim) -> (Self, Awaited<Claimed>) {
        let (reply, answer) = pair();
        (Self::Claim { claim, taken: None, reply }, answer)
    }

    pub(super) fn pause(sender: Name, until_ms: i64) -> (Self, Awaited<()>) {
        let (reply, answer) = pair();
        (Self::Pause { sender, until_ms, reply }, answer)
    }

    pub(super) fn put_job(job: Name, weight: u32, definition: Vec<u8>) -> (Self, Awaited<()>) {
        let (reply, answer) = pair();
        (Self::Keep { job, weight, definition, reply }, answer)
    }

    pub(super) fn aside(change: Aside) -> (Self, Awaited<Kept>) {
        let (reply, answer) = pair();
        (Self::Aside { change, done: None, reply }, answer)
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
                let claimed = ops.claims.claim(claim)?;
                let count = claimed.rows.len();
                *taken = Some(claimed);
                Ok(count)
            }
            Self::Pause { sender, until_ms, .. } => ops.pause(sender, *until_ms).map(|()| 1),
            Self::Keep { job, weight, definition, .. } => ops.put_job(job, *weight, definition).map(|()| 1),
            Self::Aside { change, done, .. } => {
                *done = Some(ops.asides.change(change)?);
                Ok(1)
            }
        }
    }

    /// Answers after the commit, or gives back what is left of it for the next one.
    pub(super) fn committed(self) -> Option<Self> {
        match self {
            Self::Append { ref items, .. } if items.len() > 0 => return Some(self),
            Self::Outbox { ref changes, .. } if changes.len() > 0 => return Some(self),
            Self::Append { done, reply, .. } => reply.give(Ok(done)),
            Self::Outbox { reply, .. } | Self::Pause { reply, .. } | Self::Keep { reply, .. } => {
                reply.give(Ok(()));
            }
            // Without what was taken there was no commit, and the dropped reply says so.
            Self::Claim { taken: Some(taken), reply, .. } => reply.give(Ok(taken)),
            Self::Aside { done: Some(done), reply, .. } => reply.give(Ok(done)),
            Self::Claim { .. } | Self::Aside { .. } => {}
        }
        None
    }

    /// Tells whoever waits that it did not happen.
    pub(super) fn failed(self, trouble: Trouble) {
        match self {
            Self::Append { reply, .. } => reply.give(Err(trouble.into())),
            Self::Outbox { reply, .. } | Self::Pause { reply, .. } | Self::Keep { reply, .. } => {
                reply.give(Err(trouble.into()));
            }
            Self::Claim { reply, .. } => reply.give(Err(trouble.into())),
            Self::Aside { reply, .. } => reply.give(Err(trouble.into())),
        }
    }
}
