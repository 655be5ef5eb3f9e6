//! How long a person stays on record: what must be kept, what must go, and what may.

use std::sync::Arc;

use chrono::{DateTime, Months, NaiveDate, Utc};

use super::Policy;
use crate::{
    law::{AfterThat, CountedFrom, Kept, PlaceLaw, Retention, Rule},
    place::Place,
};

/// The dates of one person that periods count from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trail {
    /// The first record.
    pub opened: DateTime<Utc>,
    /// The last message that started.
    pub last_message: Option<DateTime<Utc>>,
    /// The last contact that came from the person: a consent, a text, an opt-out, a purchase, an inquiry.
    pub last_contact: Option<DateTime<Utc>>,
    /// The last revocation.
    pub revoked: Option<DateTime<Utc>>,
}

/// One rule's period for one person.
#[derive(Debug, Clone, PartialEq)]
pub struct Period {
    /// The rule.
    pub rule: Arc<Rule>,
    /// What it is about.
    pub what: Kept,
    /// Its end.
    pub until: DateTime<Utc>,
}

/// What becomes of one person's record.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Stay {
    /// A claim is open: nothing is touched, whatever the periods say.
    Held {
        /// On whose reference.
        reference: String,
    },
    /// A rule says keep. The longest wins, also over one that says it must go by now.
    Keep {
        /// Until the last of them ends.
        until: DateTime<Utc>,
        /// The rules that keep, the longest first.
        why: Vec<Period>,
        /// Rules that say it must have gone.
        against: Vec<Period>,
    },
    /// No period has ended.
    NotYet {
        /// The periods that run, the first to end first.
        runs: Vec<Period>,
    },
    /// The book does not say for these places, or nobody knows where the person is: nothing is destroyed.
    Unknown {
        /// Places without a period; empty if the person's are not known.
        places: Vec<Place>,
    },
    /// It need not be kept any longer.
    MayGo {
        /// Whose period ended.
        why: Vec<Period>,
    },
    /// It must go.
    MustGo {
        /// Whose period ended.
        why: Vec<Period>,
    },
}

impl Stay {
    /// Its stable name.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Held { .. } => "held",
            Self::Keep { .. } => "keep",
            Self::NotYet { .. } => "not_yet",
            Self::Unknown { .. } => "unknown",
            Self::MayGo { .. } => "may_go",
            Self::MustGo { .. } => "must_go",
        }
    }

    /// The periods that decided.
    #[must_use]
    pub fn periods(&self) -> &[Period] {
        match self {
            Self::Held { .. } | Self::Unknown { .. } => &[],
            Self::Keep { why, .. } | Self::MayGo { why } | Self::MustGo { why } => why,
            Self::NotYet { runs } => runs,
        }
    }
}

impl Policy {
    /// What becomes of the record of a person who may be in these places, at this instant; none if nobody knows. What must be kept is kept under either posture, for what is
    /// destroyed cannot be had back; what must go binds as the posture says. A suppression never keeps anything: it
    /// outlives an erasure by itself (see [`suppressed_until`](Self::suppressed_until)).
    ///
    /// ```
    /// use optin::{law::Rulebook, place::{Whereabouts, ZoneTable}, policy::{Policy, Stay, Trail}};
    /// let policy = Policy::new(Rulebook::builtin(), ZoneTable::bundled());
    /// let opened = "2020-01-10T09:00:00Z".parse()?;
    /// let trail = Trail { opened, last_message: None, last_contact: Some(opened), revoked: None };
    /// let paris = Whereabouts::of("+33612345678".parse()?);
    /// let stay = |at: &str| Ok::<_, chrono::ParseError>(policy.stay(paris.places(), &trail, None, at.parse()?).code());
    /// assert_eq!(stay("2023-01-10T08:59:59Z")?, "not_yet");
    /// assert_eq!(stay("2023-01-10T09:00:00Z")?, "must_go");           // FR-PROSPECT-RETENTION: three years
    /// let held = policy.stay(paris.places(), &trail, Some("claim-77"), "2023-01-10T09:00:00Z".parse()?);
    /// assert!(matches!(held, Stay::Held { .. }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn stay(&self, places: &[Place], trail: &Trail, held: Option<&str>, at: DateTime<Utc>) -> Stay {
        if let Some(reference) = held {
            return Stay::Held { reference: reference.to_owned() };
        }
        let (mut keeps, mut goes, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
        for place in places {
            let mut said = false;
            for (rule, row) in rows(self.rulebook.law_of(*place), at.date_naive()) {
                let Some(period) = period(rule, row, trail).filter(|_| row.what != Kept::Suppression) else {
                    continue;
                };
                said = true;
                match row.after {
                    AfterThat::MayErase => put(&mut keeps, period),
                    AfterThat::Erase if self.posture.binds(rule.reach) => put(&mut goes, period),
                    AfterThat::Erase => {}
                }
            }
            if !said {
                unknown.push(*place);
            }
        }
        decide(places, keeps, goes, unknown, at)
    }

