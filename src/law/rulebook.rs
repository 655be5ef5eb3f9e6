use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;

use super::{
    Calendar, Coverage, KindLaw, Rule, RulebookError, Waived, WaivedBy, Waiver, WaiverError, ZoneMinimum,
    book::Book, data, load::Draft, rule::epoch_day,
};
use crate::{
    message::Kind,
    place::{Place, Zone},
};

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
    /// The same by kind of message, in the order of [`Kind::ALL`].
    pub(super) by_kind: [KindLaw; Kind::ALL.len()],
    /// The first day that the book answers for, and the first that it no longer does.
    pub(super) answers: (i64, i64),
}

impl PlaceLaw {
    /// What of it speaks of this kind of message.
    pub(crate) const fn of(&self, kind: Kind) -> &KindLaw {
        let [marketing, transactional, conversational, authentication, service] = &self.by_kind;
        match kind {
            Kind::Marketing => marketing,
            Kind::Transactional => transactional,
            Kind::Conversational => conversational,
            Kind::Authentication => authentication,
            Kind::Service => service,
        }
    }

    /// Whether the book covers the place on this day, counted from 1970-01-01.
    pub(crate) const fn covers_day(&self, day: i64) -> bool {
        self.answers.0 <= day && day < self.answers.1
    }
}

/// The law, at one version: immutable, cheap to clone.
#[derive(Debug, Clone)]
pub struct Rulebook(pub(super) Arc<Book>);

impl Rulebook {
    /// The book compiled into the library. Built once; a clone afterwards.
    ///
    /// Should the compiled-in files not load (a test proves that they do), the book is empty: it covers no
    /// place, so everything defers.
    #[must_use]
    pub fn builtin() -> Self {
        static BOOK: OnceLock<Rulebook> = OnceLock::new();
        let read = || Self::read(Draft::default(), data::FILES);
        BOOK.get_or_init(|| read().unwrap_or_else(|_| Self(Arc::default()))).clone()
    }

    /// A book of these files only, as pairs of name and content; a later file's entries replace an earlier's. Nothing
    /// of the compiled-in book is in it, and [`waivers`](Self::waivers) says so.
    ///
    /// # Errors
    /// As for [`with_overlay`](Self::with_overlay).
    pub fn from_files(files: &[(&str, &str)]) -> Result<Self, RulebookError> {
        let (what, names) = (Waived::Book, files.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        let (id, by) = (what.code().to_owned(), WaivedBy::File(names.join(", ")));
        let waivers = vec![Waiver { what, id, by, rules: Vec::new() }];
        Self::read(Draft { waivers, ..Draft::default() }, files)
    }

    fn read(mut draft: Draft, files: &[(&str, &str)]) -> Result<Self, RulebookError> {
        for (name, toml) in files {
            draft.add(name, toml)?;
        }
        let content: Vec<&str> = files.iter().flat_map(|&(name, toml)| [name, toml]).collect();
        Book::new(draft, &[0; 32], &content).map(|book| Self(Arc::new(book)))
    }

    /// This book with a host's file of rules, calendars and coverage over it: an id that the book holds is
    /// replaced, with all its dated versions; any other is added. What it replaces is among the
    /// [`waivers`](Self::waivers), and each [`Messenger`](crate::Messenger) puts it on record.
    ///
    /// # Errors
    /// The file does not parse, or an entry in it does not hold; the error names file, line, entry and field.
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
    /// assert_eq!(refused.to_string(), "shop.toml:12: SHOP-SUNDAY: windows: a window cannot open and close at one time");
    /// # Ok::<(), optin::law::RulebookError>(())
    /// ```
    pub fn with_overlay(&self, file_name: &str, toml: &str) -> Result<Self, RulebookError> {
        let mut draft = self.0.draft.clone();
        draft.overlay(file_name, toml, self.rules())?;
        Book::new(draft, self.0.digest(), &[file_name, toml]).map(|book| Self(Arc::new(book)))
    }

    /// This book less a rule, which [`danger::without_rule`](crate::danger::without_rule) is for.
    pub(crate) fn switched_off(&self, id: &str, reason: &str) -> Result<Self, WaiverError> {
        let rules: Vec<_> = self.rules().iter().filter(|rule| rule.id == id).cloned().collect();
        if rules.is_empty() {
            return Err(WaiverError::NoSuchRule(id.to_owned()));
        }
        if reason.trim().is_empty() {
            return Err(WaiverError::NoReason(id.to_owned()));
        }
        let held = self.waivers().iter().find(|held| held.what == Waived::Rule && held.id == id);
        let rules = held.map_or(rules, |held| held.rules.clone());
        let mut draft = self.0.draft.clone();
        draft.rules.retain(|(_, rule)| rule.id != id);
        draft.waivers.retain(|waiver| (waiver.what, waiver.id.as_str()) != (Waived::Rule, id));
        let by = WaivedBy::Reason(reason.to_owned());
        draft.waivers.push(Waiver { what: Waived::Rule, id: id.to_owned(), by, rules });
        Ok(Self(Arc::new(Book::new(draft, self.0.digest(), &["without_rule", id, reason])?)))
    }

    /// What a host switched off or put its own in the place of; empty for the compiled-in book.
    #[must_use]
    pub fn waivers(&self) -> &[Waiver] {
        &self.0.draft.waivers
    }

    /// This book less a rule: for tests that prove a rule is missed.
    #[doc(hidden)]
    #[must_use]
    pub fn without(&self, id: &str) -> Option<Self> {
        self.switched_off(id, "a test proves that it is missed").ok()
    }

    /// The date of the facts and a digest of the content: `2026-11-21+ab12cd34`.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.0.version
    }

    /// The same, shared.
    pub(crate) fn shared_version(&self) -> Arc<str> {
        Arc::clone(&self.0.version)
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
        let law = self.law_of(place);
        law.coverage.as_ref().filter(|_| law.covers_day(day))
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

    /// Whether no zone needs a newer release of the zone data than this, on whatever date.
    pub(crate) fn is_new_enough(&self, release: &str) -> bool {
        self.0.newest.as_deref().is_none_or(|newest| is_at_least(release, newest))
    }

    /// The least releases for this zone that are newer than this one, by date.
    pub(crate) fn newer_than<'b>(
        &'b self,
        release: &'b str,
        zone: Zone,
    ) -> impl Iterator<Item = &'b ZoneMinimum> {
        let of = self.0.minimums.iter().filter(move |row| row.zones.contains(&zone));
        of.filter(move |row| !is_at_least(release, &row.release))
    }

    /// The calendars, by id.
    #[must_use]
    pub fn calendars(&self) -> &[Arc<Calendar>] {
        &self.0.calendars
    }
}

/// Whether a release is this one or a later one. What is not the name of a release is no release at all.
fn is_at_least(release: &str, least: &str) -> bool {
    crate::place::is_release(release) && release >= least
}
