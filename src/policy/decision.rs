use std::{fmt, sync::Arc};

use chrono::{DateTime, SecondsFormat, Utc};

use crate::{
    codec::cbor_enum,
    consent::{Basis, Grade, event::Road},
    id::Name,
    law::{Posture, Rule},
    message::Kinds,
    place::{Place, Zone},
};

cbor_enum! {
    /// Why a message may not go, or not now. The spelling is stable.
    pub enum Code {
        /// The person asked not to be written to.
        Revoked = 0, "revoked";
        /// A doubtful text waits for a human.
        Suspended = 1, "suspended";
        /// The number is another person's now.
        NumberReassigned = 2, "number_reassigned";
        /// The person was erased.
        Erased = 3, "erased";
        /// The gateway or network blocks this sender for the person.
        SenderBlocked = 4, "sender_blocked";
        /// There is no consent on record.
        NoConsent = 5, "no_consent";
        /// The ground on record does not suffice for this kind of message here.
        BasisInsufficient = 6, "basis_insufficient";
        /// The ground on record has lapsed.
        BasisExpired = 7, "basis_expired";
        /// A date that the ground leans on is missing.
        BasisDateMissing = 8, "basis_date_missing";
        /// The consent is dated after the message.
        ConsentNotYet = 9, "consent_not_yet";
        /// The person came through a marketplace: transactional messages only.
        MarketplaceOnly = 10, "marketplace_only";
        /// It is not known in which country or state the person may be.
        PlaceUnknown = 11, "place_unknown";
        /// It is not known in which zone the person may be.
        ZoneUnknown = 12, "zone_unknown";
        /// The rule book does not cover a place where the person may be, or not on this date.
        NoCoverage = 13, "no_coverage";
        /// The zone data or a calendar does not reach this date.
        ZoneData = 14, "zone_data";
        /// Outside the hours of a rule.
        WindowClosed = 15, "window_closed";
        /// No moment within 8 days suits every candidate place and zone.
        NoCommonWindow = 16, "no_common_window";
        /// A rule's frequency cap is reached.
        CapReached = 17, "cap_reached";
        /// Outside the brand's own hours.
        BrandHours = 18, "brand_hours";
        /// The brand's own cap is reached.
        BrandCap = 19, "brand_cap";
        /// The clock is behind the newest record.
        ClockBehind = 20, "clock_behind";
        /// The campaign's own window is over.
        CampaignOver = 21, "campaign_over";
        /// Such an answer went out within 24 hours, comes too late, or tells of what is over.
        AnswerSpent = 22, "answer_spent";
        /// Others wrote to this person all the time: asked again soon.
        Contended = 23, "contended";
        /// Too little of the window is left for the gateway to deliver within it.
        WindowClosing = 24, "window_closing";
        /// The host's guard says that the message has become pointless.
        Irrelevant = 25, "irrelevant";
        /// The sender has no room for it before the window closes.
        SenderBusy = 28, "sender_busy";
        /// The number could not be reached, and nobody has been heard from it since.
        Undeliverable = 29, "undeliverable";
        /// There is a ground, but the evidence of it is weaker than the host asks for here.
        EvidenceWeak = 30, "evidence_weak";
        /// A register that must be asked was not, or too long ago.
        RegisterStale = 31, "register_stale";
        /// What a register says forbids it.
        RegisterListed = 32, "register_listed";
        /// A ban is declared where the person may be: a state of emergency, say.
        Banned = 33, "banned";
        /// A list of bans that the law asks for is not loaded, or too old.
        FeedStale = 34, "feed_stale";
        /// A rule forbids the subject.
        Forbidden = 35, "forbidden";
        /// A rule forbids the sender.
        SenderForbidden = 36, "sender_forbidden";
        /// The sender's name has not the form that a rule prescribes.
        SenderForm = 37, "sender_form";
        /// A rule forbids senders of other countries, and this one's is not known.
        SenderUnknown = 38, "sender_unknown";
    }
}

cbor_enum! {
    /// A fact that would help, if the host could bring it.
    pub enum Need {
        /// The country or state.
        Place = 0, "place";
        /// The time zone, or a postal code.
        Zone = 1, "zone";
        /// A rule book that covers the place.
        Coverage = 2, "coverage";
        /// Newer zone data.
        ZoneData = 3, "zone_data";
        /// The date of the last sale.
        Sale = 4, "sale_at";
        /// The date of the last inquiry.
        Inquiry = 5, "inquiry_at";
        /// A register's answer.
        Register = 6, "register";
        /// A list of bans, or a newer one.
        Feed = 7, "feed";
        /// The country that the sender is registered in.
        Sender = 8, "sender";
    }
}

