//! An explanation as data, for JSON.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde::{Serialize, Serializer};

use super::{
    super::decision::{Reason, Verdict},
    Answer, DayOff, Examined, Explanation, Unlifted, Why, when,
};
use crate::{
    law::Language,
    place::{Zone, ZoneTable},
};

impl Serialize for Explanation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.in_language(Language::English).serialize(serializer)
    }
}

impl Explanation {
    /// The same as data whose words are in this language. Codes and ids are the same in all.
    ///
    /// Fields: `at, kind, decision, until, not_after, needs, reasons, warnings, posture, rulebook, tz, next_window,
    /// places, zones, rules`. Times are RFC 3339, in UTC but for fields called `local`.
    pub fn in_language(&self, language: Language) -> impl Serialize {
        let table = &self.table;
        let (until, not_after) = match self.decision.verdict {
            Verdict::Allow { not_after } => (None, not_after),
            Verdict::Defer { until } => (until, None),
            Verdict::Deny => (None, None),
        };
        let reasons = |list: &[Reason]| list.iter().map(ReasonView::of).collect();
        View {
            at: stamp(self.at),
            kind: self.kind.code(),
            decision: self.decision.code(),
            until: until.map(stamp),
            not_after: not_after.map(stamp),
            needs: self.decision.needs.iter().map(|need| need.code()).collect(),
            reasons: reasons(&self.decision.reasons),
            warnings: reasons(&self.decision.warnings),
            posture: self.decision.posture.code(),
            rulebook: self.decision.versions.rulebook.to_string(),
            tz: self.decision.versions.zones.to_string(),
            next_window: self
                .next
                .as_ref()
                .map(|next| Interval { from: stamp(next.start), until: stamp(next.end) }),
            places: self.places.iter().map(PlaceView::of).collect(),
            zones: self.zones.iter().map(|seen| local(self.at, seen.zone, table)).collect(),
            rules: self.rules.iter().map(|seen| RuleView::of(seen, self.at, table, language)).collect(),
        }
    }
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[derive(Serialize)]
struct View {
    at: String,
    kind: &'static str,
    decision: &'static str,
    until: Option<String>,
    not_after: Option<String>,
    needs: Vec<&'static str>,
    reasons: Vec<ReasonView>,
    warnings: Vec<ReasonView>,
    posture: &'static str,
    rulebook: String,
    tz: String,
    next_window: Option<Interval>,
    places: Vec<PlaceView>,
    zones: Vec<Local>,
    rules: Vec<RuleView>,
}

#[derive(Serialize)]
struct Interval {
    from: String,
    until: String,
}

#[derive(Serialize)]
struct ReasonView {
    code: &'static str,
    rule: Option<String>,
    citation: Option<String>,
    fact: Option<String>,
}

impl ReasonView {
    fn of(reason: &Reason) -> Self {
        Self {
            code: reason.code.code(),
            rule: reason.rule_id().map(str::to_owned),
            citation: reason.citation().map(str::to_owned),
            fact: Some(reason.fact.to_string()).filter(|fact| !fact.is_empty()),
        }
    }
}

#[derive(Serialize)]
struct PlaceView {
    place: String,
    known_by: &'static str,
    by_number: bool,
    covered_from: Option<NaiveDate>,
    confidence: Option<&'static str>,
    note: Option<String>,
}

impl PlaceView {
    fn of(seen: &super::PlaceSeen) -> Self {
        let coverage = seen.coverage.as_ref();
        Self {
            place: seen.place.to_string(),
            known_by: seen.known_by.code(),
            by_number: seen.by_number,
            covered_from: coverage.map(|coverage| coverage.from),
            confidence: coverage.map(|coverage| coverage.confidence.code()),
            note: coverage.map(|coverage| coverage.note.clone()).filter(|note| !note.is_empty()),
        }
    }
}

#[derive(Serialize)]
struct Local {
    zone: &'static str,
    local: Option<String>,
}

fn local(at: DateTime<Utc>, zone: Zone, table: &ZoneTable) -> Local {
    let local = when::shifted(at, zone, table).map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, false));
    Local { zone: zone.name(), local }
}

#[derive(Serialize)]
struct RuleView {
    id: String,
    applied: bool,
    why: String,
    asks: String,
    layer: &'static str,
    reach: &'static str,
    confidence: &'static str,
    citation: String,
    sources: Vec<String>,
    places: Vec<String>,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    penalty: Option<String>,
    note: Option<String>,
    local: Vec<Local>,
    whys: Vec<WhyView>,
}

