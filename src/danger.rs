//! Ways around a safeguard. Each asks for a reason, and the reason is written to the ledger.

use std::sync::Arc;

#[cfg(feature = "evidence")]
use crate::{
    Messenger,
    ledger::{CheckpointError, Taken},
};
use crate::{
    campaign::{Approved, Campaign, Plan},
    law::{Rulebook, WaiverError},
    ledger::{Admitted, Ledger},
};

/// A safeguard was to be stepped around and nobody said why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("say why: the reason goes on record")]
pub struct NoReason;

/// Nobody can vouch for the kind of such a campaign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VouchError {
    /// Nobody said why.
    #[error(transparent)]
    NoReason(#[from] NoReason),
    /// There is no text to vouch for.
    #[error("the campaign has no text yet: call `Campaign::text` first")]
    NoText,
}

/// A campaign whose author's word on its kind stands, whatever its text reads as: nothing tells a receipt from an
/// advertisement without fail, and in a language that is not read nothing tells at all.
///
/// The word is for the texts that the campaign has now: with another text it is void. The reason is recorded in the house
/// stream by the launch.
///
/// # Errors
/// No reason, or no text.
///
/// ```
/// use optin::{campaign::Campaign, danger, message::{Kind, Template}};
/// let parcel = Campaign::new(Kind::Transactional, "parcel", "orders")?;
/// assert!(danger::as_declared(parcel.clone(), "no text yet").is_err());
/// let parcel = parcel.text(Template::parse("Maison Lune: siparişiniz yola çıktı")?);
/// assert!(danger::as_declared(parcel.clone(), " ").is_err());
/// let parcel = danger::as_declared(parcel, "counsel read the text on 2026-11-20")?;
/// # let _ = parcel;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn as_declared(mut campaign: Campaign, reason: impl Into<String>) -> Result<Campaign, VouchError> {
    let reason = said(reason)?;
    if campaign.template.is_none() {
        return Err(VouchError::NoText);
    }
    campaign.vouched = Some((reason, campaign.words()));
    Ok(campaign)
}

/// Approves a plan in somebody's name though error-level findings stand.
///
/// The codes of the findings and the reason are recorded in the house stream by the launch.
///
/// # Errors
/// No reason.
pub fn approve_despite(
    plan: Plan,
    by: impl Into<String>,
    reason: impl Into<String>,
) -> Result<Approved, NoReason> {
    Ok(plan.approve_despite(by.into(), said(reason)?))
}

fn said(reason: impl Into<String>) -> Result<String, NoReason> {
    let reason = reason.into();
    if reason.trim().is_empty() { Err(NoReason) } else { Ok(reason) }
}

/// Lets in a ledger that optin did not write. Run [`conformance`](crate::ledger) against it first: a store that
/// compares carelessly lets a send overtake a STOP.
///
/// The reason is recorded in the house stream by the first write.
#[must_use]
pub fn foreign_ledger<L: Ledger>(ledger: L, reason: impl Into<String>) -> Admitted {
    Admitted::foreign(Arc::new(ledger), reason.into())
}

/// A rule book without this rule, in all its dated versions. What else binds goes on to bind: a place whose only grounds
/// it held has none left, and everything there defers.
///
/// The book's version changes, [`Rulebook::waivers`] names the rule and the reason, explanations and evidence packs show
/// both, and each [messenger](crate::Messenger) built on the book writes them to the house stream before the first
/// opt-in, import, launch or send.
///
/// # Errors
/// No such rule, or no reason.
///
/// ```
/// use optin::{danger, law::{Rulebook, WaiverError}};
/// let book = Rulebook::builtin();
/// let less = danger::without_rule(&book, "US-FED-HOURS", "counsel's opinion of 2026-11-02")?;
/// assert!(less.rule("US-FED-HOURS").is_none() && less.version() != book.version());
/// assert_eq!(less.waivers()[0].id, "US-FED-HOURS");
///
/// let unnamed = danger::without_rule(&book, "US-FED-HOURS", " ").unwrap_err();
/// assert_eq!(unnamed, WaiverError::NoReason("US-FED-HOURS".to_owned()));
/// # Ok::<(), WaiverError>(())
/// ```
pub fn without_rule(rulebook: &Rulebook, id: &str, reason: &str) -> Result<Rulebook, WaiverError> {
    rulebook.switched_off(id, reason)
}

/// Goes on with a ledger that is not the one its anchor knows: a restored backup. What the lost part held is lost,
/// every STOP in it too: bring those in first, from the gateway's own lists.
///
/// The reason is recorded in the house stream, and a checkpoint of this history is signed and put to the anchor
/// beside the ones that contradict it, for anybody to see.
///
/// # Errors
/// As [`Messenger::checkpoint`]. If the anchor did not take it, the ledger stays as it was: say it again.
#[cfg(feature = "evidence")]
pub async fn accept_restored(shop: &Messenger, reason: impl Into<String>) -> Result<Taken, CheckpointError> {
    shop.accept_restored(reason.into()).await
}
