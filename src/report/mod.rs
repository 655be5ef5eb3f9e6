//! What can be shown to others.

#[cfg(feature = "evidence")]
pub mod evidence;
