//! May this message go to this person now? Consent, law, caps and the brand's own wishes come together here.
//!
//! [`decide`](Policy::decide) is pure: every fact is an argument, the clock and the store are elsewhere, and the
//! same facts give the same decision and the same bytes of explanation. It allocates nothing when it allows.
//! Windows intersect and prohibitions unite over every place and zone the person may be in; a missing fact
//! defers or denies, never allows.

mod bans;
mod brand;
mod caps;
mod clarify;
mod consent;
mod considered;
mod decide;
mod decision;
mod edge;
mod explain;
mod explanation;
mod few;
mod forbids;
mod hours;
mod memo;
mod proof;
mod registers;
mod retention;
mod windows;
mod zonedata;

pub use brand::{Brand, BrandCap};
pub use considered::Considered;
pub use decide::{Facts, Policy, Request};
pub use decision::{Code, Decision, Fact, Need, Reason, Verdict, Versions};
pub use explanation::{Answer, DayOff, Examined, Explanation, PlaceSeen, Unlifted, Why, ZoneSeen};
pub use memo::Memo;
pub use proof::Proof;
pub use retention::{Period, Stay, Trail};
pub use windows::Windows;

pub use crate::law::Language;
