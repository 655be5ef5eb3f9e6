//! A deterministic automaton over digits: one table look-up a digit, no allocation, no lock.

use std::collections::HashMap;

use super::nfa::{At, Nfa};

/// An answer for each string of digits up to a length. The smallest such automaton: of two states that answer alike
/// on all that may follow, only one is kept.
pub(super) struct Dfa<A> {
    /// Each state's successors. State 0 is the dead end: it leads to itself, and no other state leads back.
    rows: Box<[[u16; 10]]>,
    /// Each state's answer, by its place in `answers`.
    says: Box<[u16]>,
    answers: Box<[A]>,
    start: u16,
    dead: A,
}

impl<A: Copy + Eq> Dfa<A> {
    /// `answer` gets the length and the patterns that match (some perhaps more than once). What it says when none
    /// does is the answer to every string that no pattern goes on with, or that is longer than `longest`.
    ///
    /// `None` where there are more states than sixteen bits count.
    pub(super) fn new(
        nfa: &Nfa,
        longest: u8,
        answer: impl Fn(u8, &mut dyn Iterator<Item = u16>) -> A,
    ) -> Option<Self> {
        let dead = answer(0, &mut std::iter::empty());
        let mut making = Making {
            nfa,
            longest,
            answer,
            seen: HashMap::new(),
            states: HashMap::new(),
            answers: Vec::new(),
        };
        making.state([0; 10], dead)?;
        let start = making.of(nfa.start(), 0)?;
        let Making { states, answers, .. } = making;
        let mut ordered: Vec<_> = states.into_iter().map(|((row, says), state)| (state, row, says)).collect();
        ordered.sort_unstable_by_key(|(state, ..)| *state);
        let rows = ordered.iter().map(|(_, row, _)| *row).collect();
        let says = ordered.iter().map(|(.., says)| *says).collect();
        Some(Self { rows, says, answers: answers.into(), start, dead })
    }

    /// The answer for these digits, each 0 to 9.
    pub(super) fn answer(&self, digits: impl IntoIterator<Item = u8>) -> A {
        let mut state = self.start;
        for digit in digits {
            let row = self.rows.get(usize::from(state));
            let Some(next) = row.and_then(|row| row.get(usize::from(digit))) else { return self.dead };
            state = *next;
        }
        let says = self.says.get(usize::from(state)).map_or(0, |says| usize::from(*says));
        self.answers.get(says).copied().unwrap_or(self.dead)
    }

    /// How many bytes the tables take.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.rows) + size_of_val(&*self.says) + size_of_val(&*self.answers)
    }
}

/// An automaton on its way: from the last digit back to the first.
struct Making<'n, A, F> {
    nfa: &'n Nfa,
    longest: u8,
    answer: F,
    /// The state for each set of places at each length.
    seen: HashMap<(u8, Vec<At>), u16>,
    states: HashMap<([u16; 10], u16), u16>,
    answers: Vec<A>,
}

impl<A: Copy + Eq, F: Fn(u8, &mut dyn Iterator<Item = u16>) -> A> Making<'_, A, F> {
    /// The state in which the patterns stand at these places after so many digits.
    fn of(&mut self, set: Vec<At>, length: u8) -> Option<u16> {
        if set.is_empty() || length > self.longest {
            return Some(0);
        }
        let key = (length, set);
        if let Some(state) = self.seen.get(&key) {
            return Some(*state);
        }
        let mut row = [0; 10];
        for (digit, next) in (0..).zip(&mut row) {
            *next = self.of(self.nfa.after(&key.1, digit), length + 1)?;
        }
        let answer = (self.answer)(length, &mut self.nfa.matched(&key.1));
        let state = self.state(row, answer)?;
        self.seen.insert(key, state);
        Some(state)
    }

    /// The one state with these successors and this answer.
    fn state(&mut self, row: [u16; 10], answer: A) -> Option<u16> {
        let known = self.answers.iter().position(|known| *known == answer);
        let says = known.unwrap_or_else(|| {
            self.answers.push(answer);
            self.answers.len() - 1
        });
        let fresh = u16::try_from(self.states.len()).ok()?;
        Some(*self.states.entry((row, u16::try_from(says).ok()?)).or_insert(fresh))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(whole: &[&str], prefix: &str, digits: &str) -> Vec<u16> {
        let mut nfa = Nfa::default();
        whole.iter().zip(0..).try_for_each(|(pattern, mark)| nfa.whole(pattern, mark)).unwrap();
        nfa.prefix(prefix, 9).unwrap();
        // A mark for each bit, and the length in the last digit.
        let dfa =
            Dfa::new(&nfa, 5, |length, matched| (length, matched.fold(0u16, |set, mark| set | 1 << mark)));
        let (length, set) = dfa.unwrap().answer(digits.bytes().map(|digit| digit - b'0'));
        assert!(usize::from(length) == digits.len() || set == 0);
        (0..10).filter(|mark| set >> mark & 1 == 1).collect()
    }

    #[test]
    fn all_patterns_that_match_are_told() {
        let whole = ["1[2-4]{2,3}", r"(?:12|\d{3})\d?", "0*"];
        let ask = |digits| asked(&whole, "99|7", digits);
        assert_eq!(ask("123"), [0, 1]);
        assert_eq!(ask("1234"), [0, 1]);
        assert_eq!(ask("125"), [1]);
        assert_eq!(ask("12"), [1]);
        assert!(ask("1").is_empty());
        // Of a class its digits count: nothing else is ever asked about.
        assert_eq!(asked(&["[^0-8]", "1|b"], "7", "9"), [0]);
        assert_eq!(asked(&["[^0-8]", "1|b"], "7", "1"), [1]);
        assert!(ask("12345").is_empty());
        assert_eq!(ask(""), [2]);
        assert_eq!(ask("00000"), [2]);
        assert_eq!(ask("7"), [9]);
        assert_eq!(ask("99123"), [9]);
        assert!(ask("991234").is_empty());
        assert!(ask("000000").is_empty());
    }

    #[test]
    fn what_is_no_pattern_of_digits_is_refused() {
        for pattern in ["^1", "1$", "a", "12|ab", "(", r"\b1"] {
            assert!(Nfa::default().whole(pattern, 0).is_none(), "{pattern}");
        }
    }
}
