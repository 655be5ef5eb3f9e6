//! One view of what gateways send: a form, a query and JSON are all a tree of texts.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::{
    super::{Incoming, form},
    Unreadable,
};

/// Longest id that is taken: gateways use far less.
const LONGEST_ID: usize = 256;

/// A part of the tree.
#[derive(Clone, Copy)]
pub(super) struct Doc<'v>(pub(super) &'v Value);

/// The whole tree. The query is read only where the signature covers it.
pub(super) fn document(incoming: &Incoming<'_>, query_is_covered: bool) -> Result<Value, Unreadable> {
    if incoming.body.is_empty() {
        let query = if query_is_covered { incoming.query() } else { "" };
        return if query.is_empty() { Err(Unreadable::Empty) } else { tree(query.as_bytes()) };
    }
    if incoming.is_json().map_err(|_| Unreadable::Json)? {
        let text = std::str::from_utf8(incoming.body).map_err(|_| Unreadable::Encoding)?;
        return serde_json::from_str(text).map_err(|_| Unreadable::Json);
    }
    tree(incoming.body)
}

/// A name that comes twice has no text: nobody could say which one counts.
fn tree(form: &[u8]) -> Result<Value, Unreadable> {
    let mut all = Map::new();
    for (name, value) in form::pairs(form) {
        let text = |bytes| String::from_utf8(bytes).map_err(|_| Unreadable::Encoding);
        let (name, value) = (text(name)?, Value::String(text(value)?));
        let twice = all.insert(name.clone(), value).is_some();
        if twice {
            all.insert(name, Value::Array(Vec::new()));
        }
    }
    Ok(Value::Object(all))
}

impl<'v> Doc<'v> {
    /// What lies under a path of names with dots between; a number steps into a list.
    pub(super) fn at(self, path: &str) -> Option<Doc<'v>> {
        let step = |value: &'v Value, name: &str| match value {
            Value::Object(map) => map.get(name),
            Value::Array(list) => list.get(name.parse::<usize>().ok()?),
            _ => None,
        };
        let found = path.split('.').try_fold(self.0, step)?;
        (!found.is_null()).then_some(Doc(found))
    }

    pub(super) fn has(self, path: &str) -> bool {
        self.at(path).is_some()
    }

    /// A text, or a number as it is written.
    pub(super) fn read(self, path: &str, name: &'static str) -> Result<Option<Cow<'v, str>>, Unreadable> {
        match self.at(path).map(|doc| doc.0) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(Cow::Borrowed(text))),
            Some(Value::Number(number)) => Ok(Some(Cow::Owned(number.to_string()))),
            Some(_) => Err(Unreadable::Type(name)),
        }
    }

    pub(super) fn text(self, path: &'static str) -> Result<Option<Cow<'v, str>>, Unreadable> {
        self.read(path, path)
    }

    /// A text that must be there and say something.
    pub(super) fn need(self, path: &'static str) -> Result<Cow<'v, str>, Unreadable> {
        self.text(path)?.filter(|text| !text.trim().is_empty()).ok_or(Unreadable::Missing(path))
    }

    /// An id, if there is one.
    pub(super) fn id(self, path: &'static str) -> Result<Option<Cow<'v, str>>, Unreadable> {
        let id = self.text(path)?.filter(|id| !id.trim().is_empty());
        if id.as_ref().is_some_and(|id| id.len() > LONGEST_ID) { Err(Unreadable::Long(path)) } else { Ok(id) }
    }

    pub(super) fn list(self, path: &'static str) -> Result<&'v [Value], Unreadable> {
        match self.at(path).map(|doc| doc.0) {
            None => Err(Unreadable::Missing(path)),
            Some(Value::Array(list)) => Ok(list),
            Some(_) => Err(Unreadable::Type(path)),
        }
    }

    pub(super) fn is_object(self) -> bool {
        self.0.is_object()
    }
}
