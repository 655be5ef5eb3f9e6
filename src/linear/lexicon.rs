//! What kind of word a word is, in several languages: the same classes in each, so that what is learnt in one language
//! holds in the others.
//!
//! One file a language. A line is a class and its words, folded; `abc~` is every word that begins so, `fed_up` an
//! expression of two or three words. A word may be in several classes. The lists are our own, from no dictionary.

use std::{
    collections::{HashMap, HashSet},
    hash::Hasher,
    ops::Range,
};

use super::mix;
use crate::{
    message::fold::Folded,
    quick::{Fnv, Quick},
};

/// Most languages that a lexicon has.
const LANGUAGES: usize = 8;
/// Words in the longest expression.
const LONGEST: usize = 3;
/// Bytes in the shortest stem.
const STEM: usize = 4;

/// A set of classes, a bit each.
pub(crate) type Classes = u64;

/// What a word or expression is in one language.
#[derive(Debug, Clone, Copy)]
struct Sense {
    language: u8,
    classes: Classes,
}

/// The words of all languages.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    files: &'static [(&'static str, &'static str)],
    /// By hash of the word, or of the words of an expression.
    senses: HashMap<u64, Vec<Sense>, Quick>,
    /// Hashes of words by which some expression begins.
    begins: HashSet<u64, Quick>,
    /// By the first bytes.
    stems: HashMap<[u8; STEM], Vec<(&'static str, Sense)>, Quick>,
}

/// A run of one to three words that has a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Classed {
    pub(crate) classes: Classes,
    pub(crate) sentence: usize,
    pub(crate) clause: usize,
}

/// What the words of a text are.
#[derive(Debug)]
pub(crate) struct Classified {
    /// Those that have a class, in order.
    pub(crate) classed: Vec<Classed>,
    /// Each word's hash.
    pub(crate) hashes: Vec<u64>,
    /// In what language; none if no word has a class in any.
    pub(crate) language: Option<&'static str>,
}

impl Classified {
    /// Whether at least one word in four has a class: of fewer, the language is a guess.
    pub(crate) const fn is_understood(&self) -> bool {
        4 * self.classed.len() >= self.hashes.len()
    }
}

impl Lexicon {
    /// The words of these files, each with its language, under these classes in the order of their bits.
    pub(crate) fn of(classes: &[&str], files: &'static [(&'static str, &'static str)]) -> Self {
        let mut lexicon = Self { files, ..Self::default() };
        for (language, (_, file)) in (0u8..).zip(files) {
            file.lines().for_each(|line| lexicon.add(language, line, classes));
        }
        lexicon
    }

    fn add(&mut self, language: u8, line: &'static str, classes: &[&str]) {
        let Some((class, words)) = line.split_once(" =") else { return };
        let Some(bit) = classes.iter().position(|known| *known == class) else { return };
        let sense = Sense { language, classes: 1 << bit };
        for written in words.split_whitespace() {
            if let Some(stem) = written.strip_suffix('~') {
                if let Some(first) = stem.as_bytes().first_chunk() {
                    join(self.stems.entry(*first).or_default(), stem, sense);
                }
                continue;
            }
            let mut words = written.split('_').map(hash);
            let Some(first) = words.next() else { continue };
            let whole = words.fold(first, follow);
            if whole != first {
                self.begins.insert(first);
            }
            let senses = self.senses.entry(whole).or_default();
            match senses.iter_mut().find(|known| known.language == language) {
                Some(known) => known.classes |= sense.classes,
                None => senses.push(sense),
            }
        }
    }

    /// The words of a text that have a class, in the language of most of them.
    pub(crate) fn classify(&self, folded: &Folded) -> Classified {
        let hashes: Vec<u64> = (0..folded.words.len()).map(|at| hash(folded.word(at))).collect();
        let stems: Vec<Option<&[(&str, Sense)]>> =
            (0..folded.words.len()).map(|at| self.stems_of(folded.word(at))).collect();
        let language = self.language(folded, &hashes, &stems);
        let mut classed = Vec::with_capacity(hashes.len());
        self.each_run(folded, &hashes, &stems, language, |classes, words| {
            if let Some(word) = folded.words.get(words.start) {
                classed.push(Classed { classes, sentence: word.sentence, clause: word.clause });
            }
        });
        let file = self.files.get(usize::from(language)).filter(|_| !classed.is_empty());
        Classified { classed, hashes, language: file.map(|(code, _)| *code) }
    }

