use std::{
    sync::{
        PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::Messenger;
use crate::{
    consent::event::Danger,
    dispatch::Checkpointing,
    ledger::{
        Anchored, BookError, Checkpoint, CheckpointError, DynAnchor, Restored, Taken, Why,
        merkle::{ConsistencyProof, InclusionProof},
    },
    sync::Mutex,
};

/// After how much a checkpoint is due; of two, whichever comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// So many records.
    Records(u64),
    /// So much time, if there is a record since.
    Time(Duration),
}

/// What the messenger knows of checkpoints and their anchor.
#[derive(Debug, Default)]
pub(super) struct Checkpoints {
    pub(super) anchor: Option<Box<dyn DynAnchor>>,
    pub(super) every: Vec<Every>,
    /// The ledger is the one that its anchor knows.
    known: AtomicBool,
    last: Mutex<Option<Last>>,
}

/// The last checkpoint that this process knows of.
#[derive(Debug, Clone, Copy)]
struct Last {
    size: u64,
    at_ms: i64,
}

impl Messenger {
    /// Signs a checkpoint over all records, records it, and puts it to the anchor; the last one, if nothing came
    /// since.
    ///
    /// # Errors
    /// No signing key, no records, a ledger that is not the one its anchor knows, or the ledger failed. An anchor
    /// that fails is no error: [`Taken::anchored`] says so.
    pub async fn checkpoint(&self) -> Result<Taken, CheckpointError> {
        self.is_ready().await?;
        self.take_checkpoint().await
    }

    async fn take_checkpoint(&self) -> Result<Taken, CheckpointError> {
        let at_ms = self.inner.clock.now().ok_or(CheckpointError::NoClock)?.timestamp_millis();
        let checkpoint = self.inner.book.checkpoint(at_ms).await?;
        *self.last() = Some(Last { size: checkpoint.size, at_ms });
        let anchored = match &self.inner.checkpoints.anchor {
            None => Anchored::NoAnchor,
            Some(anchor) => match put(&**anchor, &checkpoint).await {
                Ok(()) => Anchored::Yes,
                Err(error) => Anchored::Failed(error),
            },
        };
        Ok(Taken { checkpoint, anchored })
    }

    /// The proof that record `leaf` of the file (from 1) is under a checkpoint of this ledger: check it with
    /// [`Checkpoint::includes`].
    ///
    /// # Errors
    /// It is not under it, or the ledger failed.
    pub async fn inclusion_proof(
        &self,
        leaf: u64,
        checkpoint: &Checkpoint,
    ) -> Result<InclusionProof, BookError> {
        self.inner.book.prove(leaf, checkpoint).await
    }

    /// The proof that a later checkpoint covers all that an earlier one does, unchanged: check it with
    /// [`Checkpoint::extends`].
    ///
    /// # Errors
    /// It does not, or the ledger failed.
    pub async fn consistency_proof(
        &self,
        earlier: &Checkpoint,
        later: &Checkpoint,
    ) -> Result<ConsistencyProof, BookError> {
        self.inner.book.prove_extends(earlier, later).await
    }

    /// Whether the ledger is the one that its anchor knows; asked once. Before anything but STOP and HELP.
    pub(super) async fn fits_anchor(&self) -> Result<(), BookError> {
        let checkpoints = &self.inner.checkpoints;
        let Some(anchor) = checkpoints.anchor.as_ref().filter(|_| !checkpoints.known.load(Ordering::SeqCst))
        else {
            return Ok(());
        };
        let newest = anchor.newest().await.map_err(|error| BookError::Anchor(Box::new(error)))?;
        match newest {
            Some(note) => match self.inner.book.fits_anchored(&note).await {
                Ok(fits) => fits?,
                Err(CheckpointError::Book(error)) => return Err(error),
                Err(error) => return Err(BookError::Anchor(Box::new(error))),
            },
            None => {
                // Nothing tells that this is not a backup.
                if self.inner.book.house().await?.state.checkpoint.is_some() {
                    let held = self.inner.book.ledger().head().await?.leaves;
                    return Err(Restored { held, anchored: None, why: Why::Missing }.into());
                }
            }
        }
        checkpoints.known.store(true, Ordering::SeqCst);
        Ok(())
    }

    /// Records why this ledger goes on although its anchor knows another, and anchors it as it is.
    pub(crate) async fn accept_restored(&self, reason: String) -> Result<Taken, CheckpointError> {
        let at_ms = self.inner.clock.now().ok_or(CheckpointError::NoClock)?.timestamp_millis();
        let reason = match self.fits_anchor().await {
            Err(BookError::Restored(restored)) => {
                let anchored =
                    restored.anchored.map_or_else(|| "unknown".to_owned(), |size| size.to_string());
                format!("{reason} [{} records held, anchored over {anchored}]", restored.held)
            }
            _ => reason,
        };
        self.note(
            at_ms,
            &[Danger { what: "accept_restored".to_owned(), reason, rulebook: None, campaign: None }.into()],
        )
        .await?;
        let taken = self.take_checkpoint().await?;
        if let Anchored::Yes = taken.anchored {
            self.inner.checkpoints.known.store(true, Ordering::SeqCst);
        }
        Ok(taken)
    }

    /// Takes a checkpoint if the cadence says that one is due.
    pub(super) async fn checkpoint_if_due(&self) -> Checkpointing {
        match self.is_due().await {
            Ok(false) => Checkpointing::NotDue,
            Ok(true) => match self.checkpoint().await {
                Ok(Taken { anchored: Anchored::Failed(_), .. }) => Checkpointing::NotAnchored,
                Ok(_) => Checkpointing::Done,
                Err(_) => Checkpointing::Failed,
            },
            Err(_) => Checkpointing::Failed,
        }
    }

    async fn is_due(&self) -> Result<bool, CheckpointError> {
        let every = &self.inner.checkpoints.every;
        if every.is_empty() {
            return Ok(false);
        }
        let now_ms = self.inner.clock.now().ok_or(CheckpointError::NoClock)?.timestamp_millis();
        let leaves = self.inner.book.ledger().head().await.map_err(BookError::from)?.leaves;
        if leaves == 0 {
            return Ok(false);
        }
        let known = *self.last();
        let last = match known {
            Some(last) => last,
            None => {
                let (size, at_ms) = self.inner.book.last_checkpoint_at().await?.unwrap_or((0, i64::MIN));
                *self.last().insert(Last { size, at_ms })
            }
        };
        // Its own record is not news.
        let news = leaves.saturating_sub(last.size.saturating_add(u64::from(last.size > 0)));
        let old_ms = now_ms.saturating_sub(last.at_ms);
        let due = |every: &Every| match every {
            Every::Records(count) => news >= (*count).max(1),
            Every::Time(time) => news > 0 && u128::try_from(old_ms).is_ok_and(|old| old >= time.as_millis()),
        };
        Ok(every.iter().any(due))
    }

    fn last(&self) -> crate::sync::MutexGuard<'_, Option<Last>> {
        self.inner.checkpoints.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts a checkpoint to the anchor, unless it is there.
async fn put(anchor: &dyn DynAnchor, checkpoint: &Checkpoint) -> Result<(), crate::ledger::AnchorError> {
    if anchor.newest().await?.as_deref() == Some(checkpoint.note.as_str()) {
        return Ok(());
    }
    anchor.put(&checkpoint.note).await
}
