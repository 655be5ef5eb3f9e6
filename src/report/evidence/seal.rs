//! The signature over the whole pack: a note over the digest of its canonical form.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    FORMAT,
    flaw::{PackFlaw, What},
    json,
};
use crate::{
    id::Hash,
    ledger::{NoteError, NoteKey, open_note},
};

/// The text to sign for a pack without its seal.
pub(super) fn text(unsealed: &Value) -> String {
    let digest = Hash(Sha256::digest(json::canonical(unsealed)).into());
    format!("{FORMAT}\nsha256:{digest}\n")
}

/// Whether the seal is this key's, and over this.
pub(super) fn open(note: &str, unsealed: &Value, key: &NoteKey) -> Result<(), PackFlaw> {
    let wrong = |what| PackFlaw::new("seal", what);
    // Nothing signs the seal's own lines: what anybody could add below is refused.
    if note.rsplit_once("\n\n").is_none_or(|(_, lines)| lines.matches('\n').count() != 1) {
        return Err(wrong(What::Note(NoteError::Malformed)));
    }
    let signed = open_note(note, std::slice::from_ref(key)).map_err(|error| wrong(What::Note(error)))?;
    if signed == text(unsealed) { Ok(()) } else { Err(PackFlaw::new("", What::Changed)) }
}
