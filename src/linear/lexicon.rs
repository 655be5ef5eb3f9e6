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

use super::{concepts::concepts, mix, vocabulary::Vocabulary};
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

/// What follows the first bytes of a stem, and what words that begin so are.
type Stem = (&'static [u8], Sense);

/// The words of all languages.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    files: &'static [(&'static str, &'static str)],
    /// Words of the same languages in the same order, whether they have a class or not.
    vocabulary: Vocabulary,
    /// By hash of the word, or of the words of an expression.
    senses: HashMap<u64, Vec<Sense>, Quick>,
    /// Hashes of words by which some expression begins.
    begins: HashSet<u64, Quick>,
    /// What follows the first bytes, by these.
    stems: HashMap<[u8; STEM], Vec<Stem>, Quick>,
}

/// A run of one to three words that has a class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Classed {
    pub(crate) classes: Classes,
    /// Its first word.
    pub(crate) at: usize,
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
    /// Each word's concept, if it has one in that language.
    pub(crate) concepts: Vec<Option<u64>>,
    /// In what language; none if no word is known in any.
    pub(crate) language: Option<&'static str>,
    /// Of its words that are no figures, how many are known in that language.
    known: usize,
    of: usize,
}

impl Classified {
    /// Whether of a hundred words so many are known, and any: of fewer, the language is a guess.
    pub(crate) const fn knows(&self, hundredths: usize) -> bool {
        self.known > 0 && 100 * self.known >= hundredths * self.of
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

    /// Tells languages by these words too, not by those alone that have a class.
    pub(crate) fn telling_by(self, vocabulary: Vocabulary) -> Self {
        Self { vocabulary, ..self }
    }

    fn add(&mut self, language: u8, line: &'static str, classes: &[&str]) {
        let Some((class, words)) = line.split_once(" =") else { return };
        let Some(bit) = classes.iter().position(|known| *known == class) else { return };
        let sense = Sense { language, classes: 1 << bit };
        for written in words.split_whitespace() {
            if let Some(stem) = written.strip_suffix('~') {
                if let Some((first, rest)) = stem.as_bytes().split_first_chunk() {
                    join(self.stems.entry(*first).or_default(), rest, sense);
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

    /// The words of a text that have a class, in the language in which most of its words are known.
    pub(crate) fn classify(&self, folded: &Folded) -> Classified {
        let known = self.known(folded);
        let in_words = known.iter().enumerate().filter(|(at, _)| !is_figure(folded.word(*at)));
        let (language, most) = most_of(in_words.clone().map(|(_, word)| word));
        let mut classed = Vec::with_capacity(known.len());
        self.each_run(&known, language, |classes, words| {
            if let Some(word) = folded.words.get(words.start) {
                let at = words.start;
                classed.push(Classed { classes, at, sentence: word.sentence, clause: word.clause });
            }
        });
        let file = self.files.get(language).filter(|_| most > 0);
        let of = in_words.count();
        let hashes: Vec<u64> = known.into_iter().map(|word| word.hash).collect();
        let language = file.map(|(code, _)| *code);
        let concepts = concepts(language.unwrap_or(""), &hashes);
        Classified { classed, hashes, concepts, language, known: most, of }
    }

    /// The classes of each word and expression that has one in this language, and which words it is.
    pub(crate) fn runs(&self, folded: &Folded, language: &str) -> Vec<(Classes, Range<usize>)> {
        let mut runs = Vec::new();
        if let Some(language) = self.files.iter().position(|(code, _)| *code == language) {
            self.each_run(&self.known(folded), language, |classes, words| runs.push((classes, words)));
        }
        runs
    }

    /// What each word of a text is, in every language.
    fn known(&self, folded: &Folded) -> Vec<Known> {
        let known = |at: usize| {
            let word = folded.word(at);
            let hash = hash(word);
            let (mut classes, mut classed) = ([0; LANGUAGES], 0);
            let mut is = |sense: &Sense| {
                classed |= 1 << sense.language;
                classes.get_mut(usize::from(sense.language)).into_iter().for_each(|c| *c |= sense.classes);
            };
            self.senses.get(&hash).into_iter().flatten().for_each(&mut is);
            if let Some((first, rest)) = word.as_bytes().split_first_chunk() {
                let begins = |stem: &[u8]| {
                    stem.first().is_none_or(|letter| rest.first() == Some(letter) && rest.starts_with(stem))
                };
                let stems = self.stems.get(first).into_iter().flatten();
                stems.filter(|(stem, _)| begins(stem)).for_each(|(_, sense)| is(sense));
            }
            Known { hash, classes, classed, heard: classed | self.vocabulary.languages(hash) }
        };
        (0..folded.words.len()).map(known).collect()
    }

    fn each_run(&self, known: &[Known], language: usize, mut then: impl FnMut(Classes, Range<usize>)) {
        let mut at = 0;
        while let Some(word) = known.get(at) {
            let expression = self.begins.contains(&word.hash).then(|| self.expression(known, at, language));
            let (classes, words) = expression.flatten().unwrap_or((word.is(language), 1));
            if classes != 0 {
                then(classes, at..at + words);
            }
            at += words;
        }
    }

    /// The longest expression that begins at a word, and its length.
    fn expression(&self, known: &[Known], at: usize, language: usize) -> Option<(Classes, usize)> {
        (2..=LONGEST).rev().find_map(|words| {
            let run = known.get(at..at + words)?;
            let whole = run.iter().map(|word| word.hash).reduce(follow)?;
            let senses = self.senses.get(&whole)?;
            let sense = senses.iter().find(|sense| usize::from(sense.language) == language)?;
            Some((sense.classes, words))
        })
    }
}

/// A word of a text: its hash, and what it is in each language.
#[derive(Debug, Clone, Copy)]
struct Known {
    hash: u64,
    classes: [Classes; LANGUAGES],
    /// In which it has a class, a bit each.
    classed: u8,
    /// In which it is known.
    heard: u8,
}

impl Known {
    fn is(&self, language: usize) -> Classes {
        self.classes.get(language).copied().unwrap_or(0)
    }
}

/// The language in which most words are known, of equals that in which more have a class; and how many are.
fn most_of<'k>(known: impl Iterator<Item = &'k Known>) -> (usize, usize) {
    let mut counts = [(0, 0); LANGUAGES];
    for word in known {
        for (language, (heard, classed)) in counts.iter_mut().enumerate() {
            *heard += usize::from(word.heard >> language & 1);
            *classed += usize::from(word.classed >> language & 1);
        }
    }
    let most = counts.into_iter().enumerate().rev().max_by_key(|(_, counts)| *counts);
    most.map_or((0, 0), |(language, (heard, _))| (language, heard))
}

fn join(stems: &mut Vec<Stem>, stem: &'static [u8], sense: Sense) {
    match stems.iter_mut().find(|(known, of)| *known == stem && of.language == sense.language) {
        Some((_, known)) => known.classes |= sense.classes,
        None => stems.push((stem, sense)),
    }
}

/// Whether a word is a number in figures, which is of no language.
pub(crate) fn is_figure(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit())
}

/// The words of a text that are of a language, by hash.
#[cfg(test)]
pub(crate) fn spoken(folded: &Folded) -> Vec<u64> {
    let words = (0..folded.words.len()).map(|at| folded.word(at));
    words.filter(|word| !is_figure(word)).map(hash).collect()
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
    for line in files.iter().flat_map(|(_, file)| file.lines()) {
        let (class, _) = check_words(line);
        assert!(classes.contains(&class), "{class}");
    }
}

/// Holds every word of a line to be written as it will be looked for.
#[cfg(test)]
pub(crate) fn check_words(line: &str) -> (&str, Vec<&str>) {
    use crate::message::fold::fold;
    let (class, words) = line.split_once(" =").unwrap();
    for written in words.split_whitespace() {
        let words = written.trim_end_matches('~').replace('_', " ");
        assert_eq!(fold(&words).unwrap().text, words, "{class}");
        assert!(!written.ends_with('~') || written.len() > 4, "{written}");
    }
    (class, words.split_whitespace().collect())
}
