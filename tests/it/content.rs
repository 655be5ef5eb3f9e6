//! Tests of `content`, and of `message`, which it judges.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod body;
mod customers;
mod footer;
mod kinds;
mod lint;
mod measured;
mod read;
mod restricted;
mod segments;
mod template;
