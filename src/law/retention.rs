use super::rule::names;

names! {
    /// What of a person's record a period is about.
    pub enum Kept {
        /// The proof of consent and of each message.
        Evidence = "evidence",
        /// That the person may not be written to. It outlives an erasure without anything personal.
        Suppression = "suppression",
        /// Everything about somebody who may be written to.
        Prospect = "prospect",
    }
}

names! {
    /// From when a period counts.
    pub enum CountedFrom {
        /// The last message that started; if there is none, the first record.
        LastMessage = "last_message",
        /// The last contact that came from the person, a purchase included; if there is none, the first record.
        LastContact = "last_contact",
        /// The last revocation.
        Revocation = "revocation",
    }
}

names! {
    /// What a period asks for at its end.
    pub enum AfterThat {
        /// It must go.
        Erase = "erase",
        /// It need not be kept any longer. Until then it must.
        MayErase = "may_erase",
    }
}

/// How long something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Retention {
    /// What.
    pub what: Kept,
    /// For how many calendar months.
    pub keep_months: u16,
    /// From when.
    pub counted_from: CountedFrom,
    /// And then.
    pub after: AfterThat,
}
