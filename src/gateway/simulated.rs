use std::sync::Mutex;

use super::{Answered, Capabilities, Gateway, Idempotency, LookUp, Refusal};
use crate::{
    clock::Clock,
    id::{MessageId, Name},
    permit::Permit,
    phone::PhoneNumber,
};

/// How a simulated carrier misbehaves.
#[derive(Debug, Clone, Copy, Default)]
pub struct Faults {}

/// One message that the carrier really got.
#[derive(Clone)]
pub struct Taken {
    /// The message.
    pub message: MessageId,
    /// To whom.
    pub number: PhoneNumber,
    /// From which sender.
    pub sender: Name,
    /// The text.
    pub text: String,
    /// When, by the clock it was sent with.
    pub at: chrono::DateTime<chrono::Utc>,
}

impl std::fmt::Debug for Taken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Taken({} to {})", self.message, self.number)
    }
}

/// A carrier in the process: it reaches nobody and remembers everything.
#[derive(Debug)]
pub struct SimulatedCarrier {
    taken: Mutex<Vec<Taken>>,
}

impl SimulatedCarrier {
    /// A carrier whose behaviour follows from this seed.
    #[must_use]
    pub fn seeded(_seed: u64) -> Self {
        Self { taken: Mutex::default() }
    }

    /// Everything that it got, in order.
    #[must_use]
    pub fn taken(&self) -> Vec<Taken> {
        self.taken.lock().map(|taken| taken.clone()).unwrap_or_default()
    }
}

impl Gateway for SimulatedCarrier {
    fn capabilities(&self) -> Capabilities {
        Capabilities {
            idempotency: Idempotency::ClientReference,
            validity: true,
            look_up: true,
            answers_stop: false,
            simulated: true,
        }
    }

    async fn send(&self, permit: Permit, clock: &dyn Clock) -> Answered {
        let now = clock.now();
        let (Ok(handover), Some(at)) = (permit.open(now), now) else {
            return Answered::Rejected { permanent: false, refusal: Refusal::Expired };
        };
        let id = format!("SIM{}", handover.message);
        if let Ok(mut taken) = self.taken.lock() {
            taken.push(Taken {
                message: handover.message,
                number: handover.number,
                sender: handover.sender,
                text: handover.body.as_str().to_owned(),
                at,
            });
        }
        Answered::Accepted { id }
    }

    async fn look_up(&self, message: MessageId) -> LookUp {
        let found = self.taken.lock().is_ok_and(|taken| taken.iter().any(|t| t.message == message));
        if found { LookUp::Found { id: format!("SIM{message}") } } else { LookUp::NeverTaken }
    }
}
