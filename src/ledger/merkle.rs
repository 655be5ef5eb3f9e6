//! The tree over all records, as in RFC 6962: leaves are [`leaf_hash`](super::leaf_hash)es in the order of the file.
//!
//! A root of 32 bytes stands for all records. That a record is among them, and that a later root only added to
//! an earlier one, takes a proof of some twenty hashes, which a stranger can check without the ledger. Algorithms:
//! RFC 6962, section 2.1 (roots and proofs), and RFC 9162, sections 2.1.3.2 and 2.1.4.2 (checking them).
//!
//! Nothing here reads a ledger: a proof is planned as spans of leaves whose roots it needs.

use std::ops::Range;

use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::id::Hash;

/// The hash of an inner node: `SHA-256(0x01 || left || right)`.
#[must_use]
pub fn node_hash(left: Hash, right: Hash) -> Hash {
    let mut bytes = [1; 65];
    let (_, pair) = bytes.split_at_mut(1);
    for (slot, byte) in pair.iter_mut().zip(left.0.into_iter().chain(right.0)) {
        *slot = byte;
    }
    Hash(Sha256::digest(bytes).into())
}

/// The root of a tree without leaves: the SHA-256 of nothing.
#[must_use]
pub fn empty_root() -> Hash {
    Hash(Sha256::digest([]).into())
}

/// A tree that grows and keeps no more than one hash a level.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// The roots of the whole subtrees that it is made of, the largest first.
    roots: Vec<Hash>,
}

impl Frontier {
    /// A tree of this size, from the roots of the whole subtrees that it is made of, the largest first. `None`
    /// unless there are as many as the size has.
    #[must_use]
    pub fn of(size: u64, roots: Vec<Hash>) -> Option<Self> {
        (roots.len() as u64 == u64::from(size.count_ones())).then_some(Self { size, roots })
    }

    /// Adds a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let (mut hash, mut size) = (leaf, self.size);
        while size & 1 == 1 {
            let Some(left) = self.roots.pop() else { break };
            (hash, size) = (node_hash(left, hash), size >> 1);
        }
        self.roots.push(hash);
        self.size += 1;
    }

    /// How many leaves it has.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The roots of the whole subtrees that it is made of, the largest first.
    #[must_use]
    pub fn roots(&self) -> &[Hash] {
        &self.roots
    }

    /// Its root.
    #[must_use]
    pub fn root(&self) -> Hash {
        fold(&self.roots).unwrap_or_else(empty_root)
    }
}

/// The root over subtrees that follow on each other, the largest first.
pub(super) fn fold(roots: &[Hash]) -> Option<Hash> {
    roots.iter().rev().copied().reduce(|right, left| node_hash(left, right))
}

/// The root over these leaves.
#[must_use]
pub fn root_of(leaves: &[Hash]) -> Hash {
    let mut tree = Frontier::default();
    leaves.iter().for_each(|leaf| tree.push(*leaf));
    tree.root()
}

/// Where a tree of `size > 1` leaves splits: the largest power of two below it.
const fn split(size: u64) -> u64 {
    1 << (size - 1).ilog2()
}

/// The spans of leaves whose roots prove that leaf `index` is in a tree of `size`, in the order of the proof.
pub(super) fn inclusion_spans(index: u64, size: u64) -> Vec<Range<u64>> {
    let (mut at, mut spans) = (0..size, Vec::new());
    while at.end - at.start > 1 {
        let middle = at.start + split(at.end - at.start);
        if index < middle {
            spans.push(middle..at.end);
            at.end = middle;
        } else {
            spans.push(at.start..middle);
            at.start = middle;
        }
    }
    spans.reverse();
    spans
}

/// The spans of leaves whose roots prove that a tree of `new` begins as that of `old`, in the order of the proof.
pub(super) fn consistency_spans(old: u64, new: u64) -> Vec<Range<u64>> {
    let (mut at, mut spans, mut known) = (0..new, Vec::new(), true);
    while old != 0 && old < at.end {
        let middle = at.start + split(at.end - at.start);
        if old <= middle {
            spans.push(middle..at.end);
            at.end = middle;
        } else {
            spans.push(at.start..middle);
            at.start = middle;
            known = false;
        }
    }
    if !known {
        spans.push(at);
    }
    spans.reverse();
    spans
}

/// A span as whole subtrees, the largest first, each as its height and its number among those of its height.
pub(super) fn subtrees(span: Range<u64>) -> impl Iterator<Item = (u32, u64)> {
    let mut from = span.start;
    std::iter::from_fn(move || {
        let left = span.end.checked_sub(from).filter(|left| *left > 0)?;
        let height = from.trailing_zeros().min(left.ilog2());
        let number = from >> height;
        from += 1 << height;
        Some((height, number))
    })
}

/// The proof that leaf `index` is among these; `None` if it is not.
#[must_use]
pub fn prove_inclusion(leaves: &[Hash], index: u64) -> Option<InclusionProof> {
    let size = leaves.len() as u64;
    if index >= size {
        return None;
    }
    Some(InclusionProof { index, size, hashes: roots(leaves, inclusion_spans(index, size))? })
}

