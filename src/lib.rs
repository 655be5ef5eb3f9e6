//! **optin sends only the SMS that may be sent, and can prove it.**

pub mod consent;
pub mod content;
pub mod inbound;
pub mod law;
pub mod message;
pub mod phone;
pub mod place;

mod codec;
