//! Telnyx: Ed25519 over `timestamp|body`. Source: telnyx-python 4.189.0 `lib/webhook_verification.py`.

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, VerifyingKey};

use super::{
    super::{Forged, Incoming, Once},
    parts::{Moment, seconds},
};

const SIGNATURE: &str = "telnyx-signature-ed25519";
const TIMESTAMP: &str = "telnyx-timestamp";

pub(super) fn verify(public_key: &str, incoming: &Incoming<'_>, moment: Moment) -> Result<Once, Forged> {
    let public_key = public_key.trim();
    if public_key.is_empty() {
        return Err(Forged::NoSecret);
    }
    let (given, stamp) = (incoming.header(SIGNATURE)?, incoming.header(TIMESTAMP)?);
    let signed = seconds(stamp, TIMESTAMP)?;
    let key = STANDARD.decode(public_key).ok().and_then(|key| <[u8; 32]>::try_from(key).ok());
    let key = key.and_then(|key| VerifyingKey::from_bytes(&key).ok()).ok_or(Forged::BadKey)?;
    let signature = STANDARD.decode(given).ok().and_then(|bytes| Signature::from_slice(&bytes).ok());
    let signature = signature.ok_or(Forged::Malformed(SIGNATURE))?;
    let message = [stamp.as_bytes(), b"|", incoming.body].concat();
    // Strict: no small-order key, one spelling of a signature only.
    key.verify_strict(&message, &signature).map_err(|_| Forged::Mismatch)?;
    moment.check(signed)?;
    moment.once("telnyx", given.as_bytes(), signed)
}
