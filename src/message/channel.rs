use crate::codec::cbor_enum;

cbor_enum! {
    /// How a message travels.
    #[non_exhaustive]
    pub enum Channel {
        /// Short message service, in segments.
        Sms = 0, "sms";
    }
}
