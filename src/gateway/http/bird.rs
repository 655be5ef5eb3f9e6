//! Bird, the new platform (PyPI messagebird-sdk 0.106.0).

use reqwest::header::{HeaderName, HeaderValue};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{
    exchange::{self, Adapter, Out, Term, gateway},
    parts,
    reply::Verdict,
    wire::{Line, Request, Wire, WireError},
};
use crate::{
    gateway::{Capabilities, Codes, Idempotency, LookUp, Refusal, Sought},
    message::Kind,
};

/// [Bird](https://docs.bird.com): JSON, a bearer key, and the message id as `Idempotency-Key` (another body under
/// the same key is a conflict: *unknown*) and in its metadata, by which it is found among what went to the number.
///
/// Bird's validity period is a preview: unless [`validity_preview`](Self::validity_preview) says that the
/// organization has it, hand-overs end earlier instead.
#[derive(Debug)]
pub struct Bird {
    line: Line,
    codes: Codes,
    auth: HeaderValue,
    validity: bool,
}

gateway!(Bird);

impl Bird {
    /// With an access key, in this region (`us1`, `eu1`, as the workspace's address has it).
    ///
    /// # Errors
    /// See [`WireError`].
    pub fn new(region: &str, key: impl Into<SecretString>, wire: Wire) -> Result<Self, WireError> {
        let auth = parts::secret_header("Bearer ", &key.into())?;
        let own = format!("https://{}.platform.bird.com", parts::account(region)?);
        Ok(Self { line: Line::new(wire, &own)?, codes: Codes::builtin("bird"), auth, validity: false })
    }

    /// The organization takes part in the preview of `validity_period`. Outside it every send is refused.
    #[must_use]
    pub fn validity_preview(self) -> Self {
        Self { validity: true, ..self }
    }

    /// With the host's own table of codes.
    #[must_use]
    pub fn codes(self, codes: Codes) -> Self {
        Self { codes, ..self }
    }
}

fn category(kind: Kind) -> &'static str {
    match kind {
        Kind::Marketing => "marketing",
        Kind::Transactional => "transactional",
        Kind::Authentication => "authentication",
        Kind::Conversational | Kind::Service => "service",
    }
}

impl Adapter for Bird {
    fn line(&self) -> &Line {
        &self.line
    }

    fn codes(&self) -> &Codes {
        &self.codes
    }

    fn able(&self) -> Capabilities {
        Capabilities::plain().idempotent(Idempotency::Native).looks_up().answering_stop(true)
    }

    fn term(&self) -> Term {
        if self.validity { Term::seconds(60, 172_800) } else { Term::None }
    }

    fn order(&self, out: &Out<'_>) -> Option<Request> {
        let body = parts::object([
            ("to", Some(json!(out.to()))),
            ("from", Some(json!(out.sender()))),
            ("text", Some(json!(out.text()))),
            ("category", Some(json!(category(out.handover.kind)))),
            ("validity_period", out.valid.map(Value::from)),
            ("metadata", Some(json!({"optin": out.reference()}))),
        ]);
        let mut headers = parts::authorized(&self.auth);
        let key = HeaderValue::try_from(out.reference()).ok()?;
        headers.insert(HeaderName::from_static("idempotency-key"), key);
        Some(parts::post_json(self.line.url(&["v1", "sms", "messages"]), headers, &body))
    }

    fn verdict(&self, _: u16, answer: &Value) -> Verdict {
        if let Some("rejected" | "failed" | "canceled") = answer.get("status").and_then(Value::as_str) {
            return Verdict::Refused(parts::word(answer.pointer("/last_error/code")), Refusal::Other);
        }
        let at = |path: &str| answer.pointer(path);
        let cost = parts::cost(at("/cost/amount"), at("/cost/currency_code"));
        parts::taken(parts::id(answer.get("id")), parts::count(at("/segments/count")), cost)
    }

    fn code(&self, answer: &Value) -> Option<String> {
        let error = answer.get("error").filter(|error| error.is_object()).unwrap_or(answer);
        let named = |name: &str| parts::word(error.get(name));
        let known = |code: &String| self.codes.on_send(code).is_some();
        named("name").filter(known).or_else(|| named("code")).or_else(|| named("name"))
    }

    async fn find(&self, sought: Sought) -> LookUp {
        let asked = parts::asking(
            self.line.url(&["v1", "sms", "messages"]),
            &[("to", &sought.number.e164()), ("direction", "outbound"), ("limit", "100")],
        );
        let Some(answer) = exchange::ask(self, asked, parts::authorized(&self.auth)).await else {
            return LookUp::CannotSay;
        };
        let reference = sought.message.to_string();
        let ours = |message: &&Value| message.pointer("/metadata/optin") == Some(&json!(reference));
        let list = answer.get("data").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let mut same = list.iter().filter(ours);
        match (same.next().and_then(|one| parts::id(one.get("id"))), same.next()) {
            (Some(id), None) => LookUp::Found { id, delivery: None },
            _ => LookUp::CannotSay,
        }
    }
}
