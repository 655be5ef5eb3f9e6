//! One binary for all integration tests: it links once.

mod content;
#[cfg(unix)]
mod fence;
mod gateway;
mod inbound;
#[cfg(unix)]
mod kill;
mod law;
mod ledger;
mod phone;
mod place;
#[cfg(unix)]
mod support;
mod walk;
