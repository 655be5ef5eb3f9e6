//! Tests of `inbound`.
