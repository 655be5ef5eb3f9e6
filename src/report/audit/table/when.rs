//! When something happened, as files write it.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};

use super::RowFault;
use crate::place::{Zone, ZoneTable};

/// Between which instants a moment lies, as far as its text tells; both are one if it tells exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct When {
    pub(super) earliest: DateTime<Utc>,
    pub(super) latest: DateTime<Utc>,
    /// Why it is not exact.
    pub(super) doubt: Option<RowFault>,
}

impl When {
    const fn exact(at: DateTime<Utc>) -> Self {
        Self { earliest: at, latest: at, doubt: None }
    }

    /// The instant, if the text tells it.
    pub(super) fn exactly(self) -> Result<DateTime<Utc>, RowFault> {
        self.doubt.map_or(Ok(self.earliest), Err)
    }
}

/// By what clock and calendar bare texts are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock<'a> {
    pub(super) zone: Option<Zone>,
    pub(super) table: &'a ZoneTable,
    /// Whether the day stands before the month where slashes or dots part them; `None`: refused if it could be either.
    pub(super) day_first: Option<bool>,
}

/// Local time runs at most so far ahead of UTC and behind it.
const AHEAD: TimeDelta = TimeDelta::hours(14);
const BEHIND: TimeDelta = TimeDelta::hours(12);

impl Clock<'_> {
    pub(super) fn read(&self, text: &str) -> Result<When, RowFault> {
        let text = text.trim().trim_start_matches('\'').trim();
        if text.is_empty() {
            return Err(RowFault::TimeMissing);
        }
        if text.len() > 48 || !text.is_ascii() {
            return Err(RowFault::TimeUnread);
        }
        if let Some(at) = with_offset(text).or_else(|| epoch(text)) {
            return Ok(When::exact(at));
        }
        let (date, rest) = self.date(text)?;
        match rest.trim() {
            "" => self.day(date),
            rest => {
                let time = time_of_day(rest).ok_or(RowFault::TimeUnread)?;
                self.local(NaiveDateTime::new(date, time))
            }
        }
    }

    /// The date at the start of a text, and the rest.
    fn date<'t>(&self, text: &'t str) -> Result<(NaiveDate, &'t str), RowFault> {
        let end = text.find([' ', 'T', ',']).unwrap_or(text.len());
        let (head, rest) = text.split_at_checked(end).ok_or(RowFault::TimeUnread)?;
        let rest = rest.trim_start_matches([' ', 'T', ',']);
        if let Ok(date) = head.parse::<NaiveDate>() {
            return Ok((date, rest));
        }
        let parts: Vec<u32> = head.split(['/', '.', '-']).filter_map(|part| part.parse().ok()).collect();
        let [a, b, year] = parts.as_slice() else { return Err(RowFault::TimeUnread) };
        let day_first = match (*a > 12, *b > 12) {
            (true, false) => true,
            (false, true) => false,
            (false, false) if a == b => true,
            (false, false) => self.day_first.ok_or(RowFault::AmbiguousDate)?,
            (true, true) => return Err(RowFault::TimeUnread),
        };
        let (day, month) = if day_first { (*a, *b) } else { (*b, *a) };
        let year = i32::try_from(*year).ok().filter(|year| *year >= 1_970).ok_or(RowFault::TimeUnread)?;
        Ok((NaiveDate::from_ymd_opt(year, month, day).ok_or(RowFault::TimeUnread)?, rest))
    }

    /// A whole day.
    fn day(&self, date: NaiveDate) -> Result<When, RowFault> {
        let next = date.succ_opt().ok_or(RowFault::TimeUnread)?;
        let (from, until) =
            (self.local(date.and_time(NaiveTime::MIN))?, self.local(next.and_time(NaiveTime::MIN))?);
        let latest = until.latest - TimeDelta::milliseconds(1);
        Ok(When { earliest: from.earliest, latest, doubt: Some(RowFault::DateOnly) })
    }

    /// What a local clock shows.
    fn local(&self, local: NaiveDateTime) -> Result<When, RowFault> {
        let as_utc = local.and_utc();
        let Some(zone) = self.zone else {
            let (earliest, latest) = (as_utc - AHEAD, as_utc + BEHIND);
            return Ok(When { earliest, latest, doubt: Some(RowFault::NoZone) });
        };
        let span = self.table.span(zone, as_utc.timestamp()).ok_or(RowFault::TimeUnread)?;
        let offsets = [span.offset_before, span.offset, span.offset_after];
        let at = |offset: i32| as_utc - TimeDelta::seconds(i64::from(offset));
        let shows = |at: DateTime<Utc>| self.table.local(zone, at.timestamp()) == Some(as_utc.timestamp());
        let mut fits: Vec<DateTime<Utc>> = offsets.map(at).into_iter().filter(|at| shows(*at)).collect();
        fits.sort_unstable();
        fits.dedup();
        match fits.as_slice() {
            [one] => Ok(When::exact(*one)),
            [first, .., last] => {
                Ok(When { earliest: *first, latest: *last, doubt: Some(RowFault::AmbiguousLocalTime) })
            }
            [] => {
                let mut near = offsets.map(at);
                near.sort_unstable();
                let [earliest, _, latest] = near;
                Ok(When { earliest, latest, doubt: Some(RowFault::NoSuchLocalTime) })
            }
        }
    }
}

