//! The week in which a message may go, drawn as text: a line a day, a cell a half-hour.

use std::{collections::BTreeMap, ops::Range};

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use optin::{
    law::Posture,
    place::{Whereabouts, Zone, ZoneTable},
    policy::{Facts, Language, Policy, Reason},
};

use super::jsonl::Asked;

const CELLS: usize = 48;
const DAYS: usize = 7;
const WIDTH: usize = 100;

/// All instants that may be of these days, in any zone.
pub(crate) fn span(first: NaiveDate) -> Range<DateTime<Utc>> {
    let start = first.and_time(chrono::NaiveTime::MIN).and_utc();
    let (before, after) = (TimeDelta::hours(16), TimeDelta::hours(24 * 7 + 16));
    start.checked_sub_signed(before).unwrap_or(start)..start.checked_add_signed(after).unwrap_or(start)
}

/// The part of an interval that is of the week by a zone's clock.
pub(crate) fn clip(
    interval: Range<DateTime<Utc>>,
    table: &ZoneTable,
    zone: Zone,
    first: NaiveDate,
) -> Option<Range<DateTime<Utc>>> {
    let within = |at: &DateTime<Utc>| day(table, zone, *at, first).is_some();
    let minutes = minutes(span(first)).filter(within);
    let (mut start, mut end) = (None, None);
    for minute in minutes {
        start = start.or(Some(minute));
        end = minute.checked_add_signed(TimeDelta::minutes(1));
    }
    let (start, end) = (interval.start.max(start?), interval.end.min(end?));
    (start < end).then_some(start..end)
}

fn minutes(range: Range<DateTime<Utc>>) -> impl Iterator<Item = DateTime<Utc>> {
    let (from, until) = (range.start.timestamp(), range.end.timestamp());
    (from..until).step_by(60).filter_map(|at| DateTime::from_timestamp(at, 0))
}

pub(crate) fn local(table: &ZoneTable, zone: Zone, at: DateTime<Utc>) -> Option<DateTime<FixedOffset>> {
    let offset = table.span(zone, at.timestamp())?.offset;
    Some(at.with_timezone(&FixedOffset::east_opt(offset)?))
}

/// Which day of the week an instant is of, and what the clock shows.
fn day(table: &ZoneTable, zone: Zone, at: DateTime<Utc>, first: NaiveDate) -> Option<(usize, NaiveDateTime)> {
    let face = local(table, zone, at)?.naive_local();
    let day = usize::try_from((face.date() - first).num_days()).ok()?;
    (day < DAYS).then_some((day, face))
}

/// How many minutes of a half-hour there are, are open, and are open under the settled posture.
#[derive(Clone, Copy, Default)]
struct Cell {
    all: u16,
    open: u16,
    tolerated: u16,
}

impl Cell {
    const fn sign(self) -> char {
        match self {
            // The clock jumps over it.
            Self { all: 0, .. } => ' ',
            Self { all, open, .. } if open == all => '█',
            Self { open: 1.., .. } => '▌',
            Self { all, tolerated, .. } if tolerated == all => '▒',
            Self { tolerated: 1.., .. } => '░',
            _ => '·',
        }
    }
}

/// One block: a line for each day.
fn block(asked: &Asked, whereabouts: &Whereabouts, zone: Zone, first: NaiveDate, l: Language) -> Vec<String> {
    let facts = Facts { whereabouts, ..asked.facts() };
    let of = |posture| Policy { posture, ..asked.policy.clone() };
    let (strict, settled) = (of(Posture::Strict), of(Posture::Settled));
    let range = span(first);
    let all = |policy: &Policy| policy.windows(facts, asked.request(), range.clone()).collect::<Vec<_>>();
    let (open, tolerated) = (all(&strict), all(&settled));
    let holds = |list: &[Range<DateTime<Utc>>], at| {
        let next = list.partition_point(|interval| interval.end <= at);
        list.get(next).is_some_and(|interval| interval.start <= at)
    };
    let mut cells = [[Cell::default(); CELLS]; DAYS];
    // Moments that tell which rule closes: just when it closes, just before it opens, and noon.
    let mut closing: [Vec<DateTime<Utc>>; DAYS] = Default::default();
    let (mut opening, mut noon) = (closing.clone(), closing.clone());
    let mut before: Option<(DateTime<Utc>, bool)> = None;
    for at in minutes(range.clone()) {
        let Some((day, face)) = day(&asked.policy.zones, zone, at, first) else { continue };
        let minute = usize::try_from(face.hour() * 60 + face.minute()).unwrap_or(0);
        let is_open = holds(&open, at);
        if let Some(cell) = cells.get_mut(day).and_then(|cells| cells.get_mut(minute / 30)) {
            cell.all += 1;
            cell.open += u16::from(is_open);
            cell.tolerated += u16::from(holds(&tolerated, at));
        }
        let note = |list: &mut [Vec<DateTime<Utc>>; DAYS], at| {
            if let Some(list) = list.get_mut(day) {
                list.push(at);
            }
        };
        match before.replace((at, is_open)) {
            Some((_, true)) if !is_open => note(&mut closing, at),
            Some((last, false)) if is_open => note(&mut opening, last),
            _ => {}
        }
        if !is_open && minute == 720 {
            note(&mut noon, at);
        }
    }
    let ids = |at: &DateTime<Utc>| {
        let decision = strict.decide(facts, asked.request(), *at);
        decision
            .reasons
            .iter()
            .filter(|reason| reason.code.code() != "no_common_window")
            .map(id)
            .collect::<Vec<_>>()
    };
    let days = first.iter_days().zip(cells).zip(closing.into_iter().zip(opening).zip(noon));
    days.map(|((date, cells), ((closing, opening), noon))| {
        let mut told: Vec<String> = Vec::new();
        for id in noon.iter().chain(&closing).chain(&opening).flat_map(ids) {
            if !told.contains(&id) {
                told.push(id);
            }
        }
        let signs: String = cells.iter().map(|cell| cell.sign()).collect();
        cut(format!("{:<13} {signs}  {}", label(date, l), fit(&told)))
    })
    .collect()
}

