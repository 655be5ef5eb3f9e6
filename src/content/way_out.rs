//! Who speaks, and how to get out.

use std::{cell::LazyCell, ops::Range};

use super::{
    fold::{Folded, words},
    lint::{Finding, FindingCode, Lint, not_covered, pick},
    rows::{OptOutRow, Route, Row, Severity},
    said::Said,
};
use crate::message::{Kind, link::host};

impl Lint {
    /// Whether the text has an opt-out line by a route that this sender can honour.
    pub(super) fn has_opt_out(&self, said: &Said<'_>) -> bool {
        let row = self.opt_out_row(said);
        self.mentions(&Folded::new(&said.whole()))
            .iter()
            .any(|m| row.is_some_and(|(row, code)| m.is_accepted(row, code, said)))
    }

    /// Whether this message must say how to opt out.
    pub(super) fn wants_opt_out(&self, said: &Said<'_>) -> bool {
        self.opt_out_row(said).is_some()
    }

    pub(super) fn check_brand(&self, said: &Said<'_>, whole: &str, found: &mut Vec<Finding>) {
        let end = whole.len()..whole.len();
        let Some(row) = pick(&self.book.brand, said) else {
            if said.kind == Kind::Marketing {
                found.push(not_covered("brand", end));
            }
            return;
        };
        if !names_brand(whole, said.brand) {
            let fix = (!said.brand.trim().is_empty()).then(|| format!("{}: ", said.brand.trim()));
            found.push(Finding::by(row, FindingCode::BrandMissing, row.severity, 0..0).fix(fix));
        }
    }

    pub(super) fn check_opt_out(&self, said: &Said<'_>, folded: &Folded, found: &mut Vec<Finding>) {
        let mentions = self.mentions(folded);
        let end = folded.source(folded.as_str().len()..folded.as_str().len());
        let Some((row, code)) = self.opt_out_row(said) else {
            match pick(&self.book.needless, said) {
                Some(row) => found.extend(mentions.iter().map(|m| {
                    let code = FindingCode::StopInTransactional;
                    Finding::by(row, code, row.severity, m.span.clone()).fix(Some(""))
                })),
                None if said.kind == Kind::Marketing => found.push(not_covered("opt_out", end)),
                None => {}
            }
            return;
        };
        let line = LazyCell::new(|| self.line(said).map(|footer| footer.text().to_owned()));
        let finding =
            |code, severity, span| Finding::by(row, code, severity, span).fix(LazyCell::force(&line).clone());
        if mentions.is_empty() {
            found.push(finding(FindingCode::OptOutMissing, row.missing, end));
        }
        // A way that works does not excuse naming one that does not, unless the row only warns of it.
        let excused =
            row.form == Severity::Warning && mentions.iter().any(|m| m.is_accepted(row, code, said));
        for mention in mentions.iter().filter(|m| !excused && !m.is_accepted(row, code, said)) {
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
        let any = self.book.any_mention.matches(folded.as_str());
        for mention in any.iter().filter_map(|at| self.book.mentions.get(at)) {
            for hit in mention.pattern.captures_iter(folded.as_str()) {
                let Some(all) = hit.get(0) else { continue };
                // "{{stop_code}}" is read as it stands.
                if all.as_str().contains("{{")
                    || folded.as_str().get(..all.start()).is_some_and(|b| b.ends_with('{'))
                {
                    continue;
                }
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
        taken.into_iter().map(|(_, found)| found).filter(|found| found.route != Route::Prose).collect()
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
    fn is_accepted(&self, row: &OptOutRow, code: Option<&regex::Regex>, said: &Said<'_>) -> bool {
        let reaches = match (&self.code, code) {
            // A tag is filled in from the sender.
            (Some(number), _) if number.starts_with('{') => true,
            (Some(number), Some(pattern)) => pattern.is_match(&number.replace([' ', '.', '-'], "")),
            (Some(number), None) => !number.contains(['x', 'X']),
            (None, _) => true,
        };
        let is_ours = self.code.as_deref().is_none_or(|number| said.may_take(number));
        row.accepts.contains(&self.route) && reaches && is_ours
    }
}

/// A shorter brand is not looked for across words: "on a" is no Ona.
const LOOSE: usize = 6;

/// Whether the text names the brand outside its links, in one word or in several, or has the tag `{brand}`.
fn names_brand(text: &str, brand: &str) -> bool {
    // "{{brand}}" is read as it stands.
    if text
        .match_indices("{brand}")
        .any(|(at, _)| !text.get(..at).is_some_and(|before| before.ends_with('{')))
    {
        return true;
    }
    let named = words(brand);
    // A brand may be called as its domain is.
    let is_spoken = |word: &&str| host(&word.to_lowercase()).is_none() || words(word) == named;
    let spoken: Vec<_> = text.split_whitespace().filter(is_spoken).collect();
    let spoken = words(&spoken.join(" "));
    let brand = named.replace(' ', "");
    if brand.len() < LOOSE {
        return named.len() > 2 && spoken.contains(&named);
    }
    let spoken: Vec<&str> = spoken.split_whitespace().collect();
    let begins = |from: usize| {
        let mut rest = brand.as_str();
        let named = spoken.iter().skip(from).map_while(|word| {
            rest = rest.strip_prefix(word)?;
            Some(rest.is_empty())
        });
        named.last().unwrap_or(false)
    };
    !brand.is_empty() && (0..spoken.len()).any(begins)
}

/// The range of a match without the white space and the punctuation before its first letter.
fn trim(text: &str, start: usize) -> Range<usize> {
    let body = text.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '{').trim_end();
    let end = start + text.trim_end().len();
    end.saturating_sub(body.len())..end
}
