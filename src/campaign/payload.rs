use crate::{
    codec::cbor_map,
    message::{Body, Values},
};

cbor_map! {
    /// A waiting text with the values that it was made with.
    struct Made {
        0 => text: String,
        1 => values: Vec<(String, String)>,
    }
}

/// What waits, sealed, in the outbox: the final text, and beside it the values if a guard may want it made anew.
#[derive(Debug)]
pub(crate) struct Payload {
    pub(crate) body: Body,
    pub(crate) values: Values,
}

impl Payload {
    /// A text alone is kept as it is: its first byte is never that of a CBOR map.
    pub(crate) fn to_bytes(&self, keeps_values: bool) -> Vec<u8> {
        if !keeps_values {
            return self.body.as_str().as_bytes().to_vec();
        }
        let values = self.values.rows().into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let made = Made { text: self.body.as_str().to_owned(), values: values.collect() };
        let mut bytes = Vec::new();
        // Writing to memory does not fail.
        let _ = minicbor::encode(made, &mut bytes);
        bytes
    }

    pub(crate) fn from_bytes(bytes: Vec<u8>) -> Option<Self> {
        let (text, rows) = match minicbor::decode::<Made>(&bytes) {
            Ok(made) => (made.text, made.values),
            Err(_) => (String::from_utf8(bytes).ok()?, Vec::new()),
        };
        let values = rows.iter().fold(Values::new(), |values, (name, value)| values.with(name, value));
        Some(Self { body: Body::new(text).ok()?, values })
    }
}

#[cfg(test)]
mod tests {
    use super::Payload;
    use crate::message::{Body, Values};

    #[test]
    fn a_payload_comes_back_as_it_was_put_by() {
        let (body, values) = (Body::new("été à 21 h").unwrap(), Values::new().with("first_name", "Ana"));
        let payload = Payload { body: body.clone(), values: values.clone() };
        let with = Payload::from_bytes(payload.to_bytes(true)).unwrap();
        let without = Payload::from_bytes(payload.to_bytes(false)).unwrap();
        assert_eq!((with.body, with.values), (body.clone(), values));
        assert_eq!((without.body, without.values), (body, Values::new()));
        assert!(Payload::from_bytes(vec![0xA2, 0xFF]).is_none());
    }
}
