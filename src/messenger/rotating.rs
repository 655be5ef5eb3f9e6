use thiserror::Error;

use super::Messenger;
use crate::{
    consent::event::KeysRotated,
    id::NoRandomness,
    ledger::{Append, Appended, BookError, KeyStore, KeyStoreError, Keys, LedgerError, Row, Urgency, Vault},
};

/// Vaults that are read at once.
const PAGE: usize = 256;
/// How often a lost race is run again.
const TRIES: usize = 256;

/// What a rotation came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rotated {
    /// The generation of the index key that writes from now on.
    pub generation: u32,
    /// Recipients' keys that were wrapped anew.
    pub rewrapped: u64,
    /// It went on with a rotation that was broken off.
    pub resumed: bool,
}

impl Messenger {
    /// Makes a new generation of the index key. It is in the key store before it is used; the old generations stay
    /// for look-up. Other processes get [`WrongKey`](LedgerError::WrongKey) for whatever they append from then on,
    /// STOPs too, until they [`reload_keys`](Self::reload_keys) or are started again. The store is called in place.
    ///
    /// # Errors
    /// The store's keys are not this ledger's, somebody else rotates at the same time, or store or ledger failed.
    /// Both keys are then in the store or neither is: call again, or go on as before.
    pub async fn rotate_index_key(&self, store: &dyn KeyStore) -> Result<Rotated, RotateError> {
        let held = self.held_keys(store).await?;
        let next = held.with_index_key()?;
        self.put_keys(store, &held, &next).await?;
        self.note_rotation(&next, false).await?;
        Ok(Rotated { generation: next.generation(), rewrapped: 0, resumed: false })
    }

    /// Makes a new wrapping key, wraps every recipient's key anew, page by page, and only then drops the old one.
    /// Both are in the key store meanwhile. Broken off anywhere, the ledger opens and sends as before, and the next
    /// call goes on. Other processes as with [`rotate_index_key`](Self::rotate_index_key).
    ///
    /// Backups from before keep the old wrapping: they open with a copy of the old keys only.
    ///
    /// ```
    /// # use optin::{Messenger, RotateError, ledger::KeyFile};
    /// # async fn doc(shop: Messenger) -> Result<(), Box<dyn std::error::Error>> {
    /// let rotated = shop.rotate_wrapping_key(&KeyFile::at("optin.key")).await?;
    /// println!("{} keys wrapped anew", rotated.rewrapped);
    /// let other = shop.rotate_wrapping_key(&KeyFile::at("another-ledgers.key")).await;
    /// assert!(matches!(other, Err(RotateError::OtherKeys)));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`rotate_index_key`](Self::rotate_index_key); and a vault that none of the keys opens: the old key stays.
    pub async fn rotate_wrapping_key(&self, store: &dyn KeyStore) -> Result<Rotated, RotateError> {
        let held = self.held_keys(store).await?;
        let resumed = held.is_rewrapping();
        let next = if resumed { held.clone() } else { held.with_wrapping_key()? };
        self.put_keys(store, &held, &next).await?;
        // From here on nobody who knows the old key alone can append, so one walk finds every old wrapping.
        let rewrapped = self.rewrap().await?;
        self.note_rotation(&next, true).await?;
        let last = next.with_newest_wrapping_key();
        self.put_keys(store, &next, &last).await?;
        Ok(Rotated { generation: last.generation(), rewrapped, resumed })
    }

    /// Takes the keys as the store has them now, after another process rotated them.
    ///
    /// # Errors
    /// The store's keys are not this ledger's, or the store failed: the old ones stay in use.
    pub async fn reload_keys(&self, store: &dyn KeyStore) -> Result<(), RotateError> {
        self.held_keys(store).await.map(drop)
    }

    /// The store's keys, which this ledger uses from now on.
    async fn held_keys(&self, store: &dyn KeyStore) -> Result<Keys, RotateError> {
        let held = store.load()?.ok_or(RotateError::NoKeys)?;
        let ledger = self.inner.book.ledger();
        if !held.succeeds(ledger.keys()) {
            return Err(RotateError::OtherKeys);
        }
        for known in held.check_values() {
            // From a value to itself: a question, and no change.
            if ledger.rekey(known, known).await? {
                ledger.keys().adopt(&held);
                return Ok(held);
            }
        }
        // Older than the ledger, such as a key file of yesterday's backup.
        Err(RotateError::OtherKeys)
    }

