//! Tests of `inbound`.

mod heldout;
mod opening;
mod reading;
mod replies;
