use std::{ops::Range, sync::OnceLock};

use super::{
    book::{Book, LintError, OptOutRow, Route, Row, Severity},
    fold::{Folded, words},
    said::Said,
};
use crate::codec::cbor_enum;

cbor_enum! {
    /// What was found.
    #[non_exhaustive]
    pub enum FindingCode {
        /// The brand is not named.
        BrandMissing = 0, "brand_missing";
        /// Nothing says how to opt out.
        OptOutMissing = 1, "opt_out_missing";
        /// The opt-out line names a way that does not work from this sender, or not here.
        OptOutForm = 2, "opt_out_form";
        /// An opt-out line in a message that needs none.
        StopInTransactional = 3, "stop_in_transactional";
        /// No rule covers this message, so nothing says that it is right.
        NotCovered = 4, "not_covered";
    }
}

/// One thing that is missing or wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// What it is.
    pub code: FindingCode,
    /// How bad it is.
    pub severity: Severity,
    /// The bytes at fault in the text with its footer (joined by one line feed); empty, at the end, for what is missing.
    pub span: Range<usize>,
    /// What to write there instead, if that is known.
    pub fix: Option<String>,
    /// The id of the row.
    pub rule: String,
    /// The passage that the row rests on.
    pub citation: String,
}

/// The rules on what a message must say, and the lines that say it.
#[derive(Debug, Clone, Default)]
pub struct Lint {
    pub(super) book: Book,
}

impl Lint {
    /// The rules compiled into the library, read once.
    ///
    /// Should they not load (a test proves that they do), nothing is covered and every message is an error.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static LINT: OnceLock<Lint> = OnceLock::new();
        LINT.get_or_init(|| {
            Self::default()
                .with_overlay("lint.toml", include_str!("data/lint.toml"))
                .and_then(|lint| lint.with_overlay("footer.toml", include_str!("data/footer.toml")))
                .unwrap_or_default()
        })
    }

    /// These rules with a host's file over them: a row whose id is known is replaced, any other comes first.
    ///
    /// # Errors
    /// The file does not parse, or a row in it does not hold.
    pub fn with_overlay(&self, file: &str, toml: &str) -> Result<Self, LintError> {
        let mut book = self.book.clone();
        book.read(file, toml)?;
        Ok(Self { book })
    }

    /// All that is missing or wrong, in order of place.
    ///
    /// ```
    /// use optin::{content::{FindingCode, Lint, Said, SenderKind}, message::Kind, phone::Country};
    ///
    /// let said = |text| Said::new(text, Kind::Marketing, Country::FR, SenderKind::Alphanumeric, "Maison Lune");
    /// let good = "MAISON LUNE : -40 % ce soir. STOP au 36123";
    /// assert!(Lint::builtin().check(&said(good)).is_empty());
    ///
    /// // Nobody can answer a name.
    /// let found = Lint::builtin().check(&said("Maison Lune : -40 % ce soir. Répondez STOP").stop_code("36123"));
    /// assert_eq!(found[0].code, FindingCode::OptOutForm);
    /// assert_eq!(found[0].fix.as_deref(), Some("STOP au 36123"));
    /// ```
    #[must_use]
    pub fn check(&self, said: &Said<'_>) -> Vec<Finding> {
        let whole = said.whole();
        let folded = Folded::new(&whole);
        let mut found = Vec::new();
        self.check_brand(said, &whole, &mut found);
        self.check_opt_out(said, &folded, &mut found);
        found.sort_by_key(|finding| (finding.span.start, finding.code));
        found
    }

    /// Whether the text has an opt-out line by a route that this sender can honour.
    pub(super) fn has_opt_out(&self, said: &Said<'_>) -> bool {
        let row = self.opt_out_row(said);
        self.mentions(&Folded::new(&said.whole()))
            .iter()
            .any(|m| row.is_some_and(|(row, code)| m.is_accepted(row, code)))
    }

    /// Whether this message must say how to opt out.
    pub(super) fn wants_opt_out(&self, said: &Said<'_>) -> bool {
        self.opt_out_row(said).is_some()
    }

    fn check_brand(&self, said: &Said<'_>, whole: &str, found: &mut Vec<Finding>) {
        let end = whole.len()..whole.len();
        let Some(row) = pick(&self.book.brand, said) else {
            if said.kind == crate::message::Kind::Marketing {
                found.push(not_covered("brand", end));
            }
            return;
        };
        if !names_brand(whole, said.brand) {
            found.push(Finding {
                code: FindingCode::BrandMissing,
                severity: row.severity,
                span: 0..0,
                fix: (!said.brand.trim().is_empty()).then(|| format!("{}: ", said.brand.trim())),
                rule: row.id.clone(),
                citation: row.citation.clone(),
            });
        }
    }

    fn check_opt_out(&self, said: &Said<'_>, folded: &Folded, found: &mut Vec<Finding>) {
        let mentions = self.mentions(folded);
        let end = folded.source(folded.as_str().len()..folded.as_str().len());
        let Some((row, code)) = self.opt_out_row(said) else {
            match pick(&self.book.needless, said) {
                Some(row) => found.extend(mentions.iter().map(|m| Finding {
                    code: FindingCode::StopInTransactional,
                    severity: row.severity,
                    span: m.span.clone(),
                    fix: Some(String::new()),
                    rule: row.id.clone(),
                    citation: row.citation.clone(),
                })),
                None if said.kind == crate::message::Kind::Marketing => {
                    found.push(not_covered("opt_out", end))
                }
                None => {}
            }
            return;
        };
        let fix = self.line(said).map(|footer| footer.text().to_owned());
        let finding = |code, severity, span| Finding {
            code,
            severity,
            span,
            fix: fix.clone(),
            rule: row.id.clone(),
            citation: row.citation.clone(),
        };
        if mentions.is_empty() {
            found.push(finding(FindingCode::OptOutMissing, row.missing, end));
        }
        // A way that works does not excuse naming one that does not, unless the row only warns of it.
        let excused = row.form == Severity::Warning && mentions.iter().any(|m| m.is_accepted(row, code));
        for mention in mentions.iter().filter(|m| !excused && !m.is_accepted(row, code)) {
            found.push(finding(FindingCode::OptOutForm, row.form, mention.span.clone()));
        }
    }

    fn opt_out_row(&self, said: &Said<'_>) -> Option<(&OptOutRow, Option<&regex::Regex>)> {
        let fits = |named: bool| {
            self.book
                .opt_out
                .iter()
                .find(move |(row, _)| row.reach().holds(said.country, said.sender, said.kind) == Some(named))
        };
        fits(true).or_else(|| fits(false)).map(|(row, code)| (row, code.as_ref()))
    }

    /// Every opt-out line, in order of place; what one pattern took is not looked at again.
    fn mentions(&self, folded: &Folded) -> Vec<Found> {
        let mut taken: Vec<(Range<usize>, Found)> = Vec::new();
        for mention in &self.book.mentions {
            for hit in mention.pattern.captures_iter(folded.as_str()) {
                let Some(all) = hit.get(0) else { continue };
                let range = trim(all.as_str(), all.start());
                if taken.iter().all(|(old, _)| range.end <= old.start || old.end <= range.start) {
                    let code = hit.name("code").map(|code| code.as_str().to_owned());
                    taken.push((
                        range.clone(),
                        Found { route: mention.route, code, span: folded.source(range) },
                    ));
                }
            }
        }
        taken.sort_by_key(|(range, _)| range.start);
        taken.into_iter().map(|(_, found)| found).collect()
    }
}

