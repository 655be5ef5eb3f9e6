use super::waiting::{Allowance, Budget, Lane, Unit};

/// No message holds a rate back for longer, and no clock that was ahead once.
const LONGEST_US: i64 = 600_000_000;
/// No carrier counts over more than a month: a period that ends later than this after ours is a wrong clock's.
const LONGEST_PERIOD_MS: i64 = 40 * 86_400_000;
/// When to look again at a quota whose period the caller has not moved on.
const AGAIN_MS: i64 = 1_000;

/// What the store keeps of a budget: for a rate its next free slot, Unix microseconds; for a quota its period and
/// what of it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Level {
    pub(super) next_us: i64,
    pub(super) ends_ms: i64,
    pub(super) used: u64,
}

/// Slots of a rate.
#[derive(Debug, Clone, Copy)]
struct Rate {
    gap_us: i64,
    /// How many may be taken at once: one second of them.
    burst: i64,
}

impl Rate {
    fn of(allowance: Allowance) -> Option<Self> {
        let (count, period_us, seconds) = match allowance {
            Allowance::PerSecond(count) => (count, 1_000_000, 1),
            Allowance::PerMinute(count) => (count, 60_000_000, 60),
            Allowance::Until { .. } => return None,
        };
        let count = i64::from(count.max(1));
        // Rounded up: rather a little slower than agreed.
        Some(Self { gap_us: (period_us + count - 1) / count, burst: (count / seconds).max(1) })
    }

    /// Marketing leaves the last quarter of what may go at once to the others, and never takes none.
    fn at_once(self, lane: Lane) -> i64 {
        match lane {
            Lane::Marketing => (self.burst - (self.burst + 3) / 4).max(1),
            Lane::Urgent | Lane::Transactional => self.burst,
        }
    }
}

/// What a message of so many segments costs.
pub(super) fn cost(budget: &Budget, segments: u32) -> u32 {
    match budget.unit {
        Unit::Messages => 1,
        Unit::Segments => segments.max(1),
    }
}

impl Level {
    /// From when there is room for `cost`, Unix milliseconds; `now_ms` at the earliest.
    pub(super) fn ready_ms(&mut self, budget: &Budget, lane: Lane, cost: u32, now_ms: i64) -> i64 {
        match (Rate::of(budget.allowance), budget.allowance) {
            (None, Allowance::Until { ends_ms, max }) => {
                let kept = if lane == Lane::Marketing { budget.kept } else { 0 };
                self.quota_ready_ms(ends_ms, max.saturating_sub(kept), cost, now_ms)
            }
            (None, _) => now_ms.saturating_add(AGAIN_MS),
            (Some(rate), _) => {
                self.bound(rate, now_ms);
                let most = rate.at_once(lane);
                // What is longer than all that may go at once waits until all of it is free.
                let ready_us = self.next_us + (i64::from(cost).min(most) - most) * rate.gap_us;
                (ready_us.saturating_add(999)).div_euclid(1_000).max(now_ms)
            }
        }
    }

    fn quota_ready_ms(&mut self, ends_ms: i64, max: u64, cost: u32, now_ms: i64) -> i64 {
        if ends_ms <= now_ms {
            return now_ms.saturating_add(AGAIN_MS);
        }
        self.period(ends_ms);
        let room = max.saturating_sub(self.used);
        if room > 0 && room >= u64::from(cost).min(max) { now_ms } else { self.ends_ms.max(ends_ms) }
    }

    /// Moves on to the period that ends then, if it is a later one.
    fn period(&mut self, ends_ms: i64) {
        if ends_ms > self.ends_ms {
            (self.ends_ms, self.used) = (ends_ms, 0);
        } else if self.ends_ms - ends_ms > LONGEST_PERIOD_MS {
            self.ends_ms = ends_ms;
        }
    }

    /// A clock that was far ahead once must not hold a rate for ever: at worst nothing is free now.
    fn bound(&mut self, rate: Rate, now_ms: i64) {
        let full_us = now_ms.saturating_mul(1_000).saturating_add(rate.burst * rate.gap_us);
        if self.next_us > full_us.saturating_add(LONGEST_US) {
            self.next_us = full_us;
        }
    }

