//! From the outbox to the gateway: claim what is due, judge it again, pace it, reserve it, hand it over, record
//! what came of it. A worker holds at most one window of messages in flight, so a crash leaves no more than that
//! *unknown*.

mod join;
mod outcome;
mod worker;

pub use worker::{Batch, DispatchError, Dispatched};
pub(crate) use worker::{Orphans, Worker};
