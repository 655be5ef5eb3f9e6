use std::{fmt, str::FromStr, sync::Arc};

use chrono::Weekday;
use thiserror::Error;

use super::{Calendar, stretch::Plain};
use crate::place::Zone;

/// A set of days of the week.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct DaySet(u8);

const NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl DaySet {
    /// Monday to Sunday.
    pub const ALL: Self = Self(0x7f);
    /// No day.
    pub const NONE: Self = Self(0);

    /// Whether the set holds this day.
    #[must_use]
    pub fn contains(self, day: Weekday) -> bool {
        self.holds(day.num_days_from_monday())
    }

    /// The same by number, Monday being 0.
    pub(super) const fn holds(self, from_monday: u32) -> bool {
        self.0 >> from_monday & 1 != 0
    }

    /// Whether the set holds no day.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

impl FromIterator<Weekday> for DaySet {
    fn from_iter<I: IntoIterator<Item = Weekday>>(days: I) -> Self {
        Self(days.into_iter().fold(0, |bits, day| bits | 1 << day.num_days_from_monday()))
    }
}

/// Reads `all`, or days and ranges of days parted by commas: `mon-sat`, `mon,wed`, `sat-mon` (wraps).
///
/// ```
/// use optin::law::DaySet;
/// let days: DaySet = "sat-mon".parse()?;
/// assert_eq!(days.to_string(), "mon,sat,sun");
/// assert!("".parse::<DaySet>().is_err() && "mon-funday".parse::<DaySet>().is_err());
/// # Ok::<(), optin::law::DayExprError>(())
/// ```
impl FromStr for DaySet {
    type Err = DayExprError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.eq_ignore_ascii_case("all") {
            return Ok(Self::ALL);
        }
        let mut bits = 0;
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (mut day, last) = (day_number(first)?, day_number(last)?);
            bits |= 1 << day;
            while day != last {
                day = (day + 1) % 7;
                bits |= 1 << day;
            }
        }
        Ok(Self(bits))
    }
}

fn day_number(name: &str) -> Result<usize, DayExprError> {
    let name = name.trim();
    NAMES.iter().position(|known| known.eq_ignore_ascii_case(name)).ok_or(DayExprError)
}

impl fmt::Display for DaySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::ALL {
            return f.write_str("all");
        }
        let mut part = "";
        for (name, _) in NAMES.iter().zip(0..).filter(|&(_, day)| self.holds(day)) {
            write!(f, "{part}{name}")?;
            part = ",";
        }
        Ok(())
    }
}

impl fmt::Debug for DaySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DaySet({self})")
    }
}

/// Not an expression of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("days are `all`, or names and ranges such as `mon-sat` or `mon,wed`")]
pub struct DayExprError;

/// A time on a clock's face in whole minutes, `00:00` to `24:00`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// The end of a day.
    pub const END_OF_DAY: Self = Self(24 * 60);

    /// Minutes since the day's first.
    #[must_use]
    pub const fn minutes(self) -> u16 {
        self.0
    }

    pub(super) const fn seconds(self) -> i64 {
        self.0 as i64 * 60
    }
}

/// Reads `HH:MM`, two digits each.
impl FromStr for TimeOfDay {
    type Err = TimeOfDayError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let &[h1, h2, b':', m1, m2] = text.as_bytes() else { return Err(TimeOfDayError) };
        let pair = |tens: u8, ones: u8| {
            let digits = tens.is_ascii_digit() && ones.is_ascii_digit();
            digits.then(|| u16::from(tens - b'0') * 10 + u16::from(ones - b'0')).ok_or(TimeOfDayError)
        };
        let (hours, minutes) = (pair(h1, h2)?, pair(m1, m2)?);
        let total = hours * 60 + minutes;
        if minutes < 60 && total <= Self::END_OF_DAY.0 { Ok(Self(total)) } else { Err(TimeOfDayError) }
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl fmt::Debug for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Not a time of day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a time of day is `HH:MM`, from 00:00 to 24:00")]
pub struct TimeOfDayError;

/// On these days, open from one time to before another. If `to` is not after `from`, it is the next day's,
/// and the whole window belongs to the day on which it opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Window {
    days: DaySet,
    from: TimeOfDay,
    to: TimeOfDay,
}

