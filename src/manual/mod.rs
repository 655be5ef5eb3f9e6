//! What is read rather than called.

#[doc = include_str!("erasure.md")]
pub mod erasure {}

/// The file that [`report::evidence`](crate::report) writes, exact enough to check it without this library.
#[allow(rustdoc::broken_intra_doc_links, reason = "`[x]` is a list of x there")]
#[doc = include_str!("evidence_format.md")]
pub mod evidence_format {}

#[doc = include_str!("threats.md")]
pub mod threats {}
