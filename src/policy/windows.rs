//! The calendar: every interval in which a message may go, as far as is known now.

use std::ops::Range;

use chrono::{DateTime, Utc};

use super::{
    decide::{Facts, Policy, Question, Request},
    decision::{Code, Verdict},
    edge, hours,
};
use crate::{
    law::{HORIZON, Hours, Moment, Tolerance, first_common},
    place::{Zone, ZoneTable},
};

/// The intervals of [`Policy::windows`], in order, apart from each other and never empty.
#[derive(Debug, Clone)]
pub struct Windows<'a> {
    policy: &'a Policy,
    facts: Facts<'a>,
    request: Request<'a>,
    range: Range<DateTime<Utc>>,
    /// The next second to look at, and the first that is not looked at.
    seconds: Range<i64>,
    stretch: Option<Stretch<'a>>,
}

/// A time over which nothing changes but the hours, the caps and what bans are declared.
#[derive(Debug, Clone)]
struct Stretch<'a> {
    until: i64,
    /// From when on only the hours hold it; `None`: something else does, all the time.
    clear: Option<i64>,
    hours: Vec<(&'a Hours, Zone)>,
}

impl Policy {
    /// Every interval of the range in which [`decide`](Self::decide) allows this message, given what is on record
    /// now and nothing else.
    ///
    /// It looks at all that `decide` looks at: hours, holidays and discouraged days of every place in every zone,
    /// the brand's hours, rules and coverage that begin or end, consents, sales and inquiries that lapse, registers'
    /// answers that grow old, and caps counted with the sends on record, which make room as time goes by. It cannot
    /// know what is still to come: a STOP, a new consent, a message sent in an interval (which may fill a cap), a
    /// newer rule book. A moment lies in an interval if and only if `decide` allows at that moment; an answer for
    /// a moment far ahead is only as good as the book is then, so ask again before sending.
    ///
    /// Nothing is open outside the years of the rule book and of the zone table. Intervals are cut off where the
    /// range begins and ends, to the second elsewhere; one that ends where the next begins is one interval.
    ///
    /// ```
    /// use optin::{consent::State, id::Name, law::Rulebook, message::Kind};
    /// use optin::{place::{Whereabouts, ZoneTable}, policy::{Facts, Policy, Request}};
    ///
    /// let policy = Policy::new(Rulebook::builtin(), ZoneTable::bundled());
    /// let whereabouts = Whereabouts::of("+33612345678".parse()?);
    /// let (program, nobody) = (Name::new("soldes")?, State::default());
    /// let facts = Facts { whereabouts: &whereabouts, state: &nobody };
    /// let request = Request { program: &program, kind: Kind::Marketing, category: None, subject: None, sender: None };
    ///
    /// let year = "2026-01-01T00:00:00Z".parse()?.."2027-01-01T00:00:00Z".parse()?;
    /// assert_eq!(policy.windows(facts, request, year.clone()).count(), 0);       // no consent: never
    /// let order = Request { kind: Kind::Transactional, ..request };
    /// assert!(policy.windows(facts, order, year.clone()).eq([year]));            // an order's news: any time
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn windows<'a>(
        &'a self,
        facts: Facts<'a>,
        request: Request<'a>,
        range: Range<DateTime<Utc>>,
    ) -> Windows<'a> {
        let years = ZoneTable::years();
        // A second is allowed or not as a whole.
        let last = range.end.timestamp().saturating_add(i64::from(range.end.timestamp_subsec_nanos() > 0));
        let seconds = range.start.timestamp().max(years.start)..last.min(years.end);
        Windows { policy: self, facts, request, range, seconds, stretch: None }
    }

    /// The next interval in which [`decide`](Self::decide) allows this message, given what is on record now: the one
    /// that holds `at`, or the first that begins within 8 days, or later where only a cap makes it wait longer, as
    /// in [`Verdict::Defer`]. It ends where the first thing closes it, at most 8 days after it begins.
    ///
    /// What it looks at, and what it cannot know, is as for [`windows`](Self::windows).
    ///
    /// ```
    /// use optin::{consent::{Basis, Event, Grant, How, State, event::OptedIn}, id::Name, law::Rulebook, message::Kind};
    /// use optin::{place::{Whereabouts, ZoneTable}, policy::{Facts, Policy, Request}};
    ///
    /// let policy = Policy::new(Rulebook::builtin(), ZoneTable::bundled());
    /// let whereabouts = Whereabouts::of("+33612345678".parse()?);
    /// let program = Name::new("soldes")?;
    /// let mut ana = State::default();
    /// let grant = Grant::new(Basis::ExpressWritten, How::Form, 1_767_225_600_000);      // 2026-01-01
    /// ana.apply(1, grant.acted_ms, &Event::from(OptedIn { program: program.clone(), grant }));
    /// let facts = Facts { whereabouts: &whereabouts, state: &ana };
    /// let request = Request { program: &program, kind: Kind::Marketing, category: None, subject: None, sender: None };
    ///
    /// let saturday_night = "2026-11-28T22:00:00Z".parse()?;
    /// let monday = policy.next_window(facts, request, saturday_night).unwrap();         // Sunday is discouraged
    /// assert_eq!(monday.start.to_rfc3339(), "2026-11-30T07:00:00+00:00");               // 8:00 in Paris
    /// assert_eq!(monday.end.to_rfc3339(), "2026-11-30T20:30:00+00:00");
    ///
    /// let nobody = State::default();
    /// assert_eq!(policy.next_window(Facts { state: &nobody, ..facts }, request, saturday_night), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn next_window(
        &self,
        facts: Facts<'_>,
        request: Request<'_>,
        at: DateTime<Utc>,
    ) -> Option<Range<DateTime<Utc>>> {
        let horizon = chrono::TimeDelta::seconds(HORIZON);
        let last = at.checked_add_signed(horizon)?;
        let last = match self.decide(facts, request, at).verdict {
            Verdict::Defer { until: Some(until) } => last.max(until),
            _ => last,
        };
        let found = self.windows(facts, request, at..last.checked_add_signed(horizon)?).next()?;
        let end = found.end.min(found.start.checked_add_signed(horizon)?);
        (found.start <= last).then_some(found.start..end)
    }
}

