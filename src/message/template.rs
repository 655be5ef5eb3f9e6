use std::{fmt, ops::Range};

use thiserror::Error;

use super::{
    body::{Body, BodyError, is_unwanted_control},
    bound::Bound,
    locale::Locale,
    tags::{Tags, ValueFault},
    values::Values,
};

/// A text with merge tags, parsed once.
///
/// `{first_name}` is a tag, `{first_name|there}` has a fallback, `{{` and `}}` are braces. A name is lower-case ASCII
/// letters, digits and `_`, in parts joined by dots: `order.number`. A [date](super::Tag::date) is written
/// `{offer.ends|date}` or `{offer.ends|date|soon}`, of a [list](super::Tag::list) `{cart.items:2}` is the first two.
///
/// ```
/// use optin::message::{Tag, Tags, Template, TemplateErrorKind, Values};
///
/// let template = Template::parse("{first_name|Bonjour}, -40 % : {link}")?;
/// assert_eq!(template.tags().collect::<Vec<_>>(), ["first_name", "link"]);
///
/// let tags = Tags::new().with("first_name", Tag::text(40)).with("link", Tag::link(30));
/// let checked = template.check(&tags)?;
/// let body = checked.render(&Values::new().with("link", "https://ml.example/a"))?;
/// assert_eq!(body.as_str(), "Bonjour, -40 % : https://ml.example/a");
///
/// // Without its link nothing is rendered; a tag nobody declared is refused before that.
/// assert!(checked.render(&Values::new()).is_err());
/// let unknown = Template::parse("Hello {nickname}")?.check(&tags).unwrap_err();
/// assert_eq!((unknown.kind(), unknown.span()), (TemplateErrorKind::UnknownTag, 6..16));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    source: Box<str>,
    pieces: Vec<Piece<Written>>,
}

/// A template whose every tag is declared: the only one that renders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedTemplate {
    source: Box<str>,
    pieces: Vec<Piece<Bound>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece<D> {
    Text(Box<str>),
    Tag { name: Box<str>, span: Range<usize>, is: D },
}

/// What stands behind a tag's name, as it was written: `:2` and `|...`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Written {
    first: Option<u32>,
    rest: Option<Box<str>>,
}

impl Written {
    /// How many items are shown.
    pub(super) const fn first(&self) -> Option<u32> {
        self.first
    }

    /// What stands behind the first bar.
    pub(super) fn rest(&self) -> Option<&str> {
        self.rest.as_deref()
    }
}

impl Template {
    /// Reads the text.
    ///
    /// # Errors
    /// A [`TemplateError`] with the byte range at fault.
    pub fn parse(source: &str) -> Result<Self, TemplateError> {
        if source.trim().is_empty() {
            return Err(TemplateErrorKind::Blank.at(0..source.len()));
        }
        let mut pieces = Vec::new();
        let mut text = String::new();
        let mut chars = source.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            match c {
                '{' | '}' if chars.next_if(|&(_, next)| next == c).is_some() => text.push(c),
                '}' => return Err(TemplateErrorKind::UnopenedBrace.at(at..at + 1)),
                '{' => {
                    if !text.is_empty() {
                        pieces.push(Piece::Text(std::mem::take(&mut text).into()));
                    }
                    let tag = read_tag(source, at)?;
                    let end = tag.span().end;
                    while chars.next_if(|&(next, _)| next < end).is_some() {}
                    pieces.push(tag);
                }
                c if is_unwanted_control(c) => {
                    return Err(TemplateErrorKind::ControlCharacter.at(at..at + c.len_utf8()));
                }
                c => text.push(c),
            }
        }
        if !text.is_empty() {
            pieces.push(Piece::Text(text.into()));
        }
        Ok(Self { source: source.into(), pieces })
    }

    /// The text as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The names of the tags, each once, in order of first use.
    pub fn tags(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().enumerate().filter_map(move |(i, piece)| {
            let found = piece.name()?;
            let known = self.pieces.iter().take(i).any(|earlier| earlier.name() == Some(found));
            (!known).then_some(found)
        })
    }

    /// Binds every tag to its declaration.
    ///
    /// # Errors
    /// A tag that is not declared, or a fallback that is not what its tag declares.
    pub fn check(&self, tags: &Tags) -> Result<CheckedTemplate, TemplateError> {
        let bind = |piece: &Piece<Written>| match piece {
            Piece::Text(text) => Ok(Piece::Text(text.clone())),
            Piece::Tag { name, span, is } => {
                let tag = tags.find(name).ok_or_else(|| TemplateErrorKind::UnknownTag.at(span.clone()))?;
                let bound = Bound::new(tag, is).map_err(|kind| kind.at(span.clone()))?;
                Ok(Piece::Tag { name: name.clone(), span: span.clone(), is: bound })
            }
        };
        let pieces = self.pieces.iter().map(bind).collect::<Result<_, _>>()?;
        Ok(CheckedTemplate { source: self.source.clone(), pieces })
    }
}

