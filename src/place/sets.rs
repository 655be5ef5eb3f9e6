//! How the tables beside this file write sets: names with commas between, sorted when read.

use super::{Place, Zone};

/// The zones of `America/Chicago,America/Denver`. `None` when one is not a zone.
pub(super) fn zones(field: &str) -> Option<&'static [Zone]> {
    sorted(field.split(',').filter(|name| !name.is_empty()).map(Zone::named))
}

/// The places of `US-FL,US-GA`. `None` when one is not a place.
pub(super) fn places(field: &str) -> Option<&'static [Place]> {
    sorted(field.split(',').filter(|name| !name.is_empty()).map(|name| Place::new(name).ok()))
}

/// The rows of a table: no comments, no blank lines, fields apart.
pub(super) fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split('|').collect())
}

/// Kept for the life of the program: the tables are constants, read once.
fn sorted<T: Ord>(items: impl Iterator<Item = Option<T>>) -> Option<&'static [T]> {
    let mut items = items.collect::<Option<Vec<T>>>()?;
    items.sort_unstable();
    items.dedup();
    Some(Vec::leak(items))
}
