//! Where a recipient may be: a **set** of places and a **set** of zones, never a guess at one of them.

mod name;
mod zone;

pub use name::{Place, PlaceError};
pub use zone::{Span, Zone, ZoneTable, ZoneTableError};
