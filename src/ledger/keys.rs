use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use thiserror::Error;

use crate::{
    id::{self, Hash, NoRandomness},
    phone::PhoneNumber,
};

const NONCE: usize = 24;

/// The secrets of a ledger: the index keys by generation, and the keys that wrap each recipient's own.
///
/// They live outside the store, in a [`KeyStore`](super::KeyStore). Without them the store names nobody; with
/// another's it refuses to open. A clone is a copy of its own: rotating one does not change the other.
pub struct Keys(RwLock<Arc<Secrets>>);

struct Secrets {
    /// Generation and key, oldest first; the last one writes, all of them look up.
    index: Vec<(u32, [u8; 32])>,
    /// Oldest first; the last one wraps, all of them open. More than one only while vaults are wrapped anew.
    wrapping: Vec<[u8; 32]>,
    /// The seed that signs checkpoints; a key file of an older version has none.
    signing: Option<[u8; 32]>,
    /// What a store may know them by, the newest first.
    checks: Vec<Hash>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys(generation {})", self.generation())
    }
}

impl Clone for Keys {
    fn clone(&self) -> Self {
        Self(RwLock::new(self.secrets()))
    }
}

impl PartialEq for Keys {
    fn eq(&self, other: &Self) -> bool {
        let (one, other) = (self.secrets(), other.secrets());
        one.index == other.index && one.wrapping == other.wrapping && one.signing == other.signing
    }
}

impl Eq for Keys {}

impl Keys {
    /// New secrets.
    ///
    /// # Errors
    /// The operating system gave no random bytes.
    pub fn generate() -> Result<Self, NoRandomness> {
        Ok(Self::of(vec![(1, id::random()?)], vec![id::random()?], Some(id::random()?)))
    }

    fn of(index: Vec<(u32, [u8; 32])>, wrapping: Vec<[u8; 32]>, signing: Option<[u8; 32]>) -> Self {
        let checks = check_values(&index, &wrapping);
        Self(RwLock::new(Arc::new(Secrets { index, wrapping, signing, checks })))
    }

    fn secrets(&self) -> Arc<Secrets> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on these are the secrets of whoever holds `self`.
    pub(crate) fn adopt(&self, other: &Self) {
        let secrets = other.secrets();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = secrets;
    }

    /// Whether these may take the place of `older`: no generation of the index key is ever dropped.
    pub(crate) fn succeeds(&self, older: &Self) -> bool {
        self.secrets().index.starts_with(&older.secrets().index)
    }

    /// The generation of the index key that writes.
    #[must_use]
    pub fn generation(&self) -> u32 {
        self.secrets().index.last().map_or(0, |(generation, _)| *generation)
    }

    /// These with one more generation of the index key, and a key that signs if they had none.
    pub(crate) fn with_index_key(&self) -> Result<Self, NoRandomness> {
        let secrets = self.secrets();
        let mut index = secrets.index.clone();
        index.push((self.generation() + 1, id::random()?));
        let signing = secrets.signing.map_or_else(id::random, Ok)?;
        Ok(Self::of(index, secrets.wrapping.clone(), Some(signing)))
    }

    /// These with one more wrapping key, which wraps from then on.
    pub(crate) fn with_wrapping_key(&self) -> Result<Self, NoRandomness> {
        let secrets = self.secrets();
        let mut wrapping = secrets.wrapping.clone();
        wrapping.push(id::random()?);
        Ok(Self::of(secrets.index.clone(), wrapping, secrets.signing))
    }

    /// These with the newest wrapping key alone.
    pub(crate) fn with_newest_wrapping_key(&self) -> Self {
        let secrets = self.secrets();
        let wrapping = secrets.wrapping.last().copied().into_iter().collect();
        Self::of(secrets.index.clone(), wrapping, secrets.signing)
    }

    /// Whether vaults are being wrapped anew: an older wrapping key is still there.
    #[must_use]
    pub fn is_rewrapping(&self) -> bool {
        self.secrets().wrapping.len() > 1
    }

    /// What a store keeps to tell these secrets from others. It changes with every rotation, so that whoever writes
    /// with older keys is found out.
    #[must_use]
    pub fn check_value(&self) -> Hash {
        self.secrets().checks.first().copied().unwrap_or_default()
    }

