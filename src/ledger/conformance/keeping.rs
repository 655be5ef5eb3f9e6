use super::{Maker, Seen, append, hash, same, streams::done};
use crate::{
    id::Name,
    ledger::store::{Ledger, LedgerError},
};

pub(super) async fn hashes_of_the_tree_are_kept_without_holes<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = make.fresh().await?;
    let hashes = |range: std::ops::Range<u8>| range.map(hash).collect::<Vec<_>>();
    same("hashes of nothing", ledger.nodes(1, 0, 9).await?, Vec::new())?;
    ledger.put_nodes(1, 0, hashes(0..200)).await?;
    ledger.put_nodes(2, 0, hashes(7..8)).await?;
    for (level, from) in [(1, 201), (2, 2), (3, 1), (1, u64::MAX), (0, 0)] {
        let refused = ledger.put_nodes(level, from, hashes(0..1)).await;
        let what = format!("whether hash {from} of level {level} was refused as a hole");
        same(&what, matches!(refused, Err(LedgerError::Hole { .. })), true)?;
    }
    ledger.put_nodes(1, 200, hashes(200..210)).await?;
    ledger.put_nodes(1, 190, hashes(190..205)).await?;
    ledger.put_nodes(1, 0, Vec::new()).await?;
    let ledger = make.reopen(ledger).await?;
    same("all of a level", ledger.nodes(1, 0, 999).await?, hashes(0..210))?;
    same("some of a level", ledger.nodes(1, 197, 5).await?, hashes(197..202))?;
    same("none of a level", ledger.nodes(1, 0, 0).await?, Vec::new())?;
    same("past a level's end", ledger.nodes(1, 210, 5).await?, Vec::new())?;
    same("another level", ledger.nodes(2, 0, 9).await?, hashes(7..8))?;
    ledger.put_nodes(1, 209, hashes(3..5)).await?;
    same("a hash in place of another", ledger.nodes(1, 208, 9).await?, vec![hash(208), hash(3), hash(4)])
}

pub(super) async fn notes_are_kept_and_removed<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = make.fresh().await?;
    let name = |text: &str| Name::new(text).map_err(|error| Seen(error.to_string()));
    let (list, other) = (name("import.list")?, name("other")?);
    same("a note that nobody kept", ledger.kept(list.clone()).await?, None)?;
    ledger.keep(list.clone(), vec![0, 255, 7]).await?;
    ledger.keep(other.clone(), b"x".to_vec()).await?;
    ledger.keep(list.clone(), b"second".to_vec()).await?;
    done(&ledger, append(1, 0, 1)).await?;
    let ledger = make.reopen(ledger).await?;
    same("a note that was replaced", ledger.kept(list.clone()).await?, Some(b"second".to_vec()))?;
    ledger.keep(list.clone(), Vec::new()).await?;
    ledger.keep(list.clone(), Vec::new()).await?;
    same("a note that was removed", ledger.kept(list).await?, None)?;
    same("another note", ledger.kept(other).await?, Some(b"x".to_vec()))?;
    same("records beside notes", ledger.head().await?.leaves, 1)
}

pub(super) async fn the_check_value_changes_from_what_it_is<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = make.fresh().await?;
    let own = ledger.keys().check_value();
    same("a change from another value", ledger.rekey(hash(1), hash(2)).await?, false)?;
    same("a change from what it is", ledger.rekey(own, hash(2)).await?, true)?;
    same("the same once more", ledger.rekey(own, hash(2)).await?, true)?;
    same("a change from what it was", ledger.rekey(own, hash(3)).await?, false)?;
    same("a change back", ledger.rekey(hash(2), own).await?, true)?;
    let ledger = make.reopen(ledger).await?;
    same("the value that the keys have", ledger.rekey(own, own).await?, true)
}
