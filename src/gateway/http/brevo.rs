//! Brevo, transactional SMS (PyPI brevo-python 5.1.0).

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{
    exchange::{self, Adapter, Out, Term, gateway},
    parts,
    reply::Verdict,
    wire::{Line, Request, Wire, WireError},
};
use crate::{
    gateway::{Capabilities, Codes, Idempotency, LookUp, Sought},
    message::{Counting, Encoding, Kind},
};

/// [Brevo](https://developers.brevo.com/reference/send-transac-sms): JSON, an API key. The message id goes along
/// as `tag`, by which events are found.
///
/// It takes no validity period, and holds French marketing by itself between 22:00 and 08:00, on Sundays and
/// holidays: a text that it holds so outlives a STOP, and optin never hands one over at those hours.
#[derive(Debug)]
pub struct Brevo {
    line: Line,
    codes: Codes,
    key: HeaderValue,
}

gateway!(Brevo);

impl Brevo {
    /// With an API key.
    ///
    /// # Errors
    /// See [`WireError`].
    pub fn new(key: impl Into<SecretString>, wire: Wire) -> Result<Self, WireError> {
        let key = parts::secret_header("", &key.into())?;
        Ok(Self { line: Line::new(wire, "https://api.brevo.com/v3")?, codes: Codes::builtin("brevo"), key })
    }

    /// With the host's own table of codes.
    #[must_use]
    pub fn codes(self, codes: Codes) -> Self {
        Self { codes, ..self }
    }

    fn headers(&self) -> HeaderMap {
        parts::headers(HeaderName::from_static("api-key"), &self.key)
    }
}

impl Adapter for Brevo {
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
        Term::None
    }

    fn order(&self, out: &Out<'_>) -> Option<Request> {
        let marketing = out.handover.kind == Kind::Marketing;
        let unicode = out.handover.body.segments(Counting::Standard).encoding != Encoding::Gsm7;
        let body = parts::object([
            ("sender", Some(json!(out.sender_digits()))),
            ("recipient", Some(json!(out.to_digits()))),
            ("content", Some(json!(out.text()))),
            ("type", Some(json!(if marketing { "marketing" } else { "transactional" }))),
            ("tag", Some(json!(out.reference()))),
            ("unicodeEnabled", Some(json!(unicode))),
            ("webUrl", out.callback.clone().map(Value::from)),
        ]);
        Some(parts::post_json(self.line.url(&["transactionalSMS", "send"]), self.headers(), &body))
    }

    fn verdict(&self, _: u16, answer: &Value) -> Verdict {
        parts::taken(parts::id(answer.get("messageId")), parts::count(answer.get("smsCount")), None)
    }

    fn code(&self, answer: &Value) -> Option<String> {
        parts::word(answer.get("code"))
    }

    async fn find(&self, sought: Sought) -> LookUp {
        let tag = sought.message.to_string();
        let url = self.line.url(&["transactionalSMS", "statistics", "events"]);
        let (number, tags) = (sought.number.digits().to_string(), json!([tag]).to_string());
        let url = parts::asking(url, &[("phoneNumber", &number), ("tags", &tags), ("limit", "100")]);
        let Some(answer) = exchange::ask(self, url, self.headers()).await else { return LookUp::CannotSay };
        let events = answer.get("events").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let ours = events.iter().filter(|event| event.get("tag") == Some(&json!(tag)));
        let mut ids: Vec<_> = ours.filter_map(|event| parts::id(event.get("messageId"))).collect();
        ids.dedup();
        match <[String; 1]>::try_from(ids) {
            Ok([id]) => LookUp::Found { id, delivery: None },
            Err(_) => LookUp::CannotSay,
        }
    }
}
