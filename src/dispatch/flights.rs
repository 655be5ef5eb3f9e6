use std::{
    collections::{HashMap, HashSet},
    future::poll_fn,
    sync::PoisonError,
    task::{Poll, Waker},
    time::Duration,
};

use crate::{
    id::MessageId,
    ledger::Queued,
    sync::{Mutex, MutexGuard},
};

/// A started message of somebody else is looked up, or called unknown, after so long.
const LEASE: Duration = Duration::from_secs(120);

/// What is on its way out: this process's own messages, and since when it has seen those of others. On the
/// monotonic clock.
#[derive(Debug, Default)]
pub(crate) struct Flights(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    seen: HashMap<MessageId, Duration>,
    mine: HashSet<MessageId>,
    waiting: Vec<Waker>,
}

/// Messages that this process is working on. Each is over when it landed, all of them when this is dropped.
#[derive(Debug)]
pub(super) struct Mine<'a> {
    flights: &'a Flights,
    messages: Vec<MessageId>,
}

impl Mine<'_> {
    /// What came of this message is on record.
    pub(super) fn land(&self, message: MessageId) {
        self.flights.land(&[message]);
    }
}

impl Drop for Mine<'_> {
    fn drop(&mut self) {
        self.flights.land(&self.messages);
    }
}

impl Flights {
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn take(&self, messages: Vec<MessageId>) -> Mine<'_> {
        self.inner().mine.extend(messages.iter().copied());
        Mine { flights: self, messages }
    }

    fn land(&self, messages: &[MessageId]) {
        let waiting = {
            let mut inner = self.inner();
            let landed = messages.iter().filter(|message| inner.mine.remove(message)).count();
            if landed == 0 {
                return;
            }
            std::mem::take(&mut inner.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
    }

    /// Ready when this process works on none of these.
    pub(crate) async fn landed(&self, messages: &[MessageId]) {
        poll_fn(|context| {
            let mut inner = self.inner();
            if messages.iter().any(|message| inner.mine.contains(message)) {
                inner.waiting.push(context.waker().clone());
                Poll::Pending
            } else {
                Poll::Ready(())
            }
        })
        .await;
    }

    /// These are asked for now. What cannot be settled is asked for again after another lease: it must not stand
    /// before the others for ever.
    pub(super) fn asked<'r>(&self, rows: impl Iterator<Item = &'r Queued>, now: Duration) {
        self.inner().seen.extend(rows.map(|row| (row.message, now)));
    }

    /// Those that are not this process's own and have been seen for longer than the lease, and how long the
    /// first of the rest still has.
    pub(super) fn due(&self, started: &[Queued], now: Duration) -> (Vec<Queued>, Option<Duration>) {
        let Inner { seen, mine, .. } = &mut *self.inner();
        seen.retain(|message, _| started.iter().any(|row| row.message == *message));
        let (mut due, mut left): (_, Option<Duration>) = (Vec::new(), None);
        for row in started.iter().filter(|row| !mine.contains(&row.message)) {
            let first = *seen.entry(row.message).or_insert(now);
            match LEASE.checked_sub(now.saturating_sub(first)).filter(|rest| !rest.is_zero()) {
                Some(rest) => left = Some(left.map_or(rest, |left| left.min(rest))),
                None => due.push(row.clone()),
            }
        }
        (due, left)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        task::{Context, Waker},
    };

    use super::Flights;
    use crate::id::MessageId;

    #[test]
    fn whoever_waits_waits_for_these_messages_only() {
        let (flights, here, there) = (Flights::default(), MessageId([1; 16]), MessageId([2; 16]));
        let (mine, other) = (flights.take(vec![here]), flights.take(vec![there]));
        let waited = [here];
        let mut landed = pin!(flights.landed(&waited));
        let context = &mut Context::from_waker(Waker::noop());
        assert!(landed.as_mut().poll(context).is_pending());
        drop(other);
        assert!(landed.as_mut().poll(context).is_pending());
        mine.land(here);
        assert!(landed.as_mut().poll(context).is_ready());
    }

    #[test]
    fn a_worker_that_goes_away_lets_go_of_everything() {
        let (flights, here) = (Flights::default(), MessageId([1; 16]));
        drop(flights.take(vec![here]));
        let waited = [here];
        let mut landed = pin!(flights.landed(&waited));
        assert!(landed.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    }
}
