//! How the tables beside this file write sets: names with commas between, sorted when read.

use std::collections::HashMap;

use super::{Place, Zone};

/// Sets that occur in many rows, kept once, for the life of the program: the tables are constants, read once.
#[derive(Default)]
pub(super) struct Pool {
    zones: HashMap<&'static str, &'static [Zone]>,
    places: HashMap<&'static str, &'static [Place]>,
}

impl Pool {
    /// The zones of `America/Chicago,America/Denver`. `None` when one is not a zone.
    pub(super) fn zones(&mut self, field: &'static str) -> Option<&'static [Zone]> {
        kept(&mut self.zones, field, Zone::named)
    }

    /// The places of `US-FL,US-GA`. `None` when one is not a place.
    pub(super) fn places(&mut self, field: &'static str) -> Option<&'static [Place]> {
        kept(&mut self.places, field, |name| Place::new(name).ok())
    }
}

fn kept<T: Ord>(
    pool: &mut HashMap<&'static str, &'static [T]>,
    field: &'static str,
    read: impl Fn(&str) -> Option<T>,
) -> Option<&'static [T]> {
    if let Some(set) = pool.get(field) {
        return Some(set);
    }
    let mut items = field.split(',').map(read).collect::<Option<Vec<T>>>()?;
    items.sort_unstable();
    items.dedup();
    let set: &'static [T] = Vec::leak(items);
    pool.insert(field, set);
    Some(set)
}

/// The rows of a table: no comments, no blank lines, fields apart.
pub(super) fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split('|').collect())
}
