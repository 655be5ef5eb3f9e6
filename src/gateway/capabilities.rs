use std::time::Duration;

use crate::codec::cbor_enum;

cbor_enum! {
    /// What protects a repeated send.
    pub enum Idempotency {
        /// The gateway takes a key and answers a repeat with the first answer.
        Native = 0, "native";
        /// The gateway echoes a reference that can be looked up.
        ClientReference = 1, "client_reference";
        /// Nothing does.
        None = 2, "none";
    }
}

/// How a gateway keeps a queued text from landing late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    /// Every message tells how long it may wait; shorter than `shortest` cannot be told.
    PerMessage {
        /// The shortest period that it takes.
        shortest: Duration,
        /// The longest.
        longest: Duration,
    },
    /// It takes none: hand-overs end earlier, by what its queue was measured to take and never by less than this.
    None {
        /// What its queue is thought to take until it was measured.
        queue: Duration,
    },
}

/// What a gateway can do.
///
/// ```
/// use optin::gateway::{Capabilities, Idempotency};
/// // What is not claimed is not there: no key, no look-up, and a quarter of an hour of queue.
/// let plain = Capabilities::plain();
/// assert!(!plain.look_up && plain.idempotency == Idempotency::None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// What protects a repeated send.
    pub idempotency: Idempotency,
    /// How a queued text is kept from landing at night.
    pub validity: Validity,
    /// A message can be looked up.
    pub look_up: bool,
    /// A message that was taken and not delivered can be called back.
    pub cancel: bool,
    /// It answers STOP by itself, so the library must not.
    pub answers_stop: bool,
    /// It reaches nobody: the only kind that a volatile ledger may drive.
    pub simulated: bool,
}

impl Capabilities {
    /// A gateway of which nothing is known: nothing is taken for granted.
    #[must_use]
    pub const fn plain() -> Self {
        Self {
            idempotency: Idempotency::None,
            validity: Validity::None { queue: Duration::from_secs(15 * 60) },
            look_up: false,
            cancel: false,
            answers_stop: false,
            simulated: false,
        }
    }

    /// With a validity period for every message.
    #[must_use]
    pub const fn valid(self, shortest: Duration, longest: Duration) -> Self {
        Self { validity: Validity::PerMessage { shortest, longest }, ..self }
    }

    /// With this protection of a repeated send.
    #[must_use]
    pub const fn idempotent(self, idempotency: Idempotency) -> Self {
        Self { idempotency, ..self }
    }

    /// With look-up.
    #[must_use]
    pub const fn looks_up(self) -> Self {
        Self { look_up: true, ..self }
    }

    /// With calling back.
    #[must_use]
    pub const fn cancels(self) -> Self {
        Self { cancel: true, ..self }
    }

    /// Says whether it answers STOP by itself.
    #[must_use]
    pub const fn answering_stop(self, answers_stop: bool) -> Self {
        Self { answers_stop, ..self }
    }

    /// Reaches nobody.
    #[must_use]
    pub const fn simulated(self) -> Self {
        Self { simulated: true, ..self }
    }
}
