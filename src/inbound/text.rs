use std::fmt;

use chrono::{DateTime, Utc};

use super::Context;
use crate::{
    id::{Name, NameError},
    phone::PhoneNumber,
};

/// A text that came in.
#[derive(Clone)]
pub struct Inbound {
    /// What the gateway calls it: a repeat is the same text.
    pub id: String,
    /// Who wrote.
    pub from: PhoneNumber,
    /// The sender that was answered.
    pub to: Name,
    /// The words.
    pub text: String,
    /// When, by the carrier's clock.
    pub sent_at: DateTime<Utc>,
    /// What the person is being spoken with about, where the host knows.
    pub context: Context,
}

impl Inbound {
    /// A text from `from` to the sender `to`.
    ///
    /// # Errors
    /// `to` is not a [`Name`].
    pub fn text(
        id: impl Into<String>,
        from: PhoneNumber,
        to: &str,
        text: impl Into<String>,
        sent_at: DateTime<Utc>,
    ) -> Result<Self, NameError> {
        let (id, to, context) = (id.into(), Name::new(to)?, Context::None);
        Ok(Self { id, from, to, text: text.into(), sent_at, context })
    }

    /// What the person is being spoken with about, such as an order or an appointment. Questions that the ledger knows
    /// of need not be said. While such a conversation goes on, a YES may be meant for it, and confirms no opt-in.
    #[must_use]
    pub const fn about(mut self, context: Context) -> Self {
        self.context = context;
        self
    }
}

impl fmt::Debug for Inbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Inbound(from {} to {})", self.from, self.to)
    }
}
