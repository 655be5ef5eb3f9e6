//! The tree over a ledger's records, by the hashes of whole subtrees that the store keeps beside the log.
//!
//! A proof must not read the whole file. So the store keeps the hash of every 256 records (level 1), of every 256
//! of those (level 2), and so on, as the tiles of C2SP's `tlog-tiles`; level 0 is the log itself. They are a
//! cache: where one is missing it is made from the log, and `verify` makes them all again and compares.

use std::ops::Range;

use thiserror::Error;

use super::{
    book::{Book, BookError},
    merkle::{
        self, ConsistencyProof, Frontier, InclusionProof, consistency_spans, inclusion_spans, subtrees,
    },
};
use crate::id::Hash;

/// How many subtrees make one of the next level.
pub(super) const TILE: u64 = 256;
/// Levels of 256 that any ledger can have.
pub(super) const LEVELS: u8 = 7;
/// Records read at once.
pub(super) const PAGE: u64 = 2_048;

impl Book {
    /// The root of the tree over the first `size` records.
    ///
    /// # Errors
    /// The ledger has fewer, or the store failed.
    pub async fn root(&self, size: u64) -> Result<Hash, BookError> {
        self.span(0..size).await
    }

    /// That record `leaf` of the file (from 1) is among the first `size`.
    ///
    /// # Errors
    /// It is not, the ledger has fewer records than `size`, or the store failed.
    pub async fn inclusion(&self, leaf: u64, size: u64) -> Result<InclusionProof, BookError> {
        let index = leaf.checked_sub(1).filter(|index| *index < size);
        let Some(index) = index else { return Err(TreeError::Beyond { leaf, size }.into()) };
        let hashes = self.spans(inclusion_spans(index, size)).await?;
        Ok(InclusionProof { index, size, hashes })
    }

    /// That the first `old_size` records of the first `new_size` are what they were: nothing changed, only added.
    ///
    /// # Errors
    /// `old_size` is the larger, the ledger has fewer records than `new_size`, or the store failed.
    pub async fn consistency(&self, old_size: u64, new_size: u64) -> Result<ConsistencyProof, BookError> {
        if old_size > new_size {
            return Err(TreeError::Beyond { leaf: old_size, size: new_size }.into());
        }
        let hashes = self.spans(consistency_spans(old_size, new_size)).await?;
        Ok(ConsistencyProof { old_size, new_size, hashes })
    }

    async fn spans(&self, spans: Vec<Range<u64>>) -> Result<Vec<Hash>, BookError> {
        let mut hashes = Vec::with_capacity(spans.len());
        for span in spans {
            hashes.push(self.span(span).await?);
        }
        Ok(hashes)
    }

    /// The root over a span of leaves as proofs have them.
    async fn span(&self, span: Range<u64>) -> Result<Hash, BookError> {
        let mut roots = Vec::new();
        for (height, number) in subtrees(span) {
            roots.push(self.subtree(height, number).await?);
        }
        Ok(merkle::fold(&roots).unwrap_or_else(merkle::empty_root))
    }

    /// The root of one whole subtree.
    pub(super) async fn subtree(&self, height: u32, number: u64) -> Result<Hash, BookError> {
        let (level, above) = (u8::try_from(height / 8).unwrap_or(LEVELS), height % 8);
        let (from, count) = (number << above, 1_u64 << above);
        let mut tree = Frontier::default();
        if level == 0 {
            self.each_leaf(from..from + count, |leaf| tree.push(leaf)).await?;
            return Ok(tree.root());
        }
        let kept = self.ledger().nodes(level, from, usize::try_from(count).unwrap_or(0)).await?;
        kept.iter().for_each(|hash| tree.push(*hash));
        for missing in from + tree.size()..from + count {
            tree.push(self.made(level, missing).await?);
        }
        Ok(tree.root())
    }

    /// A hash that is not kept, made from the level below it, or from the log.
    pub(super) async fn made(&self, level: u8, number: u64) -> Result<Hash, BookError> {
        let mut tree = Frontier::default();
        if level > 1 {
            let below = self.ledger().nodes(level - 1, number * TILE, TILE as usize).await?;
            if below.len() as u64 == TILE {
                below.iter().for_each(|hash| tree.push(*hash));
                return Ok(tree.root());
            }
        }
        let width = TILE.pow(level.into());
        self.each_leaf(number * width..(number + 1) * width, |leaf| tree.push(leaf)).await?;
        Ok(tree.root())
    }

    /// The hash of each record of a span, in order.
    pub(super) async fn each_leaf(
        &self,
        span: Range<u64>,
        mut each: impl FnMut(Hash) + Send,
    ) -> Result<(), BookError> {
        let mut at = span.start;
        while at < span.end {
            let limit = usize::try_from(PAGE.min(span.end - at)).unwrap_or(0);
            let page = self.ledger().leaves(at, limit).await?;
            for (leaf, hash) in &page {
                at += 1;
                if *leaf != at {
                    return Err(TreeError::Short { leaf: at }.into());
                }
                each(*hash);
            }
            if page.is_empty() {
                return Err(TreeError::Short { leaf: at + 1 }.into());
            }
        }
        Ok(())
    }
}

/// The tree does not have what was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TreeError {
    /// No such record among so many.
    #[error("record {leaf} is not among the first {size} of the ledger")]
    Beyond {
        /// The record, from 1.
        leaf: u64,
        /// Of how many.
        size: u64,
    },
    /// The log ends before, or a record is missing from it.
    #[error("the ledger has no record {leaf}: it was cut, or a record was taken out")]
    Short {
        /// The record, from 1.
        leaf: u64,
    },
    /// The records are not those that were signed.
    #[error("the first {size} records are not those that the last checkpoint signed: run `verify`")]
    Forked {
        /// How many were signed.
        size: u64,
    },
    /// Hashes that the store keeps lead to another root than the checkpoint's.
    #[error(
        "what the store keeps of the tree does not lead to the checkpoint over {size} records: run `verify`"
    )]
    Unsound {
        /// How many were signed.
        size: u64,
    },
}
