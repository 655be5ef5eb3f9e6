//! What is said, held against the law: what is missing or wrong in a text, and the line that puts it right.
//!
//! [`Lint`] reads its rules from data files, one row a country, a sender and a kind, each with its citation.
//! [`Lint::check`] lists what is missing or of the wrong form in what is [`Said`]; [`Lint::footer`] composes the opt-out
//! line that is missing, once. What no row covers is an error, never silence. [`classify`] finds what kind of message a
//! text is, whatever its author calls it.

mod book;
mod classes;
mod classify;
mod fold;
mod footer;
#[cfg(test)]
mod lessons;
mod links;
mod lint;
mod look;
mod restricted;
mod rows;
mod said;
mod wanted;
mod way_out;

pub use crate::program::SenderKind;
pub use book::LintError;
pub use classify::{Classified, classify};
pub use footer::{Footer, FooterError};
pub use lint::{Finding, FindingCode, Lint};
pub use rows::Severity;
pub use said::Said;
