use std::io::Write;

use super::{Reason, table::Row};

/// Writes the rows that were refused, as a CSV that a spreadsheet can open and that does nothing there: each cell
/// as it was, after the line, the reason's code and its words.
#[derive(Debug)]
pub struct Refusals<W: Write> {
    writer: csv::Writer<W>,
}

impl<W: Write> Refusals<W> {
    /// Begins with a header: ours, then the list's own.
    ///
    /// # Errors
    /// The writer failed.
    pub fn begin(into: W, headers: &[String]) -> std::io::Result<Self> {
        // Quotes around everything, so that no cell ends where somebody else wants it to.
        let mut writer =
            csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).flexible(true).from_writer(into);
        writer.write_record(
            ["line", "reason", "words"]
                .into_iter()
                .map(str::to_owned)
                .chain(headers.iter().map(|h| harmless(h))),
        )?;
        Ok(Self { writer })
    }

    /// Writes one.
    ///
    /// # Errors
    /// The writer failed.
    pub fn write(&mut self, row: &Row, reason: Reason) -> std::io::Result<()> {
        let ours = [row.line().to_string(), reason.code().to_owned(), reason.words().to_owned()];
        self.writer.write_record(ours.into_iter().chain(row.cells().map(harmless)))?;
        Ok(())
    }

    /// Ends it, and gives the writer back.
    ///
    /// # Errors
    /// The writer failed.
    pub fn into_inner(self) -> std::io::Result<W> {
        self.writer.into_inner().map_err(csv::IntoInnerError::into_error)
    }

    /// Ends it.
    ///
    /// # Errors
    /// The writer failed.
    pub fn end(mut self) -> std::io::Result<()> {
        self.writer.flush()
    }
}

/// A cell that no spreadsheet takes for a formula, after OWASP's page on CSV injection: an apostrophe stands
/// before `=`, `+`, `-`, `@`, tab and carriage return at its beginning, and before each of them after a separator, a
/// quote or a line end, where a spreadsheet that splits differently would begin a cell.
///
/// ```
/// use optin::shop::harmless;
/// assert_eq!(harmless("=HYPERLINK(\"http://evil\")"), "'=HYPERLINK(\"http://evil\")");
/// assert_eq!(harmless("Ana;=1+1"), "Ana;'=1+1");
/// assert_eq!(harmless("06 12 34 56 78"), "06 12 34 56 78");
/// ```
#[must_use]
pub fn harmless(cell: &str) -> String {
    let mut out = String::with_capacity(cell.len() + 2);
    // Blanks and quotes before a formula do not stop a spreadsheet from seeing it.
    let mut begins = true;
    for c in cell.chars() {
        let starts = matches!(
            c,
            '=' | '+'
                | '-'
                | '@'
                | '\t'
                | '\r'
                | '\n'
                | '\u{FF1D}'
                | '\u{FF0B}'
                | '\u{FF0D}'
                | '\u{FF20}'
                | '|'
                | '%'
        );
        if begins && starts {
            out.push('\'');
        }
        out.push(c);
        begins = matches!(c, ',' | ';' | '\t' | '|' | '"' | '\'' | '\r' | '\n')
            || begins && super::table::is_blank(c);
    }
    out
}
