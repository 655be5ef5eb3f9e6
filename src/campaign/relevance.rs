use std::{error::Error, fmt, future::Future};

use chrono::{DateTime, Utc};

use crate::{
    id::{MessageId, Name},
    ledger::BoxFuture,
    message::Values,
    phone::PhoneNumber,
};

/// A message that is about to be judged and handed over.
#[derive(Clone)]
pub struct Candidate {
    /// The message.
    pub message: MessageId,
    /// The campaign.
    pub campaign: Name,
    /// To whom.
    pub number: PhoneNumber,
    /// The values that its text was made with.
    pub values: Values,
    /// Now.
    pub at: DateTime<Utc>,
}

impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Candidate({} of {} to {})", self.message, self.campaign, self.number)
    }
}

/// Whether a message still makes sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relevant {
    /// It does, as it is.
    Yes,
    /// It does, with these values: its text is made anew.
    With(Values),
    /// It does not: the cart was bought, the item is gone, the offer is over.
    No,
}

/// Asked at the last moment, before the message is judged: cart bought? item out of stock? offer over?
///
/// A guard that fails means that marketing is *not* sent: it is asked again later, until the campaign ends. Bound
/// its waiting yourself: while it waits, so does the batch.
///
/// ```
/// use optin::campaign::{Candidate, Relevance, Relevant};
///
/// #[derive(Debug)]
/// struct Carts(std::collections::HashSet<optin::phone::PhoneNumber>);
///
/// impl Relevance for Carts {
///     async fn still(&self, message: Candidate) -> Result<Relevant, Box<dyn std::error::Error + Send + Sync>> {
///         Ok(if self.0.contains(&message.number) { Relevant::Yes } else { Relevant::No })
///     }
/// }
/// ```
pub trait Relevance: fmt::Debug + Send + Sync + 'static {
    /// Whether this message still makes sense.
    ///
    /// # Errors
    /// Whatever keeps the host from telling.
    fn still(
        &self,
        message: Candidate,
    ) -> impl Future<Output = Result<Relevant, Box<dyn Error + Send + Sync>>> + Send;
}

/// The boxed twin of [`Relevance`].
pub(crate) trait DynRelevance: fmt::Debug + Send + Sync {
    fn still(&self, message: Candidate) -> BoxFuture<'_, Result<Relevant, Box<dyn Error + Send + Sync>>>;
}

impl<R: Relevance> DynRelevance for R {
    fn still(&self, message: Candidate) -> BoxFuture<'_, Result<Relevant, Box<dyn Error + Send + Sync>>> {
        Box::pin(Relevance::still(self, message))
    }
}
