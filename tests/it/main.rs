//! One binary for all integration tests: it links once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that cannot go on has failed; clippy's own switch does not see helper functions"
)]

#[cfg(feature = "import")]
mod audit;
mod bans;
mod content;
mod contract;
#[cfg(unix)]
mod erasure;
#[cfg(feature = "evidence")]
mod evidence;
#[cfg(unix)]
mod fence;
mod firewall;
mod fold;
mod gateway;
mod handover;
#[cfg(feature = "http")]
mod http_gateways;
mod inbound;
#[cfg(target_os = "linux")]
mod injected;
#[cfg(unix)]
mod kill;
mod law;
mod ledger;
mod ledger_verify;
mod phone;
mod place;
mod policy;
mod proof;
mod receive;
mod registers;
mod shop;
mod simulation;
#[cfg(unix)]
mod support;
mod walk;
mod webhook;
