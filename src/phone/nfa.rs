//! Patterns over digits, as the metadata writes them, made into one non-deterministic automaton.

use regex_syntax::{
    ParserBuilder,
    hir::{Class, Hir, HirKind},
};

/// No national number that anybody reads is longer, so a repetition without an end has this one.
pub(super) const LONGEST: u8 = 24;

/// A step of the automaton, by its position.
pub(super) type At = u32;

/// What stands at a position.
enum Step {
    /// Takes a digit of the set (bit 3 is the digit 3) and goes on.
    Take(u16, At),
    /// Goes on in several places at once.
    Fork(Vec<At>),
    /// The pattern of this number has matched, if the digits end here.
    End(u16),
    /// The pattern of this number has matched whatever follows.
    Whatever(u16),
}

/// Several patterns, told apart by the numbers that they were added under.
#[derive(Default)]
pub(super) struct Nfa {
    steps: Vec<Step>,
    entries: Vec<At>,
}

impl Nfa {
    /// Adds a pattern that must match from the first digit to the last.
    ///
    /// `None` where the pattern has what no numbering plan needs: anchors, text that is not digits.
    pub(super) fn whole(&mut self, pattern: &str, mark: u16) -> Option<()> {
        self.add(pattern, Step::End(mark))
    }

    /// Adds a pattern that must match at the beginning.
    pub(super) fn prefix(&mut self, pattern: &str, mark: u16) -> Option<()> {
        self.add(pattern, Step::Whatever(mark))
    }

    fn add(&mut self, pattern: &str, end: Step) -> Option<()> {
        // The metadata's patterns are written over many lines.
        let mut parser = ParserBuilder::new().ignore_whitespace(true).unicode(false).utf8(false).build();
        let end = self.push(end)?;
        let entry = self.before(&parser.parse(pattern).ok()?, end)?;
        self.entries.push(entry);
        Some(())
    }

    fn push(&mut self, step: Step) -> Option<At> {
        let at = At::try_from(self.steps.len()).ok()?;
        self.steps.push(step);
        Some(at)
    }

    /// Puts the pattern before `next`; the answer is where it begins.
    fn before(&mut self, hir: &Hir, next: At) -> Option<At> {
        match hir.kind() {
            HirKind::Empty => Some(next),
            HirKind::Capture(capture) => self.before(&capture.sub, next),
            HirKind::Concat(parts) => parts.iter().rev().try_fold(next, |next, part| self.before(part, next)),
            HirKind::Alternation(parts) => {
                let entries = parts.iter().map(|part| self.before(part, next)).collect::<Option<_>>()?;
                self.push(Step::Fork(entries))
            }
            HirKind::Literal(literal) => literal.0.iter().rev().try_fold(next, |next, byte| {
                let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
                self.push(Step::Take(1 << digit, next))
            }),
            HirKind::Class(class) => {
                let digits = digits_of(class);
                self.push(Step::Take(digits, next))
            }
            HirKind::Repetition(repeated) => {
                let most = repeated.max.unwrap_or(LONGEST.into());
                let optional = (repeated.min..most).try_fold(next, |after, _| {
                    let entry = self.before(&repeated.sub, after)?;
                    self.push(Step::Fork(vec![entry, next]))
                })?;
                (0..repeated.min).try_fold(optional, |after, _| self.before(&repeated.sub, after))
            }
            HirKind::Look(_) => None,
        }
    }

    /// Where all patterns begin.
    pub(super) fn start(&self) -> Vec<At> {
        self.closed(self.entries.clone())
    }

    /// Where they stand after one more digit; nowhere when the set is empty.
    pub(super) fn after(&self, set: &[At], digit: u8) -> Vec<At> {
        let next = set.iter().filter_map(|&at| match self.step(at)? {
            Step::Take(digits, next) => (digits & (1 << digit) != 0).then_some(*next),
            Step::Whatever(_) => Some(at),
            Step::Fork(_) | Step::End(_) => None,
        });
        self.closed(next.collect())
    }

    /// The patterns that have matched, each perhaps more than once.
    pub(super) fn matched(&self, set: &[At]) -> impl Iterator<Item = u16> {
        set.iter().filter_map(|&at| match self.step(at)? {
            Step::End(mark) | Step::Whatever(mark) => Some(*mark),
            Step::Take(..) | Step::Fork(_) => None,
        })
    }

    /// The same places with every fork followed: sorted, each once.
    fn closed(&self, mut open: Vec<At>) -> Vec<At> {
        let mut set = Vec::new();
        while let Some(at) = open.pop() {
            match self.step(at) {
                Some(Step::Fork(ways)) => open.extend(ways),
                _ => set.push(at),
            }
        }
        set.sort_unstable();
        set.dedup();
        set
    }

    fn step(&self, at: At) -> Option<&Step> {
        self.steps.get(usize::try_from(at).ok()?)
    }
}

/// The digits in a class, whatever else is in it: nothing else is ever asked about.
fn digits_of(class: &Class) -> u16 {
    let within = |first: u32, last: u32| {
        let digit = |digit: &u32| (first..=last).contains(&(u32::from(b'0') + digit));
        (0..10).filter(digit).fold(0u16, |set, digit| set | 1 << digit)
    };
    match class {
        Class::Unicode(class) => {
            class.iter().fold(0, |set, range| set | within(range.start().into(), range.end().into()))
        }
        Class::Bytes(class) => {
            class.iter().fold(0, |set, range| set | within(range.start().into(), range.end().into()))
        }
    }
}
