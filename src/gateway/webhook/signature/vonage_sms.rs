//! Vonage SMS API: a hash or an HMAC over the sorted parameters, in the parameter `sig`.
//! Source: vonage-http-client 1.5.2 `auth.py` and
//! <https://developer.vonage.com/en/getting-started/concepts/signing-messages>.

use std::fmt;

use chrono::NaiveDateTime;
use md5::Md5;
use secrecy::SecretString;
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};
use serde_json::Value;
use sha2::Digest;

use super::{
    super::{
        Forged, Incoming, Once,
        form::{self, Pair},
    },
    parts::{Hasher, Moment, hex, hmac, key, same, seconds},
};

/// How the Vonage account signs, as its dashboard says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VonageMethod {
    /// "MD5 hash", the dashboard's default: MD5 over the parameters and then the secret. The Python SDK's `md5` is
    /// *not* this but [`Md5Hmac`](Self::Md5Hmac). MD5 is weak; choose SHA-256 or SHA-512 in the dashboard.
    Md5Hash,
    /// "MD5 HMAC".
    Md5Hmac,
    /// "SHA1 HMAC".
    Sha1Hmac,
    /// "SHA-256 HMAC".
    Sha256Hmac,
    /// "SHA-512 HMAC".
    Sha512Hmac,
    /// Whichever of these fits the length of the signature. Each needs the secret, so this lets nobody in who has
    /// not got it; but it is as weak as the weakest, the MD5 hash. Name the method where it is known.
    Any,
}

impl VonageMethod {
    fn candidates(self) -> &'static [Self] {
        match self {
            Self::Md5Hash => &[Self::Md5Hash],
            Self::Md5Hmac => &[Self::Md5Hmac],
            Self::Sha1Hmac => &[Self::Sha1Hmac],
            Self::Sha256Hmac => &[Self::Sha256Hmac],
            Self::Sha512Hmac => &[Self::Sha512Hmac],
            Self::Any => &[Self::Md5Hash, Self::Md5Hmac, Self::Sha1Hmac, Self::Sha256Hmac, Self::Sha512Hmac],
        }
    }

    fn sign(self, secret: &[u8], text: &[u8]) -> Result<Vec<u8>, Forged> {
        let hasher = match self {
            Self::Md5Hash => {
                return Ok(Md5::new().chain_update(text).chain_update(secret).finalize().to_vec());
            }
            Self::Md5Hmac => Hasher::Md5,
            Self::Sha1Hmac => Hasher::Sha1,
            Self::Sha256Hmac => Hasher::Sha256,
            Self::Sha512Hmac => Hasher::Sha512,
            Self::Any => return Err(Forged::Algorithm),
        };
        hmac(hasher, secret, &[text])
    }
}

pub(super) fn verify(
    secret: &SecretString,
    method: VonageMethod,
    incoming: &Incoming<'_>,
    moment: Moment,
) -> Result<Once, Forged> {
    let secret = key(secret)?;
    let mut pairs = parameters(incoming)?;
    pairs.sort();
    if pairs.windows(2).any(|two| matches!(two, [(one, _), (other, _)] if one == other)) {
        return Err(Forged::Duplicate("parameter"));
    }
    let given = form::single(&pairs, "sig").filter(|sig| !sig.is_empty()).ok_or(Forged::Missing("sig"))?;
    let given = given.to_ascii_lowercase();
    let text = signed_text(&pairs);
    let mut good = false;
    for method in method.candidates() {
        good |= same(hex(&method.sign(secret, &text)?).as_bytes(), &given);
    }
    if !good {
        return Err(Forged::Mismatch);
    }
    let signed = timestamp(form::single(&pairs, "timestamp").ok_or(Forged::Missing("timestamp"))?)?;
    moment.check(signed)?;
    moment.once("vonage-sms", &given, signed)
}

/// `&name=value` for each in order, with `&` and `=` in values made `_`, and no `sig`.
fn signed_text(pairs: &[Pair]) -> Vec<u8> {
    let mut text = Vec::new();
    for (name, value) in pairs.iter().filter(|(name, _)| name != b"sig") {
        text.push(b'&');
        text.extend_from_slice(name);
        text.push(b'=');
        text.extend(value.iter().map(|byte| if matches!(byte, b'&' | b'=') { b'_' } else { *byte }));
    }
    text
}

/// The account chooses GET, a form or JSON. What is not signed with the rest is not read.
fn parameters(incoming: &Incoming<'_>) -> Result<Vec<Pair>, Forged> {
    if incoming.body.is_empty() {
        return Ok(form::pairs(incoming.query().as_bytes()));
    }
    if !incoming.is_json()? {
        return Ok(form::pairs(incoming.body));
    }
    let Members(body) = serde_json::from_slice(incoming.body).map_err(|_| Forged::Malformed("body"))?;
    let flat = |(name, value): (String, Value)| match value {
        Value::String(text) => Ok((name.into_bytes(), text.into_bytes())),
        Value::Number(number) => Ok((name.into_bytes(), number.to_string().into_bytes())),
        Value::Bool(yes) => Ok((name.into_bytes(), yes.to_string().into_bytes())),
        Value::Null | Value::Array(_) | Value::Object(_) => Err(Forged::Malformed("body")),
    };
    body.into_iter().map(flat).collect()
}

/// Every member of an object in order: of a name that comes twice, two readers could each believe another value.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl<'de> Visitor<'de> for Read {
            type Value = Members;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut all = Vec::new();
                while let Some(member) = map.next_entry()? {
                    all.push(member);
                }
                Ok(Members(all))
            }
        }
        deserializer.deserialize_map(Read)
    }
}

/// Unix seconds; the older `2026-11-21 12:00:00` is UTC.
fn timestamp(text: &[u8]) -> Result<i64, Forged> {
    const WHAT: &str = "timestamp";
    let text = std::str::from_utf8(text).map_err(|_| Forged::Malformed(WHAT))?;
    let written = || NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok();
    seconds(text, WHAT).or_else(|error| written().map(|at| at.and_utc().timestamp()).ok_or(error))
}
