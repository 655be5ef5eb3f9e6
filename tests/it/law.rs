//! Tests of `law`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "clippy knows a test by its attribute, not the helpers beside it"
)]

mod calendars;
mod coverage;
mod damaged;
mod edges;
mod eu;
mod gaps;
mod heldout;
mod mutants;
mod rulebook;
mod rules;
mod shown;
mod tz_minimum;
mod us;
mod waivers;
mod window_model;
mod windows;
mod world;
