use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

const SECOND_US: i64 = 1_000_000;

/// Counts what came in, so that no second of the clock has more than the throughput.
#[derive(Debug, Default)]
pub(super) struct Door {
    /// Counts by microsecond. Kept for good: a clock may be set back into a second that is full.
    seen: BTreeMap<i64, u32>,
}

impl Door {
    /// Lets one in, unless a second that contains `at` could then hold more than `per_second`.
    pub(super) fn lets_in(&mut self, per_second: Option<u32>, at: DateTime<Utc>) -> bool {
        let Some(per_second) = per_second else { return true };
        let at_us = at.timestamp_micros();
        let near = at_us.saturating_sub(SECOND_US - 1)..at_us.saturating_add(SECOND_US);
        let mut count = 0u64;
        for held in self.seen.range(near).rev().map(|(_, held)| u64::from(*held)) {
            count += held;
            if count >= u64::from(per_second) {
                return false;
            }
        }
        if per_second == 0 {
            return false;
        }
        *self.seen.entry(at_us).or_insert(0) += 1;
        true
    }
}
