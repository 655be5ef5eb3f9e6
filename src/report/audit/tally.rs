use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use chrono::{DateTime, Datelike, Utc};

use super::{
    exposure::{Amounts, Money, per_message},
    fact::Fate,
    finding::{Class, Finding},
    judge::{Audit, Judged},
    outcome::Conditions,
    result::{AfterStop, AuditReport, Example, HeatRow, Month, RuleRow, Totals, Unproven},
    stops::grace,
    walk::Repeats,
};
use crate::{
    law::Rule,
    place::{Provenance, Zone, ZoneTable},
    policy::{Code, Fact},
};

/// Examples kept for each reason, and in all.
const EACH: usize = 3;
const ALL: usize = 24;

/// A rule by its place in memory: one rule, however many rules share an id over the years.
type Key = (&'static str, Option<*const Rule>);

/// The running counts.
#[derive(Default)]
pub(super) struct Tally {
    totals: Totals,
    conditions: Conditions,
    span: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// The person under way, counted from 1.
    person: u64,
    judged_of_person: u64,
    rules: HashMap<Key, Row>,
    unproven: BTreeMap<&'static str, Row>,
    after_stop: HashMap<Option<*const Rule>, Stopped>,
    heat: HashMap<Zone, [u64; 24]>,
    months: BTreeMap<(i32, u32), Month>,
    money: Money,
    worst: HashMap<Key, Vec<Example>>,
}

/// Messages after a STOP under one rule: within the period it leaves, and later.
#[derive(Debug, Default)]
struct Stopped {
    rule: Option<Arc<Rule>>,
    within: u64,
    later: u64,
}

#[derive(Debug, Default)]
struct Row {
    rule: Option<Arc<Rule>>,
    settled: u64,
    contested: u64,
    unprovable: u64,
    persons: u64,
    last_person: u64,
}

impl Row {
    fn count(&mut self, class: Class, person: u64) {
        match class {
            Class::Settled => self.settled += 1,
            Class::Contested => self.contested += 1,
            Class::Unprovable => self.unprovable += 1,
        }
        if self.last_person != person {
            self.last_person = person;
            self.persons += 1;
        }
    }
}

fn key(finding: &Finding) -> Key {
    (finding.code, finding.rule.as_ref().map(Arc::as_ptr))
}

impl Tally {
    pub(super) fn take(&mut self, judged: &Judged<'_>, zones: &ZoneTable) {
        let class = judged.class();
        if judged.fate == Fate::Undelivered {
            self.totals.undelivered += 1;
            self.totals.undelivered_against += u64::from(class.is_some());
            return;
        }
        self.totals.unconfirmed += u64::from(judged.fate == Fate::Unconfirmed);
        self.conditions.take(judged.findings, judged.outcomes);
        self.judged_of_person += 1;
        self.totals.judged += 1;
        match class {
            None => self.totals.clean += 1,
            Some(Class::Settled) => self.totals.settled += 1,
            Some(Class::Contested) => self.totals.contested += 1,
            Some(Class::Unprovable) => self.totals.unprovable += 1,
        }
        self.totals.by_digits += u64::from(judged.whereabouts.places_from() == Provenance::NumberPrefix);
        self.totals.kind_assumed += u64::from(judged.kind_assumed);
        self.totals.late_delivered += u64::from(judged.late);
        let at = judged.at;
        self.span = Some(self.span.map_or((at, at), |(first, last)| (first.min(at), last.max(at))));
        self.months.entry((at.year(), at.month())).or_default().count(class);
        if judged.findings.is_empty() {
            return;
        }
        for (at, finding) in judged.findings.iter().enumerate() {
            // One missing fact may leave several rules open: the message lacks it once.
            let told = |held: &Finding| held.code == finding.code && held.class == Class::Unprovable;
            if finding.class != Class::Unprovable || !judged.findings.iter().take(at).any(told) {
                self.count(finding);
            }
        }
        let clock = judged.findings.iter().find_map(|finding| match finding.fact {
            Fact::Local { zone, minute, .. } if finding.code == Code::WindowClosed.code() => {
                Some((zone, minute))
            }
            _ => None,
        });
        if let Some((zone, minute)) = clock {
            let hours = self.heat.entry(zone).or_default();
            if let Some(cell) = hours.get_mut(usize::from(minute / 60)) {
                *cell += 1;
            }
        }
        self.money.take(judged.findings);
        self.keep(judged, zones);
    }

    fn count(&mut self, finding: &Finding) {
        let person = self.person + 1;
        if finding.class == Class::Unprovable {
            self.unproven.entry(finding.code).or_default().count(finding.class, person);
            return;
        }
        let row = self.rules.entry(key(finding)).or_default();
        row.rule.clone_from(&finding.rule);
        row.count(finding.class, person);
        if finding.code == Code::Revoked.code() {
            let row = self.after_stop.entry(finding.rule.as_ref().map(Arc::as_ptr)).or_default();
            row.rule.clone_from(&finding.rule);
            let count = if finding.in_grace { &mut row.within } else { &mut row.later };
            *count += 1;
        }
    }

    /// Keeps a message as an example if it weighs more than those that are kept for its first reason.
    fn keep(&mut self, judged: &Judged<'_>, zones: &ZoneTable) {
        let Some(first) = judged.findings.iter().min_by_key(|finding| finding.class) else { return };
        let held = self.worst.entry(key(first)).or_default();
        let weight = judged.findings.len();
        if held.len() >= EACH {
            let Some(least) = held.iter().map(|example| example.findings.len()).min() else { return };
            if weight <= least {
                return;
            }
            if let Some(at) = held.iter().rposition(|example| example.findings.len() == least) {
                held.remove(at);
            }
        }
        held.push(Example {
            number: judged.number,
            at: judged.at,
            local: locals(judged, zones),
            line: judged.line,
            kind: judged.kind,
            findings: judged.findings.to_vec(),
        });
    }

    pub(super) fn close_person(&mut self, repeats: Repeats) {
        self.totals.repeated += repeats.repeated;
        self.totals.outside += repeats.outside;
        self.totals.persons += u64::from(self.judged_of_person > 0);
        self.judged_of_person = 0;
        self.person += 1;
    }

    pub(super) fn report(self, audit: &Audit) -> AuditReport {
        let mut rules: Vec<RuleRow> =
            self.rules.into_iter().map(|((code, _), row)| rule_row(code, row)).collect();
        rules.sort_by(|a, b| {
            let weight = |row: &RuleRow| (row.settled + row.contested, row.settled);
            weight(b)
                .cmp(&weight(a))
                .then_with(|| id(a.rule.as_ref()).cmp(id(b.rule.as_ref())))
                .then_with(|| a.code.cmp(b.code))
                .then_with(|| from(a).cmp(&from(b)))
        });
        let unproven = self.unproven.into_iter().map(|(code, row)| Unproven {
            code,
            messages: row.unprovable,
            persons: row.persons,
        });
        let mut unproven: Vec<_> = unproven.collect();
        unproven.sort_by(|a, b| b.messages.cmp(&a.messages).then(a.code.cmp(b.code)));
        let mut after_stop: Vec<AfterStop> = self
            .after_stop
            .into_values()
            .map(|Stopped { rule, within, later }| {
                let grace = rule.as_deref().map(grace).unwrap_or_default();
                AfterStop { grace, rule, within, later }
            })
            .collect();
        after_stop.sort_by(|a, b| id(a.rule.as_ref()).cmp(id(b.rule.as_ref())));
        let mut heat: Vec<HeatRow> =
            self.heat.into_iter().map(|(zone, hours)| HeatRow { zone: zone.name(), hours }).collect();
        let sum = |row: &HeatRow| row.hours.iter().sum::<u64>();
        heat.sort_by(|a, b| sum(b).cmp(&sum(a)).then(a.zone.cmp(b.zone)));
        let (from, to) = audit.period();
        AuditReport {
            rulebook: audit.strict.rulebook.version().to_owned(),
            tz: audit.strict.zones.version().to_owned(),
            assumed: audit.assumed,
            from,
            to,
            span: self.span,
            files: Vec::new(),
            totals: self.totals,
            conditions: self.conditions,
            rules,
            unproven,
            after_stop,
            heat,
            months: self.months,
            exposure: self.money.0,
            worst: worst(self.worst),
        }
    }
}

fn from(row: &RuleRow) -> Option<chrono::NaiveDate> {
    row.rule.as_ref()?.from
}

fn id(rule: Option<&Arc<Rule>>) -> &str {
    rule.map_or("", |rule| rule.id.as_str())
}

fn rule_row(code: &'static str, row: Row) -> RuleRow {
    let figure = row.rule.as_ref().and_then(|rule| rule.penalty.as_ref()).and_then(per_message);
    let exposure = figure.map(|figure| Amounts {
        low: figure.low.saturating_mul(row.settled),
        high: figure.high.saturating_mul(row.settled + row.contested),
    });
    let Row { rule, settled, contested, persons, .. } = row;
    RuleRow { code, rule, settled, contested, persons, exposure }
}

/// What the clocks showed, of at most three zones.
pub(super) fn locals(judged: &Judged<'_>, zones: &ZoneTable) -> Vec<String> {
    let show = |zone: &Zone| {
        let local = DateTime::from_timestamp(zones.local(*zone, judged.at.timestamp())?, 0)?;
        Some(format!("{} {}", zone.name(), local.format("%Y-%m-%d %H:%M")))
    };
    judged.whereabouts.zones().iter().filter_map(show).take(3).collect()
}

/// The settled first, then those with the most against them; the order never depends on memory.
fn worst(kept: HashMap<Key, Vec<Example>>) -> Vec<Example> {
    let mut all: Vec<Example> = kept.into_values().flatten().collect();
    let class = |example: &Example| example.findings.iter().map(|finding| finding.class).min();
    all.sort_by(|a, b| {
        let rank = |e: &Example| (class(e), std::cmp::Reverse(e.findings.len()), e.at, e.number, e.line);
        rank(a).cmp(&rank(b))
    });
    // Every reason shows before any shows again.
    let mut shown: Vec<Key> = Vec::new();
    let lead = |example: &Example| example.findings.iter().min_by_key(|finding| finding.class).map(key);
    let (mut first, mut more) = (Vec::new(), Vec::new());
    for example in all {
        match lead(&example) {
            Some(key) if !shown.contains(&key) => {
                shown.push(key);
                first.push(example);
            }
            _ => more.push(example),
        }
    }
    first.append(&mut more);
    first.truncate(ALL);
    first
}
