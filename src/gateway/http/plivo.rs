//! Plivo (PyPI plivo 4.63.0).

use reqwest::header::HeaderValue;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{
    exchange::{Adapter, Out, Term, gateway},
    parts,
    reply::Verdict,
    wire::{Line, Request, Wire, WireError},
};
use crate::gateway::{Capabilities, Codes, Refusal};

/// [Plivo](https://www.plivo.com/docs/messaging/api/message/send-a-message): JSON, Basic authentication.
///
/// Nothing protects a repeated send and nothing finds a message whose answer was lost; its report comes to
/// [`Wire::callback`], with our id in the URL.
#[derive(Debug)]
pub struct Plivo {
    line: Line,
    codes: Codes,
    account: String,
    auth: HeaderValue,
    powerpack: Option<String>,
}

gateway!(Plivo);

impl Plivo {
    /// For this auth id, with its token.
    ///
    /// # Errors
    /// See [`WireError`].
    pub fn new(auth_id: &str, token: impl Into<SecretString>, wire: Wire) -> Result<Self, WireError> {
        let auth = parts::basic(auth_id, &token.into())?;
        let line = Line::new(wire, "https://api.plivo.com")?;
        let account = parts::account(auth_id)?;
        Ok(Self { line, codes: Codes::builtin("plivo"), account, auth, powerpack: None })
    }

    /// Through a powerpack, which chooses the number itself: the message's sender is not sent.
    #[must_use]
    pub fn powerpack(self, uuid: impl Into<String>) -> Self {
        Self { powerpack: Some(uuid.into()), ..self }
    }

    /// With the host's own table of codes.
    #[must_use]
    pub fn codes(self, codes: Codes) -> Self {
        Self { codes, ..self }
    }
}

impl Adapter for Plivo {
    fn line(&self) -> &Line {
        &self.line
    }

    fn codes(&self) -> &Codes {
        &self.codes
    }

    fn able(&self) -> Capabilities {
        Capabilities::plain().answering_stop(true)
    }

    fn term(&self) -> Term {
        // 5 seconds to 3 hours: the page of the send call, from memory; the SDK checks nothing.
        Term::seconds(5, 10_800)
    }

    fn order(&self, out: &Out<'_>) -> Option<Request> {
        let src = self.powerpack.is_none().then(|| json!(out.sender()));
        let body = parts::object([
            ("src", src),
            ("powerpack_uuid", self.powerpack.clone().map(Value::from)),
            ("dst", Some(json!(out.to()))),
            ("text", Some(json!(out.text()))),
            ("type", Some(json!("sms"))),
            ("message_expiry", Some(json!(out.valid?))),
            ("method", out.callback.is_some().then(|| json!("POST"))),
            ("url", out.callback.clone().map(Value::from)),
        ]);
        // The final slash belongs to it.
        let url = self.line.url(&["v1", "Account", &self.account, "Message", ""]);
        Some(parts::post_json(url, parts::authorized(&self.auth), &body))
    }

    fn verdict(&self, _: u16, answer: &Value) -> Verdict {
        if answer.get("error").is_some_and(|error| !error.is_null()) {
            return Verdict::Refused(self.code(answer), Refusal::Other);
        }
        match answer.get("message_uuid").and_then(Value::as_array).map(Vec::as_slice) {
            Some([only]) => parts::taken(parts::id(Some(only)), None, None),
            _ => Verdict::Unreadable,
        }
    }

    /// Its errors are sentences; a code is rare.
    fn code(&self, answer: &Value) -> Option<String> {
        parts::word(answer.get("error_code").or_else(|| answer.get("error")))
    }
}
