//! Registers: lists from files, scrubs, and what a decision makes of the answers.

mod doubles;
mod files;
mod scrubs;
