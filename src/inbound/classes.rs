//! The classes of words that people text back with.

use crate::linear::lexicon::Lexicon;

/// The classes, in the order of their bits.
const CLASSES: [&str; 64] = [
    "not",
    "nomore",
    "cease",
    "unsub",
    "remove",
    "block",
    "send",
    "bother",
    "leave",
    "peace",
    "want",
    "receive",
    "msg",
    "ads",
    "list",
    "number",
    "data",
    "consent",
    "revoke",
    "legal",
    "order",
    "product",
    "subscription",
    "appt",
    "account",
    "money",
    "place",
    "fun",
    "time",
    "night",
    "qword",
    "ask",
    "cond",
    "third",
    "me",
    "you",
    "past",
    "already",
    "more",
    "less",
    "please",
    "greet",
    "laugh",
    "love",
    "hate",
    "insult",
    "many",
    "wrong",
    "know",
    "interested",
    "buy",
    "bye",
    "died",
    "say",
    "keep",
    "start",
    "but",
    "all",
    "now",
    "last",
    "help",
    "yes",
    "child",
    "work",
];

pub(super) static FILES: [(&str, &str); 8] = [
    ("en", include_str!("classes/en.txt")),
    ("fr", include_str!("classes/fr.txt")),
    ("es", include_str!("classes/es.txt")),
    ("de", include_str!("classes/de.txt")),
    ("it", include_str!("classes/it.txt")),
    ("pt", include_str!("classes/pt.txt")),
    ("nl", include_str!("classes/nl.txt")),
    ("pl", include_str!("classes/pl.txt")),
];

pub(super) fn lexicon() -> Lexicon {
    Lexicon::of(&CLASSES, &FILES)
}

#[cfg(test)]
mod tests {
    use super::{CLASSES, FILES, lexicon};
    use crate::{inbound::fold::fold, linear::lexicon::check};

    #[test]
    fn every_line_is_a_class_and_every_word_is_folded() {
        check(&CLASSES, &FILES);
    }

    #[test]
    fn the_words_of_the_language_that_most_are_of_have_their_classes() {
        let lexicon = lexicon();
        let classes = |text: &str| {
            let classed = lexicon.classify(&fold(text).unwrap()).classed;
            let names =
                |classes: u64| (0..64).filter(move |bit| classes >> bit & 1 == 1).map(|bit| CLASSES[bit]);
            classed.iter().map(|c| names(c.classes).collect::<Vec<_>>()).collect::<Vec<_>>()
        };
        assert!(classes("please don't text me").iter().flatten().any(|class| *class == "not"));
        assert!(classes("fed up with you")[0].contains(&"hate"));
        assert!(classes("ne m'écrivez plus").iter().flatten().any(|class| *class == "nomore"));
        assert!(classes("zxcv qwrt").is_empty());
    }
}
