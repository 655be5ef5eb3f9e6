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
