use std::borrow::Cow;

use super::{
    locale::{Locale, moment},
    tags::{Alphabet, Form, Tag, ValueFault},
    template::{TemplateErrorKind, Written},
};

/// A tag of a template with its declaration: how its values are written, and what stands where there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bound {
    tag: Tag,
    shape: Shape,
    /// Items shown of a list.
    first: Option<u32>,
    fallback: Option<Box<str>>,
}

/// What is written of a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Date,
    LongDate,
    Weekday,
    Time,
}

/// The longest of all locales, as a test of the locales holds.
const LONGEST: u32 = 20;

impl Bound {
    pub(super) fn new(tag: Tag, written: &Written) -> Result<Self, TemplateErrorKind> {
        let (shape, fallback) = shape(tag.form(), written.rest());
        if written.first().is_some_and(|first| first == 0 || tag.form() != Form::List) {
            return Err(TemplateErrorKind::BadForm);
        }
        let bound = Self { tag, shape, first: written.first(), fallback: fallback.map(Into::into) };
        if let Some(fallback) = fallback {
            bound.within().judge(fallback).map_err(TemplateErrorKind::Fallback)?;
        }
        Ok(bound)
    }

    pub(super) fn fallback(&self) -> Option<&str> {
        self.fallback.as_deref()
    }

    pub(super) const fn is_words(&self) -> bool {
        matches!(self.tag.form(), Form::Text | Form::List) && !self.is_link()
    }

    pub(super) const fn is_link(&self) -> bool {
        self.tag.takes_links()
    }

    pub(super) fn max_chars(&self) -> u32 {
        self.within().max_chars()
    }

    /// Months and days have letters that GSM 03.38 has not: `août`, `março`, `sábado`.
    pub(super) fn alphabet(&self) -> Alphabet {
        self.within().declared_alphabet()
    }

    /// What a value may be once it is written.
    fn within(&self) -> Tag {
        match (self.tag.form(), self.shape) {
            (Form::Moment, Shape::LongDate | Shape::Weekday) => Tag::text(LONGEST),
            (Form::Moment, Shape::Date | Shape::Time) => Tag::text(LONGEST).alphabet(Alphabet::Gsm7Basic),
            _ => self.tag,
        }
    }

    /// A value as it stands in the text.
    pub(super) fn write<'v>(&self, value: &'v str, locale: Locale) -> Result<Cow<'v, str>, ValueFault> {
        let written = match self.tag.form() {
            Form::Text => Cow::Borrowed(value),
            Form::Moment => self.moment(value, locale)?.into(),
            Form::Number => locale.number(value).ok_or(ValueFault::Form("number"))?.into(),
            Form::Money => locale.money(value).ok_or(ValueFault::Form("amount"))?.into(),
            Form::List => {
                let most = self.first.map_or(usize::MAX, |first| first as usize);
                let items = value.lines().map(str::trim).filter(|item| !item.is_empty());
                items.take(most).collect::<Vec<_>>().join(", ").into()
            }
        };
        self.within().judge(&written)?;
        Ok(written)
    }

    fn moment(&self, value: &str, locale: Locale) -> Result<String, ValueFault> {
        let (date, time) = moment(value).ok_or(ValueFault::Form("date"))?;
        Ok(match self.shape {
            Shape::Date => locale.date(date),
            Shape::LongDate => locale.long_date(date),
            Shape::Weekday => locale.weekday(date),
            Shape::Time => locale.time(time.ok_or(ValueFault::Form("time"))?),
        })
    }
}

/// How a value is written, and the fallback, of what stands behind a name.
fn shape(form: Form, rest: Option<&str>) -> (Shape, Option<&str>) {
    let Some(rest) = rest else { return (Shape::Date, None) };
    let (first, after) = rest.split_once('|').map_or((rest, None), |(first, after)| (first, Some(after)));
    match (form, first) {
        (Form::Moment, "date") => (Shape::Date, after),
        (Form::Moment, "long_date") => (Shape::LongDate, after),
        (Form::Moment, "weekday") => (Shape::Weekday, after),
        (Form::Moment, "time") => (Shape::Time, after),
        (Form::Number, "number") | (Form::Money, "money") => (Shape::Date, after),
        _ => (Shape::Date, Some(rest)),
    }
}
