//! Real gateways, over one shared HTTP client each: an adapter says only what its gateway calls things.
//!
//! A call is made once. What failed before a connection stood is *rejected*; what may have reached the gateway
//! and was not clearly refused is *unknown*: no answer, half an answer, a page of HTML, a 5xx. A refusal is read
//! by the tables in `data/`. No adapter schedules a message at its gateway.

mod bird;
mod brevo;
mod exchange;
mod infobip;
mod mapped;
mod ovh;
mod parts;
mod plivo;
mod reply;
mod sinch;
mod telnyx;
mod template;
mod twilio;
mod vonage;
mod wire;

pub use bird::Bird;
pub use brevo::Brevo;
pub use infobip::Infobip;
pub use mapped::Mapped;
pub use ovh::OvhCloud;
pub use plivo::Plivo;
pub use secrecy::SecretString;
pub use sinch::Sinch;
pub use telnyx::Telnyx;
pub use twilio::Twilio;
pub use vonage::Vonage;
pub use wire::{Wire, WireError};
