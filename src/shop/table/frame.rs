use std::io::Read;

use super::{Encoding, Fault, MOST_BYTES, MOST_ROW, TableError, decode::Decoded, dialect};

/// How much text is looked at to find the delimiter.
const SAMPLE: usize = 64 * 1024;

/// The rows of a text, cut apart and not yet read.
pub(super) struct Frames<R> {
    text: Decoded<R>,
    buffer: Vec<u8>,
    at: usize,
    line: u64,
    delimiter: u8,
    /// The last byte was a carriage return: a line feed belongs to it.
    after_return: bool,
}

/// Where a row stands, and what is wrong with it as a whole.
pub(super) struct Frame {
    pub(super) line: u64,
    pub(super) fault: Option<Fault>,
    /// Line and column of the first quote that took in an end of line.
    pub(super) spans: Option<(u64, usize)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Start,
    Plain,
    Quoted,
    /// After a quote within a quoted field: its end, or the first half of a quote that is meant.
    Quote,
}

/// What is known of the row that is being cut.
struct Cutting {
    within: Within,
    column: usize,
    field: usize,
    /// Line and column of the last quote that opened.
    quote: (u64, usize),
    /// That quote took in an end of line.
    spanned: bool,
    frame: Frame,
}

impl<R: Read> Frames<R> {
    pub(super) fn open(source: R) -> Result<Self, TableError> {
        let mut text = Decoded::open(source)?;
        let mut buffer = Vec::new();
        while buffer.len() < SAMPLE && text.more(&mut buffer)? {}
        let (delimiter, at, line) = match dialect::named(&buffer) {
            Some((delimiter, length)) => (delimiter, length, 2),
            None => (dialect::found(&buffer), 0, 1),
        };
        Ok(Self { text, buffer, at, line, delimiter, after_return: false })
    }

    /// Cuts the next row off into `into`, ended by one line feed; `None` at the end. Empty lines are no rows.
    pub(super) fn next(&mut self, into: &mut Vec<u8>) -> Result<Option<Frame>, TableError> {
        let mut cutting = Cutting::at(self.line);
        loop {
            let Some(&byte) = self.buffer.get(self.at) else {
                self.buffer.clear();
                self.at = 0;
                if self.text.more(&mut self.buffer)? {
                    continue;
                }
                return cutting.end_of_file(into);
            };
            self.at += 1;
            if std::mem::take(&mut self.after_return) && byte == b'\n' {
                if cutting.within == Within::Quoted {
                    into.push(byte);
                }
                continue;
            }
            let ends = matches!(byte, b'\n' | b'\r');
            if ends {
                self.line += 1;
                self.after_return = byte == b'\r';
            }
            if ends && cutting.within != Within::Quoted {
                if cutting.is_blank() {
                    cutting = Cutting::at(self.line);
                    continue;
                }
                into.push(b'\n');
                return Ok(Some(cutting.frame));
            }
            cutting.take(byte, ends, self.delimiter, self.line, into)?;
        }
    }

    pub(super) fn into_source(self) -> R {
        self.text.into_source()
    }

    pub(super) const fn delimiter(&self) -> u8 {
        self.delimiter
    }

    pub(super) const fn encoding(&self) -> Encoding {
        self.text.encoding()
    }

    pub(super) const fn bytes(&self) -> u64 {
        self.text.bytes()
    }

    pub(super) const fn damaged(&self) -> u64 {
        self.text.damaged()
    }
}

impl Cutting {
    const fn at(line: u64) -> Self {
        Self {
            within: Within::Start,
            column: 1,
            field: 0,
            quote: (line, 1),
            spanned: false,
            frame: Frame { line, fault: None, spans: None },
        }
    }

    fn is_blank(&self) -> bool {
        self.within == Within::Start && self.column == 1
    }

    /// Takes a byte that does not end the row.
    fn take(
        &mut self,
        byte: u8,
        ends: bool,
        delimiter: u8,
        line: u64,
        into: &mut Vec<u8>,
    ) -> Result<(), TableError> {
        let delimits = byte == delimiter && self.within != Within::Quoted;
        self.within = match (self.within, byte) {
            _ if delimits => Within::Start,
            (Within::Start, b'"') => {
                (self.quote, self.spanned) = ((line, self.column), false);
                Within::Quoted
            }
            (Within::Start | Within::Plain, _) => Within::Plain,
            (Within::Quoted, b'"') => Within::Quote,
            (Within::Quoted, _) | (Within::Quote, b'"') => Within::Quoted,
            (Within::Quote, _) => {
                self.frame.fault.get_or_insert(Fault::Quotes { column: self.column });
                Within::Plain
            }
        };
        if ends {
            self.spanned = true;
            self.frame.spans.get_or_insert(self.quote);
        }
        self.field += 1;
        if delimits {
            (self.column, self.field) = (self.column + 1, 0);
        }
        if self.field > MOST_BYTES || into.len() > MOST_ROW {
            if self.within == Within::Quoted && self.spanned {
                let (line, column) = self.quote;
                return Err(TableError::OpenQuote { line, column });
            }
            if !matches!(self.frame.fault, Some(Fault::TooLong { .. })) {
                self.frame.fault = Some(Fault::TooLong { column: self.column });
            }
            into.clear();
        }
        if !matches!(self.frame.fault, Some(Fault::TooLong { .. })) {
            into.push(byte);
        }
        Ok(())
    }

    fn end_of_file(self, into: &mut Vec<u8>) -> Result<Option<Frame>, TableError> {
        if self.within == Within::Quoted {
            let (line, column) = self.quote;
            return Err(TableError::OpenQuote { line, column });
        }
        if self.is_blank() {
            return Ok(None);
        }
        into.push(b'\n');
        Ok(Some(self.frame))
    }
}
