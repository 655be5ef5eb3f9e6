use std::ops::ControlFlow;

use chrono::{DateTime, Utc};

use super::{ConsentError, Messenger};
use crate::{
    consent::{Event, OptIn, event::TextKept},
    id::Hash,
    ledger::{BookError, Person},
};

impl Messenger {
    /// The words of the consent text with this digest, as they were shown: what [`Grant::text`] points to. A later
    /// edit has another digest, and changes nothing here.
    ///
    /// # Errors
    /// The ledger failed, or a record does not fit.
    ///
    /// [`Grant::text`]: crate::consent::Grant::text
    pub async fn consent_text(&self, digest: Hash) -> Result<Option<TextKept>, BookError> {
        let house = self.inner.book.house().await?;
        if !house.state.texts.contains(&digest) {
            return Ok(None);
        }
        self.kept_text(&house, |held| held.digest == digest).await
    }

    /// Keeps the words that the host's own form showed, unless the house has them already; refuses other words under
    /// a version mark that is taken. Two processes cannot both win: the second sees what the first kept.
    pub(super) async fn keep_own_text(&self, opt_in: &OptIn, now: DateTime<Utc>) -> Result<(), ConsentError> {
        let Some(text) = &opt_in.text else { return Ok(()) };
        loop {
            let house = self.inner.book.house().await?;
            if house.state.texts.contains(&text.digest) {
                return Ok(());
            }
            let same_mark = |held: &TextKept| held.version == text.version && held.language == text.language;
            if self.kept_text(&house, same_mark).await?.is_some() {
                let (version, language) = (text.version.clone(), text.language.clone());
                return Err(ConsentError::TextEdited { version, language });
            }
            if self.note_in(house, now.timestamp_millis(), &[Event::from(text.clone())]).await? {
                return Ok(());
            }
        }
    }

    async fn kept_text(
        &self,
        house: &Person,
        wanted: impl Fn(&TextKept) -> bool + Send + Sync,
    ) -> Result<Option<TextKept>, BookError> {
        let mut found = None;
        self.inner
            .book
            .each_record(house, |envelope| match envelope.event {
                Event::TextKept(held) if wanted(&held) => {
                    found = Some(held);
                    ControlFlow::Break(())
                }
                _ => ControlFlow::Continue(()),
            })
            .await?;
        Ok(found)
    }
}
