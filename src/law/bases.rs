use chrono::{DateTime, Months, Utc};

use crate::{
    consent::{Basis, Sent},
    message::Kind,
};

/// What is known of a person's standing with the sender, without saying what it is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing<'s> {
    /// The recorded ground.
    pub basis: Basis,
    /// When it was given, or confirmed anew, Unix seconds.
    pub given_at: Option<i64>,
    /// The last sale or contract, Unix seconds.
    pub sale_at: Option<i64>,
    /// The last inquiry, Unix seconds.
    pub inquiry_at: Option<i64>,
    /// When marketing went out before what `sends` holds, Unix milliseconds, in order of time.
    pub marketed: &'s [i64],
    /// What was sent, in order of time.
    pub sends: &'s [Sent],
}

impl Standing<'_> {
    /// The end of a term that starts with the sale and again with each marketing message sent within it.
    ///
    /// Of what is older than 400 days one message in 28 days is known: a chain may seem to end a little early.
    #[must_use]
    pub fn rolls_until(&self, months: u16) -> Option<i64> {
        let mut until = end(self.sale_at?, months)?;
        let sends = self.sends.iter().filter(|sent| sent.kind == Kind::Marketing && sent.debits());
        for at_ms in self.marketed.iter().copied().chain(sends.map(|sent| sent.at_ms)) {
            let at = at_ms.div_euclid(1_000);
            if self.sale_at <= Some(at) && at < until {
                until = until.max(end(at, months)?);
            }
        }
        Some(until)
    }
}

/// A date that a ground leans on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// A sale, however long ago.
    Sale,
    /// An inquiry, however long ago.
    Inquiry,
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
    /// The ground itself given, or confirmed anew, less than so many months ago.
    ConsentWithin {
        /// Calendar months.
        months: u16,
    },
    /// A sale less than so many months ago, or a marketing message that was itself within the term.
    SaleRolling {
        /// Calendar months.
        months: u16,
    },
}

impl Need {
    /// Whether the standing meets it at this instant (Unix seconds). A date in the future meets nothing.
    #[must_use]
    pub fn is_met(self, standing: &Standing<'_>, at: i64) -> bool {
        match self {
            Self::Sale => standing.sale_at.is_some_and(|then| then <= at),
            Self::Inquiry => standing.inquiry_at.is_some_and(|then| then <= at),
            Self::SaleWithin { months } => within(standing.sale_at, months, at),
            Self::InquiryWithin { months } => within(standing.inquiry_at, months, at),
            Self::ConsentWithin { months } => within(standing.given_at, months, at),
            Self::SaleRolling { months } => {
                standing.sale_at.is_some_and(|then| then <= at)
                    && standing.rolls_until(months).is_some_and(|until| at < until)
            }
        }
    }
}

/// Whether `at` lies in `[then, then + months)`, counted by the calendar; what cannot be counted is not within.
pub(super) fn within(then: Option<i64>, months: u16, at: i64) -> bool {
    let Some(then) = then.filter(|&then| then <= at) else { return false };
    // No month is longer than 31 days nor shorter than 28: most answers need no calendar.
    if at - then < i64::from(months) * 28 * 86_400 {
        return true;
    }
    end(then, months).is_some_and(|end| at < end)
}

fn end(then: i64, months: u16) -> Option<i64> {
    let then = DateTime::<Utc>::from_timestamp(then, 0)?;
    then.checked_add_months(Months::new(u32::from(months))).map(|end| end.timestamp())
}

/// One ground on which a message may be sent: a basis and, if any are given, one of the needs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ground {
    /// The basis; [`Basis::None`]: no consent is asked.
    pub basis: Basis,
    /// Any one of these must be met; empty: the basis alone suffices.
    pub needs: Vec<Need>,
}

/// The grounds on which the kinds that a rule binds may be sent; any one suffices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bases(pub(super) Vec<Ground>);

impl Bases {
    /// The grounds, in the data's order.
    #[must_use]
    pub fn grounds(&self) -> &[Ground] {
        &self.0
    }

    /// The ground that this standing stands on at this instant (Unix seconds), if any.
    #[must_use]
    pub fn ground_for(&self, standing: &Standing<'_>, at: i64) -> Option<&Ground> {
        self.0.iter().find(|ground| {
            (ground.basis == standing.basis || ground.basis == Basis::None)
                && (ground.needs.is_empty() || ground.needs.iter().any(|need| need.is_met(standing, at)))
        })
    }
}
