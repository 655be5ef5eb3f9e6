use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::{
    super::{Incoming, form},
    Event, Ignored, Restored, Unreadable,
    status::{self, Status},
    words,
};
use crate::{
    consent::event::Delivery,
    gateway::{About, Codes, Cost, Inbound, OptOutSignal, Refusal, Report},
    id::MessageId,
    inbound::Context,
    phone::PhoneNumber,
};

/// The parameter of per-message addresses that holds our message id.
const OURS: &str = "optin";

/// What a request is read with.
#[derive(Debug)]
pub(in super::super) struct Reading {
    pub(super) now: DateTime<Utc>,
    /// Whether what stands in the address can be believed.
    pub(super) address_is_covered: bool,
    message: Option<MessageId>,
    body: [u8; 16],
}

/// What a gateway says of a message.
pub(super) struct Told<'d> {
    pub(super) gateway: &'static str,
    pub(super) status: &'d str,
    pub(super) to: &'d str,
    pub(super) field: &'static str,
    pub(super) reference: Option<&'d str>,
    pub(super) id: Option<&'d str>,
    pub(super) codes: [Option<&'d str>; 2],
    pub(super) at: Option<&'d str>,
    pub(super) segments: Option<&'d str>,
    pub(super) cost: Option<Cost>,
}

/// What somebody wrote.
pub(super) struct Wrote<'d> {
    pub(super) gateway: &'static str,
    pub(super) id: Option<&'d str>,
    pub(super) from: &'d str,
    pub(super) to: Option<&'d str>,
    pub(super) text: &'d str,
    pub(super) at: Option<&'d str>,
}

impl Reading {
    pub(in super::super) fn new(
        incoming: &Incoming<'_>,
        address_is_covered: bool,
        now: DateTime<Utc>,
    ) -> Self {
        let query = if address_is_covered { incoming.query() } else { "" };
        let mut body = [0; 16];
        body.iter_mut().zip(Sha256::digest(incoming.body)).for_each(|(slot, byte)| *slot = byte);
        Self { now, address_is_covered, message: ours(query), body }
    }

    fn time(&self, text: Option<&str>) -> DateTime<Utc> {
        text.and_then(words::time).unwrap_or(self.now)
    }

    /// A text of a person. A sender without a number, a carrier's notice say, is nobody here.
    pub(super) fn inbound(&self, wrote: &Wrote<'_>) -> Event {
        let Some(from) = words::number(wrote.from) else { return ignored("no_number") };
        let Some(to) = words::addressed(wrote.to) else { return ignored("no_number") };
        let id = match wrote.id {
            Some(id) => format!("{}:{id}", wrote.gateway),
            // The same request is the same text, and another text is another one: a STOP is never taken for a repeat.
            None => format!("{}:{}:{}", wrote.gateway, MessageId(self.body), wrote.at.unwrap_or("")),
        };
        let (text, sent_at, context) = (wrote.text.to_owned(), self.time(wrote.at), Context::None);
        Event::Inbound(Inbound { id, from, to, text, sent_at, context })
    }

    /// A report, where the status is final. A code that means *opted out* counts whatever the status.
    pub(super) fn report(&self, told: &Told<'_>) -> Result<Event, Unreadable> {
        self.judge(told, status::of(told.gateway, told.status), |code| {
            Codes::builtin(told.gateway).on_report(code)
        })
    }

    /// The same with the tables at hand.
    pub(super) fn judge(
        &self,
        told: &Told<'_>,
        status: Option<Status>,
        refusal: impl Fn(&str) -> Option<Refusal>,
    ) -> Result<Event, Unreadable> {
        let codes = || told.codes.into_iter().flatten().filter(|code| !code.is_empty() && *code != "0");
        let refusal = codes().find_map(refusal);
        let delivery = match (status.and_then(Status::delivery), refusal) {
            (Some(delivery), _) => delivery,
            (None, Some(Refusal::OptedOut)) => Delivery::Undelivered,
            (None, _) => return Ok(ignored(told.status)),
        };
        let to = words::number(told.to).ok_or(Unreadable::Number(told.field))?;
        let mut report = Report::new(self.about(told)?, to, delivery, self.time(told.at));
        if delivery != Delivery::Delivered {
            report.refusal = refusal;
            report.code = codes().next().map(|code| code.chars().take(64).collect());
        }
        report.segments = told.segments.and_then(|count| count.parse().ok());
        report.cost = told.cost;
        Ok(Event::Report(report))
    }

    fn about(&self, told: &Told<'_>) -> Result<About, Unreadable> {
        let reference =
            told.reference.and_then(|reference| reference.parse::<MessageId>().ok()).or(self.message);
        match (reference, told.id) {
            (Some(message), _) => Ok(About::Message(message)),
            (None, Some(id)) => Ok(About::Gateway(id.to_owned())),
            (None, None) => Err(Unreadable::Missing("message id")),
        }
    }

    pub(super) fn opt_out(&self, number: PhoneNumber, sender: Option<&str>, at: Option<&str>) -> Event {
        let signal = OptOutSignal::by_gateway(number, self.time(at));
        // Where the event tells no time, that of its arrival would make each repeat a new one.
        let reference = at.is_none().then(|| MessageId(self.body).to_string());
        Event::OptOut(OptOutSignal { sender: sender.and_then(words::sender), reference, ..signal })
    }

    pub(super) fn restored(&self, number: PhoneNumber, sender: Option<&str>, at: Option<&str>) -> Event {
        Event::Restored(Restored { number, sender: sender.and_then(words::sender), at: self.time(at) })
    }
}

/// Our message id in the query of an address.
pub(super) fn ours(query: &str) -> Option<MessageId> {
    let pairs = form::pairs(query.as_bytes());
    std::str::from_utf8(form::single(&pairs, OURS)?).ok()?.parse().ok()
}

pub(super) fn ignored(kind: &str) -> Event {
    Event::Ignored(Ignored { kind: words::shown(kind) })
}

/// Each entry for itself: one that cannot be read does not keep the others from being heard.
pub(super) fn each<T>(
    entries: impl IntoIterator<Item = T>,
    read: impl Fn(T) -> Result<Vec<Event>, Unreadable>,
) -> Vec<Event> {
    entries.into_iter().flat_map(|entry| read(entry).unwrap_or_else(|why| vec![Event::Unread(why)])).collect()
}
