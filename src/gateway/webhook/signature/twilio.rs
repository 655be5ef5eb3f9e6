//! Twilio: HMAC over the address as it was called and the sorted form, or over an address that names the hash of
//! a JSON body. SHA-1 under the account's auth token, or SHA-256 under a shared key that a second header names.
//!
//! Source: twilio-python 9.13.0 `request_validator.py`, twilio-node 6.2.0 `webhooks.js`,
//! <https://www.twilio.com/docs/usage/webhooks/webhook-shared-keys> (public beta, September 2026).
//! A Twilio signature holds no time and no id, so it cannot be told from its replay: the ledger's ids do that.

use std::borrow::Cow;

use secrecy::SecretString;
use sha2::{Digest, Sha256};

use super::{
    super::{Forged, Incoming, form},
    parts::{Hasher, base64, hex, hmac, key, same},
};

const SIGNATURE: &str = "x-twilio-signature";
const SETTINGS: &str = "x-twilio-webhooks-signature-settings";

/// What Twilio may sign with.
///
/// A hook that has only shared keys refuses the older SHA-1 signature: whoever got hold of the auth token could
/// otherwise leave the newer header away.
#[derive(Debug, Clone, Default)]
pub struct TwilioKeys {
    token: Option<SecretString>,
    shared: Vec<(Option<String>, SecretString)>,
}

impl TwilioKeys {
    /// The account's auth token: signs with SHA-1.
    #[must_use]
    pub fn auth_token(token: impl Into<SecretString>) -> Self {
        Self::default().or_auth_token(token)
    }

    /// A shared key by its id (`webhooks_sharedkey_…`): signs with SHA-256.
    #[must_use]
    pub fn shared_key(id: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        Self::default().or_shared_key(id, secret)
    }

