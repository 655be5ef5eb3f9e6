//! What evidence needs of a ledger beyond reading it: salts, and the ledger's signature.

use super::{
    book::{Book, BookError, Person},
    checkpoint::CheckpointError,
    envelope::Envelope,
    note::sign_note,
};
use crate::consent::PersonalField;

impl Book {
    /// Signs a text as this ledger signs its checkpoints. The text must not read as one.
    pub(crate) async fn sign(&self, text: &str) -> Result<String, CheckpointError> {
        let key = self.note_key().await?;
        let seed = self.ledger().keys().signing_seed().ok_or(CheckpointError::NoSigningKey)?;
        Ok(sign_note(text, key.name(), &seed)?)
    }
}

impl Person {
    /// The personal values of one record with their salts, checked against its commitments; none after erasure.
    pub(crate) fn opened(
        &self,
        envelope: &Envelope,
        sealed: Option<&[u8]>,
    ) -> Result<Vec<(PersonalField, [u8; 16], String)>, BookError> {
        self.salted(envelope, sealed)
    }
}
