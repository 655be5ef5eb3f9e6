//! Sinch: HMAC-SHA256 over `body.nonce.timestamp`. SMS callbacks carry it only when the account has it switched on.
//! Source: sinch-python 2.3.0 `authentication_validation.py`; the SDK checks no time, this does.

use secrecy::SecretString;

use super::{
    super::{Forged, Incoming, Once},
    parts::{Hasher, Moment, base64, hmac, key, same, seconds},
};

const SIGNATURE: &str = "x-sinch-webhook-signature";
const NONCE: &str = "x-sinch-webhook-signature-nonce";
const TIMESTAMP: &str = "x-sinch-webhook-signature-timestamp";
const ALGORITHM: &str = "x-sinch-webhook-signature-algorithm";

pub(super) fn verify(secret: &SecretString, incoming: &Incoming<'_>, moment: Moment) -> Result<Once, Forged> {
    let secret = key(secret)?;
    if incoming.optional(ALGORITHM)?.is_some_and(|name| !name.eq_ignore_ascii_case("HmacSHA256")) {
        return Err(Forged::Algorithm);
    }
    let (given, nonce) = (incoming.header(SIGNATURE)?, incoming.header(NONCE)?);
    let stamp = incoming.header(TIMESTAMP)?;
    let parts = [incoming.body, b".", nonce.as_bytes(), b".", stamp.as_bytes()];
    if !same(base64(&hmac(Hasher::Sha256, secret, &parts)?).as_bytes(), given.as_bytes()) {
        return Err(Forged::Mismatch);
    }
    let signed = seconds(stamp, TIMESTAMP)?;
    moment.check(signed)?;
    moment.once("sinch", given.as_bytes(), signed)
}
