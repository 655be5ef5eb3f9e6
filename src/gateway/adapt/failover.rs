use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use crate::{
    clock::Clock,
    gateway::{Answered, Capabilities, Gateway, Idempotency, LookUp, Recalled, Rejection, Sought, Validity},
    id::MessageId,
    permit::Permit,
};

/// Asks a second gateway for what the first certainly did not take, and nest it for a third.
///
/// It moves on only when the first answers with a refusal that [lies with the
/// gateway](crate::gateway::Refusal::lies_with_gateway): too fast, out of order, our account, a quota. What lies
/// with the person, the sender, the words or the hour is the answer; *unknown* is never sent again. What both
/// refuse stays open as long as one of them may take it later; the longer of two waits is asked for. To keep the
/// first from being called while it waits, give each its own [`Throttled`](crate::gateway::Throttled).
///
/// It can what both can. A native idempotency key counts as a mere reference: the two gateways do not know each
/// other's keys, so a repeat could be taken by the other.
///
/// ```
/// use optin::gateway::{Failover, Gateway, Idempotency, Refusal, SimulatedCarrier};
/// let native = |seed| SimulatedCarrier::builder(seed).idempotency(Idempotency::Native);
/// let gateway = Failover::new(native(1).build(), native(2).look_up(false).build());
/// let can = gateway.capabilities();
/// assert_eq!((can.look_up, can.idempotency), (false, Idempotency::ClientReference));
/// // It moves on from the first of these, and answers with the second.
/// assert!(Refusal::Unavailable.lies_with_gateway() && !Refusal::OptedOut.lies_with_gateway());
/// ```
#[derive(Debug)]
pub struct Failover<A, B> {
    first: A,
    second: B,
    /// Hand-overs that may still move from the first to the second.
    under_way: Mutex<HashMap<MessageId, u32>>,
}

impl<A: Gateway, B: Gateway> Failover<A, B> {
    /// `second` is asked for what `first` certainly did not take.
    #[must_use]
    pub fn new(first: A, second: B) -> Self {
        Self { first, second, under_way: Mutex::default() }
    }

    fn under_way(&self) -> MutexGuard<'_, HashMap<MessageId, u32>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<A: Gateway, B: Gateway> Gateway for Failover<A, B> {
    fn capabilities(&self) -> Capabilities {
        weaker(self.first.capabilities(), self.second.capabilities())
    }

    async fn send(&self, permit: Permit, clock: &dyn Clock) -> Answered {
        let _under_way = UnderWay::begin(&self.under_way, permit.message());
        let (permit, spare) = permit.with_spare();
        let first = self.first.send(permit, clock).await;
        let Answered::Rejected(said) = &first else { return first };
        if !said.refusal.lies_with_gateway() {
            return first;
        }
        let Some(permit) = spare.after(&first) else { return first };
        match self.second.send(permit, clock).await {
            Answered::Rejected(second) => Answered::Rejected(both_refused(said.clone(), second)),
            taken_or_unknown => taken_or_unknown,
        }
    }

    async fn look_up(&self, sought: Sought) -> LookUp {
        let message = sought.message;
        let moving = || self.under_way().contains_key(&message);
        let before = moving();
        let first = self.first.look_up(sought.clone()).await;
        if let LookUp::Found { .. } = first {
            return first;
        }
        let second = self.second.look_up(sought).await;
        match (first, second) {
            (_, found @ LookUp::Found { .. }) => found,
            // On its way from the one to the other it is with neither.
            (LookUp::NeverTaken, LookUp::NeverTaken) if !before && !moving() => LookUp::NeverTaken,
            _ => LookUp::CannotSay,
        }
    }

    /// Asks both: whoever does not know the id says nothing of it.
    async fn recall(&self, id: String) -> Recalled {
        let first = self.first.recall(id.clone()).await;
        let second = self.second.recall(id).await;
        match (first, second) {
            (Recalled::TooLate, _) | (_, Recalled::TooLate) => Recalled::TooLate,
            (Recalled::Done, _) | (_, Recalled::Done) => Recalled::Done,
            (Recalled::CannotSay, Recalled::CannotSay) => Recalled::CannotSay,
        }
    }
}

/// What two refusals come to, the first of which lies with its gateway.
fn both_refused(first: Rejection, second: Rejection) -> Rejection {
    if !second.refusal.lies_with_gateway() {
        return second;
    }
    let retry_after = first.retry_after.max(second.retry_after);
    let told = if second.permanent { first } else { second };
    Rejection { retry_after, ..told }
}

/// What both can. Every field is named, so that a new one cannot be forgotten.
fn weaker(one: Capabilities, other: Capabilities) -> Capabilities {
    Capabilities {
        idempotency: match (one.idempotency, other.idempotency) {
            (Idempotency::None, _) | (_, Idempotency::None) => Idempotency::None,
            _ => Idempotency::ClientReference,
        },
        validity: shared(one.validity, other.validity),
        look_up: one.look_up && other.look_up,
        cancel: one.cancel && other.cancel,
        answers_stop: one.answers_stop || other.answers_stop,
        simulated: one.simulated && other.simulated,
    }
}

fn shared(one: Validity, other: Validity) -> Validity {
    let none = |queue: Duration| Validity::None { queue };
    match (one, other) {
        (Validity::None { queue }, Validity::None { queue: longer }) => none(queue.max(longer)),
        (Validity::None { queue }, _) | (_, Validity::None { queue }) => none(queue),
        (
            Validity::PerMessage { shortest, longest },
            Validity::PerMessage { shortest: other_shortest, longest: other_longest },
        ) => {
            let (shortest, longest) = (shortest.max(other_shortest), longest.min(other_longest));
            // No period that both take: as if none took any.
            if shortest <= longest {
                Validity::PerMessage { shortest, longest }
            } else {
                Capabilities::plain().validity
            }
        }
    }
}

/// Counts a hand-over for as long as it lives.
struct UnderWay<'a> {
    all: &'a Mutex<HashMap<MessageId, u32>>,
    message: MessageId,
}

impl<'a> UnderWay<'a> {
    fn begin(all: &'a Mutex<HashMap<MessageId, u32>>, message: MessageId) -> Self {
        *all.lock().unwrap_or_else(PoisonError::into_inner).entry(message).or_insert(0) += 1;
        Self { all, message }
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = all.get_mut(&self.message) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.message);
            }
        }
    }
}
