use super::{Place, Zone};

/// Every zone of a country or subdivision; empty when the table does not know it.
pub(super) fn zones(_place: Place) -> &'static [Zone] {
    &[]
}
