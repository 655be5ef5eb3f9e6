use super::store::Append;
use crate::{
    codec::cbor_enum,
    id::{MessageId, Name, RecipientId},
    message::Kind,
};

/// The sender of messages that a ledger of format 1 held, which named none. A worker lists it with the budgets of
/// all its senders; each such message counts as many segments as its sealed length could hold.
pub const UNSAID: &str = "optin.unsaid";

cbor_enum! {
    /// Which messages go first.
    pub enum Lane {
        /// Answers and one-time codes.
        Urgent = 0, "urgent";
        /// Transactional and service messages.
        Transactional = 1, "transactional";
        /// Marketing.
        Marketing = 2, "marketing";
    }
}

impl Lane {
    /// In which a campaign's messages of this kind wait.
    pub(crate) const fn of(kind: Kind) -> Self {
        match kind {
            Kind::Authentication | Kind::Conversational => Self::Urgent,
            Kind::Transactional | Kind::Service => Self::Transactional,
            Kind::Marketing => Self::Marketing,
        }
    }
}

/// A message that waits for its time. Erasable, not chained.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// The message.
    pub message: MessageId,
    /// To whom.
    pub stream: RecipientId,
    /// Its lane.
    pub lane: Lane,
    /// Not before this, Unix milliseconds.
    pub due_ms: i64,
    /// To be handed over before this, Unix milliseconds: the end of the person's lawful stretch or of the campaign.
    /// [`i64::MAX`] where there is none.
    pub closes_ms: i64,
    /// From which sender: whose budgets it draws on. [`UNSAID`] where an older version did not say.
    pub sender: Name,
    /// What it costs a budget of segments.
    pub segments: u32,
    /// The job that tells what to send.
    pub job: Name,
    /// Its merge values, sealed under the recipient's key.
    pub payload: Vec<u8>,
}

/// A change of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OutboxChange {
    /// Adds a message, unless it is there.
    Put(Queued),
    /// Gives a message another time, unless it has started.
    Move {
        /// The message.
        message: MessageId,
        /// Not before this, Unix milliseconds.
        due_ms: i64,
        /// To be handed over before this, Unix milliseconds.
        closes_ms: i64,
    },
    /// Gives a message another time that started and was certainly not taken: it waits again.
    Again {
        /// The message.
        message: MessageId,
        /// Not before this, Unix milliseconds.
        due_ms: i64,
        /// To be handed over before this, Unix milliseconds.
        closes_ms: i64,
    },
    /// Marks a message as started: it is no longer due, and stays until its outcome is known. An [`Append`] that
    /// starts a message which does not wait is a [`Conflict`](super::Appended::Conflict): a row that was dropped while
    /// the person was closed must not start, because nobody would look it up.
    Start(MessageId),
    /// Removes a message.
    Remove(MessageId),
}

/// Which messages a worker takes, and at what pace.
///
/// Lane by lane, urgent first, a claim takes what is due and not held by another, for as long as every budget of
/// its sender has room; each message draws on all of them in the same commit. A message without room stays as it
/// is, and with it all that come after it from that sender; other senders go on. Messages of senders that are not
/// listed are left to those who know them.
///
/// What has closed is taken too, and draws nothing: it may be moved or dropped, never handed over.
///
/// Who comes first: the earliest closing minute, then the earliest due, then the message's id. In the marketing
/// lane the jobs of a sender share it by their weights, counted in segments (start-time fair queueing); a job that
/// had nothing to send gets nothing back for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// Due at or before this, Unix milliseconds.
    pub now_ms: i64,
    /// Others leave these alone until then, Unix milliseconds, 10 minutes from their own now at most: beyond that
    /// a clock is wrong, and the claim is void. Only against double work: the fence is the append.
    pub until_ms: i64,
    /// At most this many in all. 0 only asks when there is something to take.
    pub limit: usize,
    /// Lanes that may be taken.
    pub lanes: Vec<Lane>,
    /// Senders that may be taken from.
    pub senders: Vec<SenderBudget>,
}

/// A sender, and the budgets that each of its messages draws on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SenderBudget {
    /// The sender.
    pub sender: Name,
    /// All of them must have room. None means that nothing holds it back.
    pub budgets: Vec<Budget>,
}

/// How much may go, counted over all processes and over all senders that name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Budget {
    /// Its name: the sender itself, a campaign registered with a carrier, a brand.
    pub name: Name,
    /// What it counts.
    pub unit: Unit,
    /// How much.
    pub allowance: Allowance,
    /// How much of a quota marketing leaves to the other lanes. Of a rate it always leaves a quarter of what may
    /// go at once, and none of what may go over time.
    pub kept: u64,
}

/// What a budget counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Messages.
    Messages,
    /// Segments.
    Segments,
}

/// How much a budget gives.
///
/// A rate gives evenly spaced slots. One second of them (at least one) may be taken at once, and what was not used
/// by then is lost; so a period sees its rate and one second more at most. A message longer than that waits until
/// all of it is free, then goes, and what follows waits the longer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowance {
    /// So many a second; 0 gives as 1 does.
    PerSecond(u32),
    /// So many a minute; 0 gives as 1 does.
    PerMinute(u32),
    /// A quota over a period, such as a day of the carrier's. A later end begins a new period; an earlier one is
    /// some process's old clock and draws on the period that is known. A period that is over gives nothing.
    Until {
        /// When the period ends, Unix milliseconds.
        ends_ms: i64,
        /// So many in it.
        max: u64,
    },
}

/// What a claim took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// The messages, in the order in which they should go.
    pub rows: Vec<Queued>,
    /// When there may be more for these senders and lanes, Unix milliseconds: now, if only the limit held it back;
    /// otherwise the earliest of the next due time, the end of a claim or of a pause, room in a budget and the end
    /// of a quota's period. `None` if nothing waits.
    pub next_ms: Option<i64>,
}

/// What waits and closes alike, counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BacklogCell {
    /// The sender.
    pub sender: Name,
    /// The lane.
    pub lane: Lane,
    /// The job.
    pub job: Name,
    /// Due in this minute, Unix minutes; what is overdue counts as due now.
    pub due_minute: i64,
    /// Closes in this minute, Unix minutes.
    pub closes_minute: i64,
    /// Messages.
    pub messages: u64,
    /// Their segments.
    pub segments: u64,
}

/// Whether every message that an append starts is there to be started, given where a row is now.
pub(super) fn starts_what_waits<E>(
    item: &Append,
    mut stands: impl FnMut(MessageId) -> Result<Option<RecipientId>, E>,
) -> Result<bool, E> {
    for (at, change) in item.outbox.iter().enumerate() {
        let OutboxChange::Start(message) = change else { continue };
        let earlier = item.outbox.iter().take(at).rev().find_map(|change| match change {
            OutboxChange::Put(queued) if queued.message == *message => Some(true),
            OutboxChange::Remove(removed) if removed == message => Some(false),
            _ => None,
        });
        let there = match earlier {
            Some(there) => there,
            None => stands(*message)?.is_some_and(|stream| !(item.erase && stream == item.stream)),
        };
        if !there {
            return Ok(false);
        }
    }
    Ok(true)
}
