use std::{
    fmt,
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::{
    Edition, Listing, Presence, Query, Register, RegisterError,
    entries::{self, Entries},
};
use crate::{
    id::{Hash, Name, NameError},
    phone::{Country, PhoneNumber},
};

/// No line of such a list is longer, in bytes.
const LONGEST: usize = 1_024;

/// How numbers are written in a list, in the first column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Layout {
    /// E.164, with or without its `+`.
    International,
    /// As people of this country write them, or international. Slow: it consults the numbering plans.
    National(Country),
    /// Ten digits, as `2025550123`, `(202) 555-0123` or `202,5550123`: the form of the United States' do-not-call
    /// files.
    NorthAmerican,
    /// Hexadecimal SHA-256 of the number in E.164 with its `+`.
    Sha256,
}

/// A register that comes as a file, held in memory: eight bytes a number.
///
/// ```
/// use optin::register::{FileRegister, Layout, LineFault, FileError};
/// let list = FileRegister::reader("us-dnc")?.layout(Layout::NorthAmerican).as_of("2026-11-01".parse()?);
/// let dnc = list.read("202,5550123\n202,5550199\n".as_bytes())?;
/// assert_eq!(dnc.entries(), 2);
///
/// let refused = list.read("202,5550123\n202,555\n".as_bytes()).unwrap_err();
/// assert_eq!(refused.to_string(), "line 2: not a number of this layout");
/// assert!(matches!(list.read("".as_bytes()), Err(FileError::Empty)));   // it would clear everybody
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct FileRegister {
    name: Name,
    as_of: DateTime<Utc>,
    digest: Hash,
    hashed: bool,
    entries: Entries,
    bad: Vec<(u64, LineFault)>,
}

impl fmt::Debug for FileRegister {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, as_of, entries, .. } = self;
        write!(f, "FileRegister({name}, {} entries as of {})", entries.len(), as_of.date_naive())
    }
}

impl FileRegister {
    /// Begins to read the list of the register of this name.
    ///
    /// # Errors
    /// Not a [`Name`].
    pub fn reader(name: &str) -> Result<Reader, NameError> {
        let name = Name::new(name)?;
        Ok(Reader { name, layout: Layout::International, as_of: None, since: None, tolerated: 0 })
    }

    /// How many numbers it holds, each once.
    #[must_use]
    pub const fn entries(&self) -> usize {
        self.entries.len()
    }

    /// The lines that could not be read, where some were tolerated, from 1.
    #[must_use]
    pub fn bad_lines(&self) -> &[(u64, LineFault)] {
        &self.bad
    }
}

impl Register for FileRegister {
    fn name(&self) -> &Name {
        &self.name
    }

    fn batch(&self) -> usize {
        4_096
    }

    fn edition(&self) -> Option<Edition> {
        Some(Edition { as_of: self.as_of, entries: self.entries.len() as u64, digest: Some(self.digest) })
    }

    async fn look_up(&self, queries: &[Query]) -> Result<Vec<Listing>, RegisterError> {
        let answer = |query: &Query| {
            let number = query.number;
            let key = if self.hashed { entries::hashed_key(number) } else { entries::key(number) };
            let found = self.entries.find(key);
            Listing {
                presence: if found.is_some() { Presence::Listed } else { Presence::NotListed },
                as_of: self.as_of,
                since: found.flatten(),
                provenance: Some(format!("sha256:{}", self.digest)),
            }
        };
        Ok(queries.iter().map(answer).collect())
    }
}

/// How a list is to be read.
#[derive(Debug, Clone)]
pub struct Reader {
    name: Name,
    layout: Layout,
    as_of: Option<NaiveDate>,
    since: Option<usize>,
    tolerated: usize,
}

impl Reader {
    /// How numbers are written; E.164 unless said.
    #[must_use]
    pub const fn layout(mut self, layout: Layout) -> Self {
        self.layout = layout;
        self
    }

    /// The date of the edition. It is taken for the first moment of that day, UTC.
    #[must_use]
    pub const fn as_of(mut self, date: NaiveDate) -> Self {
        self.as_of = Some(date);
        self
    }

    /// The column, counted from 1, that says since when a number stands in the list, as `2026-11-01`.
    #[must_use]
    pub const fn since_column(mut self, column: usize) -> Self {
        self.since = Some(column);
        self
    }

