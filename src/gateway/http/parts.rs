//! Small parts of requests and answers.

use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::{
    Method, Url,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::{
    reply::Verdict,
    wire::{Request, WireError},
};
use crate::gateway::{Acceptance, Cost};

/// A header that no `Debug` shows.
pub(super) fn secret_header(before: &str, secret: &SecretString) -> Result<HeaderValue, WireError> {
    let text = secret.expose_secret();
    let fits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic());
    let value = HeaderValue::try_from(format!("{before}{text}")).map_err(|_| WireError::BadAccount)?;
    if fits { Ok(sensitive(value)) } else { Err(WireError::BadAccount) }
}

pub(super) fn basic(user: &str, secret: &SecretString) -> Result<HeaderValue, WireError> {
    let text = secret.expose_secret();
    if user.is_empty()
        || user.contains(':')
        || text.is_empty()
        || user.chars().chain(text.chars()).any(char::is_control)
    {
        return Err(WireError::BadAccount);
    }
    let pair = STANDARD.encode(format!("{user}:{text}"));
    let value = HeaderValue::try_from(format!("Basic {pair}")).map_err(|_| WireError::BadAccount)?;
    Ok(sensitive(value))
}

fn sensitive(mut value: HeaderValue) -> HeaderValue {
    value.set_sensitive(true);
    value
}

/// A name that stands in a path.
pub(super) fn account(name: &str) -> Result<String, WireError> {
    let fits = !name.is_empty()
        && name.len() <= 100
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if fits { Ok(name.to_owned()) } else { Err(WireError::BadAccount) }
}

/// The headers of every request: who asks, and for JSON.
pub(super) fn headers(name: HeaderName, auth: &HeaderValue) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    headers.insert(name, auth.clone());
    headers
}

pub(super) fn authorized(auth: &HeaderValue) -> HeaderMap {
    headers(AUTHORIZATION, auth)
}

pub(super) fn post_json(url: Url, mut headers: HeaderMap, body: &Value) -> Request {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Request { method: Method::POST, url, headers, body: body.to_string().into_bytes() }
}

pub(super) fn post_form(url: Url, mut headers: HeaderMap, pairs: &[(&str, &str)]) -> Request {
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    Request { method: Method::POST, url, headers, body: form(pairs).into_bytes() }
}

/// `application/x-www-form-urlencoded`.
pub(super) fn form(pairs: &[(&str, &str)]) -> String {
    let Ok(mut url) = Url::parse("form:") else { return String::new() };
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap_or_default().to_owned()
}

/// A URL with a query.
pub(super) fn asking(mut url: Url, pairs: &[(&str, &str)]) -> Url {
    url.query_pairs_mut().extend_pairs(pairs);
    url
}

/// An object without the members that are not there.
pub(super) fn object<const N: usize>(members: [(&str, Option<Value>); N]) -> Value {
    let there = members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(there.collect())
}

/// Text or number, as text.
pub(super) fn word(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An id that can be kept and asked for again.
pub(super) fn id(value: Option<&Value>) -> Option<String> {
    word(value).filter(|id| (1..=200).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic()))
}

/// Taken, if there is an id: without one nobody could say what was.
pub(super) fn taken(id: Option<String>, segments: Option<u32>, cost: Option<Cost>) -> Verdict {
    match id {
        Some(id) => Verdict::Taken(Acceptance { id, segments: segments.filter(|n| *n > 0), cost }),
        None => Verdict::Unreadable,
    }
}

pub(super) fn count(value: Option<&Value>) -> Option<u32> {
    word(value)?.parse().ok()
}

/// A decimal amount and an ISO 4217 currency, exactly. Twilio's charges are negative.
pub(super) fn cost(amount: Option<&Value>, currency: Option<&Value>) -> Option<Cost> {
    let (amount, currency) = (word(amount)?, currency?.as_str()?.to_ascii_uppercase());
    let currency: [u8; 3] = currency.into_bytes().try_into().ok()?;
    let amount = amount.trim_start_matches('-');
    let (units, parts) = amount.split_once('.').unwrap_or((amount, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if !(digits(units) && digits(parts) && currency.iter().all(u8::is_ascii_uppercase) && !units.is_empty()) {
        return None;
    }
    let micros: String = parts.bytes().chain(std::iter::repeat(b'0')).take(6).map(char::from).collect();
    let micros = units.parse::<i64>().ok()?.checked_mul(1_000_000)?.checked_add(micros.parse().ok()?)?;
    Some(Cost { micros, currency })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn money_is_exact_or_absent() {
        let eur = |amount: Value| cost(Some(&amount), Some(&json!("eur"))).map(|cost| cost.micros);
        assert_eq!(eur(json!("0.0075")), Some(7_500));
        assert_eq!(eur(json!("-0.00750")), Some(7_500));
        assert_eq!(eur(json!(2)), Some(2_000_000));
        assert_eq!(eur(json!(0.079)), Some(79_000));
        assert_eq!(eur(json!("0.00000049")), Some(0));
        for bad in [json!(null), json!(""), json!("1e3"), json!("free"), json!("9999999999999999999")] {
            assert_eq!(eur(bad), None);
        }
        assert_eq!(cost(Some(&json!("1")), Some(&json!("EURO"))), None);
        assert_eq!(cost(Some(&json!("1")), None), None);
    }

    #[test]
    fn a_secret_is_sent_and_never_shown() {
        let secret = SecretString::from("token");
        assert_eq!(basic("AC1", &secret).unwrap(), "Basic QUMxOnRva2Vu");
        assert_eq!(format!("{:?}", basic("AC1", &secret).unwrap()), "Sensitive");
        assert!(basic("a:b", &secret).is_err() && basic("", &secret).is_err());
        assert!(secret_header("Bearer ", &SecretString::from("two\r\nlines")).is_err());
        assert!(secret_header("Bearer ", &SecretString::from("")).is_err());
        assert!(account("../..").is_err() && account("AC1").is_ok());
    }
}