    /// Takes `cost`, whether there is room or not.
    pub(super) fn draw(&mut self, budget: &Budget, cost: u32, now_ms: i64) {
        match (Rate::of(budget.allowance), budget.allowance) {
            (Some(rate), _) => {
                let from_us = self.next_us.max(now_ms.saturating_mul(1_000));
                let takes_us = (i64::from(cost) * rate.gap_us).min(LONGEST_US.max(rate.gap_us));
                self.next_us = from_us.saturating_add(takes_us);
            }
            (None, Allowance::Until { ends_ms, .. }) => {
                self.period(ends_ms);
                self.used = self.used.saturating_add(u64::from(cost));
            }
            (None, _) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::waiting::Unit, Allowance, Budget, Lane, Level};
    use crate::id::Name;

    const NOW: i64 = 1_800_000_000_000;

    fn budget(allowance: Allowance) -> Budget {
        Budget { name: Name::new("36123").unwrap(), unit: Unit::Segments, allowance, kept: 0 }
    }

    /// How many of `cost` go in so long, each as soon as it may.
    fn goes(budget: &Budget, lane: Lane, cost: u32, for_ms: i64) -> i64 {
        let (mut level, mut now, mut gone) = (Level::default(), NOW, 0);
        while now < NOW + for_ms {
            let ready = level.ready_ms(budget, lane, cost, now);
            if ready > now {
                now = ready;
            } else {
                level.draw(budget, cost, now);
                gone += i64::from(cost);
            }
        }
        gone
    }

    #[test]
    fn a_rate_gives_what_it_says_and_one_second_at_once() {
        for (allowance, rate) in [(Allowance::PerSecond(50), 50), (Allowance::PerMinute(600), 10)] {
            for cost in [1, 3] {
                let all = goes(&budget(allowance), Lane::Urgent, cost, 60_000);
                assert!((60 * rate..=61 * rate + 3).contains(&all), "{allowance:?} {cost}: {all}");
                // Marketing has the same over time, and three quarters of it at once.
                let most = goes(&budget(allowance), Lane::Marketing, cost, 60_000);
                assert!((60 * rate..=60 * rate + rate * 3 / 4 + 3).contains(&most), "{allowance:?}: {most}");
            }
        }
        for lane in [Lane::Urgent, Lane::Marketing] {
            assert_eq!(goes(&budget(Allowance::PerSecond(1)), lane, 1, 60_000), 60);
            // Longer than all that may go at once: over time no more than agreed.
            assert_eq!(goes(&budget(Allowance::PerSecond(1)), lane, 4, 60_000), 60);
        }
    }

    #[test]
    fn marketing_leaves_a_quarter_of_the_burst() {
        let (budget, mut level) = (budget(Allowance::PerSecond(8)), Level::default());
        let mut take = |lane| {
            let goes = level.ready_ms(&budget, lane, 1, NOW) <= NOW;
            if goes {
                level.draw(&budget, 1, NOW);
            }
            goes
        };
        assert_eq!((0..20).filter(|_| take(Lane::Marketing)).count(), 6);
        assert_eq!((0..20).filter(|_| take(Lane::Transactional)).count(), 2);
    }

    #[test]
    fn a_clock_far_ahead_once_does_not_hold_a_rate() {
        let (budget, mut level) = (budget(Allowance::PerSecond(10)), Level::default());
        level.draw(&budget, 1, NOW + 86_400_000);
        let ready = level.ready_ms(&budget, Lane::Urgent, 1, NOW);
        assert!(ready > NOW && ready <= NOW + 1_000, "{}", ready - NOW);
    }

    #[test]
    fn a_quota_is_for_its_period() {
        let day = |ends_ms| Budget { kept: 2, ..budget(Allowance::Until { ends_ms, max: 5 }) };
        let (today, mut level) = (day(NOW + 1_000), Level::default());
        assert_eq!(level.ready_ms(&today, Lane::Marketing, 3, NOW), NOW);
        level.draw(&today, 3, NOW);
        // Two are kept for others; an older period draws on this one; a longer message than all waits for the next.
        assert_eq!(level.ready_ms(&today, Lane::Marketing, 1, NOW), NOW + 1_000);
        assert_eq!(level.ready_ms(&today, Lane::Urgent, 2, NOW), NOW);
        assert_eq!(level.ready_ms(&day(NOW + 900), Lane::Urgent, 3, NOW), NOW + 1_000);
        assert_eq!(level.ready_ms(&today, Lane::Urgent, 9, NOW), NOW + 1_000);
        assert_eq!(level.ready_ms(&day(NOW + 2_000), Lane::Urgent, 9, NOW), NOW);
        // What is over gives nothing, nor does a quota that is all kept.
        assert!(level.ready_ms(&day(NOW), Lane::Urgent, 1, NOW) > NOW);
        let kept = Budget { kept: 9, ..day(NOW + 3_000) };
        assert!(level.ready_ms(&kept, Lane::Marketing, 1, NOW) > NOW);
        // A period that only a wrong clock can have begun is cut to ours, and what is used stays used.
        let mut level = Level { ends_ms: NOW + 400 * 86_400_000, used: 4, ..Level::default() };
        assert_eq!(level.ready_ms(&today, Lane::Urgent, 2, NOW), NOW + 1_000);
    }
}
