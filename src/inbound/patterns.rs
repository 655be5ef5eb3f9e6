//! How a phrase is written: words, classes, stems and gaps, as `tongues` says, made into slots.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use super::{fold::fold, words::WordMap};
use crate::quick::Quick;

/// Words that a `*` stands for at most, and a `**`.
const GAP: u8 = 2;
const WIDE_GAP: u8 = 6;
/// Bytes in the shortest stem.
const STEM: usize = 3;
/// Plain patterns that one written pattern may stand for.
const EXPANSIONS: usize = 256;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PhraseSpec {
    pub(super) id: String,
    pub(super) intent: String,
    pub(super) language: String,
    #[serde(default)]
    pub(super) contested_in: Vec<String>,
    #[serde(default)]
    pub(super) scope: Option<String>,
    #[serde(default)]
    pub(super) reach: Option<String>,
    #[serde(default)]
    pub(super) against: Option<String>,
    #[serde(default)]
    pub(super) earnest: bool,
    #[serde(default)]
    pub(super) adds: bool,
    pub(super) patterns: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Slot {
    /// One word of this set.
    OneOf(usize),
    /// Up to so many words of any kind.
    Gap(u8),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Pattern {
    pub(super) phrase: usize,
    /// Words at most before it in its sentence; none: any number.
    pub(super) from_start: Option<u8>,
    pub(super) to_end: bool,
    pub(super) slots: Box<[Slot]>,
}

#[derive(Debug, Clone, Copy, Default)]
struct WordId(Option<usize>);

/// The words and sets of words that patterns are made of.
#[derive(Debug, Clone, Default)]
pub(super) struct Vocabulary {
    words: WordMap<WordId>,
    /// By their first bytes: stems with their id, the longest first.
    stems: HashMap<[u8; STEM], Vec<(String, usize)>, Quick>,
    /// Ids given to words and stems.
    pub(super) ids: usize,
    /// Sets of words, one bit a word.
    pub(super) sets: Vec<Vec<u64>>,
    /// Words that no gap of a stop stands for.
    pub(super) turning: Vec<u64>,
}

/// What is known already while rows are added.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    sets: HashMap<Vec<u64>, usize>,
    pub(super) patterns: HashSet<Pattern>,
}

impl Vocabulary {
    /// The patterns that one written line stands for.
    pub(super) fn patterns(
        &mut self,
        phrase: usize,
        written: &str,
        classes: &HashMap<String, String>,
        known: &mut Known,
    ) -> Result<Vec<Pattern>, &'static str> {
        let plain = expand(written).ok_or("stands for too many patterns")?;
        plain.iter().map(|plain| self.pattern(phrase, plain, classes, known)).collect()
    }

    fn pattern(
        &mut self,
        phrase: usize,
        plain: &[&str],
        classes: &HashMap<String, String>,
        known: &mut Known,
    ) -> Result<Pattern, &'static str> {
        let (mut from_start, mut to_end, mut slots) = (None, false, Vec::new());
        for (at, &token) in plain.iter().enumerate() {
            match token {
                "^" if at == 0 => from_start = Some(0),
                "*" if slots.is_empty() && from_start.is_some() => from_start = Some(GAP),
                "**" if slots.is_empty() && from_start.is_some() => from_start = Some(WIDE_GAP),
                "$" if at + 1 == plain.len() => to_end = true,
                "^" | "$" => return Err("an anchor in the middle"),
                "*" => slots.push(Slot::Gap(GAP)),
                "**" => slots.push(Slot::Gap(WIDE_GAP)),
                words => slots.push(Slot::OneOf(self.set(words, classes, known)?)),
            }
        }
        match slots.first() {
            Some(Slot::OneOf(_)) => Ok(Pattern { phrase, from_start, to_end, slots: slots.into() }),
            _ => Err("must begin with a word"),
        }
    }

    fn set(
        &mut self,
        token: &str,
        classes: &HashMap<String, String>,
        known: &mut Known,
    ) -> Result<usize, &'static str> {
        let mut bits = Vec::new();
        for word in token.split('|') {
            let class = word.strip_prefix('<').and_then(|w| w.strip_suffix('>'));
            let listed = match class {
                Some(class) => classes.get(class).ok_or("unknown class")?.as_str(),
                None => word,
            };
            for word in listed.split_whitespace() {
                let id = self.entry(word)?;
                set_bit(&mut bits, id);
            }
        }
        let sets = &mut self.sets;
        Ok(*known.sets.entry(bits).or_insert_with_key(|bits| {
            sets.push(bits.clone());
            sets.len() - 1
        }))
    }

    fn entry(&mut self, word: &str) -> Result<usize, &'static str> {
        let stem = word.strip_suffix('~');
        let folded = fold(stem.unwrap_or(word)).unwrap_or_default();
        match stem {
            _ if folded.words.len() != 1 => Err("an alternative is not one word"),
            Some(_) => self.stem(folded.text).ok_or("a stem is too short"),
            None => Ok(self.word(&folded.text)),
        }
    }

    /// Makes a word one that turns what it stands before: no gap of a stop reaches over it.
    pub(super) fn turns(&mut self, word: &str) {
        let id = self.word(word);
        set_bit(&mut self.turning, id);
    }

    /// The id of a word, which is known from now on.
    pub(super) fn word(&mut self, word: &str) -> usize {
        let fresh = self.ids;
        let id = *self.words.entry(word).0.get_or_insert(fresh);
        self.ids = self.ids.max(id + 1);
        id
    }

    fn stem(&mut self, stem: String) -> Option<usize> {
        let alike = self.stems.entry(*stem.as_bytes().first_chunk()?).or_default();
        if let Some((_, id)) = alike.iter().find(|(known, _)| *known == stem) {
            return Some(*id);
        }
        let id = self.ids;
        self.ids += 1;
        alike.insert(alike.partition_point(|(known, _)| known.len() > stem.len()), (stem, id));
        Some(id)
    }

    /// What a word of a text counts as: itself where a row names it, else the longest stem that it begins with.
    pub(super) fn id(&self, word: &str) -> Option<usize> {
        self.words.find(word).and_then(|id| id.0).or_else(|| self.longest_stem(word))
    }

    fn longest_stem(&self, word: &str) -> Option<usize> {
        let mut alike = self.stems.get(word.as_bytes().first_chunk()?)?.iter();
        alike.find(|(stem, _)| word.starts_with(stem.as_str())).map(|(_, id)| *id)
    }

    /// Words and stems with their ids.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, usize, bool)> {
        let words = self.words.iter().filter_map(|(word, id)| Some((word, id.0?, false)));
        words.chain(self.stems.values().flatten().map(|(stem, id)| (stem.as_str(), *id, true)))
    }

    /// Whoever takes a stem takes every word and longer stem that begins with it.
    pub(super) fn spread_stems(&mut self) {
        let mut all: Vec<(&str, usize)> = self.entries().map(|(word, id, _)| (word, id)).collect();
        all.sort_unstable();
        let longer = |stem: &str| -> Vec<usize> {
            let from = all.partition_point(|(word, _)| *word < stem);
            let begin = all.get(from..).into_iter().flatten();
            begin.take_while(|(word, _)| word.starts_with(stem)).map(|(_, id)| *id).collect()
        };
        let mut spread: Vec<Vec<usize>> = vec![Vec::new(); self.ids];
        for (stem, id) in self.stems.values().flatten() {
            if let Some(slot) = spread.get_mut(*id) {
                *slot = longer(stem);
            }
        }
        for set in &mut self.sets {
            for id in bits(&set.clone()) {
                spread.get(id).into_iter().flatten().for_each(|&id| set_bit(set, id));
            }
        }
    }
}

