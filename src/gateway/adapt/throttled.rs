use std::{
    collections::VecDeque,
    num::NonZeroU32,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};

use crate::{
    clock::Clock,
    gateway::{Answered, Capabilities, Gateway, LookUp, Recalled, Refusal, Sought},
    permit::Permit,
};

const SECOND: Duration = Duration::from_secs(1);

/// Hands over at most so many messages in any second, and none while the gateway has asked to wait.
///
/// It sleeps never and has no timer: what is too fast is answered with [`Refusal::RateLimited`] and the wait that
/// is left, its permit unopened. Time is what both the wall and the monotonic clock of the hand-over say has
/// passed, whichever says less, so a clock that jumps, stands or goes back lets nothing more through. The rate
/// holds in this process; look-ups and recalls do not count.
///
/// A refusal that [lies with the gateway](Refusal::lies_with_gateway) and names a wait holds all messages back; one
/// that lies with a person or the words holds nobody else back.
///
/// ```
/// use std::num::NonZeroU32;
/// use optin::gateway::{Gateway, Idempotency, SimulatedCarrier, Throttled};
/// # use optin::{clock::FixedClock, gateway::{Answered, Refusal}, permit::Permit};
/// let ten = NonZeroU32::new(10).ok_or("not a rate")?;
/// let gateway = Throttled::new(SimulatedCarrier::seeded(7), ten);
/// assert!(gateway.capabilities().look_up);              // what it can do is what the inner one can do
/// assert!(NonZeroU32::new(0).is_none());                // a rate of nothing cannot be written
/// # async fn eleven(gateway: &Throttled<SimulatedCarrier>, permit: Permit, clock: &FixedClock) {
/// // The eleventh within a second:
/// let answer = gateway.send(permit, clock).await;
/// assert!(matches!(answer, Answered::Rejected(said)
///     if said.refusal == Refusal::RateLimited && !said.permanent && said.retry_after.is_some()));
/// # }
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug)]
pub struct Throttled<G> {
    gateway: G,
    per_second: NonZeroU32,
    pace: Mutex<Pace>,
}

impl<G: Gateway> Throttled<G> {
    /// At most `per_second` messages in any second.
    #[must_use]
    pub fn new(gateway: G, per_second: NonZeroU32) -> Self {
        Self { gateway, per_second, pace: Mutex::default() }
    }

    /// Takes a turn, or says why not.
    fn turn(&self, clock: &dyn Clock) -> Result<(), Answered> {
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        // Without a time the permit could not be opened either.
        if !pace.observe(clock) {
            return Err(Answered::rejected(Refusal::Expired));
        }
        let wait = pace.wait(self.per_second);
        if wait.is_zero() {
            let now = pace.passed;
            pace.calls.push_back(now);
            return Ok(());
        }
        Err(Answered::refused(Refusal::RateLimited, None, Some(wait)))
    }

    fn note(&self, answered: &Answered, clock: &dyn Clock) {
        let Answered::Rejected(said) = answered else { return };
        let Some(wait) = said.retry_after.filter(|_| said.refusal.lies_with_gateway()) else { return };
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        // Unknown time has not passed: the wait begins where the clock was last seen.
        pace.observe(clock);
        pace.not_before = pace.not_before.max(pace.passed.saturating_add(wait));
    }
}

impl<G: Gateway> Gateway for Throttled<G> {
    fn capabilities(&self) -> Capabilities {
        self.gateway.capabilities()
    }

    async fn send(&self, permit: Permit, clock: &dyn Clock) -> Answered {
        if let Err(refused) = self.turn(clock) {
            return refused;
        }
        let answered = self.gateway.send(permit, clock).await;
        self.note(&answered, clock);
        answered
    }

    async fn look_up(&self, sought: Sought) -> LookUp {
        self.gateway.look_up(sought).await
    }

    async fn recall(&self, id: String) -> Recalled {
        self.gateway.recall(id).await
    }
}

/// Time on a scale of its own, which only certain time moves on.
#[derive(Debug, Default)]
struct Pace {
    seen: Option<(Duration, DateTime<Utc>)>,
    passed: Duration,
    /// The calls of the last second.
    calls: VecDeque<Duration>,
    not_before: Duration,
}

impl Pace {
    /// Reads the clock; says whether it knows the time. Under the lock, so that readings come in order.
    fn observe(&mut self, clock: &dyn Clock) -> bool {
        let monotonic = clock.monotonic();
        let Some(wall) = clock.now() else { return false };
        if let Some((then, at)) = self.seen.replace((monotonic, wall)) {
            let by_wall = (wall - at).to_std().unwrap_or(Duration::ZERO);
            self.passed = self.passed.saturating_add(monotonic.saturating_sub(then).min(by_wall));
        }
        true
    }

    /// How long until the next call may go.
    fn wait(&mut self, per_second: NonZeroU32) -> Duration {
        while self.calls.front().is_some_and(|call| self.passed.saturating_sub(*call) >= SECOND) {
            self.calls.pop_front();
        }
        let full = usize::try_from(per_second.get()).is_ok_and(|most| self.calls.len() >= most);
        let oldest = self.calls.front().filter(|_| full).map_or(Duration::ZERO, |call| *call + SECOND);
        oldest.max(self.not_before).saturating_sub(self.passed)
    }
}
