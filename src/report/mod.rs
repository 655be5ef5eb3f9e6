//! What is told afterwards, to people who were not there: counsel, a regulator, the brand itself.
//!
//! `receipt` shows a consent in the fields of ISO/IEC TS 27560 and of Kantara's consent receipt.
//! [`audit`] judges the past traffic of any platform under the rules that were in force at each moment.

#[cfg(feature = "import")]
pub mod audit;
#[cfg(feature = "evidence")]
pub mod receipt;
