//! What gateways tell, in our words, one file for each gateway.

mod bird;
mod brevo;
mod document;
mod infobip;
mod mapped;
mod messagebird;
mod ovh;
mod plivo;
mod reading;
mod sinch;
mod status;
mod telnyx;
mod twilio;
mod unreadable;
mod vonage;
mod words;

use chrono::{DateTime, Utc};
pub use mapped::{Mapping, MappingError};
pub(super) use reading::Reading;
pub use unreadable::Unreadable;

use super::Incoming;
use crate::{
    gateway::{Inbound, OptOutSignal, Report},
    id::Name,
    phone::PhoneNumber,
};

/// What a gateway tells.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// Somebody wrote: for [`Messenger::receive`](crate::Messenger::receive).
    Inbound(Inbound),
    /// What became of a message: for [`Messenger::report`](crate::Messenger::report).
    Report(Report),
    /// The gateway has stopped sending to somebody: for [`Messenger::opted_out`](crate::Messenger::opted_out).
    OptOut(OptOutSignal),
    /// The gateway sends to somebody again.
    Restored(Restored),
    /// Nothing to do: a message is on its way, or something that is not about SMS.
    Ignored(Ignored),
    /// One entry of several could not be read. The others stand.
    Unread(Unreadable),
}

/// A gateway reaches somebody again, after a START to it. That is reachability and **never consent**: what closed
/// here is opened by an opt-in, or by the START itself if that comes as a text too.
#[derive(Debug, Clone)]
pub struct Restored {
    /// Who.
    pub number: PhoneNumber,
    /// For which sender, if the gateway says.
    pub sender: Option<Name>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Something that changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// The gateway's own word for it, such as `sent`; `other` where that could hold more than a word.
    pub kind: String,
}

/// In which gateway's words a request speaks.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Dialect {
    /// Twilio: messages and status callbacks.
    Twilio,
    /// Vonage Messages API.
    VonageMessages,
    /// Vonage SMS API. A long text comes in parts, each with an id of its own, and each is read for itself: joining
    /// them would mean to wait for parts that may never come, with a STOP in hand.
    VonageSms,
    /// Telnyx.
    Telnyx,
    /// Sinch SMS API.
    Sinch,
    /// Infobip.
    Infobip,
    /// Plivo.
    Plivo,
    /// The new Bird platform.
    Bird,
    /// The older MessageBird platform.
    MessageBird,
    /// OVHcloud: records as its API lists them, one or many, whether called back or polled.
    OvhCloud,
    /// Brevo.
    Brevo,
    /// Any other, by a table of its field names.
    Mapped(Mapping),
}

impl Dialect {
    pub(super) fn read(&self, incoming: &Incoming<'_>, reading: &Reading) -> Result<Vec<Event>, Unreadable> {
        let tree = document::document(incoming, reading.address_is_covered)?;
        let doc = document::Doc(&tree);
        match self {
            Self::Twilio => twilio::read(doc, reading),
            Self::VonageMessages => vonage::messages(doc, reading),
            Self::VonageSms => vonage::sms(doc, reading),
            Self::Telnyx => telnyx::read(doc, reading),
            Self::Sinch => sinch::read(doc, reading),
            Self::Infobip => infobip::read(doc, reading),
            Self::Plivo => plivo::read(doc, reading),
            Self::Bird => bird::read(doc, reading),
            Self::MessageBird => messagebird::read(doc, reading),
            Self::OvhCloud => ovh::read(doc, reading),
            Self::Brevo => brevo::read(doc, reading),
            Self::Mapped(mapping) => mapped::read(mapping, doc, reading),
        }
    }
}
