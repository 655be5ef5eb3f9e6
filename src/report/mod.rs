//! What is told afterwards, to people who were not there: counsel, a regulator, the brand itself.
//!
//! [`audit`] judges the past traffic of any platform under the rules that were in force at each moment;
//! [`evidence`] shows why a message went out, in a file that a stranger can check; [`receipt`] shows a consent in the
//! fields of ISO/IEC TS 27560 and of Kantara's consent receipt; [`access`] shows a person everything on record about her.
//! And before: [`preview`] shows a plan as one page, with the messages as they will look on a phone.

#[cfg(feature = "evidence")]
pub mod access;
#[cfg(feature = "import")]
pub mod audit;
#[cfg(feature = "evidence")]
pub mod evidence;
mod html;
pub mod preview;
#[cfg(feature = "evidence")]
pub mod receipt;
