//! Tests of `law`.

mod coverage;
mod rulebook;
mod windows;
