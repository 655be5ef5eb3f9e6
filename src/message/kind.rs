use crate::codec::cbor_enum;

cbor_enum! {
    /// What a message is in the law's eyes, whatever its author calls it.
    pub enum Kind {
        /// Promotes goods, services or the brand; a mixed message is marketing.
        Marketing = 0, "marketing";
        /// Completes or reports on something the person did: an order, a delivery, an appointment.
        Transactional = 1, "transactional";
        /// Answers the person's own message.
        Conversational = 2, "conversational";
        /// A one-time code.
        Authentication = 3, "authentication";
        /// Customer care on an open matter.
        Service = 4, "service";
    }
}

/// What a message is called and what its text reads as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kinds {
    /// What its author calls it.
    pub declared: Kind,
    /// What it reads as; `None` in a language that is not read.
    pub found: Option<Kind>,
}

impl Kinds {
    /// The kind that holds, the stricter of the two: what reads as marketing is marketing, and nothing is made less
    /// than it is called.
    #[must_use]
    pub fn holds(self) -> Kind {
        self.found.filter(|found| *found == Kind::Marketing).unwrap_or(self.declared)
    }
}
