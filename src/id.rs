//! Identifiers: random for people, derived for messages, short names for what a host configures.

use std::{borrow::Borrow, fmt, str::FromStr};

use sha2::{Digest, Sha256};
use thiserror::Error;

/// Bytes of the operating system's generator.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// The operating system gave no random bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the operating system gave no random bytes")]
pub struct NoRandomness;

macro_rules! bytes_id {
    ($(#[$meta:meta])* $name:ident, $len:literal) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
        pub struct $name(pub [u8; $len]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(s: &str) -> Result<Self, IdError> {
                let mut bytes = [0u8; $len];
                if s.len() != 2 * $len || !s.is_ascii() {
                    return Err(IdError);
                }
                for (slot, pair) in bytes.iter_mut().zip(s.as_bytes().chunks(2)) {
                    let pair = std::str::from_utf8(pair).map_err(|_| IdError)?;
                    *slot = u8::from_str_radix(pair, 16).map_err(|_| IdError)?;
                }
                Ok(Self(bytes))
            }
        }

        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?.ok()
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                d.bytes()?
                    .try_into()
                    .map(Self)
                    .map_err(|_| minicbor::decode::Error::message(concat!(stringify!($name), " of another length")))
            }
        }
    };
}

bytes_id! {
    /// One tenure of a phone number: random, so it says nothing of the person.
    RecipientId, 16
}
bytes_id! {
    /// One message to one person, derived from what it is (see [`MessageId::derive`]), so that a repeat has the
    /// same id and is refused.
    MessageId, 16
}
bytes_id! {
    /// One inbound message, by the digest of the gateway's id for it.
    InboundId, 16
}
bytes_id! {
    /// A text's letters and digits, by digest: what tells our own words when they come back.
    TextMark, 16
}
bytes_id! {
    /// A SHA-256.
    Hash, 32
}

impl RecipientId {
    /// The stream of what belongs to no person.
    pub const HOUSE: Self = Self([0; 16]);

    /// A new tenure.
    pub(crate) fn random() -> Result<Self, NoRandomness> {
        random().map(Self)
    }
}

impl MessageId {
    /// `H(program, source, recipient, step)`, each part with its length, cut to 16 bytes.
    #[must_use]
    pub fn derive(program: &Name, source: &Name, recipient: RecipientId, step: u32) -> Self {
        let step = step.to_be_bytes();
        Self(short_digest(&[b"optin message", program.as_bytes(), source.as_bytes(), &recipient.0, &step]))
    }
}

impl InboundId {
    /// The digest of what the gateway calls this message.
    #[must_use]
    pub fn of(gateway_id: &str) -> Self {
        Self(short_digest(&[b"optin inbound", gateway_id.as_bytes()]))
    }
}

impl TextMark {
    /// The digest of letters and digits.
    pub(crate) fn of(letters: &str) -> Self {
        Self(short_digest(&[b"optin text", letters.as_bytes()]))
    }
}

/// SHA-256 over the parts, each with its length, cut to 16 bytes.
fn short_digest(parts: &[&[u8]]) -> [u8; 16] {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let digest: [u8; 32] = hasher.finalize().into();
    let mut short = [0; 16];
    short.iter_mut().zip(digest).for_each(|(slot, byte)| *slot = byte);
    short
}

/// Not the hexadecimal form of an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not an id: hexadecimal digits, two a byte")]
pub struct IdError;

/// A name that the host gives to a program, a campaign, a category, a subject, a sender: 1 to 48 printable ASCII
/// characters without spaces, or the host's own number or word.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(Box<str>);

impl Name {
    /// Checks a name.
    ///
    /// # Errors
    /// Empty, longer than 48, or with anything but printable ASCII without spaces.
    pub fn new(text: &str) -> Result<Self, NameError> {
        let fits = !text.is_empty() && text.len() <= 48 && text.bytes().all(|b| b.is_ascii_graphic());
        if fits { Ok(Self(text.into())) } else { Err(NameError) }
    }

    /// A name of this library's own, which is known to fit.
    #[cfg(feature = "import")]
    pub(crate) fn own(text: &'static str) -> Self {
        debug_assert!(Self::new(text).is_ok());
        Self(text.into())
    }

    /// The name as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(s: &str) -> Result<Self, NameError> {
        Self::new(s)
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl<C> minicbor::Encode<C> for Name {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.str(&self.0)?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for Name {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Self::new(d.str()?).map_err(|_| minicbor::decode::Error::message("not a name"))
    }
}

impl<'de> serde::Deserialize<'de> for Name {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::new(&text).map_err(serde::de::Error::custom)
    }
}

/// Not a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a name has 1 to 48 printable ASCII characters and no space")]
pub struct NameError;