/// The plain patterns that one with `a?` and `|$` stands for.
fn expand(written: &str) -> Option<Vec<Vec<&str>>> {
    let mut all: Vec<Vec<&str>> = vec![Vec::new()];
    for token in written.split_whitespace() {
        let (token, may_miss) = token.strip_suffix('?').map_or((token, false), |t| (t, true));
        let (token, may_end) = match token.strip_suffix("|$") {
            Some(token) => (token, true),
            None => (token, false),
        };
        let mut next = Vec::new();
        for pattern in all {
            if pattern.last() == Some(&"$") {
                next.push(pattern);
                continue;
            }
            if may_miss {
                next.push(pattern.clone());
            }
            if may_end {
                next.push([pattern.as_slice(), &["$"]].concat());
            }
            next.push([pattern.as_slice(), &[token]].concat());
        }
        if next.len() > EXPANSIONS {
            return None;
        }
        all = next;
    }
    Some(all)
}

pub(super) fn has_bit(bits: &[u64], at: usize) -> bool {
    bits.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
}

pub(super) fn set_bit(bits: &mut Vec<u64>, at: usize) {
    if bits.len() <= at / 64 {
        bits.resize(at / 64 + 1, 0);
    }
    if let Some(word) = bits.get_mut(at / 64) {
        *word |= 1 << (at % 64);
    }
}

/// The places of the bits that are set.
pub(super) fn bits(set: &[u64]) -> impl Iterator<Item = usize> {
    set.iter().enumerate().flat_map(|(at, &word)| {
        (0..64).filter(move |bit| word != 0 && word >> bit & 1 == 1).map(move |bit| at * 64 + bit)
    })
}