impl RuleView {
    fn of(seen: &Examined, at: DateTime<Utc>, table: &ZoneTable, language: Language) -> Self {
        let rule = &seen.rule;
        let whys: Vec<_> = seen.whys.iter().map(|why| why.words(table, language)).collect();
        Self {
            id: rule.id.clone(),
            applied: seen.applied,
            why: whys.join("\n"),
            asks: rule.asks(language),
            layer: rule.layer.code(),
            reach: rule.reach.code(),
            confidence: rule.confidence.code(),
            citation: rule.citation.clone(),
            sources: rule.sources.clone(),
            places: rule.places.iter().map(ToString::to_string).collect(),
            from: rule.from,
            to: rule.to,
            penalty: rule.penalty.as_ref().map(|penalty| penalty.words(language)),
            note: Some(rule.note.clone()).filter(|note| !note.is_empty()),
            local: seen.zones.iter().map(|zone| local(at, *zone, table)).collect(),
            whys: seen.whys.iter().map(|why| WhyView::of(why, table, language)).collect(),
        }
    }
}

/// A [`Why`] by its code, with what of it is a fact.
#[derive(Serialize, Default)]
struct WhyView {
    code: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    zone: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hours: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    date: Option<NaiveDate>,
}

impl WhyView {
    fn of(why: &Why, table: &ZoneTable, language: Language) -> Self {
        let view = Self { code: why.code(), text: why.words(table, language), ..Self::default() };
        let at = |at: &Option<DateTime<Utc>>| at.map(stamp);
        match why {
            Why::NotYet { from: date } | Why::Over { to: date } => Self { date: Some(*date), ..view },
            Why::SwitchedOff { reason: name } | Why::HostsOwn { file: name } => {
                Self { name: Some(name.clone()), ..view }
            }
            Why::Lifted(lift) => Self { answer: Some(lift.certainty.code()), ..view },
            Why::NotLifted { lift, because } => {
                let name = Some(because.code().to_owned());
                Self { answer: Some(lift.certainty.code()), name, ..view }
            }
            Why::Open { zone, until, day } => {
                Self { zone: Some(zone.name()), until: at(until), name: day_name(day), ..view }
            }
            Why::Closed { zone, since, until, day } => {
                let zone = Some(zone.name());
                Self { zone, since: at(since), until: at(until), name: day_name(day), ..view }
            }
            Why::NoClock { zone } => Self { zone: Some(zone.name()), ..view },
            Why::Counted { cap, count, room_at } => {
                let (max, hours) = (Some(cap.max), Some(cap.per_hours));
                Self { count: Some(*count), max, hours, until: at(room_at), ..view }
            }
            Why::Ground { basis, given, until } => {
                Self { name: Some(basis.code().to_owned()), since: at(given), until: at(until), ..view }
            }
            Why::Register { name, answer, as_of, good_until } => {
                let (since, until) = (at(as_of), at(good_until));
                Self { name: Some(name.to_string()), answer: Some(answer.code()), since, until, ..view }
            }
            Why::Feed(feed) => Self { name: Some(feed.name.to_string()), ..view },
            Why::Tripped { code, .. } => Self { name: Some(code.code().to_owned()), ..view },
            _ => view,
        }
    }
}

fn day_name(day: &Option<DayOff>) -> Option<String> {
    match day {
        None => None,
        Some(DayOff::Holiday(name)) => Some(name.clone()),
        Some(DayOff::Discouraged(name)) => Some(name.clone().unwrap_or_else(|| "discouraged".to_owned())),
    }
}

impl Why {
    /// The stable spelling of what it says.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Voice => "voice",
            Self::OtherKind => "other_kind",
            Self::NotYet { .. } => "not_yet",
            Self::Over { .. } => "over",
            Self::SwitchedOff { .. } => "switched_off",
            Self::HostsOwn { .. } => "hosts_own",
            Self::Warns => "warns",
            Self::Lifted(_) => "lifted",
            Self::NotLifted { .. } => "not_lifted",
            Self::Open { .. } => "open",
            Self::Closed { .. } => "closed",
            Self::NoClock { .. } => "no_clock",
            Self::Counted { .. } => "cap",
            Self::Ground { .. } => "ground",
            Self::Register { .. } => "register",
            Self::Carry(_) => "carry",
            Self::Forbids(_) => "forbids",
            Self::Feed(_) => "feed",
            Self::Ends(_) => "ends",
            Self::Records(_) => "records",
            Self::Keeps(_) => "keeps",
            Self::Tripped { .. } => "tripped",
            Self::Nothing => "nothing",
        }
    }
}

impl Unlifted {
    /// The stable spelling.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotMet => "not_met",
            Self::NeverOnRecord => "never_on_record",
            Self::Doubtful => "doubtful",
        }
    }
}

impl Answer {
    /// The stable spelling.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Barred => "barred",
            Self::Unasked => "unasked",
        }
    }
}
