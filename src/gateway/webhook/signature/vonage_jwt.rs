//! Vonage Messages API: a JWT in `Authorization`, HS256 under the account's signature secret, over the body's hash.
//! Source: <https://developer.vonage.com/en/getting-started/concepts/webhooks#decoding-signed-webhooks>,
//! vonage-jwt 1.1.5. The SDK checks the signature alone; Vonage asks for body and time too, so they are checked.

use secrecy::SecretString;
use sha2::{Digest, Sha256};

use super::{
    super::{Forged, Incoming, Once},
    jwt,
    parts::{Hasher, Moment, hex, key, same},
};

const HEADER: &str = "authorization";

pub(super) fn verify(
    secret: &SecretString,
    api_key: Option<&str>,
    incoming: &Incoming<'_>,
    moment: Moment,
) -> Result<Once, Forged> {
    let secret = key(secret)?;
    let (scheme, token) = incoming.header(HEADER)?.split_once(' ').ok_or(Forged::Malformed(HEADER))?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Forged::Malformed(HEADER));
    }
    let token = token.trim();
    let claims = jwt::claims(token, secret, &[Hasher::Sha256])?;
    let issued = claims.time("iat")?.ok_or(Forged::Claim("iat"))?;
    moment.check(issued)?;
    let now = moment.now.timestamp();
    if claims.time("exp")?.is_some_and(|ends| ends <= now) {
        return Err(Forged::Stale);
    }
    if claims.time("nbf")?.is_some_and(|begins| moment.check(begins) == Err(Forged::Early)) {
        return Err(Forged::Early);
    }
    if api_key.is_some_and(|wanted| !matches!(claims.text("api_key"), Ok(Some(found)) if found == wanted)) {
        return Err(Forged::Claim("api_key"));
    }
    match claims.text("payload_hash")? {
        None if incoming.body.is_empty() => {}
        None => return Err(Forged::Uncovered),
        Some(claimed) => {
            let body = hex(&Sha256::digest(incoming.body));
            if !same(claimed.to_ascii_lowercase().as_bytes(), body.as_bytes()) {
                return Err(Forged::OtherBody);
            }
        }
    }
    moment.once("vonage-jwt", token.as_bytes(), issued)
}
