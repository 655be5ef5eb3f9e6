use std::{
    error::Error,
    fmt::Debug,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

use thiserror::Error;

use super::keys::Keys;
use crate::id::NoRandomness;

/// Where the host keeps a ledger's [`Keys`].
///
/// [`KeyFile`] is one in a file. A host with a key-management service or a hardware module writes its own: it puts
/// [`Keys::to_secret_text`] there, encrypted under a key that never leaves that service.
///
/// Whoever loses the keys loses every number in the ledger for good; whoever has both keys and ledger reads every
/// number. Keep and back them up apart.
///
/// ```
/// use optin::ledger::{KeyStore, KeyStoreError, Keys};
/// use std::sync::Mutex;
///
/// /// Stands for a secret with versions, as vaults keep it.
/// #[derive(Debug, Default)]
/// struct Vault(Mutex<Option<String>>);
///
/// impl KeyStore for Vault {
///     fn load(&self) -> Result<Option<Keys>, KeyStoreError> {
///         let held = self.0.lock().map_err(|_| KeyStoreError::new("vault", "poisoned"))?;
///         let Some(text) = held.as_deref() else { return Ok(None) };
///         Keys::from_secret_text(text).map(Some).ok_or_else(|| KeyStoreError::new("vault", "no keys of optin"))
///     }
///
///     fn save(&self, old: Option<&Keys>, new: &Keys) -> Result<bool, KeyStoreError> {
///         let mut held = self.0.lock().map_err(|_| KeyStoreError::new("vault", "poisoned"))?;
///         if *held != old.map(Keys::to_secret_text) {
///             return Ok(false);                                  // somebody else was first
///         }
///         *held = Some(new.to_secret_text());
///         Ok(true)
///     }
/// }
///
/// let (vault, keys) = (Vault::default(), Keys::generate()?);
/// assert!(vault.save(None, &keys)?);
/// assert_eq!(vault.load()?, Some(keys));
/// assert!(!vault.save(None, &Keys::generate()?)?);               // it holds keys: nothing is overwritten
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait KeyStore: Debug + Send + Sync {
    /// The keys; `None` if there are none yet.
    ///
    /// # Errors
    /// They cannot be read, or something else stands there.
    fn load(&self) -> Result<Option<Keys>, KeyStoreError>;

    /// Puts `new` in the place of `old`, durably and at once: a crash leaves the one or the other. `false` if
    /// something else than `old` stands there, which then stays.
    ///
    /// # Errors
    /// Nobody knows which of the two stands there: load again.
    fn save(&self, old: Option<&Keys>, new: &Keys) -> Result<bool, KeyStoreError>;
}

/// A key store did not answer.
#[derive(Debug, Error)]
#[error("key store `{name}` could not be read or written")]
#[non_exhaustive]
pub struct KeyStoreError {
    /// Which: the file's path, the vault's name. No secret.
    pub name: String,
    /// The store's own error, which must not hold a key.
    #[source]
    pub source: Box<dyn Error + Send + Sync>,
}

impl KeyStoreError {
    /// An error of the store of this name.
    #[must_use]
    pub fn new(name: impl Into<String>, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { name: name.into(), source: source.into() }
    }
}

/// Keys in a file of the host, readable by its owner only.
///
/// **Whoever holds this file and the ledger can read every number**: keep them apart, and back them up apart. A
/// backup of the ledger opens with the keys of its own day: keep a copy of this file from before a rotation of the
/// wrapping key for as long as backups from before it.
///
/// Beside it lies an empty file `…-lock` once keys were changed.
#[derive(Debug, Clone)]
pub struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    /// The key store in this file. Nothing is read yet.
    #[must_use]
    pub fn at(path: impl AsRef<Path>) -> Self {
        Self { path: path.as_ref().to_owned() }
    }

    /// Reads the keys of this file. Never makes one: a ledger whose key file was mislaid needs that one.
    ///
    /// ```
    /// use optin::ledger::{KeyFile, KeyFileError};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("optin.key");
    /// assert!(matches!(KeyFile::open(&path), Err(KeyFileError::Missing(named)) if named == path));
    /// let keys = KeyFile::open_or_create(&path)?;
    /// assert_eq!(KeyFile::open(&path)?, keys);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// There is no such file, it cannot be read, or is not a key file.
    pub fn open(path: impl AsRef<Path>) -> Result<Keys, KeyFileError> {
        let path = path.as_ref();
        read(path)?.ok_or_else(|| KeyFileError::Missing(path.to_owned()))
    }

    /// Reads the keys of this file, or writes a new one. Never overwrites.
    ///
    /// # Errors
    /// The file cannot be read or written, or is not a key file.
    pub fn open_or_create(path: impl AsRef<Path>) -> Result<Keys, KeyFileError> {
        let path = path.as_ref();
        match read(path)? {
            Some(keys) => Ok(keys),
            None => Self::create(path),
        }
    }

    /// The file appears under its name only when it is whole and on the disk: a crash or a full disk half-way must
    /// not leave a file that is no key file, nor a ledger whose keys are gone.
    fn create(path: &Path) -> Result<Keys, KeyFileError> {
        let failed = |e| KeyFileError::Io(path.to_owned(), e);
        let keys = Keys::generate()?;
        let beside = beside(path, &keys);
        let named = write_new(&beside, &keys).and_then(|()| name(&beside, path, &keys));
        let _ = fs::remove_file(&beside);
        match named {
            Ok(()) => flush_folder(path).map(|()| keys).map_err(failed),
            // Another process was first: its keys are the keys.
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Self::open_or_create(path),
            Err(e) => Err(failed(e)),
        }
    }

    fn replace(&self, old: Option<&Keys>, new: &Keys) -> Result<bool, KeyFileError> {
        let failed = |e| KeyFileError::Io(self.path.clone(), e);
        // Held until this returns: of two who rotate at once, the second must see what the first wrote.
        let _lock = lock(&self.path).map_err(failed)?;
        if read(&self.path)?.as_ref() != old {
            return Ok(false);
        }
        let beside = beside(&self.path, new);
        // Left by a crash; the name is of these very keys.
        let _ = fs::remove_file(&beside);
        let named = write_new(&beside, new).and_then(|()| fs::rename(&beside, &self.path));
        if named.is_err() {
            let _ = fs::remove_file(&beside);
        }
        named.and_then(|()| flush_folder(&self.path)).map(|()| true).map_err(failed)
    }

    fn error(&self, error: KeyFileError) -> KeyStoreError {
        KeyStoreError::new(self.path.display().to_string(), error)
    }
}

