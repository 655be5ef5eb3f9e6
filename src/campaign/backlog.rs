use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::{id::Name, ledger::BacklogCell};

/// Messages by sender, release minute and closing minute: all that is needed to see whether they fit, however
/// many they are.
#[derive(Debug, Default)]
pub(super) struct Histogram(BTreeMap<Name, Lane>);

#[derive(Debug, Default)]
struct Lane {
    per_minute: u64,
    cells: BTreeMap<(i64, i64), u64>,
}

/// Whether one sender's messages fit before each window closes, at its throughput.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backlog {
    /// The sender.
    pub sender: Name,
    /// Messages.
    pub messages: u64,
    /// When the last of those that fit goes out.
    pub ends: Option<DateTime<Utc>>,
    /// How many do not fit before their window closes.
    pub too_late: u64,
    /// Those by the minute in which their window closes.
    pub(crate) late: BTreeMap<i64, u64>,
}

impl Histogram {
    /// Counts messages that may go from `release` until before `closes`, both Unix seconds.
    pub(super) fn add(&mut self, sender: &Name, per_second: u32, release: i64, closes: i64, messages: u64) {
        if !self.0.contains_key(sender) {
            let lane = Lane { per_minute: u64::from(per_second) * 60, cells: BTreeMap::new() };
            self.0.insert(sender.clone(), lane);
        }
        if let Some(lane) = self.0.get_mut(sender) {
            *lane.cells.entry((release.div_euclid(60), closes.div_euclid(60))).or_default() += messages;
        }
    }

    /// Plays every lane minute by minute, the earliest closing first.
    pub(super) fn play(self) -> Vec<Backlog> {
        self.0.into_iter().map(|(sender, lane)| lane.play(sender)).collect()
    }
}

/// Whether what waits fits, sender by sender. A sender that this host does not know is left out.
pub(crate) fn forecast(cells: &[BacklogCell], per_second: impl Fn(&Name) -> Option<u32>) -> Vec<Backlog> {
    let mut all = Histogram::default();
    for cell in cells {
        if let Some(rate) = per_second(&cell.sender) {
            let closes = cell.closes_minute.saturating_mul(60);
            all.add(&cell.sender, rate, cell.due_minute.saturating_mul(60), closes, cell.messages);
        }
    }
    all.play()
}

impl Lane {
    fn play(self, sender: Name) -> Backlog {
        let messages = self.cells.values().sum();
        let mut coming = self.cells.into_iter().peekable();
        // By closing minute: how many wait.
        let mut waiting: BTreeMap<i64, u64> = BTreeMap::new();
        let (mut minute, mut last, mut late) = (i64::MIN, None, BTreeMap::new());
        loop {
            let next = coming.peek().map(|((release, _), _)| *release);
            minute = match (waiting.is_empty(), next) {
                (true, None) => break,
                (true, Some(release)) => minute.max(release),
                (false, _) => minute,
            };
            while let Some(((_, closes), count)) = coming.next_if(|((release, _), _)| *release <= minute) {
                *waiting.entry(closes).or_default() += count;
            }
            let over: BTreeSet<i64> = waiting.range(..=minute).map(|(closes, _)| *closes).collect();
            late.extend(over.into_iter().filter_map(|closes| Some((closes, waiting.remove(&closes)?))));
            let mut room = self.per_minute.max(1);
            while room > 0 {
                let Some(mut first) = waiting.first_entry() else { break };
                let sent = room.min(*first.get());
                room -= sent;
                *first.get_mut() -= sent;
                if *first.get() == 0 {
                    first.remove();
                }
                last = Some(minute);
            }
            minute += 1;
        }
        let ends = last.and_then(|minute| DateTime::from_timestamp((minute + 1) * 60, 0));
        Backlog { sender, messages, ends, too_late: late.values().sum(), late }
    }
}

#[cfg(test)]
mod tests {
    use super::Histogram;
    use crate::id::Name;

    #[test]
    fn what_does_not_fit_before_the_window_closes_is_counted() {
        let sender = Name::new("36123").unwrap();
        let mut backlog = Histogram::default();
        // One a second is 60 a minute: of 150 that close after two minutes 120 fit.
        (0..150).for_each(|_| backlog.add(&sender, 1, 0, 120, 1));
        (0..10).for_each(|_| backlog.add(&sender, 1, 3_600, 7_200, 1));
        let played = backlog.play();
        assert_eq!((played[0].messages, played[0].too_late), (160, 30));
        assert_eq!(played[0].ends.unwrap().timestamp(), 3_660);
    }

    #[test]
    fn the_earliest_closing_goes_first() {
        let sender = Name::new("36123").unwrap();
        let mut backlog = Histogram::default();
        (0..60).for_each(|_| backlog.add(&sender, 1, 0, 600, 1));
        (0..60).for_each(|_| backlog.add(&sender, 1, 0, 60, 1));
        assert_eq!(backlog.play()[0].too_late, 0);
    }
}