    /// Until when the rules of a person's places ask that a revocation be honoured, and which, the longest first. The
    /// ledger honours it for good.
    #[must_use]
    pub fn suppressed_until(&self, places: &[Place], trail: &Trail, at: DateTime<Utc>) -> Vec<Period> {
        let mut periods = Vec::new();
        for place in places {
            for (rule, row) in rows(self.rulebook.law_of(*place), at.date_naive()) {
                if let Some(period) = period(rule, row, trail).filter(|_| row.what == Kept::Suppression) {
                    put(&mut periods, period);
                }
            }
        }
        periods.sort_by_key(|period| std::cmp::Reverse(period.until));
        periods
    }
}

fn decide(
    places: &[Place],
    mut keeps: Vec<Period>,
    goes: Vec<Period>,
    unknown: Vec<Place>,
    at: DateTime<Utc>,
) -> Stay {
    keeps.sort_by_key(|period| std::cmp::Reverse(period.until));
    let (over, mut runs): (Vec<_>, Vec<_>) = goes.into_iter().partition(|period| period.until <= at);
    let last = keeps.first().map(|period| period.until);
    match last.filter(|until| *until > at) {
        Some(until) => {
            keeps.retain(|period| period.until > at);
            Stay::Keep { until, why: keeps, against: over }
        }
        None if places.is_empty() || !unknown.is_empty() => Stay::Unknown { places: unknown },
        None if !over.is_empty() => Stay::MustGo { why: over },
        // A rule that lets the person stay is no reason to forget them early.
        None if !runs.is_empty() => {
            runs.sort_by_key(|period| period.until);
            Stay::NotYet { runs }
        }
        None if keeps.is_empty() => Stay::Unknown { places: Vec::new() },
        None => Stay::MayGo { why: keeps },
    }
}

/// The periods of a place that are in force.
fn rows(law: &PlaceLaw, day: NaiveDate) -> impl Iterator<Item = (&Arc<Rule>, &Retention)> {
    let rules = law.retention.iter().filter(move |rule| rule.in_force_on(day));
    rules.flat_map(|rule| rule.retention.iter().map(move |row| (rule, row)))
}

/// A period without a beginning does not run; one whose end the calendar does not know never ends.
fn period(rule: &Arc<Rule>, row: &Retention, trail: &Trail) -> Option<Period> {
    let from = match row.counted_from {
        CountedFrom::LastMessage => trail.last_message.unwrap_or(trail.opened),
        CountedFrom::LastContact => trail.last_contact.unwrap_or(trail.opened),
        CountedFrom::Revocation => trail.revoked?,
    };
    let months = Months::new(u32::from(row.keep_months));
    let until = from.checked_add_months(months).unwrap_or(DateTime::<Utc>::MAX_UTC);
    Some(Period { rule: Arc::clone(rule), what: row.what, until })
}

/// Several places of one country share its rules.
fn put(periods: &mut Vec<Period>, period: Period) {
    if !periods.contains(&period) {
        periods.push(period);
    }
}
