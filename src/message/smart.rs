//! Smart encoding: typography that a word processor put in and GSM 03.38 has not, for which a plain character stands.

use std::{borrow::Cow, collections::BTreeSet, ops::Range};

use unicode_normalization::{
    UnicodeNormalization,
    char::{compose, is_combining_mark},
};

use super::{
    gsm::septets,
    segment::{Counting, Encoding, segments},
};
use crate::codec::cbor_enum;

/// A text with its typography made plain, and what was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Smart {
    /// The text.
    pub text: String,
    /// What stands elsewhere now, in order.
    pub changes: Vec<Change>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The bytes of the source.
    pub at: Range<usize>,
    /// What stands there now; empty where something invisible was taken out.
    pub to: String,
}

cbor_enum! {
    /// How far smart encoding may go.
    pub enum Letters {
        /// Quotation marks, dashes, spaces and the like; letters keep their accents.
        Kept = 0, "kept";
        /// Letters that GSM 03.38 has not lose their accents too: `ê` becomes `e`.
        Plain = 1, "plain";
    }
}

/// Writes a text with what GSM 03.38 has, where that says the same: `’` as `'`, `…` as `...`, a no-break space as a space, a
/// letter and its loose accent as one letter. What has no equal stays; nothing that the alphabet has is touched.
///
/// ```
/// use optin::message::{Counting, Encoding, Letters, segments, smart};
///
/// let text = "L’offre « été »\u{a0}: -40\u{a0}%…";
/// let plain = smart(text, Letters::Kept);
/// assert_eq!(plain.text, "L'offre \" été \" : -40 %...");
/// assert_eq!(segments(&plain.text, Counting::Standard).encoding, Encoding::Gsm7);
/// assert_eq!((&text[plain.changes[0].at.clone()], plain.changes[0].to.as_str()), ("’", "'"));
///
/// // An accent is touched only if asked; what has no equal never.
/// assert_eq!(smart("fête 🎉", Letters::Kept).text, "fête 🎉");
/// assert_eq!(smart("fête 🎉", Letters::Plain).text, "fete 🎉");
/// ```
#[must_use]
pub fn smart(text: &str, letters: Letters) -> Smart {
    let mut smart = Smart { text: String::with_capacity(text.len()), changes: Vec::new() };
    let mut chars = text.char_indices().peekable();
    while let Some((start, first)) = chars.next() {
        let mut end = start + first.len_utf8();
        let mut c = first;
        while let Some((at, joined)) = chars.peek().and_then(|&(at, mark)| Some((at, compose(c, mark)?))) {
            end = at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
            c = joined;
            chars.next();
        }
        let to = plain(c, letters);
        let source = text.get(start..end).unwrap_or("");
        match to {
            Some(to) => smart.put(start..end, &to),
            None if c != first => smart.put(start..end, c.encode_utf8(&mut [0; 4])),
            None => smart.text.push_str(source),
        }
    }
    smart
}

impl Smart {
    fn put(&mut self, at: Range<usize>, to: &str) {
        self.text.push_str(to);
        self.changes.push(Change { at, to: to.to_owned() });
    }
}

