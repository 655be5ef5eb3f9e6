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

        impl $name {
            /// Every value, in order.
            pub const ALL: &'static [Self] = &[ $( Self::$variant ),* ];

            /// The stable spelling in records, JSON and explanations.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $( Self::$variant => $code ),* }
            }

            /// The value with this [`code`](Self::code).
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $( $code => Some(Self::$variant), )* _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
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

pub(crate) use {cbor_enum, cbor_map};
