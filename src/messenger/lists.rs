use std::{
    collections::{BTreeMap, HashMap, HashSet},
    io::{Read, Seek, SeekFrom},
};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::{
    ConsentError, Messenger,
    importing::{CHUNK, Intake, Progressed, Stage, run},
};
use crate::{
    consent::Event,
    id::{Hash, Name},
    ledger::BookError,
    phone::PhoneNumber,
    shop::{
        Counts, Entry, ImportRow, Judged, List, ListError, ListOptions, Reason, Says, Verdict,
        table::{Row, TableError},
    },
};

/// Rows after which it is kept how far an import has come.
const SAVE_EVERY: usize = 16 * CHUNK;

/// How far an import has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read so far; the list is read three times.
    pub read: u64,
    /// Bytes to read in all.
    pub of: u64,
    /// Rows judged so far.
    pub counts: Counts,
}

/// Rows of a list that came to the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// What became of them.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// How many.
    pub rows: u64,
    /// The first of them: its line, and its number, which shows itself masked.
    pub sample: Option<(u64, Option<PhoneNumber>)>,
}

/// What the import of a list came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportReport {
    /// The code of the platform that the list comes from; empty where it was imported before.
    pub platform: &'static str,
    /// What kind of list it is, for people.
    pub title: String,
    /// How its characters are written.
    pub encoding: &'static str,
    /// SHA-256 of the list.
    pub list: Hash,
    /// Rows by verdict.
    pub counts: Counts,
    /// Rows by verdict and reason.
    pub outcomes: Vec<Outcome>,
    /// Postal codes that did not fit their country and narrowed nothing.
    pub odd_postal_codes: u64,
    /// Places of the file that were no text in its encoding.
    pub damaged: u64,
    /// It had been imported before, and nothing was done.
    pub again: bool,
}

