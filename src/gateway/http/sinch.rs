//! Sinch, SMS API (PyPI sinch 2.3.0).

use std::time::Duration;

use chrono::SecondsFormat;
use reqwest::header::HeaderValue;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::{
    exchange::{self, Adapter, Out, Term, gateway},
    parts,
    reply::{Reply, Verdict},
    wire::{Line, Request, Wire, WireError},
};
use crate::gateway::{Capabilities, Codes, Idempotency, LookUp, Recalled, Refusal, Sought};

/// [Sinch's SMS API](https://developers.sinch.com/docs/sms/api-reference): JSON, a bearer token for a service
/// plan. The message id goes along as `client_reference`, by which batches can be listed, and a batch can be
/// cancelled. The base URL holds the region (`https://eu.sms.api.sinch.com`; the United States unless given).
#[derive(Debug)]
pub struct Sinch {
    line: Line,
    codes: Codes,
    plan: String,
    auth: HeaderValue,
}

gateway!(Sinch);

impl Sinch {
    /// For this service plan, with its token.
    ///
    /// # Errors
    /// See [`WireError`].
    pub fn new(plan: &str, token: impl Into<SecretString>, wire: Wire) -> Result<Self, WireError> {
        let auth = parts::secret_header("Bearer ", &token.into())?;
        let line = Line::new(wire, "https://us.sms.api.sinch.com")?;
        Ok(Self { line, codes: Codes::builtin("sinch"), plan: parts::account(plan)?, auth })
    }

    /// With the host's own table of codes.
    #[must_use]
    pub fn codes(self, codes: Codes) -> Self {
        Self { codes, ..self }
    }

    fn batches(&self, more: &[&str]) -> reqwest::Url {
        let mut path = vec!["xms", "v1", &self.plan, "batches"];
        path.extend(more);
        self.line.url(&path)
    }
}

impl Adapter for Sinch {
    fn line(&self) -> &Line {
        &self.line
    }

    fn codes(&self) -> &Codes {
        &self.codes
    }

    fn able(&self) -> Capabilities {
        Capabilities::plain().idempotent(Idempotency::ClientReference).looks_up().cancels()
    }

    fn term(&self) -> Term {
        Term::Instant { longest: Duration::from_secs(3 * 86_400) }
    }

    fn order(&self, out: &Out<'_>) -> Option<Request> {
        let body = parts::object([
            ("type", Some(json!("mt_text"))),
            ("to", Some(json!([out.to_digits()]))),
            ("from", Some(json!(out.sender_digits()))),
            ("body", Some(json!(out.text()))),
            ("delivery_report", Some(json!("per_recipient"))),
            ("expire_at", Some(json!(out.until.to_rfc3339_opts(SecondsFormat::Secs, true)))),
            ("client_reference", Some(json!(out.reference()))),
            ("callback_url", out.callback.clone().map(Value::from)),
        ]);
        Some(parts::post_json(self.batches(&[]), parts::authorized(&self.auth), &body))
    }

    fn verdict(&self, _: u16, answer: &Value) -> Verdict {
        if answer.get("canceled") == Some(&Value::Bool(true)) {
            return Verdict::Refused(Some("canceled".to_owned()), Refusal::Other);
        }
        parts::taken(parts::id(answer.get("id")), None, None)
    }

    fn code(&self, answer: &Value) -> Option<String> {
        parts::word(answer.get("code"))
    }

    async fn find(&self, sought: Sought) -> LookUp {
        let reference = sought.message.to_string();
        let asked = parts::asking(self.batches(&[]), &[("client_reference", &reference), ("page_size", "2")]);
        let Some(answer) = exchange::ask(self, asked, parts::authorized(&self.auth)).await else {
            return LookUp::CannotSay;
        };
        let Some([batch]) = answer.get("batches").and_then(Value::as_array).map(Vec::as_slice) else {
            return LookUp::CannotSay;
        };
        let to = batch.pointer("/to/0").and_then(Value::as_str).map(|to| to.trim_start_matches('+'));
        let ours = batch.get("client_reference").and_then(Value::as_str) == Some(&reference)
            && to == Some(&sought.number.digits().to_string());
        match parts::id(batch.get("id")).filter(|_| ours) {
            Some(id) => LookUp::Found { id, delivery: None },
            None => LookUp::CannotSay,
        }
    }

    /// What was under way when the batch was cancelled may still arrive, so the report has the last word.
    async fn call_back(&self, id: String) -> Recalled {
        match exchange::delete(self, self.batches(&[&id]), parts::authorized(&self.auth)).await {
            Reply::Answer { status: 200..=299, .. } => {}
            _ => return Recalled::CannotSay,
        }
        let report = parts::asking(self.batches(&[&id, "delivery_report"]), &[("type", "summary")]);
        let report = exchange::ask(self, report, parts::authorized(&self.auth)).await;
        let statuses = report.as_ref().and_then(|report| report.get("statuses")?.as_array());
        let Some([only]) = statuses.map(Vec::as_slice) else { return Recalled::CannotSay };
        match only.get("status").and_then(Value::as_str) {
            Some("Cancelled" | "Aborted") => Recalled::Done,
            Some("Dispatched" | "Delivered") => Recalled::TooLate,
            _ => Recalled::CannotSay,
        }
    }
}