/// As many as there is room for, and how many more there are.
fn fit(ids: &[String]) -> String {
    let room = WIDTH - 13 - 1 - CELLS - 2;
    let mut line = ids.join(", ");
    let mut shown = ids.len();
    while line.len() > room && shown > 1 {
        shown -= 1;
        let first: Vec<_> = ids.iter().take(shown).cloned().collect();
        line = format!("{} +{}", first.join(", "), ids.len() - shown);
    }
    line
}

/// The rule behind a reason, or the reason itself.
fn id(reason: &Reason) -> String {
    reason.rule_id().unwrap_or(reason.code.code()).to_owned()
}

fn cut(line: String) -> String {
    let line = line.trim_end();
    if line.chars().count() <= WIDTH {
        return line.to_owned();
    }
    line.chars().take(WIDTH - 1).chain(['…']).collect()
}

/// `Mon 23 Nov`, `lun. 23 nov.`
fn label(date: NaiveDate, l: Language) -> String {
    const DAYS: [&str; 7] = ["lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."];
    const MONTHS: [&str; 12] =
        ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."];
    if l != Language::French {
        return date.format("%a %-d %b").to_string();
    }
    let of = |list: &[&'static str], at: u32| usize::try_from(at).ok().and_then(|at| list.get(at)).copied();
    let (day, month) = (of(&DAYS, date.weekday().num_days_from_monday()), of(&MONTHS, date.month0()));
    format!("{} {} {}", day.unwrap_or_default(), date.day(), month.unwrap_or_default())
}

/// The whole picture: one block for all places and zones together, then one for each zone alone, where there are
/// several; zones of which the picture is the same stand together.
pub(crate) fn draw(asked: &Asked, zone: Zone, first: NaiveDate, l: Language) -> String {
    let french = l == Language::French;
    let words =
        |english: &'static str, french_words: &'static str| if french { french_words } else { english };
    let mut out = Vec::new();
    let kind = asked.request().kind.words(l);
    out.push(format!(
        "{}{} {kind}, {} {zone}",
        words("Week of", "Semaine du"),
        format_args!(" {}{}", label(first, l), words(":", "\u{a0}:")),
        words("by the clock of", "à l’heure de"),
    ));
    out.push(
        words(
            "█ open   ▌ open in part   ▒ ░ tolerated: open under the settled posture only   · closed",
            "█ ouvert   ▌ en partie   ▒ ░ toléré\u{a0}: ouvert en posture « droit certain seul »   · fermé",
        )
        .to_owned(),
    );
    let scale = format!(
        "{:14}{}",
        "",
        (0..8).map(|hour| format!("{:<6}", format!("{:02}", hour * 3))).collect::<String>()
    );
    let scale = format!("{scale}24");
    let zones = asked.whereabouts.zones();
    let title = match zones {
        [only] => only.name().to_owned(),
        [] => words("No zone is known", "Aucun fuseau connu").to_owned(),
        _ => words("All places and zones together", "Tous les lieux et fuseaux ensemble").to_owned(),
    };
    let mut add = |title: &str, lines: Vec<String>| {
        out.push(String::new());
        out.push(cut(title.to_owned()));
        out.push(scale.clone());
        out.extend(lines);
    };
    add(&title, block(asked, &asked.whereabouts, zone, first, l));
    if zones.len() > 1 {
        let mut alike: BTreeMap<Vec<String>, Vec<&str>> = BTreeMap::new();
        for one in zones {
            let there = asked.whereabouts.with_zone(*one);
            alike.entry(block(asked, &there, zone, first, l)).or_default().push(one.name());
        }
        let mut blocks: Vec<_> = alike.into_iter().map(|(lines, zones)| (zones, lines)).collect();
        blocks.sort_unstable();
        for (zones, lines) in blocks {
            add(&zones.join(", "), lines);
        }
    }
    out.join("\n")
}
