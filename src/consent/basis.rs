use crate::codec::cbor_enum;

cbor_enum! {
    /// On what ground a person may be written to. Which of these suffices is the law's to say.
    pub enum Basis {
        /// A signed writing (a tick box or a keyword counts) that names the seller and the use.
        ExpressWritten = 0, "express_written";
        /// Said or done by the person, without the form of a signed writing.
        Express = 1, "express";
        /// Own customer, own similar products, told and able to refuse at collection and each time.
        SoftOptIn = 2, "soft_opt_in";
        /// A running or recent relation: a purchase, a contract, an inquiry.
        Implied = 3, "implied";
        /// Nothing.
        None = 4, "none";
    }
}
