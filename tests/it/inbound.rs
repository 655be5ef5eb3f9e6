//! Tests of `inbound`.

mod corpus;
mod free_text;
mod heldout;
mod hostile;
mod opening;
mod ordinary;
mod reading;
mod replies;
mod rows;