    /// The values of every store that these secrets open, the newest first.
    #[must_use]
    pub fn check_values(&self) -> Vec<Hash> {
        self.secrets().checks.clone()
    }

    /// The Ed25519 public key by which this ledger's checkpoints are known; `None` where the key file has no line
    /// `signing`.
    #[cfg(feature = "evidence")]
    #[must_use]
    pub fn verifying_key(&self) -> Option<[u8; 32]> {
        self.secrets().signing.as_ref().map(super::note::public)
    }

    #[cfg(feature = "evidence")]
    pub(super) fn signing_seed(&self) -> Option<[u8; 32]> {
        self.secrets().signing
    }

    /// The index entry of a number under the newest generation.
    pub(crate) fn index_entry(&self, number: PhoneNumber) -> Option<(u32, Hash)> {
        self.secrets().index.last().map(|(generation, key)| (*generation, entry(key, number)))
    }

    /// Its index entries under every generation, newest first.
    pub(crate) fn index_entries(&self, number: PhoneNumber) -> Vec<Hash> {
        self.secrets().index.iter().rev().map(|(_, key)| entry(key, number)).collect()
    }

    /// Wraps a recipient's key.
    pub(crate) fn wrap(&self, key: &SubjectKey) -> Result<Vec<u8>, SealError> {
        let secrets = self.secrets();
        seal(secrets.wrapping.last().ok_or(SealError::DoesNotOpen)?, WRAPPED, &key.0)
    }

    /// Unwraps it.
    pub(crate) fn unwrap(&self, wrapped: &[u8]) -> Result<SubjectKey, SealError> {
        let secrets = self.secrets();
        let mut opened = secrets.wrapping.iter().rev().filter_map(|key| unseal(key, WRAPPED, wrapped).ok());
        let bytes = opened.next().ok_or(SealError::DoesNotOpen)?;
        bytes.try_into().map(SubjectKey).map_err(|_| SealError::DoesNotOpen)
    }

    /// The same key wrapped by the newest wrapping key; `None` if it is already.
    pub(crate) fn rewrap(&self, wrapped: &[u8]) -> Result<Option<Vec<u8>>, SealError> {
        let secrets = self.secrets();
        let newest = secrets.wrapping.last().ok_or(SealError::DoesNotOpen)?;
        if unseal(newest, WRAPPED, wrapped).is_ok() {
            return Ok(None);
        }
        self.wrap(&self.unwrap(wrapped)?).map(Some)
    }

    /// The secrets themselves as text, for whoever writes a [`KeyStore`](super::KeyStore). Keep it out of logs.
    #[must_use]
    pub fn to_secret_text(&self) -> String {
        let secrets = self.secrets();
        // A version that knows one wrapping key only must not read a file with two.
        let form = if secrets.wrapping.len() > 1 { 2 } else { 1 };
        let mut text = format!("optin-keys {form}\n");
        for (generation, key) in &secrets.index {
            text.push_str(&format!("index {generation} {}\n", Hash(*key)));
        }
        for key in &secrets.wrapping {
            text.push_str(&format!("wrapping {}\n", Hash(*key)));
        }
        if let Some(seed) = secrets.signing {
            text.push_str(&format!("signing {}\n", Hash(seed)));
        }
        text
    }

    /// Reads [`to_secret_text`](Self::to_secret_text), of this version and every earlier one; `None` if it is
    /// anything else.
    ///
    /// ```
    /// use optin::ledger::Keys;
    /// let keys = Keys::generate()?;
    /// let text = keys.to_secret_text();
    /// assert_eq!(Keys::from_secret_text(&text), Some(keys));
    /// assert_eq!(Keys::from_secret_text("optin-keys 1"), None);             // cut off
    /// # Ok::<(), optin::id::NoRandomness>(())
    /// ```
    #[must_use]
    pub fn from_secret_text(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let most = match lines.next()? {
            "optin-keys 1" => 1,
            "optin-keys 2" => usize::MAX,
            _ => return None,
        };
        let (mut index, mut wrapping) = (Vec::<(u32, [u8; 32])>::new(), Vec::<[u8; 32]>::new());
        let mut signing = None;
        for line in lines {
            match line.split(' ').collect::<Vec<_>>().as_slice() {
                ["index", generation, key] => {
                    index.push((generation.parse().ok()?, key.parse::<Hash>().ok()?.0))
                }
                ["wrapping", key] => wrapping.push(key.parse::<Hash>().ok()?.0),
                ["signing", seed] if signing.is_none() => signing = Some(seed.parse::<Hash>().ok()?.0),
                _ => return None,
            }
        }
        let ascending = index.is_sorted_by(|(one, _), (next, _)| one < next);
        let whole = !index.is_empty() && ascending && (1..=most).contains(&wrapping.len());
        whole.then(|| Self::of(index, wrapping, signing))
    }
}

