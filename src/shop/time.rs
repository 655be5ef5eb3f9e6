use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The earliest and the latest moment that a written time can mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) earliest: DateTime<Utc>,
    pub(super) latest: DateTime<Utc>,
}

impl Moment {
    const fn exactly(at: DateTime<Utc>) -> Self {
        Self { earliest: at, latest: at }
    }

    /// Whether it is one day, wherever on earth.
    pub(super) fn is_narrow(self) -> bool {
        self.latest - self.earliest <= Duration::days(3)
    }

    pub(super) fn is_exact(self) -> bool {
        self.earliest == self.latest
    }
}

/// In which order an export writes day and month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Order {
    /// Not known: both are possible.
    #[default]
    Either,
    MonthFirst,
    DayFirst,
}

/// How an export writes its times.
#[derive(Debug, Clone, Copy, Default, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Writing {
    /// Its vendor says that times without a zone are in UTC.
    #[serde(default)]
    pub(super) utc: bool,
    #[serde(default)]
    pub(super) order: Order,
}

/// Clocks on earth show from 12 hours behind UTC to 14 hours before it.
const AHEAD: Duration = Duration::hours(14);
const BEHIND: Duration = Duration::hours(12);

/// Reads a time; `None` when it is none.
pub(super) fn read(text: &str, writing: Writing) -> Option<Moment> {
    let text = text.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(text).or_else(|_| DateTime::parse_from_rfc2822(text)) {
        return sane(Moment::exactly(at.to_utc()));
    }
    if let Some(at) = unix(text) {
        return sane(Moment::exactly(at));
    }
    let parts = Parts::of(text)?;
    let (first, last) = parts.days(writing.order)?;
    let (start, end) = match parts.time {
        Some(time) => (time, time),
        None => (NaiveTime::MIN, NaiveTime::from_hms_opt(23, 59, 59)?),
    };
    let zone = parts.zone.or(writing.utc.then_some(Duration::zero()));
    let (ahead, behind) = zone.map_or((AHEAD, BEHIND), |zone| (zone, -zone));
    let (first, last) = (first.and_time(start).and_utc(), last.and_time(end).and_utc());
    Some(Moment { earliest: first - ahead, latest: last + behind })
}

/// In which order a date must have been written, if only one makes a date of it.
pub(super) fn order(text: &str) -> Option<Order> {
    let parts = Parts::of(text.trim())?;
    match (parts.days(Order::DayFirst), parts.days(Order::MonthFirst)) {
        _ if parts.sure => None,
        (Some(_), None) => Some(Order::DayFirst),
        (None, Some(_)) => Some(Order::MonthFirst),
        _ => None,
    }
}

/// Whether what is no time names a year that has not come.
pub(super) fn names_a_later_year(text: &str, now: DateTime<Utc>) -> bool {
    let years = text.split(|c: char| !c.is_ascii_digit()).filter(|part| part.len() == 4);
    years.filter_map(|year| year.parse::<i32>().ok()).any(|year| (now.year() + 1..2200).contains(&year))
}

fn sane(moment: Moment) -> Option<Moment> {
    (1990..2200).contains(&moment.earliest.year()).then_some(moment)
}

/// Seconds, milliseconds or microseconds since 1970, or the days since 1899-12-30 of a spreadsheet.
fn unix(text: &str) -> Option<DateTime<Utc>> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let number: i64 = whole.parse().ok()?;
    match whole.len() {
        10 => DateTime::from_timestamp(number, 0),
        13 => DateTime::from_timestamp_millis(number),
        16 => DateTime::from_timestamp_micros(number),
        _ => None,
    }
}

/// A written date and time, taken apart.
#[derive(Debug, Default)]
struct Parts {
    /// Year, month and day as far as they are known by name or place.
    year: Option<i32>,
    month: Option<u32>,
    /// Day and month, or month and day.
    two: Vec<u32>,
    /// Their order is not open.
    sure: bool,
    day: Option<NaiveDate>,
    time: Option<NaiveTime>,
    zone: Option<Duration>,
}

/// Months by the letters that tell them apart, English and French, without accents.
const MONTHS: [(&str, u32); 18] = [
    ("jan", 1),
    ("feb", 2),
    ("fev", 2),
    ("mar", 3),
    ("apr", 4),
    ("avr", 4),
    ("may", 5),
    ("mai", 5),
    ("jun", 6),
    ("juin", 6),
    ("jul", 7),
    ("juil", 7),
    ("aug", 8),
    ("aou", 8),
    ("sep", 9),
    ("oct", 10),
    ("nov", 11),
    ("dec", 12),
];

