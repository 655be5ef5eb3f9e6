use std::{fmt, ops::ControlFlow, str::FromStr};

use chrono::{DateTime, SecondsFormat, Utc};
use thiserror::Error;

use super::{EraseError, Erasure, Messenger, erasing::revocation};
use crate::{
    consent::{Event, event::Erased},
    id::{Hash, Name, RecipientId},
    ledger::{Urgency, Written},
};

const FORM: &str = "optin-erasures 1";
/// How often a lost race is run again.
const TRIES: usize = 256;

/// One erasure, without anything by which the host alone could name the person: the index entries are hashes under
/// the index key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErasedEntry {
    /// The tenure.
    pub recipient: RecipientId,
    /// When it was erased.
    pub at: DateTime<Utc>,
    /// On which request.
    pub request: Name,
    /// Generation of the index key and HMAC of the number under it.
    pub index: Vec<(u32, Hash)>,
}

/// Every erasure of a ledger, to be kept apart from its backups: a ledger that is restored from one has forgotten
/// them, and [`Messenger::reapply`] repeats them there.
///
/// As text: a first line `optin-erasures 1`, then one a line: tenure, time, request, `generation:hash` with commas.
///
/// ```
/// use optin::ErasureList;
/// let list: ErasureList = "optin-erasures 1\n".parse()?;
/// assert!(list.0.is_empty());
/// let broken = "optin-erasures 1\n0102 2026-11-27T10:00:00.000Z dsar-1".parse::<ErasureList>();
/// assert_eq!(broken.unwrap_err().line, 2);
/// # Ok::<(), optin::ErasureListError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErasureList(pub Vec<ErasedEntry>);

impl fmt::Display for ErasureList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FORM}")?;
        for ErasedEntry { recipient, at, request, index } in &self.0 {
            let index: Vec<_> =
                index.iter().map(|(generation, hash)| format!("{generation}:{hash}")).collect();
            let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
            writeln!(f, "{recipient} {at} {request} {}", index.join(","))?;
        }
        Ok(())
    }
}

impl FromStr for ErasureList {
    type Err = ErasureListError;

    fn from_str(text: &str) -> Result<Self, ErasureListError> {
        let mut lines = text.lines().zip(1..);
        if lines.next().map(|(line, _)| line) != Some(FORM) {
            return Err(ErasureListError { line: 1 });
        }
        let read = |(line, at): (&str, usize)| entry(line).ok_or(ErasureListError { line: at });
        lines.map(read).collect::<Result<_, _>>().map(Self)
    }
}

fn entry(line: &str) -> Option<ErasedEntry> {
    let [recipient, at, request, index] = line.split(' ').collect::<Vec<_>>().try_into().ok()?;
    let pair = |text: &str| {
        let (generation, hash) = text.split_once(':')?;
        Some((generation.parse().ok()?, hash.parse().ok()?))
    };
    Some(ErasedEntry {
        recipient: recipient.parse().ok()?,
        at: at.parse().ok()?,
        request: request.parse().ok()?,
        index: index.split(',').map(pair).collect::<Option<_>>()?,
    })
}

/// Not a list of erasures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a list of erasures: line {line}")]
pub struct ErasureListError {
    /// Counted from 1.
    pub line: usize,
}

/// What repeating a list of erasures came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reapplied {
    /// Tenures erased by this call.
    pub erased: u64,
    /// Tenures that were erased already.
    pub before: u64,
    /// Numbers that this ledger did not know: they are silenced by their index entry alone.
    pub silenced: u64,
}

impl Messenger {
    /// Every erasure on record, whoever asked for it. Export it after each erasure, or daily, to where the backups are
    /// not. Reads everybody's state, and the records of whoever was erased.
    ///
    /// # Errors
    /// The ledger failed.
    pub async fn erasures(&self) -> Result<ErasureList, EraseError> {
        let (book, mut list, mut after) = (&self.inner.book, ErasureList::default(), None);
        loop {
            let page = book.page(after, false).await?;
            let Some(last) = page.last() else { return Ok(list) };
            after = Some(last.recipient);
            for person in page.iter().filter(|person| person.state.erased) {
                let mut found = None;
                book.each_record(person, |envelope| match envelope.event {
                    Event::Erased(erased) => {
                        found = Some((envelope.at_ms, erased.request));
                        ControlFlow::Break(())
                    }
                    _ => ControlFlow::Continue(()),
                })
                .await?;
                if let Some((at_ms, request)) = found {
                    let at = DateTime::from_timestamp_millis(at_ms).unwrap_or_default();
                    let index = person.state.index.clone();
                    list.0.push(ErasedEntry { recipient: person.recipient, at, request, index });
                }
            }
        }
    }

    /// Repeats erasures in a ledger that was restored from a backup: whoever was erased since is erased again, under
    /// the same request. Of a tenure that the backup never saw, the number's tenure there is erased, and a number
    /// that it does not know is silenced. May be repeated.
    ///
    /// # Errors
    /// The ledger failed: those before are erased, call again.
    pub async fn reapply(&self, list: &ErasureList) -> Result<Reapplied, EraseError> {
        let (book, mut done) = (&self.inner.book, Reapplied::default());
        for entry in &list.0 {
            let now = self.inner.clock.now().ok_or(EraseError::NoClock)?;
            let mut person = book.person(entry.recipient).await?;
            if person.is_none() {
                let hashes = entry.index.iter().map(|(_, hash)| *hash).collect();
                if let Some(led) = book.ledger().find(hashes).await? {
                    person = book.person(led).await?;
                }
            }
            let Some(person) = person else {
                done.silenced += u64::from(self.silence(entry, now).await?);
                continue;
            };
            if person.state.erased {
                done.before += 1;
                continue;
            }
            let mut erasure = Erasure::of(entry.request.clone());
            let number = book.number(&person).ok();
            self.erase_tenure(person, None, number, now, &mut erasure).await?;
            done.erased += erasure.erased.len() as u64;
        }
        Ok(done)
    }

    /// A tenure of which nothing is known but that it was erased.
    async fn silence(&self, entry: &ErasedEntry, now: DateTime<Utc>) -> Result<bool, EraseError> {
        let (book, at_ms) = (&self.inner.book, now.timestamp_millis());
        for _ in 0..TRIES {
            let Some(mut person) = book.entomb(entry.recipient, &entry.index, at_ms).await? else {
                return Ok(false);
            };
            person.stage(at_ms, revocation(entry.at.min(now).timestamp_millis()), &[])?;
            person.stage(at_ms, Erased { request: entry.request.clone(), rule: None }, &[])?;
            if let Written::Done(_) = book.write(person, Urgency::Stop).await? {
                return Ok(true);
            }
        }
        Err(EraseError::Contended)
    }
}
