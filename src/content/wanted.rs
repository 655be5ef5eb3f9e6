//! What must be said besides the brand and the way out: help, rates, labels, an offer's end.

use regex::Regex;

use super::{
    fold::Folded,
    lint::{Finding, FindingCode, Lint, pick},
    rows::{Place, Ruled, WantedRow, When},
    said::Said,
};

impl Lint {
    pub(super) fn check_wanted(&self, said: &Said<'_>, folded: &Folded, found: &mut Vec<Finding>) {
        let end = folded.source(folded.as_str().len()..folded.as_str().len());
        for ruled in self.lacking(said, folded) {
            let span = if ruled.row.at == Place::Anywhere { end.clone() } else { 0..0 };
            let finding = Finding::by(ruled, ruled.code, ruled.row.severity, span);
            found.push(finding.fix(ruled.row.fix(&said.spoken())));
        }
    }

    /// The rows whose words must be said here and are not.
    pub(super) fn lacking(&self, said: &Said<'_>, folded: &Folded) -> Vec<&Ruled<WantedRow>> {
        let due = |when: When| match when {
            When::Always => true,
            When::FirstMessage => said.first_message,
            When::OfferEnds => said.offer_ends,
        };
        let codes = [
            FindingCode::HelpMissing,
            FindingCode::RatesMissing,
            FindingCode::LabelMissing,
            FindingCode::EndMissing,
        ];
        let row_of = |code| {
            let of_code = |ruled: &&Ruled<WantedRow>| ruled.code == code && due(ruled.row.when);
            let rows: Vec<_> = self.book.wanted.iter().filter(of_code).collect();
            pick(&rows, said).copied()
        };
        codes.into_iter().filter_map(row_of).filter(|ruled| !stands(ruled, said, folded)).collect()
    }
}

/// Whether what a row wants stands where it wants it.
fn stands(ruled: &Ruled<WantedRow>, said: &Said<'_>, folded: &Folded) -> bool {
    let Some(pattern) = &ruled.pattern else { return false };
    let text = folded.as_str();
    match (ruled.row.at, said.sender_id) {
        (Place::Anywhere, _) | (Place::SenderEnd, None) => pattern.is_match(text),
        (Place::Start, _) | (Place::SenderStart, None) => starts(pattern, text),
        (Place::SenderStart, Some(id)) => starts(pattern, id),
        (Place::SenderEnd, Some(id)) => ends(pattern, id),
    }
}

fn starts(pattern: &Regex, text: &str) -> bool {
    let text = text.trim_start();
    pattern.find(text).is_some_and(|found| found.start() == 0)
}

fn ends(pattern: &Regex, text: &str) -> bool {
    let text = text.trim_end();
    pattern.find_iter(text).any(|found| found.end() == text.len())
}
