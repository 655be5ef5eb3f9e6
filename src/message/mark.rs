//! What tells our own words when they come back, without keeping them.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::id::TextMark;

/// Fewer letters and digits than this are anybody's words.
const LEAST: usize = 20;
/// A text of ours is not longer.
const MOST: usize = 2_000;

/// The digest of a text's letters and digits, in lower case and without accents; `None` for one of so few that a
/// person may well write the same, and of more than any message holds.
pub(crate) fn mark(text: &str) -> Option<TextMark> {
    // A letter is four bytes at most, and not every sign is one.
    if text.len() > 8 * MOST {
        return None;
    }
    let plain = text.nfkd().filter(|c| !is_combining_mark(*c) && c.is_alphanumeric());
    let letters: String = plain.flat_map(char::to_lowercase).collect();
    (LEAST..=MOST).contains(&letters.chars().count()).then(|| TextMark::of(&letters))
}

#[cfg(test)]
mod tests {
    use super::mark;

    #[test]
    fn what_gateways_do_to_a_text_changes_nothing_and_a_word_more_does() {
        let ours = mark("Maison Lune : vous êtes inscrite. Répondez STOP.").unwrap();
        for same in [
            "> maison lune : vous etes inscrite. repondez stop",
            "\"Maison Lune: vous êtes inscrite.\nRépondez STOP.\"",
        ] {
            assert_eq!(mark(same), Some(ours), "{same}");
        }
        assert_ne!(mark("Maison Lune : vous êtes inscrite. Répondez STOP. STOP"), Some(ours));
    }

    #[test]
    fn a_few_letters_and_a_book_have_none() {
        for text in ["", "STOP", "Stop, merci beaucoup", &"a".repeat(2_001), &".".repeat(100_000)] {
            assert_eq!(mark(text), None);
        }
    }
}