impl Iterator for Windows<'_> {
    type Item = Range<DateTime<Utc>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut opened = None;
        while self.seconds.start < self.seconds.end {
            let (open, next) = self.look();
            match (open, opened) {
                (false, Some(since)) => return self.interval(since, self.seconds.start),
                (true, None) => opened = Some(self.seconds.start),
                _ => {}
            }
            self.seconds.start = next;
        }
        self.interval(opened?, self.seconds.end)
    }
}

impl<'a> Windows<'a> {
    fn interval(&self, from: i64, until: i64) -> Option<Range<DateTime<Utc>>> {
        let from = DateTime::from_timestamp(from, 0)?.max(self.range.start);
        let until = DateTime::from_timestamp(until, 0)?.min(self.range.end);
        (from < until).then_some(from..until)
    }

    /// Whether it is open at the next second to look at, and when to look again: always later.
    fn look(&mut self) -> (bool, i64) {
        let at = self.seconds.start;
        if self.stretch.as_ref().is_none_or(|stretch| stretch.until <= at) {
            self.stretch = Some(self.stretch_from(at));
        }
        let Some(stretch) = &self.stretch else { return (false, i64::MAX) };
        let (open, next) = stretch.look(self.policy, at);
        (open, next.min(stretch.until).max(at.saturating_add(1)))
    }

    fn stretch_from(&self, at: i64) -> Stretch<'a> {
        let question = Question::new(self.policy, self.facts, self.request, at);
        let findings = question.ask();
        let by_the_clock = |code| {
            matches!(
                code,
                Code::WindowClosed | Code::BrandHours | Code::CapReached | Code::BrandCap | Code::Banned
            )
        };
        let held = !findings.denials.is_empty()
            || !findings.missing.is_empty()
            || findings.waits.iter().any(|reason| !by_the_clock(reason.code));
        Stretch {
            until: edge::next(&question).unwrap_or(i64::MAX),
            clear: (!held).then_some(findings.clear_from),
            hours: if held { Vec::new() } else { hours::binding(&question) },
        }
    }
}

impl Stretch<'_> {
    fn look(&self, policy: &Policy, at: i64) -> (bool, i64) {
        let Some(clear) = self.clear else { return (false, i64::MAX) };
        if at < clear {
            return (false, clear);
        }
        let tolerance = Tolerance::from(policy.posture);
        let mut closes = i64::MAX;
        for (hours, zone) in &self.hours {
            let moment = Moment::new(&policy.zones, *zone, at);
            match moment.and_then(|m| hours.open_until(&policy.zones, *zone, &m, tolerance)).flatten() {
                Some(until) => closes = closes.min(until),
                None => {
                    let opens = first_common(&policy.zones, &self.hours, tolerance, at);
                    return (false, opens.unwrap_or_else(|| at.saturating_add(HORIZON)));
                }
            }
        }
        (true, closes)
    }
}
