use std::fmt;

use thiserror::Error;

/// A file that cannot be read, or not any further.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TableError {
    /// The source failed.
    #[error("the file cannot be read")]
    Read(#[from] std::io::Error),
    /// Nothing in it.
    #[error("the file is empty: not even a line of headers")]
    Empty,
    /// Another kind of file.
    #[error("this is {0}, not a CSV: export the list as CSV")]
    NotText(&'static str),
    /// The line of headers cannot be read.
    #[error("line {line}, the headers: {fault}")]
    Header {
        /// Its line.
        line: u64,
        /// What is wrong with it.
        fault: Fault,
    },
    /// Two columns of one name: nobody can tell which is meant.
    #[error("columns {first} and {second} are both named `{name}`")]
    DuplicateHeader {
        /// The name.
        name: String,
        /// The first of them, from 1.
        first: usize,
        /// The second of them, from 1.
        second: usize,
    },
    /// A quote that is never closed, or that took in the lines that follow.
    #[error("line {line}, column {column}: a quote opens here and swallows the lines that follow")]
    OpenQuote {
        /// The line of the quote.
        line: u64,
        /// The column of the quote, from 1.
        column: usize,
    },
    /// The parser failed.
    #[error("line {line}: not a row of a CSV")]
    Parser {
        /// The line.
        line: u64,
    },
}

/// Why one row cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// Another number of cells than the header has.
    #[error("{found} cells, and the header has {expected}")]
    Ragged {
        /// Cells found.
        found: usize,
        /// Cells of the header.
        expected: usize,
    },
    /// A NUL character.
    #[error("column {column}: a NUL character")]
    Nul {
        /// The column, from 1.
        column: usize,
    },
    /// A field or row beyond what is read.
    #[error("column {column}: more than 1 MB in a cell, or 4 MB in a row")]
    TooLong {
        /// The column, from 1.
        column: usize,
    },
    /// Text after a closing quote.
    #[error("column {column}: text after a closing quote")]
    Quotes {
        /// The column, from 1.
        column: usize,
    },
}

impl Fault {
    /// Its stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Ragged { .. } => "ragged",
            Self::Nul { .. } => "nul",
            Self::TooLong { .. } => "too_long",
            Self::Quotes { .. } => "broken_quotes",
        }
    }
}

/// A row that cannot be read.
#[derive(Clone, PartialEq, Eq)]
pub struct BadRow {
    /// The line on which it begins.
    pub line: u64,
    /// What is wrong with it.
    pub fault: Fault,
    /// Its cells, as far as they could be told apart; none of a row that is too long.
    pub cells: Vec<String>,
}

impl fmt::Debug for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BadRow").field("line", &self.line).field("fault", &self.fault).finish_non_exhaustive()
    }
}

/// What was read is no row.
#[derive(Debug, Error)]
pub enum Bad {
    /// This row: the next one can be read.
    #[error("line {}: {}", .0.line, .0.fault)]
    Row(BadRow),
    /// The file: nothing more can be read.
    #[error(transparent)]
    File(#[from] TableError),
}