/// Words that belong to no part of a date.
const FILLERS: [&str; 24] = [
    "at", "on", "the", "of", "a", "le", "de", "du", "t", "mon", "tue", "tues", "wed", "thu", "thur", "fri",
    "sat", "sun", "lun", "mer", "jeu", "ven", "sam", "dim",
];

/// Zones by the letters that exports write, in minutes before UTC. Source: IANA tz, abbreviations of North America
/// and Europe; those of two zones are left out.
const ZONES: [(&str, i64); 14] = [
    ("utc", 0),
    ("gmt", 0),
    ("z", 0),
    ("est", -300),
    ("edt", -240),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
    ("cet", 60),
    ("cest", 120),
    ("wet", 0),
    ("west", 60),
];

impl Parts {
    fn of(text: &str) -> Option<Self> {
        if text.len() > 80 {
            return None;
        }
        let mut parts = Self::default();
        if let Some(serial) = serial(text) {
            (parts.day, parts.time, parts.sure) = (Some(serial.date()), Some(serial.time()), true);
            return Some(parts);
        }
        let mut afternoon = None;
        let text = separated(text);
        for word in text.split_whitespace() {
            let known = parts.offset(word)
                || parts.date(word)
                || parts.clock(word)
                || parts.named(word)
                || half(word).map(|half| afternoon = Some(half)).is_some();
            if !known {
                return None;
            }
        }
        if let (Some(afternoon), Some(time)) = (afternoon, parts.time) {
            let hour = match (afternoon, time.hour()) {
                (_, 13..) => time.hour(),
                (false, 12) => 0,
                (true, hour) if hour < 12 => hour + 12,
                (_, hour) => hour,
            };
            parts.time = time.with_hour(hour);
        }
        Some(parts)
    }

    /// `2025-03-04`, `04/03/2025`, `4.3.25`, `04-Mar-2025`, `20250304`, `4`, `2025`.
    fn date(&mut self, word: &str) -> bool {
        let pieces: Vec<&str> = word.split(['/', '-', '.']).filter(|piece| !piece.is_empty()).collect();
        let number = |piece: &str| piece.parse::<u32>().ok().filter(|_| piece.len() <= 4);
        match pieces.as_slice() {
            [year, month, day] if year.len() == 4 => {
                let known = number(month).or_else(|| month_named(month)).zip(number(day));
                let day =
                    known.and_then(|(month, day)| NaiveDate::from_ymd_opt(year.parse().ok()?, month, day));
                (self.day, self.sure) = (day, true);
                day.is_some()
            }
            [day, month, year] if month_named(month).is_some() => {
                (self.month, self.sure) = (month_named(month), true);
                self.piece(day) && self.piece(year)
            }
            [a, b, year] if matches!(year.len(), 2 | 4) => {
                let (Some(a), Some(b), Some(year)) = (number(a), number(b), number(year)) else {
                    return false;
                };
                self.two = vec![a, b];
                self.year = Some(full(year));
                true
            }
            [digits] if digits.len() == 8 && digits.starts_with("20") => {
                self.day = NaiveDate::parse_from_str(digits, "%Y%m%d").ok();
                self.sure = true;
                self.day.is_some()
            }
            [piece] => self.piece(piece),
            _ => false,
        }
    }

    /// A day or a year beside the name of a month.
    fn piece(&mut self, piece: &str) -> bool {
        let digits = piece.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let suffix = piece.get(digits.len()..).unwrap_or_default();
        let Ok(number) = digits.parse::<u32>() else { return false };
        if !["", "st", "nd", "rd", "th", "er"].contains(&suffix) {
            return false;
        }
        match (digits.len(), self.two.len(), self.year) {
            (4, _, None) => self.year = i32::try_from(number).ok(),
            (1 | 2, 0, _) => self.two = vec![number],
            (2, 1, None) => self.year = Some(full(number)),
            _ => return false,
        }
        true
    }

