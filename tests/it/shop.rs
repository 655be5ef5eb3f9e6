//! Lists from other platforms: reading any CSV, and taking a list in.

mod table;
