//! Phone numbers, as the rest of the library knows them.
//!
//! A [`PhoneNumber`] is E.164 in eight bytes and exists only when it is well formed. People and shops write
//! numbers in a hundred ways; [`PhoneNumber::parse`] reads those at the edge and nowhere else. What the numbering
//! plans say of a number (is it assigned, to which country, is it a mobile: [`Line`]) is asked at the edge too.

mod assigned;
mod codes;
mod country;
mod dfa;
mod line;
mod nfa;
mod number;
mod parse;
mod plan;

pub use country::{Country, CountryError};
pub use line::Line;
pub use number::{PhoneNumber, PhoneNumberError};
