//! Signed notes, after C2SP's `signed-note`: a text, an empty line, and lines of signatures over the text.
//!
//! Source: <https://c2sp.org/signed-note>. Only Ed25519 (type 0x01) is written and checked; signatures of keys
//! that the reader does not know, such as a witness's, are ignored, as the specification demands.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::STANDARD};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// The type of an Ed25519 signature.
const ED25519: u8 = 1;
/// More signatures than anybody has.
const MOST: usize = 100;
/// How each line of a signature begins: an em dash and a space.
const DASH: &str = "\u{2014} ";

/// A key that notes are believed from: a name and an Ed25519 public key. As text it is
/// `name+hash+base64`, which is also what Go's `sumdb/note` reads.
///
/// ```
/// use optin::ledger::NoteKey;
/// let key: NoteKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".parse()?;
/// assert_eq!(key.name(), "PeterNeumann");
/// assert!("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".parse::<NoteKey>().is_err());
/// # Ok::<(), optin::ledger::NoteError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteKey {
    name: String,
    key: VerifyingKey,
}

impl NoteKey {
    /// A key of this name.
    ///
    /// # Errors
    /// The name is empty or has spaces or `+`, or the bytes are no public key.
    pub fn new(name: &str, key: &[u8; 32]) -> Result<Self, NoteError> {
        let fits =
            !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+');
        if !fits {
            return Err(NoteError::Key);
        }
        let key = VerifyingKey::from_bytes(key).map_err(|_| NoteError::Key)?;
        Ok(Self { name: name.to_owned(), key })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its public key.
    #[must_use]
    pub fn public(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// The first four bytes of `SHA-256(name || 0x0A || type || key)`.
    fn id(&self) -> [u8; 4] {
        let mut hasher = Sha256::new();
        hasher.update(&self.name);
        hasher.update([b'\n', ED25519]);
        hasher.update(self.key.as_bytes());
        let digest: [u8; 32] = hasher.finalize().into();
        let [a, b, c, d, ..] = digest;
        [a, b, c, d]
    }
}

impl fmt::Display for NoteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[ED25519], self.key.as_bytes().as_slice()].concat();
        write!(f, "{}+{:08x}+{}", self.name, u32::from_be_bytes(self.id()), STANDARD.encode(key))
    }
}

impl FromStr for NoteKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (name, rest) = text.split_once('+').ok_or(NoteError::Key)?;
        let (_, key) = rest.split_once('+').ok_or(NoteError::Key)?;
        let bytes = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
        let Some((&ED25519, key)) = bytes.split_first() else { return Err(NoteError::Key) };
        let key = Self::new(name, key.try_into().map_err(|_| NoteError::Key)?)?;
        // Any other spelling, and any other hash, is not this key.
        if key.to_string() == text { Ok(key) } else { Err(NoteError::Key) }
    }
}

/// The public key of a signing seed.
pub(super) fn public(seed: &[u8; 32]) -> [u8; 32] {
    SigningKey::from_bytes(seed).verifying_key().to_bytes()
}

/// Signs a text under a name, with the seed of an Ed25519 key.
///
/// # Errors
/// The text does not end in a newline or has control characters, or the name is none.
pub fn sign_note(text: &str, name: &str, seed: &[u8; 32]) -> Result<String, NoteError> {
    if !text.ends_with('\n') || has_control(text) {
        return Err(NoteError::Malformed);
    }
    let key = SigningKey::from_bytes(seed);
    let id = NoteKey::new(name, key.verifying_key().as_bytes())?.id();
    let signature = key.sign(text.as_bytes()).to_bytes();
    let bytes = [id.as_slice(), &signature].concat();
    Ok(format!("{text}\n{DASH}{name} {}\n", STANDARD.encode(bytes)))
}

/// The text of a note that a known key signed. A signature of a known key that does not hold spoils the note.
///
/// ```
/// use optin::ledger::{NoteError, NoteKey, open_note};
/// let note = "If you think cryptography is the answer to your problem,\n\
///     then you don't know what your problem is.\n\n\
///     — PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
/// let peter: NoteKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".parse()?;
/// assert!(open_note(note, &[peter.clone()])?.ends_with("your problem is.\n"));
/// assert_eq!(open_note(&note.replace("answer", "reply"), &[peter]), Err(NoteError::Signature));
/// assert_eq!(open_note(note, &[]), Err(NoteError::Unsigned));
/// # Ok::<(), NoteError>(())
/// ```
///
/// # Errors
/// Not a note, a signature that does not hold, or none of a known key.
pub fn open_note<'n>(note: &'n str, known: &[NoteKey]) -> Result<&'n str, NoteError> {
    let (before, lines) = note.rsplit_once("\n\n").ok_or(NoteError::Malformed)?;
    let text = note.get(..=before.len()).ok_or(NoteError::Malformed)?;
    let lines = lines.strip_suffix('\n').filter(|lines| !lines.is_empty()).ok_or(NoteError::Malformed)?;
    if has_control(note) || lines.split('\n').count() > MOST {
        return Err(NoteError::Malformed);
    }
    let mut signed = false;
    for line in lines.split('\n') {
        let line = line.strip_prefix(DASH).ok_or(NoteError::Malformed)?;
        let (name, signature) = line.split_once(' ').ok_or(NoteError::Malformed)?;
        let bytes = STANDARD.decode(signature).map_err(|_| NoteError::Malformed)?;
        let (id, signature) = bytes.split_first_chunk::<4>().ok_or(NoteError::Malformed)?;
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c == '+') || signature.is_empty() {
            return Err(NoteError::Malformed);
        }
        for key in known.iter().filter(|key| key.name == name && key.id() == *id) {
            let signature = Signature::from_slice(signature).map_err(|_| NoteError::Signature)?;
            key.key.verify_strict(text.as_bytes(), &signature).map_err(|_| NoteError::Signature)?;
            signed = true;
        }
    }
    if signed { Ok(text) } else { Err(NoteError::Unsigned) }
}

fn has_control(text: &str) -> bool {
    text.bytes().any(|byte| byte < 0x20 && byte != b'\n')
}

/// A note or a key of one cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NoteError {
    /// Not a text, an empty line and lines of signatures.
    #[error("not a signed note")]
    Malformed,
    /// A known key's signature does not hold.
    #[error("a signature of the note does not hold: its text was changed")]
    Signature,
    /// No known key signed it.
    #[error("no known key signed the note")]
    Unsigned,
    /// Not `name+hash+base64` of an Ed25519 key.
    #[error("not the key of a note")]
    Key,
}
