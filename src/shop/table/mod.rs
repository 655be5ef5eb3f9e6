//! Any CSV as a stream of rows: encoding and delimiter found, every row with its line, every fault with its place.
//!
//! UTF-8 and UTF-16 (with and without a byte order mark) and Windows-1252; `,` `;` tab `|` and Excel's `sep=` line;
//! line ends of all kinds, mixed. Memory stays flat: a field has at most [`MOST_BYTES`] bytes. A row that cannot be
//! read is a [`BadRow`] and the next one is read; a quote that swallows lines ends the reading, because nobody can
//! tell what those lines said.
//!
//! ```
//! use optin::shop::table::{Bad, Fault, Table, TableError};
//! let table = Table::open("phone;consent\n06 12 34 56 78;yes\nonly one\n".as_bytes())?;
//! assert_eq!(table.headers(), ["phone", "consent"]);
//! let rows: Vec<_> = table.collect();
//! let row = rows[0].as_ref().unwrap();
//! assert_eq!((row.line(), row.cell(0)), (2, "06 12 34 56 78"));
//! assert!(matches!(&rows[1], Err(Bad::Row(bad)) if bad.fault == Fault::Ragged { found: 1, expected: 2 }));
//!
//! let mut open = Table::open("phone,note\n+33612345678,\"never closed\n+33612345679,\n".as_bytes())?;
//! assert!(matches!(open.next(), Some(Err(Bad::File(TableError::OpenQuote { line: 2, column: 2 })))));
//! # Ok::<(), TableError>(())
//! ```

mod decode;
mod dialect;
mod error;
mod frame;

use std::{fmt, io::Read};

pub use decode::Encoding;
pub use error::{Bad, BadRow, Fault, TableError};
use frame::Frames;

/// The longest field that is read, in bytes of UTF-8.
pub const MOST_BYTES: usize = 1_000_000;
/// The longest row that is read, in bytes of UTF-8.
const MOST_ROW: usize = 4 * MOST_BYTES;
/// The most columns that a header may have.
const MOST_COLUMNS: usize = 4_096;

/// A CSV that is being read.
pub struct Table<R> {
    frames: Frames<R>,
    parser: csv::Reader<Feed>,
    headers: Vec<String>,
    spare: csv::StringRecord,
    over: bool,
}

/// One row.
#[derive(Clone, Default)]
pub struct Row {
    line: u64,
    cells: csv::StringRecord,
}

impl Row {
    pub(crate) fn of(line: u64, cells: Vec<String>) -> Self {
        Self { line, cells: cells.into() }
    }

    /// The line of the file on which it begins; the first line of the file is 1.
    #[must_use]
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// A cell as written, by its column from 0. A row of a table has one for each header; beyond is empty.
    #[must_use]
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).unwrap_or("")
    }

    /// All cells.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        self.cells.iter()
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Row").field("line", &self.line).field("cells", &self.cells.len()).finish()
    }
}

impl<R> fmt::Debug for Table<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("columns", &self.headers.len()).finish_non_exhaustive()
    }
}

impl<R: Read> Table<R> {
    /// Finds encoding and delimiter, and reads the header.
    ///
    /// # Errors
    /// Empty, not a text, no readable header, two columns of one name, or the source failed.
    pub fn open(source: R) -> Result<Self, TableError> {
        let frames = Frames::open(source)?;
        let parser = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(frames.delimiter())
            .terminator(csv::Terminator::Any(b'\n'))
            .from_reader(Feed::default());
        let mut table =
            Self { frames, parser, headers: Vec::new(), spare: csv::StringRecord::new(), over: false };
        let mut first = Row::default();
        match table.read(&mut first) {
            Ok(true) => {}
            Ok(false) => return Err(TableError::Empty),
            Err(Bad::File(error)) => return Err(error),
            Err(Bad::Row(bad)) => return Err(TableError::Header { line: bad.line, fault: bad.fault }),
        }
        table.headers = first.cells().map(|cell| cell.trim_matches(is_blank).to_owned()).collect();
        table.check_headers(first.line)?;
        Ok(table)
    }

    pub(crate) fn into_source(self) -> R {
        self.frames.into_source()
    }

