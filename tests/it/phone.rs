//! Tests of `phone`.
