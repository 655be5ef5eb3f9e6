//! JSON that means one thing: no name twice, integers only, and one canonical spelling (RFC 8785).

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::flaw::{PackFlaw, What};

/// A pack of every record that anybody ever had is far smaller.
const MOST_BYTES: usize = 64 << 20;
const MOST_DEEP: u8 = 64;
const EXACT: u64 = (1 << 53) - 1;

/// Reads a text that keeps to the format's limits.
pub(super) fn read(json: &[u8]) -> Result<Value, PackFlaw> {
    if json.len() > MOST_BYTES {
        return Err(PackFlaw::new("", What::TooLarge));
    }
    let mut from = serde_json::Deserializer::from_slice(json);
    let read = Strict(MOST_DEEP).deserialize(&mut from).and_then(|value| from.end().map(|()| value));
    read.map_err(|error| {
        // Only where and of which sort: the words of a parser may hold what stands in the text.
        let place = format!("line {} column {}", error.line(), error.column());
        PackFlaw::new(place, if error.is_data() { What::Limits } else { What::NotJson })
    })
}

/// The canonical form.
pub(super) fn canonical(value: &Value) -> Vec<u8> {
    // Maps are ordered by name, and names are ASCII: this is the order of RFC 8785 unless a crate beside this one
    // asks serde_json to keep the order of insertion, so it is made here.
    let mut bytes = Vec::new();
    write(value, &mut bytes);
    bytes
}

fn write(value: &Value, bytes: &mut Vec<u8>) {
    match value {
        Value::Array(items) => {
            bytes.push(b'[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    bytes.push(b',');
                }
                write(item, bytes);
            }
            bytes.push(b']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            bytes.push(b'{');
            for (place, (name, member)) in members.into_iter().enumerate() {
                if place > 0 {
                    bytes.push(b',');
                }
                write(&Value::String(name.clone()), bytes);
                bytes.push(b':');
                write(member, bytes);
            }
            bytes.push(b'}');
        }
        // What serde_json writes of a text or an integer is what RFC 8785 asks for.
        plain => bytes.extend_from_slice(plain.to_string().as_bytes()),
    }
}

/// Reads a value no deeper than this.
struct Strict(u8);

impl Strict {
    fn deeper<E: Error>(&self) -> Result<Self, E> {
        self.0.checked_sub(1).map(Self).ok_or_else(|| E::custom("too deep"))
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, an integer, true, false, null, an array or an object")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        if value <= EXACT { Ok(Number::from(value).into()) } else { Err(E::custom("number out of range")) }
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        let fits = value.unsigned_abs() <= EXACT;
        if fits { Ok(Number::from(value).into()) } else { Err(E::custom("number out of range")) }
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Value, E> {
        Err(E::custom("not an integer, or out of range"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(self.deeper()?)? {
            items.push(item);
        }
        Ok(items.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut members = Map::new();
        while let Some(Ascii(name)) = map.next_key()? {
            let member = map.next_value_seed(self.deeper()?)?;
            if members.insert(name, member).is_some() {
                return Err(A::Error::custom("a name stands twice in one object"));
            }
        }
        Ok(members.into())
    }
}

struct Ascii(String);

impl<'de> Deserialize<'de> for Ascii {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let name = String::deserialize(from)?;
        if name.is_ascii() { Ok(Self(name)) } else { Err(D::Error::custom("a name is not ASCII")) }
    }
}
