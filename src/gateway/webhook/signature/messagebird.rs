//! The older MessageBird platform: a JWT over the hashes of address and body.
//! Source: messagebird-python 2.2.0 `request_validator.py` and its 44 published vectors.

use secrecy::SecretString;
use sha2::{Digest, Sha256};

use super::{
    super::{Forged, Incoming, Once},
    jwt,
    parts::{Hasher, Moment, hex, key, same},
};

const SIGNATURE: &str = "messagebird-signature-jwt";
/// The token says itself how long it lasts; the SDK allows the clocks this second.
const LEEWAY: i64 = 1;

pub(super) fn verify(secret: &SecretString, incoming: &Incoming<'_>, moment: Moment) -> Result<Once, Forged> {
    let secret = key(secret)?;
    let token = incoming.header(SIGNATURE)?;
    let claims = jwt::claims(token, secret, &[Hasher::Sha256, Hasher::Sha384, Hasher::Sha512])?;
    if claims.text("iss")? != Some("MessageBird") {
        return Err(Forged::Claim("iss"));
    }
    let begins = claims.time("nbf")?.ok_or(Forged::Claim("nbf"))?;
    let ends = claims.time("exp")?.ok_or(Forged::Claim("exp"))?;
    let now = moment.now.timestamp();
    if begins > now.saturating_add(LEEWAY) {
        return Err(Forged::Early);
    }
    if ends.saturating_add(LEEWAY) <= now {
        return Err(Forged::Stale);
    }
    let url = hex(&Sha256::digest(incoming.url.as_bytes()));
    let address = claims.text("url_hash")?.ok_or(Forged::Claim("url_hash"))?;
    if !same(address.as_bytes(), url.as_bytes()) {
        return Err(Forged::OtherUrl);
    }
    let claimed = claims.text("payload_hash")?.filter(|hash| !hash.is_empty());
    let body = (!incoming.body.is_empty()).then(|| hex(&Sha256::digest(incoming.body)));
    match (claimed, body) {
        (None, None) => {}
        (Some(claimed), Some(body)) if same(claimed.as_bytes(), body.as_bytes()) => {}
        (None, Some(_)) => return Err(Forged::Uncovered),
        (Some(_), _) => return Err(Forged::OtherBody),
    }
    let mark = claims.text("jti")?.map_or(token.as_bytes(), str::as_bytes);
    moment.once("messagebird", mark, ends)
}
