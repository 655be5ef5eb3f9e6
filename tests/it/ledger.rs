//! Tests of `ledger`: both ledgers against the conformance suite, and the SQLite ledger against accidents.

mod conformance;
