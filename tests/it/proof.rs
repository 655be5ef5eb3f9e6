//! What can be shown of a consent: its words, its grade, its receipt.

mod grades;
#[cfg(feature = "evidence")]
mod receipts;
mod texts;
