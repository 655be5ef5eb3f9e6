use std::{error::Error, fmt, future::Future};

use sha2::{Digest, Sha256};

use crate::{
    content::Lint,
    id::{MessageId, Name},
    ledger::BoxFuture,
    message::Values,
};

/// A link of one message, short: what stands behind the base of the brand's own domain, and where it leads.
/// Its `Debug` shows neither token nor target.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TrackedLink {
    /// Twelve letters and digits, made of message, tag and target: the same when the launch is repeated.
    pub token: String,
    /// Where it leads.
    pub target: String,
    /// The message that carries it.
    pub message: MessageId,
    /// The campaign.
    pub campaign: Name,
}

impl fmt::Debug for TrackedLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TrackedLink(of {} in {})", self.message, self.campaign)
    }
}

/// Keeps where short links lead, for the host's own page that answers at their address and counts.
///
/// A link value of a campaign that [tracks](super::Campaign::track_links) becomes `base` and a token; the final text has it,
/// so segments and worst case count it. What is kept of a person who is [erased](crate::Messenger::erase) is for the host to
/// forget. A text that a [guard](super::Relevance) makes anew has the link as the guard gives it.
///
/// ```
/// use std::{collections::HashMap, error::Error, sync::Mutex};
/// use optin::campaign::{Links, TrackedLink};
///
/// #[derive(Debug, Default)]
/// struct Clicks(Mutex<HashMap<String, String>>);
///
/// impl Links for Clicks {
///     fn base(&self) -> &str {
///         "go.maisonlune.fr/"
///     }
///     async fn keep(&self, links: Vec<TrackedLink>) -> Result<(), Box<dyn Error + Send + Sync>> {
///         let mut kept = self.0.lock().map_err(|_| "poisoned")?;
///         kept.extend(links.into_iter().map(|link| (link.token, link.target)));
///         Ok(())
///     }
/// }
/// ```
pub trait Links: fmt::Debug + Send + Sync + 'static {
    /// What stands before the token: a host and path of the brand's own, with or without `https://`, ending in `/`.
    fn base(&self) -> &str;

    /// Keeps these before any of their messages is queued. The same token comes again with the same target when a
    /// launch is repeated.
    ///
    /// # Errors
    /// Whatever keeps the host from keeping them: the launch stops, and queues none of their messages.
    fn keep(
        &self,
        links: Vec<TrackedLink>,
    ) -> impl Future<Output = Result<(), Box<dyn Error + Send + Sync>>> + Send;
}

/// The boxed twin of [`Links`].
pub(crate) trait DynLinks: fmt::Debug + Send + Sync {
    fn base(&self) -> &str;
    fn keep(&self, links: Vec<TrackedLink>) -> BoxFuture<'_, Result<(), Box<dyn Error + Send + Sync>>>;
}

impl<L: Links> DynLinks for L {
    fn base(&self) -> &str {
        Links::base(self)
    }

    fn keep(&self, links: Vec<TrackedLink>) -> BoxFuture<'_, Result<(), Box<dyn Error + Send + Sync>>> {
        Box::pin(Links::keep(self, links))
    }
}

/// Whether links may begin so: what is no host and path, a public shortener or a bare address may not.
pub(crate) fn is_own(base: &str, lint: &Lint) -> bool {
    let plain = base.bytes().all(|b| b.is_ascii_graphic()) && base.ends_with('/');
    plain && lint.may_be_own(&format!("{base}token"))
}

/// The values with their links short, and where those lead. `message` is `None` for somebody who has no message: then the
/// links only have the right length.
pub(crate) fn shorten(
    base: &str,
    values: &Values,
    tags: &[Box<str>],
    message: Option<MessageId>,
    campaign: &Name,
) -> (Values, Vec<TrackedLink>) {
    let (mut short, mut links) = (values.clone(), Vec::new());
    for tag in tags {
        let Some(target) = values.find(tag) else { continue };
        let token = token(message, tag, target);
        short.set(tag, &format!("{base}{token}"));
        let kept =
            |message| TrackedLink { token, target: target.to_owned(), message, campaign: campaign.clone() };
        links.extend(message.map(kept));
    }
    (short, links)
}

const SIGNS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// 62^12 are more than 10^21: of a thousand million links no two meet.
fn token(message: Option<MessageId>, tag: &str, target: &str) -> String {
    let mut digest = Sha256::new_with_prefix(b"optin link\0");
    digest.update(message.map_or([0; 16], |message| message.0));
    digest.update((tag.len() as u64).to_be_bytes());
    digest.update(tag);
    digest.update(target);
    let digest: [u8; 32] = digest.finalize().into();
    let sign = |&byte: &u8| SIGNS.get(usize::from(byte) % SIGNS.len()).map_or('0', |&sign| char::from(sign));
    digest.iter().take(12).map(sign).collect()
}