const WRAPPED: &[u8] = b"optin subject key";

/// A value for every state on the way to these keys, the newest first. That of the first generation is made of the
/// wrapping key alone: so it stands in every ledger from before rotation.
fn check_values(index: &[(u32, [u8; 32])], wrapping: &[[u8; 32]]) -> Vec<Hash> {
    let mut values = Vec::with_capacity(index.len() * wrapping.len());
    for key in wrapping.iter().rev() {
        let (first, later) = match index.split_first() {
            Some((_, later)) => (keyed(key, &[b"optin key check"]), later),
            None => continue,
        };
        for (generation, index) in later.iter().rev() {
            values.push(keyed(key, &[b"optin key check, index", &generation.to_be_bytes(), index]));
        }
        values.push(first);
    }
    values
}

fn entry(key: &[u8; 32], number: PhoneNumber) -> Hash {
    keyed(key, &[b"optin number", &number.digits().to_be_bytes()])
}

fn keyed(key: &[u8; 32], parts: &[&[u8]]) -> Hash {
    // HMAC takes a key of any length, so this cannot fail; an all-zero hash would match nothing.
    let Ok(mut mac) = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key) else { return Hash([0; 32]) };
    parts.iter().for_each(|part| mac.update(part));
    Hash(mac.finalize().into_bytes().into())
}

/// A recipient's own key. Destroying its wrapped form is what erases the person.
pub(crate) struct SubjectKey([u8; 32]);

impl fmt::Debug for SubjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubjectKey")
    }
}

impl SubjectKey {
    pub(crate) fn generate() -> Result<Self, NoRandomness> {
        id::random().map(Self)
    }

    /// Seals bytes that belong to `context` and open nowhere else.
    pub(crate) fn seal(&self, context: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
        seal(&self.0, context, plain)
    }

    pub(crate) fn unseal(&self, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
        unseal(&self.0, context, sealed)
    }

    /// What stands for a secret of few digits: without this key nobody can try them all.
    pub(crate) fn tag(&self, context: &[u8], secret: &[u8]) -> Hash {
        Hash(self.mac(context, secret).map_or([0; 32], |mac| mac.finalize().into_bytes().into()))
    }

    /// Whether the tag is this secret's; takes as long for every other.
    pub(crate) fn tags(&self, context: &[u8], secret: &[u8], tag: Hash) -> bool {
        self.mac(context, secret).is_some_and(|mac| mac.verify_slice(&tag.0).is_ok())
    }

    fn mac(&self, context: &[u8], secret: &[u8]) -> Option<Hmac<Sha256>> {
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&self.0).ok()?;
        for part in [b"optin code".as_slice(), context, secret] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        Some(mac)
    }
}

fn seal(key: &[u8; 32], context: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
    let nonce: [u8; NONCE] = id::random()?;
    let cipher = XChaCha20Poly1305::new(key.into());
    let sealed = cipher
        .encrypt(&XNonce::from(nonce), Payload { msg: plain, aad: context })
        .map_err(|_| SealError::DoesNotOpen)?;
    Ok([nonce.as_slice(), &sealed].concat())
}

fn unseal(key: &[u8; 32], context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
    let (nonce, body) = sealed.split_first_chunk::<NONCE>().ok_or(SealError::DoesNotOpen)?;
    XChaCha20Poly1305::new(key.into())
        .decrypt(&XNonce::from(*nonce), Payload { msg: body, aad: context })
        .map_err(|_| SealError::DoesNotOpen)
}

/// Sealing or unsealing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SealError {
    /// Another key, another place, or changed bytes.
    #[error("a sealed value does not open: another key, or changed bytes")]
    DoesNotOpen,
    /// No random bytes for a nonce.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}
