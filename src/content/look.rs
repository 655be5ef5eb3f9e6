//! The look of spam: marks, capitals, disguised words.

use std::ops::Range;

use super::{
    fold::{Folded, words},
    lint::{Finding, FindingCode, Lint},
    rows::{LookRow, Row},
    said::Said,
};

impl Lint {
    pub(super) fn check_look(&self, said: &Said<'_>, whole: &str, folded: &Folded, found: &mut Vec<Finding>) {
        for ruled in &self.book.look {
            let row = &ruled.row;
            if row.reach().holds(said.country, said.sender, said.kind).is_none() {
                continue;
            }
            let marks = ruled.pattern.as_ref().and_then(|pattern| pattern.find(folded.as_str()));
            let span = marks
                .map(|found| folded.source(found.range()))
                .or_else(|| shouted(row, said.brand, whole))
                .or_else(|| disguised(row, folded).map(|at| folded.source(at)))
                .or_else(|| mixed(whole).filter(|_| row.mixed_scripts));
            if let Some(span) = span {
                found.push(Finding::by(row, FindingCode::SpamLook, row.severity, span));
            }
        }
    }
}

/// From the first to the last shouted word, if most letters are capitals. Codes, tags, links, the brand and keywords
/// are written so by everybody.
fn shouted(row: &LookRow, brand: &str, whole: &str) -> Option<Range<usize>> {
    let share = row.capitals?;
    let brand = words(brand);
    let own = |word: &str| {
        brand.contains(&words(word))
            || matches!(word.trim_matches(|c: char| !c.is_alphabetic()), "STOP" | "HELP" | "SMS")
    };
    let (mut letters, mut capitals, mut span) = (0usize, 0usize, None::<Range<usize>>);
    for (at, word) in pieces(whole) {
        let coded = word.bytes().any(|b| b.is_ascii_digit() || matches!(b, b'{' | b'}' | b'/' | b'@'));
        if coded || own(word) {
            continue;
        }
        let upper = word.chars().filter(|c| c.is_uppercase()).count();
        letters += word.chars().filter(|c| c.is_alphabetic()).count();
        capitals += upper;
        if upper > 1 {
            span = Some(span.map_or(at.clone(), |span| span.start..at.end));
        }
    }
    let loud = letters >= row.least_letters && capitals as f64 >= share * letters as f64;
    span.filter(|_| loud)
}

/// The words of a text between white space, with their place.
fn pieces(text: &str) -> impl Iterator<Item = (Range<usize>, &str)> {
    text.split_whitespace().map(move |word| {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        (start..start + word.len(), word)
    })
}

/// A word of the row's list written so that a filter does not know it: `fr33`, `c@sh`, `F-R-E-E`, `s*x`.
fn disguised(row: &LookRow, folded: &Folded) -> Option<Range<usize>> {
    if row.disguised.is_empty() {
        return None;
    }
    let small = folded.as_str().to_ascii_lowercase();
    let masked = pieces(&small).find_map(|(at, word)| {
        let bare = word
            .trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"', '\'', '*'])
            .trim_start_matches(['(', '"', '\'']);
        row.disguised.iter().any(|plain| stands_for(bare, plain)).then_some(at)
    });
    masked.or_else(|| spelt_out(&small, &row.disguised))
}

/// Whether a word is another one with letters replaced by what looks like them.
fn stands_for(word: &str, plain: &str) -> bool {
    let mut masks = 0;
    let mut kept = 0;
    let fits = |(shown, meant): (char, char)| {
        if shown == meant {
            kept += 1;
            return true;
        }
        masks += 1;
        match shown {
            '*' => true,
            '0' => meant == 'o',
            '1' | '!' | '|' => matches!(meant, 'i' | 'l'),
            '3' | '€' => meant == 'e',
            '4' | '@' => meant == 'a',
            '5' | '$' => meant == 's',
            '7' => meant == 't',
            _ => false,
        }
    };
    word.chars().count() == plain.chars().count()
        && word.chars().zip(plain.chars()).all(fits)
        && masks > 0
        && kept >= 2
}

/// A word of the list written letter by letter.
fn spelt_out(small: &str, list: &[String]) -> Option<Range<usize>> {
    let is_break = |c: char| !c.is_alphanumeric();
    let mut run: Option<(Range<usize>, String)> = None;
    let mut start = 0;
    for part in small.split(is_break) {
        let at = start..start + part.len();
        start = at.end + small.get(at.end..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let mut letters = part.chars();
        run = match (letters.next(), letters.next(), run) {
            (Some(letter), None, Some((span, mut word))) if at.start <= span.end + 1 => {
                word.push(letter);
                Some((span.start..at.end, word))
            }
            (Some(letter), None, _) => Some((at, letter.to_string())),
            _ => None,
        };
        if let Some((span, word)) = &run
            && word.len() > 2
            && list.iter().any(|plain| word.ends_with(plain.as_str()))
        {
            return Some(span.clone());
        }
    }
    None
}

/// A word with letters of two scripts, or with something invisible in its middle.
fn mixed(whole: &str) -> Option<Range<usize>> {
    let (mut start, mut latin, mut other, mut hidden) = (0, false, false, false);
    for (at, c) in whole.char_indices().chain([(whole.len(), ' ')]) {
        match c {
            'a'..='z' | 'A'..='Z' | '\u{C0}'..='\u{24F}' => {
                if hidden && latin {
                    return Some(start..at + c.len_utf8());
                }
                latin = true;
            }
            '\u{370}'..='\u{3FF}' | '\u{400}'..='\u{52F}' => other = true,
            '\u{200B}' | '\u{2060}' | '\u{FEFF}' => hidden = latin,
            _ => {
                if latin && other {
                    return Some(start..at);
                }
                (start, latin, other, hidden) = (at + c.len_utf8(), false, false, false);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{mixed, spelt_out, stands_for};

    #[test]
    fn disguises_are_seen_and_codes_are_not() {
        for (word, plain) in
            [("fr33", "free"), ("c@sh", "cash"), ("$ave", "save"), ("v1agra", "viagra"), ("s*x", "sex")]
        {
            assert!(stands_for(word, plain), "{word}");
        }
        for (word, plain) in [("free", "free"), ("f24", "fre"), ("save20", "save"), ("***", "sex")] {
            assert!(!stands_for(word, plain), "{word}");
        }
        let list = ["free".to_owned(), "cash".to_owned()];
        for text in ["get it f r e e now", "f.r.e.e", "c-a-s-h!"] {
            assert!(spelt_out(text, &list).is_some(), "{text}");
        }
        for text in ["size s m l x", "a b c", "plan a, b or c", "free cash"] {
            assert!(spelt_out(text, &list).is_none(), "{text}");
        }
        assert!(mixed("great d\u{435}al").is_some() && mixed("fr\u{200B}ee").is_some());
        assert!(mixed("Große Größen 50 µg, ПРИВЕТ all").is_none());
    }
}
