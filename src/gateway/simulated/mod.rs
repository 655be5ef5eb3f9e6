//! A carrier in the process. Its whole behaviour follows from a seed: each try, each way to a handset and each
//! reply has dice of its own ([`dice`]), drawn for the message and never from the order of sends. A hand-over
//! meets the [`door`] (throughput), then what the dice hold for it ([`course`]); the [`desk`] remembers.

mod course;
mod desk;
mod dice;
mod door;
mod options;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use chrono::{DateTime, Utc};

pub use self::options::{Fate, Faults, Keyed, Repliers, SimulatedCarrierBuilder};
use self::{desk::Desk, options::Options};
use super::{Answered, Capabilities, Gateway, Inbound, LookUp, Recalled, Refusal, Report, Sought};
use crate::{
    clock::Clock,
    id::{MessageId, Name},
    message::Kind,
    permit::Permit,
    phone::PhoneNumber,
};

/// One message that the carrier really got.
#[derive(Clone, PartialEq, Eq)]
pub struct Taken {
    /// The message.
    pub message: MessageId,
    /// To whom.
    pub number: PhoneNumber,
    /// From which sender.
    pub sender: Name,
    /// The text.
    pub text: String,
    /// Of what kind.
    pub kind: Kind,
    /// When, by the clock it was sent with.
    pub at: DateTime<Utc>,
    /// How long it may wait, as the gateway was told.
    pub valid_for: Duration,
}

impl fmt::Debug for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Taken({} to {})", self.message, self.number)
    }
}

/// A carrier in the process: it reaches nobody and remembers everything.
///
/// It has no thread and no clock. Time is what the `clock` of a hand-over and the `now` of
/// [`reports_due`](Self::reports_due) and [`replies_due`](Self::replies_due) say.
///
/// ```
/// use std::time::Duration;
/// use optin::gateway::{Fate, Faults, Gateway, Idempotency, Refusal, SimulatedCarrier};
///
/// let ana = "+33612345678".parse()?;
/// let bob = "+33612345679".parse()?;
/// let carrier = SimulatedCarrier::builder(7)
///     .throughput(100)
///     .faults(Faults { lost_answer: 20, ..Faults::default() })
///     .with_number(ana, Fate::Refused(Refusal::Landline))
///     .with_reply(bob, "STOP", Duration::from_secs(60))
///     .idempotency(Idempotency::Native)
///     .build();
/// assert_eq!(carrier.capabilities().idempotency, Idempotency::Native);
/// assert_eq!(carrier.taken_count(), 0);
/// # Ok::<(), optin::phone::PhoneNumberError>(())
/// ```
#[derive(Debug)]
pub struct SimulatedCarrier {
    options: Options,
    desk: Mutex<Desk>,
}

impl SimulatedCarrier {
    /// A carrier that takes and delivers everything, at times that follow from this seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::builder(seed).build()
    }

    /// A carrier to set up: its behaviour follows from the seed and the settings.
    pub fn builder(seed: u64) -> SimulatedCarrierBuilder {
        SimulatedCarrierBuilder::new(seed)
    }

    fn with_options(options: Options) -> Self {
        Self { desk: Mutex::new(Desk::new(&options)), options }
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything that it got, in order, repeats included.
    #[must_use]
    pub fn taken(&self) -> Vec<Taken> {
        self.desk().taken.clone()
    }

    /// How much it got, repeats included.
    #[must_use]
    pub fn taken_count(&self) -> usize {
        self.desk().taken.len()
    }

    /// What it got for this number, in order.
    #[must_use]
    pub fn taken_for(&self, number: PhoneNumber) -> Vec<Taken> {
        self.desk().taken.iter().filter(|taken| taken.number == number).cloned().collect()
    }

    /// The messages that it got more than once, by id.
    #[must_use]
    pub fn duplicates(&self) -> Vec<MessageId> {
        self.desk().duplicates()
    }

    /// The delivery reports that have come by `now` and were not handed out before, in the order of their coming,
    /// which need not be the order of what they report.
    #[must_use]
    pub fn reports_due(&self, now: DateTime<Utc>) -> Vec<Report> {
        self.desk().reports_due(now)
    }

    /// The replies that have come by `now` and were not handed out before, in the order of their coming.
    #[must_use]
    pub fn replies_due(&self, now: DateTime<Utc>) -> Vec<Inbound> {
        self.desk().replies_due(now)
    }

    /// When the next report or reply comes: where a simulation may set its clock to.
    #[must_use]
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.desk().next_due()
    }
}

impl Gateway for SimulatedCarrier {
    fn capabilities(&self) -> Capabilities {
        let known = Capabilities::plain().simulated().idempotent(self.options.idempotency);
        let known = known.valid(Duration::from_millis(1), Duration::MAX);
        let known = if self.options.can_look_up() { known.looks_up() } else { known };
        let known = if self.options.recalls { known.cancels() } else { known };
        known.answering_stop(self.options.answers_stop)
    }

    async fn send(&self, permit: Permit, clock: &dyn Clock) -> Answered {
        let message = permit.message();
        let under_way = UnderWay::begin(self, message);
        Yields(self.options.yields).await;
        let now = clock.now();
        let (answered, polls) = match (permit.open(now), now) {
            (Ok(handover), Some(at)) => {
                let polls = desk::polls_after(&self.options, &handover);
                (self.desk().receive(&self.options, handover, at), polls)
            }
            _ => (Answered::rejected(Refusal::Expired), 0),
        };
        drop(under_way);
        Yields(polls).await;
        answered
    }

    async fn look_up(&self, sought: Sought) -> LookUp {
        self.desk().look_up(&self.options, sought.message)
    }

    async fn recall(&self, id: String) -> Recalled {
        self.desk().recall(&id)
    }
}

/// A hand-over that the carrier has not seen yet; ends when it has, or when the future is dropped.
#[derive(Debug)]
struct UnderWay<'a> {
    carrier: &'a SimulatedCarrier,
    message: MessageId,
}

impl<'a> UnderWay<'a> {
    fn begin(carrier: &'a SimulatedCarrier, message: MessageId) -> Self {
        carrier.desk().begin(message);
        Self { carrier, message }
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.carrier.desk().end(self.message);
    }
}

/// Pending for so many polls, and wakes at once each time.
#[derive(Debug)]
struct Yields(u32);

impl Future for Yields {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Some(left) = self.0.checked_sub(1) else { return Poll::Ready(()) };
        self.0 = left;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}
