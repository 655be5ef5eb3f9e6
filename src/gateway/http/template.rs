//! Texts with `{placeholders}` of one message, for the mapped gateway.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::exchange::Out;

/// What can stand in braces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot {
    To,
    ToDigits,
    From,
    FromDigits,
    Text,
    Reference,
    ValidSeconds,
    Callback,
    Secret,
}

impl Slot {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "to" => Self::To,
            "to_digits" => Self::ToDigits,
            "from" => Self::From,
            "from_digits" => Self::FromDigits,
            "text" => Self::Text,
            "reference" => Self::Reference,
            "valid_seconds" => Self::ValidSeconds,
            "callback" => Self::Callback,
            "secret" => Self::Secret,
            _ => return None,
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Plain(String),
    Slot(Slot),
}

/// One text with placeholders.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Template(Vec<Piece>);

impl fmt::Debug for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Template({})", self.0.len())
    }
}

impl Template {
    /// `{{` and `}}` are braces. `None`: an unknown name, or a brace without its other half.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (mut pieces, mut plain, mut rest) = (Vec::new(), String::new(), text);
        while let Some((before, after)) = rest.split_once(['{', '}']) {
            plain.push_str(before);
            let brace = rest.as_bytes().get(before.len()).copied()?;
            let twice = after.as_bytes().first() == Some(&brace);
            rest = match (brace, twice) {
                (brace, true) => {
                    plain.push(char::from(brace));
                    after.get(1..)?
                }
                (b'{', false) => {
                    let (name, after) = after.split_once('}')?;
                    pieces.push(Piece::Plain(std::mem::take(&mut plain)));
                    pieces.push(Piece::Slot(Slot::of(name)?));
                    after
                }
                _ => return None,
            };
        }
        plain.push_str(rest);
        pieces.push(Piece::Plain(plain));
        pieces.retain(|piece| *piece != Piece::Plain(String::new()));
        Some(Self(pieces))
    }

    pub(super) fn has(&self, slot: Slot) -> bool {
        self.0.contains(&Piece::Slot(slot))
    }

    pub(super) fn is(&self, slot: Slot) -> bool {
        self.0 == [Piece::Slot(slot)]
    }

    /// `None`: a placeholder that this message has no value for.
    pub(super) fn fill(&self, out: &Out<'_>, secret: &SecretString) -> Option<String> {
        let value = |piece: &Piece| {
            Some(match piece {
                Piece::Plain(text) => text.clone(),
                Piece::Slot(Slot::To) => out.to(),
                Piece::Slot(Slot::ToDigits) => out.to_digits(),
                Piece::Slot(Slot::From) => out.sender().to_owned(),
                Piece::Slot(Slot::FromDigits) => out.sender_digits().to_owned(),
                Piece::Slot(Slot::Text) => out.text().to_owned(),
                Piece::Slot(Slot::Reference) => out.reference(),
                Piece::Slot(Slot::ValidSeconds) => out.valid?.to_string(),
                Piece::Slot(Slot::Callback) => out.callback.clone()?,
                Piece::Slot(Slot::Secret) => secret.expose_secret().to_owned(),
            })
        };
        self.0.iter().map(value).collect()
    }
}

/// JSON whose strings are templates: what a message says can not break out of its string.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    Text(Template),
    List(Vec<Shape>),
    Members(Vec<(String, Shape)>),
    Other(Value),
}

impl Shape {
    pub(super) fn parse(value: &Value) -> Option<Self> {
        Some(match value {
            Value::String(text) => Self::Text(Template::parse(text)?),
            Value::Array(items) => Self::List(items.iter().map(Self::parse).collect::<Option<_>>()?),
            Value::Object(members) => {
                let member = |(name, value): (&String, &Value)| Some((name.clone(), Self::parse(value)?));
                Self::Members(members.iter().map(member).collect::<Option<_>>()?)
            }
            other => Self::Other(other.clone()),
        })
    }

    pub(super) fn templates(&self) -> Vec<&Template> {
        match self {
            Self::Text(template) => vec![template],
            Self::List(items) => items.iter().flat_map(Self::templates).collect(),
            Self::Members(members) => members.iter().flat_map(|(_, shape)| shape.templates()).collect(),
            Self::Other(_) => Vec::new(),
        }
    }

    pub(super) fn fill(&self, out: &Out<'_>, secret: &SecretString) -> Option<Value> {
        Some(match self {
            // A string that is nothing but the seconds becomes a number.
            Self::Text(template) if template.is(Slot::ValidSeconds) => Value::from(out.valid?),
            Self::Text(template) => Value::from(template.fill(out, secret)?),
            Self::List(items) => {
                Value::Array(items.iter().map(|item| item.fill(out, secret)).collect::<Option<_>>()?)
            }
            Self::Members(members) => {
                let member = |(name, shape): &(String, Self)| Some((name.clone(), shape.fill(out, secret)?));
                Value::Object(members.iter().map(member).collect::<Option<_>>()?)
            }
            Self::Other(value) => value.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_hold_known_names_or_are_doubled() {
        for good in ["", "plain", "{to}", "a{to}b{text}", "{{literal}}", "{{{to}}}"] {
            assert!(Template::parse(good).is_some(), "{good}");
        }
        for bad in ["{", "}", "{to", "to}", "{nobody}", "{to}}", "{{to}", "{}"] {
            assert!(Template::parse(bad).is_none(), "{bad}");
        }
        let template = Template::parse("{valid_seconds}").unwrap();
        assert!(template.is(Slot::ValidSeconds) && !template.has(Slot::To));
    }
}
