//! Requests as gateways make them. What signs here is not what verifies: the table beside is the SDKs' word.

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use http::{Request, request::Builder};
use sha2::{Digest, Sha256};

pub(super) const SECRET: &str = "a secret of some length";

pub(super) fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_262_400, 0).unwrap()
}

pub(super) fn hmac256(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap();
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn post(path: &str, kind: &str) -> Builder {
    Request::post(path).header("content-type", kind)
}

pub(super) fn twilio(origin: &str, path: &str, body: &[u8]) -> Request<Vec<u8>> {
    let text = String::from_utf8_lossy(body).into_owned();
    let mut pairs: Vec<(String, String)> = text
        .split('&')
        .filter(|p| !p.is_empty())
        .map(|p| p.split_once('=').unwrap_or((p, "")))
        .map(|(k, v)| (plain(k), plain(v)))
        .collect();
    pairs.sort();
    pairs.dedup();
    let text: String = pairs.into_iter().map(|(k, v)| k + &v).collect();
    let mut mac = <Hmac<sha1::Sha1> as KeyInit>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{origin}{path}{text}").as_bytes());
    post(path, "application/x-www-form-urlencoded")
        .header("x-twilio-signature", STANDARD.encode(mac.finalize().into_bytes()))
        .body(body.to_vec())
        .unwrap()
}

fn plain(text: &str) -> String {
    text.replace('+', " ").replace("%2B", "+").replace("%20", " ").replace("%C3%AA", "ê")
}

pub(super) fn sinch(body: &[u8]) -> Request<Vec<u8>> {
    let stamp = now().timestamp().to_string();
    let text = [body, b".n1.", stamp.as_bytes()].concat();
    post("/sinch", "application/json")
        .header("x-sinch-webhook-signature", STANDARD.encode(hmac256(SECRET.as_bytes(), &text)))
        .header("x-sinch-webhook-signature-nonce", "n1")
        .header("x-sinch-webhook-signature-timestamp", stamp)
        .body(body.to_vec())
        .unwrap()
}

/// Standard Webhooks; the secret is `SECRET` in base64.
pub(super) fn bird(body: &[u8]) -> Request<Vec<u8>> {
    let stamp = now().timestamp().to_string();
    let text = [b"msg_1.", stamp.as_bytes(), b".", body].concat();
    post("/bird", "application/json")
        .header("webhook-id", "msg_1")
        .header("webhook-timestamp", stamp)
        .header("webhook-signature", format!("v1,{}", STANDARD.encode(hmac256(SECRET.as_bytes(), &text))))
        .body(body.to_vec())
        .unwrap()
}

pub(super) fn bird_secret() -> String {
    format!("whsec_{}", STANDARD.encode(SECRET))
}

pub(super) fn vonage_messages(body: &[u8]) -> Request<Vec<u8>> {
    let hash: String = Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect();
    let claims = format!(
        r#"{{"iat":{},"jti":"j","iss":"Vonage","payload_hash":"{hash}","api_key":"k"}}"#,
        now().timestamp()
    );
    let signed = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#),
        URL_SAFE_NO_PAD.encode(claims)
    );
    let token = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(hmac256(SECRET.as_bytes(), signed.as_bytes())));
    post("/vonage", "application/json")
        .header("authorization", format!("Bearer {token}"))
        .body(body.to_vec())
        .unwrap()
}

/// For gateways that sign nothing.
pub(super) fn token(kind: &str, body: &[u8]) -> Request<Vec<u8>> {
    post("/hook/0123456789abcdef?optin=00112233445566778899aabbccddeeff", kind).body(body.to_vec()).unwrap()
}
