//! What has a page of its own.

#[doc = include_str!("erasure.md")]
pub mod erasure {}