/// What stands for a character that the alphabet has not.
fn plain(c: char, letters: Letters) -> Option<Cow<'static, str>> {
    if septets(c).is_some() {
        return None;
    }
    let said = match c {
        '«' | '»' | '“' | '”' | '„' | '‟' | '″' | '❝' | '❞' | '〝' | '〞' => "\"",
        '‘' | '’' | '‚' | '‛' | '′' | '‹' | '›' | 'ʼ' | 'ʻ' | '´' | '`' | '❛' | '❜' => {
            "'"
        }
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '⁃' | '•' | '‣' | '◦' | '▪' | '●' => {
            "-"
        }
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => " ",
        '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}' => "",
        '\u{2028}' | '\u{2029}' => "\n",
        '…' => "...",
        '·' => ".",
        '⁄' | '∕' | '÷' => "/",
        '×' => "x",
        '→' => "->",
        '⇒' => "=>",
        '≤' => "<=",
        '≥' => ">=",
        '¼' => "1/4",
        '½' => "1/2",
        '¾' => "3/4",
        '¹' => "1",
        '²' => "2",
        '³' => "3",
        '™' => "TM",
        '®' => "(R)",
        '©' => "(C)",
        '№' => "No",
        'ﬀ' => "ff",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        // Never a brace: it would open a tag.
        '｛' | '｝' => return None,
        '\u{ff01}'..='\u{ff5e}' => {
            let ascii = char::from_u32(u32::from(c) - 0xfee0)?;
            return Some(plain(ascii, letters).unwrap_or_else(|| ascii.to_string().into()));
        }
        _ => return letter(c).filter(|_| letters == Letters::Plain).map(Into::into),
    };
    Some(said.into())
}

/// A letter without its accent, or in two.
fn letter(c: char) -> Option<String> {
    match c {
        'œ' => return Some("oe".to_owned()),
        'Œ' => return Some("OE".to_owned()),
        'ł' => return Some("l".to_owned()),
        'Ł' => return Some("L".to_owned()),
        'đ' => return Some("d".to_owned()),
        'Đ' => return Some("D".to_owned()),
        'ı' => return Some("i".to_owned()),
        'ẞ' => return Some("SS".to_owned()),
        _ => {}
    }
    let base: String = std::iter::once(c).nfd().filter(|&part| !is_combining_mark(part)).collect();
    (base.len() == 1 && base.bytes().all(|b| b.is_ascii_alphabetic())).then_some(base)
}

/// What makes a text UCS-2 though a few characters less would spare segments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dear {
    /// The first such character.
    pub character: char,
    /// Where it stands first.
    pub at: Range<usize>,
    /// What to write instead; empty where it can only be left out.
    pub instead: String,
    /// How many other characters there are of which the same is true.
    pub others: usize,
    /// What the text costs now.
    pub segments: u32,
    /// What it would cost without them.
    pub without: u32,
}

/// At most so many characters are worth naming: a text in another script is simply dear.
const NAMED: usize = 4;

/// The character for whose sake a text takes more segments than it would without, if there is one.
///
/// ```
/// use optin::message::{Counting, dear};
///
/// let text = format!("Maison Lune : soldes d’hiver{}", " jusqu'à -40 %".repeat(5));
/// let found = dear(&text, Counting::Standard).unwrap();
/// assert_eq!((found.character, found.instead.as_str()), ('’', "'"));
/// assert_eq!((found.segments, found.without), (2, 1));
/// assert_eq!(dear("Maison Lune : soldes d'hiver", Counting::Standard), None);
/// ```
#[must_use]
pub fn dear(text: &str, counting: Counting) -> Option<Dear> {
    let now = segments(text, counting);
    if now.encoding == Encoding::Gsm7 {
        return None;
    }
    let outside = || text.char_indices().filter(|&(_, c)| septets(c).is_none());
    let mut distinct = BTreeSet::new();
    for (_, c) in outside() {
        distinct.insert(c);
        if distinct.len() > NAMED {
            return None;
        }
    }
    let (at, character) = outside().next()?;
    let instead = |c| plain(c, Letters::Plain).unwrap_or_default();
    let spared: String = text
        .chars()
        .flat_map(|c| {
            let kept = septets(c).map(|_| c);
            let put = if kept.is_none() { instead(c) } else { Cow::Borrowed("") };
            kept.into_iter().chain(put.chars().collect::<Vec<_>>())
        })
        .collect();
    let without = segments(&spared, counting);
    (without.segments < now.segments).then(|| Dear {
        character,
        at: at..at + character.len_utf8(),
        instead: instead(character).into_owned(),
        others: distinct.len() - 1,
        segments: now.segments,
        without: without.segments,
    })
}
