//! Open and closed against a model that walks every minute, edges of days with a clock change included.

use std::{
    collections::{BTreeSet, HashMap},
    sync::LazyLock,
};

use chrono::{DateTime, Datelike, NaiveDate, Weekday};
use optin::{
    law::{
        DaySet, HORIZON, Hours, Moment, Rulebook, TimeOfDay, Tolerance, Window, closes_at, is_open,
        next_common, next_open,
    },
    place::{Zone, ZoneTable},
};
use proptest::prelude::*;

static TABLE: LazyLock<ZoneTable> = LazyLock::new(ZoneTable::bundled);

const MINUTE: i64 = 60;
const DAY: i64 = 86_400;
/// Days that the model looks back, for windows already open; it looks on beyond the horizon likewise.
const BEFORE: i64 = 2;

/// One zone's clock, minute by minute.
struct Clock {
    start: i64,
    /// Minutes since 1970 as the clock shows them.
    shown: Vec<i64>,
    /// The first and the last minute (index) at which it shows each.
    when: HashMap<i64, (usize, usize)>,
}

impl Clock {
    fn new(zone: Zone, start: i64, days: i64) -> Self {
        let local = |i| TABLE.local(zone, start + i * MINUTE).unwrap() / MINUTE;
        let shown: Vec<i64> = (0..days * 1440).map(local).collect();
        let mut when = HashMap::new();
        for (i, &shown) in shown.iter().enumerate() {
            when.entry(shown).or_insert((i, i)).1 = i;
        }
        Self { start, shown, when }
    }

    /// The minute (index) at which an edge acts: where the clock shows it, the last time for an opening and the
    /// first for a closing; if it never does, where the clock first shows more.
    fn edge(&self, local: i64, opening: bool) -> Option<usize> {
        match self.when.get(&local) {
            Some(&(first, last)) => Some(if opening { last } else { first }),
            None => self.shown.iter().position(|&shown| shown > local),
        }
    }

    /// Whether each minute is open.
    fn open(&self, hours: &Hours, tolerance: Tolerance) -> Vec<bool> {
        let mut open = vec![false; self.shown.len()];
        let days: BTreeSet<i64> = self.shown.iter().map(|shown| shown.div_euclid(1440)).collect();
        let (first, last) = (days.first().unwrap() - 1, days.last().unwrap() + 1);
        for day in first..=last {
            let date = DateTime::from_timestamp(day * DAY, 0).unwrap().date_naive();
            for window in hours.windows() {
                if !window.days().contains(date.weekday()) || !admits(hours, date, tolerance) {
                    continue;
                }
                let (from, to) = (i64::from(window.from().minutes()), i64::from(window.to().minutes()));
                let to = if to > from { to } else { to + 1440 };
                let opens = self.edge(day * 1440 + from, true).unwrap_or(usize::MAX);
                let closes = self.edge(day * 1440 + to, false).unwrap_or(self.shown.len());
                if opens < closes {
                    open[opens..closes].fill(true);
                }
            }
        }
        open
    }

    fn at(&self, index: usize) -> i64 {
        self.start + i64::try_from(index).unwrap() * MINUTE
    }
}

fn admits(hours: &Hours, date: NaiveDate, tolerance: Tolerance) -> bool {
    let in_any = |calendars: &[std::sync::Arc<optin::law::Calendar>]| {
        calendars.iter().any(|calendar| calendar.days().iter().any(|day| day.date == date))
    };
    let frowned = hours.discouraged().contains(date.weekday()) || in_any(hours.discouraged_holidays());
    !in_any(hours.holidays()) && (tolerance == Tolerance::Open || !frowned)
}

fn days() -> impl Strategy<Value = DaySet> {
    prop_oneof![
        2 => Just(DaySet::ALL),
        1 => proptest::collection::vec(0u8..7, 1..7)
            .prop_map(|days| days.into_iter().map(|day| Weekday::try_from(day).unwrap()).collect()),
    ]
}

/// Any minute, but the first four hours of the day, where clocks change, more often; quarters too.
fn time() -> impl Strategy<Value = TimeOfDay> {
    prop_oneof![0u16..1440, 0u16..240, (0u16..=96).prop_map(|quarter| quarter * 15)]
        .prop_map(|minutes| format!("{:02}:{:02}", minutes / 60, minutes % 60).parse().unwrap())
}

fn window() -> impl Strategy<Value = Window> {
    (days(), time(), time()).prop_filter_map("no window", |(days, from, to)| Window::new(days, from, to).ok())
}

