//! Decisions: against a plain model, by properties, and case by case.

mod agrees;
mod allocations;
mod bans;
mod barred;
mod brute;
mod cases;
mod europe;
mod explained;
mod facts;
mod forbids;
mod grounds;
mod laws;
mod lists;
mod memo;
mod minutes;
mod model;
mod revoked;
mod subsets;
mod windows;
mod world;
mod zonedata;
