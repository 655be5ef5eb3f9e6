use std::{fmt, time::Duration};

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::{
    id::{MessageId, Name, RecipientId},
    message::{Body, Counting, Kind},
    phone::PhoneNumber,
};

/// Leave to hand over one message, once, until a deadline.
///
/// Only [`reserve`](super::reserve) makes one, after the ledger took the `Started` record. It is not `Clone`;
/// dropping it leaves the message *unknown*, never unsent.
#[must_use = "a permit that is dropped leaves its message unknown"]
pub struct Permit {
    pub(super) message: MessageId,
    pub(super) recipient: RecipientId,
    pub(super) number: PhoneNumber,
    pub(super) body: Body,
    pub(super) sender: Name,
    pub(super) kind: Kind,
    pub(super) not_before: DateTime<Utc>,
    pub(super) not_after: DateTime<Utc>,
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permit({} until {})", self.message, self.not_after)
    }
}

#[cfg(test)]
impl Permit {
    /// A permit without a decision, for the unit tests of gateways.
    pub(crate) fn for_test(
        message: MessageId,
        number: PhoneNumber,
        body: Body,
        sender: Name,
        not_after: DateTime<Utc>,
    ) -> Self {
        let (recipient, kind) = (RecipientId([1; 16]), Kind::Marketing);
        let not_before = DateTime::<Utc>::MIN_UTC;
        Self { message, recipient, number, body, sender, kind, not_before, not_after }
    }
}

impl Permit {
    /// The message it is for: the client reference that a gateway may keep.
    #[must_use]
    pub const fn message(&self) -> MessageId {
        self.message
    }

    /// The tenure it is for.
    #[must_use]
    pub const fn recipient(&self) -> RecipientId {
        self.recipient
    }

    /// The deadline.
    #[must_use]
    pub const fn not_after(&self) -> DateTime<Utc> {
        self.not_after
    }

    /// The only way to number and body. Refuses past the deadline, while the time is not known, and marketing
    /// once the clock was set back by more than five minutes since it was judged.
    ///
    /// # Errors
    /// [`Expired`]: the message was certainly not handed over.
    pub fn open(self, now: Option<DateTime<Utc>>) -> Result<Handover, Expired> {
        let now = now.filter(|now| *now >= self.not_before);
        let left = now.and_then(|now| (self.not_after - now).to_std().ok()).filter(|left| !left.is_zero());
        match left {
            Some(valid_for) => Ok(Handover {
                message: self.message,
                number: self.number,
                body: self.body,
                sender: self.sender,
                kind: self.kind,
                valid_for,
            }),
            None => Err(Expired),
        }
    }
}

/// An answer that can prove that nobody took the message. Only the gateways' own answer is one.
pub(crate) trait Refused {
    /// Whether the message was certainly not taken.
    fn is_certain(&self) -> bool;
}

/// The second half of a permit that was split: worth nothing until the first half certainly reached nobody.
pub(crate) struct Spare(Permit);

impl Spare {
    /// The permit again, bound as it was, if this answer to its first half proves that nobody took the message.
    pub(crate) fn after(self, answered: &impl Refused) -> Option<Permit> {
        answered.is_certain().then_some(self.0)
    }
}

/// What may be noted of a permit that passes by: no whole number, and the body only on request.
pub(crate) struct Glance {
    pub(crate) to: String,
    pub(crate) sender: Name,
    pub(crate) kind: Kind,
    pub(crate) segments: u32,
    pub(crate) body: Option<Body>,
}

impl Permit {
    /// Splits off a spare. Crate-private: with it a permit is still used up once.
    pub(crate) fn with_spare(self) -> (Self, Spare) {
        let spare = Self { body: self.body.clone(), sender: self.sender.clone(), ..self };
        (self, Spare(spare))
    }

    /// A look that uses nothing up. Crate-private: number and body leave by [`open`](Self::open) only.
    pub(crate) fn glance(&self, with_body: bool) -> Glance {
        Glance {
            to: self.number.to_string(),
            sender: self.sender.clone(),
            kind: self.kind,
            segments: self.body.segments(Counting::Standard).segments,
            body: with_body.then(|| self.body.clone()),
        }
    }
}

/// What a gateway hands to the carrier.
pub struct Handover {
    /// The message: idempotency key or client reference.
    pub message: MessageId,
    /// To whom.
    pub number: PhoneNumber,
    /// The final body.
    pub body: Body,
    /// From which sender.
    pub sender: Name,
    /// Of what kind.
    pub kind: Kind,
    /// The longest that a carrier may hold it: what is left of the recipient's window.
    pub valid_for: Duration,
}

impl fmt::Debug for Handover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Handover({} to {})", self.message, self.number)
    }
}

/// The deadline of a permit has passed, or the time is not known. Nothing was handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the permit's deadline has passed")]
pub struct Expired;
