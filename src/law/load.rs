use std::sync::Arc;

use super::{Calendar, Coverage, PlaceLaw, Rule};
use crate::place::Place;

#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) version: String,
    pub(super) rules: Vec<Arc<Rule>>,
    pub(super) calendars: Vec<Arc<Calendar>>,
    pub(super) coverage: Vec<Coverage>,
    pub(super) nothing: PlaceLaw,
}

impl Book {
    pub(super) fn law_of(&self, _place: Place) -> &PlaceLaw {
        &self.nothing
    }
}
