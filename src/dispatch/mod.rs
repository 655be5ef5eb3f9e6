//! From the outbox to the gateway: claim what is due, make a draft of it (`drafting`), reserve it, hand it over,
//! record what came of it (`outcome`); what nobody concluded is asked for later (`recover`). A worker holds at
//! most one window of messages in flight, so a crash leaves no more than that *unknown*.

mod drafting;
mod flights;
mod join;
mod outcome;
mod pacing;
mod queue;
mod rebalance;
mod recover;
#[cfg(all(test, feature = "_shuttle"))]
mod schedules;
mod story;
mod worker;

pub(crate) use flights::Flights;
pub(crate) use outcome::billed;
pub(crate) use queue::Queue;
pub(crate) use rebalance::Looked;
pub(crate) use story::story;
pub(crate) use worker::Worker;
pub use worker::{Batch, Checkpointing, DispatchError, Dispatched};
