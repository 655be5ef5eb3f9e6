use std::fmt;

use chrono::{DateTime, Utc};

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
        Ok(Self { id: id.into(), from, to: Name::new(to)?, text: text.into(), sent_at })
    }
}

impl fmt::Debug for Inbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Inbound(from {} to {})", self.from, self.to)
    }
}
