use std::{
    fmt, fs,
    io::{self, Write},
    path::{Path, PathBuf},
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

/// The secrets of a ledger: the index keys by generation, and the key that wraps each recipient's own.
///
/// They live outside the store. Without them the store names nobody; with another's it refuses to open.
#[derive(Clone)]
pub struct Keys {
    /// Generation and key, oldest first; the last one writes, all of them look up.
    index: Vec<(u32, [u8; 32])>,
    wrapping: [u8; 32],
    /// The seed that signs checkpoints; a key file of an older version has none.
    signing: Option<[u8; 32]>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys(generation {})", self.index.last().map_or(0, |(generation, _)| *generation))
    }
}

impl Keys {
    /// New secrets.
    ///
    /// # Errors
    /// The operating system gave no random bytes.
    pub fn generate() -> Result<Self, NoRandomness> {
        Ok(Self { index: vec![(1, id::random()?)], wrapping: id::random()?, signing: Some(id::random()?) })
    }

    /// Adds a generation of the index key: new entries are written under it, old ones are still found.
    ///
    /// # Errors
    /// The operating system gave no random bytes.
    pub fn rotate_index(&mut self) -> Result<(), NoRandomness> {
        let next = self.index.last().map_or(1, |(generation, _)| generation + 1);
        self.index.push((next, id::random()?));
        Ok(())
    }

    /// What a store keeps to tell these secrets from others.
    #[must_use]
    pub fn check_value(&self) -> Hash {
        keyed(&self.wrapping, &[b"optin key check"])
    }

    /// The values of every store that these secrets open, the newest first.
    #[must_use]
    pub fn check_values(&self) -> Vec<Hash> {
        vec![self.check_value()]
    }

    /// The Ed25519 public key by which this ledger's checkpoints are known; `None` where the key file has no line
    /// `signing`.
    #[cfg(feature = "evidence")]
    #[must_use]
    pub fn verifying_key(&self) -> Option<[u8; 32]> {
        self.signing.as_ref().map(super::note::public)
    }

    #[cfg(feature = "evidence")]
    pub(super) const fn signing_seed(&self) -> Option<&[u8; 32]> {
        self.signing.as_ref()
    }

    /// The index entry of a number under the newest generation.
    pub(crate) fn index_entry(&self, number: PhoneNumber) -> Option<(u32, Hash)> {
        self.index.last().map(|(generation, key)| (*generation, entry(key, number)))
    }

    /// Its index entries under every generation, newest first.
    pub(crate) fn index_entries(&self, number: PhoneNumber) -> Vec<Hash> {
        self.index.iter().rev().map(|(_, key)| entry(key, number)).collect()
    }

    /// Wraps a recipient's key.
    pub(crate) fn wrap(&self, key: &SubjectKey) -> Result<Vec<u8>, SealError> {
        seal(&self.wrapping, b"optin subject key", &key.0)
    }

    /// Unwraps it.
    pub(crate) fn unwrap(&self, wrapped: &[u8]) -> Result<SubjectKey, SealError> {
        let bytes = unseal(&self.wrapping, b"optin subject key", wrapped)?;
        bytes.try_into().map(SubjectKey).map_err(|_| SealError::DoesNotOpen)
    }

    fn to_text(&self) -> String {
        let mut text = String::from("optin-keys 1\n");
        for (generation, key) in &self.index {
            text.push_str(&format!("index {generation} {}\n", Hash(*key)));
        }
        text.push_str(&format!("wrapping {}\n", Hash(self.wrapping)));
        if let Some(seed) = self.signing {
            text.push_str(&format!("signing {}\n", Hash(seed)));
        }
        text
    }

    fn from_text(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next()? != "optin-keys 1" {
            return None;
        }
        let (mut index, mut wrapping, mut signing) = (Vec::new(), None, None);
        for line in lines {
            match line.split(' ').collect::<Vec<_>>().as_slice() {
                ["index", generation, key] => {
                    index.push((generation.parse().ok()?, key.parse::<Hash>().ok()?.0))
                }
                ["wrapping", key] => wrapping = Some(key.parse::<Hash>().ok()?.0),
                ["signing", seed] if signing.is_none() => signing = Some(seed.parse::<Hash>().ok()?.0),
                _ => return None,
            }
        }
        if index.is_empty() { None } else { Some(Self { index, wrapping: wrapping?, signing }) }
    }
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

/// Keys in a file of the host, readable by its owner only.
///
/// Whoever holds this file and the ledger can read every number: keep them apart, and back them up apart.
#[derive(Debug)]
pub struct KeyFile;

impl KeyFile {
    /// Reads the keys of this file, or writes a new one. Never overwrites.
    ///
    /// # Errors
    /// The file cannot be read or written, or is not a key file.
    pub fn open_or_create(path: impl AsRef<Path>) -> Result<Keys, KeyFileError> {
        let path = path.as_ref();
        match fs::read_to_string(path) {
            Ok(text) => Keys::from_text(&text).ok_or_else(|| KeyFileError::NotKeys(path.to_owned())),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Self::create(path),
            Err(e) => Err(KeyFileError::Io(path.to_owned(), e)),
        }
    }

    /// The file appears under its name only when it is whole and on the disk: a crash or a full disk half-way must
    /// not leave a file that is no key file, nor a ledger whose keys are gone.
    fn create(path: &Path) -> Result<Keys, KeyFileError> {
        let failed = |e| KeyFileError::Io(path.to_owned(), e);
        let keys = Keys::generate()?;
        let mut beside = path.to_owned().into_os_string();
        // A name that no other process takes. The check value is no secret.
        beside.push(format!("-{}", keys.check_value()));
        let named = write_new(Path::new(&beside), &keys).and_then(|()| name(Path::new(&beside), path, &keys));
        let _ = fs::remove_file(&beside);
        match named {
            Ok(()) => flush_folder(path).map(|()| keys).map_err(failed),
            // Another process was first: its keys are the keys.
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Self::open_or_create(path),
            Err(e) => Err(failed(e)),
        }
    }
}

/// Gives the file its name, unless something has it.
fn name(beside: &Path, path: &Path, keys: &Keys) -> io::Result<()> {
    match fs::hard_link(beside, path) {
        // A file system without links: the file is named first and whole a moment later.
        Err(e) if matches!(e.kind(), io::ErrorKind::Unsupported | io::ErrorKind::PermissionDenied) => {
            write_new(path, keys)
        }
        named => named,
    }
}

/// Writes a file that was not there, or leaves none.
fn write_new(path: &Path, keys: &Keys) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let written = file.write_all(keys.to_text().as_bytes()).and_then(|()| file.sync_all());
    if written.is_err() {
        let _ = fs::remove_file(path);
    }
    written
}

/// A name is on the disk when its folder is. Only Unix can flush folders, and only there it is needed.
fn flush_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if cfg!(unix) { fs::File::open(folder)?.sync_all() } else { Ok(()) }
}

/// A key file could not be had.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// Reading or writing failed.
    #[error("key file `{}` could not be read or written", .0.display())]
    Io(PathBuf, #[source] io::Error),
    /// Something else stands in the file.
    #[error("`{}` is not a key file of optin", .0.display())]
    NotKeys(PathBuf),
    /// No random bytes for new keys.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
}
