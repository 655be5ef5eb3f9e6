//! What gateways send to us: replies, delivery reports, opt-outs.
//!
//! A request is verified first ([`Signature`]) and read afterwards. Framework-free: `http` requests in, typed
//! values out.

mod event;
mod forged;
mod form;
mod hook;
mod incoming;
mod replay;
mod signature;

pub use event::{Dialect, Event, Ignored, Mapping, MappingError, Restored, Unreadable};
pub use forged::Forged;
pub use hook::{HookError, Received, Webhook};
pub use incoming::Incoming;
pub use replay::Once;
pub use signature::{Moment, PathToken, Signature, TwilioKeys, VonageMethod};
