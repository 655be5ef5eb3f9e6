//! The features of a text or of a sentence of it: its words, what kinds of words stand near each other, its marks.

use std::ops::Range;

use super::{
    HEAVY, Linear,
    lexicon::{Classed, Classes, Classified, is_figure},
    mix,
};
use crate::message::fold::Folded;

/// What kind of feature a number speaks of: part of it, so that kinds do not meet. Those below [`OWN`] are taken.
#[derive(Clone, Copy)]
enum Of {
    Word,
    Words,
    Class,
    Pair,
    InSentence,
    InFirst,
    InLast,
    First,
    Last,
    Asked,
    Sign,
    Length,
    WordWhere,
    ClassWhere,
    Four,
    Six,
    Concept,
    Concepts,
}

const SENTENCE: u64 = 0x5e17;

/// From here on kinds of features are their user's.
const OWN: u64 = 64;

/// A feature of the user's own kind, a small number.
pub(crate) const fn own(kind: u64, what: u64) -> u64 {
    mix(OWN + kind, what) & !HEAVY
}

const fn of(kind: Of, what: u64) -> u64 {
    let feature = mix(kind as u64 + 1, what);
    // Words and what they say tell more than what their classes have in common.
    let heavy = matches!(kind, Of::Word | Of::Words | Of::Concept | Of::Concepts);
    if heavy { feature | HEAVY } else { feature & !HEAVY }
}

/// A feature of one sentence, told apart from the same of the whole text.
pub(crate) const fn of_sentence(feature: u64) -> u64 {
    mix(feature, SENTENCE) & !HEAVY | feature & HEAVY
}

/// What a class weighs by itself, in the whole and in a sentence.
pub(crate) fn weight(table: &Linear, class: u64) -> i32 {
    let feature = of(Of::Class, class);
    table.weight(feature) + table.weight(of_sentence(feature))
}

/// The features of these words of a text: all of them, or a sentence's; some more than once. Its signs are those of the
/// whole text in either. Returns every class that is there.
pub(crate) fn listed(
    classified: &Classified,
    folded: &Folded,
    words: Range<usize>,
    mut put: impl FnMut(u64),
) -> Classes {
    let (mut before, mut said) = (EDGE, EDGE);
    for at in words.clone() {
        let word = word(classified, folded, at);
        put(of(Of::Word, word));
        put(of(Of::Words, mix(before, word)));
        before = word;
        let concept = classified.concepts.get(at).copied().flatten();
        concept.into_iter().for_each(|concept| put(of(Of::Concept, concept)));
        let says = concept.unwrap_or(if word == FIGURE { FIGURE } else { UNKNOWN });
        put(of(Of::Concepts, mix(said, says)));
        said = says;
    }
    put(of(Of::Words, mix(before, EDGE)));
    put(of(Of::Concepts, mix(said, EDGE)));
    let signs =
        [folded.clouded, folded.asking, folded.stopping, folded.refusing, !folded.laughing.is_empty()];
    (0..).zip(signs).filter(|(_, there)| *there).for_each(|(sign, _)| put(of(Of::Sign, sign)));
    put(of(Of::Length, u64::from(words.len().min(40).checked_ilog2().map_or(0, |log| log + 1))));
    let clause = |at: usize| folded.words.get(at).map_or(0, |word| word.clause);
    let (first, last) = (clause(words.start), clause(words.end.saturating_sub(1)));
    by_class(among(classified, &words), [first, last], folded.asking, put)
}

/// The features of where these words of a text stand: in its first sentence, its last, another, or the only one.
pub(crate) fn placed(
    classified: &Classified,
    folded: &Folded,
    words: Range<usize>,
    mut put: impl FnMut(u64),
) {
    let last = folded.words.last().map_or(0, |word| word.sentence);
    let place = |sentence: usize| match sentence {
        _ if last == 0 => 0,
        0 => 1,
        _ if sentence == last => 2,
        _ => 3,
    };
    for at in words.clone() {
        let place = place(folded.words.get(at).map_or(0, |word| word.sentence));
        put(of(Of::WordWhere, mix(place, word(classified, folded, at))));
    }
    for one in among(classified, &words) {
        each(one.classes, |class| put(of(Of::ClassWhere, mix(place(one.sentence), class))));
    }
}

/// Rows of four bytes of these words and of six, the ends of a word among them: forms of a word share them.
pub(crate) fn letters(folded: &Folded, words: Range<usize>, mut put: impl FnMut(u64)) {
    for word in words.map(|at| folded.word(at)).filter(|word| !is_figure(word)) {
        let mut row = 0;
        let marked = std::iter::once(b'<').chain(word.bytes()).chain(std::iter::once(b'>'));
        for (so_far, byte) in (1..).zip(marked) {
            row = row << 8 | u64::from(byte);
            if so_far >= 4 {
                put(of(Of::Four, row & 0xffff_ffff));
            }
            if so_far >= 6 {
                put(of(Of::Six, row & 0xffff_ffff_ffff));
            }
        }
    }
}

/// What stands before the first word and behind the last.
const EDGE: u64 = 0;
/// Any number in figures.
const FIGURE: u64 = 1;
/// Any word without a concept.
const UNKNOWN: u64 = 2;

fn word(classified: &Classified, folded: &Folded, at: usize) -> u64 {
    if is_figure(folded.word(at)) { FIGURE } else { classified.hashes.get(at).copied().unwrap_or(EDGE) }
}

/// Those of these words that have a class.
fn among<'c>(classified: &'c Classified, words: &Range<usize>) -> &'c [Classed] {
    let before = |end: usize| classified.classed.partition_point(|one| one.at < end);
    classified.classed.get(before(words.start)..before(words.end)).unwrap_or_default()
}

fn by_class(
    classed: &[Classed],
    [first, last]: [usize; 2],
    asking: bool,
    mut put: impl FnMut(u64),
) -> Classes {
    let mut present = 0;
    for one in classed {
        present |= one.classes;
    }
    for pair in classed.windows(2) {
        if let [one, next] = pair
            && one.clause == next.clause
        {
            each(one.classes, |a| each(next.classes, |b| put(of(Of::Pair, a << 8 | b))));
        }
    }
    each(present, |a| {
        put(of(Of::Class, a));
        if asking {
            put(of(Of::Asked, a));
        }
    });
    for sentence in classed.chunk_by(|a, b| a.sentence == b.sentence) {
        let there = sentence.iter().fold(0, |there, one| there | one.classes);
        each(there, |a| each(there >> a, |further| put(of(Of::InSentence, a << 8 | (a + further)))));
    }
    let clause = |wanted: usize| classed.iter().filter(move |one| one.clause == wanted);
    clause(first).for_each(|one| each(one.classes, |a| put(of(Of::InFirst, a))));
    clause(last).for_each(|one| each(one.classes, |a| put(of(Of::InLast, a))));
    classed.first().into_iter().for_each(|one| each(one.classes, |a| put(of(Of::First, a))));
    classed.last().into_iter().for_each(|one| each(one.classes, |a| put(of(Of::Last, a))));
    present
}

/// Every class of a set, by its number.
pub(crate) fn each(mut classes: Classes, mut then: impl FnMut(u64)) {
    while classes != 0 {
        then(u64::from(classes.trailing_zeros()));
        classes &= classes - 1;
    }
}
