//! Checkpoints: a signed root over all records so far, after C2SP's `tlog-checkpoint`.
//!
//! Source: <https://c2sp.org/tlog-checkpoint>. The text has three lines: the origin, which names the ledger; how
//! many records; the base64 of the root over them. It is a note signed with the ledger's own key, and a record of
//! the house stream.

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use thiserror::Error;

use super::{
    anchor::AnchorError,
    book::{Book, BookError, Person, Written},
    envelope::{Envelope, leaf_hash},
    grow::Signed,
    merkle::{ConsistencyProof, InclusionProof, ProofError},
    note::{NoteError, NoteKey, open_note, sign_note},
    store::Urgency,
    tree::TreeError,
};
use crate::{
    consent::{Event, event::Checkpointed},
    id::{Hash, RecipientId},
};

/// A signed root over the first records of a ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which ledger: `optin/` and 32 hexadecimal digits.
    pub origin: String,
    /// How many records.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// The signed note, as it can be published.
    pub note: String,
}

impl Checkpoint {
    /// Reads a note that one of these keys signed.
    ///
    /// # Errors
    /// Not a note of theirs, or not the text of a checkpoint.
    pub fn open(note: &str, known: &[NoteKey]) -> Result<Self, CheckpointError> {
        let text = open_note(note, known)?;
        let (origin, size, root) = parse(text).ok_or(CheckpointError::NotOne)?;
        Ok(Self { origin: origin.to_owned(), size, root, note: note.to_owned() })
    }

    fn sign(origin: String, Signed { size, root }: Signed, seed: &[u8; 32]) -> Result<Self, CheckpointError> {
        let text = format!("{origin}\n{size}\n{}\n", STANDARD.encode(root.0));
        let note = sign_note(&text, &origin, seed)?;
        Ok(Self { origin, size, root, note })
    }

    /// Checks that the record of this hash is among those covered, at the place that the proof says.
    ///
    /// # Errors
    /// The proof is of a tree of another size, or does not prove it.
    pub fn includes(&self, leaf: Hash, proof: &InclusionProof) -> Result<(), ProofError> {
        if proof.size != self.size {
            return Err(ProofError::OutOfRange);
        }
        proof.verify(leaf, self.root)
    }

    /// Checks that this one covers all that the earlier one does, unchanged.
    ///
    /// # Errors
    /// The proof is of trees of other sizes, or does not prove it.
    pub fn extends(&self, earlier: &Self, proof: &ConsistencyProof) -> Result<(), ProofError> {
        if (proof.old_size, proof.new_size) != (earlier.size, self.size) {
            return Err(ProofError::OutOfRange);
        }
        proof.verify(earlier.root, self.root)
    }

    const fn signed(&self) -> Signed {
        Signed { size: self.size, root: self.root }
    }
}

/// The three lines; whatever follows them is the writer's own and must not be empty.
fn parse(text: &str) -> Option<(&str, u64, Hash)> {
    let mut lines = text.strip_suffix('\n')?.split('\n');
    let (origin, digits, root) = (lines.next()?, lines.next()?, lines.next()?);
    let size = digits.parse::<u64>().ok().filter(|size| size.to_string() == digits)?;
    let root = STANDARD.decode(root).ok()?.try_into().ok().map(Hash)?;
    (!origin.is_empty() && lines.all(|line| !line.is_empty())).then_some((origin, size, root))
}

impl Book {
    /// By which key this ledger's checkpoints are signed, under its origin: `optin/` and half of
    /// `SHA-256(public key || hash of the first record)`, so that two ledgers under one key are two.
    ///
    /// # Errors
    /// The key file has no signing key, the ledger has no record, or the store failed.
    pub async fn note_key(&self) -> Result<NoteKey, CheckpointError> {
        let public = self.ledger().keys().verifying_key().ok_or(CheckpointError::NoSigningKey)?;
        let first = self.ledger().log(0, 1).await.map_err(BookError::from)?;
        let first = first.first().ok_or(CheckpointError::Empty)?;
        let mut hasher = Sha256::new();
        hasher.update(public);
        hasher.update(leaf_hash(&first.envelope).0);
        let name = Hash(hasher.finalize().into()).to_string();
        Ok(NoteKey::new(&format!("optin/{}", name.get(..32).unwrap_or(&name)), &public)?)
    }

