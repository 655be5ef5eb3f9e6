//! A linear scorer over hashed features: what has been learnt from labelled texts, as a table of small weights.
//!
//! A feature is a number made of what it speaks of; its low bits name a weight. The score is the bias and the weights
//! of the features that are there, each once. The tables are made by [`learn`] from texts in this repository, and a test
//! makes them again and finds them equal.

#[cfg(test)]
pub(crate) mod learn;
pub(crate) mod lexicon;
pub(crate) mod words;

/// Weights in a table.
pub(crate) const BUCKETS: usize = 1 << 16;
/// Bytes before the weights: the bias and the marks, each four bytes, low first.
pub(crate) const HEAD: usize = 4 * (1 + MARKS);
/// Bytes of a table.
pub(crate) const SIZE: usize = HEAD + BUCKETS;
/// Scores at which somebody acts.
pub(crate) const MARKS: usize = 4;

/// A table of weights, with the scores at which somebody acts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Linear {
    weights: &'static [u8],
    bias: i32,
    /// In order; their meaning is the owner's.
    pub(crate) marks: [i32; MARKS],
}

impl Linear {
    /// Reads a table; `None` if it is not one.
    pub(crate) fn read(table: &'static [u8]) -> Option<Self> {
        let (head, weights) = table.split_at_checked(HEAD)?;
        let mut numbers = head.as_chunks::<4>().0.iter().map(|four| i32::from_le_bytes(*four));
        let bias = numbers.next()?;
        let marks = [numbers.next()?, numbers.next()?, numbers.next()?, numbers.next()?];
        (weights.len() == BUCKETS).then_some(Self { weights, bias, marks })
    }

    /// The weight of one feature.
    pub(crate) fn weight(&self, feature: u64) -> i32 {
        self.weights.get(bucket(feature)).map_or(0, |&weight| i32::from(weight.cast_signed()))
    }

    /// Begins to weigh a text.
    pub(crate) const fn weigh(&self) -> Weighing<'_> {
        Weighing { table: self, score: self.bias, seen: Seen([0; BUCKETS / 64]) }
    }
}

/// One text on the scales.
#[derive(Debug)]
pub(crate) struct Weighing<'t> {
    table: &'t Linear,
    pub(crate) score: i32,
    seen: Seen,
}

impl Weighing<'_> {
    /// Adds a feature, unless it was there before.
    pub(crate) fn put(&mut self, feature: u64) {
        if self.seen.is_new(bucket(feature)) {
            self.score += self.table.weight(feature);
        }
    }
}

/// The buckets that were met.
#[derive(Debug)]
pub(crate) struct Seen([u64; BUCKETS / 64]);

impl Seen {
    fn is_new(&mut self, bucket: usize) -> bool {
        let Some(word) = self.0.get_mut(bucket / 64) else { return false };
        let bit = 1 << (bucket % 64);
        let new = *word & bit == 0;
        *word |= bit;
        new
    }
}

/// Where the weight of a feature lies.
pub(crate) const fn bucket(feature: u64) -> usize {
    // The high bits of a product depend on all that went into it.
    (feature.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48) as usize
}

/// One number out of several, in order.
pub(crate) const fn mix(a: u64, b: u64) -> u64 {
    (a.rotate_left(23) ^ b).wrapping_mul(0xff51_afd7_ed55_8ccd)
}