/// The proof that these leaves begin with the first `old_size` of them; `None` if there are fewer.
#[must_use]
pub fn prove_consistency(leaves: &[Hash], old_size: u64) -> Option<ConsistencyProof> {
    let new_size = leaves.len() as u64;
    if old_size > new_size {
        return None;
    }
    Some(ConsistencyProof {
        old_size,
        new_size,
        hashes: roots(leaves, consistency_spans(old_size, new_size))?,
    })
}

fn roots(leaves: &[Hash], spans: Vec<Range<u64>>) -> Option<Vec<Hash>> {
    let place = |at: u64| usize::try_from(at).ok();
    spans.into_iter().map(|span| Some(root_of(leaves.get(place(span.start)?..place(span.end)?)?))).collect()
}

/// That a record is the one at `index` of the first `size` records.
///
/// Some other sizes give a way up of the same shape, so it is the checkpoint that says the size, not the proof:
/// `Checkpoint::includes` compares them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InclusionProof {
    /// The record's place, counted from 0: one less than its leaf number.
    pub index: u64,
    /// How many records the tree has.
    pub size: u64,
    /// Roots of what stands beside the way up, from the leaf on.
    pub hashes: Vec<Hash>,
}

impl InclusionProof {
    /// Checks it for the record of this hash, against the root of the tree.
    ///
    /// ```
    /// use optin::ledger::{leaf_hash, merkle::{InclusionProof, ProofError, root_of}};
    ///
    /// let [a, b] = [leaf_hash(b"a"), leaf_hash(b"b")];
    /// let root = root_of(&[a, b]);
    /// let proof = InclusionProof { index: 0, size: 2, hashes: vec![b] };
    /// assert_eq!(proof.verify(a, root), Ok(()));
    /// assert_eq!(proof.verify(b, root), Err(ProofError::Root));
    /// ```
    ///
    /// # Errors
    /// It does not prove that.
    pub fn verify(&self, leaf: Hash, root: Hash) -> Result<(), ProofError> {
        if self.index >= self.size {
            return Err(ProofError::OutOfRange);
        }
        let (mut node, mut last, mut hash) = (self.index, self.size - 1, leaf);
        for beside in &self.hashes {
            if last == 0 {
                return Err(ProofError::Length);
            }
            hash = if is_right(&mut node, &mut last) {
                node_hash(*beside, hash)
            } else {
                node_hash(hash, *beside)
            };
            (node, last) = (node >> 1, last >> 1);
        }
        conclude(last, hash == root)
    }
}

/// That the first `old_size` records of a tree of `new_size` are those of the tree of `old_size`: nothing was
/// changed, only added. Sizes are for checkpoints to say, as with [`InclusionProof`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsistencyProof {
    /// Records of the earlier tree.
    pub old_size: u64,
    /// Records of the later tree.
    pub new_size: u64,
    /// Roots of the parts that both are made of.
    pub hashes: Vec<Hash>,
}

impl ConsistencyProof {
    /// Checks it against both roots.
    ///
    /// # Errors
    /// It does not prove that.
    pub fn verify(&self, old_root: Hash, new_root: Hash) -> Result<(), ProofError> {
        if self.old_size > self.new_size {
            return Err(ProofError::OutOfRange);
        }
        if self.old_size == self.new_size || self.old_size == 0 {
            let wanted = if self.old_size == 0 { empty_root() } else { new_root };
            let empty_new = self.new_size != 0 || new_root == empty_root();
            let length = u64::from(!self.hashes.is_empty());
            return conclude(length, old_root == wanted && empty_new);
        }
        let mut hashes = self.hashes.iter().copied();
        let shared = self.old_size.trailing_zeros();
        let (mut node, mut last) = ((self.old_size - 1) >> shared, (self.new_size - 1) >> shared);
        // A whole subtree is the earlier root itself, and the proof leaves it out.
        let first = if self.old_size.is_power_of_two() { Some(old_root) } else { hashes.next() };
        let Some(first) = first else { return Err(ProofError::Length) };
        let (mut old, mut new) = (first, first);
        for beside in hashes {
            if last == 0 {
                return Err(ProofError::Length);
            }
            if is_right(&mut node, &mut last) {
                (old, new) = (node_hash(beside, old), node_hash(beside, new));
            } else {
                new = node_hash(new, beside);
            }
            (node, last) = (node >> 1, last >> 1);
        }
        conclude(last, old == old_root && new == new_root)
    }
}

/// Whether the node is a right child, or the last of its level: then it goes up until it has a left neighbour.
const fn is_right(node: &mut u64, last: &mut u64) -> bool {
    if *node & 1 == 0 && *node != *last {
        return false;
    }
    while *node & 1 == 0 && *node != 0 {
        (*node, *last) = (*node >> 1, *last >> 1);
    }
    true
}

const fn conclude(left: u64, fits: bool) -> Result<(), ProofError> {
    match (left, fits) {
        (0, true) => Ok(()),
        (0, false) => Err(ProofError::Root),
        _ => Err(ProofError::Length),
    }
}

/// A proof that does not prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ProofError {
    /// The record lies beyond the tree, or the earlier tree is the larger one.
    #[error("the proof is about records that the tree does not have")]
    OutOfRange,
    /// More hashes than the way up has steps, or fewer.
    #[error("the proof has too many hashes or too few")]
    Length,
    /// It leads to another root.
    #[error("the proof leads to another root")]
    Root,
}
