//! The one place where decision and ledger meet. [`reserve`] decides, appends `Started` at the version that was
//! judged, and only then mints a [`Permit`]: bound to one recipient, one final body, one deadline.
//!
//! ```compile_fail
//! // A permit cannot be made: its fields are private and it has no constructor.
//! let permit = optin::permit::Permit { message: todo!(), number: todo!() };
//! ```
//! ```compile_fail
//! // It cannot be used twice: opening it takes it.
//! fn twice(permit: optin::permit::Permit, now: chrono::DateTime<chrono::Utc>) {
//!     let _ = permit.open(Some(now));
//!     let _ = permit.open(Some(now));
//! }
//! ```
//! ```compile_fail
//! // It cannot be copied.
//! fn copy(permit: &optin::permit::Permit) -> optin::permit::Permit {
//!     permit.clone()
//! }
//! ```
//! ```compile_fail
//! // It cannot be split: only the library's own `Failover` holds a spare, and only until the first answer.
//! fn split(permit: optin::permit::Permit) {
//!     let (_first, _second) = permit.with_spare();
//! }
//! ```
//! ```compile_fail
//! // And nothing is sent without one: a gateway takes no number and no text.
//! use optin::{gateway::{Gateway, SimulatedCarrier}, clock::FixedClock};
//! async fn skip(carrier: &SimulatedCarrier, clock: &FixedClock) {
//!     carrier.send("+33612345678", "Bonjour", clock).await;
//! }
//! ```

mod answer;
mod reserve;
mod slip;

pub(crate) use answer::CODES_A_DAY;
pub use answer::{ANSWER_WITHIN_MINUTES, may_answer};
pub use reserve::{Draft, Drafted, Leeway, ReserveError, Reserved, reserve};
pub(crate) use slip::Refused;
pub use slip::{Expired, Handover, Permit};
