use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;

use super::{
    Calendar, Coverage, Rule, RulebookError, ZoneMinimum, book::Book, data, load::Draft, rule::epoch_day,
};
use crate::place::Place;

/// What binds at one candidate place, sorted out once so that a decision only walks it.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct PlaceLaw {
    /// The place's coverage, if it has any; look at its date.
    pub coverage: Option<Coverage>,
    /// Every rule that applies there, by id.
    pub rules: Vec<Arc<Rule>>,
    /// Those with [`hours`](Rule::hours). From here to the end of this list, rules about voice calls are left out;
    /// [`retention`](Self::retention) holds them all the same.
    pub hours: Vec<Arc<Rule>>,
    /// Those with [`caps`](Rule::caps).
    pub caps: Vec<Arc<Rule>>,
    /// Those with [`bases`](Rule::bases).
    pub bases: Vec<Arc<Rule>>,
    /// Those with [`required`](Rule::required) texts.
    pub required: Vec<Arc<Rule>>,
    /// Those with [`registers`](Rule::registers).
    pub registers: Vec<Arc<Rule>>,
    /// Those with [`retention`](Rule::retention).
    pub retention: Vec<Arc<Rule>>,
    /// Those that say what [ends](Rule::revocation) a consent.
    pub revocations: Vec<Arc<Rule>>,
    /// Those that [forbid](Rule::forbids) a topic, a sender or a link.
    pub forbids: Vec<Arc<Rule>>,
    /// Those that need a [feed](Rule::feed).
    pub feeds: Vec<Arc<Rule>>,
}

/// The law, at one version: immutable, cheap to clone.
#[derive(Debug, Clone)]
pub struct Rulebook(Arc<Book>);

impl Rulebook {
    /// The book compiled into the library. Built once; a clone afterwards.
    ///
    /// Should the compiled-in files not load (a test proves that they do), the book is empty: it covers no
    /// place, so everything defers.
    #[must_use]
    pub fn builtin() -> Self {
        static BOOK: OnceLock<Rulebook> = OnceLock::new();
        BOOK.get_or_init(|| Self::from_files(data::FILES).unwrap_or_else(|_| Self(Arc::default()))).clone()
    }

    /// A book of these files only, as pairs of name and content; a later file's entries replace an earlier's.
    ///
    /// # Errors
    /// As for [`with_overlay`](Self::with_overlay).
    pub fn from_files(files: &[(&str, &str)]) -> Result<Self, RulebookError> {
        let mut draft = Draft::default();
        for (name, toml) in files {
            draft.add(name, toml)?;
        }
        let content: Vec<&str> = files.iter().flat_map(|&(name, toml)| [name, toml]).collect();
        Book::new(draft, &[0; 32], &content).map(|book| Self(Arc::new(book)))
    }

    /// This book with a host's file of rules, calendars and coverage over it: an id that the book holds is
    /// replaced, with all its dated versions; any other is added.
    ///
    /// # Errors
    /// The file does not parse, or an entry in it does not hold; the error names file, entry and field.
    ///
    /// ```
    /// use optin::law::Rulebook;
    /// let rule = r#"
    /// [[rule]]
    /// id = "SHOP-SUNDAY"
    /// layer = "practice"
    /// reach = "settled"
    /// confidence = "high"
    /// citation = "House rule 4"
    /// sources = []
    /// places = ["GB"]
    /// kinds = ["marketing"]
    /// [rule.hours]
    /// windows = [{ days = "mon-sat", from = "09:00", to = "20:00" }]
    /// "#;
    /// let book = Rulebook::builtin().with_overlay("shop.toml", rule)?;
    /// assert!(book.rule("SHOP-SUNDAY").is_some());
    /// assert_ne!(book.version(), Rulebook::builtin().version());
    ///
    /// let refused = book.with_overlay("shop.toml", &rule.replace("20:00", "09:00")).unwrap_err();
    /// assert_eq!(refused.to_string(), "shop.toml: SHOP-SUNDAY: windows: a window cannot open and close at one time");
    /// # Ok::<(), optin::law::RulebookError>(())
    /// ```
    pub fn with_overlay(&self, file_name: &str, toml: &str) -> Result<Self, RulebookError> {
        let mut draft = self.0.draft.clone();
        draft.add(file_name, toml)?;
        Book::new(draft, self.0.digest(), &[file_name, toml]).map(|book| Self(Arc::new(book)))
    }

    /// This book less a rule: for tests that prove a rule is missed.
    #[doc(hidden)]
    #[must_use]
    pub fn without(&self, id: &str) -> Option<Self> {
        self.rule(id)?;
        let mut draft = self.0.draft.clone();
        draft.rules.retain(|(_, rule)| rule.id != id);
        Book::new(draft, self.0.digest(), &["without", id]).ok().map(|book| Self(Arc::new(book)))
    }

    /// This book less one window of a rule that has several: for tests that prove it is missed.
    #[doc(hidden)]
    #[must_use]
    pub fn without_window(&self, id: &str, window: usize) -> Option<Self> {
        let mut draft = self.0.draft.clone();
        let (_, rule) = draft.rules.iter_mut().find(|(_, rule)| rule.id == id)?;
        let windows = &mut rule.hours.as_mut()?.windows;
        if windows.len() < 2 || window >= windows.len() {
            return None;
        }
        windows.remove(window);
        let content = ["without", id, &window.to_string()];
        Book::new(draft, self.0.digest(), &content).ok().map(|book| Self(Arc::new(book)))
    }

    /// This book less a place's coverage: for tests that prove a row is missed.
    #[doc(hidden)]
    #[must_use]
    pub fn without_coverage(&self, place: Place) -> Option<Self> {
        let code = place.to_string();
        let mut draft = self.0.draft.clone();
        for (file, row) in &mut draft.covered {
            if row.places.contains(&code) {
                row.places.retain(|covered| *covered != code);
                // Its rules stay, and may name it.
                let known = (file.clone(), code.clone());
                draft.known.push(known);
            }
        }
        Book::new(draft, self.0.digest(), &["without", &code]).ok().map(|book| Self(Arc::new(book)))
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
    pub fn coverage_on_day(&self, place: Place, day: i64) -> Option<&Coverage> {
        self.law_of(place).coverage.as_ref().filter(|row| row.holds_on_day(day) && day < self.0.until)
    }

    /// All rows of coverage, by place.
    #[must_use]
    pub fn covered(&self) -> &[Coverage] {
        &self.0.coverage
    }

    /// The least releases of the time zone data.
    #[must_use]
    pub fn minimums(&self) -> &[ZoneMinimum] {
        &self.0.minimums
    }

    /// The calendars, by id.
    #[must_use]
    pub fn calendars(&self) -> &[Arc<Calendar>] {
        &self.0.calendars
    }
}