/// A list could not be imported.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The list cannot be read. Nothing of it was imported.
    #[error(transparent)]
    List(#[from] ListError),
    /// The ledger failed, or an unknown program. What is in stays; run it again, and it goes on.
    #[error(transparent)]
    Consent(#[from] ConsentError),
    /// Another list went in under this id, or began to.
    #[error("another list was imported as `{0}`: give this one an id of its own")]
    OtherList(Name),
    /// It was taken back.
    #[error("the import `{0}` was taken back: to import the list again, give it another id")]
    TakenBack(Name),
    /// The list changed between two readings of it.
    #[error("the list changed while it was read")]
    Changed,
}

impl From<BookError> for ImportError {
    fn from(error: BookError) -> Self {
        Self::Consent(error.into())
    }
}

impl From<TableError> for ImportError {
    fn from(error: TableError) -> Self {
        Self::List(error.into())
    }
}

/// What a first reading of a list tells.
struct Survey {
    list: Hash,
    bytes: u64,
    damaged: u64,
    encoding: &'static str,
    platform: &'static str,
    title: String,
    /// Rows that lower permission.
    lowering: u64,
    /// Whom they are about; only for a dry run.
    whom: HashMap<PhoneNumber, Reason>,
}

impl Messenger {
    /// Takes in a list of another platform: first everything in it that lowers permission, then the rest, so that
    /// nobody is open in between whom the list closes. Nothing goes in before the whole list has been read once.
    ///
    /// Interrupted, by an error or a kill, it goes on when it is called again with the same id and list; each row is
    /// in once. `each` is told what became of each row, with its cells; `progress`, after each commit.
    ///
    /// # Errors
    /// The list cannot be read, another list was imported under this id, it was taken back, or the ledger failed.
    pub async fn import_list(
        &self,
        import: &str,
        mut list: impl Read + Seek,
        options: &ListOptions,
        mut each: impl FnMut(&Judged, &Row),
        mut progress: impl FnMut(&Progress),
    ) -> Result<ImportReport, ImportError> {
        self.is_ready().await.map_err(ConsentError::from)?;
        let (import, now) = self.ready(import, options)?;
        let survey = survey(&mut list, options, now, false)?;
        let key = Progressed::key(&import)?;
        let held = self.progressed(&import).await?;
        let resumed = held.is_some();
        let mut held = match held {
            Some(held) if matches!(held.stage, Stage::Undoing | Stage::Undone) => {
                return Err(ImportError::TakenBack(import));
            }
            Some(held) if held.list != survey.list => return Err(ImportError::OtherList(import)),
            Some(held) if held.stage == Stage::Done => {
                return Ok(survey.report(&Tally::of(&held), held.odd_postal_codes, true));
            }
            Some(held) => held,
            None => Progressed { list: survey.list, ..Progressed::default() },
        };
        self.still_wanted(&import, now).await.map_err(taken_back)?;
        self.keep_progress(&key, &held).await?;
        let mut tally = Tally::of(&held);
        let mut intake = Intake::begin(self, import.clone(), now).await?;
        intake.odd_postal_codes = held.odd_postal_codes;
        intake.uncertain = if resumed { SAVE_EVERY + CHUNK } else { 0 };
        let mut told = Progress { read: survey.bytes, of: survey.bytes * 3, counts: tally.counts };
        while held.stage < Stage::Done {
            let lowering = held.stage == Stage::Lowering;
            if !lowering || survey.lowering > 0 {
                let mut entries = Entries::open(&mut list, options, now, held.line)?;
                let mut rows = 0;
                loop {
                    let more = entries.chunk(Some(lowering))?;
                    rows += entries.chunk.len();
                    intake.chunk(&entries.chunk, &mut tally, &mut each).await?;
                    self.still_wanted(&import, now).await.map_err(taken_back)?;
                    told.read = survey.bytes * if lowering { 1 } else { 2 } + entries.bytes();
                    told.counts = tally.counts;
                    progress(&told);
                    if !more {
                        break;
                    }
                    if rows >= SAVE_EVERY {
                        rows = 0;
                        (held.line, held.odd_postal_codes) = (entries.line, intake.odd_postal_codes);
                        held.tally = tally.kept();
                        self.keep_progress(&key, &held).await?;
                    }
                }
                if !lowering && entries.digest()? != survey.list {
                    return Err(ImportError::Changed);
                }
            }
            held.stage = if lowering { Stage::Rest } else { Stage::Done };
            (held.line, held.odd_postal_codes, held.tally) = (0, intake.odd_postal_codes, tally.kept());
            if held.stage == Stage::Done {
                self.note_run(&import, &tally.counts, survey.list, now, resumed).await?;
            }
            self.keep_progress(&key, &held).await?;
        }
        Ok(survey.report(&tally, intake.odd_postal_codes, false))
    }

    /// What [`import_list`](Self::import_list) would do, without doing it: the same way through, up to the ledger.
    /// `each` is told of the rows in the order of the file.
    ///
    /// It keeps the numbers whom the list lowers in memory, and nothing else.
    ///
    /// # Errors
    /// The list cannot be read, or the ledger failed.
    pub async fn try_list(
        &self,
        mut list: impl Read + Seek,
        options: &ListOptions,
        mut each: impl FnMut(&Judged, &Row),
        mut progress: impl FnMut(&Progress),
    ) -> Result<ImportReport, ImportError> {
        let (import, now) = self.ready("dry-run", options)?;
        let survey = survey(&mut list, options, now, true)?;
        let mut tally = Tally::default();
        let mut intake = Intake::begin(self, import, now).await?;
        let mut told = Progress { read: survey.bytes, of: survey.bytes * 2, counts: tally.counts };
        let mut entries = Entries::open(&mut list, options, now, 0)?;
        intake.dry = Some(survey.whom.clone());
        while {
            let more = entries.chunk(None)?;
            intake.chunk(&entries.chunk, &mut tally, &mut each).await?;
            (told.read, told.counts) = (survey.bytes + entries.bytes(), tally.counts);
            progress(&told);
            more
        } {}
        Ok(survey.report(&tally, intake.odd_postal_codes, false))
    }

    fn ready(&self, import: &str, options: &ListOptions) -> Result<(Name, DateTime<Utc>), ImportError> {
        let now = self.inner.clock.now().ok_or(ConsentError::NoClock)?;
        self.known(options.program.as_str())?;
        Ok((Name::new(import).map_err(ConsentError::from)?, now))
    }

    /// Notes an import in the house stream, unless an interrupted run of it did.
    async fn note_run(
        &self,
        import: &Name,
        counts: &Counts,
        list: Hash,
        now: DateTime<Utc>,
        resumed: bool,
    ) -> Result<(), BookError> {
        let mut noted = false;
        if resumed {
            let house = self.inner.book.house().await?;
            let is_it = |event: &Event| matches!(event, Event::ImportRun(e) if e.import == *import && e.list == Some(list));
            self.inner
                .book
                .each_record(&house, |envelope| {
                    noted |= is_it(&envelope.event);
                    std::ops::ControlFlow::Continue(())
                })
                .await?;
        }
        if noted {
            return Ok(());
        }
        self.note(now.timestamp_millis(), &[run(import.clone(), counts, Some(list)).into()]).await
    }
}

impl Intake<'_> {
    /// Judges a chunk in order, refusals included.
    async fn chunk(
        &mut self,
        chunk: &[Entry],
        tally: &mut Tally,
        each: &mut impl FnMut(&Judged, &Row),
    ) -> Result<(), BookError> {
        let rows: Vec<ImportRow> =
            chunk.iter().filter_map(|entry| entry.row.as_ref().ok()).cloned().collect();
        let mut judged = self.take(&rows).await?.into_iter();
        for entry in chunk {
            let verdict = match &entry.row {
                Ok(_) => judged.next().ok_or(BookError::Answers)?,
                Err((reason, number)) => Judged {
                    line: entry.line,
                    number: *number,
                    verdict: Verdict::Refused,
                    grade: None,
                    reason: *reason,
                },
            };
            tally.add(&verdict);
            each(&verdict, &entry.cells);
        }
        Ok(())
    }
}

