use minicbor::{Decoder, Encoder};
use sha2::{Digest, Sha256};

use crate::{
    consent::{Event, PersonalField},
    id::{Hash, RecipientId},
};

/// The version of the envelope's shape. An append-only chain cannot be migrated, so it is fixed from the first.
const SHAPE: u8 = 1;

/// A record as it is hashed: clear facts and commitments, never a personal value.
///
/// Its bytes are a CBOR map in deterministic form: 0 shape, 1 stream, 2 sequence (from 1), 3 hash of the
/// stream's record before it (absent on the first), 4 time of appending in Unix milliseconds, 5 event number,
/// 6 facts, 7 commitments by field (absent if none).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Whose stream.
    pub stream: RecipientId,
    /// Place in the stream, from 1.
    pub seq: u64,
    /// Hash of the record before it.
    pub prev: Option<Hash>,
    /// When it was appended, Unix milliseconds.
    pub at_ms: i64,
    /// What happened.
    pub event: Event,
    /// `SHA-256(salt || value)` of each personal value, by ascending field.
    pub commitments: Vec<(PersonalField, Hash)>,
}

impl Envelope {
    /// Its canonical bytes.
    ///
    /// # Errors
    /// None in practice: writing to memory does not fail.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EnvelopeError> {
        self.encode().map_err(|_| EnvelopeError)
    }

    fn encode(&self) -> Result<Vec<u8>, minicbor::encode::Error<std::convert::Infallible>> {
        let mut e = Encoder::new(Vec::with_capacity(256));
        let fields = 6 + u64::from(self.prev.is_some()) + u64::from(!self.commitments.is_empty());
        e.map(fields)?.u8(0)?.u8(SHAPE)?.u8(1)?.encode(self.stream)?.u8(2)?.u64(self.seq)?;
        if let Some(prev) = self.prev {
            e.u8(3)?.encode(prev)?;
        }
        e.u8(4)?.i64(self.at_ms)?.u8(5)?.u8(self.event.number())?.u8(6)?;
        self.event.encode_facts(&mut e)?;
        if !self.commitments.is_empty() {
            e.u8(7)?.map(self.commitments.len() as u64)?;
            for (field, hash) in &self.commitments {
                e.encode(field)?.encode(hash)?;
            }
        }
        Ok(e.into_writer())
    }

    /// Reads the canonical bytes back, and refuses any other spelling of the same facts.
    ///
    /// # Errors
    /// Not an envelope, of a newer shape, or not canonical.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, EnvelopeError> {
        let envelope = Self::decode(bytes).map_err(|_| EnvelopeError)?;
        if envelope.to_bytes()? == bytes { Ok(envelope) } else { Err(EnvelopeError) }
    }

    fn decode(bytes: &[u8]) -> Result<Self, minicbor::decode::Error> {
        let wrong = || minicbor::decode::Error::message("not an envelope");
        let mut d = Decoder::new(bytes);
        let fields = d.map()?.ok_or_else(wrong)?;
        let (mut stream, mut seq, mut prev, mut at_ms, mut number, mut event) =
            (None, None, None, None, None, None);
        let mut commitments = Vec::new();
        for _ in 0..fields {
            match d.u8()? {
                0 if d.u8()? == SHAPE => {}
                1 => stream = Some(d.decode()?),
                2 => seq = Some(d.u64()?),
                3 => prev = Some(d.decode()?),
                4 => at_ms = Some(d.i64()?),
                5 => number = Some(d.u8()?),
                6 => event = Some(Event::decode_facts(number.ok_or_else(wrong)?, &mut d)?),
                7 => {
                    for _ in 0..d.map()?.ok_or_else(wrong)? {
                        commitments.push((d.decode()?, d.decode()?));
                    }
                }
                _ => return Err(wrong()),
            }
        }
        Ok(Self {
            stream: stream.ok_or_else(wrong)?,
            seq: seq.ok_or_else(wrong)?,
            prev,
            at_ms: at_ms.ok_or_else(wrong)?,
            event: event.ok_or_else(wrong)?,
            commitments,
        })
    }
}

/// The hash of a record: `SHA-256(0x00 || envelope)`, a leaf of RFC 6962.
#[must_use]
pub fn leaf_hash(envelope: &[u8]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    hasher.update(envelope);
    Hash(hasher.finalize().into())
}

/// The file-wide head after one more record: `SHA-256(0x02 || head || leaf)`. It starts as 32 zero bytes.
#[must_use]
pub fn advance(head: Hash, leaf: Hash) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([2]);
    hasher.update(head.0);
    hasher.update(leaf.0);
    Hash(hasher.finalize().into())
}

/// Bytes that are not a canonical envelope of a known shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a canonical envelope of a known shape")]
pub struct EnvelopeError;
