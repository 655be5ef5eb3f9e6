use super::Messenger;
use crate::{
    ledger::Person,
    phone::PhoneNumber,
    report::evidence::{Ask, EvidenceError, EvidencePack, Frame, MessageRef, find, gather},
};

impl Messenger {
    /// Everything on record about a number, with proofs up to a signed checkpoint. If there are records of it that
    /// the newest checkpoint does not cover, one is made first, and put to the anchor.
    ///
    /// ```
    /// # use optin::{Messenger, phone::PhoneNumber, policy::Language, report::evidence::{Ask, check}};
    /// # async fn doc(shop: Messenger, ana: PhoneNumber) -> Result<(), Box<dyn std::error::Error>> {
    /// let pack = shop.evidence(ana, &Ask::new().by("CNIL").reveal_number()).await?;
    /// std::fs::write("ana.json", pack.to_json())?;
    /// std::fs::write("ana.html", pack.to_html(Language::French))?;
    /// assert!(check(pack.to_json().as_bytes(), None).is_ok());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// Nothing is on record, no checkpoint can be signed, or the ledger failed or does not fit.
    pub async fn evidence(&self, number: PhoneNumber, ask: &Ask) -> Result<EvidencePack, EvidenceError> {
        let person = self.inner.book.find(number).await?.ok_or(EvidenceError::Nobody)?;
        self.pack(person, None, ask).await
    }

    /// The same about one message, with the decision that let it go.
    ///
    /// # Errors
    /// As [`evidence`](Self::evidence), or there is no such message.
    pub async fn evidence_of(&self, message: &MessageRef, ask: &Ask) -> Result<EvidencePack, EvidenceError> {
        let person = find(&self.inner.book, message).await?;
        self.pack(person, Some(message), ask).await
    }

    async fn pack(
        &self,
        person: Person,
        message: Option<&MessageRef>,
        ask: &Ask,
    ) -> Result<EvidencePack, EvidenceError> {
        let book = &self.inner.book;
        let at_ms = self.inner.clock.now().ok_or(EvidenceError::NoClock)?.timestamp_millis();
        let mut gathered = gather(book, person, message).await?;
        let checkpoint = match book.latest_checkpoint().await? {
            Some(checkpoint) if checkpoint.size >= gathered.last_leaf() => checkpoint,
            _ => self.checkpoint().await?.checkpoint,
        };
        gathered.prove(book, checkpoint.size).await?;
        let key = book.note_key().await?.to_string();
        let by = concat!("optin ", env!("CARGO_PKG_VERSION"));
        let frame = Frame { ask, at_ms, by, key, checkpoint: checkpoint.note };
        let pack = EvidencePack::unsealed(&gathered, &self.policy(), frame);
        let seal = book.sign(&pack.to_sign()).await?;
        Ok(pack.sealed(seal))
    }
}
