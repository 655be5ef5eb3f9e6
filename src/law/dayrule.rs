//! When a holiday falls: `12-25`, `3rd mon jan`, `last mon may`, `1st mon nov +1`, `easter-2`.

use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

/// How a holiday is found in a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DayRule {
    Fixed {
        month: u32,
        day: u32,
    },
    /// The nth such weekday of a month, 0 meaning the last, and so many days after it.
    Nth {
        nth: u8,
        weekday: Weekday,
        month: u32,
        plus: i64,
    },
    Easter {
        plus: i64,
    },
}

impl DayRule {
    /// Its date in this year; `None` if the year has no such day.
    pub(super) fn in_year(self, year: i32) -> Option<NaiveDate> {
        match self {
            Self::Fixed { month, day } => NaiveDate::from_ymd_opt(year, month, day),
            Self::Nth { nth: 0, weekday, month, plus } => {
                let first = NaiveDate::from_ymd_opt(year, month, 1)?.checked_add_months(Months::new(1))?;
                let back = (7 + first.pred_opt()?.weekday().num_days_from_monday()
                    - weekday.num_days_from_monday())
                    % 7;
                moved(first.pred_opt()?, plus - i64::from(back))
            }
            Self::Nth { nth, weekday, month, plus } => {
                moved(NaiveDate::from_weekday_of_month_opt(year, month, weekday, nth)?, plus)
            }
            Self::Easter { plus } => moved(easter(year)?, plus),
        }
    }
}

/// The date so many days on, or back.
pub(super) fn moved(date: NaiveDate, days: i64) -> Option<NaiveDate> {
    let by = Days::new(days.unsigned_abs());
    if days < 0 { date.checked_sub_days(by) } else { date.checked_add_days(by) }
}

/// Western Easter Sunday by the Gregorian computus (the anonymous algorithm, after Meeus).
fn easter(year: i32) -> Option<NaiveDate> {
    let (golden, century, rest) = (year % 19, year / 100, year % 100);
    let leap_centuries = century / 4;
    let moon_correction = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - leap_centuries - moon_correction + 15) % 30;
    let to_sunday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
    let late = (golden + 11 * epact + 22 * to_sunday) / 451;
    let sum = epact + to_sunday - 7 * late + 114;
    NaiveDate::from_ymd_opt(year, u32::try_from(sum / 31).ok()?, u32::try_from(sum % 31 + 1).ok()?)
}

impl FromStr for DayRule {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const BAD: &str = "a day is `12-25`, `3rd mon jan`, `last mon may`, `1st mon nov +1` or `easter-2`";
        if let Some(plus) = text.strip_prefix("easter") {
            let plus = if plus.is_empty() { 0 } else { plus.parse().map_err(|_| BAD)? };
            return Ok(Self::Easter { plus });
        }
        let words: Vec<&str> = text.split(' ').collect();
        match *words.as_slice() {
            [fixed] => {
                let (month, day) = fixed.split_once('-').ok_or(BAD)?;
                let (month, day) = (month.parse().map_err(|_| BAD)?, day.parse().map_err(|_| BAD)?);
                // Any leap year: the day has to exist at all.
                NaiveDate::from_ymd_opt(2000, month, day).ok_or(BAD)?;
                Ok(Self::Fixed { month, day })
            }
            [nth, weekday, month] => Self::nth(nth, weekday, month, 0).ok_or(BAD),
            [nth, weekday, month, plus] => {
                Self::nth(nth, weekday, month, plus.parse().map_err(|_| BAD)?).ok_or(BAD)
            }
            _ => Err(BAD),
        }
    }
}

impl DayRule {
    fn nth(nth: &str, weekday: &str, month: &str, plus: i64) -> Option<Self> {
        let nth = ["last", "1st", "2nd", "3rd", "4th"].iter().zip(0..).find(|(word, _)| **word == nth)?.1;
        let weekday = weekday.parse().ok()?;
        let month: chrono::Month = month.parse().ok()?;
        Some(Self::Nth { nth, weekday, month: month.number_from_month(), plus })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn falls(rule: &str, year: i32) -> String {
        rule.parse::<DayRule>().unwrap().in_year(year).unwrap().to_string()
    }

    #[test]
    fn days_fall_where_printed_calendars_have_them() {
        assert_eq!(falls("12-25", 2026), "2026-12-25");
        assert_eq!(falls("3rd mon jan", 2026), "2026-01-19");
        assert_eq!(falls("last mon may", 2026), "2026-05-25");
        assert_eq!(falls("last fri feb", 2024), "2024-02-23");
        assert_eq!(falls("4th thu nov", 2026), "2026-11-26");
        assert_eq!(falls("1st mon nov +1", 2022), "2022-11-08");
        assert_eq!(falls("easter-2", 2026), "2026-04-03");
        assert_eq!(falls("easter+39", 2026), "2026-05-14");
    }

    #[test]
    fn easter_falls_where_the_tables_have_it() {
        let known = [
            (2000, "04-23"),
            (2008, "03-23"),
            (2011, "04-24"),
            (2019, "04-21"),
            (2024, "03-31"),
            (2025, "04-20"),
        ];
        for (year, day) in known.into_iter().chain([(2030, "04-21"), (2035, "03-25"), (2038, "04-25")]) {
            assert_eq!(falls("easter", year), format!("{year}-{day}"));
        }
    }

    #[test]
    fn what_is_no_day_is_refused() {
        for text in [
            "",
            "13-01",
            "02-30",
            "5th mon jan",
            "3rd moon jan",
            "3rd mon",
            "easter-x",
            "easter 2",
            "1st mon nov 1 2",
        ] {
            assert!(text.parse::<DayRule>().is_err(), "{text}");
        }
    }
}
