//! Standard Webhooks, as the new Bird platform signs: HMAC-SHA256 over `id.timestamp.body`, one or more signatures.
//! Source: <https://www.standardwebhooks.com>, PyPI standardwebhooks 1.1.0.

use base64::{
    Engine,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use secrecy::{ExposeSecret, SecretString};

use super::{
    super::{Forged, Incoming, Once},
    parts::{Hasher, Moment, base64, hmac, key, same, seconds},
};

const ID: &str = "webhook-id";
const TIMESTAMP: &str = "webhook-timestamp";
const SIGNATURE: &str = "webhook-signature";

/// Secrets are handed out with and without the padding.
const EITHER: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

pub(super) fn verify(secret: &SecretString, incoming: &Incoming<'_>, moment: Moment) -> Result<Once, Forged> {
    key(secret)?;
    let secret = secret.expose_secret().trim();
    let secret =
        EITHER.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).map_err(|_| Forged::BadKey)?;
    if secret.is_empty() {
        return Err(Forged::NoSecret);
    }
    let (id, stamp, given) = (incoming.header(ID)?, incoming.header(TIMESTAMP)?, incoming.header(SIGNATURE)?);
    let signed = seconds(stamp, TIMESTAMP)?;
    let parts = [id.as_bytes(), b".", stamp.as_bytes(), b".", incoming.body];
    let wanted = format!("v1,{}", base64(&hmac(Hasher::Sha256, &secret, &parts)?));
    // Several while keys are rotated. Other versions are not for this key.
    let good = given.split(' ').fold(false, |good, one| same(one.as_bytes(), wanted.as_bytes()) | good);
    if !good {
        return Err(Forged::Mismatch);
    }
    moment.check(signed)?;
    // The id stays when a delivery is tried again with a new time, so it would refuse a retry: the signature it is.
    moment.once("standard", wanted.as_bytes(), signed)
}
