use thiserror::Error;

use super::{
    fold::Folded,
    lint::Lint,
    rows::{FooterRow, Place, Row, Severity},
    said::Said,
};
use crate::message::{Body, BodyError, Counting, segments};

/// What a message still lacks and what is put behind it: the opt-out line, and in a first message the lines of help and
/// rates where their absence is an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Footer {
    text: String,
    rule: String,
    citation: String,
}

impl Footer {
    /// What is added behind a body, its line feed first: the suffix to count in a worst case.
    #[must_use]
    pub fn suffix(&self) -> String {
        format!("\n{}", self.text)
    }

    /// The words themselves, in one line.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The ids of the rows that they came from.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// The passages that the rows rest on.
    #[must_use]
    pub fn citation(&self) -> &str {
        &self.citation
    }

    fn joined(self, next: Self) -> Self {
        let stop = if self.text.ends_with('.') { "" } else { "." };
        Self {
            text: format!("{}{stop} {}", self.text, next.text),
            rule: format!("{}, {}", self.rule, next.rule),
            citation: format!("{}; {}", self.citation, next.citation),
        }
    }

    /// The body with the line behind it.
    ///
    /// # Errors
    /// The line is not fit for a body: a stop code or link with a control character in it.
    pub fn add_to(&self, body: &Body) -> Result<Body, BodyError> {
        Body::new(format!("{}{}", body.as_str(), self.suffix()))
    }
}

impl Lint {
    /// What this message lacks, in the recipient's language if there are words in it; `None` if it lacks nothing. Of several
    /// opt-out lines that do, the first that spares a segment.
    ///
    /// ```
    /// use optin::{content::{Lint, Said, SenderKind}, message::Kind, phone::Country};
    ///
    /// let said = Said::new("Maison Lune: sale", Kind::Marketing, Country::CA, SenderKind::ShortCode, "Maison Lune");
    /// let lint = Lint::builtin();
    /// assert_eq!(lint.footer(&said.language("fr"))?.unwrap().text(), "Répondez ARRET pour vous désabonner");
    /// assert_eq!(lint.footer(&said.footer("Reply STOP to opt out"))?, None);
    ///
    /// // A name cannot be answered, and no other way out is known.
    /// let name = Said::new("Soldes", Kind::Marketing, Country::FR, SenderKind::Alphanumeric, "Maison Lune");
    /// assert!(lint.footer(&name).is_err());
    /// # Ok::<(), optin::content::FooterError>(())
    /// ```
    ///
    /// # Errors
    /// The message needs a line and no row can be filled: the sender cannot be answered, and neither a stop code nor a
    /// link is given.
    pub fn footer(&self, said: &Said<'_>) -> Result<Option<Footer>, FooterError> {
        let mut lines = Vec::new();
        if self.wants_opt_out(said) && !self.has_opt_out(said) {
            lines.push(self.line(said).ok_or(FooterError)?);
        }
        for ruled in self.lacking(said, &Folded::new(&said.whole())) {
            let row = &ruled.row;
            if row.severity == Severity::Error
                && row.at == Place::Anywhere
                && let Some(text) = row.fix(&said.spoken())
            {
                let (rule, citation) = (row.id.clone(), row.citation.clone());
                lines.push(Footer { text: text.to_owned(), rule, citation });
            }
        }
        Ok(lines.into_iter().reduce(Footer::joined))
    }

    /// The first line that can be filled and that the rules accept: the country's before everybody's, in the asked
    /// language before any. A later one of the same sort goes before it where it spares a segment.
    pub(super) fn line(&self, said: &Said<'_>) -> Option<Footer> {
        let asked = said.spoken();
        let whole = said.whole();
        let try_rows = |named: bool, in_asked: bool| {
            let fits = |row: &&FooterRow| {
                row.reach().holds(said.country, said.sender, said.kind) == Some(named)
                    && (row.language == asked) == in_asked
            };
            let filled = |row: &FooterRow| {
                let text = fill(&row.text, said)?;
                Some(Footer { text, rule: row.id.clone(), citation: row.citation.clone() })
            };
            let works = |line: &Footer| self.has_opt_out(&Said { text: &line.text, footer: "", ..*said });
            let cost =
                |line: &Footer| segments(&format!("{whole}{}", line.suffix()), Counting::Standard).segments;
            let working = |row| Some((row, filled(row)?)).filter(|(_, line)| works(line));
            let mut lines = self.book.footer.iter().filter(fits).filter_map(working).peekable();
            let language = lines.peek().map(|(row, _)| row.language.clone())?;
            let same = lines.filter(|(row, _)| row.language == language).map(|(_, line)| line);
            same.min_by_key(cost)
        };
        try_rows(true, true)
            .or_else(|| try_rows(true, false))
            .or_else(|| try_rows(false, true))
            .or_else(|| try_rows(false, false))
    }
}

/// The text with its places filled, if what they want is given.
fn fill(text: &str, said: &Said<'_>) -> Option<String> {
    let mut text = text.to_owned();
    for (place, value) in [("{code}", said.stop_code), ("{link}", said.opt_out_link)] {
        if text.contains(place) {
            text = text.replace(place, value?);
        }
    }
    Some(text)
}

/// No opt-out line can be composed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the sender cannot be answered, and no stop code or opt-out link that the rules accept is given")]
pub struct FooterError;
