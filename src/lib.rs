//! **optin sends only the SMS that may be sent, and can prove it.**

pub mod phone;
pub mod place;

mod codec;
