//! What one book has otherwise than another, and one version of a rule than the next.

use std::sync::Arc;

use chrono::NaiveDate;

use super::{Calendar, Coverage, Rule, Rulebook, terms::Language};
use crate::place::Place;

impl Rulebook {
    /// What differs from this book to another, by id.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Vec<Difference> {
        let mut found = rules(self.rules(), other.rules());
        let (ours, theirs) = (self.calendars(), other.calendars());
        found.extend(pairs(ours, theirs, |calendar| calendar.id()).filter_map(|pair| match pair {
            (Some(a), Some(b)) if a == b => None,
            (before, after) => Some(Difference::Calendar { before: before.cloned(), after: after.cloned() }),
        }));
        let (ours, theirs) = (self.covered(), other.covered());
        found.extend(pairs(ours, theirs, |row| row.place).filter_map(|pair| match pair {
            (Some(a), Some(b)) if a == b => None,
            (before, after) => Some(Difference::Coverage { before: before.cloned(), after: after.cloned() }),
        }));
        if self.minimums() != other.minimums() {
            found.push(Difference::ZoneData);
        }
        if self.0.until != other.0.until {
            found.push(Difference::Until { before: self.until(), after: other.until() });
        }
        found
    }
}

/// Something that one book has otherwise than another.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Difference {
    /// A dated version of a rule; `None`: the book has it not.
    Rule {
        /// In the first book.
        before: Option<Arc<Rule>>,
        /// In the second.
        after: Option<Arc<Rule>>,
    },
    /// A calendar.
    Calendar {
        /// In the first book.
        before: Option<Arc<Calendar>>,
        /// In the second.
        after: Option<Arc<Calendar>>,
    },
    /// What is said of a place's coverage.
    Coverage {
        /// In the first book.
        before: Option<Coverage>,
        /// In the second.
        after: Option<Coverage>,
    },
    /// The least releases of the time zone data.
    ZoneData,
    /// Until when the books answer.
    Until {
        /// The first book.
        before: Option<NaiveDate>,
        /// The second.
        after: Option<NaiveDate>,
    },
}

impl Difference {
    /// Whether it is about a rule or row of this place, or about everything.
    #[must_use]
    pub fn concerns(&self, book: &Rulebook, place: Place) -> bool {
        match self {
            Self::Rule { before, after } => before.iter().chain(after).any(|rule| book.reaches(rule, place)),
            Self::Coverage { before, after } => before.iter().chain(after).any(|row| row.place == place),
            Self::Calendar { .. } | Self::ZoneData | Self::Until { .. } => true,
        }
    }
}

/// Two lists sorted by a key, side by side.
fn pairs<'a, T, K: Ord>(
    ours: &'a [T],
    theirs: &'a [T],
    key: impl Fn(&'a T) -> K,
) -> impl Iterator<Item = (Option<&'a T>, Option<&'a T>)> {
    let (mut ours, mut theirs) = (ours.iter().peekable(), theirs.iter().peekable());
    std::iter::from_fn(move || match (ours.peek(), theirs.peek()) {
        (None, None) => None,
        (Some(_), None) => Some((ours.next(), None)),
        (None, Some(_)) => Some((None, theirs.next())),
        (Some(a), Some(b)) => Some(match key(a).cmp(&key(b)) {
            std::cmp::Ordering::Less => (ours.next(), None),
            std::cmp::Ordering::Greater => (None, theirs.next()),
            std::cmp::Ordering::Equal => (ours.next(), theirs.next()),
        }),
    })
}

