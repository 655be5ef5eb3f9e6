//! The way out: one narrow trait, and a carrier that lives in the process.
//!
//! | gateway | needs | for |
//! |---|---|---|
//! | [`SimulatedCarrier`] | nothing, always compiled | tests, simulations, rehearsals |
//!
//! A gateway gets a [`Permit`] by value and answers with one of three outcomes. A time-out is
//! [`Answered::Unknown`], never a refusal: nobody knows whether the carrier took the message.

mod simulated;

use std::{fmt::Debug, future::Future, sync::Arc};

pub use simulated::{Fate, Faults, Keyed, Repliers, SimulatedCarrier, SimulatedCarrierBuilder, Taken};

pub use crate::inbound::{Inbound, OptOutSignal};

use crate::{
    clock::Clock, codec::cbor_enum, consent::event::Delivery, id::MessageId, ledger::BoxFuture,
    permit::Permit, phone::PhoneNumber,
};

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

/// What a gateway can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capabilities {
    /// What protects a repeated send.
    pub idempotency: Idempotency,
    /// It takes a validity period, so that a queued text cannot land at night.
    pub validity: bool,
    /// A message can be looked up by its reference.
    pub look_up: bool,
    /// It answers STOP by itself, so the library must not.
    pub answers_stop: bool,
    /// It reaches nobody: the only kind that a volatile ledger may drive.
    pub simulated: bool,
}

cbor_enum! {
    /// Why a gateway refused, in our words.
    pub enum Refusal {
        /// The person opted out, as the gateway knows.
        OptedOut = 0, "recipient_opted_out";
        /// No such number, or it cannot be reached.
        Unreachable = 1, "unreachable";
        /// A landline.
        Landline = 2, "landline_unreachable";
        /// Too fast.
        RateLimited = 3, "rate_limited";
        /// Blocked by carrier or policy.
        Blocked = 4, "blocked_by_carrier";
        /// The sender is not registered.
        SenderUnregistered = 5, "sender_unregistered";
        /// The permit's deadline had passed.
        Expired = 6, "permit_expired";
        /// The gateway is out of order and certainly took nothing.
        Unavailable = 7, "unavailable";
        /// Anything else.
        Other = 8, "other";
    }
}

/// How a hand-over was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// Taken.
    Accepted {
        /// The gateway's own id.
        id: String,
    },
    /// Certainly not taken.
    Rejected {
        /// Trying again cannot help.
        permanent: bool,
        /// Why.
        refusal: Refusal,
    },
    /// Nobody knows.
    Unknown,
}

/// What a look-up found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookUp {
    /// The gateway has it.
    Found {
        /// The gateway's own id.
        id: String,
    },
    /// The gateway certainly has not got it and will not get it.
    NeverTaken,
    /// It cannot say.
    CannotSay,
}

/// A delivery report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The message.
    pub message: MessageId,
    /// Whom it was for.
    pub to: PhoneNumber,
    /// What it says.
    pub delivery: Delivery,
    /// When, by the gateway's clock.
    pub at: chrono::DateTime<chrono::Utc>,
}

/// A carrier's front door.
///
/// The future of [`send`](Self::send) may be dropped: the message is then *unknown*. A gateway never schedules
/// marketing at the provider: a text that waits there outlives a STOP.
pub trait Gateway: Debug + Send + Sync + 'static {
    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Hands one message over. Opens the permit at the last moment, with the time that `clock` then shows.
    fn send(&self, permit: Permit, clock: &dyn Clock) -> impl Future<Output = Answered> + Send;

    /// Asks what became of a message.
    fn look_up(&self, message: MessageId) -> impl Future<Output = LookUp> + Send;
}

/// The boxed twin of [`Gateway`].
pub trait DynGateway: Debug + Send + Sync {
    /// See [`Gateway::capabilities`].
    fn capabilities(&self) -> Capabilities;
    /// See [`Gateway::send`].
    fn send<'a>(&'a self, permit: Permit, clock: &'a dyn Clock) -> BoxFuture<'a, Answered>;
    /// See [`Gateway::look_up`].
    fn look_up(&self, message: MessageId) -> BoxFuture<'_, LookUp>;
}

impl<G: Gateway> DynGateway for G {
    fn capabilities(&self) -> Capabilities {
        Gateway::capabilities(self)
    }
    fn send<'a>(&'a self, permit: Permit, clock: &'a dyn Clock) -> BoxFuture<'a, Answered> {
        Box::pin(Gateway::send(self, permit, clock))
    }
    fn look_up(&self, message: MessageId) -> BoxFuture<'_, LookUp> {
        Box::pin(Gateway::look_up(self, message))
    }
}

impl<G: Gateway> Gateway for Arc<G> {
    fn capabilities(&self) -> Capabilities {
        Gateway::capabilities(&**self)
    }
    fn send(&self, permit: Permit, clock: &dyn Clock) -> impl Future<Output = Answered> + Send {
        Gateway::send(&**self, permit, clock)
    }
    fn look_up(&self, message: MessageId) -> impl Future<Output = LookUp> + Send {
        Gateway::look_up(&**self, message)
    }
}
