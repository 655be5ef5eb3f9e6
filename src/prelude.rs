//! What an embedding service names most, in one `use`.

#[cfg(feature = "sqlite")]
pub use crate::ledger::SqliteLedger;
pub use crate::{
    Messenger,
    campaign::Campaign,
    consent::{ConsentText, OptIn},
    dispatch::Batch,
    gateway::SimulatedCarrier,
    inbound::{Inbound, Intent},
    law::Rulebook,
    ledger::{KeyFile, MemoryLedger},
    message::{Template, Values},
    phone::{Country, PhoneNumber},
    program::{Program, Sender},
};