    /// `14:05`, `14:05:06.789`, `14h05`, `2:05pm`.
    fn clock(&mut self, word: &str) -> bool {
        let word = word.replace('h', ":");
        let mut pieces = word.trim_end_matches(':').split(':');
        let mut next = || pieces.next().map_or(Some(0), |piece| piece.split('.').next()?.parse().ok());
        if self.time.is_some() || !word.contains(':') {
            return false;
        }
        let time = (next(), next(), next());
        if let (Some(hour), Some(minute), Some(second)) = time {
            self.time = NaiveTime::from_hms_opt(hour, minute, second);
        }
        self.time.is_some()
    }

    /// `+0100`, `+01:00`, `-05`, and `utc+2`.
    fn offset(&mut self, word: &str) -> bool {
        let word = word.strip_prefix("utc").or_else(|| word.strip_prefix("gmt")).unwrap_or(word);
        let Some(sign) = word.chars().next().filter(|c| matches!(c, '+' | '-')) else { return false };
        let digits: String = word.chars().filter(char::is_ascii_digit).collect();
        let (hours, minutes) = match digits.len() {
            1 | 2 => (digits.as_str(), "0"),
            4 => digits.split_at(2),
            _ => return false,
        };
        let (Ok(hours), Ok(minutes)) = (hours.parse::<i64>(), minutes.parse::<i64>()) else { return false };
        let ahead = Duration::minutes(hours * 60 + minutes);
        let sane = ahead <= AHEAD;
        self.zone = sane.then_some(if sign == '-' { -ahead } else { ahead });
        sane
    }

    fn named(&mut self, word: &str) -> bool {
        let word = word.trim_end_matches('.');
        if let Some((_, minutes)) = ZONES.iter().find(|(zone, _)| *zone == word) {
            self.zone = Some(Duration::minutes(*minutes));
            return true;
        }
        if FILLERS.contains(&word)
            || (word.len() > 4 && (word.ends_with("day") || word.ends_with("di")))
            || word == "dimanche"
        {
            return true;
        }
        // A zone by its place, which changes with the season: as if there were none.
        if word.contains('/') && word.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '/' | '_')) {
            return true;
        }
        if self.month.is_none() && month_named(word).is_some() {
            (self.month, self.sure) = (month_named(word), true);
            return true;
        }
        false
    }

    /// The first and the last day that it can be.
    fn days(&self, order: Order) -> Option<(NaiveDate, NaiveDate)> {
        let recent = |day: &NaiveDate| (1990..2200).contains(&day.year());
        let same = |day: NaiveDate| Some((day, day)).filter(|_| recent(&day));
        if let Some(day) = self.day {
            return same(day);
        }
        let year = self.year?;
        let (month_first, day_first) = match (self.month, self.two.as_slice()) {
            (Some(month), [day]) => return same(NaiveDate::from_ymd_opt(year, month, *day)?),
            (None, [a, b]) => (NaiveDate::from_ymd_opt(year, *a, *b), NaiveDate::from_ymd_opt(year, *b, *a)),
            _ => return None,
        };
        let (month_first, day_first) = (month_first.filter(recent), day_first.filter(recent));
        match order {
            Order::MonthFirst => same(month_first?),
            Order::DayFirst => same(day_first?),
            Order::Either => {
                let (one, other) = (month_first.or(day_first)?, day_first.or(month_first)?);
                Some((one.min(other), one.max(other)))
            }
        }
    }
}

/// In small letters without accents, with nothing between words but spaces.
fn separated(text: &str) -> String {
    let plain = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    let plain: String =
        plain.map(|c| if matches!(c, ',' | '[' | ']' | '(' | ')') { ' ' } else { c }).collect();
    let plain = plain.replace("a.m.", "am").replace("p.m.", "pm");
    let letters: Vec<char> = plain.chars().collect();
    let mut out = String::with_capacity(plain.len() + 4);
    for (at, c) in letters.iter().enumerate() {
        let digit = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(char::is_ascii_digit);
        let (before, after) = (digit(at.checked_sub(1)), digit(Some(at + 1)));
        let clock = out.rsplit(' ').next().is_some_and(|word| word.contains(':'));
        match c {
            't' if before && after => out.push(' '),
            'z' | 'a' | 'p' | 'u' | '+' | '-' if before && clock => {
                out.push(' ');
                out.push(*c);
            }
            c => out.push(*c),
        }
    }
    out
}

fn half(word: &str) -> Option<bool> {
    match word {
        "am" => Some(false),
        "pm" => Some(true),
        _ => None,
    }
}