/// The fact that tripped a rule. It names zones and rules, never a number or a postal code.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fact {
    /// Nothing beyond the code.
    None,
    /// A place.
    Place(Place),
    /// The local time in a candidate zone: minute of the day, and weekday from Monday = 0.
    Local {
        /// The zone.
        zone: Zone,
        /// Minutes since local midnight.
        minute: u16,
        /// Days from Monday.
        weekday: u8,
    },
    /// How many messages count against a cap.
    Count {
        /// Counted.
        count: u32,
        /// Lawful.
        max: u16,
        /// In so many rolling hours.
        hours: u32,
    },
    /// The ground on record.
    Basis(Basis),
    /// When something happened.
    Since {
        /// By what road it came.
        road: Option<Road>,
        /// When.
        at: DateTime<Utc>,
    },
    /// How well the best ground on record can be shown, and how well it must be.
    Grade {
        /// On record.
        held: Grade,
        /// Asked for.
        least: Grade,
    },
    /// A register, and as of when its last answer is; `None`: never asked.
    Register {
        /// Its name.
        name: Name,
        /// The date that it gave.
        as_of: Option<DateTime<Utc>>,
    },
    /// A ban.
    Banned {
        /// Where.
        place: Place,
        /// The act that declares it.
        act: String,
        /// The first instant at which it no longer holds, if that is known.
        until: Option<DateTime<Utc>>,
    },
    /// A zone, and the release from which on the zone data has it right.
    Release {
        /// The zone.
        zone: Zone,
        /// Such as `2026b`.
        least: String,
    },
    /// A word that a rule names: a subject, a prefix, a form.
    Named(String),
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
        match self {
            Self::None => Ok(()),
            Self::Place(place) => write!(f, "{place}"),
            Self::Local { zone, minute, weekday } => {
                let day = DAYS.get(usize::from(*weekday)).unwrap_or(&"");
                write!(f, "{} {day} {:02}:{:02}", zone.name(), minute / 60, minute % 60)
            }
            Self::Count { count, max, hours } => write!(f, "{count} of {max} in {hours} h"),
            Self::Basis(basis) => write!(f, "{basis}"),
            Self::Since { road, at } => {
                let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
                match road {
                    Some(road) => write!(f, "{road} {at}"),
                    None => write!(f, "{at}"),
                }
            }
            Self::Grade { held, least } => write!(f, "{held}, {least} asked for"),
            Self::Register { name, as_of: Some(at) } => {
                write!(f, "{name} {}", at.to_rfc3339_opts(SecondsFormat::Secs, true))
            }
            Self::Register { name, as_of: None } => write!(f, "{name}"),
            Self::Banned { place, act, until: Some(at) } => {
                write!(f, "{place} {act}, until {}", at.to_rfc3339_opts(SecondsFormat::Secs, true))
            }
            Self::Banned { place, act, until: None } => write!(f, "{place} {act}"),
            Self::Release { zone, least } => write!(f, "{} {least}", zone.name()),
            Self::Named(word) => f.write_str(word),
        }
    }
}

/// One reason: a stable code, the rule it comes from, and the fact that tripped it.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// Why.
    pub code: Code,
    /// The rule, where one is behind it.
    pub rule: Option<Arc<Rule>>,
    /// What tripped it.
    pub fact: Fact,
}

impl Reason {
    pub(super) const fn new(code: Code, rule: Option<Arc<Rule>>, fact: Fact) -> Self {
        Self { code, rule, fact }
    }

    /// A reason without a rule.
    #[must_use]
    pub const fn bare(code: Code) -> Self {
        Self::new(code, None, Fact::None)
    }

    /// The rule's id.
    #[must_use]
    pub fn rule_id(&self) -> Option<&str> {
        self.rule.as_deref().map(|rule| rule.id.as_str())
    }

    /// The rule's citation.
    #[must_use]
    pub fn citation(&self) -> Option<&str> {
        self.rule.as_deref().map(|rule| rule.citation.as_str())
    }
}

/// Yes, not now, or no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It may go.
    Allow {
        /// Not after this instant; `None`: no rule bounds it.
        not_after: Option<DateTime<Utc>>,
    },
    /// Not now.
    Defer {
        /// When to ask again; `None`: when a missing fact is known.
        until: Option<DateTime<Utc>>,
    },
    /// No.
    Deny,
}

/// What a decision was made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions {
    /// The rule book's [version](crate::law::Rulebook::version).
    pub rulebook: Arc<str>,
    /// The release of the time zone data, such as `2026e`.
    pub zones: Arc<str>,
}

/// A verdict with what it stands on.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Yes, not now, or no.
    pub verdict: Verdict,
    /// Why not, in order; empty when it may go.
    pub reasons: Vec<Reason>,
    /// Facts that are missing, in order.
    pub needs: Vec<Need>,
    /// What would have been a reason under the strict posture.
    pub warnings: Vec<Reason>,
    /// What the message is called and what its text reads as, where somebody read it; the stricter was decided on, unless
    /// somebody [vouched](crate::danger::as_declared).
    pub kinds: Option<Kinds>,
    /// How doubt was resolved.
    pub posture: Posture,
    /// By which law and which clocks.
    pub versions: Versions,
}

impl Decision {
    /// Whether it may go.
    #[must_use]
    pub const fn is_allowed(&self) -> bool {
        matches!(self.verdict, Verdict::Allow { .. })
    }

    /// `allow`, `defer` or `deny`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self.verdict {
            Verdict::Allow { .. } => "allow",
            Verdict::Defer { .. } => "defer",
            Verdict::Deny => "deny",
        }
    }
}
