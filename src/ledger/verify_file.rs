use std::collections::VecDeque;

use super::{
    book::{Book, BookError},
    envelope::{Envelope, advance},
    merkle::{Frontier, empty_root},
    store::Head,
    tree::{LEVELS, PAGE, TILE},
    verify::Flaw,
};
use crate::{
    consent::{Event, event::Checkpointed},
    id::{Hash, RecipientId},
};

/// What the order of the file came to.
pub(super) struct File {
    pub(super) head: Head,
    pub(super) checkpoints: u64,
    /// The head does not fit.
    pub(super) order: Option<Flaw>,
    /// A checkpoint signed something else, or its signature does not hold.
    pub(super) signed: Option<Flaw>,
    /// A kept hash of the tree is not that of its records.
    pub(super) kept: Option<Flaw>,
}

/// A checkpoint on record, and where.
struct Said {
    said: Checkpointed,
    seq: u64,
    leaf: u64,
}

impl Said {
    fn flaw(&self, what: &'static str) -> Flaw {
        Flaw { leaf: Some(self.leaf), stream: Some(RecipientId::HOUSE), seq: Some(self.seq), what }
    }
}

impl Book {
    /// The order of the file: leaves count up by one, the running hash ends at the head, the tree over them is the
    /// one that is kept and that was signed.
    pub(super) async fn verify_file(&self) -> Result<File, BookError> {
        let head = self.ledger().head().await?;
        let mut file = File { head, checkpoints: 0, order: None, signed: None, kept: None };
        let mut said = self.said(&mut file).await?;
        let (mut seen, mut tree) = (Head::default(), Frontier::default());
        let mut fresh: Vec<Hash> = Vec::new();
        let (mut tile, mut tiles) = (Frontier::default(), 0);
        signed_at(&mut said, 0, empty_root, &mut file.signed);
        loop {
            let page = self.ledger().leaves(seen.leaves, usize::try_from(PAGE).unwrap_or(1)).await?;
            for (leaf, hash) in &page {
                if *leaf != seen.leaves + 1 {
                    let what = "a record is missing from the file, or stands there twice";
                    file.order = Some(Flaw { leaf: Some(seen.leaves + 1), stream: None, seq: None, what });
                    return Ok(file);
                }
                seen = Head { leaves: *leaf, hash: advance(seen.hash, *hash) };
                tree.push(*hash);
                tile.push(*hash);
                if tile.size() == TILE {
                    fresh.push(std::mem::take(&mut tile).root());
                }
                signed_at(&mut said, seen.leaves, || tree.root(), &mut file.signed);
            }
            if file.kept.is_none() && !fresh.is_empty() {
                file.kept = self.compare_kept(1, tiles, &fresh).await?;
            }
            tiles += fresh.len() as u64;
            fresh.clear();
            if (page.len() as u64) < PAGE {
                break;
            }
        }
        if let Some(missing) = said.pop_front() {
            let what = "a checkpoint covers records that the file does not have: it has lost its tail";
            file.signed = file.signed.or(Some(missing.flaw(what)));
        }
        if file.kept.is_none() {
            file.kept = self.compare_levels(tiles).await?;
        }
        let what = if seen.leaves < head.leaves {
            "the file has lost its tail"
        } else if seen.leaves > head.leaves {
            "the file has more records than its head counts"
        } else {
            "the file's head does not fit its records"
        };
        file.order = (seen != head).then_some(Flaw { leaf: None, stream: None, seq: None, what });
        Ok(file)
    }

