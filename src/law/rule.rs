use std::fmt;

use chrono::{Datelike, NaiveDate};

use super::{Bases, Feed, Forbidden, Hours, Lift, Recorded, Register, RequiredText, Retention, Revocation};
use crate::{message::Kind, place::Place};

/// Defines an enum of bare names with the stable spelling used in the data files and in explanations.
macro_rules! names {
    (
        $(#[$meta:meta])*
        pub enum $name:ident { $( $(#[$vmeta:meta])* $variant:ident = $code:literal ),* $(,)? }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize)]
        pub enum $name { $( $(#[$vmeta])* #[serde(rename = $code)] $variant ),* }

        impl $name {
            /// The stable spelling.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $( Self::$variant => $code ),* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }
    };
}
pub(super) use names;

names! {
    /// Where a rule comes from.
    pub enum Layer {
        /// An act of a legislature.
        Statute = "statute",
        /// A rule of an agency.
        Regulation = "regulation",
        /// A court's reading.
        Case = "case",
        /// An industry code, binding by contract.
        Code = "code",
        /// A carrier's or platform's own rule.
        Carrier = "carrier",
        /// What careful senders do.
        Practice = "practice",
    }
}

names! {
    /// How surely a rule reaches text messages.
    pub enum Reach {
        /// By its words.
        Settled = "settled",
        /// Courts or authors split, or the words are old.
        Contested = "contested",
        /// Nobody has said.
        Unclear = "unclear",
        /// By its words it speaks of voice calls only.
        Voice = "voice",
    }
}

names! {
    /// How well the fact behind a row is sourced.
    pub enum Confidence {
        /// Found in a public source, or beyond doubt.
        High = "high",
        /// Found, but with a gap; or remembered and plausible.
        Medium = "medium",
        /// A vendor's word, or memory alone.
        Low = "low",
    }
}

names! {
    /// How doubt is resolved.
    pub enum Posture {
        /// Contested and unclear rules bind, contested lifts do not lift, "discouraged" is closed.
        Strict = "strict",
        /// Only what is settled binds; the rest becomes a warning.
        Settled = "settled",
    }
}

impl Posture {
    /// Whether a rule of this reach binds a text message. If not, it is worth a warning, unless it speaks of voice
    /// calls only: such a rule stands in the book to be seen, and binds nobody here.
    #[must_use]
    pub const fn binds(self, reach: Reach) -> bool {
        match (self, reach) {
            (_, Reach::Settled) => true,
            (Self::Strict, Reach::Contested | Reach::Unclear) => true,
            (Self::Settled, Reach::Contested | Reach::Unclear) | (_, Reach::Voice) => false,
        }
    }
}

/// A set of [`Kind`]s.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct KindSet(u8);

impl KindSet {
    /// Every kind.
    #[must_use]
    pub fn all() -> Self {
        Kind::ALL.iter().copied().collect()
    }

    /// Whether the set holds this kind.
    #[must_use]
    pub const fn contains(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }

    /// Whether the set holds nothing.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The kinds in it, in order.
    pub fn iter(self) -> impl Iterator<Item = Kind> {
        Kind::ALL.iter().copied().filter(move |&kind| self.contains(kind))
    }
}

impl FromIterator<Kind> for KindSet {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Self {
        Self(kinds.into_iter().fold(0, |bits, kind| bits | 1 << kind as u8))
    }
}

impl fmt::Debug for KindSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// One rule: what one source asks, where, of which messages, from when to when.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Rule {
    /// Its stable name, such as `US-FL-HOURS`.
    pub id: String,
    /// Where it comes from.
    pub layer: Layer,
    /// How surely it reaches text messages.
    pub reach: Reach,
    /// How well it is sourced.
    pub confidence: Confidence,
    /// The passage, as counsel would cite it.
    pub citation: String,
    /// Where the fact was found.
    pub sources: Vec<String>,
    /// Where it binds; never empty.
    pub places: Vec<Place>,
    /// Its first day in force, in local time; `None`: as far back as the book looks.
    pub from: Option<NaiveDate>,
    /// The first day on which it is no longer in force.
    pub to: Option<NaiveDate>,
    /// The kinds of message it binds; never empty.
    pub kinds: KindSet,
    /// What takes a person out of it.
    pub lifted_by: Vec<Lift>,
    /// When messages may go out.
    pub hours: Option<Hours>,
    /// How many may go out.
    pub caps: Vec<Cap>,
    /// On what ground they may go out.
    pub bases: Option<Bases>,
    /// What each must carry.
    pub required: Vec<RequiredText>,
    /// Which lists must have been asked.
    pub registers: Vec<Register>,
    /// How long what is on record is kept.
    pub retention: Vec<Retention>,
    /// What ends a consent, by when that is honoured, and how far it goes.
    pub revocation: Option<Revocation>,
    /// What must be on record.
    pub records: Vec<Recorded>,
    /// What may not be written about, and from whom.
    pub forbids: Vec<Forbidden>,
    /// The list of ad-hoc bans without which the rule cannot be judged.
    pub feed: Option<Feed>,
    /// What a breach costs.
    pub penalty: Option<Penalty>,
    /// What a reader should know; empty if nothing.
    pub note: String,
    /// `from` and `to` as days since 1970-01-01, for the hot path.
    pub(super) days_in_force: (i64, i64),
}

impl Rule {
    /// Whether it is in force on this local date.
    #[must_use]
    pub fn in_force_on(&self, date: NaiveDate) -> bool {
        self.in_force_on_day(epoch_day(date))
    }

    /// The same for a day counted from 1970-01-01, as [`Moment::day`](super::Moment::day) gives it.
    #[must_use]
    pub const fn in_force_on_day(&self, day: i64) -> bool {
        self.days_in_force.0 <= day && day < self.days_in_force.1
    }
}

/// Days since 1970-01-01.
pub(super) fn epoch_day(date: NaiveDate) -> i64 {
    i64::from(date.num_days_from_ce()) - 719_163
}

names! {
    /// What a cap counts together.
    pub enum CapKey {
        /// Messages to one person about one subject; a missing subject is the same subject.
        PersonSubject = "person_subject",
        /// Messages to one person, whatever they are about.
        Person = "person",
    }
}

/// At most `max` messages in any `per_hours` rolling hours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// How many are lawful; one more is not.
    pub max: u16,
    /// The rolling period, in hours.
    pub per_hours: u16,
    /// What is counted together.
    pub key: CapKey,
}

names! {
    /// What a penalty's figures are counted by.
    pub enum PenaltyUnit {
        /// Each message: figures multiply.
        Message = "message",
        /// Each violation as an authority counts them: a ceiling, not a price list.
        Violation = "violation",
    }
}

/// What a breach costs, in whole units of the currency.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Penalty {
    /// ISO 4217.
    pub currency: String,
    /// The least per breach, if one is fixed.
    pub min: Option<u64>,
    /// The most.
    pub max: Option<u64>,
    /// What the figures are counted by; `None`: nothing says so, and they are not to be multiplied.
    pub per: Option<PenaltyUnit>,
    /// In words: per what, and on what conditions.
    pub text: String,
}