/// Versions of one id are the same version if they begin on one day, or if each book has but one.
fn rules(ours: &[Arc<Rule>], theirs: &[Arc<Rule>]) -> Vec<Difference> {
    let (a, b): (Vec<_>, Vec<_>) =
        (ours.chunk_by(|a, b| a.id == b.id).collect(), theirs.chunk_by(|a, b| a.id == b.id).collect());
    let id = |versions: &&'_ [Arc<Rule>]| versions.first().map(|rule| rule.id.clone());
    let mut found = Vec::new();
    for (before, after) in pairs(&a, &b, id) {
        let (before, after) = (before.copied().unwrap_or_default(), after.copied().unwrap_or_default());
        if let ([before], [after]) = (before, after) {
            found.push((Some(before), Some(after)));
        } else {
            found.extend(pairs(before, after, |rule| rule.days_in_force.0));
        }
    }
    let differ = |pair: &(Option<&Arc<Rule>>, Option<&Arc<Rule>>)| pair.0 != pair.1;
    let rule = |(before, after): (Option<&Arc<Rule>>, Option<&Arc<Rule>>)| Difference::Rule {
        before: before.cloned(),
        after: after.cloned(),
    };
    found.into_iter().filter(differ).map(rule).collect()
}

/// A field that two versions of a rule have otherwise, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FieldChange {
    /// Its name in the data files.
    pub field: &'static str,
    /// In the first version; empty if it says nothing.
    pub before: String,
    /// In the second.
    pub after: String,
}

impl Rule {
    /// The fields in which another version of the rule differs, in the order of the data files.
    #[must_use]
    pub fn differences(&self, other: &Self, language: Language) -> Vec<FieldChange> {
        let l = language;
        let mut found = Vec::new();
        let mut put = |field, same: bool, words: &dyn Fn(&Self) -> String| {
            if !same {
                found.push(FieldChange { field, before: words(self), after: words(other) });
            }
        };
        let (a, b) = (self, other);
        let date = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
        put("layer", a.layer == b.layer, &|r| r.layer.words(l).to_owned());
        put("reach", a.reach == b.reach, &|r| r.reach.words(l).to_owned());
        put("confidence", a.confidence == b.confidence, &|r| r.confidence.words(l).to_owned());
        put("citation", a.citation == b.citation, &|r| r.citation.clone());
        put("sources", a.sources == b.sources, &|r| r.sources.join("; "));
        put("places", a.places == b.places, &|r| list(&r.places, |place| place.to_string()));
        put("from", a.from == b.from, &|r| date(r.from));
        put("to", a.to == b.to, &|r| date(r.to));
        put("kinds", a.kinds == b.kinds, &|r| {
            list(&r.kinds.iter().collect::<Vec<_>>(), |k| k.words(l).to_owned())
        });
        put("lifted_by", a.lifted_by == b.lifted_by, &|r| list(&r.lifted_by, |lift| lift.words(l)));
        put("hours", a.hours == b.hours, &|r| list(r.hours.as_slice(), |hours| hours.words(l)));
        put("caps", a.caps == b.caps, &|r| list(&r.caps, |cap| cap.words(l)));
        put("bases", a.bases == b.bases, &|r| {
            list(r.bases.as_ref().map_or(&[], |bases| bases.grounds()), |ground| ground.words(l))
        });
        put("required", a.required == b.required, &|r| list(&r.required, |text| text.words(l)));
        put("registers", a.registers == b.registers, &|r| list(&r.registers, |register| register.words(l)));
        put("revocation", a.revocation == b.revocation, &|r| {
            list(r.revocation.as_slice(), |row| row.words(l))
        });
        put("records", a.records == b.records, &|r| list(&r.records, |what| what.words(l).to_owned()));
        put("retention", a.retention == b.retention, &|r| list(&r.retention, |row| row.words(l)));
        put("forbids", a.forbids == b.forbids, &|r| list(&r.forbids, |row| row.words(l)));
        put("feed", a.feed == b.feed, &|r| list(r.feed.as_slice(), |feed| feed.words(l)));
        put("penalty", a.penalty == b.penalty, &|r| list(r.penalty.as_slice(), |penalty| penalty.words(l)));
        put("note", a.note == b.note, &|r| r.note.clone());
        found
    }
}

fn list<T>(rows: &[T], words: impl Fn(&T) -> String) -> String {
    rows.iter().map(words).collect::<Vec<_>>().join("; ")
}