fn month_named(word: &str) -> Option<u32> {
    let letters = word.trim_end_matches('.');
    if letters.len() < 3 || !letters.chars().all(|c| c.is_ascii_alphabetic()) {
        return None;
    }
    MONTHS.iter().find(|(month, _)| letters.starts_with(month)).map(|(_, number)| *number)
}

/// A year of two digits is one of this century.
fn full(year: u32) -> i32 {
    let year = i32::try_from(year).unwrap_or(0);
    if year < 100 { 2000 + year } else { year }
}

/// Days since 1899-12-30, as spreadsheets count them: 40000 is in 2009, 80000 in 2119.
fn serial(text: &str) -> Option<NaiveDateTime> {
    let days: f64 =
        text.replacen(',', ".", 1).parse().ok().filter(|days| (40_000.0..80_000.0).contains(days))?;
    let seconds = chrono::TimeDelta::try_milliseconds((days * 86_400_000.0).round() as i64)?;
    NaiveDate::from_ymd_opt(1899, 12, 30)?.and_time(NaiveTime::MIN).checked_add_signed(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, writing: Writing) -> Option<(String, String)> {
        let show = |at: DateTime<Utc>| at.format("%F %T").to_string();
        read(text, writing).map(|moment| (show(moment.earliest), show(moment.latest)))
    }

    fn both(a: &str, b: &str) -> Option<(String, String)> {
        Some((a.to_owned(), b.to_owned()))
    }

    #[test]
    fn a_time_is_read_as_widely_as_it_is_written() {
        let plain = Writing::default();
        let exact = both("2025-03-04 05:06:07", "2025-03-04 05:06:07");
        for text in [
            "2025-03-04T05:06:07Z",
            "2025-03-04T06:06:07+01:00",
            "2025-03-04 06:06:07 +0100",
            "2025-03-04 05:06:07 UTC",
            "1741064767",
            "1741064767000",
        ] {
            assert_eq!(shown(text, plain), exact, "{text}");
        }
        assert_eq!(shown("2025-03-04 05:06:07", Writing { utc: true, ..plain }), exact);
        assert_eq!(shown("2025-03-04 05:06:07", plain), both("2025-03-03 15:06:07", "2025-03-04 17:06:07"));
        assert_eq!(shown("2025-03-04", plain), both("2025-03-03 10:00:00", "2025-03-05 11:59:59"));
        let utc = Writing { utc: true, order: Order::Either };
        let known = both("2025-03-04 14:05:00", "2025-03-04 14:05:00");
        for text in [
            "4 mars 2025 à 14h05",
            "Tue, 4 Mar 2025 14:05:00 +0000",
            "mardi 4 mars 2025 14:05",
            "March 4th, 2025 at 2:05 PM",
            "Mar 4, 2025, 2:05pm",
            "04-Mar-2025 2:05 p.m.",
            "2025/03/04 14:05 UTC",
            "2025-03-04T14:05",
            "2025-03-04 15:05 CET",
            "2025-03-04 16:05 UTC+2",
            "2025-03-04 09:05:00-05:00",
            "2025-03-04T09:05:00 EST",
            "2025-03-04T15:05:00+01:00[Europe/Paris]",
        ] {
            assert_eq!(shown(text, utc), known, "{text}");
        }
        assert_eq!(shown("25/03/25 12h", utc), both("2025-03-25 12:00:00", "2025-03-25 12:00:00"));
        assert_eq!(shown("45720.5", utc), both("2025-03-04 12:00:00", "2025-03-04 12:00:00"));
        assert_eq!(shown("03/04/2025 12:00", utc), both("2025-03-04 12:00:00", "2025-04-03 12:00:00"));
        assert_eq!(shown("13/04/2025 12:00", utc), both("2025-04-13 12:00:00", "2025-04-13 12:00:00"));
        let day = Writing { utc: true, order: Order::DayFirst };
        assert_eq!(shown("03/04/2025 1:05 PM", day), both("2025-04-03 13:05:00", "2025-04-03 13:05:00"));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in
            ["", "yes", "2025-13-04", "31/02/2025", "12345", "0000-00-00 00:00:00", "4 mars", "99:99", "soon"]
        {
            assert_eq!(shown(text, Writing::default()), None, "{text}");
        }
    }
}