impl Window {
    /// A window on these days.
    ///
    /// # Errors
    /// No day; both times the same, which could mean all day or never; an opening at `24:00`.
    ///
    /// ```
    /// use optin::law::{DaySet, Window, WindowError};
    /// assert!(Window::new(DaySet::ALL, "21:00".parse()?, "02:00".parse()?).is_ok());
    /// assert_eq!(Window::new(DaySet::ALL, "09:00".parse()?, "09:00".parse()?), Err(WindowError::NoLength));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(days: DaySet, from: TimeOfDay, to: TimeOfDay) -> Result<Self, WindowError> {
        if days.is_empty() {
            Err(WindowError::NoDay)
        } else if from == to {
            Err(WindowError::NoLength)
        } else if from == TimeOfDay::END_OF_DAY {
            Err(WindowError::OpensAtEnd)
        } else {
            Ok(Self { days, from, to })
        }
    }

    /// The days on which it opens.
    #[must_use]
    pub const fn days(&self) -> DaySet {
        self.days
    }

    /// When it opens.
    #[must_use]
    pub const fn from(&self) -> TimeOfDay {
        self.from
    }

    /// When it closes; before [`from`](Self::from) means on the next day.
    #[must_use]
    pub const fn to(&self) -> TimeOfDay {
        self.to
    }

    /// Opening and closing in seconds from the start of the day on which it opens.
    pub(super) const fn edges(&self) -> (i64, i64) {
        let (from, to) = (self.from.seconds(), self.to.seconds());
        (from, if to > from { to } else { to + 86_400 })
    }
}

/// Not a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WindowError {
    /// It would never open.
    #[error("a window needs a day")]
    NoDay,
    /// It opens and closes at one time.
    #[error("a window cannot open and close at one time")]
    NoLength,
    /// It opens when the day is over.
    #[error("a window cannot open at 24:00")]
    OpensAtEnd,
}

/// The hours of one rule: the union of its windows, less the days that it bars.
#[derive(Debug, Clone, PartialEq)]
pub struct Hours {
    pub(super) windows: Vec<Window>,
    pub(super) zone: Option<Zone>,
    pub(super) holidays: Vec<Arc<Calendar>>,
    pub(super) discouraged: DaySet,
    pub(super) discouraged_holidays: Vec<Arc<Calendar>>,
    /// The longest window ends on the day after: yesterday must be looked at too.
    pub(super) overnight: bool,
    /// The windows as a table, if they are simple enough.
    pub(super) plain: Option<Plain>,
}

impl Hours {
    /// Hours of these windows, every day alike, in the recipient's own zone.
    #[must_use]
    pub fn new(windows: Vec<Window>) -> Self {
        let overnight = windows.iter().any(|window| window.edges().1 > 86_400);
        let plain = Plain::of(&windows);
        Self {
            windows,
            zone: None,
            holidays: Vec::new(),
            discouraged: DaySet::NONE,
            discouraged_holidays: Vec::new(),
            overnight,
            plain,
        }
    }

    /// The same hours by the clock of this zone, wherever the recipient is.
    #[must_use]
    pub const fn in_zone(mut self, zone: Zone) -> Self {
        self.zone = Some(zone);
        self
    }

    /// The same hours, and no window opens on a day of this calendar.
    #[must_use]
    pub fn closed_on(mut self, calendar: Arc<Calendar>) -> Self {
        self.holidays.push(calendar);
        self
    }

    /// The same hours, with days that are tolerated but discouraged.
    #[must_use]
    pub const fn discouraged_on(mut self, days: DaySet) -> Self {
        self.discouraged = days;
        self
    }

    /// The same hours, with holidays that are tolerated but discouraged.
    #[must_use]
    pub fn discouraged_on_holidays(mut self, calendar: Arc<Calendar>) -> Self {
        self.discouraged_holidays.push(calendar);
        self
    }

    /// The windows, in the data's order.
    #[must_use]
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// The one zone by whose clock they run; `None`: by each zone the recipient may be in.
    #[must_use]
    pub const fn zone(&self) -> Option<Zone> {
        self.zone
    }

    /// The calendars on whose days nothing opens.
    #[must_use]
    pub fn holidays(&self) -> &[Arc<Calendar>] {
        &self.holidays
    }

    /// The days of the week that are tolerated but discouraged.
    #[must_use]
    pub const fn discouraged(&self) -> DaySet {
        self.discouraged
    }

    /// The calendars whose days are tolerated but discouraged.
    #[must_use]
    pub fn discouraged_holidays(&self) -> &[Arc<Calendar>] {
        &self.discouraged_holidays
    }
}
