//! Records with what is known of each of their kind; the rest is added.

use super::event::{Heard, Reassigned, Revoked, Road, Said, Suspended};
use crate::id::{InboundId, Name};

/// Among what a revocation expressly keeps: orders, deliveries, appointments, whatever is no marketing.
pub const ORDERS: &str = "orders";

impl Revoked {
    /// A revocation of everything, by this road, at this moment in Unix milliseconds; nothing else is known of it.
    #[must_use]
    pub const fn all(road: Road, acted_ms: i64) -> Self {
        Self {
            said: Said::All,
            program: None,
            sender: None,
            topic: None,
            road,
            acted_ms,
            inbound: None,
            matched: None,
            import: None,
            line: None,
            read: None,
            kept: None,
            signal: None,
            by: None,
        }
    }
}

impl Heard {
    /// A text of this intent's code.
    #[must_use]
    pub fn new(intent: &str, inbound: InboundId, acted_ms: i64) -> Self {
        Self { intent: intent.to_owned(), inbound, acted_ms, read: None }
    }
}

impl Suspended {
    /// A doubtful text that waits until this deadline. Both moments in Unix milliseconds.
    #[must_use]
    pub const fn new(inbound: InboundId, acted_ms: i64, deadline_ms: i64) -> Self {
        Self { deadline_ms, inbound, acted_ms, program: None, sender: None, read: None }
    }
}

impl Reassigned {
    /// Somebody else's number since then, in Unix milliseconds, if that is known.
    #[must_use]
    pub const fn new(source: Name, since_ms: Option<i64>) -> Self {
        Self { source, since_ms, deactivated: None, signal: None }
    }
}
