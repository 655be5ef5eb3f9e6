//! A signed JWT, HMAC only. The header is read for the algorithm; the claims only once the signature is good.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

use super::{
    super::Forged,
    parts::{Hasher, hmac, same},
};

/// Longer tokens are not looked at: these carry two hashes and a few names.
const LONGEST: usize = 16 * 1024;

pub(super) struct Claims(Map<String, Value>);

pub(super) fn claims(token: &str, key: &[u8], allowed: &[Hasher]) -> Result<Claims, Forged> {
    const WHAT: Forged = Forged::Malformed("jwt");
    if token.len() > LONGEST {
        return Err(WHAT);
    }
    let (signed, signature) = token.rsplit_once('.').ok_or(WHAT)?;
    let (header, claims) = signed.split_once('.').ok_or(WHAT)?;
    let header = object(header).ok_or(WHAT)?;
    let hasher = match header.get("alg").and_then(Value::as_str) {
        Some("HS256") => Hasher::Sha256,
        Some("HS384") => Hasher::Sha384,
        Some("HS512") => Hasher::Sha512,
        _ => return Err(Forged::Algorithm),
    };
    // `crit` names extensions that must be understood, and none is.
    if !allowed.contains(&hasher) || header.contains_key("crit") {
        return Err(Forged::Algorithm);
    }
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| WHAT)?;
    if !same(&hmac(hasher, key, &[signed.as_bytes()])?, &signature) {
        return Err(Forged::Mismatch);
    }
    object(claims).map(Claims).ok_or(WHAT)
}

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

impl Claims {
    /// A claim that is a text, if it is there.
    pub(super) fn text(&self, name: &'static str) -> Result<Option<&str>, Forged> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(Forged::Claim(name)),
        }
    }

    /// A claim that is a time, in whole seconds, if it is there.
    pub(super) fn time(&self, name: &'static str) -> Result<Option<i64>, Forged> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        let fraction = || {
            let seconds = value.as_f64()?.floor();
            // Far within what an f64 holds exactly.
            #[allow(clippy::cast_possible_truncation, reason = "the range is checked")]
            (seconds.abs() < 1e15).then_some(seconds as i64)
        };
        value.as_i64().or_else(fraction).map(Some).ok_or(Forged::Claim(name))
    }
}