    /// Goes on past so many bad lines. Who stands on one of them is not in the register then.
    #[must_use]
    pub const fn tolerate(mut self, lines: usize) -> Self {
        self.tolerated = lines;
        self
    }

    /// Reads a file. If no date was given, its name must hold one, as `dnc-2026-11-01.txt`; when the file was
    /// written says nothing, for copying an old list makes it look new.
    ///
    /// # Errors
    /// [`FileError`]: no file, no date, no entry, or a line that is not of the layout.
    pub fn open(&self, path: impl AsRef<Path>) -> Result<FileRegister, FileError> {
        let path = path.as_ref();
        let named = path.file_name().and_then(|name| date_in(&name.to_string_lossy()));
        let dated = Self { as_of: self.as_of.or(named), ..self.clone() };
        dated.read(File::open(path)?)
    }

    /// Reads a list from anywhere.
    ///
    /// # Errors
    /// As for [`open`](Self::open).
    pub fn read(&self, list: impl Read) -> Result<FileRegister, FileError> {
        let date = self.as_of.ok_or(FileError::NoDate)?;
        let mut lines = Lines::new(list);
        let (mut entries, mut bad) = (Entries::default(), Vec::new());
        let mut number = 0;
        while let Some(line) = lines.next()? {
            number += 1;
            let read = line.and_then(|text| match text.trim() {
                "" => Ok(None),
                // A first line without a digit names the columns.
                header if number == 1 && !header.bytes().any(|byte| byte.is_ascii_digit()) => Ok(None),
                text => self.entry(text).map(Some),
            });
            match read {
                Ok(Some((key, day))) => entries.push(key, day),
                Ok(None) => {}
                Err(fault) => {
                    bad.push((number, fault));
                    if let (Some(&(line, fault)), true) = (bad.first(), bad.len() > self.tolerated) {
                        return Err(FileError::Line { line, fault });
                    }
                }
            }
        }
        if entries.len() == 0 {
            return Err(FileError::Empty);
        }
        entries.settle();
        Ok(FileRegister {
            name: self.name.clone(),
            as_of: date.and_time(NaiveTime::MIN).and_utc(),
            digest: lines.digest(),
            hashed: self.layout == Layout::Sha256,
            entries,
            bad,
        })
    }

    fn entry(&self, line: &str) -> Result<(u64, Option<i32>), LineFault> {
        let mut columns = line.split([',', ';', '\t']).map(|column| column.trim().trim_matches('"').trim());
        let first = columns.next().unwrap_or_default();
        let key = match self.layout {
            Layout::International => {
                let number = PhoneNumber::from_e164(first)
                    .or_else(|_| PhoneNumber::from_e164(&format!("+{first}")))
                    .map_err(|_| LineFault::NotANumber)?;
                entries::key(number)
            }
            Layout::National(country) => {
                let number = PhoneNumber::parse(first, country).map_err(|_| LineFault::NotANumber)?;
                entries::key(number)
            }
            Layout::NorthAmerican => {
                // An area code may have a column of its own.
                let rest = if first.len() == 3 { columns.next().unwrap_or_default() } else { "" };
                ten_digits(first, rest).ok_or(LineFault::NotANumber)?
            }
            Layout::Sha256 => {
                let digest: Hash = first.parse().map_err(|_| LineFault::NotAHash)?;
                let [a, b, c, d, e, f, g, h, ..] = digest.0;
                u64::from_be_bytes([a, b, c, d, e, f, g, h])
            }
        };
        let Some(column) = self.since else { return Ok((key, None)) };
        let text = line.split([',', ';', '\t']).nth(column.saturating_sub(1)).ok_or(LineFault::NotADate)?;
        let date = date(text.trim().trim_matches('"')).ok_or(LineFault::NotADate)?;
        let day = date.and_time(NaiveTime::MIN).and_utc().timestamp().div_euclid(86_400);
        Ok((key, Some(i32::try_from(day).map_err(|_| LineFault::NotADate)?)))
    }
}

