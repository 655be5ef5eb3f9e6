//! Where records live: one hash-chained stream for each tenure of a number, one for the house, one head over all.
//!
//! The core composes ([`Book`]): it folds, hashes, seals, and hands bytes to a [`Ledger`], which compares,
//! appends and returns when they are durable. A record is an [`Envelope`] of clear facts and commitments; the
//! personal values lie sealed beside it and can be destroyed without breaking the chain.

mod admitted;
mod anchor;
#[cfg(feature = "http")]
mod anchor_http;
mod book;
mod boxed;
mod budget;
#[cfg(feature = "evidence")]
mod checkpoint;
mod claim;
mod envelope;
#[cfg(feature = "evidence")]
mod grow;
mod keys;
mod keystore;
mod memory;
pub mod merkle;
#[cfg(feature = "evidence")]
mod note;
#[cfg(feature = "evidence")]
mod sealing;
mod shelf;
mod store;
mod tree;
mod verify;
mod verify_file;
mod waiting;

#[cfg(any(test, feature = "conformance"))]
pub mod conformance;
#[cfg(feature = "sqlite")]
mod sqlite;

pub use admitted::Admitted;
pub use anchor::{Anchor, AnchorError, DynAnchor, FileAnchor};
#[cfg(feature = "http")]
pub use anchor_http::HttpAnchor;
pub(crate) use book::PEOPLE;
pub use book::{Book, BookError, Person, Written};
pub use boxed::{BoxFuture, DynLedger};
#[cfg(feature = "evidence")]
pub use checkpoint::{Anchored, Checkpoint, CheckpointError, Restored, Taken, Why};
pub use envelope::{Envelope, EnvelopeError, advance, leaf_hash};
pub use keys::{Keys, SealError};
pub use keystore::{KeyFile, KeyFileError, KeyStore, KeyStoreError};
pub use memory::MemoryLedger;
#[cfg(feature = "evidence")]
pub use note::{NoteError, NoteKey, open_note, sign_note};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteLedger;
pub use store::{
    Append, Appended, Head, IndexChange, Ledger, LedgerError, NewRecord, Row, SHORT, StoredRecord, Urgency,
    Vault, WholeStream,
};
pub use tree::TreeError;
pub use verify::{Flaw, Verified};
pub use waiting::{
    Allowance, BacklogCell, Budget, Claim, Claimed, Lane, OutboxChange, Queued, SenderBudget, UNSAID, Unit,
};