fn with_offset(text: &str) -> Option<DateTime<Utc>> {
    const FORMS: [&str; 4] = [
        "%Y-%m-%d %H:%M:%S%.f %z",
        "%Y-%m-%d %H:%M:%S%.f%#z",
        "%Y-%m-%dT%H:%M:%S%.f%#z",
        "%Y-%m-%d %H:%M %z",
    ];
    let utc = ["UTC", "GMT", "Z"].into_iter().find_map(|name| text.strip_suffix(name));
    if let Some(bare) = utc {
        let bare = bare.trim_end();
        let forms = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M"];
        let read = |form| NaiveDateTime::parse_from_str(bare, form).ok();
        if let Some(at) = forms.into_iter().find_map(read) {
            return Some(at.and_utc());
        }
    }
    DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_rfc2822(text))
        .ok()
        .or_else(|| FORMS.into_iter().find_map(|form| DateTime::parse_from_str(text, form).ok()))
        .map(|at| at.to_utc())
}

/// Ten digits are seconds, thirteen are milliseconds, as every platform of these years writes them.
fn epoch(text: &str) -> Option<DateTime<Utc>> {
    if !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let number: i64 = text.parse().ok()?;
    match text.len() {
        10 => DateTime::from_timestamp(number, 0),
        13 => DateTime::from_timestamp_millis(number),
        _ => None,
    }
}

fn time_of_day(text: &str) -> Option<NaiveTime> {
    let text = text.to_uppercase();
    let forms = ["%H:%M:%S%.f", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%I:%M%p", "%HH%M"];
    forms.into_iter().find_map(|form| NaiveTime::parse_from_str(&text, form).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock<'t>(table: &'t ZoneTable, zone: Option<&str>) -> Clock<'t> {
        Clock { zone: zone.map(|name| Zone::named(name).unwrap()), table, day_first: None }
    }

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn what_tells_its_offset_is_exact() {
        let table = ZoneTable::bundled();
        let clock = clock(&table, None);
        for text in [
            "2025-06-01T12:00:00Z",
            "2025-06-01 14:00:00+02:00",
            "2025-06-01 08:00:00 -0400",
            "2025-06-01 12:00:00 UTC",
            "Sun, 01 Jun 2025 12:00:00 +0000",
            "1748779200",
            "1748779200000",
            "'2025-06-01T12:00:00.000Z",
        ] {
            assert_eq!(clock.read(text).unwrap().exactly(), Ok(utc("2025-06-01T12:00:00Z")), "{text}");
        }
    }

    #[test]
    fn a_bare_time_needs_a_zone() {
        let table = ZoneTable::bundled();
        let bare = clock(&table, None).read("2025-06-01 12:00:00").unwrap();
        assert_eq!(bare.exactly(), Err(RowFault::NoZone));
        assert_eq!((bare.earliest, bare.latest), (utc("2025-05-31T22:00:00Z"), utc("2025-06-02T00:00:00Z")));
        let paris = clock(&table, Some("Europe/Paris")).read("2025-06-01 12:00").unwrap();
        assert_eq!(paris.exactly(), Ok(utc("2025-06-01T10:00:00Z")));
    }

    #[test]
    fn the_nights_on_which_clocks_turn_are_in_doubt() {
        let table = ZoneTable::bundled();
        let paris = clock(&table, Some("Europe/Paris"));
        let twice = paris.read("2025-10-26 02:30:00").unwrap();
        assert_eq!(twice.doubt, Some(RowFault::AmbiguousLocalTime));
        assert_eq!(
            (twice.earliest, twice.latest),
            (utc("2025-10-26T00:30:00Z"), utc("2025-10-26T01:30:00Z"))
        );
        assert_eq!(paris.read("2025-03-30 02:30:00").unwrap().doubt, Some(RowFault::NoSuchLocalTime));
        assert_eq!(paris.read("2025-03-30 03:30:00").unwrap().exactly(), Ok(utc("2025-03-30T01:30:00Z")));
        assert_eq!(paris.read("2025-03-30 01:30:00").unwrap().exactly(), Ok(utc("2025-03-30T00:30:00Z")));
    }

    #[test]
    fn day_and_month_are_not_guessed() {
        let table = ZoneTable::bundled();
        let mut clock = clock(&table, Some("UTC"));
        assert_eq!(clock.read("03/04/2025 10:00"), Err(RowFault::AmbiguousDate));
        assert_eq!(clock.read("25/04/2025 10:00").unwrap().exactly(), Ok(utc("2025-04-25T10:00:00Z")));
        clock.day_first = Some(false);
        assert_eq!(clock.read("3/4/2025 1:05 pm").unwrap().exactly(), Ok(utc("2025-03-04T13:05:00Z")));
    }

    #[test]
    fn nonsense_is_refused() {
        let table = ZoneTable::bundled();
        let clock = clock(&table, Some("UTC"));
        for text in [
            "soon",
            "2025-13-01",
            "99/99/2025",
            "2025-06-01 25:00",
            "=NOW()",
            "٢٠٢٥",
            "1",
            "1e9",
            "2025-06-01 12:00 PDT",
        ] {
            assert_eq!(clock.read(text), Err(RowFault::TimeUnread), "{text}");
        }
        assert_eq!(clock.read("  "), Err(RowFault::TimeMissing));
        let long = "9".repeat(500);
        assert_eq!(clock.read(&long), Err(RowFault::TimeUnread));
    }
}
