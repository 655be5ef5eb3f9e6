use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::{
    codec::cbor_enum,
    consent::event::Delivery,
    id::{Hash, MessageId, Name},
    phone::PhoneNumber,
};

cbor_enum! {
    /// Why a gateway refused, in our words.
    pub enum Refusal {
        /// The person opted out, as the gateway knows.
        OptedOut = 0, "recipient_opted_out";
        /// The number cannot be reached.
        Unreachable = 1, "unreachable";
        /// A landline.
        Landline = 2, "landline_unreachable";
        /// Too fast.
        RateLimited = 3, "rate_limited";
        /// Blocked by carrier or policy.
        Blocked = 4, "blocked_by_carrier";
        /// The sender is not registered.
        SenderUnregistered = 5, "sender_unregistered";
        /// The permit's deadline had passed.
        Expired = 6, "permit_expired";
        /// The gateway is out of order and certainly took nothing.
        Unavailable = 7, "unavailable";
        /// Anything else.
        Other = 8, "other";
        /// No such number.
        InvalidNumber = 9, "invalid_destination";
        /// The words were refused.
        ContentRejected = 10, "content_rejected";
        /// Taken for fraud.
        Fraud = 11, "blocked_by_fraud_protection";
        /// Outside the hours that the gateway keeps.
        QuietHours = 12, "quiet_hours";
        /// Our account: wrong secret, no credit, not allowed. Nobody's message can go until that is mended.
        Account = 13, "account";
        /// A daily allowance of the carrier is used up.
        Quota = 14, "carrier_quota";
        /// The request itself was refused as wrong.
        Malformed = 15, "malformed_request";
        /// The number changed hands or was given up.
        Deactivated = 16, "number_deactivated";
    }
}

impl Refusal {
    /// Whether trying again cannot help: it lies with the number, the sender or the words.
    #[must_use]
    pub const fn is_permanent(self) -> bool {
        !matches!(
            self,
            Self::RateLimited
                | Self::Expired
                | Self::Unavailable
                | Self::QuietHours
                | Self::Account
                | Self::Quota
        )
    }
}

impl Refusal {
    /// Whether it lies with the gateway, and neither with the person, the sender, the words nor the hour: then all
    /// messages wait while it asks for a wait, and another gateway may be asked.
    ///
    /// | refusal | with the gateway | because |
    /// |---|---|---|
    /// | rate limited, unavailable, account, quota | yes | nothing was said of this message |
    /// | opted out, deactivated, invalid, landline, unreachable | no | it holds for the person, whoever carries it |
    /// | content, blocked, fraud | no | a way round a filter is what carriers call snowshoeing |
    /// | sender unregistered | no | to be mended where senders are registered, not by a route that does not look |
    /// | quiet hours, expired | no | it is late for the person |
    /// | malformed, other | no | nobody knows what is wrong |
    ///
    /// ```
    /// use optin::gateway::Refusal;
    /// assert!(Refusal::Unavailable.lies_with_gateway());
    /// assert!(!Refusal::OptedOut.lies_with_gateway() && !Refusal::Blocked.lies_with_gateway());
    /// ```
    #[must_use]
    pub const fn lies_with_gateway(self) -> bool {
        match self {
            Self::RateLimited | Self::Unavailable | Self::Account | Self::Quota => true,
            Self::OptedOut
            | Self::Unreachable
            | Self::Landline
            | Self::Blocked
            | Self::SenderUnregistered
            | Self::Expired
            | Self::Other
            | Self::InvalidNumber
            | Self::ContentRejected
            | Self::Fraud
            | Self::QuietHours
            | Self::Malformed
            | Self::Deactivated => false,
        }
    }
}

/// What a gateway said it costs: millionths of a unit of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Millionths of the currency's unit.
    pub micros: i64,
    /// ISO 4217, such as `*b"EUR"`.
    pub currency: [u8; 3],
}

/// A message that a gateway took.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Acceptance {
    /// The gateway's own id.
    pub id: String,
    /// Segments that it counted, where it says so at once.
    pub segments: Option<u32>,
    /// What it costs, where it says so at once.
    pub cost: Option<Cost>,
}

/// A message that a gateway certainly did not take.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rejection {
    /// Trying again cannot help.
    pub permanent: bool,
    /// Why, in our words.
    pub refusal: Refusal,
    /// The gateway's own code.
    pub code: Option<String>,
    /// Not before so long, where the gateway says so: its sender waits.
    pub retry_after: Option<Duration>,
}

