//! Dates and times as people write them.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, Timelike, Utc};

use crate::{
    law::Language,
    place::{Zone, ZoneTable},
};

const ENGLISH_DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const FRENCH_DAYS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
const ENGLISH_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const FRENCH_MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];

/// `Tuesday`, `mardi`; days are counted from Monday = 0.
pub(super) fn weekday(from_monday: u32, language: Language) -> &'static str {
    let days = language.pick(&ENGLISH_DAYS, &FRENCH_DAYS);
    usize::try_from(from_monday).ok().and_then(|day| days.get(day)).copied().unwrap_or("")
}

/// `3 March`, `1er mars`.
fn day_of_month(date: NaiveDate, language: Language) -> String {
    let months = language.pick(&ENGLISH_MONTHS, &FRENCH_MONTHS);
    let month = usize::try_from(date.month0()).ok().and_then(|month| months.get(month)).unwrap_or(&"");
    match (language, date.day()) {
        (Language::French, 1) => format!("1er {month}"),
        (_, day) => format!("{day} {month}"),
    }
}

/// `3 March 2026`, `3 mars 2026`.
pub(super) fn date(date: NaiveDate, language: Language) -> String {
    format!("{} {}", day_of_month(date, language), date.year())
}

/// `15:04`, `15 h 04`.
pub(super) fn clock(hour: u32, minute: u32, second: u32, language: Language) -> String {
    match (language, minute, second) {
        (Language::English, _, 0) => format!("{hour:02}:{minute:02}"),
        (Language::English, ..) => format!("{hour:02}:{minute:02}:{second:02}"),
        (Language::French, 0, 0) => format!("{hour}\u{a0}h"),
        (Language::French, _, 0) => format!("{hour}\u{a0}h\u{a0}{minute:02}"),
        (Language::French, ..) => format!("{hour}\u{a0}h\u{a0}{minute:02}\u{a0}min\u{a0}{second:02}\u{a0}s"),
    }
}

fn face(at: NaiveDateTime, year: bool, language: Language) -> String {
    let day = weekday(at.weekday().num_days_from_monday(), language);
    let date = if year { date(at.date(), language) } else { day_of_month(at.date(), language) };
    let clock = clock(at.hour(), at.minute(), at.second(), language);
    format!("{day} {date}{}{clock}", language.pick(", ", " à "))
}

/// `Tuesday 3 March 2026, 15:04 UTC`, `mardi 3 mars 2026 à 15 h 04 UTC`.
pub(super) fn utc(at: DateTime<Utc>, language: Language) -> String {
    format!("{} UTC", face(at.naive_utc(), true, language))
}

/// The same by a zone's clock, if the table knows it there.
pub(super) fn local(
    at: DateTime<Utc>,
    zone: Zone,
    table: &ZoneTable,
    year: bool,
    language: Language,
) -> Option<String> {
    Some(face(shifted(at, zone, table)?.naive_local(), year, language))
}

/// The instant with the offset that holds in a zone.
pub(super) fn shifted(at: DateTime<Utc>, zone: Zone, table: &ZoneTable) -> Option<DateTime<FixedOffset>> {
    let offset = table.span(zone, at.timestamp())?.offset;
    Some(at.with_timezone(&FixedOffset::east_opt(offset)?))
}

/// `UTC−5`, `UTC+5:30`.
pub(super) fn offset(seconds: i32) -> String {
    let sign = if seconds < 0 { '−' } else { '+' };
    let (hours, minutes) = (seconds.unsigned_abs() / 3_600, seconds.unsigned_abs() / 60 % 60);
    match (hours, minutes) {
        (0, 0) => "UTC".to_owned(),
        (_, 0) => format!("UTC{sign}{hours}"),
        _ => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_people_write_them() {
        let at: DateTime<Utc> = "2026-03-03T15:04:00Z".parse().unwrap();
        assert_eq!(utc(at, Language::English), "Tuesday 3 March 2026, 15:04 UTC");
        assert_eq!(utc(at, Language::French), "mardi 3 mars 2026 à 15\u{a0}h\u{a0}04 UTC");
        let first: DateTime<Utc> = "2026-08-01T00:00:09Z".parse().unwrap();
        assert_eq!(utc(first, Language::English), "Saturday 1 August 2026, 00:00:09 UTC");
        assert!(utc(first, Language::French).starts_with("samedi 1er août 2026 à 0\u{a0}h\u{a0}00"));
        assert_eq!(clock(21, 0, 0, Language::French), "21\u{a0}h");
        assert_eq!([0, -18_000, 20_700, -34_200].map(offset), ["UTC", "UTC−5", "UTC+5:45", "UTC−9:30"]);
    }
}