fn taken_back(error: ConsentError) -> ImportError {
    match error {
        ConsentError::TakenBack(import) => ImportError::TakenBack(import),
        other => other.into(),
    }
}

/// A reading of a list, in chunks of rows whose numbers differ.
struct Entries<'l, R: Read> {
    list: List<Hashed<&'l mut R>>,
    /// Rows up to this line are left out.
    after: u64,
    line: u64,
    chunk: Vec<Entry>,
    next: Option<Entry>,
}

impl<'l, R: Read + Seek> Entries<'l, R> {
    fn open(
        source: &'l mut R,
        options: &ListOptions,
        now: DateTime<Utc>,
        after: u64,
    ) -> Result<Self, ImportError> {
        source.seek(SeekFrom::Start(0)).map_err(TableError::Read)?;
        let list = List::open(Hashed::new(source), options, now)?;
        Ok(Self { list, after, line: after, chunk: Vec::new(), next: None })
    }

    /// Reads the next chunk: of rows that lower permission, of all others, or of all. Whether there are more.
    fn chunk(&mut self, lowering: Option<bool>) -> Result<bool, ImportError> {
        self.chunk.clear();
        let mut seen = HashSet::with_capacity(CHUNK);
        loop {
            let entry = match self.next.take() {
                Some(entry) => entry,
                None => match self.list.next().transpose()? {
                    Some(entry) => entry,
                    None => return Ok(false),
                },
            };
            let lowers = entry.row.as_ref().is_ok_and(|row| row.says.lowers());
            if entry.line <= self.after || lowering.is_some_and(|wanted| wanted != lowers) {
                self.line = self.line.max(entry.line);
                continue;
            }
            let again = entry.row.as_ref().is_ok_and(|row| seen.contains(&row.number));
            if again || self.chunk.len() == CHUNK {
                self.next = Some(entry);
                return Ok(true);
            }
            self.line = entry.line;
            seen.extend(entry.row.as_ref().ok().map(|row| row.number));
            self.chunk.push(entry);
        }
    }

