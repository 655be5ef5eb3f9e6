//! Tests of `content`, and of `message`, which it judges.

mod body;
mod customers;
mod footer;
mod lint;
mod segments;
mod template;
