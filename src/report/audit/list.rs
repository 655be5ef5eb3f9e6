//! The list that counsel works through: every row of the files, one a line.

use std::io::Write;

use super::{
    fact::Fate,
    finding::{Class, Finding},
    html::Rendering,
    judge::{Judged, Passed, Told},
    tally::locals,
    words::reason,
};
use crate::{phone::PhoneNumber, place::ZoneTable, shop::harmless};

/// Writes every row of the files as a CSV that a spreadsheet can open and that does nothing there.
///
/// Columns: `file`, `line`, `number` (masked unless asked otherwise), `sent_at` (UTC, RFC 3339), `local_times` (at
/// most three zones), `kind`, `class`, `rule`, `citation`, `reason` (stable code), `words`, `fact`, `in_grace`,
/// `also` (what else stands against it, as `class reason rule`), `if_written_consent` (the class if a consent of
/// unsaid form was in writing).
///
/// `class` is one of `lawful`, `violation` (settled), `contested`, `unprovable`; `not_counted`, for what never left,
/// repeats or reached nobody; `refused_row`, for what could not be read.
#[derive(Debug)]
pub struct FindingList<W: Write> {
    writer: csv::Writer<W>,
    files: Vec<String>,
    rendering: Rendering,
    zones: ZoneTable,
}

const HEADER: [&str; 15] = [
    "file",
    "line",
    "number",
    "sent_at",
    "local_times",
    "kind",
    "class",
    "rule",
    "citation",
    "reason",
    "words",
    "fact",
    "in_grace",
    "also",
    "if_written_consent",
];

impl<W: Write> FindingList<W> {
    /// Begins with a header. `files` are the names of [`Audit::files`](super::Audit::files).
    ///
    /// # Errors
    /// The writer failed.
    pub fn begin(
        into: W,
        files: Vec<String>,
        rendering: Rendering,
        zones: ZoneTable,
    ) -> std::io::Result<Self> {
        let mut writer = csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(into);
        writer.write_record(HEADER)?;
        Ok(Self { writer, files, rendering, zones })
    }

    /// Writes one row.
    ///
    /// # Errors
    /// The writer failed.
    pub fn write(&mut self, told: &Told<'_>) -> std::io::Result<()> {
        match told {
            Told::Judged(judged) => self.judged(judged),
            Told::Passed(passed) => self.passed(passed),
        }
    }

    fn judged(&mut self, judged: &Judged<'_>) -> std::io::Result<()> {
        let first = judged.findings.iter().min_by_key(|finding| finding.class);
        let undelivered = judged.fate == Fate::Undelivered;
        let shown = if undelivered { "not_counted" } else { word(judged.class()) };
        let rule = first.and_then(|finding| finding.rule.as_deref());
        let code = match first {
            Some(finding) => finding.code,
            None if undelivered => "undelivered",
            None => "",
        };
        let also =
            judged.findings.iter().filter(|finding| !first.is_some_and(|held| std::ptr::eq(held, *finding)));
        let mut also: Vec<String> = also.map(brief).collect();
        if undelivered && first.is_some() {
            also.insert(0, "undelivered".to_owned());
        }
        self.row([
            self.file(judged.file),
            judged.line.to_string(),
            self.number(judged.number),
            judged.at.to_rfc3339(),
            locals(judged, &self.zones).join("; "),
            judged.kind.code().to_owned(),
            shown.to_owned(),
            rule.map(|rule| rule.id.clone()).unwrap_or_default(),
            rule.map(|rule| rule.citation.clone()).unwrap_or_default(),
            code.to_owned(),
            if code.is_empty() { String::new() } else { reason(code, self.rendering.language) },
            first.map(|finding| finding.fact.to_string()).unwrap_or_default(),
            first.filter(|finding| finding.in_grace).map(|_| "yes".to_owned()).unwrap_or_default(),
            also.join("; "),
            if undelivered { String::new() } else { word(judged.outcomes.if_written).to_owned() },
        ])
    }

    fn passed(&mut self, passed: &Passed) -> std::io::Result<()> {
        let mut row: [String; 15] = Default::default();
        let class = if passed.refused { "refused_row" } else { "not_counted" };
        let cells = [
            self.file(passed.file),
            passed.line.to_string(),
            passed.number.map(|number| self.number(number)).unwrap_or_default(),
            passed.at.map(|at| at.to_rfc3339()).unwrap_or_default(),
            String::new(),
            String::new(),
            class.to_owned(),
            String::new(),
            String::new(),
            passed.code.to_owned(),
            reason(passed.code, self.rendering.language),
        ];
        row.iter_mut().zip(cells).for_each(|(slot, cell)| *slot = cell);
        self.row(row)
    }

    fn row(&mut self, cells: [String; 15]) -> std::io::Result<()> {
        self.writer.write_record(cells.iter().map(|cell| harmless(cell)))?;
        Ok(())
    }

    fn file(&self, number: u16) -> String {
        let at = usize::from(number).checked_sub(1);
        at.and_then(|at| self.files.get(at)).cloned().unwrap_or_default()
    }

    fn number(&self, number: PhoneNumber) -> String {
        if self.rendering.numbers { number.e164() } else { number.to_string() }
    }

    /// Ends it, and gives the writer back.
    ///
    /// # Errors
    /// The writer failed.
    pub fn into_inner(self) -> std::io::Result<W> {
        self.writer.into_inner().map_err(csv::IntoInnerError::into_error)
    }
}

/// A class as the list calls it.
const fn word(class: Option<Class>) -> &'static str {
    match class {
        None => "lawful",
        Some(Class::Settled) => "violation",
        Some(Class::Contested) => "contested",
        Some(Class::Unprovable) => "unprovable",
    }
}

fn brief(finding: &Finding) -> String {
    let rule = finding.rule.as_ref().map_or("", |rule| rule.id.as_str());
    format!("{} {} {rule}", word(Some(finding.class)), finding.code).trim_end().to_owned()
}
