use thiserror::Error;

use super::{
    book::{FooterRow, Row},
    lint::Lint,
    said::Said,
};
use crate::message::{Body, BodyError};

/// The opt-out line that a message still lacks.
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

    /// The line itself.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The id of the row that it came from.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// The passage that the row rests on.
    #[must_use]
    pub fn citation(&self) -> &str {
        &self.citation
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
    /// The opt-out line that this message lacks, in the recipient's language if there is one; `None` if it needs none
    /// or has one already.
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
        if !self.wants_opt_out(said) || self.has_opt_out(said) {
            return Ok(None);
        }
        self.line(said).map(Some).ok_or(FooterError)
    }

    /// The first line that can be filled and that the rules accept: the country's before everybody's, in the asked language before any.
    pub(super) fn line(&self, said: &Said<'_>) -> Option<Footer> {
        let asked = said.language.split(['-', '_']).next().unwrap_or("").to_lowercase();
        let asked = asked.as_str();
        let try_rows = |named: bool, in_asked: bool| {
            let fits = move |row: &&FooterRow| {
                row.reach().holds(said.country, said.sender, said.kind) == Some(named)
                    && (row.language == asked) == in_asked
            };
            let filled = |row: &FooterRow| {
                let text = fill(&row.text, said)?;
                Some(Footer { text, rule: row.id.clone(), citation: row.citation.clone() })
            };
            let works = |line: &Footer| self.has_opt_out(&Said { text: &line.text, footer: "", ..*said });
            self.book.footer.iter().filter(fits).filter_map(filled).find(works)
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