impl CheckedTemplate {
    /// The text as it was written.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The names of the tags whose values are links.
    pub(crate) fn links(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Tag { name, is, .. } if is.is_link() => Some(&**name),
            _ => None,
        })
    }

    /// Whether it has a tag of this name.
    pub(crate) fn has(&self, tag: &str) -> bool {
        self.pieces.iter().any(|piece| piece.name() == Some(tag))
    }

    /// Whether some values are words that nobody has read before.
    pub(crate) fn has_words(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Tag { is, .. } if is.is_words()))
    }

    /// The source as those will read it who have every value, and who have none but what has no fallback; `None` if no
    /// tag has one.
    pub(crate) fn extremes(&self) -> Option<[String; 2]> {
        let (mut with, mut without, mut at) = (String::new(), String::new(), 0);
        for piece in &self.pieces {
            if let Piece::Tag { name, span, is } = piece
                && let Some(fallback) = is.fallback()
            {
                let before = self.source.get(at..span.start)?;
                with.push_str(&format!("{before}{{{name}}}"));
                without.push_str(&format!("{before}{fallback}"));
                at = span.end;
            }
        }
        let rest = self.source.get(at..).filter(|_| at > 0)?;
        Some([with + rest, without + rest])
    }

    pub(super) fn pieces(&self) -> &[Piece<Bound>] {
        &self.pieces
    }

    /// The text for one recipient, dates, numbers and money in the figures of ISO 8601.
    ///
    /// # Errors
    /// As [`render_in`](Self::render_in).
    pub fn render(&self, values: &Values) -> Result<Body, RenderError> {
        self.render_in(values, Locale::of(""))
    }

    /// The text for one recipient, dates, numbers and money as they are written there. A value that is absent or blank
    /// counts as missing; a brace in a value is a brace.
    ///
    /// # Errors
    /// A value missing without a fallback, or not what its tag declares; the error names the tag, never the value.
    pub fn render_in(&self, values: &Values, locale: Locale) -> Result<Body, RenderError> {
        let mut text = String::with_capacity(self.source.len() + 64);
        for piece in &self.pieces {
            match piece {
                Piece::Text(literal) => text.push_str(literal),
                Piece::Tag { name, is, .. } => match values.find(name) {
                    Some(value) => {
                        let written = is.write(value, locale);
                        text.push_str(
                            &written.map_err(|fault| RenderError::Value { tag: name.clone(), fault })?,
                        );
                    }
                    None => text
                        .push_str(is.fallback().ok_or_else(|| RenderError::Missing { tag: name.clone() })?),
                },
            }
        }
        Ok(Body::new(text)?)
    }
}

impl<D> Piece<D> {
    fn name(&self) -> Option<&str> {
        match self {
            Self::Text(_) => None,
            Self::Tag { name, .. } => Some(name),
        }
    }

    fn span(&self) -> Range<usize> {
        match self {
            Self::Text(_) => 0..0,
            Self::Tag { span, .. } => span.clone(),
        }
    }
}

