use super::state::{State, Suspension};
use crate::{
    codec::cbor_map,
    id::{InboundId, Name},
};

/// Doubtful texts that are kept apart. More than these nobody judges one by one.
const KEEP_DOUBTS: usize = 16;

cbor_map! {
    /// One doubtful text that no human has judged.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Doubt {
        /// The text; zeros for several that can no longer be told apart.
        0 => pub inbound: InboundId,
        /// When it becomes a revocation, Unix milliseconds.
        1 => pub deadline_ms: i64,
        /// When it was written, Unix milliseconds.
        2 => pub acted_ms: i64,
        /// Its place in the stream.
        3 => pub seq: u64,
    }
}

cbor_map! {
    /// The confirmation of a STOP asked which of several things it meant.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Clarification {
        /// The STOP.
        0 => pub stop: InboundId,
        /// The program that it answered.
        1 => pub program: Name,
        /// Until when an answer counts, Unix milliseconds.
        2 => pub expires_ms: i64,
        /// The programs that stood open before it.
        3 => pub open: Vec<Name>,
        /// The topics that may be named; empty: programs may.
        4 => pub topics: Vec<Name>,
    }
}

impl State {
    /// One more doubtful text waits. What is past its deadline, or too much, is kept as one that nobody can lift.
    pub(super) fn doubt(&mut self, doubt: Doubt) {
        let newest_ms = self.newest_ms;
        let doubts = self.doubts.get_or_insert_default();
        doubts.push(doubt);
        let full = doubts.len() > KEEP_DOUBTS;
        let over = |held: &Doubt| held.inbound == InboundId::default() || newest_ms >= held.deadline_ms;
        let melts = |held: &Doubt| over(held) || (full && held.seq == doubt.seq);
        if doubts.iter().filter(|held| melts(held)).count() > 1 || full {
            let (gone, mut kept): (Vec<_>, Vec<_>) = doubts.drain(..).partition(melts);
            let melted = gone.into_iter().reduce(|a, b| Doubt {
                inbound: InboundId::default(),
                deadline_ms: a.deadline_ms.min(b.deadline_ms),
                acted_ms: a.acted_ms.max(b.acted_ms),
                seq: a.seq.max(b.seq),
            });
            kept.extend(melted.map(|one| Doubt { inbound: InboundId::default(), ..one }));
            *doubts = kept;
        }
        self.suspend();
    }

    /// A human has judged these.
    pub(super) fn resolve(&mut self, judged: impl Fn(&Doubt) -> bool) {
        if let Some(doubts) = &mut self.doubts {
            doubts.retain(|doubt| !judged(doubt));
        }
        self.suspend();
    }

    /// The suspension is what is left of them all.
    fn suspend(&mut self) {
        let as_one = |a: Suspension, b: Suspension| Suspension {
            deadline_ms: a.deadline_ms.min(b.deadline_ms),
            acted_ms: a.acted_ms.max(b.acted_ms),
            seq: a.seq.max(b.seq),
        };
        let doubts = self.doubts.iter().flatten();
        let each =
            doubts.map(|d| Suspension { deadline_ms: d.deadline_ms, acted_ms: d.acted_ms, seq: d.seq });
        self.suspension = each.reduce(as_one);
        self.doubts = self.doubts.take().filter(|doubts| !doubts.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::{Doubt, KEEP_DOUBTS, State};
    use crate::id::InboundId;

    fn doubt(nth: u8) -> Doubt {
        let nth_ms = i64::from(nth);
        Doubt {
            inbound: InboundId([nth; 16]),
            deadline_ms: 1_000 + nth_ms,
            acted_ms: nth_ms,
            seq: u64::from(nth),
        }
    }

    #[test]
    fn a_flood_of_doubts_is_bounded_and_what_melted_is_never_lifted() {
        let mut state = State::default();
        (1..=200).for_each(|nth| state.doubt(doubt(nth)));
        assert!(state.doubts.as_ref().unwrap().len() <= KEEP_DOUBTS + 1);
        let all = state.suspension.unwrap();
        assert_eq!((all.deadline_ms, all.acted_ms, all.seq), (1_001, 200, 200));
        (1..=200).for_each(|nth| state.resolve(|held| held.inbound == InboundId([nth; 16])));
        assert_eq!(state.suspension.unwrap().acted_ms, 200);
    }

    #[test]
    fn one_judged_leaves_the_others() {
        let mut state = State::default();
        (1..=3).for_each(|nth| state.doubt(doubt(nth)));
        state.resolve(|held| held.seq == 1);
        assert_eq!(state.suspension.map(|s| s.deadline_ms), Some(1_002));
        state.resolve(|held| held.seq > 1);
        assert_eq!((state.suspension, state.doubts), (None, None));
    }
}
