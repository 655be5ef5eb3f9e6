use super::rule::names;
use crate::id::Name;

names! {
    /// What it means for a person to stand in a register.
    pub enum Effect {
        /// Who stands in it is not written to: do-not-call lists, litigators.
        Bars = "bars",
        /// Who does not stand in it is not written to: registers of consents, such as Turkey's İYS.
        Requires = "requires",
        /// The number changed hands: what was agreed before that is nobody's consent any more.
        Ends = "ends",
    }
}

/// A list that must have been asked, and how old its answer may be.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Register {
    /// Its stable name, such as `us-dnc`.
    pub name: Name,
    /// How many days an answer stays good, from the date that the register itself gives.
    pub max_age_days: u16,
    /// What it means to stand in it.
    #[serde(default = "bars")]
    pub effect: Effect,
}

const fn bars() -> Effect {
    Effect::Bars
}

impl Register {
    /// A register as a host demands it of itself.
    #[must_use]
    pub const fn new(name: Name, max_age_days: u16, effect: Effect) -> Self {
        Self { name, max_age_days, effect }
    }

    /// The first millisecond at which an answer of this date is no longer good.
    #[must_use]
    pub const fn stale_from_ms(&self, as_of_ms: i64) -> i64 {
        as_of_ms.saturating_add(self.max_age_days as i64 * 86_400_000)
    }
}