    /// The newest checkpoint on record.
    ///
    /// # Errors
    /// The record is not a checkpoint that this ledger's key signed, or the store failed.
    pub async fn latest_checkpoint(&self) -> Result<Option<Checkpoint>, CheckpointError> {
        self.checkpoint_of(&self.house().await?).await
    }

    async fn checkpoint_of(&self, house: &Person) -> Result<Option<Checkpoint>, CheckpointError> {
        let Some(last) = house.state.checkpoint else { return Ok(None) };
        let page = self.ledger().records(RecipientId::HOUSE, last.seq, 1).await.map_err(BookError::from)?;
        let record = page.first().ok_or(CheckpointError::NotOne)?;
        let envelope = Envelope::from_bytes(&record.envelope).map_err(BookError::from)?;
        let Event::Checkpointed(said) = envelope.event else { return Err(CheckpointError::NotOne) };
        self.opened(&said, &self.note_key().await?).map(Some)
    }

    /// The size of the newest checkpoint on record, and when it was taken, Unix milliseconds.
    pub(crate) async fn last_checkpoint_at(&self) -> Result<Option<(u64, i64)>, BookError> {
        let Some(last) = self.house().await?.state.checkpoint else { return Ok(None) };
        let page = self.ledger().records(RecipientId::HOUSE, last.seq, 1).await?;
        let Some(record) = page.first() else { return Ok(None) };
        Ok(Some((last.size, Envelope::from_bytes(&record.envelope)?.at_ms)))
    }

    /// The checkpoint that a record holds, if its note says the same and this key signed it.
    pub(super) fn opened(&self, said: &Checkpointed, key: &NoteKey) -> Result<Checkpoint, CheckpointError> {
        let checkpoint = Checkpoint::open(&said.note, std::slice::from_ref(key))?;
        let same =
            (checkpoint.size, checkpoint.root) == (said.size, said.root) && checkpoint.origin == key.name();
        if same { Ok(checkpoint) } else { Err(CheckpointError::NotOne) }
    }

    /// Signs a checkpoint over all records and records it; the last one, if nothing but itself came since. Only
    /// what came since is read. Of several processes one at a time gets its record in; the others look again.
    ///
    /// # Errors
    /// No signing key, no records, records that contradict the last checkpoint, or the store failed.
    pub async fn checkpoint(&self, at_ms: i64) -> Result<Checkpoint, CheckpointError> {
        loop {
            let mut house = self.house().await?;
            let key = self.note_key().await?;
            let last = self.checkpoint_of(&house).await?;
            let leaves = self.ledger().head().await.map_err(BookError::from)?.leaves;
            let covered = last.as_ref().map_or(0, |last| last.size);
            if leaves < covered {
                return Err(BookError::from(TreeError::Short { leaf: covered }).into());
            }
            let seed = self.ledger().keys().signing_seed().ok_or(CheckpointError::NoSigningKey)?;
            let last = match last {
                // The one record since is its own.
                Some(last) if leaves <= covered + 1 => return Ok(last),
                last => last.map(|last| last.signed()),
            };
            let root = self.grow_tree(last, leaves).await?;
            let signed = Signed { size: leaves, root };
            let checkpoint = Checkpoint::sign(key.name().to_owned(), signed, &seed)?;
            let note = checkpoint.note.clone();
            house.stage(at_ms, Checkpointed { size: leaves, root, note }, &[])?;
            if let Written::Done(_) = self.write(house, Urgency::Normal).await? {
                return Ok(checkpoint);
            }
        }
    }

    /// The proof that record `leaf` of the file (from 1) is under a checkpoint, checked before it is given out.
    ///
    /// # Errors
    /// It is not under it, what the store keeps does not lead to its root, or the store failed.
    pub async fn prove(&self, leaf: u64, checkpoint: &Checkpoint) -> Result<InclusionProof, BookError> {
        let proof = self.inclusion(leaf, checkpoint.size).await?;
        let record = self.ledger().log(leaf.saturating_sub(1), 1).await?;
        let record = record.first().ok_or(TreeError::Short { leaf })?;
        match checkpoint.includes(leaf_hash(&record.envelope), &proof) {
            Ok(()) => Ok(proof),
            Err(_) => Err(TreeError::Unsound { size: checkpoint.size }.into()),
        }
    }