fn hours() -> impl Strategy<Value = Hours> {
    let holidays = prop_oneof![Just(None), Just(Some("US-PA")), Just(Some("FR"))];
    let discouraged = prop_oneof![Just(DaySet::NONE), days()];
    (proptest::collection::vec(window(), 1..4), holidays, discouraged, any::<bool>()).prop_map(
        |(windows, holidays, discouraged, soft)| {
            let hours = Hours::new(windows).discouraged_on(discouraged);
            let calendars = Rulebook::builtin();
            match calendars.calendars().iter().find(|calendar| Some(calendar.id()) == holidays) {
                Some(calendar) if soft => hours.discouraged_on_holidays(calendar.clone()),
                Some(calendar) => hours.closed_on(calendar.clone()),
                None => hours,
            }
        },
    )
}

/// Folds and gaps of an hour, half an hour, at midnight, of a day, around Ramadan; and every other zone.
fn zone() -> impl Strategy<Value = Zone> {
    let known: Vec<Zone> = [
        "America/New_York",
        "America/Los_Angeles",
        "Europe/Paris",
        "Europe/London",
        "Australia/Lord_Howe",
        "America/Havana",
        "Asia/Beirut",
        "America/Asuncion",
        "Africa/Casablanca",
        "Atlantic/Azores",
        "Pacific/Apia",
        "America/St_Johns",
        "Asia/Kolkata",
        "Pacific/Chatham",
        "America/Scoresbysund",
        "Asia/Gaza",
    ]
    .into_iter()
    .map(|name| Zone::named(name).unwrap())
    .collect();
    let all: Vec<Zone> = Zone::all().filter(|&zone| TABLE.span(zone, 1_700_000_000).is_some()).collect();
    prop_oneof![proptest::sample::select(known), proptest::sample::select(all)]
}

/// A zone and an instant in it: two times of three, within two days of a clock change if it has any then.
fn zone_and_instant() -> impl Strategy<Value = (Zone, i64)> {
    let years = 1_262_304_000 + 30 * DAY..2_398_377_600 - 30 * DAY;
    (zone(), years, 0..3, -2 * DAY..2 * DAY).prop_map(|(zone, at, near, by)| {
        let until = TABLE.span(zone, at).unwrap().until;
        let near_change = until + by;
        (zone, if near > 0 && near_change < 2_398_377_600 - 30 * DAY { near_change } else { at })
    })
}

fn tolerance() -> impl Strategy<Value = Tolerance> {
    prop_oneof![Just(Tolerance::Closed), Just(Tolerance::Open)]
}

fn whole_minute(at: i64) -> i64 {
    at + (MINUTE - at.rem_euclid(MINUTE)) % MINUTE
}

proptest! {
    #[test]
    fn open_next_and_close_agree_with_every_minute((zone, at) in zone_and_instant(), hours in hours(), tolerance in tolerance()) {
        let start = at - at.rem_euclid(MINUTE);
        let clock = Clock::new(zone, start - BEFORE * DAY, 12);
        let open = clock.open(&hours, tolerance);
        let here = 2 * 1440;
        prop_assert_eq!(is_open(&TABLE, &hours, tolerance, zone, at), Some(open[here]));
        for minute in (here - 1440..here + 1440).step_by(7) {
            let moment = Moment::new(&TABLE, zone, clock.at(minute)).unwrap();
            prop_assert_eq!(hours.is_open_at(&moment, tolerance), Some(open[minute]), "minute {}", minute);
        }
        let end = at + HORIZON;
        let next = (here..).take_while(|&i| clock.at(i) <= end).find(|&i| open[i]);
        let next = next.map(|i| clock.at(i).max(at));
        prop_assert_eq!(next_open(&TABLE, &hours, tolerance, zone, at), next);
        let close = open[here].then(|| {
            let close = (here..).take_while(|&i| clock.at(i) < end).find(|&i| !open[i]);
            close.map_or(end, |i| clock.at(i))
        });
        prop_assert_eq!(closes_at(&TABLE, &hours, tolerance, zone, at), close);
    }

    #[test]
    fn the_next_common_minute_is_the_first_that_all_have(
        (first, at) in zone_and_instant(),
        others in proptest::collection::vec((zone(), hours()), 0..4),
        hours in hours(),
        fixed in zone(),
        tolerance in tolerance(),
    ) {
        let mut all = vec![(first, hours)];
        all.extend(others.iter().cloned());
        if all.len() == 3 {
            all[2].1 = all[2].1.clone().in_zone(fixed);
        }
        let start = whole_minute(at);
        let open: Vec<Vec<bool>> = all.iter().map(|(zone, hours)| {
            Clock::new(hours.zone().unwrap_or(*zone), start - BEFORE * DAY, 12).open(hours, tolerance)
        }).collect();
        let minute = (0..).take_while(|i| start + i * MINUTE <= at + HORIZON).find(|&i| {
            open.iter().all(|open| open[usize::try_from(i).unwrap() + 2 * 1440])
        });
        let pairs: Vec<_> = all.iter().map(|(zone, hours)| (hours, *zone)).collect();
        prop_assert_eq!(next_common(&TABLE, &pairs, tolerance, at), minute.map(|i| start + i * MINUTE));
    }

    #[test]
    fn one_more_rule_never_opens_earlier(
        (first, at) in zone_and_instant(), hours in hours(), second in zone(), more in hours(), tolerance in tolerance(),
    ) {
        let alone = next_common(&TABLE, &[(&hours, first)], tolerance, at);
        let both = next_common(&TABLE, &[(&hours, first), (&more, second)], tolerance, at);
        prop_assert!(both.is_none_or(|both| alone.is_some_and(|alone| alone <= both)));
    }
}

