//! Deterministic CBOR (RFC 8949, section 4.2) for the facts that are hashed and the state that is cached.
//!
//! A struct is a map from small integers to values, keys ascending, absent fields left out; an enum of bare
//! names is its number. Numbers are part of the file format: they are never reused.

/// Defines a struct and its encoding as a CBOR map with the integer keys written before the fields.
macro_rules! cbor_map {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident {
            $( $(#[$fmeta:meta])* $key:literal => $fvis:vis $field:ident : $ty:ty ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        $vis struct $name { $( $(#[$fmeta])* $fvis $field: $ty ),* }

        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                ctx: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                let mut fields = 0u64;
                $( if !minicbor::Encode::<C>::is_nil(&self.$field) { fields += 1; } )*
                e.map(fields)?;
                $( if !minicbor::Encode::<C>::is_nil(&self.$field) {
                    e.u32($key)?;
                    minicbor::Encode::<C>::encode(&self.$field, e, ctx)?;
                } )*
                Ok(())
            }
        }

        #[cfg(feature = "evidence")]
        impl $crate::codec::Shown for $name {
            fn shown(&self) -> serde_json::Value {
                let mut fields = serde_json::Map::new();
                $( if !minicbor::Encode::<()>::is_nil(&self.$field) {
                    fields.insert(stringify!($field).to_owned(), $crate::codec::Shown::shown(&self.$field));
                } )*
                fields.into()
            }
        }

        #[cfg(all(test, feature = "evidence"))]
        #[allow(dead_code, reason = "only the records' are asked for")]
        impl $name {
            /// Key, name and type of each field.
            pub(crate) const FIELDS: &'static [(u32, &'static str, &'static str)] =
                &[$( ($key, stringify!($field), stringify!($ty)) ),*];
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
                $( let mut $field: Option<$ty> = <$ty as minicbor::Decode<'b, C>>::nil(); )*
                let fields = d.map()?.ok_or_else(|| minicbor::decode::Error::message("indefinite map"))?;
                for _ in 0..fields {
                    match d.u32()? {
                        $( $key => $field = Some(minicbor::Decode::<'b, C>::decode(d, ctx)?), )*
                        _ => return Err(minicbor::decode::Error::message("unknown field")),
                    }
                }
                Ok(Self { $( $field: $field.ok_or_else(|| minicbor::decode::Error::message(
                    concat!("missing field ", stringify!($field))))? ),* })
            }
        }
    };
}

/// Defines an enum of bare names whose numbers are its encoding and whose `code` is its stable spelling.
macro_rules! cbor_enum {
    (
        $(#[$meta:meta])*
        $vis:vis enum $name:ident {
            $( $(#[$vmeta:meta])* $variant:ident = $number:literal, $code:literal );* $(;)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis enum $name { $( $(#[$vmeta])* $variant = $number ),* }

        #[allow(dead_code, reason = "not every list of names is asked for all of this")]
        impl $name {
            /// Every value, in order.
            $vis const ALL: &'static [Self] = &[ $( Self::$variant ),* ];

            /// The stable spelling in records, JSON and explanations.
            #[must_use]
            $vis const fn code(self) -> &'static str {
                match self { $( Self::$variant => $code ),* }
            }

            /// The value with this [`code`](Self::code).
            #[must_use]
            $vis fn from_code(code: &str) -> Option<Self> {
                match code { $( $code => Some(Self::$variant), )* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }

        #[cfg(feature = "evidence")]
        impl $crate::codec::Shown for $name {
            fn shown(&self) -> serde_json::Value {
                self.code().into()
            }
        }

        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.u8(*self as u8)?.ok()
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                match d.u8()? {
                    $( $number => Ok(Self::$variant), )*
                    _ => Err(minicbor::decode::Error::message(concat!("unknown ", stringify!($name)))),
                }
            }
        }
    };
}

#[cfg(feature = "evidence")]
pub(crate) use shown::Shown;
pub(crate) use {cbor_enum, cbor_map};

/// The facts of a record as JSON: what an evidence pack shows beside the bytes that are hashed.
#[cfg(feature = "evidence")]
mod shown {
    use serde_json::Value;

    use crate::id::{Hash, InboundId, MessageId, Name, TextMark};

    pub(crate) trait Shown {
        fn shown(&self) -> Value;
    }

    macro_rules! as_is {
        ($($ty:ty),*) => { $( impl Shown for $ty {
            fn shown(&self) -> Value {
                self.clone().into()
            }
        } )* };
    }

    macro_rules! as_text {
        ($($ty:ty),*) => { $( impl Shown for $ty {
            fn shown(&self) -> Value {
                self.to_string().into()
            }
        } )* };
    }

    as_is!(bool, u8, u16, u32, String);
    as_text!(Name, Hash, MessageId, InboundId, TextMark);

    impl<T: Shown> Shown for Option<T> {
        fn shown(&self) -> Value {
            self.as_ref().map_or(Value::Null, Shown::shown)
        }
    }

    impl<T: Shown> Shown for Vec<T> {
        fn shown(&self) -> Value {
            self.iter().map(Shown::shown).collect()
        }
    }

    /// Integers that every reader of JSON holds exactly (RFC 8785, section 3.2.2.3); larger ones go as text.
    const EXACT: u64 = (1 << 53) - 1;

    impl Shown for u64 {
        fn shown(&self) -> Value {
            if *self <= EXACT { (*self).into() } else { self.to_string().into() }
        }
    }

    impl Shown for i64 {
        fn shown(&self) -> Value {
            if self.unsigned_abs() <= EXACT { (*self).into() } else { self.to_string().into() }
        }
    }

    macro_rules! tuples {
        ($( ($($part:ident . $place:tt),*) )*) => { $( impl<$($part: Shown),*> Shown for ($($part,)*) {
            fn shown(&self) -> Value {
                Value::Array(vec![$( self.$place.shown() ),*])
            }
        } )* };
    }

    tuples! { (A.0, B.1) (A.0, B.1, C.2) (A.0, B.1, C.2, D.3) }
}
