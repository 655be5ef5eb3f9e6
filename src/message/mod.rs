//! What is said, before anybody receives it: its kind in the law's eyes, its template, its body, its segments.
//!
//! A [`Template`] is parsed once and checked against the declared [`Tags`], so that an unknown tag is refused before
//! anything is sent; a [`CheckedTemplate`] knows its worst-case cost and renders a [`Body`] for each recipient's
//! [`Values`]. A body is final: it has a digest, and [`segments`] counts what it costs on the air.

mod body;
mod bound;
mod channel;
pub(crate) mod fold;
mod grapheme;
mod grapheme_table;
mod gsm;
mod kind;
pub(crate) mod link;
mod locale;
mod mark;
mod national;
mod parts;
mod segment;
pub(crate) mod signs;
mod smart;
mod tags;
mod template;
mod values;
mod worst;

pub use body::{Body, BodyError};
pub use channel::Channel;
pub use kind::{Kind, Kinds};
pub use locale::Locale;
pub(crate) use mark::mark;
pub use national::{National, segments_in};
pub use parts::parts;
pub use segment::{Counting, Encoding, Segments, segments};
pub use smart::{Change, Dear, Letters, Smart, dear, smart};
pub(crate) use tags::TagRow;
pub use tags::{Alphabet, Tag, Tags, ValueFault};
pub use template::{CheckedTemplate, RenderError, Template, TemplateError, TemplateErrorKind};
pub use values::Values;
