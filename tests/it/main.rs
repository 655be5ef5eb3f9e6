//! One binary for all integration tests: it links once.

mod content;
mod gateway;
mod inbound;
mod law;
mod ledger;
mod phone;
mod place;
mod walk;
