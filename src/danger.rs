//! Ways around a safeguard. Each asks for a reason, and the reason is written to the ledger.

use std::sync::Arc;

use crate::ledger::{Admitted, Ledger};

/// Lets in a ledger that optin did not write. Run [`conformance`](crate::ledger) against it first: a store that
/// compares carelessly lets a send overtake a STOP.
///
/// The reason is recorded in the house stream by the first write.
#[must_use]
pub fn foreign_ledger<L: Ledger>(ledger: L, reason: impl Into<String>) -> Admitted {
    Admitted::foreign(Arc::new(ledger), reason.into())
}
