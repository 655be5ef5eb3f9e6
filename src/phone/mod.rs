//! Phone numbers, as the rest of the library knows them.
//!
//! A [`PhoneNumber`] is E.164 in eight bytes and exists only when it is well formed. People and shops write
//! numbers in a hundred ways; [`PhoneNumber::parse`] reads those at the edge and nowhere else.

mod country;
mod number;

pub use country::{Country, CountryError};
pub use number::{PhoneNumber, PhoneNumberError};
