//! Infobip (PyPI infobip-api-python-client 6.0.0, `/sms/3`).

use reqwest::header::HeaderValue;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{
    exchange::{self, Adapter, Out, Term, gateway},
    parts,
    reply::Verdict,
    wire::{Line, Request, Wire, WireError},
};
use crate::{
    consent::event::Delivery,
    gateway::{Capabilities, Codes, Idempotency, LookUp, Refusal, Sought},
};

/// [Infobip](https://www.infobip.com/docs/api/channels/sms): JSON, an API key. The message id is Infobip's
/// `messageId` too: a second use is refused as a duplicate, which here is *unknown*, for the first was perhaps
/// taken; and its logs (48 hours) can be asked for it. The base URL is the account's own.
#[derive(Debug)]
pub struct Infobip {
    line: Line,
    codes: Codes,
    auth: HeaderValue,
}

gateway!(Infobip);

impl Infobip {
    /// With an API key; the account's own host is set by [`Wire::base_url`].
    ///
    /// # Errors
    /// See [`WireError`].
    pub fn new(key: impl Into<SecretString>, wire: Wire) -> Result<Self, WireError> {
        let auth = parts::secret_header("App ", &key.into())?;
        Ok(Self { line: Line::new(wire, "https://api.infobip.com")?, codes: Codes::builtin("infobip"), auth })
    }

    /// With the host's own table of codes.
    #[must_use]
    pub fn codes(self, codes: Codes) -> Self {
        Self { codes, ..self }
    }
}

impl Adapter for Infobip {
    fn line(&self) -> &Line {
        &self.line
    }

    fn codes(&self) -> &Codes {
        &self.codes
    }

    fn able(&self) -> Capabilities {
        Capabilities::plain().idempotent(Idempotency::ClientReference).looks_up()
    }

    fn term(&self) -> Term {
        Term::seconds(1, 48 * 3_600)
    }

    fn order(&self, out: &Out<'_>) -> Option<Request> {
        let message = parts::object([
            ("sender", Some(json!(out.sender_digits()))),
            ("destinations", Some(json!([{"to": out.to_digits(), "messageId": out.reference()}]))),
            ("content", Some(json!({"text": out.text()}))),
            ("options", Some(json!({"validityPeriod": {"amount": out.valid?, "timeUnit": "SECONDS"}}))),
            ("webhooks", out.callback.as_ref().map(|url| json!({"delivery": {"url": url}}))),
        ]);
        let body = json!({"messages": [message]});
        Some(parts::post_json(self.line.url(&["sms", "3", "messages"]), parts::authorized(&self.auth), &body))
    }

    fn verdict(&self, _: u16, answer: &Value) -> Verdict {
        let Some([message]) = answer.get("messages").and_then(Value::as_array).map(Vec::as_slice) else {
            return Verdict::Unreadable;
        };
        match message.pointer("/status/groupName").and_then(Value::as_str) {
            Some("PENDING" | "ACCEPTED" | "DELIVERED") => {
                let segments = parts::count(message.pointer("/details/messageCount"));
                parts::taken(parts::id(message.get("messageId")), segments, None)
            }
            Some("REJECTED" | "UNDELIVERABLE") => {
                Verdict::Refused(parts::word(message.pointer("/status/name")), Refusal::Other)
            }
            _ => Verdict::Unreadable,
        }
    }

    fn code(&self, answer: &Value) -> Option<String> {
        let older = || answer.pointer("/requestError/serviceException/messageId");
        parts::word(answer.get("errorCode").or_else(older))
    }

    /// By the logs: reports are handed out only once.
    async fn find(&self, sought: Sought) -> LookUp {
        let reference = sought.message.to_string();
        let asked =
            parts::asking(self.line.url(&["sms", "3", "logs"]), &[("messageId", &reference), ("limit", "2")]);
        let Some(answer) = exchange::ask(self, asked, parts::authorized(&self.auth)).await else {
            return LookUp::CannotSay;
        };
        let Some([log]) = answer.get("results").and_then(Value::as_array).map(Vec::as_slice) else {
            return LookUp::CannotSay;
        };
        let text = |name: &str| log.get(name).and_then(Value::as_str);
        let to = text("destination").map(|to| to.trim_start_matches('+').to_owned());
        if text("messageId") != Some(&reference) || to != Some(sought.number.digits().to_string()) {
            return LookUp::CannotSay;
        }
        let delivery = match log.pointer("/status/groupName").and_then(Value::as_str) {
            Some("DELIVERED") => Some(Delivery::Delivered),
            Some("UNDELIVERABLE" | "REJECTED") => Some(Delivery::Undelivered),
            Some("EXPIRED") => Some(Delivery::Expired),
            _ => None,
        };
        LookUp::Found { id: reference, delivery }
    }
}
