//! The way out: one narrow trait, a carrier that lives in the process, and adapters for real gateways.
//!
//! | gateway | a repeat is kept apart by | validity | look-up | calls back | answers STOP itself ¹ |
//! |---|---|---|---|---|---|
//! | [`SimulatedCarrier`] (always compiled) | as set | as set | as set | as set | as set |
//! | `Twilio` | nothing | 1 s – 10 h | by number, body and minute | no | yes |
//! | `Vonage` (Messages API) | `client_ref`, echoed | 20 s – 7 d | no | no | no |
//! | `Telnyx` | `Idempotency-Key` | none | no | no | yes |
//! | `Sinch` | `client_reference` | until an instant, ≤ 3 d | by reference | yes | no |
//! | `Infobip` | `messageId` ² | ≤ 48 h | by reference, 48 h | no | no |
//! | `Plivo` | nothing | 5 s – 3 h ³ | no | no | yes |
//! | `Bird` | `Idempotency-Key` | 60 s – 48 h, a preview | by metadata | no | yes |
//! | `OvhCloud` | `tag`, echoed | minutes ³ | by tag | yes | no |
//! | `Brevo` | `tag`, echoed | none | by tag | no | no |
//! | `Mapped` | as mapped | as mapped | no | no | no |
//!
//! All but the first need the feature `http`. ¹ As accounts come; `Wire::answers_stop` says otherwise. ² A second use
//! is refused, which counts as *unknown*. ³ No documented bound was found: see the adapter. Sources: the vendors' own
//! clients (PyPI twilio 9.13.0, vonage 4.9.1, telnyx 4.189.0, sinch 2.3.0, infobip-api-python-client 6.0.0, plivo
//! 4.63.0, messagebird-sdk 0.106.0, brevo-python 5.1.0; npm @ovh-api/sms 3.1.26), whose requests
//! `tests/data/gateways/requests.jsonl` holds, and the pages that `data/*.toml` name for each code.
//!
//! Around any of them: [`Throttled`] keeps a rate and the waits that a gateway asks for, [`Recording`] shows what was
//! handed over, [`Failover`] asks a second gateway when the first certainly took nothing.
//!
//! A gateway gets a [`Permit`] by value and answers with one of three outcomes. A time-out is
//! [`Answered::Unknown`], never a refusal: nobody knows whether the carrier took the message.

mod adapt;
mod answer;
mod capabilities;
#[cfg(any(feature = "http", feature = "webhook"))]
mod codes;
#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
#[cfg(feature = "http")]
mod http;
mod simulated;
#[cfg(feature = "webhook")]
pub mod webhook;

use std::{fmt::Debug, future::Future, sync::Arc};

pub use adapt::{Call, Failover, Recording, Throttled};
pub use answer::{
    About, Acceptance, Answered, Cost, LookUp, Recalled, Refusal, Rejection, Report, Sought, Uncertain,
};
pub use capabilities::{Capabilities, Idempotency, Validity};
#[cfg(any(feature = "http", feature = "webhook"))]
pub use codes::{Codes, CodesError, Meaning};
#[cfg(feature = "http")]
pub use http::{
    Bird, Brevo, Infobip, Mapped, OvhCloud, Plivo, SecretString, Sinch, Telnyx, Twilio, Vonage, Wire,
    WireError,
};
pub use simulated::{Fate, Faults, Keyed, Repliers, SimulatedCarrier, SimulatedCarrierBuilder, Taken};

pub use crate::inbound::{Inbound, OptOutSignal};

use crate::{clock::Clock, ledger::BoxFuture, permit::Permit};

/// A carrier's front door.
///
/// The future of [`send`](Self::send) may be dropped: the message is then *unknown*. A gateway never schedules
/// marketing at the provider: a text that waits there outlives a STOP.
pub trait Gateway: Debug + Send + Sync + 'static {
    /// What it can do.
    fn capabilities(&self) -> Capabilities;

    /// Hands one message over. Opens the permit at the last moment, with the time that `clock` then shows, and
    /// tells the provider to keep the message no longer than
    /// [`valid_for`](crate::permit::Handover::valid_for).
    fn send(&self, permit: Permit, clock: &dyn Clock) -> impl Future<Output = Answered> + Send;

    /// Asks what became of a message. A gateway that cannot look up says [`LookUp::CannotSay`].
    fn look_up(&self, sought: Sought) -> impl Future<Output = LookUp> + Send {
        drop(sought);
        async { LookUp::CannotSay }
    }

    /// Calls back a message that was taken under this id and may not have left yet.
    fn recall(&self, id: String) -> impl Future<Output = Recalled> + Send {
        drop(id);
        async { Recalled::CannotSay }
    }
}

/// The boxed twin of [`Gateway`].
pub trait DynGateway: Debug + Send + Sync {
    /// See [`Gateway::capabilities`].
    fn capabilities(&self) -> Capabilities;
    /// See [`Gateway::send`].
    fn send<'a>(&'a self, permit: Permit, clock: &'a dyn Clock) -> BoxFuture<'a, Answered>;
    /// See [`Gateway::look_up`].
    fn look_up(&self, sought: Sought) -> BoxFuture<'_, LookUp>;
    /// See [`Gateway::recall`].
    fn recall(&self, id: String) -> BoxFuture<'_, Recalled>;
}

impl<G: Gateway> DynGateway for G {
    fn capabilities(&self) -> Capabilities {
        Gateway::capabilities(self)
    }
    fn send<'a>(&'a self, permit: Permit, clock: &'a dyn Clock) -> BoxFuture<'a, Answered> {
        Box::pin(Gateway::send(self, permit, clock))
    }
    fn look_up(&self, sought: Sought) -> BoxFuture<'_, LookUp> {
        Box::pin(Gateway::look_up(self, sought))
    }
    fn recall(&self, id: String) -> BoxFuture<'_, Recalled> {
        Box::pin(Gateway::recall(self, id))
    }
}

impl<G: Gateway> Gateway for Arc<G> {
    fn capabilities(&self) -> Capabilities {
        Gateway::capabilities(&**self)
    }
    fn send(&self, permit: Permit, clock: &dyn Clock) -> impl Future<Output = Answered> + Send {
        Gateway::send(&**self, permit, clock)
    }
    fn look_up(&self, sought: Sought) -> impl Future<Output = LookUp> + Send {
        Gateway::look_up(&**self, sought)
    }
    fn recall(&self, id: String) -> impl Future<Output = Recalled> + Send {
        Gateway::recall(&**self, id)
    }
}
