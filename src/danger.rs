//! Ways around a safeguard. Each asks for a reason, and the reason is written to the ledger.

use std::sync::Arc;

use crate::ledger::{Admitted, Ledger};
#[cfg(feature = "evidence")]
use crate::{
    Messenger,
    ledger::{CheckpointError, Taken},
};

/// Lets in a ledger that optin did not write. Run [`conformance`](crate::ledger) against it first: a store that
/// compares carelessly lets a send overtake a STOP.
///
/// The reason is recorded in the house stream by the first write.
#[must_use]
pub fn foreign_ledger<L: Ledger>(ledger: L, reason: impl Into<String>) -> Admitted {
    Admitted::foreign(Arc::new(ledger), reason.into())
}

/// Goes on with a ledger that is not the one its anchor knows: a restored backup. What the lost part held is lost,
/// every STOP in it too: bring those in first, from the gateway's own lists.
///
/// The reason is recorded in the house stream, and a checkpoint of this history is signed and put to the anchor
/// beside the ones that contradict it, for anybody to see.
///
/// # Errors
/// As [`Messenger::checkpoint`]. If the anchor did not take it, the ledger stays as it was: say it again.
#[cfg(feature = "evidence")]
pub async fn accept_restored(shop: &Messenger, reason: impl Into<String>) -> Result<Taken, CheckpointError> {
    shop.accept_restored(reason.into()).await
}
