//! The features of a text: its words, what kinds of words stand near each other, its marks.

use super::{
    Linear,
    lexicon::{Classed, Classes, Classified, Lexicon},
    mix,
};
use crate::message::fold::Folded;

/// How far behind a class another one still makes a pair with it.
const NEAR: usize = 3;

/// What kind of feature a number speaks of: part of it, so that kinds do not meet. Those below [`OWN`] are taken.
#[derive(Clone, Copy)]
enum Of {
    Word,
    Words,
    Class,
    Pair,
    Apart,
    Three,
    Together,
    InSentence,
    InFirst,
    InLast,
    First,
    Last,
    Asked,
    Sign,
    Length,
}

/// From here on kinds of features are their user's.
pub(crate) const OWN: u64 = 64;

/// A feature of the user's own kind, a small number.
pub(crate) const fn own(kind: u64, what: u64) -> u64 {
    mix(OWN + kind, what)
}

fn of(kind: Of, what: u64) -> u64 {
    mix(kind as u64 + 1, what)
}

/// What a class weighs by itself.
pub(crate) fn weight(table: &Linear, class: u64) -> i32 {
    table.weight(of(Of::Class, class))
}

/// What a text turned out to be while its features were listed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spoken {
    /// The language of its words, if any has a class.
    pub(crate) language: Option<&'static str>,
    /// Every class that is there.
    pub(crate) classes: Classes,
    /// Whether enough of its words have a class to say so.
    pub(crate) understood: bool,
}

/// All features of a text, some of them more than once.
pub(crate) fn features(lexicon: &Lexicon, folded: &Folded, mut put: impl FnMut(u64)) -> Spoken {
    let spoken = lexicon.classify(folded);
    let understood = spoken.is_understood();
    let Classified { classed, hashes, language } = spoken;
    let (edge, figure) = (0, 1);
    let mut before = edge;
    for (at, &hash) in hashes.iter().enumerate() {
        let is_figure = folded.word(at).bytes().all(|b| b.is_ascii_digit());
        let word = if is_figure { figure } else { hash };
        put(of(Of::Word, word));
        put(of(Of::Words, mix(before, word)));
        before = word;
    }
    put(of(Of::Words, mix(before, edge)));
    let signs =
        [folded.clouded, folded.asking, folded.stopping, folded.refusing, !folded.laughing.is_empty()];
    (0..).zip(signs).filter(|(_, there)| *there).for_each(|(sign, _)| put(of(Of::Sign, sign)));
    put(of(Of::Length, u64::from(hashes.len().min(40).checked_ilog2().map_or(0, |log| log + 1))));
    Spoken { language, classes: by_class(&classed, folded, &mut put), understood }
}

fn by_class(classed: &[Classed], folded: &Folded, put: &mut impl FnMut(u64)) -> Classes {
    let last = folded.words.last().map_or(0, |word| word.clause);
    let mut present = 0;
    for (at, one) in classed.iter().enumerate() {
        present |= one.classes;
        let behind = classed.get(at + 1..).unwrap_or_default();
        let near = behind.iter().take(NEAR).take_while(|other| other.clause == one.clause);
        for (far, other) in near.enumerate() {
            let kind = if far == 0 { Of::Pair } else { Of::Apart };
            each(one.classes, |a| each(other.classes, |b| put(of(kind, a << 8 | b))));
        }
        if let [second, third, ..] = behind
            && third.clause == one.clause
        {
            let mut with = |a, b| each(third.classes, |c| put(of(Of::Three, a << 16 | b << 8 | c)));
            each(one.classes, |a| each(second.classes, |b| with(a, b)));
        }
    }
    each(present, |a| {
        put(of(Of::Class, a));
        if folded.asking {
            put(of(Of::Asked, a));
        }
    });
    together(present, Of::Together, put);
    for sentence in classed.chunk_by(|a, b| a.sentence == b.sentence) {
        let there = sentence.iter().fold(0, |there, one| there | one.classes);
        together(there, Of::InSentence, put);
    }
    let clause = |wanted: usize| classed.iter().filter(move |one| one.clause == wanted);
    clause(0).for_each(|one| each(one.classes, |a| put(of(Of::InFirst, a))));
    clause(last).for_each(|one| each(one.classes, |a| put(of(Of::InLast, a))));
    classed.first().into_iter().for_each(|one| each(one.classes, |a| put(of(Of::First, a))));
    classed.last().into_iter().for_each(|one| each(one.classes, |a| put(of(Of::Last, a))));
    present
}

/// Every pair of a set, a class with itself among them.
fn together(classes: Classes, kind: Of, put: &mut impl FnMut(u64)) {
    each(classes, |a| each(classes >> a, |further| put(of(kind, a << 8 | (a + further)))));
}

/// Every class of a set, by its number.
pub(crate) fn each(mut classes: Classes, mut then: impl FnMut(u64)) {
    while classes != 0 {
        then(u64::from(classes.trailing_zeros()));
        classes &= classes - 1;
    }
}