impl KeyStore for KeyFile {
    fn load(&self) -> Result<Option<Keys>, KeyStoreError> {
        read(&self.path).map_err(|error| self.error(error))
    }

    fn save(&self, old: Option<&Keys>, new: &Keys) -> Result<bool, KeyStoreError> {
        self.replace(old, new).map_err(|error| self.error(error))
    }
}

fn read(path: &Path) -> Result<Option<Keys>, KeyFileError> {
    match fs::read_to_string(path) {
        Ok(text) => match Keys::from_secret_text(&text) {
            Some(keys) => Ok(Some(keys)),
            None => Err(KeyFileError::NotKeys(path.to_owned())),
        },
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) if e.kind() == io::ErrorKind::InvalidData => Err(KeyFileError::NotKeys(path.to_owned())),
        Err(e) => Err(KeyFileError::Io(path.to_owned(), e)),
    }
}

/// A name that no other process takes. The check value is no secret.
fn beside(path: &Path, keys: &Keys) -> PathBuf {
    ending(path, &keys.check_value().to_string())
}

fn ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(format!("-{ending}"));
    name.into()
}

fn lock(path: &Path) -> io::Result<fs::File> {
    let options = fs::OpenOptions::new().write(true).create(true).truncate(false).clone();
    let file = options.open(ending(path, "lock"))?;
    file.lock().map(|()| file)
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
    let written = file.write_all(keys.to_secret_text().as_bytes()).and_then(|()| file.sync_all());
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
    /// There is no such file.
    #[error("there is no key file `{}`: without it the ledger cannot be read", .0.display())]
    Missing(PathBuf),
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
