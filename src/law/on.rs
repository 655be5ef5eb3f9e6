use std::sync::Arc;

use chrono::NaiveDate;

use super::{Coverage, Rule, Rulebook, Waived, Waiver, rule::epoch_day};
use crate::place::Place;

/// What is in force at a place on a date.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct InForce {
    /// The place.
    pub place: Place,
    /// The local date.
    pub date: NaiveDate,
    /// What is known of the place; `None`: the book does not answer for it on this date, and a decision defers.
    pub coverage: Option<Coverage>,
    /// The rules, by id, those about voice calls among them; of a whole country's, those of its parts too, as the
    /// part is unknown.
    pub rules: Vec<Arc<Rule>>,
    /// What of it a host switched off or replaced, with the rules that would be in force.
    pub waived: Vec<Waiver>,
}

impl Rulebook {
    /// What is in force for a recipient who may be in this place, on this local date.
    ///
    /// ```
    /// use optin::law::Rulebook;
    /// let book = Rulebook::builtin();
    /// let florida = book.on("US-FL".parse()?, "2025-06-01".parse()?);
    /// assert!(florida.coverage.is_some());
    /// assert!(florida.rules.iter().any(|rule| rule.id == "US-FL-HOURS"));
    ///
    /// let too_early = book.on("US-FL".parse()?, "1999-06-01".parse()?);
    /// assert!(too_early.coverage.is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn on(&self, place: Place, date: NaiveDate) -> InForce {
        let day = epoch_day(date);
        let rules: Vec<_> =
            self.law_of(place).rules.iter().filter(|rule| rule.in_force_on_day(day)).cloned().collect();
        let names = |rule: &Arc<Rule>, id: &str| {
            let hours = rule.hours.iter();
            let mut all = hours.flat_map(|hours| hours.holidays().iter().chain(hours.discouraged_holidays()));
            all.any(|calendar| calendar.id() == id)
        };
        let waived = self.waivers().iter().filter_map(|waiver| {
            let here = |rule: &&Arc<Rule>| rule.in_force_on_day(day) && self.reaches(rule, place);
            let gone: Vec<_> = waiver.rules.iter().filter(here).cloned().collect();
            let concerns = match waiver.what {
                Waived::Rule => !gone.is_empty(),
                Waived::Calendar => rules.iter().any(|rule| names(rule, &waiver.id)),
                Waived::Coverage => waiver.id == place.to_string(),
                Waived::Until | Waived::Book => true,
            };
            concerns.then(|| Waiver { rules: gone, ..waiver.clone() })
        });
        let waived = waived.collect();
        InForce { place, date, coverage: self.coverage_on_day(place, day).cloned(), rules, waived }
    }
}
