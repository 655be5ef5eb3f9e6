use std::sync::Arc;

use chrono::NaiveDate;

use super::{Coverage, Rule, Rulebook, ZoneMinimum};
use crate::place::Place;

/// Something that is other from a date on.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Change {
    /// The first local date of it.
    pub on: NaiveDate,
    /// What.
    pub what: Changed,
}

/// What changes on a date.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Changed {
    /// A rule comes into force.
    Begins(Arc<Rule>),
    /// A rule is no longer in force, and nothing of its id takes its place.
    Ends(Arc<Rule>),
    /// The next dated version of a rule takes the place of the one before.
    Replaced {
        /// The version that ends.
        before: Arc<Rule>,
        /// The version that begins.
        after: Arc<Rule>,
    },
    /// The book begins to answer for a place.
    Covered(Coverage),
    /// Older releases of the time zone data are wrong.
    ZoneData(ZoneMinimum),
    /// The book answers for nothing any more.
    BookEnds,
}

impl Change {
    /// Whether it may touch somebody at this place: a rule that [reaches](Rulebook::reaches) it, its coverage, or what
    /// is about every place.
    #[must_use]
    pub fn concerns(&self, book: &Rulebook, place: Place) -> bool {
        match &self.what {
            Changed::Begins(rule) | Changed::Ends(rule) => book.reaches(rule, place),
            Changed::Replaced { before, after } => book.reaches(before, place) || book.reaches(after, place),
            Changed::Covered(row) => row.place == place,
            Changed::ZoneData(_) | Changed::BookEnds => true,
        }
    }
}

impl Rulebook {
    /// What changes after the date `from`, up to and including the date `to`, by date and id. Empty if `to` is not
    /// after `from`.
    ///
    /// ```
    /// use optin::law::{Changed, Rulebook};
    /// let book = Rulebook::builtin();
    /// let year = book.changes("2024-12-31".parse()?, "2025-12-31".parse()?);
    /// let begins = |id| year.iter().any(|change| match &change.what {
    ///     Changed::Begins(rule) => rule.id == id,
    ///     _ => false,
    /// });
    /// assert!(begins("US-TX-DNC") && !begins("US-FED-HOURS"));
    /// assert!(book.changes("2025-12-31".parse()?, "2024-12-31".parse()?).is_empty());
    /// # Ok::<(), chrono::ParseError>(())
    /// ```
    #[must_use]
    pub fn changes(&self, from: NaiveDate, to: NaiveDate) -> Vec<Change> {
        let within = |on: NaiveDate| from < on && on <= to;
        let mut found = Vec::new();
        let mut put = |on: Option<NaiveDate>, what: Changed| {
            found.extend(on.filter(|on| within(*on)).map(|on| Change { on, what }));
        };
        for versions in self.rules().chunk_by(|a, b| a.id == b.id) {
            let next = versions.iter().skip(1).map(Some).chain([None]);
            let mut follows = false;
            for (rule, next) in versions.iter().zip(next) {
                if !follows {
                    put(rule.from, Changed::Begins(rule.clone()));
                }
                let next = next.filter(|next| rule.to.is_some() && next.from == rule.to);
                follows = next.is_some();
                match next {
                    Some(after) => {
                        put(rule.to, Changed::Replaced { before: rule.clone(), after: after.clone() });
                    }
                    None => put(rule.to, Changed::Ends(rule.clone())),
                }
            }
        }
        self.covered().iter().for_each(|row| put(Some(row.from), Changed::Covered(row.clone())));
        self.minimums().iter().for_each(|row| put(Some(row.from), Changed::ZoneData(row.clone())));
        put(self.until(), Changed::BookEnds);
        found.sort_by_key(|change| change.on);
        found
    }

    /// Whether a rule binds a recipient who may be in this place: its own, around it, or, as a country alone leaves
    /// the part open, in it.
    #[must_use]
    pub fn reaches(&self, rule: &Rule, place: Place) -> bool {
        rule.places.iter().any(|&of| self.0.reaches(of, place))
    }

    /// The first day that the book answers for nothing any more; `None`: it names none.
    #[must_use]
    pub fn until(&self) -> Option<NaiveDate> {
        let days = i32::try_from(self.0.until).ok()?.checked_add(719_163)?;
        NaiveDate::from_num_days_from_ce_opt(days)
    }
}

impl Rulebook {
    /// Every place that a rule names or that the book covers, sorted.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        let named = self.rules().iter().flat_map(|rule| rule.places.iter().copied());
        let mut places: Vec<_> = self.covered().iter().map(|row| row.place).chain(named).collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// The date of the facts.
    #[must_use]
    pub fn as_of(&self) -> Option<NaiveDate> {
        self.0.draft.as_of.parse().ok()
    }
}