    fn bytes(&self) -> u64 {
        self.list.table().bytes()
    }

    fn digest(self) -> Result<Hash, ImportError> {
        Ok(self.list.into_source().finish())
    }
}

/// Reads a list once from end to end, so that nothing of one goes in that cannot be read.
fn survey<R: Read + Seek>(
    source: &mut R,
    options: &ListOptions,
    now: DateTime<Utc>,
    dry: bool,
) -> Result<Survey, ImportError> {
    source.seek(SeekFrom::Start(0)).map_err(TableError::Read)?;
    let mut list = List::open(Hashed::new(source), options, now)?;
    let (mut lowering, mut whom) = (0, HashMap::new());
    while let Some(entry) = list.next().transpose()? {
        let Some(row) = entry.row.ok().filter(|row| row.says.lowers()) else { continue };
        lowering += 1;
        if dry {
            let reason =
                if matches!(row.says, Says::Bounce(..)) { Reason::Unreachable } else { Reason::Revoked };
            let held = whom.entry(row.number).or_insert(reason);
            if reason == Reason::Revoked {
                *held = reason;
            }
        }
    }
    let (table, platform, title) = (list.table(), list.platform(), list.title().to_owned());
    let (bytes, damaged, encoding) = (table.bytes(), table.damaged(), table.encoding().as_str());
    Ok(Survey {
        list: list.into_source().finish(),
        bytes,
        damaged,
        encoding,
        platform,
        title,
        lowering,
        whom,
    })
}

impl Survey {
    fn report(self, tally: &Tally, odd_postal_codes: u64, again: bool) -> ImportReport {
        let outcome = |((verdict, reason), (rows, sample)): (&(Verdict, Reason), &(u64, Sample))| Outcome {
            verdict: *verdict,
            reason: *reason,
            rows: *rows,
            sample: *sample,
        };
        ImportReport {
            platform: self.platform,
            title: self.title,
            encoding: self.encoding,
            list: self.list,
            counts: tally.counts,
            outcomes: tally.by_reason.iter().map(outcome).collect(),
            odd_postal_codes,
            damaged: self.damaged,
            again,
        }
    }
}

type Sample = Option<(u64, Option<PhoneNumber>)>;

/// Rows counted.
#[derive(Default)]
struct Tally {
    counts: Counts,
    by_reason: BTreeMap<(Verdict, Reason), (u64, Sample)>,
}

impl Tally {
    fn of(held: &Progressed) -> Self {
        let mut tally = Self::default();
        for (verdict, reason, rows) in &held.tally {
            if let Some(key) = Verdict::from_code(verdict).zip(Reason::from_code(reason)) {
                tally.counts.add(key.0, *rows);
                tally.by_reason.insert(key, (*rows, None));
            }
        }
        tally
    }

    fn add(&mut self, judged: &Judged) {
        self.counts.add(judged.verdict, 1);
        let (rows, sample) = self.by_reason.entry((judged.verdict, judged.reason)).or_default();
        *rows += 1;
        sample.get_or_insert((judged.line, judged.number));
    }

    fn kept(&self) -> Vec<(String, String, u64)> {
        let code =
            |(verdict, reason): &(Verdict, Reason)| (verdict.code().to_owned(), reason.code().to_owned());
        let row = |(key, (rows, _)): (&(Verdict, Reason), &(u64, Sample))| {
            let (verdict, reason) = code(key);
            (verdict, reason, *rows)
        };
        self.by_reason.iter().map(row).collect()
    }
}

/// A source whose bytes are hashed as they are read.
struct Hashed<R> {
    source: R,
    hasher: Sha256,
}

impl<R> Hashed<R> {
    fn new(source: R) -> Self {
        Self { source, hasher: Sha256::new() }
    }

    fn finish(self) -> Hash {
        Hash(self.hasher.finalize().into())
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.source.read(into)?;
        self.hasher.update(into.get(..read).unwrap_or_default());
        Ok(read)
    }
}

#[cfg(test)]
mod tests;
