//! Free text: phrases of words and classes of words, as `tongues` writes them.

use std::{collections::HashMap, ops::Range, sync::Arc};

use serde::Deserialize;

use super::{
    Context, Intent, Language, TableError,
    fold::{Folded, fold},
    keywords::{language, wrong},
    words::WordMap,
};

/// Slots that may be tried on one text. Ordinary ones need a few hundred; a text made to need more is unsure.
const WORK: u32 = 40_000;
/// Words that a `*` stands for at most, and a `**`.
const GAP: usize = 2;
const WIDE_GAP: usize = 6;
/// Letters in the shortest stem.
const STEM: usize = 3;
/// Plain patterns that one written pattern may stand for.
const EXPANSIONS: usize = 256;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PhraseSpec {
    id: String,
    intent: String,
    language: String,
    #[serde(default)]
    contested_in: Vec<String>,
    patterns: Vec<String>,
}

/// One row of the table.
#[derive(Debug, Clone)]
pub(super) struct Phrase {
    pub(super) id: Arc<str>,
    pub(super) intent: Intent,
    pub(super) language: Language,
    contested: Vec<Context>,
}

impl Phrase {
    /// Whether in this context the words more likely speak of something else.
    pub(super) fn contested(&self, context: Context) -> bool {
        self.contested.contains(&context)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    /// One word of this set.
    OneOf(usize),
    /// Up to so many words of any kind.
    Gap(usize),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Pattern {
    phrase: usize,
    from_start: bool,
    to_end: bool,
    slots: Vec<Slot>,
}

/// Where a phrase was found, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) phrase: usize,
    pub(super) words: Range<usize>,
}

/// A text with more work in it than is done for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooDense;

#[derive(Debug, Clone, Copy, Default)]
struct WordId(Option<usize>);

/// Every phrase.
#[derive(Debug, Clone, Default)]
pub(super) struct Phrases {
    phrases: Vec<Phrase>,
    patterns: Vec<Pattern>,
    words: WordMap<WordId>,
    /// Stems with their id, in order.
    stems: Vec<(String, usize)>,
    /// Ids given to words and stems.
    ids: usize,
    /// Sets of words, one bit a word.
    sets: Vec<Vec<u64>>,
    /// By first word: the patterns that begin with it.
    by_first: Vec<Vec<usize>>,
    /// By first word: every word that may come second, and whether anything may.
    seconds: Vec<(Vec<u64>, bool)>,
}

impl Phrases {
    pub(super) fn phrase(&self, phrase: usize) -> Option<&Phrase> {
        self.phrases.get(phrase)
    }

    /// Adds one row; an `overlay` may not shield.
    pub(super) fn add(
        &mut self,
        spec: &PhraseSpec,
        overlay: bool,
        classes: &HashMap<String, String>,
    ) -> Result<(), TableError> {
        let intent = Intent::from_code(&spec.intent)
            .filter(|i| matches!(i, Intent::Stop | Intent::WrongNumber | Intent::Unsure | Intent::Other))
            .filter(|i| !overlay || *i != Intent::Other)
            .ok_or_else(|| wrong(&spec.id, format!("no phrase has the intent `{}`", spec.intent)))?;
        let contested = spec.contested_in.iter().map(|c| Context::from_code(c)).collect::<Option<_>>();
        let phrase = self.phrases.len();
        for written in &spec.patterns {
            let why = |why: &str| wrong(&spec.id, format!("`{written}`: {why}"));
            for plain in expand(written).ok_or_else(|| why("stands for too many patterns"))? {
                let pattern = self.pattern(phrase, &plain, classes).map_err(why)?;
                if !self.patterns.contains(&pattern) {
                    self.patterns.push(pattern);
                }
            }
        }
        self.phrases.push(Phrase {
            id: spec.id.as_str().into(),
            intent,
            language: language(&spec.id, &spec.language)?,
            contested: contested.ok_or_else(|| wrong(&spec.id, "unknown context".into()))?,
        });
        Ok(())
    }