/// Reads the tag whose brace opens at byte `open`.
fn read_tag(source: &str, open: usize) -> Result<Piece<Written>, TemplateError> {
    let inside = source.get(open + 1..).unwrap_or("");
    let stop = inside.find(['{', '}']);
    let Some(length) = stop.filter(|&at| inside.as_bytes().get(at) == Some(&b'}')) else {
        return Err(match stop {
            Some(at) => TemplateErrorKind::NestedTag.at(open..open + at + 2),
            None => TemplateErrorKind::UnclosedBrace.at(open..source.len()),
        });
    };
    let span = open..open + length + 2;
    let inside = inside.get(..length).unwrap_or("");
    let (name, rest) = inside.split_once('|').map_or((inside, None), |(name, rest)| (name, Some(rest)));
    let (name, first) = name.split_once(':').map_or((name, None), |(name, first)| (name, Some(first)));
    let first = first.map(|first| first.parse().map_err(|_| TemplateErrorKind::BadForm.at(span.clone())));
    if name.is_empty() {
        return Err(TemplateErrorKind::EmptyTag.at(span));
    }
    let part = |p: &str| {
        !p.is_empty() && p.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    if !name.split('.').all(part) {
        return Err(TemplateErrorKind::BadName.at(span));
    }
    let is = Written { first: first.transpose()?, rest: rest.map(Into::into) };
    Ok(Piece::Tag { name: name.into(), span, is })
}

/// Why a template is refused, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateError {
    kind: TemplateErrorKind,
    span: Range<usize>,
}

/// What is wrong in a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TemplateErrorKind {
    /// Nothing but white space.
    #[error("the template is blank")]
    Blank,
    /// A `{` without its `}`.
    #[error("this brace is never closed; write `{{{{` for a brace")]
    UnclosedBrace,
    /// A `}` without its `{`.
    #[error("this brace closes nothing; write `}}}}` for a brace")]
    UnopenedBrace,
    /// `{}` or `{|there}`.
    #[error("a tag without a name")]
    EmptyTag,
    /// A `{` within a tag.
    #[error("a brace within a tag")]
    NestedTag,
    /// A name that is not lower-case letters, digits and `_` in parts joined by dots.
    #[error("a tag's name is lower-case letters, digits and `_`, in parts joined by dots")]
    BadName,
    /// A count of items that is no number, or on what is no list.
    #[error("`:2` stands behind the name of a list: the items to show, one at least")]
    BadForm,
    /// A control character other than a line break.
    #[error("a control character")]
    ControlCharacter,
    /// A tag that nobody declared.
    #[error("unknown tag")]
    UnknownTag,
    /// A fallback that is not what its tag declares.
    #[error("the fallback has {0}")]
    Fallback(ValueFault),
}

impl TemplateErrorKind {
    const fn at(self, span: Range<usize>) -> TemplateError {
        TemplateError { kind: self, span }
    }
}

impl TemplateError {
    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> TemplateErrorKind {
        self.kind
    }

    /// The bytes at fault in the source.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (bytes {}..{})", self.kind, self.span.start, self.span.end)
    }
}

impl std::error::Error for TemplateError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        None
    }
}

/// Why a template gives no body for one recipient. It never holds a value.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RenderError {
    /// No value, and no fallback.
    #[error("no value for `{tag}`, which has no fallback")]
    Missing {
        /// The tag's name.
        tag: Box<str>,
    },
    /// A value that is not what its tag declares.
    #[error("the value of `{tag}` has {fault}")]
    Value {
        /// The tag's name.
        tag: Box<str>,
        /// What is wrong with the value.
        fault: ValueFault,
    },
    /// The template is no marketing, and with these values it reads as that.
    #[error("with these values the text reads as marketing, which it was not declared to be")]
    Sells,
    /// The whole is no body.
    #[error(transparent)]
    Body(#[from] BodyError),
}
