use std::{fmt, mem};

use base64::{Engine, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::{
    super::{Forged, Incoming, form},
    parts::same,
};

/// A secret that the gateway repeats with each request, for gateways that sign nothing.
///
/// It keeps strangers out who do not know it, over HTTPS. It does **not** protect against anything else: whoever
/// has seen one request (a proxy's log, a support ticket, the gateway's own console) can make any other, change
/// any field and send it again whenever they like. Nothing ties the token to a body, an address or a time. Prefer
/// [`basic`](Self::basic) or [`header`](Self::header) where the gateway can send one: addresses end up in logs.
/// Where the gateway publishes its addresses, let the firewall hold the others off as well. In a path it is compared
/// as it stands there: make it of letters and digits.
#[derive(Clone)]
pub struct PathToken {
    secret: SecretString,
    place: Place,
}

#[derive(Debug, Clone)]
enum Place {
    Path,
    Query(String),
    Header(String),
    Basic(String),
}

/// Shorter secrets can be guessed.
const SHORTEST: usize = 16;

impl PathToken {
    /// As the last part of the path: `https://shop.example/hooks/<token>`. At least 16 characters.
    #[must_use]
    pub fn path(secret: impl Into<SecretString>) -> Self {
        Self { secret: secret.into(), place: Place::Path }
    }

    /// As a parameter of the address: `https://shop.example/hooks?key=<token>`.
    #[must_use]
    pub fn query(name: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        Self { secret: secret.into(), place: Place::Query(name.into()) }
    }

    /// As a header.
    #[must_use]
    pub fn header(name: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        Self { secret: secret.into(), place: Place::Header(name.into()) }
    }

    /// As the password of HTTP Basic authentication.
    #[must_use]
    pub fn basic(user: impl Into<String>, secret: impl Into<SecretString>) -> Self {
        Self { secret: secret.into(), place: Place::Basic(user.into()) }
    }

    pub(super) fn verify(&self, incoming: &Incoming<'_>) -> Result<(), Forged> {
        let secret = self.secret.expose_secret().as_bytes();
        match secret.len() {
            0 => return Err(Forged::NoSecret),
            length if length < SHORTEST => return Err(Forged::BadKey),
            _ => {}
        }
        let given = self.place.find(incoming)?;
        let wanted = match &self.place {
            Place::Basic(user) => [user.as_bytes(), b":", secret].concat(),
            Place::Path | Place::Query(_) | Place::Header(_) => secret.to_vec(),
        };
        // Over digests, so that not even the length shows.
        if same(&Sha256::digest(given), &Sha256::digest(wanted)) { Ok(()) } else { Err(Forged::BadToken) }
    }
}

impl Place {
    fn find(&self, incoming: &Incoming<'_>) -> Result<Vec<u8>, Forged> {
        let found = match self {
            Self::Path => {
                let path = incoming.url.find(['?', '#']).and_then(|end| incoming.url.get(..end));
                let path = path.unwrap_or(incoming.url);
                path.rsplit('/').next().filter(|part| !part.is_empty()).map(|part| part.as_bytes().to_vec())
            }
            Self::Query(name) => {
                let mut pairs = form::pairs(incoming.query().as_bytes());
                let mut found = pairs.iter_mut().filter(|(key, _)| key == name.as_bytes());
                let value = found.next().map(|(_, value)| mem::take(value));
                if found.next().is_some() {
                    return Err(Forged::Duplicate("token"));
                }
                value
            }
            Self::Header(name) => {
                let mut values = incoming.headers.get_all(name.as_str()).iter();
                let value = values.next().map(|value| value.as_bytes().to_vec());
                if values.next().is_some() {
                    return Err(Forged::Duplicate("token"));
                }
                value
            }
            Self::Basic(_) => {
                let (scheme, given) = incoming
                    .header("authorization")?
                    .split_once(' ')
                    .ok_or(Forged::Malformed("authorization"))?;
                if !scheme.eq_ignore_ascii_case("basic") {
                    return Err(Forged::Malformed("authorization"));
                }
                Some(STANDARD.decode(given.trim()).map_err(|_| Forged::Malformed("authorization"))?)
            }
        };
        found.filter(|found| !found.is_empty()).ok_or(Forged::Missing("token"))
    }
}

impl fmt::Debug for PathToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "PathToken({})",
            match self.place {
                Place::Path => "path",
                Place::Query(_) => "query",
                Place::Header(_) => "header",
                Place::Basic(_) => "basic",
            }
        )
    }
}
