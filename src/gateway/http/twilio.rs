//! Twilio, Programmable Messaging (`twilio_api_v2010.json` of github.com/twilio/twilio-oai).

use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::HeaderValue;
use secrecy::SecretString;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    exchange::{self, Adapter, Out, Term, gateway},
    parts,
    reply::Verdict,
    wire::{Line, Request, Wire, WireError},
};
use crate::{
    consent::event::Delivery,
    gateway::{Capabilities, Codes, LookUp, Refusal, Sought},
};

/// [Twilio](https://www.twilio.com/docs/messaging/api/message-resource): form posts, Basic authentication.
///
/// Nothing protects a repeated send. [`look_up`](crate::gateway::Gateway::look_up) lists what went to the number
/// and finds a message only by its body and the minutes around its start; two of the same are *cannot say*.
#[derive(Debug)]
pub struct Twilio {
    line: Line,
    codes: Codes,
    account: String,
    auth: HeaderValue,
    service: Option<String>,
}

gateway!(Twilio);

/// How long after its start a message may have been made at Twilio: a call, and clocks that differ.
const MADE_BEFORE: TimeDelta = TimeDelta::minutes(2);
const MADE_WITHIN: TimeDelta = TimeDelta::minutes(15);

impl Twilio {
    /// For this account, with its auth token.
    ///
    /// # Errors
    /// See [`WireError`].
    pub fn new(account: &str, token: impl Into<SecretString>, wire: Wire) -> Result<Self, WireError> {
        let auth = parts::basic(account, &token.into())?;
        let line = Line::new(wire, "https://api.twilio.com")?;
        let codes = Codes::builtin("twilio");
        Ok(Self { line, codes, account: parts::account(account)?, auth, service: None })
    }

    /// With an API key (`SK…`) and its secret, in place of the auth token.
    ///
    /// # Errors
    /// See [`WireError`].
    pub fn api_key(self, key: &str, secret: impl Into<SecretString>) -> Result<Self, WireError> {
        Ok(Self { auth: parts::basic(key, &secret.into())?, ..self })
    }

    /// Through a messaging service (`MG…`), which chooses the number itself: the message's sender is not sent.
    #[must_use]
    pub fn messaging_service(self, sid: impl Into<String>) -> Self {
        Self { service: Some(sid.into()), ..self }
    }

    /// With the host's own table of codes.
    #[must_use]
    pub fn codes(self, codes: Codes) -> Self {
        Self { codes, ..self }
    }

    fn matches(&self, sought: &Sought, message: &Value) -> bool {
        let text = |name: &str| message.get(name).and_then(Value::as_str);
        let made = made(message).map(|at| at - sought.started);
        let by_us = match &self.service {
            Some(service) => text("messaging_service_sid") == Some(service),
            None => text("from") == Some(sought.sender.as_str()),
        };
        let same = |digest| text("body").is_some_and(|body| Sha256::digest(body.as_bytes())[..] == digest);
        by_us
            && text("to") == Some(&sought.number.e164())
            && text("direction") == Some("outbound-api")
            && made.is_some_and(|made| (-MADE_BEFORE..=MADE_WITHIN).contains(&made))
            && sought.body.is_none_or(|body| same(body.0))
    }
}

impl Adapter for Twilio {
    fn line(&self) -> &Line {
        &self.line
    }

    fn codes(&self) -> &Codes {
        &self.codes
    }

    fn able(&self) -> Capabilities {
        Capabilities::plain().looks_up().answering_stop(true)
    }

    fn term(&self) -> Term {
        Term::seconds(1, 36_000)
    }

    fn order(&self, out: &Out<'_>) -> Option<Request> {
        let (to, valid) = (out.to(), out.valid?.to_string());
        let mut form = vec![("To", to.as_str())];
        match &self.service {
            Some(service) => form.push(("MessagingServiceSid", service)),
            None => form.push(("From", out.sender())),
        }
        form.extend([("Body", out.text()), ("ValidityPeriod", &valid)]);
        if let Some(callback) = &out.callback {
            form.push(("StatusCallback", callback));
        }
        let url = self.line.url(&["2010-04-01", "Accounts", &self.account, "Messages.json"]);
        Some(parts::post_form(url, parts::authorized(&self.auth), &form))
    }

    fn verdict(&self, _: u16, answer: &Value) -> Verdict {
        let ended = matches!(delivery(answer), Some(Delivery::Undelivered));
        match parts::word(answer.get("error_code")) {
            code if ended => return Verdict::Refused(code, Refusal::Other),
            Some(code) => return Verdict::Perhaps(code),
            None => {}
        }
        let cost = parts::cost(answer.get("price"), answer.get("price_unit"));
        parts::taken(parts::id(answer.get("sid")), parts::count(answer.get("num_segments")), cost)
    }

    fn code(&self, answer: &Value) -> Option<String> {
        parts::word(answer.get("code"))
    }

    async fn find(&self, sought: Sought) -> LookUp {
        let url = self.line.url(&["2010-04-01", "Accounts", &self.account, "Messages.json"]);
        let url = parts::asking(url, &[("To", &sought.number.e164()), ("PageSize", "100")]);
        let found = exchange::ask(self, url, parts::authorized(&self.auth)).await;
        let Some(list) = found.as_ref().and_then(|found| found.get("messages")?.as_array()) else {
            return LookUp::CannotSay;
        };
        // A twin may stand on the next page, unless this one reaches back before the message.
        let last = list.last().and_then(made);
        let more =
            found.as_ref().is_some_and(|found| found.get("next_page_uri").is_some_and(Value::is_string));
        if more && last.is_none_or(|last| last >= sought.started - MADE_BEFORE) {
            return LookUp::CannotSay;
        }
        let mut same = list.iter().filter(|message| self.matches(&sought, message));
        match (same.next(), same.next()) {
            (Some(one), None) => match parts::id(one.get("sid")) {
                Some(id) => LookUp::Found { id, delivery: delivery(one) },
                None => LookUp::CannotSay,
            },
            _ => LookUp::CannotSay,
        }
    }
}

fn made(message: &Value) -> Option<DateTime<Utc>> {
    let text = message.get("date_created")?.as_str()?;
    DateTime::parse_from_rfc2822(text).ok().map(|at| at.to_utc())
}

fn delivery(message: &Value) -> Option<Delivery> {
    match message.get("status")?.as_str()? {
        "delivered" | "read" => Some(Delivery::Delivered),
        "undelivered" | "failed" | "canceled" => Some(Delivery::Undelivered),
        _ => None,
    }
}
