//! When a message's turn is expected, and in which of the person's windows there is room for it.

use chrono::{DateTime, TimeDelta, Utc};

use super::{plan::Fate, slots::Slots};
use crate::{
    message::Kind,
    policy::{Code, Decision, Facts, Memo, Reason, Verdict},
    program::Sender,
};

/// So many windows are tried: more than a week of them.
const WINDOWS: usize = 10;

/// What a message is held to.
pub(super) struct Terms<'a> {
    pub(super) facts: Facts<'a>,
    pub(super) kind: Kind,
    pub(super) sender: &'a Sender,
    pub(super) margin: TimeDelta,
    /// The campaign's end.
    pub(super) ends: DateTime<Utc>,
}

/// Where a message found its place.
pub(super) struct Placed {
    pub(super) fate: Fate,
    pub(super) due: DateTime<Utc>,
    pub(super) closes: DateTime<Utc>,
    pub(super) moved: bool,
}

/// Finds room for a message that may go: in its first window, else in a later one before the campaign ends. Where
/// there is none at all it stays in its first: the plan counts it as too late.
pub(super) fn place(
    slots: &mut Slots,
    memo: &mut Memo<'_>,
    terms: &Terms<'_>,
    fate: Fate,
    closes: DateTime<Utc>,
) -> Placed {
    let (opens, closes) = match &fate {
        Fate::Send(at) => (*at, closes),
        Fate::Hold(until, _) => (*until, terms.closes(memo, *until)),
        Fate::Refuse(_) | Fate::NoText(_) | Fate::Twice => {
            return Placed { fate, due: closes, closes, moved: false };
        }
    };
    // An order waits for nobody: only marketing queues up.
    let first = match terms.kind {
        Kind::Marketing => terms.room(slots, opens, closes),
        _ => Some(opens),
    };
    if let Some(due) = first {
        return Placed { fate, due, closes, moved: false };
    }
    let mut over = closes;
    for _ in 0..WINDOWS {
        let Some((next, decision)) = terms.next(memo, over) else { break };
        let later = terms.closes(memo, next);
        if let Some(due) = terms.room(slots, next, later) {
            let reasons = vec![Reason::bare(Code::SenderBusy)];
            let fate = Fate::Hold(next, Decision { reasons, ..decision });
            return Placed { fate, due, closes: later, moved: true };
        }
        over = later;
    }
    Placed { fate, due: opens, closes, moved: false }
}

impl Terms<'_> {
    /// When the window that is open at this moment closes, the campaign's end at the latest.
    fn closes(&self, memo: &mut Memo<'_>, at: DateTime<Utc>) -> DateTime<Utc> {
        match memo.decide(self.facts, Some(self.sender.id()), at).verdict {
            Verdict::Allow { not_after: Some(not_after) } => not_after.min(self.ends),
            _ => self.ends,
        }
    }

    /// The opening after this close, before the campaign ends.
    fn next(&self, memo: &mut Memo<'_>, over: DateTime<Utc>) -> Option<(DateTime<Utc>, Decision)> {
        let decision = memo.decide(self.facts, Some(self.sender.id()), over);
        match decision.verdict {
            Verdict::Defer { until: Some(until) } if until < self.ends => Some((until, decision)),
            _ => None,
        }
    }

    fn room(&self, slots: &mut Slots, opens: DateTime<Utc>, closes: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let closes = closes.checked_sub_signed(self.margin)?;
        let (sender, rate) = (self.sender.id(), self.sender.per_second().get());
        let due = slots.take(sender, rate, opens.timestamp_millis(), closes.timestamp_millis())?;
        DateTime::from_timestamp_millis(due)
    }
}
