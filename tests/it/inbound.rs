//! Tests of `inbound`.

mod opening;
mod reading;
mod replies;
