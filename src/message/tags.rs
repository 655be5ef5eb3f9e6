use std::collections::BTreeMap;

use thiserror::Error;

use super::{body::is_unwanted_control, gsm::septets, link::holds_link};

/// Which characters a value may have; the narrower, the cheaper the worst case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Alphabet {
    /// Anything; one value may force the whole message into UCS-2.
    #[default]
    Any,
    /// GSM 03.38 with its extension: at most two septets a character.
    Gsm7,
    /// GSM 03.38 without its extension: one septet a character.
    Gsm7Basic,
}

impl Alphabet {
    fn holds(self, c: char) -> bool {
        match self {
            Self::Any => true,
            Self::Gsm7 => septets(c).is_some(),
            Self::Gsm7Basic => septets(c) == Some(1),
        }
    }
}

/// What a merge tag's values may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tag {
    max_chars: u32,
    alphabet: Alphabet,
    links: bool,
}

impl Tag {
    /// A value of at most so many characters (Unicode scalar values), without links.
    #[must_use]
    pub const fn text(max_chars: u32) -> Self {
        Self { max_chars, alphabet: Alphabet::Any, links: false }
    }

    /// A link of at most so many characters, all of them one septet.
    #[must_use]
    pub const fn link(max_chars: u32) -> Self {
        Self { max_chars, alphabet: Alphabet::Gsm7Basic, links: true }
    }

    /// The same, of this alphabet.
    #[must_use]
    pub const fn alphabet(self, alphabet: Alphabet) -> Self {
        Self { alphabet, ..self }
    }

    /// The same, with or without links in its values.
    #[must_use]
    pub const fn links(self, allowed: bool) -> Self {
        Self { links: allowed, ..self }
    }

    pub(super) const fn max_chars(&self) -> u32 {
        self.max_chars
    }

    pub(super) const fn declared_alphabet(&self) -> Alphabet {
        self.alphabet
    }

    /// Whether a value is what was declared.
    pub(super) fn judge(&self, value: &str) -> Result<(), ValueFault> {
        let mut chars = 0u32;
        for c in value.chars() {
            chars = chars.saturating_add(1);
            if is_unwanted_control(c) || c == '\r' || reorders(c) {
                return Err(ValueFault::ControlCharacter);
            }
            if !self.alphabet.holds(c) {
                return Err(ValueFault::OutsideAlphabet);
            }
        }
        if chars > self.max_chars {
            return Err(ValueFault::TooLong { chars, max: self.max_chars });
        }
        if !self.links && holds_link(value) { Err(ValueFault::Link) } else { Ok(()) }
    }
}

/// Line and paragraph separators, and the direction controls that make a text read other than it is.
const fn reorders(c: char) -> bool {
    matches!(c, '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The merge tags that a campaign knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags(BTreeMap<Box<str>, Tag>);

impl Tags {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with one more tag; a name declared twice has its later declaration.
    #[must_use]
    pub fn with(mut self, name: &str, tag: Tag) -> Self {
        self.0.insert(name.into(), tag);
        self
    }

    /// The declarations, for keeping: name, longest, alphabet, links.
    pub(crate) fn rows(&self) -> Vec<(String, u32, u8, bool)> {
        let row = |(name, tag): (&str, &Tag)| (name.to_owned(), tag.max_chars, tag.alphabet as u8, tag.links);
        self.0.iter().map(|(name, tag)| row((name, tag))).collect()
    }

    /// The declarations as they were kept.
    pub(crate) fn from_rows(rows: &[(String, u32, u8, bool)]) -> Self {
        let alphabet = |code| match code {
            2 => Alphabet::Gsm7Basic,
            1 => Alphabet::Gsm7,
            _ => Alphabet::Any,
        };
        let tag = |max_chars, code, links| Tag { max_chars, alphabet: alphabet(code), links };
        rows.iter()
            .fold(Self::new(), |tags, (name, max, code, links)| tags.with(name, tag(*max, *code, *links)))
    }

    pub(super) fn find(&self, name: &str) -> Option<Tag> {
        self.0.get(name).copied()
    }
}

/// Why a value may not stand in a message. It never holds the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ValueFault {
    /// A control character other than a line feed, or one that reorders text.
    #[error("a control character")]
    ControlCharacter,
    /// Longer than declared.
    #[error("{chars} characters where at most {max} are declared")]
    TooLong {
        /// Length in characters.
        chars: u32,
        /// The declared maximum.
        max: u32,
    },
    /// A link where none is declared.
    #[error("a link")]
    Link,
    /// A character outside the declared alphabet.
    #[error("a character outside the declared alphabet")]
    OutsideAlphabet,
}
