/// Added at each step of SplitMix64: 2^64 divided by the golden ratio.
const GAMMA: u64 = 0x9E37_79B9_7F4A_7C15;

/// What one roll decides. Each question has its own roll, so that asking one more never shifts the others.
#[derive(Debug, Clone, Copy)]
pub(super) enum Question {
    WhatNumber,
    WhatMessage,
    WhatTry,
    PollsAfter,
    CanSay,
    Travel,
    HandsetOff,
    HowLongOff,
    Lands,
    ReportLost,
    ReportLate,
    ReportLag,
    ReportTwice,
    SecondLag,
    Replies,
    Words,
    Thinks,
    ReplyLate,
    ReplyLag,
    ReplyTwice,
    SecondReplyLag,
}

/// Dice without a state: a roll follows from the seed, the thing and the question, never from what was rolled
/// before. Mixes with the finaliser of SplitMix64.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dice(u64);

impl Dice {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The dice of one thing, apart from every other thing's.
    #[must_use]
    pub(super) fn of(self, thing: &[u8]) -> Self {
        let start = mix(self.0 ^ thing.len() as u64);
        Self(thing.chunks(8).fold(start, |state, chunk| {
            mix(state ^ chunk.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)))
        }))
    }

    /// The dice of the nth try, taking or reply.
    #[must_use]
    pub(super) fn nth(self, nth: u32) -> Self {
        self.of(&nth.to_be_bytes())
    }

    fn roll(self, question: Question) -> u64 {
        mix(self.0 ^ mix(question as u64))
    }

    /// 0 to 999.
    pub(super) fn per_mille(self, question: Question) -> u64 {
        self.roll(question) % 1_000
    }

    /// Whether something that happens in so many of a thousand cases happens here.
    pub(super) fn happens(self, question: Question, per_mille: u16) -> bool {
        self.per_mille(question) < u64::from(per_mille)
    }

    /// `from` to `to`, both included; `from` if they are the wrong way round.
    pub(super) fn between(self, question: Question, from: u64, to: u64) -> u64 {
        let span = to.saturating_sub(from);
        from + span.checked_add(1).map_or_else(|| self.roll(question), |span| self.roll(question) % span)
    }

    /// One of these.
    pub(super) fn one_of<T: Copy>(self, question: Question, list: &[T]) -> Option<T> {
        let at = self.between(question, 0, (list.len() as u64).saturating_sub(1));
        list.get(usize::try_from(at).ok()?).copied()
    }
}

/// One step of SplitMix64.
const fn mix(state: u64) -> u64 {
    let z = state.wrapping_add(GAMMA);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::{Dice, Question, mix};

    /// The first outputs of SplitMix64 from the seed 0, as its reference program prints them.
    #[test]
    fn mixes_as_splitmix64_does() {
        assert_eq!(mix(0), 0xE220_A839_7B1D_CDAF);
        assert_eq!(mix(super::GAMMA), 0x6E78_9E6A_A1B9_65F4);
        assert_eq!(mix(super::GAMMA.wrapping_mul(2)), 0x06C4_5D18_8009_454F);
    }

    #[test]
    fn a_share_comes_out_near_what_was_asked_and_its_ends_are_certain() {
        let happens = |per_mille: u16| {
            let rolls = (0..20_000u32).map(|nth| Dice::new(7).nth(nth));
            rolls.filter(|dice| dice.happens(Question::Lands, per_mille)).count()
        };
        assert_eq!((happens(0), happens(1_000)), (0, 20_000));
        assert!((1_800..2_200).contains(&happens(100)), "{}", happens(100));
    }

    #[test]
    fn between_keeps_to_its_ends() {
        let rolls = || (0..1_000u32).map(|nth| Dice::new(1).nth(nth).between(Question::Travel, 3, 5));
        assert_eq!((rolls().min(), rolls().max()), (Some(3), Some(5)));
        assert_eq!(Dice::new(1).between(Question::Travel, 5, 3), 5);
        assert!(Dice::new(1).between(Question::Travel, 0, u64::MAX) > 0);
    }
}
