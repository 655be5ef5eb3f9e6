//! What is told afterwards, to people who were not there: counsel, a regulator, the brand itself.
//!
//! [`audit`] judges the past traffic of any platform under the rules that were in force at each moment;
//! [`evidence`] shows why a message went out, in a file that a stranger can check; [`receipt`] shows a consent in the
//! fields of ISO/IEC TS 27560 and of Kantara's consent receipt.

#[cfg(feature = "import")]
pub mod audit;
#[cfg(feature = "evidence")]
pub mod evidence;
#[cfg(feature = "evidence")]
pub mod receipt;
