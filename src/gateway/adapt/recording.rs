use std::{
    collections::VecDeque,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};

use crate::{
    clock::Clock,
    gateway::{Answered, Capabilities, Gateway, LookUp, Recalled, Sought},
    id::{MessageId, Name},
    message::{Body, Kind},
    permit::Permit,
};

/// Calls that are kept unless said.
const KEPT: usize = 1_000;

/// One hand-over as it passed by. Holds no whole number.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Call {
    /// The message.
    pub message: MessageId,
    /// To whom, masked.
    pub to: String,
    /// From which sender.
    pub sender: Name,
    /// Of what kind.
    pub kind: Kind,
    /// What it costs by GSM 03.38 and UCS-2 counting.
    pub segments: u32,
    /// When it was handed on; `None` while the clock did not know.
    pub at: Option<DateTime<Utc>>,
    /// The answer; `None` while it is out, and for good if the hand-over was dropped.
    pub answered: Option<Answered>,
    /// The text, with [`Recording::with_bodies`] only.
    pub body: Option<Body>,
}

/// Remembers the last hand-overs that went through, for tests and rehearsals.
///
/// ```
/// use optin::gateway::{Recording, SimulatedCarrier};
/// # use optin::{clock::FixedClock, gateway::Gateway, permit::Permit};
/// let gateway = Recording::new(SimulatedCarrier::seeded(7)).keeping(50);
/// assert!(gateway.calls().is_empty());
/// # async fn sent(gateway: &Recording<SimulatedCarrier>, permit: Permit, clock: &FixedClock) {
/// gateway.send(permit, clock).await;
/// let calls = gateway.calls();
/// assert_eq!(calls[0].to, "+33*******78");
/// assert_eq!(calls[0].body, None);                      // unless `.with_bodies()`
/// // A refused hand-over is recorded like any other:
/// assert!(calls[0].answered.as_ref().is_some_and(|answer| !answer.is_rejected()));
/// # }
/// ```
pub struct Recording<G> {
    gateway: G,
    bodies: bool,
    most: usize,
    tape: Mutex<Tape>,
}

/// The last calls; the first of them is number `gone`.
#[derive(Debug, Default)]
struct Tape {
    gone: u64,
    calls: VecDeque<Call>,
}

impl<G: Gateway> Recording<G> {
    /// Keeps the last thousand.
    #[must_use]
    pub fn new(gateway: G) -> Self {
        Self { gateway, bodies: false, most: KEPT, tape: Mutex::default() }
    }

    /// Keeps the last `most`.
    #[must_use]
    pub fn keeping(self, most: usize) -> Self {
        Self { most, ..self }
    }

    /// Keeps the texts too: for rehearsals, where no text is a real person's.
    #[must_use]
    pub fn with_bodies(self) -> Self {
        Self { bodies: true, ..self }
    }

    /// The gateway itself.
    #[must_use]
    pub const fn gateway(&self) -> &G {
        &self.gateway
    }

    /// The calls that are kept, oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.tape().calls.iter().cloned().collect()
    }

    /// How many calls there were, with those that are not kept any more.
    #[must_use]
    pub fn count(&self) -> u64 {
        let tape = self.tape();
        tape.gone + tape.calls.len() as u64
    }

    fn tape(&self) -> MutexGuard<'_, Tape> {
        self.tape.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a call and gives its number.
    fn begin(&self, permit: &Permit, at: Option<DateTime<Utc>>) -> u64 {
        let seen = permit.glance(self.bodies);
        let call = Call {
            message: permit.message(),
            to: seen.to,
            sender: seen.sender,
            kind: seen.kind,
            segments: seen.segments,
            at,
            answered: None,
            body: seen.body,
        };
        let mut tape = self.tape();
        let number = tape.gone + tape.calls.len() as u64;
        tape.calls.push_back(call);
        if tape.calls.len() > self.most {
            tape.calls.pop_front();
            tape.gone += 1;
        }
        number
    }

    fn end(&self, number: u64, answered: &Answered) {
        let mut tape = self.tape();
        let place = number.checked_sub(tape.gone).and_then(|place| usize::try_from(place).ok());
        if let Some(call) = place.and_then(|place| tape.calls.get_mut(place)) {
            call.answered = Some(answered.clone());
        }
    }
}

impl<G: fmt::Debug> fmt::Debug for Recording<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.tape.lock().unwrap_or_else(PoisonError::into_inner).calls.len();
        f.debug_struct("Recording")
            .field("gateway", &self.gateway)
            .field("kept", &kept)
            .finish_non_exhaustive()
    }
}

impl<G: Gateway> Gateway for Recording<G> {
    fn capabilities(&self) -> Capabilities {
        self.gateway.capabilities()
    }

    async fn send(&self, permit: Permit, clock: &dyn Clock) -> Answered {
        let number = self.begin(&permit, clock.now());
        let answered = self.gateway.send(permit, clock).await;
        self.end(number, &answered);
        answered
    }

    async fn look_up(&self, sought: Sought) -> LookUp {
        self.gateway.look_up(sought).await
    }

    async fn recall(&self, id: String) -> Recalled {
        self.gateway.recall(id).await
    }
}
