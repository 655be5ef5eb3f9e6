use super::store::Drawn;

/// Draws from a budget of `per_second` whose next free slot is at `next_us` (Unix microseconds).
///
/// Slots are evenly spaced and at most one second of them may be taken at once; what was not used is lost, so
/// that a carrier never sees more than it agreed to. Returns what was given, and the new `next_us`.
#[must_use]
pub(super) fn draw(next_us: i64, per_second: u32, wanted: u32, now_ms: i64) -> (Drawn, i64) {
    let per_second = i64::from(per_second.max(1));
    let (gap_us, now_us) = (1_000_000 / per_second, now_ms.saturating_mul(1_000));
    // A clock that was far ahead once must not hold the budget for ever.
    let next_us = next_us.min(now_us.saturating_add(1_000_000)).max(now_us);
    let room = (now_us + 1_000_000 - next_us) / gap_us.max(1);
    let granted = i64::from(wanted).min(room).clamp(0, per_second);
    let next_us = next_us + granted * gap_us;
    // The next slot is free once the second before it has room again.
    let next_ms = (next_us + gap_us - 1_000_000).div_euclid(1_000) + 1;
    let granted = u32::try_from(granted).unwrap_or(0);
    (Drawn { granted, next_ms: next_ms.max(now_ms) }, next_us)
}

#[cfg(test)]
mod tests {
    use super::draw;

    #[test]
    fn a_budget_gives_its_rate_and_no_more() {
        let (mut next, mut now, mut given) = (0, 1_000_000_000_000, 0u32);
        let start = now;
        while now < start + 10_000 {
            let (drawn, then) = draw(next, 50, 64, now);
            next = then;
            given += drawn.granted;
            now = drawn.next_ms.max(now + 1);
        }
        // Ten seconds at 50, plus the second that may be taken at once.
        assert!((500..=551).contains(&given), "{given}");
    }

    #[test]
    fn a_clock_far_ahead_once_does_not_hold_the_budget() {
        let (_, far) = draw(0, 10, 10, 2_000_000_000_000);
        assert_eq!(draw(far, 10, 1, 1_000_000_000_000).0.granted, 0);
        assert!(draw(far, 10, 1, 1_000_000_000_000).1 <= 1_000_000_000_000_000 + 1_000_000);
    }
}
