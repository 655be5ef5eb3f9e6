use std::fmt;

use super::{
    book::{Book, BookError, PAGE, Person, digest, is_older, state_bytes},
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

impl Flaw {
    /// Of two, the one that says more of where the damage begins: a record of the file, the lowest first; then a
    /// record of a stream; then the file as a whole.
    fn first(held: Option<Self>, found: Self) -> Option<Self> {
        let rank = |flaw: &Self| (flaw.leaf.unwrap_or(u64::MAX), flaw.stream.is_none());
        Some(match held {
            Some(held) if rank(&held) <= rank(&found) => held,
            _ => found,
        })
    }
}

impl Book {
    /// Reads everything again: the order of the file and its head, each stream's chain, each seal against its
    /// commitment, and each cached state against a fresh fold. Memory stays flat.
    ///
    /// A head says only that something changed; which record it was, the chains of the streams tell. Records of
    /// two streams that changed places are found and cannot be named.
    ///
    /// # Errors
    /// The store failed. A ledger that does not fit is no error: it is a [`Flaw`].
    pub async fn verify(&self) -> Result<Result<Verified, Flaw>, BookError> {
        let (head, mut flaw) = self.verify_file().await?;
        let sound = flaw.is_none();
        let (mut streams, mut records) = (0, 0);
        let house = self.ledger().read(RecipientId::HOUSE).await?;
        let (mut page, mut after) = (house.into_iter().collect::<Vec<_>>(), None);
        loop {
            for row in &page {
                match self.verify_stream(row, sound).await? {
                    Ok(count) => records += count,
                    Err(found) => flaw = Flaw::first(flaw, found),
                }
                streams += u64::from(row.stream != RecipientId::HOUSE);
            }
            page = self.ledger().scan(after, PAGE).await?;
            // In ascending order, or a store that repeats itself would be read for ever.
            match page.last().map(|row| row.stream) {
                Some(last) if after != Some(last) => after = Some(last),
                _ => break,
            }
        }
        if flaw.is_none() && records != head.leaves {
            flaw = Some(self.without_row().await?);
        }
        Ok(match flaw {
            None => Ok(Verified { streams, records, head }),
            Some(flaw) => Err(flaw),
        })
    }

    /// The order of the file: leaves count up by one, envelopes are canonical, the running hash ends at the head.
    async fn verify_file(&self) -> Result<(Head, Option<Flaw>), BookError> {
        let kept = self.ledger().head().await?;
        let mut seen = Head::default();
        loop {
            let page = self.ledger().log(seen.leaves, PAGE).await?;
            for record in &page {
                let leaf = seen.leaves + 1;
                let flaw = |what| Flaw { leaf: Some(leaf), stream: Some(record.stream), seq: None, what };
                if record.leaf != leaf {
                    return Ok((
                        kept,
                        Some(flaw("a record is missing from the file, or stands there twice")),
                    ));
                }
                match Envelope::from_bytes(&record.envelope) {
                    Ok(envelope) if envelope.stream == record.stream => {}
                    Ok(_) => {
                        return Ok((kept, Some(flaw("a record stands in another stream than its own"))));
                    }
                    Err(_) => return Ok((kept, Some(flaw("a record is not a canonical envelope")))),
                }
                seen = Head { leaves: leaf, hash: advance(seen.hash, leaf_hash(&record.envelope)) };
            }
            if page.len() < PAGE {
                break;
            }
        }
        let what = if seen.leaves < kept.leaves {
            "the file has lost its tail"
        } else if seen.leaves > kept.leaves {
            "the file has more records than its head counts"
        } else {
            "the file's head does not fit its records"
        };
        let flaw = (seen != kept).then_some(Flaw { leaf: None, stream: None, seq: None, what });
        Ok((kept, flaw))
    }

    /// The first record whose stream has no row.
    async fn without_row(&self) -> Result<Flaw, BookError> {
        let what = "a stream has lost its row, or has two";
        let (mut leaf, mut known) = (0, None);
        loop {
            let page = self.ledger().log(leaf, PAGE).await?;
            for record in &page {
                leaf += 1;
                if known != Some(record.stream) && self.ledger().read(record.stream).await?.is_none() {
                    return Ok(Flaw { leaf: Some(leaf), stream: Some(record.stream), seq: Some(1), what });
                }
                known = Some(record.stream);
            }
            if page.len() < PAGE {
                return Ok(Flaw { leaf: None, stream: None, seq: None, what });
            }
        }
    }

    /// One stream: sequence, chain, commitments, the fold and its cache. `sound`: the file's head fits, so no
    /// envelope was changed.
    async fn verify_stream(&self, row: &Row, sound: bool) -> Result<Result<u64, Flaw>, BookError> {
        let flaw = |seq, what| Flaw { leaf: None, stream: Some(row.stream), seq: Some(seq), what };
        let Ok(person) = Person::of_vault(self.ledger().keys(), row, &[]) else {
            return Ok(Err(flaw(1, "the key or the number of a person does not open")));
        };
        let (mut state, mut seq, mut prev, mut last) = (State::default(), 0u64, None::<Hash>, None);
        loop {
            let page = self.ledger().records(row.stream, seq + 1, PAGE).await?;
            for record in &page {
                let next = seq + 1;
                let at = |what| Flaw { leaf: Some(record.leaf), ..flaw(next, what) };
                let Ok(envelope) = Envelope::from_bytes(&record.envelope) else {
                    return Ok(Err(at("a record is not a canonical envelope")));
                };
                if envelope.seq != next {
                    return Ok(Err(at("a record is missing from its stream, or stands there twice")));
                }
                let hash = leaf_hash(&record.envelope);
                if envelope.prev != prev {
                    let what = "a record is not the one that its stream was chained from";
                    // If what comes after still fits this one, the one before was changed.
                    let blame = match last {
                        Some(leaf) if self.fits(row, next, hash).await? => (leaf, seq),
                        _ => (record.leaf, next),
                    };
                    return Ok(Err(Flaw { leaf: Some(blame.0), ..flaw(blame.1, what) }));
                }
                let must_be = !envelope.commitments.is_empty() && row.vault.is_some();
                if record.sealed.is_some() != must_be {
                    return Ok(Err(at(if must_be {
                        "the personal values of a record are gone without erasure"
                    } else {
                        "a record has personal values that it does not commit to, or that were erased"
                    })));
                }
                if person.disclose(&envelope, record.sealed.as_deref()).is_err() {
                    return Ok(Err(at("the personal values of a record are not those it commits to")));
                }
                state.apply(next, envelope.at_ms, &envelope.event);
                (seq, prev, last) = (next, Some(hash), Some(record.leaf));
            }
            if page.len() < PAGE {
                break;
            }
        }
        if seq != row.version {
            let what = "a stream has another number of records than its row says";
            return Ok(Err(flaw(seq.min(row.version) + 1, what)));
        }
        if prev != Some(row.head) {
            let leaf = last.filter(|_| !sound);
            let what = "the last record of a stream is not the one that its head was made from";
            return Ok(Err(Flaw { leaf, ..flaw(seq, what) }));
        }
        Ok(match self.verify_row(row, &state).await? {
            None => Ok(seq),
            Some(what) => Err(flaw(seq, what)),
        })
    }

    /// Whether the record after `seq`, or the head if there is none, was made from this hash.
    async fn fits(&self, row: &Row, seq: u64, hash: Hash) -> Result<bool, BookError> {
        let after = self.ledger().records(row.stream, seq + 1, 1).await?;
        Ok(match after.first() {
            Some(record) => Envelope::from_bytes(&record.envelope).is_ok_and(|e| e.prev == Some(hash)),
            None => row.head == hash,
        })
    }

    /// What a row holds besides the chain, against the fold of the records.
    async fn verify_row(&self, row: &Row, state: &State) -> Result<Option<&'static str>, BookError> {
        if !is_older(&row.state) && row.state != state_bytes(state, row.head) {
            return Ok(Some("the cached state is not the fold of the records"));
        }
        if state.group != row.group.as_deref().map(digest) {
            return Ok(Some("the group of places is not the one recorded"));
        }
        if row.stream == RecipientId::HOUSE {
            return Ok(row.vault.as_ref().map(|_| "the house has no number"));
        }
        if row.vault.is_some() == state.erased {
            return Ok(Some("a person's key is gone without erasure, or outlived it"));
        }
        if Person::of_vault(self.ledger().keys(), row, &state.index).is_err() {
            return Ok(Some("a person's number is not the one that the index was made from"));
        }
        for (_, entry) in &state.index {
            let led = self.ledger().find(vec![*entry]).await?;
            // A number that went to another tenure leads there.
            if led != Some(row.stream) && !(led.is_some() && (state.ended || state.erased)) {
                return Ok(Some("a number does not lead to its stream"));
            }
        }
        Ok(None)
    }
}
