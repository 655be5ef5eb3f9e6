//! Decisions: against a plain model, by properties, and case by case.

mod agrees;
mod allocations;
mod brute;
mod cases;
mod europe;
mod facts;
mod laws;
mod lists;
mod minutes;
mod model;
mod subsets;
mod windows;
