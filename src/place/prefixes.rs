use super::{Place, Zone};

/// The places and zones of the longest known prefix of a number; both empty when there is none.
pub(super) fn of(_digits: u64) -> (&'static [Place], &'static [Zone]) {
    (&[], &[])
}