    fn pattern(
        &mut self,
        phrase: usize,
        plain: &[&str],
        classes: &HashMap<String, String>,
    ) -> Result<Pattern, &'static str> {
        let mut pattern = Pattern { phrase, from_start: false, to_end: false, slots: Vec::new() };
        for (at, &token) in plain.iter().enumerate() {
            match token {
                "^" if at == 0 => pattern.from_start = true,
                "$" if at + 1 == plain.len() => pattern.to_end = true,
                "^" | "$" => return Err("an anchor in the middle"),
                "*" => pattern.slots.push(Slot::Gap(GAP)),
                "**" => pattern.slots.push(Slot::Gap(WIDE_GAP)),
                words => {
                    let set = self.set(words, classes)?;
                    pattern.slots.push(Slot::OneOf(set));
                }
            }
        }
        match pattern.slots.first() {
            Some(Slot::OneOf(_)) => Ok(pattern),
            _ => Err("must begin with a word"),
        }
    }

    fn set(&mut self, token: &str, classes: &HashMap<String, String>) -> Result<usize, &'static str> {
        let mut bits = Vec::new();
        for word in token.split('|') {
            let class = word.strip_prefix('<').and_then(|w| w.strip_suffix('>'));
            let listed = match class {
                Some(class) => classes.get(class).ok_or("unknown class")?.as_str(),
                None => word,
            };
            for word in listed.split_whitespace() {
                let stem = word.strip_suffix('~');
                let folded = fold(stem.unwrap_or(word)).unwrap_or_default();
                if folded.words.len() != 1 {
                    return Err("an alternative is not one word");
                }
                let id = match stem {
                    Some(_) if folded.text.chars().nth(STEM - 1).is_none() => {
                        return Err("a stem is too short");
                    }
                    Some(_) => self.stem(folded.text),
                    None => self.word(&folded.text),
                };
                set_bit(&mut bits, id);
            }
        }
        let known = self.sets.iter().position(|set| *set == bits);
        Ok(known.unwrap_or_else(|| {
            self.sets.push(bits);
            self.sets.len() - 1
        }))
    }

    fn word(&mut self, word: &str) -> usize {
        let fresh = self.ids;
        let id = *self.words.entry(word).0.get_or_insert(fresh);
        self.ids = self.ids.max(id + 1);
        id
    }

    fn stem(&mut self, stem: String) -> usize {
        match self.stems.binary_search_by(|(known, _)| known.cmp(&stem)) {
            Ok(at) => self.stems.get(at).map_or(0, |(_, id)| *id),
            Err(at) => {
                self.stems.insert(at, (stem, self.ids));
                self.ids += 1;
                self.ids - 1
            }
        }
    }

    /// What a word of a text counts as: itself where a row names it, else the longest stem that it begins with.
    fn id(&self, word: &str) -> Option<usize> {
        self.words.find(word).and_then(|id| id.0).or_else(|| self.longest_stem(word).map(|(_, id)| *id))
    }

    fn longest_stem(&self, word: &str) -> Option<&(String, usize)> {
        let before = self.stems.partition_point(|(stem, _)| stem.as_str() <= word);
        let mut all = self.stems.get(..before)?.iter().rev();
        let nearest = all.next()?;
        if word.starts_with(&nearest.0) {
            return Some(nearest);
        }
        // A shorter stem of the word lies before the nearest, which then begins with it too.
        let common = nearest.0.bytes().zip(word.bytes()).take_while(|(a, b)| a == b).count();
        all.take_while(|(stem, _)| stem.as_bytes().first() == word.as_bytes().first())
            .find(|(stem, _)| stem.len() <= common && word.starts_with(stem.as_str()))
    }

    /// Whoever takes a stem takes every word and longer stem that begins with it.
    fn spread_stems(&mut self) {
        let longer = |stem: &str| -> Vec<usize> {
            let words =
                self.words.iter().filter(|(word, _)| word.starts_with(stem)).filter_map(|(_, id)| id.0);
            let stems = self.stems.iter().filter(|(other, _)| other.starts_with(stem)).map(|(_, id)| *id);
            words.chain(stems).collect()
        };
        let spread: Vec<(usize, Vec<usize>)> =
            self.stems.iter().map(|(stem, id)| (*id, longer(stem))).collect();
        for set in &mut self.sets {
            for (id, longer) in &spread {
                if has_bit(set, *id) {
                    longer.iter().for_each(|&id| set_bit(set, id));
                }
            }
        }
    }

    /// Sorts the patterns by their first word; to be called once all rows are in.
    pub(super) fn index(&mut self) {
        self.spread_stems();
        self.by_first = vec![Vec::new(); self.ids];
        self.seconds = vec![(Vec::new(), false); self.ids];
        for (at, pattern) in self.patterns.iter().enumerate() {
            let Some(Slot::OneOf(set)) = pattern.slots.first() else { continue };
            let Some(set) = self.sets.get(*set) else { continue };
            let seconds = match pattern.slots.get(1) {
                Some(Slot::OneOf(second)) => self.sets.get(*second),
                _ => None,
            };
            for (word, (firsts, next)) in self.by_first.iter_mut().zip(&mut self.seconds).enumerate() {
                if has_bit(set, word) {
                    firsts.push(at);
                    match seconds {
                        Some(bits) => join(&mut next.0, bits),
                        None => next.1 = true,
                    }
                }
            }
        }
    }

    /// Every place where a phrase stands.
    pub(super) fn find(&self, folded: &Folded) -> Result<Vec<Found>, TooDense> {
        let id = |at: usize| self.id(folded.word(at));
        let words = folded.words.iter().enumerate();
        let ids: Vec<Option<usize>> = words.map(|(at, w)| id(at).filter(|_| !w.linked)).collect();
        let mut found = Vec::new();
        let mut work = WORK;
        for sentence in folded.sentences() {
            let ids = ids.get(sentence.clone()).unwrap_or_default();
            for (at, id) in ids.iter().enumerate() {
                let Some(first) = *id else { continue };
                let Some((seconds, anything)) = self.seconds.get(first) else { continue };
                let next = ids.get(at + 1).copied().flatten();
                if !anything && !next.is_some_and(|word| has_bit(seconds, word)) {
                    continue;
                }
                for &pattern in self.by_first.get(first).into_iter().flatten() {
                    let Some(pattern) = self.patterns.get(pattern) else { continue };
                    if pattern.from_start && at != 0 {
                        continue;
                    }
                    if let Some(end) = self.ends(pattern, &pattern.slots, ids, at, &mut work) {
                        let words = sentence.start + at..sentence.start + end;
                        found.push(Found { phrase: pattern.phrase, words });
                    }
                    if work == 0 {
                        return Err(TooDense);
                    }
                }
            }
        }
        Ok(found)
    }

    /// Where the slots end that begin at `at`, if they hold.
    fn ends(
        &self,
        pattern: &Pattern,
        slots: &[Slot],
        ids: &[Option<usize>],
        at: usize,
        work: &mut u32,
    ) -> Option<usize> {
        *work = work.checked_sub(1)?;
        let Some((slot, rest)) = slots.split_first() else {
            return (!pattern.to_end || at == ids.len()).then_some(at);
        };
        match slot {
            Slot::OneOf(set) => {
                let id = (*ids.get(at)?)?;
                has_bit(self.sets.get(*set)?, id).then_some(())?;
                self.ends(pattern, rest, ids, at + 1, work)
            }
            Slot::Gap(most) => (0..=*most).find_map(|skip| self.ends(pattern, rest, ids, at + skip, work)),
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

fn has_bit(bits: &[u64], at: usize) -> bool {
    bits.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
}

fn set_bit(bits: &mut Vec<u64>, at: usize) {
    if bits.len() <= at / 64 {
        bits.resize(at / 64 + 1, 0);
    }
    if let Some(word) = bits.get_mut(at / 64) {
        *word |= 1 << (at % 64);
    }
}

fn join(bits: &mut Vec<u64>, more: &[u64]) {
    if bits.len() < more.len() {
        bits.resize(more.len(), 0);
    }
    for (a, b) in bits.iter_mut().zip(more) {
        *a |= b;
    }
}
