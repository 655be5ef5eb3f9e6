use std::ops::Range;

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A text without accents, zero-width characters and compatibility forms, its case kept, that remembers where each byte came from.
#[derive(Debug)]
pub(super) struct Folded {
    text: String,
    /// For each byte of `text`, and one past its end, the byte in the source.
    origin: Vec<usize>,
}

impl Folded {
    pub(super) fn new(source: &str) -> Self {
        let mut text = String::with_capacity(source.len());
        let mut origin = Vec::with_capacity(source.len() + 1);
        for (at, c) in source.char_indices() {
            for plain in std::iter::once(c).nfkd().filter(|&p| !is_combining_mark(p) && !is_invisible(p)) {
                text.push(plain);
                origin.resize(text.len(), at);
            }
        }
        origin.push(source.len());
        Self { text, origin }
    }

    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// The bytes of the source that a range of the folded text came from.
    pub(super) fn source(&self, range: Range<usize>) -> Range<usize> {
        let at = |i: usize| self.origin.get(i).or(self.origin.last()).copied().unwrap_or(0);
        at(range.start)..at(range.end)
    }
}

const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}')
}

/// The words of a text, folded and in small letters, one space between them and one at each end.
pub(super) fn words(text: &str) -> String {
    let folded = Folded::new(text).text.to_lowercase();
    let mut out = String::with_capacity(folded.len() + 2);
    out.push(' ');
    for c in folded.chars() {
        match c {
            c if c.is_alphanumeric() => out.push(c),
            // "L'Occitane" with either apostrophe, or none, is one name.
            '\'' | '’' => {}
            _ if out.ends_with(' ') => {}
            _ => out.push(' '),
        }
    }
    if !out.ends_with(' ') {
        out.push(' ');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Folded, words};

    #[test]
    fn a_span_leads_back_to_the_source() {
        let source = "Été : répondez\u{200B} ARRÊT";
        let folded = Folded::new(source);
        let at = folded.as_str().find("ARRET").unwrap();
        assert_eq!(source.get(folded.source(at..at + 5)), Some("ARRÊT"));
    }

    #[test]
    fn names_meet_whatever_their_dress() {
        assert_eq!(words("L’Été, chez  ZoÉ!"), " lete chez zoe ");
        assert_eq!(words(""), " ");
    }
}
