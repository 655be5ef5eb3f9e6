//! What shop platforms hand over, made into rows that the rest of the library understands.
//!
//! [`table`] reads any CSV, however it was spoiled on the way: what cannot be read is a typed fault that names its
//! line, never a guess.

#[cfg(feature = "import")]
pub mod table;
