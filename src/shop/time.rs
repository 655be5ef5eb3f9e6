use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, Utc};

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
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        return Some(Moment::exactly(at.to_utc()));
    }
    if let Some(at) = unix(text) {
        return Some(Moment::exactly(at));
    }
    for format in ["%Y-%m-%d %H:%M:%S%.f %z", "%Y-%m-%d %H:%M:%S%.f%z", "%Y-%m-%dT%H:%M:%S%.f%z"] {
        if let Ok(at) = DateTime::parse_from_str(text, format) {
            return Some(Moment::exactly(at.to_utc()));
        }
    }
    let (text, utc) = match text.strip_suffix("UTC").or_else(|| text.strip_suffix("GMT")) {
        Some(text) => (text.trim_end(), true),
        None => (text, writing.utc),
    };
    local(text, writing.order).map(|(first, last)| {
        let (ahead, behind) = if utc { (Duration::zero(), Duration::zero()) } else { (AHEAD, BEHIND) };
        Moment { earliest: first.and_utc() - ahead, latest: last.and_utc() + behind }
    })
}

/// Seconds or milliseconds since 1970.
fn unix(text: &str) -> Option<DateTime<Utc>> {
    let number: i64 = text.parse().ok()?;
    match text.len() {
        10 => DateTime::from_timestamp(number, 0),
        13 => DateTime::from_timestamp_millis(number),
        _ => None,
    }
}

/// The first and last moment of what a clock showed.
fn local(text: &str, order: Order) -> Option<(NaiveDateTime, NaiveDateTime)> {
    let (date, time) = match text.split_once(['T', ' ']) {
        Some((date, time)) => (date, Some(time.trim())),
        None => (text, None),
    };
    let (first, last) = match time {
        Some(time) => {
            let formats = ["%H:%M:%S%.f", "%H:%M", "%I:%M:%S %p", "%I:%M %p", "%I:%M%p"];
            let read = formats.iter().find_map(|format| NaiveTime::parse_from_str(time, format).ok())?;
            (read, read)
        }
        None => (NaiveTime::MIN, NaiveTime::from_hms_opt(23, 59, 59)?),
    };
    let read = |format: &str| NaiveDate::parse_from_str(date, format).ok();
    let iso = ["%Y-%m-%d", "%Y/%m/%d"].into_iter().find_map(read);
    let month_first = ["%m/%d/%Y", "%m-%d-%Y"].into_iter().find_map(read);
    let day_first = ["%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"].into_iter().find_map(read);
    let (a, b) = match (iso, order) {
        (Some(day), _) => (day, day),
        (None, Order::MonthFirst) => (month_first?, month_first?),
        (None, Order::DayFirst) => (day_first?, day_first?),
        (None, Order::Either) => {
            let (one, other) = (month_first.or(day_first)?, day_first.or(month_first)?);
            (one.min(other), one.max(other))
        }
    };
    // A year of two digits reads as one of the first century.
    let recent = |day: NaiveDate| (1990..=2199).contains(&chrono::Datelike::year(&day));
    (recent(a) && recent(b)).then(|| (a.and_time(first), b.and_time(last)))
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
        assert_eq!(shown("03/04/2025 12:00", utc), both("2025-03-04 12:00:00", "2025-04-03 12:00:00"));
        assert_eq!(shown("13/04/2025 12:00", utc), both("2025-04-13 12:00:00", "2025-04-13 12:00:00"));
        let day = Writing { utc: true, order: Order::DayFirst };
        assert_eq!(shown("03/04/2025 1:05 PM", day), both("2025-04-03 13:05:00", "2025-04-03 13:05:00"));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in
            ["", "yes", "2025-13-04", "31/02/2025", "03/04/25", "12345", "45231", "0000-00-00 00:00:00"]
        {
            assert_eq!(shown(text, Writing::default()), None, "{text}");
        }
    }
}