    /// The classes of each word and expression that has one in this language, and which words it is.
    pub(crate) fn runs(&self, folded: &Folded, language: &str) -> Vec<(Classes, Range<usize>)> {
        let mut runs = Vec::new();
        let Some(language) = (0u8..).zip(self.files).find(|(_, (code, _))| *code == language) else {
            return runs;
        };
        let words = || 0..folded.words.len();
        let hashes: Vec<u64> = words().map(|at| hash(folded.word(at))).collect();
        let stems: Vec<_> = words().map(|at| self.stems_of(folded.word(at))).collect();
        self.each_run(folded, &hashes, &stems, language.0, |classes, words| runs.push((classes, words)));
        runs
    }

    fn each_run(
        &self,
        folded: &Folded,
        hashes: &[u64],
        stems: &[Option<&[(&str, Sense)]>],
        language: u8,
        mut then: impl FnMut(Classes, Range<usize>),
    ) {
        let mut at = 0;
        while let Some(&first) = hashes.get(at) {
            let expression = self.begins.contains(&first).then(|| self.expression(hashes, at, language));
            let (classes, words) = expression.flatten().unwrap_or_else(|| {
                let by_stem = stems.get(at).copied().flatten();
                (self.word(first, language) | by_stems(by_stem, folded.word(at), language), 1)
            });
            if classes != 0 {
                then(classes, at..at + words);
            }
            at += words;
        }
    }

    /// The language in which most words have a class; of equals the first.
    fn language(&self, folded: &Folded, hashes: &[u64], stems: &[Option<&[(&str, Sense)]>]) -> u8 {
        let mut known = [0u32; LANGUAGES];
        for (at, hash) in hashes.iter().enumerate() {
            let mut met = 0u8;
            self.senses.get(hash).into_iter().flatten().for_each(|sense| met |= 1 << sense.language);
            let stems = stems.get(at).copied().flatten().unwrap_or_default();
            let begun = stems.iter().filter(|(stem, _)| folded.word(at).starts_with(stem));
            begun.for_each(|(_, sense)| met |= 1 << sense.language);
            (0u8..).zip(&mut known).for_each(|(l, n)| *n += u32::from(met >> l & 1));
        }
        let most = known.iter().max().copied().unwrap_or(0);
        (0u8..).zip(known).find(|(_, n)| *n == most).map_or(0, |(language, _)| language)
    }

    fn word(&self, hash: u64, language: u8) -> Classes {
        let senses = self.senses.get(&hash).map_or(&[][..], Vec::as_slice);
        senses.iter().find(|sense| sense.language == language).map_or(0, |sense| sense.classes)
    }

    /// The longest expression that begins at a word, and its length.
    fn expression(&self, hashes: &[u64], at: usize, language: u8) -> Option<(Classes, usize)> {
        (2..=LONGEST).rev().find_map(|words| {
            let run = hashes.get(at..at + words)?;
            let whole = run.iter().copied().reduce(follow)?;
            Some((self.word(whole, language), words)).filter(|(classes, _)| *classes != 0)
        })
    }

    fn stems_of(&self, word: &str) -> Option<&[(&str, Sense)]> {
        self.stems.get(word.as_bytes().first_chunk()?).map(Vec::as_slice)
    }
}

fn by_stems(stems: Option<&[(&str, Sense)]>, word: &str, language: u8) -> Classes {
    let begun = stems
        .into_iter()
        .flatten()
        .filter(|(stem, sense)| sense.language == language && word.starts_with(stem));
    begun.fold(0, |classes, (_, sense)| classes | sense.classes)
}

fn join(stems: &mut Vec<(&'static str, Sense)>, stem: &'static str, sense: Sense) {
    match stems.iter_mut().find(|(known, of)| *known == stem && of.language == sense.language) {
        Some((_, known)) => known.classes |= sense.classes,
        None => stems.push((stem, sense)),
    }
}

/// A word as a number.
pub(crate) fn hash(word: &str) -> u64 {
    let mut fnv = Fnv::default();
    fnv.write(word.as_bytes());
    fnv.finish()
}

/// An expression as a number.
const fn follow(first: u64, next: u64) -> u64 {
    mix(first, next)
}

/// Holds every word of these files to be written as it will be looked for.
#[cfg(test)]
pub(crate) fn check(classes: &[&str], files: &[(&str, &str)]) {
    use crate::message::fold::fold;
    for line in files.iter().flat_map(|(_, file)| file.lines()) {
        let (class, words) = line.split_once(" =").unwrap();
        assert!(classes.contains(&class), "{class}");
        for written in words.split_whitespace() {
            let words = written.trim_end_matches('~').replace('_', " ");
            assert_eq!(fold(&words).unwrap().text, words, "{class}");
            assert!(!written.ends_with('~') || written.len() > 4, "{written}");
        }
    }
}
