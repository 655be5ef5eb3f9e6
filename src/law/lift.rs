use super::{Posture, Standing, bases::within, rule::names};
use crate::consent::Basis;

names! {
    /// How sure it is that a lift lifts.
    pub enum Certainty {
        /// The rule's own words say so.
        Settled = "settled",
        /// Sources disagree, or it follows from a definition only.
        Contested = "contested",
        /// Nobody has said.
        Unclear = "unclear",
    }
}

/// What lifts a rule for one person.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LiftBy {
    /// Express consent, written or not.
    Consent,
    /// Express written consent.
    ExpressWritten,
    /// Any recorded ground, such as a number given for the purpose: what is exempted from consent binds nobody
    /// who gave any.
    AnyGround,
    /// An express request for this very message. No recorded fact proves one: it never lifts by itself.
    Request,
    /// A sale less than so many months ago.
    SaleWithin {
        /// Calendar months.
        months: u16,
    },
    /// An inquiry less than so many months ago.
    InquiryWithin {
        /// Calendar months.
        months: u16,
    },
    /// A consent apart from the one to be written to, such as to night hours. Not recorded: never lifts.
    SeparateConsent {
        /// To what.
        what: String,
    },
    /// Anything else, such as a class of senders. Never lifts.
    Other {
        /// In words.
        text: String,
    },
}

/// What takes a person out of a rule, and how sure that is.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lift {
    /// What lifts.
    pub by: LiftBy,
    /// How sure.
    pub certainty: Certainty,
    /// What a reader should know; empty if nothing.
    pub note: String,
}

impl Lift {
    /// Whether it lifts for this standing at this instant (Unix seconds): under
    /// [`Strict`](Posture::Strict) only a settled lift does.
    #[must_use]
    pub fn lifts(&self, standing: &Standing<'_>, posture: Posture, at: i64) -> bool {
        let sure = posture == Posture::Settled || self.certainty == Certainty::Settled;
        sure && match self.by {
            LiftBy::Consent => matches!(standing.basis, Basis::Express | Basis::ExpressWritten),
            LiftBy::ExpressWritten => standing.basis == Basis::ExpressWritten,
            LiftBy::AnyGround => standing.basis != Basis::None,
            LiftBy::SaleWithin { months } => within(standing.sale_at, months, at),
            LiftBy::InquiryWithin { months } => within(standing.inquiry_at, months, at),
            LiftBy::Request | LiftBy::SeparateConsent { .. } | LiftBy::Other { .. } => false,
        }
    }
}
