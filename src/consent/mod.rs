//! Who agreed to what: records, evidence, and the fold of a person's records into what stands now.
//!
//! Pure, and without law: a revocation keeps what was *said*, a basis keeps *dates*; how far they reach and
//! when they lapse is decided in [`policy`](crate::policy).

mod asking;
mod basis;
mod blank;
mod code;
mod doubts;
pub mod event;
mod evidence;
mod read;
mod reassigned;
mod state;

pub use asking::{OpenQuestion, Pending};
pub use basis::Basis;
pub use code::{CodeError, OneTimeCode};
pub use doubts::{Clarification, Doubt};
pub use event::Event;
#[cfg(feature = "evidence")]
pub(crate) use evidence::text_digest;
pub use evidence::{Acquisition, Channel, ConsentText, Grade, Grant, How, OptIn, PersonalField};
pub(crate) use reassigned::new_holder_ms;
pub use state::{Check, Checkpoint, Listed, Opening, ProgramState, Revocation, Sent, State, Suspension};
