//! One binary for all integration tests: it links once.

mod content;
mod fold;
mod gateway;
mod inbound;
mod law;
mod ledger;
mod ledger_verify;
mod phone;
mod place;
mod receive;
mod simulation;
mod walk;
