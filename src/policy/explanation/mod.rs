//! Everything that a decision looked at, for whoever asks why: the places, the clocks, and each rule of the book with
//! whether it applied and why.

mod clock;
mod examine;
mod say;
mod typeset;
mod view;
mod when;
mod whys;
mod words;

use std::{ops::Range, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};

use super::{Code, Decision, Fact};
use crate::{
    consent::Basis,
    id::Name,
    law::{Cap, Coverage, Feed, Forbidden, Lift, Recorded, RequiredText, Retention, Revocation, Rule},
    message::Kind,
    place::{Place, Provenance, Zone, ZoneTable},
};

/// A [`Decision`] with all that was considered for it, made by [`Policy::explanation`](super::Policy::explanation).
///
/// It names places, zones and rules, never a number or a postal code. The same facts give the same explanation, and
/// the same bytes of [text](Self::to_text) and of JSON (through `serde`, in English; through
/// [`in_language`](Self::in_language) in another).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Explanation {
    /// The moment that was asked about.
    pub at: DateTime<Utc>,
    /// The kind of message.
    pub kind: Kind,
    /// What was decided.
    pub decision: Decision,
    /// The [next lawful interval](super::Policy::next_window).
    pub next: Option<Range<DateTime<Utc>>>,
    /// Each place whose law counts.
    pub places: Vec<PlaceSeen>,
    /// Each zone that the person may be in.
    pub zones: Vec<ZoneSeen>,
    /// Each rule of those places, in the order of the book, in force or not and about this kind of message or not;
    /// behind them what the host has switched off.
    pub rules: Vec<Examined>,
    table: ZoneTable,
}

/// A place whose law counts.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlaceSeen {
    /// The place.
    pub place: Place,
    /// How it is known.
    pub known_by: Provenance,
    /// The person is believed to be elsewhere, but this place's law counts the number's area code.
    pub by_number: bool,
    /// The book's coverage of it on this date; `None`: it is not covered.
    pub coverage: Option<Coverage>,
}

/// A zone that the person may be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ZoneSeen {
    /// The zone.
    pub zone: Zone,
    /// How it is known.
    pub known_by: Provenance,
    /// The seconds to add to UTC at the moment asked about; `None`: the zone table does not know.
    pub offset: Option<i32>,
}

/// One rule, and what it came to.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Examined {
    /// The rule.
    pub rule: Arc<Rule>,
    /// Whether it bound this message, kept or not.
    pub applied: bool,
    /// Why, or why not: never empty.
    pub whys: Vec<Why>,
    /// The zones by whose clock it is read, if it is about hours.
    pub zones: Vec<Zone>,
}

/// One thing to say about a rule and a message.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Why {
    /// It is about voice calls only.
    Voice,
    /// It is about other kinds of message.
    OtherKind,
    /// It is not in force yet, where the person may be.
    NotYet {
        /// Its first day.
        from: NaiveDate,
    },
    /// It is no longer in force.
    Over {
        /// The first day without it.
        to: NaiveDate,
    },
    /// The host has switched it off.
    SwitchedOff {
        /// The reason on record.
        reason: String,
    },
    /// A file of the host's has put it in the place of the book's own.
    HostsOwn {
        /// The file.
        file: String,
    },
    /// It is contested or unclear, which under the posture is a warning and no more.
    Warns,
    /// The person's standing takes them out of it.
    Lifted(Lift),
    /// Something that might take the person out of it does not.
    NotLifted {
        /// What.
        lift: Lift,
        /// Why not.
        because: Unlifted,
    },
    /// Open by a zone's clock.
    Open {
        /// The zone.
        zone: Zone,
        /// Until then; `None`: for the next 8 days at least.
        until: Option<DateTime<Utc>>,
        /// What is tolerated about it.
        day: Option<DayOff>,
    },
    /// Closed by a zone's clock.
    Closed {
        /// The zone.
        zone: Zone,
        /// Since then; `None`: for more than 8 days.
        since: Option<DateTime<Utc>>,
        /// Until then; `None`: for the next 8 days at least.
        until: Option<DateTime<Utc>>,
        /// What is special about the day.
        day: Option<DayOff>,
    },
    /// What the zone's clock shows, or whether the day is a holiday, is not known.
    NoClock {
        /// The zone.
        zone: Zone,
    },
    /// A cap, and how many messages count against it.
    Counted {
        /// The cap.
        cap: Cap,
        /// How many.
        count: u32,
        /// If it is full, when there is room again.
        room_at: Option<DateTime<Utc>>,
    },
    /// A ground was found.
    Ground {
        /// Which; [`Basis::None`]: none is asked for.
        basis: Basis,
        /// When it was given, if that is known.
        given: Option<DateTime<Utc>>,
        /// When it lapses, if it does.
        until: Option<DateTime<Utc>>,
    },
    /// A register, and what it answered.
    Register {
        /// Its name.
        name: Name,
        /// What that comes to.
        answer: Answer,
        /// As of when it answered; `None`: it was never asked.
        as_of: Option<DateTime<Utc>>,
        /// Until when the answer is good.
        good_until: Option<DateTime<Utc>>,
    },
    /// What a message must carry, or another text of the program: for its author to see to.
    Carry(RequiredText),
    /// What it forbids.
    Forbids(Forbidden),
    /// A list of bans that it needs.
    Feed(Feed),
    /// What ends a consent.
    Ends(Revocation),
    /// What must be on record.
    Records(Vec<Recorded>),
    /// How long something is kept.
    Keeps(Retention),
    /// It stands in the way, for this reason of the decision.
    Tripped {
        /// Why.
        code: Code,
        /// What tripped it.
        fact: Fact,
    },
    /// Nothing is asked for that is counted here.
    Nothing,
}

/// Why a lift does not lift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unlifted {
    /// Nothing on record meets it, or not any more.
    NotMet,
    /// No record can show it, so it is never assumed.
    NeverOnRecord,
    /// It is met, but contested or unclear, which lifts nothing under the strict posture.
    Doubtful,
}

/// What is special about a day.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DayOff {
    /// A holiday on which nothing opens, by its name.
    Holiday(String),
    /// A day that is tolerated but discouraged; by its name, if it is a holiday.
    Discouraged(Option<String>),
}

/// What a register's answer comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// Nothing in the way.
    Clear,
    /// It forbids the message.
    Barred,
    /// It was never asked, or too long ago.
    Unasked,
}