fn one(days: &str, from: &str, to: &str) -> Hours {
    Hours::new(vec![Window::new(days.parse().unwrap(), from.parse().unwrap(), to.parse().unwrap()).unwrap()])
}

fn utc(text: &str) -> i64 {
    DateTime::parse_from_rfc3339(text).unwrap().timestamp()
}

#[test]
fn edges_in_a_fold_and_in_a_gap_move_the_strict_way() {
    let new_york = Zone::named("America/New_York").unwrap();
    let next = |hours: &Hours, at: &str| next_open(&TABLE, hours, Tolerance::Closed, new_york, utc(at));
    let close = |hours: &Hours, at: &str| closes_at(&TABLE, hours, Tolerance::Closed, new_york, utc(at));
    // 2026-11-01, 02:00 EDT is 01:00 EST: 01:30 comes at 05:30Z and at 06:30Z.
    assert_eq!(
        next(&one("all", "01:30", "12:00"), "2026-11-01T05:00:00Z"),
        Some(utc("2026-11-01T06:30:00Z"))
    );
    assert_eq!(
        close(&one("all", "00:30", "01:30"), "2026-11-01T05:00:00Z"),
        Some(utc("2026-11-01T05:30:00Z"))
    );
    assert_eq!(close(&one("all", "00:30", "01:30"), "2026-11-01T06:00:00Z"), None);
    // 2026-03-08, 02:00 EST is 03:00 EDT, at 07:00Z: 02:30 never comes.
    assert_eq!(
        next(&one("all", "02:30", "12:00"), "2026-03-08T06:00:00Z"),
        Some(utc("2026-03-08T07:00:00Z"))
    );
    assert_eq!(
        close(&one("all", "00:30", "02:30"), "2026-03-08T06:00:00Z"),
        Some(utc("2026-03-08T07:00:00Z"))
    );
    // Lord Howe goes back half an hour, at 15:00Z: 01:45 comes at 14:45Z and at 15:15Z.
    let lord_howe = Zone::named("Australia/Lord_Howe").unwrap();
    let hours = one("all", "01:45", "12:00");
    let next = next_open(&TABLE, &hours, Tolerance::Closed, lord_howe, utc("2026-04-04T14:00:00Z"));
    assert_eq!(next, Some(utc("2026-04-04T15:15:00Z")));
}

#[test]
fn a_window_over_midnight_belongs_to_the_day_it_opens_on() {
    let london = Zone::named("Europe/London").unwrap();
    let hours = one("fri", "22:00", "02:00");
    let open = |at: &str| is_open(&TABLE, &hours, Tolerance::Closed, london, utc(at)).unwrap();
    assert!(open("2026-11-27T22:00:00Z") && open("2026-11-28T01:59:59Z"));
    assert!(!open("2026-11-28T02:00:00Z") && !open("2026-11-27T01:00:00Z") && !open("2026-11-28T22:00:00Z"));
}

#[test]
fn outside_the_years_nothing_is_known() {
    let zone = Zone::named("Europe/Paris").unwrap();
    let hours = one("all", "00:00", "24:00");
    for at in [i64::MIN, -1, 0, 1_262_303_000, 2_398_377_600, i64::MAX] {
        assert_eq!(is_open(&TABLE, &hours, Tolerance::Open, zone, at), None);
        assert_eq!(next_open(&TABLE, &hours, Tolerance::Open, zone, at), None);
        assert_eq!(closes_at(&TABLE, &hours, Tolerance::Open, zone, at), None);
        assert_eq!(next_common(&TABLE, &[(&hours, zone)], Tolerance::Open, at), None);
    }
    // It is open at the table's last minute, but when it closes cannot be known.
    let last = 2_398_377_600 - 60;
    assert_eq!(is_open(&TABLE, &hours, Tolerance::Open, zone, last), Some(true));
    assert_eq!(closes_at(&TABLE, &hours, Tolerance::Open, zone, last), None);
    assert_eq!(next_common(&TABLE, &[], Tolerance::Open, last + 1), Some(last + 60));
}