    fn check_headers(&self, line: u64) -> Result<(), TableError> {
        if self.headers.iter().all(String::is_empty) {
            return Err(TableError::Empty);
        }
        let found = self.headers.len();
        if found > MOST_COLUMNS {
            let fault = Fault::Ragged { found, expected: MOST_COLUMNS };
            return Err(TableError::Header { line, fault });
        }
        let mut known = std::collections::HashMap::with_capacity(found);
        for (column, name) in self.headers.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            if let Some(first) = known.insert(name.to_lowercase(), column) {
                let name = shown(name);
                return Err(TableError::DuplicateHeader { name, first: first + 1, second: column + 1 });
            }
        }
        Ok(())
    }

    /// The headers, trimmed. Names of columns without one are empty.
    #[must_use]
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// The column of this name, from 0, in any case.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        let name = name.trim_matches(is_blank).to_lowercase();
        self.headers.iter().position(|known| !name.is_empty() && known.to_lowercase() == name)
    }

    /// The delimiter in use.
    #[must_use]
    pub const fn delimiter(&self) -> char {
        self.frames.delimiter() as char
    }

    /// The encoding, as far as the bytes read so far tell.
    #[must_use]
    pub const fn encoding(&self) -> Encoding {
        self.frames.encoding()
    }

    /// Bytes of the source that have been read so far.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.frames.bytes()
    }

    /// How many places of the source were no text in its encoding; each reads as U+FFFD.
    #[must_use]
    pub const fn damaged(&self) -> u64 {
        self.frames.damaged()
    }

    /// Reads the next row into `row`, whose room is used again; `false` at the end.
    ///
    /// # Errors
    /// A row that cannot be read, after which the next one may be; or a fault of the file, which ends it.
    pub fn read(&mut self, row: &mut Row) -> Result<bool, Bad> {
        if self.over {
            return Ok(false);
        }
        let read = self.read_on(row);
        self.over = matches!(read, Ok(false) | Err(Bad::File(_)));
        read
    }

    fn read_on(&mut self, row: &mut Row) -> Result<bool, Bad> {
        let feed = self.parser.get_mut();
        feed.clear();
        let Some(frame) = self.frames.next(&mut feed.bytes)? else { return Ok(false) };
        row.line = frame.line;
        if let Some(fault @ Fault::TooLong { .. }) = frame.fault {
            return Err(Bad::Row(BadRow { line: frame.line, fault, cells: Vec::new() }));
        }
        if !matches!(self.parser.read_record(&mut row.cells), Ok(true)) {
            return Err(Bad::File(TableError::Parser { line: frame.line }));
        }
        let (found, expected) = (row.cells.len(), self.headers.len());
        let ragged = expected > 0 && found != expected;
        let fault = frame.fault.or_else(|| ragged.then_some(Fault::Ragged { found, expected }));
        let fault = fault.or_else(|| {
            let nul = row.cells.iter().position(|cell| cell.contains('\0'));
            nul.map(|column| Fault::Nul { column: column + 1 })
        });
        match (fault, frame.spans) {
            (None, _) => Ok(true),
            // What looks like one broken row may be many whole ones, with opt-outs among them.
            (Some(Fault::Ragged { .. } | Fault::Quotes { .. }), Some((line, column))) => {
                Err(Bad::File(TableError::OpenQuote { line, column }))
            }
            (Some(fault), _) => {
                let cells = row.cells.iter().map(str::to_owned).collect();
                Err(Bad::Row(BadRow { line: frame.line, fault, cells }))
            }
        }
    }
}

impl<R: Read> Iterator for Table<R> {
    type Item = Result<Row, Bad>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut row = Row { line: 0, cells: std::mem::take(&mut self.spare) };
        self.read(&mut row).map(|more| more.then_some(row)).transpose()
    }
}

/// A header that may be shown. A file without headers has a person's data in their place.
#[must_use]
pub fn shown(header: &str) -> String {
    let digits = header.chars().filter(|c| c.is_numeric()).count();
    let short: String = header.chars().filter(|c| !c.is_control()).take(48).collect();
    if digits > 4 || header.contains('@') { "(looks like data, not like a header)".to_owned() } else { short }
}

/// What surrounds a word without belonging to it: spaces of all kinds, and marks that nobody sees.
pub(crate) fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{FEFF}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}')
}

/// One row at a time for the parser, which never sees the end of its input.
#[derive(Debug, Default)]
struct Feed {
    bytes: Vec<u8>,
    at: usize,
}

impl Feed {
    fn clear(&mut self) {
        self.bytes.clear();
        self.at = 0;
    }
}

impl Read for Feed {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let mut rest = self.bytes.get(self.at..).unwrap_or_default();
        let read = rest.read(into)?;
        self.at += read;
        Ok(read)
    }
}
