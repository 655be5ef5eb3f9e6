//! Telnyx (PyPI telnyx 4.189.0).

use reqwest::header::{HeaderName, HeaderValue};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{
    exchange::{Adapter, Out, Term, gateway},
    parts,
    reply::Verdict,
    wire::{Line, Request, Wire, WireError},
};
use crate::gateway::{Capabilities, Codes, Idempotency, Refusal};

/// [Telnyx](https://developers.telnyx.com/docs/messaging): JSON, a bearer key, and the message id as
/// `Idempotency-Key`. It takes no validity period and finds a message only by its own id.
#[derive(Debug)]
pub struct Telnyx {
    line: Line,
    codes: Codes,
    auth: HeaderValue,
    profile: Option<String>,
}

gateway!(Telnyx);

impl Telnyx {
    /// With an API key.
    ///
    /// # Errors
    /// See [`WireError`].
    pub fn new(key: impl Into<SecretString>, wire: Wire) -> Result<Self, WireError> {
        let auth = parts::secret_header("Bearer ", &key.into())?;
        let line = Line::new(wire, "https://api.telnyx.com")?;
        Ok(Self { line, codes: Codes::builtin("telnyx"), auth, profile: None })
    }

    /// With a messaging profile, which senders of letters need.
    #[must_use]
    pub fn messaging_profile(self, id: impl Into<String>) -> Self {
        Self { profile: Some(id.into()), ..self }
    }

    /// With the host's own table of codes.
    #[must_use]
    pub fn codes(self, codes: Codes) -> Self {
        Self { codes, ..self }
    }
}

impl Adapter for Telnyx {
    fn line(&self) -> &Line {
        &self.line
    }

    fn codes(&self) -> &Codes {
        &self.codes
    }

    fn able(&self) -> Capabilities {
        Capabilities::plain().idempotent(Idempotency::Native).answering_stop(true)
    }

    fn term(&self) -> Term {
        Term::None
    }

    fn order(&self, out: &Out<'_>) -> Option<Request> {
        let body = parts::object([
            ("from", Some(json!(out.sender()))),
            ("messaging_profile_id", self.profile.clone().map(Value::from)),
            ("to", Some(json!(out.to()))),
            ("text", Some(json!(out.text()))),
            ("type", Some(json!("SMS"))),
            ("webhook_url", out.callback.clone().map(Value::from)),
        ]);
        let mut headers = parts::authorized(&self.auth);
        let key = HeaderValue::try_from(out.reference()).ok()?;
        headers.insert(HeaderName::from_static("idempotency-key"), key);
        Some(parts::post_json(self.line.url(&["v2", "messages"]), headers, &body))
    }

    fn verdict(&self, _: u16, answer: &Value) -> Verdict {
        let at = |path: &str| answer.pointer(path);
        let status = at("/data/to/0/status").and_then(Value::as_str);
        let ended = matches!(status, Some("sending_failed" | "delivery_failed" | "expired"));
        match parts::word(at("/data/errors/0/code")) {
            code if ended => return Verdict::Refused(code, Refusal::Other),
            Some(code) => return Verdict::Perhaps(code),
            None => {}
        }
        let cost = parts::cost(at("/data/cost/amount"), at("/data/cost/currency"));
        parts::taken(parts::id(at("/data/id")), parts::count(at("/data/parts")), cost)
    }

    fn code(&self, answer: &Value) -> Option<String> {
        parts::word(answer.pointer("/errors/0/code"))
    }
}
