//! What all adapters do alike: mind the deadline, open the permit, call once, judge the answer.

use std::{fmt::Debug, future::Future, time::Duration};

use chrono::{DateTime, Utc};
use reqwest::{Method, Url, header::HeaderMap};
use serde_json::Value;

use super::{
    reply::{Reply, Verdict},
    wire::{Line, Request},
};
use crate::{
    clock::Clock,
    gateway::{Answered, Capabilities, Codes, LookUp, Recalled, Refusal, Sought, Validity},
    permit::{Handover, Permit},
};

/// How a gateway takes the time that a message may wait.
#[derive(Debug, Clone, Copy)]
pub(super) enum Term {
    /// In this unit, counted from when it takes the message.
    Span { unit: Duration, shortest: Duration, longest: Duration },
    /// As an instant.
    Instant { longest: Duration },
    /// Not at all.
    None,
}

impl Term {
    pub(super) const fn seconds(shortest: u64, longest: u64) -> Self {
        let (shortest, longest) = (Duration::from_secs(shortest), Duration::from_secs(longest));
        Self::Span { unit: Duration::from_secs(1), shortest, longest }
    }

    pub(super) const fn minutes(shortest: u64, longest: u64) -> Self {
        let (shortest, longest) = (Duration::from_secs(60 * shortest), Duration::from_secs(60 * longest));
        Self::Span { unit: Duration::from_secs(60), shortest, longest }
    }
}

/// One message as an adapter writes it.
pub(super) struct Out<'a> {
    pub(super) handover: &'a Handover,
    pub(super) now: DateTime<Utc>,
    /// In the gateway's own unit, rounded down.
    pub(super) valid: Option<u64>,
    /// When it must be off the queue.
    pub(super) until: DateTime<Utc>,
    pub(super) callback: Option<String>,
}

impl Out<'_> {
    pub(super) fn text(&self) -> &str {
        self.handover.body.as_str()
    }

    pub(super) fn reference(&self) -> String {
        self.handover.message.to_string()
    }

    /// E.164.
    pub(super) fn to(&self) -> String {
        self.handover.number.e164()
    }

    /// E.164 without `+`.
    pub(super) fn to_digits(&self) -> String {
        self.handover.number.digits().to_string()
    }

    pub(super) fn sender(&self) -> &str {
        self.handover.sender.as_str()
    }

    /// The sender without `+`, for gateways that want none.
    pub(super) fn sender_digits(&self) -> &str {
        self.sender().trim_start_matches('+')
    }
}

/// What is particular to one gateway.
pub(super) trait Adapter: Debug + Send + Sync + 'static {
    fn line(&self) -> &Line;
    fn codes(&self) -> &Codes;
    /// Apart from validity, which follows from the term.
    fn able(&self) -> Capabilities;
    fn term(&self) -> Term;
    /// The request. `None` if this message cannot be written for this gateway.
    fn order(&self, out: &Out<'_>) -> Option<Request>;
    /// What the body of a 2xx says.
    fn verdict(&self, status: u16, answer: &Value) -> Verdict;
    /// The gateway's own code in the body of an error.
    fn code(&self, answer: &Value) -> Option<String>;
    fn find(&self, _sought: Sought) -> impl Future<Output = LookUp> + Send {
        async { LookUp::CannotSay }
    }
    fn call_back(&self, _id: String) -> impl Future<Output = Recalled> + Send {
        async { Recalled::CannotSay }
    }
}

pub(super) fn capabilities<A: Adapter>(adapter: &A) -> Capabilities {
    let able = adapter.able();
    let able = match adapter.line().answers_stop {
        Some(answers) => able.answering_stop(answers),
        None => able,
    };
    match shortest(adapter) {
        Some((shortest, longest)) => able.valid(shortest, longest),
        None => able,
    }
}

/// A period counts from when the gateway takes the message, so what the call may take comes off it: no permit
/// shorter than both can be told.
fn shortest<A: Adapter>(adapter: &A) -> Option<(Duration, Duration)> {
    let call = adapter.line().total;
    match adapter.term() {
        Term::Span { unit, shortest, longest } => Some((shortest.max(unit).saturating_add(call), longest)),
        Term::Instant { longest } => Some((Duration::from_secs(1).saturating_add(call), longest)),
        Term::None => None,
    }
}

pub(super) async fn send<A: Adapter>(adapter: &A, permit: Permit, clock: &dyn Clock) -> Answered {
    let expired = Answered::rejected(Refusal::Expired);
    let (Some(now), not_after) = (clock.now(), permit.not_after()) else { return expired };
    let Ok(handover) = permit.open(Some(now)) else { return expired };
    let left = handover.valid_for;
    if let Validity::PerMessage { shortest, .. } = capabilities(adapter).validity
        && left < shortest
    {
        return expired;
    }
    let call = adapter.line().total;
    let (valid, until) = match adapter.term() {
        Term::Span { unit, longest, .. } => {
            let valid = left.saturating_sub(call).min(longest);
            (Some(valid.as_secs() / unit.as_secs().max(1)), not_after)
        }
        Term::Instant { longest } => (None, not_after.min(now + longest)),
        Term::None => (None, not_after),
    };
    let callback = adapter.line().callback(handover.message);
    let out = Out { handover: &handover, now, valid, until, callback };
    let Some(request) = adapter.order(&out) else { return Answered::rejected(Refusal::Malformed) };
    let reply = adapter.line().call(request, left).await;
    reply.outcome(
        adapter.codes(),
        clock.now(),
        |json| adapter.code(json),
        |status, json| adapter.verdict(status, json),
    )
}

/// Asks without changing anything.
pub(super) async fn ask<A: Adapter>(adapter: &A, url: Url, headers: HeaderMap) -> Option<Value> {
    let request = Request { method: Method::GET, url, headers, body: Vec::new() };
    adapter.line().call(request, Duration::MAX).await.json()
}

/// Asks to take something back.
pub(super) async fn delete<A: Adapter>(adapter: &A, url: Url, headers: HeaderMap) -> Reply {
    let request = Request { method: Method::DELETE, url, headers, body: Vec::new() };
    adapter.line().call(request, Duration::MAX).await
}

/// `Gateway` for adapters.
macro_rules! gateway {
    ($adapter:ty) => {
        impl crate::gateway::Gateway for $adapter {
            fn capabilities(&self) -> crate::gateway::Capabilities {
                crate::gateway::http::exchange::capabilities(self)
            }
            async fn send(
                &self,
                permit: crate::permit::Permit,
                clock: &dyn crate::clock::Clock,
            ) -> crate::gateway::Answered {
                crate::gateway::http::exchange::send(self, permit, clock).await
            }
            async fn look_up(&self, sought: crate::gateway::Sought) -> crate::gateway::LookUp {
                crate::gateway::http::exchange::Adapter::find(self, sought).await
            }
            async fn recall(&self, id: String) -> crate::gateway::Recalled {
                crate::gateway::http::exchange::Adapter::call_back(self, id).await
            }
        }
    };
}

pub(super) use gateway;