/// A number of ten digits, or of eleven with the country's 1, punctuation left aside.
fn ten_digits(first: &str, rest: &str) -> Option<u64> {
    let (mut value, mut digits) = (0u64, 0u32);
    for byte in first.bytes().chain(rest.bytes()) {
        match byte {
            b'0'..=b'9' if digits < 11 => {
                value = value * 10 + u64::from(byte - b'0');
                digits += 1;
            }
            b' ' | b'(' | b')' | b'-' | b'.' | b'+' => {}
            _ => return None,
        }
    }
    let national = match digits {
        10 => value,
        11 if value / 10_000_000_000 == 1 => value - 10_000_000_000,
        _ => return None,
    };
    // Neither area codes nor exchanges begin with 0 or 1.
    let fits = national >= 2_000_000_000 && national / 10_000 % 1_000 >= 200;
    fits.then_some(10_000_000_000 + national)
}

/// The first `YYYY-MM-DD` in a name that no further digit adjoins.
fn date_in(name: &str) -> Option<NaiveDate> {
    let digit = |at: Option<usize>| {
        at.and_then(|at| name.as_bytes().get(at)).is_some_and(|byte| byte.is_ascii_digit())
    };
    let alone = |at: usize| !digit(at.checked_sub(1)) && !digit(Some(at + 10));
    name.char_indices().filter(|(at, _)| alone(*at)).find_map(|(at, _)| date(name.get(at..at + 10)?))
}

/// `YYYY-MM-DD` and nothing else: no sign, no shorter form.
fn date(text: &str) -> Option<NaiveDate> {
    let fits = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    text.parse().ok().filter(|_| fits)
}

/// The lines of a list, bounded, with the digest of everything that was read.
struct Lines<R> {
    input: BufReader<Hashing<R>>,
    line: Vec<u8>,
    first: bool,
}

struct Hashing<R> {
    input: R,
    digest: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.digest.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

impl<R: Read> Lines<R> {
    fn new(input: R) -> Self {
        let input = BufReader::with_capacity(1 << 16, Hashing { input, digest: Sha256::new() });
        Self { input, line: Vec::with_capacity(LONGEST), first: true }
    }

    fn next(&mut self) -> io::Result<Option<Result<&str, LineFault>>> {
        self.line.clear();
        let limit = LONGEST as u64 + 1;
        if (&mut self.input).take(limit).read_until(b'\n', &mut self.line)? == 0 {
            return Ok(None);
        }
        let first = std::mem::replace(&mut self.first, false);
        if self.line.len() > LONGEST && self.line.last() != Some(&b'\n') {
            while !self.line.is_empty() && self.line.last() != Some(&b'\n') {
                self.line.clear();
                (&mut self.input).take(limit).read_until(b'\n', &mut self.line)?;
            }
            return Ok(Some(Err(LineFault::TooLong)));
        }
        let text = self.line.strip_prefix(b"\xef\xbb\xbf").filter(|_| first).unwrap_or(&self.line);
        Ok(Some(std::str::from_utf8(text).map_err(|_| LineFault::NotUtf8)))
    }

    fn digest(self) -> Hash {
        Hash(self.input.into_inner().digest.finalize().into())
    }
}

/// What is wrong with a line of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LineFault {
    /// Not a number as the layout has them.
    #[error("not a number of this layout")]
    NotANumber,
    /// Not 64 hexadecimal digits.
    #[error("not a SHA-256 in hexadecimal digits")]
    NotAHash,
    /// No date of the form YYYY-MM-DD where there should be one.
    #[error("no date of the form YYYY-MM-DD")]
    NotADate,
    /// Not UTF-8.
    #[error("not UTF-8")]
    NotUtf8,
    /// Longer than any line of such a list.
    #[error("longer than 1,024 bytes")]
    TooLong,
}

/// A list could not be read. Nothing of it is used.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FileError {
    /// The file cannot be read.
    #[error("the list cannot be read")]
    Io(#[from] io::Error),
    /// More lines than tolerated are not of the layout; this is the first.
    #[error("line {line}: {fault}")]
    Line {
        /// Its number, from 1.
        line: u64,
        /// What is wrong.
        fault: LineFault,
    },
    /// It holds no entry: as a do-not-call list it would clear everybody.
    #[error("the list is empty")]
    Empty,
    /// As of when it is is not known.
    #[error("the list has no date: say it, or put it into the file's name as YYYY-MM-DD")]
    NoDate,
}
