use std::sync::Arc;

use thiserror::Error;

use super::{Rule, RulebookError, load::Draft, rule::names, schema::RawFile, terms::Language};

names! {
    /// What kind of thing of a book no longer holds as it did.
    pub enum Waived {
        /// A rule, with all its dated versions.
        Rule = "rule",
        /// A calendar of holidays.
        Calendar = "calendar",
        /// What the book says of a place's coverage.
        Coverage = "coverage",
        /// Until when the book answers.
        Until = "until",
        /// The whole compiled-in book.
        Book = "book",
    }
}

/// By whose hand.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WaivedBy {
    /// [`danger::without_rule`](crate::danger::without_rule) switched it off.
    Reason(String),
    /// This file of the host stands in its place.
    File(String),
}

/// Something of a rule book that a host has switched off or put its own in the place of.
///
/// A [`Messenger`](crate::Messenger) writes each to the house stream before anything else but STOP and HELP.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Waiver {
    /// What kind of thing.
    pub what: Waived,
    /// The rule's or calendar's id, or the place; the kind again where there is but one.
    pub id: String,
    /// By whose hand.
    pub by: WaivedBy,
    /// The rules as they were, if it is a rule.
    pub rules: Vec<Arc<Rule>>,
}

impl Waiver {
    /// It in words: `rule US-FED-HOURS: switched off: counsel's opinion of 2026-11-02`.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let what = match self.what {
            Waived::Rule => language.pick("rule", "règle"),
            Waived::Calendar => language.pick("calendar", "calendrier"),
            Waived::Coverage => language.pick("coverage", "couverture"),
            Waived::Until => language.pick("the book's range", "portée du recueil"),
            Waived::Book => language.pick("the book", "le recueil"),
        };
        let by = match &self.by {
            WaivedBy::Reason(reason) => {
                format!("{} {reason}", language.pick("switched off:", "désactivée :"))
            }
            WaivedBy::File(file) => {
                let (en, fr) = match self.what {
                    Waived::Coverage => ("given by the host's", "indiquée par le fichier"),
                    _ => ("replaced by the host's", "remplacé par le fichier"),
                };
                format!("{} {file}", language.pick(en, fr))
            }
        };
        let id = if self.id == self.what.code() { String::new() } else { format!(" {}", self.id) };
        format!("{what}{id}{} {by}", language.pick(":", " :"))
    }
}

/// Why a rule is not switched off.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WaiverError {
    /// The book has no such rule.
    #[error("the rule book has no rule `{0}`")]
    NoSuchRule(String),
    /// Nothing was said that could be put on record.
    #[error("switching off `{0}` needs a reason that can be put on record")]
    NoReason(String),
    /// The book does not hold together without it.
    #[error("the rule book does not load without it")]
    Book(#[from] RulebookError),
}

impl Draft {
    /// Notes what of this draft, whose rules are `rules`, a file of the host takes the place of.
    pub(super) fn note_overlay(&mut self, file: &str, raw: &RawFile, rules: &[Arc<Rule>]) {
        let mut found: Vec<(Waived, String, Vec<Arc<Rule>>)> = Vec::new();
        let mut ids: Vec<_> = raw.rule.iter().map(|rule| rule.id.as_str()).collect();
        ids.dedup();
        for id in ids {
            let here: Vec<_> = rules.iter().filter(|rule| rule.id == id).cloned().collect();
            let off = self.waivers.iter().find(|waiver| waiver.what == Waived::Rule && waiver.id == id);
            match (here.is_empty(), off) {
                // It was off, or a host's own already: what the book itself said is what is done without.
                (_, Some(off)) => found.push((Waived::Rule, id.to_owned(), off.rules.clone())),
                (false, None) => found.push((Waived::Rule, id.to_owned(), here)),
                (true, None) => {}
            }
        }
        for calendar in &raw.calendar {
            if self.calendars.iter().any(|(_, here)| here.id == calendar.id) {
                found.push((Waived::Calendar, calendar.id.clone(), Vec::new()));
            }
        }
        // Covering what was not covered opens what was closed.
        let places = raw.covered.iter().flat_map(|row| &row.places);
        found.extend(places.map(|place| (Waived::Coverage, place.clone(), Vec::new())));
        if raw.until.is_some() {
            found.push((Waived::Until, Waived::Until.code().to_owned(), Vec::new()));
        }
        for (what, id, rules) in found {
            let by = WaivedBy::File(file.to_owned());
            self.waivers.retain(|waiver| (waiver.what, waiver.id.as_str()) != (what, id.as_str()));
            self.waivers.push(Waiver { what, id, by, rules });
        }
    }
}