    /// The proof that the later checkpoint covers all that the earlier one does, unchanged; checked before it is
    /// given out.
    ///
    /// # Errors
    /// It does not, or the store failed.
    pub async fn prove_extends(
        &self,
        earlier: &Checkpoint,
        later: &Checkpoint,
    ) -> Result<ConsistencyProof, BookError> {
        let proof = self.consistency(earlier.size, later.size).await?;
        match later.extends(earlier, &proof) {
            Ok(()) => Ok(proof),
            Err(_) => Err(TreeError::Unsound { size: later.size }.into()),
        }
    }

    /// Compares what an anchor holds with this ledger.
    ///
    /// # Errors
    /// The store failed, or the key has no signing key. A ledger that does not fit is no error.
    pub async fn fits_anchored(&self, note: &str) -> Result<Result<(), Restored>, CheckpointError> {
        let held = self.ledger().head().await.map_err(BookError::from)?.leaves;
        let key = match self.note_key().await {
            Err(CheckpointError::Empty) => {
                return Ok(Err(Restored { held, anchored: None, why: Why::Foreign }));
            }
            key => key?,
        };
        let restored = |anchored, why| Ok(Err(Restored { held, anchored, why }));
        let Ok(checkpoint) = Checkpoint::open(note, std::slice::from_ref(&key)) else {
            return restored(None, Why::Foreign);
        };
        let anchored = Some(checkpoint.size);
        if checkpoint.origin != key.name() {
            return restored(anchored, Why::Foreign);
        }
        if checkpoint.size > held {
            return restored(anchored, Why::Older);
        }
        if self.root(checkpoint.size).await? != checkpoint.root {
            return restored(anchored, Why::Forked);
        }
        Ok(Ok(()))
    }
}

/// A ledger is not the one that its anchor knows: a backup was brought back, or its history was made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error(
    "{why}; the ledger holds {held} records{}. Only STOP is taken in. Bring the newer ledger back, or accept this one \
     with `danger::accept_restored` and its reason",
    .anchored.map(|size| format!(", the anchored checkpoint covers {size}")).unwrap_or_default()
)]
pub struct Restored {
    /// Records in the ledger.
    pub held: u64,
    /// Records under the anchored checkpoint, if it is one of this ledger's.
    pub anchored: Option<u64>,
    /// What does not fit.
    pub why: Why,
}

/// How a ledger and its anchor disagree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Why {
    /// The anchored checkpoint covers more records than there are.
    #[error("the ledger is older than its newest anchored checkpoint: a restored backup")]
    Older,
    /// There are enough records, and they are others.
    #[error(
        "the ledger's records are not those of its newest anchored checkpoint: it went on from a restored backup"
    )]
    Forked,
    /// The anchor's newest note is not signed for this ledger by its key.
    #[error("the anchor's newest note is not a checkpoint of this ledger under its key")]
    Foreign,
    /// The anchor holds nothing, and the ledger has checkpoints: the anchor was lost or is another, or it is new to
    /// this ledger.
    #[error(
        "the anchor holds no checkpoint and the ledger does: the anchor was lost, is another, or is new here"
    )]
    Missing,
}

/// A checkpoint, and what its anchor made of it.
#[derive(Debug)]
pub struct Taken {
    /// The checkpoint. It is on record, whatever the anchor did.
    pub checkpoint: Checkpoint,
    /// What the anchor did.
    pub anchored: Anchored,
}

/// What an anchor did with a checkpoint.
#[derive(Debug)]
pub enum Anchored {
    /// It holds it.
    Yes,
    /// There is none.
    NoAnchor,
    /// It does not, or nobody knows: ask for a checkpoint again.
    Failed(AnchorError),
}

/// A checkpoint cannot be had.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The key file is of a version that signed nothing.
    #[error(
        "the keys have no signing key: add a line `signing` and 64 random hexadecimal digits to the key file \
         (`openssl rand -hex 32`), or rotate the index key"
    )]
    NoSigningKey,
    /// There is nothing to sign.
    #[error("the ledger has no record yet")]
    Empty,
    /// A record or a note does not hold a checkpoint of this ledger.
    #[error("not a checkpoint of this ledger: run `verify`")]
    NotOne,
    /// The note does not hold.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// The ledger failed, or it is not the one that its anchor knows.
    #[error(transparent)]
    Book(#[from] BookError),
    /// The clock cannot be read.
    #[error("the clock cannot be read")]
    NoClock,
}
