//! Checkpoints put where whoever holds the ledger cannot take them back.

use std::{
    fmt::Debug,
    fs,
    future::Future,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use thiserror::Error;

use super::boxed::BoxFuture;

/// Ends each note in an anchor's file. No checkpoint has such a line.
const END: &str = "---\n";

/// Somewhere outside the ledger that keeps checkpoints: a file on another machine, a service, a mailbox, a notary.
///
/// A ledger alone shows that a record was changed; only a checkpoint kept elsewhere shows that the whole was made
/// anew, or that an old copy was brought back. An anchor is worth what it costs the ledger's operator to change
/// what it holds. A note is public: a few lines with a size, a root and a signature, nothing of any person.
///
/// An anchor by e-mail is the host's own:
///
/// ```
/// use optin::ledger::{Anchor, AnchorError};
///
/// #[derive(Debug)]
/// struct ToCounsel; // holds the host's mailer, and the last note in a table of the host's
/// impl Anchor for ToCounsel {
///     async fn put(&self, note: &str) -> Result<(), AnchorError> {
///         let sent: Result<(), std::io::Error> = Ok(drop(note)); // mailer.send("counsel@firm.example", note).await
///         sent.map_err(|error| AnchorError::new("sending a checkpoint to counsel", error))
///     }
///     async fn newest(&self) -> Result<Option<String>, AnchorError> {
///         Ok(None) // what the host kept of the last one
///     }
/// }
/// ```
pub trait Anchor: Debug + Send + Sync + 'static {
    /// Keeps a note after all others, durably.
    fn put(&self, note: &str) -> impl Future<Output = Result<(), AnchorError>> + Send;

    /// The note that was kept last; `None` if none ever was.
    fn newest(&self) -> impl Future<Output = Result<Option<String>, AnchorError>> + Send;
}

/// The boxed twin of [`Anchor`].
pub trait DynAnchor: Debug + Send + Sync {
    /// See [`Anchor::put`].
    fn put<'a>(&'a self, note: &'a str) -> BoxFuture<'a, Result<(), AnchorError>>;
    /// See [`Anchor::newest`].
    fn newest(&self) -> BoxFuture<'_, Result<Option<String>, AnchorError>>;
}

impl<A: Anchor> DynAnchor for A {
    fn put<'a>(&'a self, note: &'a str) -> BoxFuture<'a, Result<(), AnchorError>> {
        Box::pin(Anchor::put(self, note))
    }
    fn newest(&self) -> BoxFuture<'_, Result<Option<String>, AnchorError>> {
        Box::pin(Anchor::newest(self))
    }
}

/// An anchor did not do what was asked.
#[derive(Debug, Error)]
#[error("{what} failed")]
pub struct AnchorError {
    what: String,
    #[source]
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl AnchorError {
    /// What was being done, and why it failed.
    #[must_use]
    pub fn new(what: impl Into<String>, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self { what: what.into(), source: source.into() }
    }
}

/// Checkpoints in a file that is only added to. Keep it where the ledger's operator cannot write over it: another
/// account, a mounted write-once volume. Beside the ledger it shows a restored backup and no forger.
#[derive(Debug, Clone)]
pub struct FileAnchor {
    path: PathBuf,
}

impl FileAnchor {
    /// An anchor in this file, which the first checkpoint makes.
    #[must_use]
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self { path: path.as_ref().to_owned() }
    }

    /// Every note that it holds, the oldest first.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn notes(&self) -> Result<Vec<String>, AnchorError> {
        let text = match fs::read_to_string(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            read => read.map_err(|error| self.failed("reading", error))?,
        };
        let mut notes: Vec<_> = text.split(&format!("\n{END}")).map(|note| format!("{note}\n")).collect();
        // What has no end was never answered for.
        notes.pop();
        Ok(notes)
    }

    fn failed(&self, doing: &str, error: io::Error) -> AnchorError {
        AnchorError::new(format!("{doing} the anchor `{}`", self.path.display()), error)
    }

    fn add(&self, note: &str) -> io::Result<()> {
        let new = !self.path.exists();
        let mut file = fs::OpenOptions::new().read(true).append(true).create(true).open(&self.path)?;
        // What a crash left half-written stands by itself.
        let close = if ends_well(&mut file)? { String::new() } else { format!("\n\n{END}") };
        file.write_all(format!("{close}{note}{END}").as_bytes())?;
        file.sync_all()?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        match folder.unwrap_or(Path::new(".")) {
            folder if new && cfg!(unix) => fs::File::open(folder)?.sync_all(),
            _ => Ok(()),
        }
    }
}

/// Whether the file is empty or ends where a note does.
fn ends_well(file: &mut fs::File) -> io::Result<bool> {
    let mut end = [0; END.len()];
    if file.metadata()?.len() < end.len() as u64 {
        return Ok(file.metadata()?.len() == 0);
    }
    file.seek(SeekFrom::End(-(END.len() as i64)))?;
    file.read_exact(&mut end)?;
    Ok(end == *END.as_bytes())
}

impl Anchor for FileAnchor {
    async fn put(&self, note: &str) -> Result<(), AnchorError> {
        self.add(note).map_err(|error| self.failed("adding to", error))
    }

    async fn newest(&self) -> Result<Option<String>, AnchorError> {
        Ok(self.notes()?.pop())
    }
}
