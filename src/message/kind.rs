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
    /// The kind that holds, the stricter of the two: what reads as marketing is marketing, and so is what is not read;
    /// nothing is made less than it is called.
    #[must_use]
    pub const fn holds(self) -> Kind {
        match self.found {
            None | Some(Kind::Marketing) => Kind::Marketing,
            Some(_) => self.declared,
        }
    }

    /// Of two texts that say the same: what either reads as marketing is, and what is not read in one is read in neither.
    pub(crate) const fn with(self, other: Self) -> Self {
        let found = match (self.found, other.found) {
            (Some(Kind::Marketing), _) | (_, Some(Kind::Marketing)) => Some(Kind::Marketing),
            (None, _) | (_, None) => None,
            (found, _) => found,
        };
        Self { found, ..self }
    }
}
