//! Long words of free text that the thumb slipped on.

use std::collections::HashMap;

use crate::quick::Quick;

/// Letters in the shortest word that is looked for misspelt: among shorter ones too many are words themselves.
const SHORTEST: usize = 6;
const LONGEST: usize = 20;

/// The long words and stems of the tables, by how they begin and how they end: one slip leaves one of the two
/// as it was.
#[derive(Debug, Clone, Default)]
pub(super) struct Misspelt {
    words: Vec<(Box<[u8]>, usize, bool)>,
    by_head: HashMap<[u8; 3], Vec<u32>, Quick>,
    by_tail: HashMap<[u8; 4], Vec<u32>, Quick>,
}

impl Misspelt {
    /// Of words (or stems: true) with their ids.
    pub(super) fn of<'w>(entries: impl Iterator<Item = (&'w str, usize, bool)>) -> Self {
        let mut all = Self::default();
        let mut entries: Vec<_> = entries
            .filter(|(word, ..)| word.is_ascii() && (SHORTEST..LONGEST).contains(&word.len()))
            .collect();
        // The maps that they come from have no order of their own.
        entries.sort_unstable();
        for (at, (word, id, stem)) in (0u32..).zip(entries) {
            if let Some(head) = head(word.as_bytes()) {
                all.by_head.entry(head).or_default().push(at);
            }
            if let Some(tail) = tail(word.as_bytes()).filter(|_| !stem) {
                all.by_tail.entry(tail).or_default().push(at);
            }
            all.words.push((word.as_bytes().into(), id, stem));
        }
        all
    }

    /// What an unknown word was meant to be, when it is one slip away from something.
    pub(super) fn meant(&self, word: &str) -> Option<usize> {
        let word = word.as_bytes();
        if !(SHORTEST..LONGEST + 4).contains(&word.len()) || !word.iter().all(u8::is_ascii_lowercase) {
            return None;
        }
        let heads = head(word).and_then(|h| self.by_head.get(&h)).into_iter().flatten();
        let tails = tail(word).and_then(|t| self.by_tail.get(&t)).into_iter().flatten();
        heads.chain(tails).filter_map(|&at| self.words.get(at as usize)).find_map(|(known, id, stem)| {
            let fits = if *stem { begins(word, known) } else { one_slip(word, known) };
            fits.then_some(*id)
        })
    }
}

fn head(word: &[u8]) -> Option<[u8; 3]> {
    word.first_chunk::<3>().copied()
}

/// The first letter, which nobody gets wrong, and the last three.
fn tail(word: &[u8]) -> Option<[u8; 4]> {
    let (&first, &[a, b, c]) = (word.first()?, word.last_chunk::<3>()?);
    Some([first, a, b, c])
}

/// Whether a word begins with a stem that one slip was made in.
fn begins(word: &[u8], stem: &[u8]) -> bool {
    let mut lengths = stem.len().saturating_sub(1)..=stem.len() + 1;
    lengths.any(|length| word.get(..length).is_some_and(|head| one_slip(head, stem)))
}

/// One letter missing, doubled or too many, two swapped, or a vowel for a vowel.
fn one_slip(word: &[u8], known: &[u8]) -> bool {
    let same = word.iter().zip(known).take_while(|(a, b)| a == b).count();
    let (Some(rest), Some(wanted)) = (word.get(same..), known.get(same..)) else { return false };
    match (rest, wanted) {
        ([], []) => true,
        ([_, rest @ ..], wanted) if rest == wanted => true,
        (rest, [_, wanted @ ..]) if rest == wanted => true,
        ([a, b, rest @ ..], [x, y, wanted @ ..]) if (a, b) == (y, x) => rest == wanted,
        ([a, rest @ ..], [x, wanted @ ..]) => rest == wanted && alike(*a, *x),
        _ => false,
    }
}

fn alike(a: u8, b: u8) -> bool {
    let vowel = |c| matches!(c, b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
    let both = |pair: &[u8; 2]| pair.contains(&a) && pair.contains(&b);
    vowel(a) && vowel(b) || [b"sc", b"sz", b"ck", b"bv", b"mn", b"td"].into_iter().any(both)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_in_a_long_word_is_seen_and_two_are_not() {
        let words =
            [("messages", 1, false), ("receive", 2, false), ("unsubscri", 3, true), ("text", 4, false)];
        let all = Misspelt::of(words.into_iter());
        for (word, id) in [
            ("mesages", Some(1)),
            ("messagess", Some(1)),
            ("mesasges", Some(1)),
            ("recieve", Some(2)),
            ("receeve", Some(2)),
            ("unsubcribing", Some(3)),
            ("mesagges", None),
            ("lessages", None),
            ("texxt", None),
            ("deceive", None),
            ("", None),
        ] {
            assert_eq!(all.meant(word), id, "{word}");
        }
    }
}