/// An opt-out line in a text.
#[derive(Debug)]
struct Found {
    route: Route,
    code: Option<String>,
    span: Range<usize>,
}

impl Found {
    fn is_accepted(&self, row: &OptOutRow, code: Option<&regex::Regex>) -> bool {
        let reaches = match (&self.code, code) {
            // A tag is filled in from the sender, which has been checked.
            (Some(number), _) if number.starts_with('{') => true,
            (Some(number), Some(pattern)) => pattern.is_match(&number.replace([' ', '.', '-'], "")),
            (Some(number), None) => !number.contains(['x', 'X']),
            (None, _) => true,
        };
        row.accepts.contains(&self.route) && reaches
    }
}

/// The row that fits: one that names the country before one that names none.
pub(super) fn pick<'r, R: Row>(rows: &'r [R], said: &Said<'_>) -> Option<&'r R> {
    let fits = |named: bool| {
        rows.iter().find(move |row| row.reach().holds(said.country, said.sender, said.kind) == Some(named))
    };
    fits(true).or_else(|| fits(false))
}

fn not_covered(what: &str, span: Range<usize>) -> Finding {
    Finding {
        code: FindingCode::NotCovered,
        severity: Severity::Error,
        span,
        fix: None,
        rule: what.to_owned(),
        citation: String::new(),
    }
}

/// Whether the text names the brand outside its links, or has the tag `{brand}`.
fn names_brand(text: &str, brand: &str) -> bool {
    let brand = words(brand);
    if text.contains("{brand}") {
        return true;
    }
    let spoken = text.split_whitespace().filter(|word| !word.contains("://") && !word.starts_with("www."));
    let spoken: Vec<_> = spoken.collect();
    brand.len() > 2 && words(&spoken.join(" ")).contains(&brand)
}

/// The range of a match without the white space and the punctuation before its first letter.
fn trim(text: &str, start: usize) -> Range<usize> {
    let body = text.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '{').trim_end();
    let end = start + text.trim_end().len();
    end.saturating_sub(body.len())..end
}

#[cfg(test)]
mod tests {
    use super::Lint;

    #[test]
    fn the_compiled_in_files_load() {
        for (file, toml) in
            [("lint.toml", include_str!("data/lint.toml")), ("footer.toml", include_str!("data/footer.toml"))]
        {
            Lint::default().with_overlay(file, toml).unwrap();
        }
        assert!(!Lint::builtin().book.opt_out.is_empty() && !Lint::builtin().book.footer.is_empty());
    }
}