    /// The checkpoints on record, by size. One that its key did not sign as it stands there is a flaw.
    async fn said(&self, file: &mut File) -> Result<VecDeque<Said>, BookError> {
        let (mut all, mut from) = (Vec::new(), 1);
        loop {
            let page = self.ledger().records(RecipientId::HOUSE, from, super::book::PAGE).await?;
            for (seq, record) in (from..).zip(&page) {
                // What cannot be read, its stream's check names.
                let Ok(envelope) = Envelope::from_bytes(&record.envelope) else { continue };
                if let Event::Checkpointed(said) = envelope.event {
                    all.push(Said { said, seq, leaf: record.leaf });
                }
            }
            from += page.len() as u64;
            if page.len() < super::book::PAGE {
                break;
            }
        }
        file.checkpoints = all.len() as u64;
        self.signatures(&all, file).await?;
        all.sort_by_key(|said| said.said.size);
        Ok(all.into())
    }

    #[cfg(feature = "evidence")]
    async fn signatures(&self, all: &[Said], file: &mut File) -> Result<(), BookError> {
        use super::checkpoint::CheckpointError;
        let Some(first) = all.first() else { return Ok(()) };
        let key = match self.note_key().await {
            Ok(key) => key,
            Err(CheckpointError::Book(error)) => return Err(error),
            Err(_) => {
                let what = "a checkpoint was signed, and the keys have no signing key to check it with";
                file.signed = Some(first.flaw(what));
                return Ok(());
            }
        };
        let wrong = all.iter().find(|said| self.opened(&said.said, &key).is_err());
        file.signed = wrong.map(|said| said.flaw("a checkpoint is not one that this ledger's key signed"));
        Ok(())
    }

    /// Without the feature a signature cannot be checked; the root that it is about is.
    #[cfg(not(feature = "evidence"))]
    #[allow(clippy::unused_async, reason = "with the feature it reads")]
    async fn signatures(&self, _: &[Said], _: &mut File) -> Result<(), BookError> {
        Ok(())
    }

    /// Whether hashes of a level are those that are kept of it, as far as any are kept.
    async fn compare_kept(&self, level: u8, from: u64, made: &[Hash]) -> Result<Option<Flaw>, BookError> {
        let kept = self.ledger().nodes(level, from, made.len()).await?;
        let wrong = (from..).zip(kept.iter().zip(made)).find(|(_, (kept, made))| kept != made);
        Ok(wrong.map(|(number, _)| below(level, number)))
    }

    /// Levels 2 and up against the level below, and that none goes on past the records.
    async fn compare_levels(&self, tiles: u64) -> Result<Option<Flaw>, BookError> {
        let mut count = tiles;
        for level in 1..=LEVELS {
            if !self.ledger().nodes(level, count, 1).await?.is_empty() {
                return Ok(Some(Flaw {
                    what: "a hash of the tree is kept of records that there are not",
                    ..below(level, count)
                }));
            }
            for number in 0..count / TILE {
                let below =
                    self.ledger().nodes(level, number * TILE, usize::try_from(TILE).unwrap_or(0)).await?;
                if below.len() as u64 != TILE || level == LEVELS {
                    break;
                }
                let mut tree = Frontier::default();
                below.iter().for_each(|hash| tree.push(*hash));
                if let Some(flaw) = self.compare_kept(level + 1, number, &[tree.root()]).await? {
                    return Ok(Some(flaw));
                }
            }
            count /= TILE;
        }
        Ok(None)
    }
}

/// The first record under a kept hash, for want of a nearer one.
fn below(level: u8, number: u64) -> Flaw {
    let first = TILE.checked_pow(level.into()).and_then(|width| number.checked_mul(width));
    let what = "a kept hash of the tree is not that of the records from this one on";
    Flaw { leaf: Some(first.unwrap_or(u64::MAX - 1) + 1), stream: None, seq: None, what }
}

/// Compares every checkpoint of this size.
fn signed_at(said: &mut VecDeque<Said>, size: u64, root: impl Fn() -> Hash, flaw: &mut Option<Flaw>) {
    while let Some(next) = said.front().filter(|next| next.said.size <= size) {
        if next.said.size < size || next.said.root != root() {
            let what = "the records before a checkpoint are not those that it signed";
            *flaw = flaw.take().or_else(|| Some(next.flaw(what)));
        }
        said.pop_front();
    }
}
