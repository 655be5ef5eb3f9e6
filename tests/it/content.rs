//! Tests of `content`, and of `message`, which it judges.

mod footer;
mod lint;
