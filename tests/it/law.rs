//! Tests of `law`.

mod calendars;
mod coverage;
mod mutants;
mod rulebook;
mod rules;
mod window_model;
mod windows;
