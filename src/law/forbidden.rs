use super::rule::names;
use crate::id::Name;

names! {
    /// What kind of thing is forbidden.
    pub enum Forbids {
        /// A subject matter, by the name that a campaign's category or subject has.
        Topic = "topic",
        /// A sender whose number begins so.
        SenderPrefix = "sender_prefix",
        /// A sender of another country than the recipient's.
        SenderAbroad = "sender_abroad",
        /// A link to such a host.
        Link = "link",
    }
}

/// Something that a message may not be about, come from or point to.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Forbidden {
    /// What kind of thing.
    pub what: Forbids,
    /// Which: names of topics, prefixes, hosts.
    #[serde(default)]
    pub of: Vec<String>,
    /// Lawful all the same where the recipients' age was checked.
    #[serde(default)]
    pub unless_age_checked: bool,
}

names! {
    /// What of a consent and of a message must be on record.
    pub enum Recorded {
        /// Who: number, and name if there is one.
        Person = "person",
        /// The date and time, with the zone.
        Time = "time",
        /// The request as it was shown.
        Request = "request",
        /// What for.
        Purpose = "purpose",
        /// Which sellers were named.
        Seller = "seller",
        /// The act by which it was given.
        Act = "act",
        /// The dates of sale or inquiry that a ground leans on.
        Dates = "dates",
        /// Withdrawals, confirmations and what followed.
        Withdrawal = "withdrawal",
        /// What registers answered, and when.
        Scrub = "scrub",
        /// Each message, with why it was allowed.
        Message = "message",
        /// When each message was dispatched.
        Dispatch = "dispatch",
    }
}

/// A list of bans that no calendar foretells, such as states of emergency: a host brings it, and how old it may be.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Feed {
    /// Its stable name, such as `us-la-emergency`.
    pub name: Name,
    /// From how many hours after its date it is no longer believed.
    pub max_age_hours: u16,
}
