use std::ops::RangeInclusive;

use chrono::{Datelike, NaiveDate, Weekday};

use super::{
    Confidence,
    dayrule::{DayRule, moved},
    rule::epoch_day,
};

/// The years of which a calendar knows the days: those of the zone table, and one at each end for the local
/// dates beside them.
const YEARS: RangeInclusive<i32> = 2009..=2046;

/// One day off.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CalendarDay {
    /// Its date.
    pub date: NaiveDate,
    /// Its name.
    pub name: String,
}

/// A named list of holidays, computed at load for the years 2009 to 2046.
#[derive(Clone, PartialEq)]
pub struct Calendar {
    id: String,
    citation: String,
    confidence: Confidence,
    note: String,
    days: Vec<CalendarDay>,
    /// The epoch days of the first bit and of the end, and one bit a day.
    first: i64,
    end: i64,
    bits: Vec<u64>,
}

/// What a calendar's file says of one holiday.
#[derive(Debug, Clone)]
pub(super) struct Feast {
    pub(super) name: String,
    pub(super) rule: Option<DayRule>,
    /// Dates given one by one, for what no rule finds.
    pub(super) dates: Vec<NaiveDate>,
    /// If it falls on this weekday, the day so many days off is a holiday too.
    pub(super) shifts: Vec<(Weekday, i64)>,
    pub(super) years: RangeInclusive<i32>,
    pub(super) even_years_only: bool,
}

impl Feast {
    fn days(&self) -> impl Iterator<Item = CalendarDay> + '_ {
        // One year more: a shift can move a day back over New Year.
        let found = (*YEARS.start()..=YEARS.end() + 1)
            .filter(|year| self.years.contains(year) && !(self.even_years_only && year % 2 != 0))
            .filter_map(|year| self.rule?.in_year(year));
        found.chain(self.dates.iter().copied()).flat_map(|date| {
            let day = |date, suffix| CalendarDay { date, name: format!("{}{suffix}", self.name) };
            let observed = self.shifts.iter().filter(move |(weekday, _)| *weekday == date.weekday());
            std::iter::once(day(date, ""))
                .chain(observed.filter_map(move |&(_, by)| Some(day(moved(date, by)?, " (observed)"))))
        })
    }
}

/// Who says that a calendar's days are holidays.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) id: String,
    pub(super) citation: String,
    pub(super) confidence: Confidence,
    pub(super) note: String,
}

impl Calendar {
    /// The calendar of these holidays and of all days of the calendars it includes.
    pub(super) fn new<'a>(
        source: Source,
        feasts: &[Feast],
        included: impl Iterator<Item = &'a Self>,
    ) -> Self {
        let Source { id, citation, confidence, note } = source;
        let mut days: Vec<_> = feasts
            .iter()
            .flat_map(Feast::days)
            .filter(|day| YEARS.contains(&day.date.year()))
            .chain(included.flat_map(|calendar| calendar.days.iter().cloned()))
            .collect();
        days.sort_by(|a, b| (a.date, &a.name).cmp(&(b.date, &b.name)));
        days.dedup_by(|b, a| a.date == b.date);

        let new_year = |year| NaiveDate::from_ymd_opt(year, 1, 1).map_or(0, epoch_day);
        let (first, end) = (new_year(*YEARS.start()), new_year(*YEARS.end() + 1));
        let mut bits = vec![0u64; usize::try_from((end - first) / 64).unwrap_or(0) + 1];
        for day in &days {
            let at = usize::try_from(epoch_day(day.date) - first).unwrap_or(usize::MAX);
            if let Some(word) = bits.get_mut(at / 64) {
                *word |= 1 << (at % 64);
            }
        }
        Self { id, citation, confidence, note, days, first, end, bits }
    }

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
        if !(self.first..self.end).contains(&day) {
            return None;
        }
        let at = usize::try_from(day - self.first).ok()?;
        self.bits.get(at / 64).map(|word| word >> (at % 64) & 1 != 0)
    }
}

impl std::fmt::Debug for Calendar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Calendar({}, {} days)", self.id, self.days.len())
    }
}
