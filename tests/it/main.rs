//! One binary for all integration tests: it links once.

mod content;
mod gateway;
mod inbound;
mod law;
mod phone;
mod place;
