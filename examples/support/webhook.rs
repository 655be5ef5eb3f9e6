//! `webhook --jsonl`: whether a request is the provider's own.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use optin::{
    clock::{Clock, SystemClock},
    gateway::webhook::{Forged, Incoming, Moment, Signature, TwilioKeys, VonageMethod, Webhook},
};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::{Value, json};

use super::jsonl::{Bad, Tools, bad, parse};

#[derive(Deserialize)]
struct Line {
    provider: String,
    secret: Option<String>,
    public_key: Option<String>,
    method: Option<String>,
    url: String,
    #[serde(default)]
    headers: Headers,
    body: Option<String>,
    now: Option<Value>,
}

/// Every header of the line, in order: a name that comes twice must be seen to.
#[derive(Default)]
struct Headers(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Values {
            One(String),
            Many(Vec<String>),
        }
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Headers;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of header names and values")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Headers, A::Error> {
                let mut all = Vec::new();
                while let Some((name, values)) = map.next_entry::<String, Values>()? {
                    match values {
                        Values::One(value) => all.push((name, value)),
                        Values::Many(values) => all.extend(values.into_iter().map(|v| (name.clone(), v))),
                    }
                }
                Ok(Headers(all))
            }
        }
        deserializer.deserialize_map(Read)
    }
}

impl Headers {
    fn read(&self) -> Result<HeaderMap, Forged> {
        let mut map = HeaderMap::new();
        for (name, value) in &self.0 {
            let name = HeaderName::from_str(name).map_err(|_| Forged::Malformed("header"))?;
            let value = HeaderValue::from_bytes(value.as_bytes()).map_err(|_| Forged::Malformed("header"))?;
            map.append(name, value);
        }
        Ok(map)
    }
}

/// `now` as RFC 3339 or as Unix seconds; the system's clock where the line does not say.
fn now(line: &Line) -> Result<DateTime<Utc>, Bad> {
    let wrong = || bad("bad_time", "`now` is RFC 3339 or Unix seconds");
    match &line.now {
        None | Some(Value::Null) => {
            SystemClock::new().now().ok_or_else(|| bad("no_clock", "the system has no time"))
        }
        Some(Value::String(text)) => match text.parse::<f64>() {
            Ok(seconds) => unix(seconds).ok_or_else(wrong),
            Err(_) => DateTime::parse_from_rfc3339(text).map(|at| at.to_utc()).map_err(|_| wrong()),
        },
        Some(Value::Number(number)) => number.as_f64().and_then(unix).ok_or_else(wrong),
        Some(_) => Err(wrong()),
    }
}

/// Unix seconds, to the millisecond.
fn unix(seconds: f64) -> Option<DateTime<Utc>> {
    let millis = Some((seconds * 1000.0).round()).filter(|millis| millis.abs() < 1e15)?;
    DateTime::from_timestamp_millis(millis as i64)
}

fn signature(line: &Line) -> Result<Signature, Bad> {
    let secret = || line.secret.clone().unwrap_or_default();
    Ok(match line.provider.as_str() {
        // The line has one secret: the settings header says whether it is the auth token or a shared key.
        "twilio" => Signature::Twilio(TwilioKeys::auth_token(secret()).or_any_shared_key(secret())),
        "plivo_v3" => Signature::Plivo(secret().into()),
        "telnyx" => Signature::Telnyx(line.public_key.clone().unwrap_or_else(secret)),
        "messagebird" => Signature::MessageBird(secret().into()),
        "sinch" => Signature::Sinch(secret().into()),
        "vonage_sms" => Signature::VonageSms { secret: secret().into(), method: VonageMethod::Any },
        "vonage_jwt" => Signature::VonageMessages { secret: secret().into(), api_key: None },
        "standard_webhooks" => Signature::Standard(secret().into()),
        other => return Err(bad("bad_provider", format!("`{other}` is not a provider"))),
    })
}

pub(crate) fn webhook(_: &Tools, line: &str) -> Result<Value, Bad> {
    let line: Line = parse(line)?;
    let (signature, now) = (signature(&line)?, now(&line)?);
    let method = Method::from_str(&line.method.as_deref().unwrap_or("POST").to_ascii_uppercase());
    let method = method.map_err(|error| bad("bad_method", error))?;
    let body = line.body.as_deref().unwrap_or("").as_bytes();
    let verdict = if body.len() > Webhook::LIMIT {
        Err(Forged::TooLarge)
    } else {
        line.headers.read().and_then(|headers| {
            let incoming = Incoming { method: &method, url: &line.url, headers: &headers, body };
            signature.verify(&incoming, Moment::new(now))
        })
    };
    Ok(json!({"valid": verdict.is_ok(), "why": verdict.err().map(Forged::code)}))
}
