use std::fmt;

use super::{
    book::{Book, BookError, PAGE, digest, state_of},
    envelope::{Envelope, advance, leaf_hash},
    store::{Head, Row},
};
use crate::{
    consent::State,
    id::{Hash, RecipientId},
};

/// What a whole ledger came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// People, every tenure counted.
    pub streams: u64,
    /// Records.
    pub records: u64,
    /// The file-wide head.
    pub head: Head,
}

/// The first thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Its place in the file-wide order, where one record is to blame.
    pub leaf: Option<u64>,
    /// The stream, where one is to blame.
    pub stream: Option<RecipientId>,
    /// Place in that stream.
    pub seq: Option<u64>,
    /// What is wrong.
    pub what: &'static str,
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)?;
        if let Some(leaf) = self.leaf {
            write!(f, "; record {leaf} of the file")?;
        }
        if let (Some(stream), Some(seq)) = (self.stream, self.seq) {
            write!(f, "; record {seq} of stream {stream}")?;
        }
        Ok(())
    }
}

impl Book {
    /// Reads everything again: the order of the file and its head, each stream's chain, each seal against its
    /// commitment, and each cached state against a fresh fold. Memory stays flat.
    ///
    /// # Errors
    /// The store failed. A ledger that does not fit is no error: it is a [`Flaw`].
    pub async fn verify(&self) -> Result<Result<Verified, Flaw>, BookError> {
        let head = match self.verify_file().await? {
            Ok(head) => head,
            Err(flaw) => return Ok(Err(flaw)),
        };
        let (mut streams, mut records) = (0, 0);
        let house = self.ledger().read(RecipientId::HOUSE).await?;
        if let Some(row) = &house {
            match self.verify_stream(row).await? {
                Ok(count) => records += count,
                Err(flaw) => return Ok(Err(flaw)),
            }
        }
        let mut after = None;
        loop {
            let page = self.ledger().scan(after, PAGE).await?;
            for row in &page {
                match self.verify_stream(row).await? {
                    Ok(count) => (streams, records) = (streams + 1, records + count),
                    Err(flaw) => return Ok(Err(flaw)),
                }
                after = Some(row.stream);
            }
            if page.len() < PAGE {
                break;
            }
        }
        if records != head.leaves {
            return Ok(Err(Flaw {
                leaf: None,
                stream: None,
                seq: None,
                what: "a stream has lost its state row",
            }));
        }
        Ok(Ok(Verified { streams, records, head }))
    }

    /// The order of the file: leaves count up by one, envelopes are canonical, the running hash ends at the head.
    async fn verify_file(&self) -> Result<Result<Head, Flaw>, BookError> {
        let kept = self.ledger().head().await?;
        let mut seen = Head::default();
        loop {
            let page = self.ledger().log(seen.leaves, PAGE).await?;
            for record in &page {
                let leaf = seen.leaves + 1;
                let flaw = |what| Flaw { leaf: Some(leaf), stream: Some(record.stream), seq: None, what };
                if record.leaf != leaf {
                    return Ok(Err(flaw("a record is missing from the file")));
                }
                match Envelope::from_bytes(&record.envelope) {
                    Ok(envelope) if envelope.stream == record.stream => {}
                    Ok(_) => return Ok(Err(flaw("a record stands in another stream than its own"))),
                    Err(_) => return Ok(Err(flaw("a record is not a canonical envelope"))),
                }
                seen = Head { leaves: leaf, hash: advance(seen.hash, leaf_hash(&record.envelope)) };
            }
            if page.len() < PAGE {
                break;
            }
        }
        let flaw = Flaw {
            leaf: Some(seen.leaves.min(kept.leaves) + u64::from(seen.leaves != kept.leaves)),
            stream: None,
            seq: None,
            what: if seen.leaves < kept.leaves {
                "the file has lost its tail"
            } else {
                "the file's head does not fit"
            },
        };
        Ok(if seen == kept { Ok(seen) } else { Err(flaw) })
    }

    /// One stream: sequence, chain, commitments, the fold and its cache.
    async fn verify_stream(&self, row: &Row) -> Result<Result<u64, Flaw>, BookError> {
        let person = self.person(row.stream).await.ok().flatten();
        let (mut state, mut seq, mut prev) = (State::default(), 0u64, None::<Hash>);
        let flaw = |seq, what| Flaw { leaf: None, stream: Some(row.stream), seq: Some(seq), what };
        loop {
            let page = self.ledger().records(row.stream, seq + 1, PAGE).await?;
            for record in &page {
                let next = seq + 1;
                let at = |what| Flaw { leaf: Some(record.leaf), ..flaw(next, what) };
                let Ok(envelope) = Envelope::from_bytes(&record.envelope) else {
                    return Ok(Err(at("a record is not a canonical envelope")));
                };
                if envelope.seq != next || envelope.prev != prev {
                    return Ok(Err(at("a record does not follow the one before it")));
                }
                if let Some(person) = &person {
                    let must_open = !envelope.commitments.is_empty() && row.vault.is_some();
                    if must_open && record.sealed.is_none() {
                        return Ok(Err(at("the personal values of a record are gone without erasure")));
                    }
                    if person.disclose(&envelope, record.sealed.as_deref()).is_err() {
                        return Ok(Err(at("the personal values of a record are not those it commits to")));
                    }
                }
                state.apply(next, envelope.at_ms, &envelope.event);
                (seq, prev) = (next, Some(leaf_hash(&record.envelope)));
            }
            if page.len() < PAGE {
                break;
            }
        }
        if seq != row.version || prev != Some(row.head) {
            return Ok(Err(flaw(
                seq.min(row.version) + 1,
                "the stream's version or head does not fit its records",
            )));
        }
        if state_of(row).ok().as_ref() != Some(&state) {
            return Ok(Err(flaw(seq, "the cached state is not the fold of the records")));
        }
        if state.group.is_some() && state.group != row.group.as_deref().map(digest) {
            return Ok(Err(flaw(seq, "the group of places is not the one recorded")));
        }
        Ok(Ok(seq))
    }
}
