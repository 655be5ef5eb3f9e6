use std::num::NonZeroU64;

use serde::Deserialize;
use thiserror::Error;

use crate::{
    id::{Name, NameError},
    place::Zone,
};

/// What carriers are known to take.
const BUILTIN: &str = include_str!("data/limits.toml");

/// What a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// Messages.
    Messages,
    /// Segments.
    Segments,
}

/// Over what a limit counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Period {
    /// A second.
    Second,
    /// A minute.
    Minute,
    /// A day that ends at midnight in this zone.
    Day(Zone),
}

/// What may go in a period, counted over all senders and processes that name it: a sender's second, a campaign's
/// minute at AT&T, a brand's day at T-Mobile.
///
/// To which carrier a number belongs is not known (numbers are ported), so every message of the sender counts:
/// beyond a carrier's cap messages are blocked and charged.
///
/// ```
/// use optin::program::{Limit, LimitError};
/// let day = Limit::carrier("us-tmobile-brand/low", "maison-lune")?;
/// assert_eq!(day.max().get(), 2_000);                           // segments, until midnight in Los Angeles
/// assert!(matches!(Limit::carrier("us-tmobile-brand/huge", "maison-lune"), Err(LimitError::Unknown(_))));
/// # Ok::<(), LimitError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    name: Name,
    counted: Counted,
    period: Period,
    max: NonZeroU64,
}

#[derive(Deserialize)]
struct File {
    limit: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    id: String,
    unit: Counted,
    per: String,
    zone: Option<String>,
    max: NonZeroU64,
}

impl Limit {
    /// A limit of the host's own. Senders that give the same name share it.
    ///
    /// # Errors
    /// Not a [`Name`].
    pub fn new(name: &str, counted: Counted, period: Period, max: NonZeroU64) -> Result<Self, NameError> {
        Ok(Self { name: Name::new(name)?, counted, period, max })
    }

    /// A carrier's limit by its id in `src/program/data/limits.toml`, for this brand, campaign or number.
    ///
    /// # Errors
    /// No such id, or `whose` does not make a [`Name`].
    pub fn carrier(id: &str, whose: &str) -> Result<Self, LimitError> {
        let File { limit } =
            basic_toml::from_str(BUILTIN).map_err(|error| LimitError::Data(error.to_string()))?;
        let row = limit.into_iter().find(|row| row.id == id);
        let row = row.ok_or_else(|| LimitError::Unknown(id.to_owned()))?;
        let zone = row.zone.as_deref().and_then(Zone::named);
        let period = match (row.per.as_str(), zone) {
            ("second", _) => Period::Second,
            ("minute", _) => Period::Minute,
            ("day", Some(zone)) => Period::Day(zone),
            _ => return Err(LimitError::Data(format!("{id}: no period"))),
        };
        let (family, _) = id.split_once('/').unwrap_or((id, ""));
        let name = Name::new(&format!("{family}:{whose}"))?;
        Ok(Self { name, counted: row.unit, period, max: row.max })
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &Name {
        &self.name
    }

    /// What it counts.
    #[must_use]
    pub const fn counted(&self) -> Counted {
        self.counted
    }

    /// Over what.
    #[must_use]
    pub const fn period(&self) -> Period {
        self.period
    }

    /// How much may go in one period.
    #[must_use]
    pub const fn max(&self) -> NonZeroU64 {
        self.max
    }
}

/// A carrier's limit cannot be had.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LimitError {
    /// No such id.
    #[error("no carrier limit `{0}`: see src/program/data/limits.toml")]
    Unknown(String),
    /// Whose it is does not make a name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The table cannot be read.
    #[error("the table of limits is wrong: {0}")]
    Data(String),
}

#[cfg(test)]
mod tests {
    use super::{BUILTIN, File, Limit};

    #[test]
    fn every_row_of_the_table_can_be_had() {
        let File { limit } = basic_toml::from_str(BUILTIN).unwrap();
        assert!(limit.len() >= 10);
        for row in limit {
            assert_eq!(Limit::carrier(&row.id, "lune").unwrap().max(), row.max, "{}", row.id);
        }
    }

    #[test]
    fn brands_of_two_classes_do_not_double_the_day() {
        let name = |id| Limit::carrier(id, "lune").unwrap().name().to_string();
        assert_eq!(name("us-tmobile-brand/low"), name("us-tmobile-brand/top"));
        assert_ne!(name("us-tmobile-brand/low"), name("us-att-campaign/t"));
    }
}
