//! What a word says, as one English word: what is learnt of `voucher` holds of `Gutschein` and `bon`.
//!
//! One file a language. A line is a concept and its words, folded. The lists are our own, from no dictionary.

use std::{collections::HashMap, sync::LazyLock};

use super::{lexicon::hash, mix};
use crate::quick::Quick;

static FILES: [(&str, &str); 8] = [
    ("en", include_str!("concepts/en.txt")),
    ("fr", include_str!("concepts/fr.txt")),
    ("es", include_str!("concepts/es.txt")),
    ("de", include_str!("concepts/de.txt")),
    ("it", include_str!("concepts/it.txt")),
    ("pt", include_str!("concepts/pt.txt")),
    ("nl", include_str!("concepts/nl.txt")),
    ("pl", include_str!("concepts/pl.txt")),
];

static CONCEPTS: LazyLock<HashMap<u64, u64, Quick>> = LazyLock::new(|| {
    let mut concepts = HashMap::default();
    for (language, file) in FILES {
        let language = hash(language);
        for (concept, words) in file.lines().filter_map(|line| line.split_once(" =")) {
            let concept = hash(concept);
            concepts.extend(words.split_whitespace().map(|word| (mix(language, hash(word)), concept)));
        }
    }
    concepts
});

/// The concepts of these words of a language, by their hashes.
pub(crate) fn concepts(language: &str, words: &[u64]) -> Vec<Option<u64>> {
    let language = hash(language);
    words.iter().map(|word| CONCEPTS.get(&mix(language, *word)).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::FILES;
    use crate::linear::lexicon::check_words;

    #[test]
    fn every_word_is_folded_and_has_one_concept() {
        for (language, file) in FILES {
            let mut words: Vec<&str> = file.lines().flat_map(|line| check_words(line).1).collect();
            let all = words.len();
            words.sort_unstable();
            words.dedup();
            assert_eq!(words.len(), all, "{language}");
        }
    }
}
