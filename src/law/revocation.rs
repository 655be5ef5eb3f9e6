use std::sync::Arc;

use super::{Calendar, rule::names};

names! {
    /// How far a revocation goes that names nothing more.
    pub enum Extent {
        /// The program whose message it answers.
        Program = "program",
        /// Everything that the sender sends.
        All = "all",
    }
}

/// What ends a consent, by when that is honoured at the latest, and what may be said about it.
///
/// optin honours a revocation at once, in whatever words; the latest moment is for judging what others sent.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Revocation {
    /// Words that the source itself lists, in lower case; empty: it lists none.
    pub keywords: Vec<String>,
    /// Whether whatever else a reasonable person reads as a revocation is one.
    pub any_words: bool,
    /// Whether it counts by whatever channel it comes.
    pub any_channel: bool,
    /// By when it is honoured at the latest; `None`: no count of days is given.
    pub within: Option<Deadline>,
    /// How many confirmations may be sent; `None`: nothing is said.
    pub confirmations: Option<u8>,
    /// In how many minutes a confirmation must go.
    pub confirm_within_minutes: Option<u16>,
    /// Whether the confirmation may ask which of several programs is meant. Silence ends all.
    pub may_clarify: bool,
    /// Whether a class of messages may be named, and ends alone.
    pub by_class: bool,
    /// In how many days the person is told that it was done.
    pub told_within_days: Option<u16>,
    /// How far it goes.
    pub ends: Extent,
}

/// A number of days after the day of an event.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Deadline {
    /// How many.
    pub days: u16,
    /// Whether weekends do not count.
    pub business: bool,
    /// Whose days do not count either.
    pub holidays: Option<Arc<Calendar>>,
}

impl Deadline {
    /// Whether a day still lies in the period after the day of the event, which itself does not count; both counted from
    /// 1970-01-01. A calendar that does not reach the day has no holidays: the period is then the shorter.
    #[must_use]
    pub fn holds(&self, event: i64, day: i64) -> bool {
        let days = i64::from(self.days);
        if !self.business {
            return day - event <= days;
        }
        // No period of so many business days lasts longer.
        if day - event > days * 3 + 14 {
            return false;
        }
        let is_off = |day: i64| {
            let weekend = (day + 3).rem_euclid(7) >= 5;
            weekend || self.holidays.as_ref().and_then(|list| list.is_holiday_on_day(day)).unwrap_or(false)
        };
        let counted = (event + 1..=day).filter(|day| !is_off(*day)).count();
        i64::try_from(counted).is_ok_and(|counted| counted <= days)
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::law::Rulebook;

    fn day(text: &str) -> i64 {
        text.parse::<NaiveDate>().unwrap().signed_duration_since(NaiveDate::default()).num_days()
    }

    #[test]
    fn ten_business_days_pass_over_weekends_and_federal_holidays() {
        let book = Rulebook::builtin();
        let federal = book.calendars().iter().find(|calendar| calendar.id() == "US-FEDERAL").cloned();
        let within = Deadline { days: 10, business: true, holidays: federal };
        let inside = |event: &str, at: &str| within.holds(day(event), day(at));
        // STOP on Friday 2025-06-13; Juneteenth (Thu 19) does not count: the tenth day is Mon 2025-06-30.
        assert!(inside("2025-06-13", "2025-06-30"));
        assert!(!inside("2025-06-13", "2025-07-01"));
        // Without a holiday: STOP on Mon 2025-08-04, tenth day Mon 2025-08-18.
        assert!(inside("2025-08-04", "2025-08-18"));
        assert!(!inside("2025-08-04", "2025-08-19"));
        assert!(inside("2025-08-04", "2025-08-04"));
    }

    #[test]
    fn calendar_days_count_all() {
        let within = Deadline { days: 15, business: false, holidays: None };
        assert!(within.holds(100, 115));
        assert!(!within.holds(100, 116));
    }
}
