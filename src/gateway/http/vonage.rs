//! Vonage, Messages API (`messages-olympus.yml` of github.com/Nexmo/api-specification; PyPI vonage 4.9.1).

use reqwest::header::HeaderValue;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{
    exchange::{Adapter, Out, Term, gateway},
    parts,
    reply::Verdict,
    wire::{Line, Request, Wire, WireError},
};
use crate::gateway::{Capabilities, Codes, Idempotency};

/// [Vonage's Messages API](https://developer.vonage.com/en/messages/overview): JSON, Basic authentication.
///
/// The message id goes along as `client_ref` and comes back in reports; it can not be asked for, so a lost answer
/// is resolved only by a report. Authentication by JWT (which needs an RSA key) is not built.
#[derive(Debug)]
pub struct Vonage {
    line: Line,
    codes: Codes,
    auth: HeaderValue,
}

gateway!(Vonage);

impl Vonage {
    /// With an API key and its secret.
    ///
    /// # Errors
    /// See [`WireError`].
    pub fn new(key: &str, secret: impl Into<SecretString>, wire: Wire) -> Result<Self, WireError> {
        let auth = parts::basic(key, &secret.into())?;
        Ok(Self { line: Line::new(wire, "https://api.nexmo.com")?, codes: Codes::builtin("vonage"), auth })
    }

    /// With the host's own table of codes.
    #[must_use]
    pub fn codes(self, codes: Codes) -> Self {
        Self { codes, ..self }
    }
}

impl Adapter for Vonage {
    fn line(&self) -> &Line {
        &self.line
    }

    fn codes(&self) -> &Codes {
        &self.codes
    }

    fn able(&self) -> Capabilities {
        Capabilities::plain().idempotent(Idempotency::ClientReference)
    }

    fn term(&self) -> Term {
        Term::seconds(20, 604_800)
    }

    fn order(&self, out: &Out<'_>) -> Option<Request> {
        let body = parts::object([
            ("message_type", Some(json!("text"))),
            ("channel", Some(json!("sms"))),
            ("to", Some(json!(out.to_digits()))),
            ("from", Some(json!(out.sender_digits()))),
            ("text", Some(json!(out.text()))),
            ("ttl", Some(json!(out.valid?))),
            ("client_ref", Some(json!(out.reference()))),
            ("webhook_url", out.callback.clone().map(Value::from)),
        ]);
        Some(parts::post_json(self.line.url(&["v1", "messages"]), parts::authorized(&self.auth), &body))
    }

    fn verdict(&self, _: u16, answer: &Value) -> Verdict {
        parts::taken(parts::id(answer.get("message_uuid")), None, None)
    }

    /// RFC 7807: the code is what stands behind `#` in its `type`.
    fn code(&self, answer: &Value) -> Option<String> {
        let kind = answer.get("type")?.as_str()?;
        kind.rsplit(['#', '/']).next().map(str::to_owned)
    }
}
