use std::collections::{BTreeMap, HashMap};

use crate::{id::Name, ledger::BacklogCell};

/// Which minutes of which sender are still free: a message gets the first one that is, from its release on.
///
/// What finds none before its window closes is moved to another one before anything starts.
#[derive(Debug, Default)]
pub(crate) struct Slots(HashMap<Name, Lane>);

#[derive(Debug, Default)]
struct Lane {
    /// Messages by minute.
    taken: BTreeMap<i64, u32>,
    /// From a full minute to one that may have room: walked along, and shortened.
    next: HashMap<i64, i64>,
}

impl Slots {
    /// Senders that have work already: what waits for them takes the minutes in which it is due.
    pub(crate) fn after(backlog: &[BacklogCell], per_minute: impl Fn(&Name) -> u32) -> Self {
        let mut slots = Self::default();
        for cell in backlog {
            let rate = per_minute(&cell.sender).max(1);
            let lane = slots.0.entry(cell.sender.clone()).or_default();
            let (mut left, mut minute) = (cell.messages, cell.due_minute);
            while left > 0 {
                minute = lane.free(minute, rate);
                let taken = lane.taken.entry(minute).or_insert(0);
                let room = u64::from(rate - *taken).min(left);
                *taken += u32::try_from(room).unwrap_or(rate);
                left -= room;
            }
        }
        slots
    }

    /// The first free moment of a sender from `release` on and before `closes`, all Unix milliseconds.
    pub(crate) fn take(
        &mut self,
        sender: &Name,
        per_second: u32,
        release_ms: i64,
        closes_ms: i64,
    ) -> Option<i64> {
        if !self.0.contains_key(sender) {
            self.0.insert(sender.clone(), Lane::default());
        }
        let lane = self.0.get_mut(sender)?;
        let rate = per_second.saturating_mul(60).max(1);
        let minute = lane.free(release_ms.div_euclid(60_000), rate);
        let before = lane.taken.get(&minute).copied().unwrap_or(0);
        // Within its minute the sender's budgets say who goes when.
        let moment = (minute * 60_000).max(release_ms);
        if moment >= closes_ms {
            return None;
        }
        lane.taken.insert(minute, before + 1);
        Some(moment)
    }
}

impl Lane {
    /// The first minute from this one on that is not full.
    fn free(&mut self, from: i64, rate: u32) -> i64 {
        let mut minute = from;
        let mut passed = Vec::new();
        while self.taken.get(&minute).is_some_and(|taken| *taken >= rate) {
            passed.push(minute);
            minute = self.next.get(&minute).copied().unwrap_or(minute + 1);
        }
        for full in passed {
            self.next.insert(full, minute);
        }
        minute
    }
}

#[cfg(test)]
mod tests {
    use super::Slots;
    use crate::{
        id::Name,
        ledger::{BacklogCell, Lane},
    };

    const MINUTE: i64 = 60_000;

    fn sender() -> Name {
        Name::new("36123").unwrap()
    }

    #[test]
    fn a_sender_is_filled_at_its_rate_and_not_beyond_the_close() {
        let mut slots = Slots::default();
        let taken: Vec<_> =
            (0..150).map_while(|_| slots.take(&sender(), 1, MINUTE / 2, 3 * MINUTE)).collect();
        assert_eq!(taken.len(), 150);
        assert!(taken.windows(2).all(|pair| pair[0] <= pair[1]));
        assert!(taken.iter().all(|at| (MINUTE / 2..3 * MINUTE).contains(at)));
        assert_eq!((0..60).filter_map(|_| slots.take(&sender(), 1, 0, 3 * MINUTE)).count(), 30);
        assert_eq!(slots.take(&sender(), 1, 0, 4 * MINUTE), Some(3 * MINUTE));
    }

    #[test]
    fn a_later_release_leaves_the_earlier_minutes_to_others() {
        let mut slots = Slots::default();
        (0..60).for_each(|_| assert!(slots.take(&sender(), 1, 10 * MINUTE, 20 * MINUTE).is_some()));
        assert_eq!(slots.take(&sender(), 1, 0, 20 * MINUTE), Some(0));
        assert_eq!(slots.take(&sender(), 1, 10 * MINUTE, 20 * MINUTE), Some(11 * MINUTE));
        assert_eq!(slots.take(&sender(), 1, 10 * MINUTE, 11 * MINUTE), None);
    }

    #[test]
    fn what_waits_already_goes_first() {
        let job = Name::new("other").unwrap();
        let cell = BacklogCell {
            sender: sender(),
            lane: Lane::Marketing,
            job,
            due_minute: 0,
            closes_minute: 9,
            messages: 90,
            segments: 90,
        };
        let mut slots = Slots::after(&[cell], |_| 60);
        assert_eq!(slots.take(&sender(), 1, 0, 9 * MINUTE), Some(MINUTE));
    }
}
