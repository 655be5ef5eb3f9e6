//! What is told afterwards, to people who were not there: counsel, a regulator, the brand itself.
//!
//! [`audit`] judges the past traffic of any platform under the rules that were in force at each moment.

#[cfg(feature = "import")]
pub mod audit;