cbor_enum! {
    /// Why nobody knows what became of a hand-over.
    pub enum Uncertain {
        /// No answer in time.
        TimedOut = 0, "timed_out";
        /// The connection broke after the request had begun to leave.
        Broken = 1, "connection_broken";
        /// An answer of the 5xx kind: the message may have been taken before it failed.
        Failed = 2, "server_error";
        /// An answer that cannot be read.
        Unreadable = 3, "unreadable_answer";
        /// The worker that handed it over is gone.
        Orphaned = 4, "orphaned";
        /// Not told.
        Untold = 5, "untold";
    }
}

/// How a hand-over was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answered {
    /// Taken.
    Accepted(Acceptance),
    /// Certainly not taken.
    Rejected(Rejection),
    /// Nobody knows.
    Unknown(Uncertain),
}

impl Answered {
    /// Taken, under this id.
    #[must_use]
    pub fn accepted(id: impl Into<String>) -> Self {
        Self::Accepted(Acceptance { id: id.into(), segments: None, cost: None })
    }

    /// Taken, with what the gateway tells of segments and cost.
    #[must_use]
    pub fn accepted_for(id: impl Into<String>, segments: Option<u32>, cost: Option<Cost>) -> Self {
        Self::Accepted(Acceptance { id: id.into(), segments, cost })
    }

    /// Not taken. Whether for good follows from the refusal.
    #[must_use]
    pub const fn rejected(refusal: Refusal) -> Self {
        Self::Rejected(Rejection {
            permanent: refusal.is_permanent(),
            refusal,
            code: None,
            retry_after: None,
        })
    }

    /// Not taken, with the gateway's own code and how long it asks to wait.
    #[must_use]
    pub fn refused(refusal: Refusal, code: Option<String>, retry_after: Option<Duration>) -> Self {
        Self::Rejected(Rejection { permanent: refusal.is_permanent(), refusal, code, retry_after })
    }

    /// Whether the message was certainly not taken: the only case in which another gateway may be asked.
    #[must_use]
    pub const fn is_rejected(&self) -> bool {
        matches!(self, Self::Rejected(_))
    }
}

impl crate::permit::Refused for Answered {
    fn is_certain(&self) -> bool {
        self.is_rejected()
    }
}

/// What is known of a message that is looked up.
#[derive(Debug, Clone)]
pub struct Sought {
    /// The message: idempotency key or client reference.
    pub message: MessageId,
    /// To whom.
    pub number: PhoneNumber,
    /// From which sender.
    pub sender: Name,
    /// SHA-256 of the body, where it is still known.
    pub body: Option<Hash>,
    /// When it started.
    pub started: DateTime<Utc>,
}

/// What a look-up found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookUp {
    /// The gateway has it.
    Found {
        /// The gateway's own id.
        id: String,
        /// What became of it since, where the gateway says.
        delivery: Option<Delivery>,
    },
    /// The gateway certainly has not got it and will not get it.
    NeverTaken,
    /// It cannot say.
    CannotSay,
}

/// What calling a message back came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recalled {
    /// It will not arrive.
    Done,
    /// It is on its way or on the handset.
    TooLate,
    /// Nobody knows, or the gateway cannot.
    CannotSay,
}

/// Which message a delivery report is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// The reference that we gave.
    Message(MessageId),
    /// The gateway's own id.
    Gateway(String),
}

/// A delivery report.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The message.
    pub about: About,
    /// Whom it was for.
    pub to: PhoneNumber,
    /// What it says.
    pub delivery: Delivery,
    /// When, by the gateway's clock.
    pub at: DateTime<Utc>,
    /// Why it was not delivered, in our words. An opt-out that shows only here ends consent like any other.
    pub refusal: Option<Refusal>,
    /// The gateway's own code.
    pub code: Option<String>,
    /// Segments that were billed, where the gateway says.
    pub segments: Option<u32>,
    /// What it cost, where the gateway says.
    pub cost: Option<Cost>,
}

impl Report {
    /// A report of this delivery.
    #[must_use]
    pub const fn new(about: About, to: PhoneNumber, delivery: Delivery, at: DateTime<Utc>) -> Self {
        Self { about, to, delivery, at, refusal: None, code: None, segments: None, cost: None }
    }
}
