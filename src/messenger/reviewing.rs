use super::Messenger;
use crate::{
    id::{InboundId, Name},
    inbound::{Doubtful, Judged, ReceiveError, Verdict, Waiting, find_doubtful, judge},
    phone::PhoneNumber,
};

impl Messenger {
    /// The doubtful texts that wait for a human, the soonest deadline first: at most `limit`, beyond the place where
    /// an earlier page ended. Read from the ledger each time, whichever process took them in. It looks at every
    /// person: a page costs a scan of the ledger.
    ///
    /// ```
    /// # use optin::{Messenger, id::Name, inbound::{Judged, ReceiveError, Verdict}};
    /// # async fn doc(shop: Messenger) -> Result<(), Box<dyn std::error::Error>> {
    /// let by = Name::new("lea")?;
    /// for text in shop.doubtful(None, 20).await? {
    ///     println!("{} until {}: {}", text.number, text.deadline, text.text);       // the number is masked
    ///     match shop.judge(text.number, text.inbound, Verdict::Stop, &by).await? {
    ///         Judged::TooLate => println!("nobody read it in time: it is a STOP by now"),
    ///         done => println!("{done:?}"),
    ///     }
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The ledger failed, or the clock cannot be read.
    pub async fn doubtful(
        &self,
        after: Option<Waiting>,
        limit: usize,
    ) -> Result<Vec<Doubtful>, ReceiveError> {
        let now = self.inner.clock.now().ok_or(ReceiveError::NoClock)?;
        Ok(find_doubtful(&self.inner.book, after, limit, now).await?)
    }

    /// Records what a human says of a doubtful text. *Not a stop* lifts the suspension by this text and nothing else;
    /// past the deadline the text is a STOP, and no verdict reopens.
    ///
    /// # Errors
    /// The ledger failed, or the clock cannot be read: the text goes on waiting.
    pub async fn judge(
        &self,
        number: PhoneNumber,
        inbound: InboundId,
        verdict: Verdict,
        by: &Name,
    ) -> Result<Judged, ReceiveError> {
        let now = self.inner.clock.now().ok_or(ReceiveError::NoClock)?;
        if verdict == Verdict::NotAStop {
            self.is_ready().await?;
        }
        judge((&self.inner.book, &self.inner.programs), number, inbound, verdict, by, now).await
    }
}
