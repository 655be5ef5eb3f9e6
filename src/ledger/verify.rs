use std::fmt;

use super::{
    book::{Book, BookError, PAGE, Person, digest, is_older, state_bytes},
    envelope::{Envelope, leaf_hash},
    store::{Head, Row, StoredRecord},
    verify_file::File,
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
    /// Checkpoints on record, each with the root that it signed.
    pub checkpoints: u64,
    /// The file-wide head.
    pub head: Head,
}

/// Where index entries must lead, asked of the store for many people at once.
#[derive(Default)]
struct Leads {
    entries: Vec<Hash>,
    /// Whose each is, the last record of the stream, and whether the number may be another tenure's by now.
    owners: Vec<(RecipientId, u64, bool)>,
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
    /// Reads everything again: the order of the file, its head, its tree and what is kept of that, each
    /// checkpoint's root and signature, each stream's chain, each seal against its commitment, and each cached state
    /// against a fresh fold. Memory stays flat. Signatures are checked with the feature `evidence`.
    ///
    /// A head says only that something changed; which record it was, the chains of the streams tell. Records of
    /// two streams that changed places are found and cannot be named.
    ///
    /// # Errors
    /// The store failed. A ledger that does not fit is no error: it is a [`Flaw`].
    pub async fn verify(&self) -> Result<Result<Verified, Flaw>, BookError> {
        let file = self.verify_file().await?;
        let sound = file.order.is_none();
        let (mut streams, mut records) = (0, 0);
        let mut flaw = file.order.clone().filter(|order| order.leaf.is_some());
        let house = match self.ledger().read(RecipientId::HOUSE).await? {
            Some(house) => vec![(house, Vec::new())],
            None => Vec::new(),
        };
        let (mut page, mut after) = (house, None);
        loop {
            let mut leads = Leads::default();
            for (row, short) in page.iter_mut() {
                match self.verify_stream(row, std::mem::take(short), sound, &mut leads).await? {
                    Ok(count) => records += count,
                    Err(found) => flaw = Flaw::first(flaw, found),
                }
                streams += u64::from(row.stream != RecipientId::HOUSE);
            }
            if let Some(found) = self.verify_leads(leads).await? {
                flaw = Flaw::first(flaw, found);
            }
            page = self.ledger().scan_whole(after, PAGE).await?;
            // In ascending order, or a store that repeats itself would be read for ever.
            match page.last().map(|(row, _)| row.stream) {
                Some(last) if after != Some(last) => after = Some(last),
                _ => break,
            }
        }
        let mut flaw = flaw.or(file.signed).or(file.kept).or(file.order);
        if flaw.is_none() && records != file.head.leaves {
            flaw = Some(self.without_row().await?);
        }
        let File { head, checkpoints, .. } = file;
        Ok(match flaw {
            None => Ok(Verified { streams, records, checkpoints, head }),
            Some(flaw) => Err(flaw),
        })
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
    async fn verify_stream(
        &self,
        row: &Row,
        short: Vec<StoredRecord>,
        sound: bool,
        leads: &mut Leads,
    ) -> Result<Result<u64, Flaw>, BookError> {
        let flaw = |seq, what| Flaw { leaf: None, stream: Some(row.stream), seq: Some(seq), what };
        let Ok((person, entries)) = Person::of_vault(self.ledger().keys(), row) else {
            return Ok(Err(flaw(1, "the key or the number of a person does not open")));
        };
        let (mut state, mut seq, mut prev, mut last) = (State::default(), 0u64, None::<Hash>, None);
        let mut short = Some(short).filter(|short| !short.is_empty());
        loop {
            let page = match short.take() {
                Some(short) => short,
                None => self.ledger().records(row.stream, seq + 1, PAGE).await?,
            };
            for record in &page {
                let next = seq + 1;
                let at = |what| Flaw { leaf: Some(record.leaf), ..flaw(next, what) };
                let Ok(envelope) = Envelope::from_bytes(&record.envelope) else {
                    return Ok(Err(at("a record is not a canonical envelope")));
                };
                if envelope.stream != row.stream || record.stream != row.stream {
                    return Ok(Err(at("a record stands in another stream than its own")));
                }
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
        Ok(match verify_row(row, &state, &entries) {
            None => {
                leads.expect(row.stream, seq, &state);
                Ok(seq)
            }
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

    /// The first number that does not lead to its stream.
    async fn verify_leads(&self, leads: Leads) -> Result<Option<Flaw>, BookError> {
        let led = self.ledger().leads(leads.entries).await?;
        if led.len() != leads.owners.len() {
            return Err(BookError::Answers);
        }
        // A number that went to another tenure leads there.
        let wrong = leads
            .owners
            .into_iter()
            .zip(led)
            .find(|((stream, _, over), led)| *led != Some(*stream) && !(led.is_some() && *over));
        Ok(wrong.map(|((stream, seq, _), _)| {
            let what = "a number does not lead to its stream";
            Flaw { leaf: None, stream: Some(stream), seq: Some(seq), what }
        }))
    }
}

impl Leads {
    fn expect(&mut self, stream: RecipientId, seq: u64, state: &State) {
        for (_, entry) in &state.index {
            self.entries.push(*entry);
            self.owners.push((stream, seq, state.ended || state.erased));
        }
    }
}

/// What a row holds besides the chain, against the fold of the records. `entries` are those of its number.
fn verify_row(row: &Row, state: &State, entries: &[Hash]) -> Option<&'static str> {
    if !is_older(&row.state) && row.state != state_bytes(state, row.head) {
        return Some("the cached state is not the fold of the records");
    }
    if state.group != row.group.as_deref().map(digest) {
        return Some("the group of places is not the one recorded");
    }
    if row.stream == RecipientId::HOUSE {
        return row.vault.as_ref().map(|_| "the house has no number");
    }
    if row.vault.is_some() == state.erased {
        return Some("a person's key is gone without erasure, or outlived it");
    }
    let known = row.vault.is_none() || state.index.iter().all(|(_, entry)| entries.contains(entry));
    (!known).then_some("a person's number is not the one that the index was made from")
}
