//! OVHcloud (npm @ovh-api/sms; the signature as in PyPI ovh 1.2.0).

use reqwest::{
    Url,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use super::{
    exchange::{self, Adapter, Out, Term, gateway},
    parts,
    reply::{Reply, Verdict},
    wire::{Line, Request, Wire, WireError},
};
use crate::{
    gateway::{Capabilities, Codes, Idempotency, LookUp, Recalled, Refusal, Sought},
    message::Kind,
};

/// [OVHcloud](https://eu.api.ovh.com/console/?section=%2Fsms): JSON, every call signed with three keys and the
/// time. The message id goes along as `tag`, by which sent messages are found, and a job can be deleted while it
/// waits. What it answers in credits is no currency, so no cost is told.
///
/// The body is the permit's and stays so: OVHcloud's own STOP clause is off unless
/// [`with_stop_clause`](Self::with_stop_clause) turns it on for marketing, which adds to the text and its segments.
#[derive(Debug)]
pub struct OvhCloud {
    line: Line,
    codes: Codes,
    service: String,
    keys: Keys,
    stop_clause: bool,
}

gateway!(OvhCloud);

#[derive(Debug)]
struct Keys {
    application: HeaderValue,
    consumer: HeaderValue,
    signs: SecretString,
}

impl OvhCloud {
    /// For this SMS service (`sms-ab12345-1`), with the keys of the application and of its consumer.
    ///
    /// # Errors
    /// See [`WireError`].
    pub fn new(
        service: &str,
        application_key: &str,
        application_secret: impl Into<SecretString>,
        consumer_key: impl Into<SecretString>,
        wire: Wire,
    ) -> Result<Self, WireError> {
        let (secret, consumer) = (application_secret.into(), consumer_key.into());
        // Refuses what is empty or not printable.
        parts::secret_header("", &secret)?;
        let signs = SecretString::from(format!("{}+{}", secret.expose_secret(), consumer.expose_secret()));
        let application = parts::secret_header("", &SecretString::from(application_key))?;
        let keys = Keys { application, consumer: parts::secret_header("", &consumer)?, signs };
        let line = Line::new(wire, "https://eu.api.ovh.com/1.0")?;
        let service = parts::account(service)?;
        Ok(Self { line, codes: Codes::builtin("ovh"), service, keys, stop_clause: false })
    }

    /// OVHcloud adds its own STOP clause to marketing.
    #[must_use]
    pub fn with_stop_clause(self) -> Self {
        Self { stop_clause: true, ..self }
    }

    /// With the host's own table of codes.
    #[must_use]
    pub fn codes(self, codes: Codes) -> Self {
        Self { codes, ..self }
    }

    fn url(&self, more: &[&str]) -> Url {
        let mut path = vec!["sms", &self.service];
        path.extend(more);
        self.line.url(&path)
    }

    fn signed(&self, method: &str, url: &Url, body: &str, seconds: i64) -> Option<HeaderMap> {
        let signs = self.keys.signs.expose_secret();
        let digest = Sha1::digest(format!("{signs}+{method}+{url}+{body}+{seconds}"));
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let mut headers =
            parts::headers(HeaderName::from_static("x-ovh-application"), &self.keys.application);
        headers.insert("x-ovh-consumer", self.keys.consumer.clone());
        headers.insert("x-ovh-timestamp", HeaderValue::from(seconds));
        headers.insert("x-ovh-signature", HeaderValue::try_from(format!("$1${hex}")).ok()?);
        Some(headers)
    }

    /// A look-up has no clock, so it is signed with OVHcloud's.
    async fn their_time(&self) -> Option<i64> {
        exchange::ask(self, self.line.url(&["auth", "time"]), HeaderMap::new()).await?.as_i64()
    }

    async fn sent(&self, sought: &Sought) -> Option<String> {
        let tag = sought.message.to_string();
        let url = parts::asking(self.url(&["outgoing"]), &[("tag", &tag)]);
        let headers = self.signed("GET", &url, "", self.their_time().await?)?;
        let ids = exchange::ask(self, url, headers).await?;
        let [only] = ids.as_array()?.as_slice() else { return None };
        let id = parts::id(Some(only))?;
        let url = self.url(&["outgoing", &id]);
        let headers = self.signed("GET", &url, "", self.their_time().await?)?;
        let sent = exchange::ask(self, url, headers).await?;
        let text = |name: &str| sent.get(name).and_then(Value::as_str);
        let ours = text("tag") == Some(&tag) && text("receiver") == Some(&sought.number.e164());
        ours.then_some(id)
    }
}

impl Adapter for OvhCloud {
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
        // Its default of 2,880 minutes taken as the longest; none is documented.
        Term::minutes(1, 2_880)
    }

    fn order(&self, out: &Out<'_>) -> Option<Request> {
        let clause = self.stop_clause && out.handover.kind == Kind::Marketing;
        let body = json!({
            "charset": "UTF-8",
            "message": out.text(),
            "noStopClause": !clause,
            "receivers": [out.to()],
            "sender": out.sender(),
            "senderForResponse": false,
            "tag": out.reference(),
            "validityPeriod": out.valid?,
        });
        let url = self.url(&["jobs"]);
        let headers = self.signed("POST", &url, &body.to_string(), out.now.timestamp())?;
        Some(parts::post_json(url, headers, &body))
    }

    fn verdict(&self, _: u16, answer: &Value) -> Verdict {
        let list = |name: &str| answer.get(name).and_then(Value::as_array).map(Vec::as_slice);
        match (list("ids"), list("validReceivers"), list("invalidReceivers")) {
            (Some([id]), Some([_]), Some([])) => parts::taken(parts::id(Some(id)), None, None),
            (Some([]), Some([]), Some([_])) => {
                Verdict::Refused(Some("invalidReceivers".to_owned()), Refusal::InvalidNumber)
            }
            _ => Verdict::Unreadable,
        }
    }

    fn code(&self, answer: &Value) -> Option<String> {
        parts::word(answer.get("errorCode"))
    }

    async fn find(&self, sought: Sought) -> LookUp {
        match self.sent(&sought).await {
            Some(id) => LookUp::Found { id, delivery: None },
            None => LookUp::CannotSay,
        }
    }

    async fn call_back(&self, id: String) -> Recalled {
        let url = self.url(&["jobs", &id]);
        let Some(time) = self.their_time().await else { return Recalled::CannotSay };
        let Some(headers) = self.signed("DELETE", &url, "", time) else { return Recalled::CannotSay };
        match exchange::delete(self, url, headers).await {
            Reply::Answer { status: 200 | 204, .. } => Recalled::Done,
            _ => Recalled::CannotSay,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_signed_as_by_ovhs_own_client() {
        let lines = include_str!("../../../tests/data/gateways/requests.jsonl").lines();
        let line = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
        let line = line.into_iter().find(|line| line["gateway"] == "ovh").unwrap();
        let (url, body) = (line["signed"]["url"].as_str().unwrap(), line["signed"]["body"].as_str().unwrap());
        let ovh = OvhCloud::new("sms-ab12345-1", "app0", "secret", "consumer0", Wire::new()).unwrap();
        let seconds = line["headers"]["x-ovh-timestamp"].as_str().unwrap().parse().unwrap();
        let headers = ovh.signed("POST", &url.parse().unwrap(), body, seconds).unwrap();
        assert_eq!(headers["x-ovh-signature"].to_str().unwrap(), line["headers"]["x-ovh-signature"]);
        assert_eq!(ovh.url(&["jobs"]).as_str(), url);
        let other = ovh.signed("POST", &url.parse().unwrap(), body, seconds + 1).unwrap();
        assert_ne!(headers["x-ovh-signature"], other["x-ovh-signature"]);
    }
}
