//! What is said, before anybody receives it: its kind in the law's eyes, its template, its body, its segments.

mod kind;

pub use kind::Kind;
