//! A linear scorer over hashed features: what has been learnt from labelled texts, as a table of small weights.
//!
//! A feature is a number made of what it speaks of; some of its bits name a weight. The score is the bias and the weight
//! of each feature as often as it is there; where sentences are weighed too, of the whole text and of the sentence that
//! weighs most. The tables are made by [`learn`] from texts in this repository, and a test makes them again and finds them
//! equal.

pub(crate) mod concepts;
#[cfg(test)]
pub(crate) mod learn;
pub(crate) mod lexicon;
pub(crate) mod vocabulary;
pub(crate) mod words;

use std::ops::Range;

/// Weights in a table.
pub(crate) const BUCKETS: usize = 1 << 20;
/// The bit of a feature that is larger to the learner than others. The weights of those are the upper half of a table.
pub(crate) const HEAVY: u64 = 1 << 63;
/// Bytes before the weights: the bias and the marks, each four bytes, low first.
pub(crate) const HEAD: usize = 4 * (1 + MARKS);
/// Bytes of a table.
pub(crate) const SIZE: usize = HEAD + BUCKETS;
/// Numbers beside the weights, in the scale of scores.
pub(crate) const MARKS: usize = 3;

/// A table of weights, with the scores at which somebody acts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Linear {
    weights: &'static [u8; BUCKETS],
    pub(crate) bias: i32,
    /// Their meaning is the owner's.
    pub(crate) marks: [i32; MARKS],
}

impl Linear {
    /// Reads a table; `None` if it is not one.
    pub(crate) fn read(table: &'static [u8]) -> Option<Self> {
        let (head, weights) = table.split_at_checked(HEAD)?;
        let mut numbers = head.as_chunks::<4>().0.iter().map(|four| i32::from_le_bytes(*four));
        let bias = numbers.next()?;
        let marks = [numbers.next()?, numbers.next()?, numbers.next()?];
        Some(Self { weights: weights.try_into().ok()?, bias, marks })
    }

    /// The weight of one feature.
    pub(crate) fn weight(&self, feature: u64) -> i32 {
        self.weights.get(bucket(feature)).map_or(0, |weight| i32::from(weight.cast_signed()))
    }

    /// The score of a text without regard to its sentences.
    pub(crate) fn score(&self, features: &[u64]) -> i32 {
        self.bias + features.iter().map(|&feature| self.weight(feature)).sum::<i32>()
    }

    /// The weight of one feature in a sentence.
    pub(crate) fn in_sentence(&self, feature: u64) -> i32 {
        self.weight(words::of_sentence(feature))
    }

    /// The weight of one feature of a text, and, where its one sentence is the whole, in that.
    pub(crate) fn of_text(&self, feature: u64, sentences: &[Range<usize>]) -> i32 {
        let alone = sentences.len() == 1;
        self.weight(feature) + if alone { self.in_sentence(feature) } else { 0 }
    }
}

/// What the sentence adds that weighs most, of several.
pub(crate) fn most(sentences: &[Range<usize>], weigh: impl FnMut(Range<usize>) -> i32) -> i32 {
    let several = sentences.get(1).and(Some(sentences)).unwrap_or_default();
    several.iter().cloned().map(weigh).max().unwrap_or(0)
}

/// Where the weight of a feature lies.
const fn bucket(feature: u64) -> usize {
    // The high bits of a product depend on all that went into it.
    let light = (feature & !HEAVY).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 45;
    (light | (feature & HEAVY) >> 44) as usize
}

/// One number out of several, in order.
pub(crate) const fn mix(a: u64, b: u64) -> u64 {
    (a.rotate_left(23) ^ b).wrapping_mul(0xff51_afd7_ed55_8ccd)
}
