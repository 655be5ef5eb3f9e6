//! In which languages a word has been heard: what tells the language of a text, and that it is in none of them.
//!
//! Two bytes for each word by hash, a bit in both for each language; so a word that was never heard passes for known in
//! some language one time in twenty.

/// Bytes of a vocabulary.
pub(crate) const SIZE: usize = 1 << 17;

/// The words that some texts hold, each with its languages.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Vocabulary(&'static [u8]);

impl Vocabulary {
    /// Reads a table; `None` if it is not one.
    pub(crate) fn read(table: &'static [u8]) -> Option<Self> {
        (table.len() == SIZE).then_some(Self(table))
    }

    /// The languages of a word, a bit each.
    pub(crate) fn languages(self, word: u64) -> u8 {
        places(word).into_iter().fold(u8::MAX, |all, place| all & self.0.get(place).copied().unwrap_or(0))
    }
}

const fn places(word: u64) -> [usize; 2] {
    let hash = word.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    [(hash >> 47) as usize, (hash >> 30) as usize % SIZE]
}

/// The table of the words that at least two texts of a language hold; each text gives its language and its words.
#[cfg(test)]
pub(crate) fn table(texts: impl Iterator<Item = (usize, Vec<u64>)>) -> Vec<u8> {
    use std::collections::HashSet;
    let (mut once, mut table) = (HashSet::new(), vec![0; SIZE]);
    for (language, words) in texts {
        for word in words.into_iter().collect::<HashSet<_>>() {
            if !once.insert((language, word)) {
                places(word).into_iter().for_each(|place| table[place] |= 1 << language);
            }
        }
    }
    table
}
