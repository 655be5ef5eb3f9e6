use super::{
    book::{Book, BookError},
    merkle::{self, Frontier, subtrees},
    store::LedgerError,
    tree::{LEVELS, TILE, TreeError},
};
use crate::id::Hash;

/// Hashes that go into the store in one commit.
const TOGETHER: usize = 1_024;

/// Records whose root was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Signed {
    /// How many.
    pub(crate) size: u64,
    /// Their root.
    pub(crate) root: Hash,
}

impl Book {
    /// Keeps the hashes of all whole subtrees of the first `size` records, and tells their root. Only what was
    /// added since `known` is read, and what was before must still lead to its root: nothing is signed that
    /// contradicts what was signed.
    pub(crate) async fn grow_tree(&self, known: Option<Signed>, size: u64) -> Result<Hash, BookError> {
        let Signed { size: old_size, root: old_root } =
            known.unwrap_or(Signed { size: 0, root: merkle::empty_root() });
        let first = self.first_to_make(old_size / TILE).await?;
        let mut tiles = self.tiles(first).await?;
        let (mut tile, mut fresh, mut at) = (Frontier::default(), Vec::new(), first * TILE);
        let seen = |tiles: &Frontier, tile: &Frontier| root_of_both(tiles, tile) == old_root;
        let mut fits = old_size == 0 || (at == old_size && seen(&tiles, &tile));
        while at < size {
            let end = size.min(at + TILE * TOGETHER as u64);
            self.each_leaf(at..end, |leaf| {
                tile.push(leaf);
                if tile.size() == TILE {
                    let whole = std::mem::take(&mut tile).root();
                    tiles.push(whole);
                    fresh.push(whole);
                }
                if tiles.size() * TILE + tile.size() == old_size {
                    fits = seen(&tiles, &tile);
                }
            })
            .await?;
            if !fits && end >= old_size {
                return Err(TreeError::Forked { size: old_size }.into());
            }
            let from = tiles.size() - fresh.len() as u64;
            self.put_nodes(1, from, std::mem::take(&mut fresh)).await?;
            at = end;
        }
        if !fits {
            return Err(TreeError::Forked { size: old_size }.into());
        }
        self.grow_levels(first, tiles.size()).await?;
        Ok(root_of_both(&tiles, &tile))
    }

    /// From which hash of level 1 on they are made: from the first new one, or all where the cache was emptied.
    async fn first_to_make(&self, known: u64) -> Result<u64, BookError> {
        let Some(last) = known.checked_sub(1) else { return Ok(0) };
        Ok(if self.ledger().nodes(1, last, 1).await?.is_empty() { 0 } else { known })
    }

    /// The tree whose leaves are the hashes of level 1: the first `count` of them.
    async fn tiles(&self, count: u64) -> Result<Frontier, BookError> {
        let mut roots = Vec::new();
        for (above, number) in subtrees(0..count) {
            roots.push(self.subtree(8 + above, number).await?);
        }
        Frontier::of(count, roots).ok_or(TreeError::Forked { size: count * TILE }.into())
    }

    /// Levels 2 and up, from level 1 of which `first..count` is new.
    async fn grow_levels(&self, mut first: u64, mut count: u64) -> Result<(), BookError> {
        for level in 2..=LEVELS {
            (first, count) = (first / TILE, count / TILE);
            if first >= count {
                return Ok(());
            }
            let mut fresh = Vec::new();
            for number in first..count {
                fresh.push(self.made(level, number).await?);
            }
            self.put_nodes(level, first, fresh).await?;
        }
        Ok(())
    }

    async fn put_nodes(&self, level: u8, from: u64, hashes: Vec<Hash>) -> Result<(), BookError> {
        if hashes.is_empty() {
            return Ok(());
        }
        match self.ledger().put_nodes(level, from, hashes).await {
            // Somebody took hashes away: the next checkpoint makes all of them, and proofs read the log meanwhile.
            Err(LedgerError::Hole { .. }) => Ok(()),
            other => Ok(other?),
        }
    }
}

/// The root over whole tiles and the one that is begun.
fn root_of_both(tiles: &Frontier, tile: &Frontier) -> Hash {
    let roots: Vec<_> = tiles.roots().iter().chain(tile.roots()).copied().collect();
    merkle::fold(&roots).unwrap_or_else(merkle::empty_root)
}
