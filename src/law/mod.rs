//! What the law and the industry's codes say, as dated, cited data.
//!
//! A [`Rulebook`] is read from TOML: one file a jurisdiction, one more for holiday [`Calendar`]s, one for
//! [`Coverage`]. A [`Rule`] says where it binds, from when to when, which [kinds](crate::message::Kind) of
//! message it binds, how sure the source is ([`Reach`], [`Confidence`]), and any of: [`Hours`], [`Cap`]s,
//! [`Bases`], texts that a message must carry, registers to ask, what ends a consent ([`Revocation`]), what is
//! [`Forbidden`], a [`Feed`] of ad-hoc [`Bans`] that a host loads, records to keep, [`Retention`] periods, a penalty. A
//! [`Lift`] says what takes a person out of it, with a certainty of its own.
//!
//! [`table`] is the whole book in words. [`Rulebook::on`] tells what is in force at a place on a date,
//! [`Rulebook::changes`] what changes between two dates, [`Rulebook::compare`] what one book has otherwise than another;
//! [`Rule::asks`] says a rule in one line, in English or French. The command line shows all of it:
//!
//! ```sh
//! optin rulebook show US-FL --on 2025-06-01 --kind marketing
//! optin rulebook diff 2025-01-01 2026-11-21 --place US-TX
//! optin rulebook diff --overlay shop.toml       # what the host's own file changes
//! optin rulebook table --csv
//! ```
//!
//! A host lays files of its own over the book ([`Rulebook::with_overlay`]), or switches a rule off
//! ([`danger::without_rule`](crate::danger::without_rule)), which takes a reason. What is replaced or off is no secret:
//! [`Rulebook::waivers`] names it, the version changes, and the house stream has it before anything leaves. A file that
//! does not hold is refused with its line, entry and field ([`RulebookError`]).
//!
//! Nothing here knows a jurisdiction by name, keeps a brand's preferences or decides anything: that is for
//! [`policy`](crate::policy). What the book does not cover has no [`Coverage`], and a decision then defers.

mod bans;
mod bans_file;
mod bases;
mod book;
mod calendar;
mod changes;
mod compare;
mod coverage;
mod data;
mod dayrule;
mod duties;
mod error;
mod forbidden;
mod hours;
mod kindlaw;
mod lift;
mod load;
mod minimum;
mod mutants;
mod on;
mod read;
mod register;
mod retention;
mod revocation;
mod rule;
mod rulebook;
mod schema;
mod spot;
mod stretch;
pub mod table;
mod terms;
mod text;
mod waiver;
mod window;
mod words;

pub use bans::{Ban, BanError, BanFeed, Bans, CoversTheFuture, FeedTwice};
pub use bans_file::BansError;
pub use bases::{Bases, Ground, Need, Standing};
pub use calendar::{Calendar, CalendarDay};
pub use changes::{Change, Changed};
pub use compare::{Difference, FieldChange};
pub use coverage::Coverage;
pub use error::RulebookError;
pub use forbidden::{Feed, Forbidden, Forbids, Recorded};
pub use hours::{DayExprError, DaySet, Hours, TimeOfDay, TimeOfDayError, Window, WindowError};
pub(crate) use kindlaw::{KindLaw, Period, Since};
pub use lift::{Certainty, Lift, LiftBy};
pub use minimum::ZoneMinimum;
#[doc(hidden)]
pub use mutants::Mutant;
pub use on::InForce;
pub use register::{Effect, Register};
pub use retention::{AfterThat, CountedFrom, Kept, Retention};
pub use revocation::{Deadline, Extent, Revocation};
pub use rule::{Cap, CapKey, Confidence, KindSet, Layer, Penalty, PenaltyUnit, Posture, Reach, Rule};
pub use rulebook::{PlaceLaw, Rulebook};
pub use terms::Language;
pub use text::{Occasion, Position, RequiredText, Requirement, SenderForm};
pub use waiver::{Waived, WaivedBy, Waiver, WaiverError};
pub(crate) use window::first_common;
pub use window::{HORIZON, Moment, Tolerance, closes_at, is_open, next_common, next_open};
