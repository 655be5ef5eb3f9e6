//! What the law and the industry's codes say, as dated, cited data.
//!
//! A [`Rulebook`] is read from TOML: one file a jurisdiction, one more for holiday [`Calendar`]s, one for
//! [`Coverage`]. A [`Rule`] says where it binds, from when to when, which [kinds](crate::message::Kind) of
//! message it binds, how sure the source is ([`Reach`], [`Confidence`]), and any of: [`Hours`], [`Cap`]s,
//! [`Bases`], texts that a message must carry, registers to ask, [`Retention`] periods, a penalty. A [`Lift`] says what takes a person
//! out of it, with a certainty of its own.
//!
//! Nothing here knows a jurisdiction by name, keeps a brand's preferences or decides anything: that is for
//! [`policy`](crate::policy). What the book does not cover has no [`Coverage`], and a decision then defers.

mod bases;
mod book;
mod calendar;
mod coverage;
mod data;
mod dayrule;
mod error;
mod hours;
mod lift;
mod load;
mod read;
mod rule;
mod rulebook;
mod schema;
mod stretch;
mod window;

pub use bases::{Bases, Ground, Need, Standing};
pub use calendar::{Calendar, CalendarDay};
pub use coverage::Coverage;
pub use error::RulebookError;
pub use hours::{DayExprError, DaySet, Hours, TimeOfDay, TimeOfDayError, Window, WindowError};
pub use lift::{Certainty, Lift, LiftBy};
pub use rule::{
    AfterThat, Cap, CapKey, Confidence, CountedFrom, Effect, Kept, KindSet, Layer, Penalty, PenaltyUnit,
    Position, Posture, Reach, Register, RequiredText, Requirement, Retention, Rule, SenderForm,
};
pub use rulebook::{PlaceLaw, Rulebook};
pub use window::{HORIZON, Moment, Tolerance, closes_at, is_open, next_common, next_open};
