//! What the schemes share: one HMAC, one comparison, one reading of time.

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::super::{Forged, Once};

/// When a request is looked at, and how far off its own time may be.
#[derive(Debug, Clone, Copy)]
pub struct Moment {
    /// Now.
    pub now: DateTime<Utc>,
    /// How old or how early a signature may be.
    pub tolerance: TimeDelta,
}

impl Moment {
    /// Now, with 300 seconds both ways: what Telnyx, Vonage and Standard Webhooks ask for.
    #[must_use]
    pub const fn new(now: DateTime<Utc>) -> Self {
        Self { now, tolerance: TimeDelta::seconds(300) }
    }

    /// Refuses what was signed too long ago or not yet, in seconds of Unix time.
    pub(super) fn check(&self, signed: i64) -> Result<(), Forged> {
        let age = self.now.timestamp().checked_sub(signed).ok_or(Forged::Stale)?;
        match age {
            age if age > self.tolerance.num_seconds() => Err(Forged::Stale),
            age if age < -self.tolerance.num_seconds() => Err(Forged::Early),
            _ => Ok(()),
        }
    }

    /// The mark of a request that was signed at this second.
    pub(super) fn once(&self, scheme: &str, mark: &[u8], signed: i64) -> Result<Once, Forged> {
        let until = DateTime::from_timestamp(signed, 0).and_then(|at| at.checked_add_signed(self.tolerance));
        Ok(Once::of(scheme, mark, until.ok_or(Forged::Malformed("timestamp"))?))
    }
}

/// Whole seconds of Unix time, digits only: what two parsers could read differently is not read at all.
pub(super) fn seconds(text: &str, what: &'static str) -> Result<i64, Forged> {
    let plain = (1..=12).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().map_err(|_| Forged::Malformed(what)) } else { Err(Forged::Malformed(what)) }
}

/// The bytes of a secret, which must be there.
pub(super) fn key(secret: &SecretString) -> Result<&[u8], Forged> {
    let secret = secret.expose_secret();
    if secret.trim().is_empty() { Err(Forged::NoSecret) } else { Ok(secret.as_bytes()) }
}

/// A hash function under HMAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hasher {
    Md5,
    Sha1,
    Sha256,
    Sha384,
    Sha512,
}

/// HMAC over the parts, one after the other.
pub(super) fn hmac(hasher: Hasher, key: &[u8], parts: &[&[u8]]) -> Result<Vec<u8>, Forged> {
    macro_rules! run {
        ($hash:ty) => {{
            let mut mac = <Hmac<$hash> as KeyInit>::new_from_slice(key).map_err(|_| Forged::BadKey)?;
            parts.iter().for_each(|part| mac.update(part));
            mac.finalize().into_bytes().to_vec()
        }};
    }
    Ok(match hasher {
        Hasher::Md5 => run!(md5::Md5),
        Hasher::Sha1 => run!(sha1::Sha1),
        Hasher::Sha256 => run!(sha2::Sha256),
        Hasher::Sha384 => run!(sha2::Sha384),
        Hasher::Sha512 => run!(sha2::Sha512),
    })
}

/// Whether they are the same, in a time that depends on nothing but the length.
pub(super) fn same(one: &[u8], other: &[u8]) -> bool {
    one.ct_eq(other).into()
}

/// The digest as the SDKs spell it. Comparing spellings leaves no room for a second one.
pub(super) fn base64(digest: &[u8]) -> String {
    STANDARD.encode(digest)
}

pub(super) fn hex(digest: &[u8]) -> String {
    use std::fmt::Write;
    digest.iter().fold(String::with_capacity(2 * digest.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