    /// Takes signatures by the auth token as well.
    #[must_use]
    pub fn or_auth_token(mut self, token: impl Into<SecretString>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Takes signatures by one more shared key: the next one, while keys are rotated.
    #[must_use]
    pub fn or_shared_key(mut self, id: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        self.shared.push((Some(id.into()), secret.into()));
        self
    }

    /// Takes signatures by a shared key whatever its id.
    #[must_use]
    pub fn or_any_shared_key(mut self, secret: impl Into<SecretString>) -> Self {
        self.shared.push((None, secret.into()));
        self
    }

    /// The secret and the hash that the request says it was signed with.
    fn chosen(&self, incoming: &Incoming<'_>) -> Result<(Hasher, Vec<&SecretString>), Forged> {
        let Some(settings) = incoming.optional(SETTINGS)? else {
            return Ok((Hasher::Sha1, vec![self.token.as_ref().ok_or(Forged::NoSecret)?]));
        };
        let setting = |wanted: &str| {
            let named = settings.split(',').filter_map(|part| part.split_once('='));
            let mut values = named.filter(|(name, _)| name.trim() == wanted).map(|(_, value)| value.trim());
            match (values.next(), values.next()) {
                (_, Some(_)) => Err(Forged::Duplicate(SETTINGS)),
                (value, None) => Ok(value.unwrap_or_default()),
            }
        };
        let (id, algorithm) = (setting("key")?, setting("algorithm")?);
        // Settings that name no algorithm say no more than no settings at all: so twilio-python reads them.
        if algorithm.is_empty() || algorithm.eq_ignore_ascii_case("HMAC_SHA1") {
            return Ok((Hasher::Sha1, vec![self.token.as_ref().ok_or(Forged::Algorithm)?]));
        }
        if !algorithm.eq_ignore_ascii_case("HMAC_SHA256") {
            return Err(Forged::Algorithm);
        }
        let fits = |known: &Option<String>| known.as_deref().is_none_or(|known| known == id);
        let secrets: Vec<_> = self.shared.iter().filter(|(known, _)| fits(known)).map(|(_, s)| s).collect();
        match secrets.is_empty() {
            true if self.shared.is_empty() => Err(Forged::NoSecret),
            true => Err(Forged::UnknownKey),
            false => Ok((Hasher::Sha256, secrets)),
        }
    }
}

pub(super) fn verify(keys: &TwilioKeys, incoming: &Incoming<'_>) -> Result<(), Forged> {
    let (hasher, secrets) = keys.chosen(incoming)?;
    let given = incoming.header(SIGNATURE)?;
    let urls = spellings(incoming.url);
    let signed = |covered: &[u8]| -> Result<bool, Forged> {
        let mut good = false;
        for secret in &secrets {
            let secret = key(secret)?;
            for url in &urls {
                let digest = hmac(hasher, secret, &[url.as_bytes(), covered])?;
                good |= same(base64(&digest).as_bytes(), given.as_bytes());
            }
        }
        Ok(good)
    };
    let query = form::pairs(incoming.query().as_bytes());
    if let Some((_, hash)) = query.iter().find(|(name, hash)| name == b"bodySHA256" && !hash.is_empty()) {
        // The address alone is signed, and it names the body: whatever its type, only that body goes with it.
        if signed(&[])? {
            let body = hex(&Sha256::digest(incoming.body));
            return if same(body.as_bytes(), hash) { Ok(()) } else { Err(Forged::OtherBody) };
        }
    }
    // What will be read as JSON must not be believed as a form: the sorted form has more than one spelling.
    if incoming.is_json()? && !incoming.body.is_empty() {
        return Err(Forged::Uncovered);
    }
    if signed(&sorted(incoming.body))? { Ok(()) } else { Err(Forged::Mismatch) }
}

/// The form as Twilio signs it: names in order, their values in order and each once, nothing in between.
fn sorted(body: &[u8]) -> Vec<u8> {
    let mut pairs = form::pairs(body);
    pairs.sort();
    pairs.dedup();
    pairs.into_iter().flat_map(|(name, value)| [name, value]).flatten().collect()
}

/// The address as called, and as Twilio's back ends are known to spell it: without the port, with the port that
/// the scheme implies, without what follows `#`, and percent-encoded where the caller did not.
/// Each spelling follows from the address and needs the secret, so trying them lets nobody in.
fn spellings(url: &str) -> Vec<String> {
    let bare = url.split_once('#').map_or(url, |(bare, _)| bare);
    let mut all: Vec<String> = Vec::with_capacity(6);
    for url in [url.into(), bare.into(), encoded(bare)] {
        let url: Cow<'_, str> = url;
        for url in
            [without_port(&url), with_port(&url)].into_iter().flatten().chain([url.clone().into_owned()])
        {
            if !all.contains(&url) {
                all.push(url);
            }
        }
    }
    all
}

/// Scheme and `://`, user and `@`, host, `:port`, and all that follows.
fn split(url: &str) -> Option<(&str, &str, &str, &str, &str)> {
    let (scheme, after) = url.split_at_checked(url.find("://")? + 3)?;
    let (authority, rest) = after.split_at_checked(after.find(['/', '?', '#']).unwrap_or(after.len()))?;
    let (user, address) = authority.split_at_checked(authority.rfind('@').map_or(0, |at| at + 1))?;
    let inside = address.rfind(']').map_or(0, |bracket| bracket + 1);
    let colon = address.get(inside..)?.find(':').map_or(address.len(), |colon| inside + colon);
    let (host, port) = address.split_at_checked(colon)?;
    Some((scheme, user, host, port, rest))
}

fn without_port(url: &str) -> Option<String> {
    let (scheme, user, host, port, rest) = split(url)?;
    (!port.is_empty()).then(|| format!("{scheme}{user}{host}{rest}"))
}

fn with_port(url: &str) -> Option<String> {
    let (scheme, user, host, port, rest) = split(url)?;
    let implied = if scheme.eq_ignore_ascii_case("https://") { ":443" } else { ":80" };
    port.is_empty().then(|| format!("{scheme}{user}{host}{implied}{rest}"))
}

/// What a browser's parser would escape in path and query, and nothing else.
fn encoded(url: &str) -> Cow<'_, str> {
    let start = url.find('?').unwrap_or(url.len());
    let escape = |at: usize, byte: u8| match byte {
        b' ' | b'"' | b'<' | b'>' | 0..=0x1f | 0x7f..=0xff => true,
        b'`' | b'{' | b'}' => at < start,
        b'\'' => at > start,
        _ => false,
    };
    if !url.bytes().enumerate().any(|(at, byte)| escape(at, byte)) {
        return Cow::Borrowed(url);
    }
    let mut out = String::with_capacity(url.len() + 16);
    for (at, character) in url.char_indices() {
        let mut bytes = [0; 4];
        for byte in character.encode_utf8(&mut bytes).bytes() {
            if escape(at, byte) {
                out.push_str(&format!("%{byte:02X}"));
            } else {
                out.push(char::from(byte));
            }
        }
    }
    Cow::Owned(out)
}
