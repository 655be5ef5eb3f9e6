use std::collections::BTreeMap;

use thiserror::Error;

use super::{body::is_unwanted_control, gsm::septets, link::holds_link};
use crate::codec::cbor_enum;

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

cbor_enum! {
    /// What sort of value a tag has.
    pub(crate) enum Form {
        /// Words, as they are.
        Text = 0, "text";
        /// A day, with or without a time: `2026-11-27`, or an instant of RFC 3339.
        Moment = 1, "moment";
        /// A decimal number with a point.
        Number = 2, "number";
        /// A decimal number, a space, a currency of three letters.
        Money = 3, "money";
        /// Items, a line each.
        List = 4, "list";
    }
}

/// What a merge tag's values may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tag {
    max_chars: u32,
    alphabet: Alphabet,
    links: bool,
    form: Form,
}

impl Tag {
    /// A value of at most so many characters (Unicode scalar values), without links.
    #[must_use]
    pub const fn text(max_chars: u32) -> Self {
        Self { max_chars, alphabet: Alphabet::Any, links: false, form: Form::Text }
    }

    /// A day or an instant: `2026-11-27`, or `2026-11-27T21:00:00+01:00`, shown in the offset it is given in. Written
    /// `{ends}`, `{ends|date}`, `{ends|long_date}`, `{ends|weekday}` or `{ends|time}`; a fallback stands behind one more
    /// bar.
    #[must_use]
    pub const fn date() -> Self {
        Self { max_chars: 35, alphabet: Alphabet::Gsm7Basic, links: false, form: Form::Moment }
    }

    /// A decimal number such as `1234.5`, of at most so many characters once written.
    #[must_use]
    pub const fn number(max_chars: u32) -> Self {
        Self { max_chars, alphabet: Alphabet::Gsm7Basic, links: false, form: Form::Number }
    }

    /// An amount with its currency, such as `12.50 EUR`; at most 16 characters once written.
    #[must_use]
    pub const fn money() -> Self {
        Self { max_chars: 16, alphabet: Alphabet::Gsm7, links: false, form: Form::Money }
    }

    /// Items, a line each, parted by commas once written; `{items:2}` shows the first two. At most so many characters
    /// once written.
    #[must_use]
    pub const fn list(max_chars: u32) -> Self {
        Self { max_chars, alphabet: Alphabet::Any, links: false, form: Form::List }
    }

    /// A link of at most so many characters, all of them one septet.
    #[must_use]
    pub const fn link(max_chars: u32) -> Self {
        Self { max_chars, alphabet: Alphabet::Gsm7Basic, links: true, form: Form::Text }
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

    pub(super) const fn takes_links(&self) -> bool {
        self.links
    }

    pub(super) const fn form(&self) -> Form {
        self.form
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

/// A declaration as it is kept: name, longest, alphabet and form, links.
pub(crate) type TagRow = (String, u32, u8, bool);

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
    pub(crate) fn rows(&self) -> Vec<TagRow> {
        // The alphabet has three values: what is left of the byte is the form.
        let kind = |tag: &Tag| tag.alphabet as u8 | (tag.form as u8) << 4;
        let row = |(name, tag): (&str, &Tag)| (name.to_owned(), tag.max_chars, kind(tag), tag.links);
        self.0.iter().map(|(name, tag)| row((name, tag))).collect()
    }

    /// The declarations as they were kept.
    pub(crate) fn from_rows(rows: &[TagRow]) -> Self {
        let form = |code: u8| Form::ALL.get(usize::from(code >> 4)).copied().unwrap_or(Form::Text);
        let alphabet = |code: u8| match code & 15 {
            2 => Alphabet::Gsm7Basic,
            1 => Alphabet::Gsm7,
            _ => Alphabet::Any,
        };
        let tag =
            |max_chars, code, links| Tag { max_chars, alphabet: alphabet(code), links, form: form(code) };
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
    /// A link through a public shortener or to a bare address.
    #[error("a link through a public shortener or to a bare address")]
    Host,
    /// Not of the declared form.
    #[error("what is no {0}")]
    Form(&'static str),
}
