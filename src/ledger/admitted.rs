use std::sync::Arc;

use super::{boxed::DynLedger, memory::MemoryLedger};

/// A ledger that may be used: one of optin's own, or a foreign one that came through
/// [`danger::foreign_ledger`](crate::danger::foreign_ledger).
#[derive(Debug, Clone)]
pub struct Admitted {
    pub(crate) ledger: Arc<dyn DynLedger>,
    pub(crate) reason: Option<String>,
}

impl Admitted {
    pub(crate) fn foreign(ledger: Arc<dyn DynLedger>, reason: String) -> Self {
        Self { ledger, reason: Some(reason) }
    }
}

impl From<MemoryLedger> for Admitted {
    fn from(ledger: MemoryLedger) -> Self {
        Arc::new(ledger).into()
    }
}

impl From<Arc<MemoryLedger>> for Admitted {
    fn from(ledger: Arc<MemoryLedger>) -> Self {
        Self { ledger, reason: None }
    }
}

#[cfg(feature = "sqlite")]
impl From<super::SqliteLedger> for Admitted {
    fn from(ledger: super::SqliteLedger) -> Self {
        Arc::new(ledger).into()
    }
}

#[cfg(feature = "sqlite")]
impl From<Arc<super::SqliteLedger>> for Admitted {
    fn from(ledger: Arc<super::SqliteLedger>) -> Self {
        Self { ledger, reason: None }
    }
}
