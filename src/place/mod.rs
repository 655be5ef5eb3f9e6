//! Where a recipient may be: a **set** of places and a **set** of zones, never a guess at one of them.
//!
//! It begins with the digits of the number ([`Whereabouts::of`]), which say little, since people move and keep
//! their number; a postal code, a declared place or a declared zone narrow it, each with its [`Provenance`].
//! [`ZoneTable`] then says what the clock shows in each of the zones, from one dated release of the IANA data.
//! What cannot be told is an empty set or `None`, and whoever decides defers. The tables are data beside the
//! code, made by scripts from sources that they name.

mod name;
mod postal;
mod prefixes;
mod sets;
mod subdivisions;
mod table;
mod whereabouts;
mod zone;
mod zoneinfo;

pub use name::{Place, PlaceError};
pub use postal::PostalCodeError;
pub use table::{Span, ZoneTable, ZoneTableError};
pub use whereabouts::{Provenance, Whereabouts};
pub use zone::Zone;
pub(crate) use zoneinfo::is_release;
