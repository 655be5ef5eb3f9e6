use std::sync::Arc;

use super::{Calendar, rule::names};

names! {
    /// How far a revocation goes that names nothing more.
    pub enum Extent {
        /// The program whose message it answers.
        Program = "program",
        /// Everything that the sender sends.
        All = "all",
    }
}

/// What ends a consent, by when that is honoured at the latest, and what may be said about it.
///
/// optin honours a revocation at once, in whatever words; the latest moment is for judging what others sent.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Revocation {
    /// Words that the source itself lists, in lower case; empty: it lists none.
    pub keywords: Vec<String>,
    /// Whether whatever else a reasonable person reads as a revocation is one.
    pub any_words: bool,
    /// Whether it counts by whatever channel it comes.
    pub any_channel: bool,
    /// By when it is honoured at the latest; `None`: no count of days is given.
    pub within: Option<Deadline>,
    /// How many confirmations may be sent; `None`: nothing is said.
    pub confirmations: Option<u8>,
    /// In how many minutes a confirmation must go.
    pub confirm_within_minutes: Option<u16>,
    /// Whether the confirmation may ask which of several programs is meant. Silence ends all.
    pub may_clarify: bool,
    /// In how many days the person is told that it was done.
    pub told_within_days: Option<u16>,
    /// How far it goes.
    pub ends: Extent,
}

/// A number of days after the day of an event.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Deadline {
    /// How many.
    pub days: u16,
    /// Whether weekends do not count.
    pub business: bool,
    /// Whose days do not count either.
    pub holidays: Option<Arc<Calendar>>,
}
