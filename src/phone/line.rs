/// What kind of line a number is, as far as its digits tell.
///
/// In the North American plan they do not tell a mobile from a fixed line: [`FixedOrMobile`](Self::FixedOrMobile).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Line {
    /// A mobile.
    Mobile,
    /// A fixed line.
    Fixed,
    /// One of the two; the digits do not say which.
    FixedOrMobile,
    /// Free for the caller.
    TollFree,
    /// Telephony over the internet, where the plan keeps it apart.
    Voip,
    /// Another service: premium rate, shared cost, personal number, pager, company number, voicemail.
    Other,
    /// The digits fit nothing that is assigned.
    Unknown,
}
