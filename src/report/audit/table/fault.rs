use thiserror::Error;

use crate::shop::table::{TableError, shown};

/// A file that is to be audited cannot be read. No error holds a cell.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AuditReadError {
    /// It is no table, or breaks off.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A column that is needed is not there.
    #[error("no column for `{field}` among: {}; name it with a mapping `HEADER={field}`", headers.join(", "))]
    Column {
        /// The field.
        field: String,
        /// The headers, as far as they may be shown.
        headers: Vec<String>,
    },
    /// A mapping names a field that there is not.
    #[error("a mapping is HEADER=FIELD, with one of these fields: {}", known.join(", "))]
    Field {
        /// The fields.
        known: Vec<String>,
    },
    /// A platform that is not known.
    #[error("no such format; known are {}", known.join(", "))]
    Format {
        /// The platforms.
        known: Vec<String>,
    },
}

impl AuditReadError {
    pub(super) fn no_column(field: &str, headers: &[String]) -> Self {
        Self::Column {
            field: field.to_owned(),
            headers: headers.iter().map(|header| shown(header)).collect(),
        }
    }
}

/// Why a row says nothing that can be judged, or not exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RowFault {
    /// No number.
    NumberMissing,
    /// What stands there is no number: letters, a spreadsheet's `3.36E+10`, too few digits.
    NumberUnread,
    /// A number without a country code, and no country is said.
    NoCountryCode,
    /// No time.
    TimeMissing,
    /// What stands there is no time.
    TimeUnread,
    /// A local time, and no zone is said.
    NoZone,
    /// A date without a time.
    DateOnly,
    /// Day and month could be each other.
    AmbiguousDate,
    /// The clock showed this twice that night.
    AmbiguousLocalTime,
    /// The clock never showed this.
    NoSuchLocalTime,
    /// A status that nobody knows.
    StatusUnknown,
    /// Neither a yes nor a no.
    NothingSaid,
}

impl RowFault {
    /// Its stable code.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NumberMissing => "number_missing",
            Self::NumberUnread => "number_unread",
            Self::NoCountryCode => "no_country_code",
            Self::TimeMissing => "time_missing",
            Self::TimeUnread => "time_unread",
            Self::NoZone => "no_zone",
            Self::DateOnly => "date_only",
            Self::AmbiguousDate => "ambiguous_date",
            Self::AmbiguousLocalTime => "ambiguous_local_time",
            Self::NoSuchLocalTime => "no_such_local_time",
            Self::StatusUnknown => "status_unknown",
            Self::NothingSaid => "nothing_said",
        }
    }
}
