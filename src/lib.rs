//! **optin sends only the SMS that may be sent, and can prove it.**

pub mod campaign;
pub mod clock;
pub mod consent;
pub mod content;
pub mod danger;
pub mod dispatch;
pub mod gateway;
pub mod id;
pub mod inbound;
pub mod law;
pub mod ledger;
pub mod message;
pub mod permit;
pub mod phone;
pub mod place;
pub mod policy;
pub mod program;

mod codec;
mod messenger;

pub use messenger::*;