    /// Puts keys into the store, then into use, then marks the ledger with them.
    async fn put_keys(&self, store: &dyn KeyStore, held: &Keys, next: &Keys) -> Result<(), RotateError> {
        if held != next && !store.save(Some(held), next)? {
            return Err(RotateError::Raced);
        }
        let ledger = self.inner.book.ledger();
        ledger.keys().adopt(next);
        let newest = next.check_value();
        for known in next.check_values().into_iter().chain(held.check_values()) {
            if ledger.rekey(known, newest).await? {
                return Ok(());
            }
        }
        Err(LedgerError::WrongKey.into())
    }

    async fn rewrap(&self) -> Result<u64, RotateError> {
        let ledger = self.inner.book.ledger();
        let (mut count, mut after) = (0, None);
        loop {
            let page = ledger.scan(after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(count) };
            after = Some(last.stream);
            let mut rows = page;
            for _ in 0..TRIES {
                let (items, streams) = self.rewrapping(&rows)?;
                if items.is_empty() {
                    break;
                }
                let answers = ledger.append(items, Urgency::Normal).await?;
                rows = Vec::new();
                for (stream, answer) in streams.into_iter().zip(answers) {
                    match answer {
                        Appended::Done(_) => count += 1,
                        Appended::Conflict => rows.extend(ledger.read(stream).await?),
                    }
                }
            }
            if !self.rewrapping(&rows)?.0.is_empty() {
                return Err(RotateError::Contended);
            }
        }
    }

    /// Appends without records that put the same keys there under the newest wrapping. A row that changed meanwhile,
    /// by an erasure say, is in conflict and read again.
    #[allow(clippy::type_complexity, reason = "an append and whose it is, side by side")]
    fn rewrapping(&self, rows: &[Row]) -> Result<(Vec<Append>, Vec<crate::id::RecipientId>), RotateError> {
        let keys = self.inner.book.ledger().keys();
        let mut items = Vec::new();
        for row in rows {
            let Some(vault) = &row.vault else { continue };
            let Some(key) = keys.rewrap(&vault.key).map_err(BookError::from)? else { continue };
            items.push(Append {
                stream: row.stream,
                expected: row.version,
                records: Vec::new(),
                head: row.head,
                state: row.state.clone(),
                group: None,
                vault: Some(Vault { key, number: vault.number.clone() }),
                index: Vec::new(),
                erase: false,
                outbox: Vec::new(),
            });
        }
        let streams = items.iter().map(|item| item.stream).collect();
        Ok((items, streams))
    }

    async fn note_rotation(&self, keys: &Keys, wrapping: bool) -> Result<(), RotateError> {
        let at_ms = self.inner.clock.now().ok_or(RotateError::NoClock)?.timestamp_millis();
        let rotated = KeysRotated { index: keys.generation(), wrapping };
        Ok(self.note(at_ms, &[rotated.into()]).await?)
    }
}

/// Keys could not be rotated.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RotateError {
    /// The key store failed.
    #[error(transparent)]
    Store(#[from] KeyStoreError),
    /// The key store holds no keys.
    #[error("the key store holds no keys")]
    NoKeys,
    /// The key store holds another ledger's keys, or older ones of this one.
    #[error("the key store holds another ledger's keys, or older ones of this one")]
    OtherKeys,
    /// Somebody else rotates the keys at the same time.
    #[error("somebody else rotates the keys at the same time")]
    Raced,
    /// The ledger failed.
    #[error(transparent)]
    Book(#[from] BookError),
    /// No random bytes for a new key.
    #[error(transparent)]
    Randomness(#[from] NoRandomness),
    /// Others wrote to one person's stream all the time.
    #[error("others wrote to a stream all the time; rotate again")]
    Contended,
    /// The clock cannot be read.
    #[error("the clock cannot be read")]
    NoClock,
}

impl From<LedgerError> for RotateError {
    fn from(error: LedgerError) -> Self {
        Self::Book(error.into())
    }
}
