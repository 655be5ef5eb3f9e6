use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::{
    gateway::{Capabilities, Validity},
    permit::Leeway,
};

/// So many of the last deliveries are remembered.
const KEPT: usize = 256;
/// Of a hundred deliveries one may be slower than what is taken for the queue.
const SLOWEST: usize = 100;

/// How long the gateway's queue takes, from what delivery reports say. In memory: a new process begins with what
/// the gateway claims.
#[derive(Debug, Default)]
pub(crate) struct Queue(Mutex<VecDeque<Duration>>);

impl Queue {
    /// A message was on the handset so long after its hand-over.
    pub(crate) fn took(&self, delay: Duration) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() == KEPT {
            last.pop_front();
        }
        last.push_back(delay);
    }

    /// The slowest of the last deliveries, but for one in a hundred.
    pub(crate) fn measured(&self) -> Option<Duration> {
        let last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut sorted: Vec<_> = last.iter().copied().collect();
        sorted.sort_unstable();
        sorted.into_iter().rev().nth(last.len() / SLOWEST)
    }

    /// How much of a window must be left, for a gateway that can do this.
    pub(crate) fn leeway(&self, gateway: &Capabilities) -> Leeway {
        match gateway.validity {
            Validity::PerMessage { shortest, .. } => Leeway { queue: Duration::ZERO, shortest },
            Validity::None { queue } => {
                let measured = self.measured().unwrap_or_default();
                Leeway { queue: queue.max(measured), shortest: Duration::ZERO }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Queue;
    use crate::gateway::Capabilities;

    #[test]
    fn a_slow_queue_is_given_more_room_and_a_fast_one_no_less_than_claimed() {
        let (queue, gateway) = (Queue::default(), Capabilities::plain());
        assert_eq!(queue.leeway(&gateway).queue, Duration::from_secs(900));
        (0..300).for_each(|_| queue.took(Duration::from_secs(5)));
        assert_eq!(queue.leeway(&gateway).queue, Duration::from_secs(900));
        (0..10).for_each(|_| queue.took(Duration::from_secs(3_600)));
        assert_eq!(queue.leeway(&gateway).queue, Duration::from_secs(3_600));
    }

    #[test]
    fn a_gateway_with_a_validity_period_needs_no_more_than_its_shortest() {
        let (queue, seconds) = (Queue::default(), Duration::from_secs);
        queue.took(seconds(3_600));
        let leeway = queue.leeway(&Capabilities::plain().valid(seconds(60), seconds(600)));
        assert_eq!((leeway.queue, leeway.shortest), (Duration::ZERO, seconds(60)));
    }
}
