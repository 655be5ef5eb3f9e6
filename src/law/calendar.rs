use chrono::NaiveDate;

use super::{Confidence, rule::epoch_day};

/// The first and last year of which a calendar knows the days.
const YEARS: std::ops::RangeInclusive<i32> = 2010..=2046;

/// One day off.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CalendarDay {
    /// Its date.
    pub date: NaiveDate,
    /// Its name.
    pub name: String,
}

/// A named list of holidays, computed at load for the years 2010 to 2046.
#[derive(Clone, PartialEq)]
pub struct Calendar {
    id: String,
    citation: String,
    confidence: Confidence,
    note: String,
    days: Vec<CalendarDay>,
    /// Epoch day of the first bit, and one bit a day.
    first: i64,
    bits: Vec<u64>,
}

impl Calendar {
    /// Its stable name, such as `US-PA`.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The passage that makes these days holidays.
    #[must_use]
    pub fn citation(&self) -> &str {
        &self.citation
    }

    /// How well the list is sourced.
    #[must_use]
    pub const fn confidence(&self) -> Confidence {
        self.confidence
    }

    /// What a reader should know; empty if nothing.
    #[must_use]
    pub fn note(&self) -> &str {
        &self.note
    }

    /// Every day of it, by date.
    #[must_use]
    pub fn days(&self) -> &[CalendarDay] {
        &self.days
    }

    /// Whether this local date is a holiday; `None` outside the years the calendar knows.
    #[must_use]
    pub fn is_holiday(&self, date: NaiveDate) -> Option<bool> {
        self.is_holiday_on_day(epoch_day(date))
    }

    /// The same for a day counted from 1970-01-01.
    #[must_use]
    pub fn is_holiday_on_day(&self, day: i64) -> Option<bool> {
        let at = usize::try_from(day - self.first).ok()?;
        self.bits.get(at / 64).map(|word| word >> (at % 64) & 1 != 0)
    }
}

impl std::fmt::Debug for Calendar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Calendar({}, {} days)", self.id, self.days.len())
    }
}
