//! Decisions: against a plain model, by properties, and case by case.

mod agrees;
mod allocations;
mod cases;
mod europe;
mod facts;
mod laws;
mod lists;
mod minutes;
mod model;
mod world;
