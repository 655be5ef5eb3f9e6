//! From what the files say to what is believed: every name known, every date in order, every place's law sorted.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Calendar, Coverage, Rule, RulebookError, Waiver, ZoneMinimum, calendar, read,
    rule::epoch_day,
    schema::RawFile,
    spot::{Source, Spot},
};
use crate::place::Place;

/// An entry and where it stands.
pub(super) type In<T> = (Spot, T);

/// Why an entry is refused: its field and the reason.
pub(super) type Refusal = (&'static str, String);

/// All files' entries, each id from the last file that has it.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    pub(super) as_of: String,
    /// What a host switched off or replaced.
    pub(super) waivers: Vec<Waiver>,
    /// As written, with the file that says so.
    pub(super) until: Option<In<String>>,
    pub(super) known: Vec<In<String>>,
    pub(super) minimums: Vec<In<super::schema::RawMinimum>>,
    pub(super) covered: Vec<In<super::schema::RawCovered>>,
    pub(super) calendars: Vec<In<super::schema::RawCalendar>>,
    pub(super) rules: Vec<In<super::schema::RawRule>>,
}

impl Draft {
    /// Adds a file's entries; those with an id already here replace what was here.
    pub(super) fn add(&mut self, file: &str, toml: &str) -> Result<(), RulebookError> {
        let raw = RawFile::parse(file, toml)?;
        self.put(file, toml, raw);
        Ok(())
    }

    /// The same for a host's file over the book that this draft became, noting what it takes the place of.
    pub(super) fn overlay(
        &mut self,
        file: &str,
        toml: &str,
        rules: &[Arc<Rule>],
    ) -> Result<(), RulebookError> {
        let raw = RawFile::parse(file, toml)?;
        self.note_overlay(file, &raw, rules);
        self.put(file, toml, raw);
        Ok(())
    }

    fn put(&mut self, file: &str, toml: &str, raw: RawFile) {
        let file = Source::new(file, toml);
        self.as_of = raw.as_of.unwrap_or(std::mem::take(&mut self.as_of));
        self.until = raw.until.map(|until| (file.whole(), until)).or(self.until.take());
        self.minimums.extend(file.entries("tz", raw.tz.len()).zip(raw.tz));
        self.known.extend(raw.known.into_iter().map(|place| (file.whole(), place)));
        let covers = |place: &String| raw.covered.iter().any(|row| row.places.contains(place));
        for (_, row) in &mut self.covered {
            row.places.retain(|place| !covers(place));
        }
        self.covered.extend(file.entries("covered", raw.covered.len()).zip(raw.covered));
        // In the place of the one before: others below it include it.
        for (spot, new) in file.entries("calendar", raw.calendar.len()).zip(raw.calendar) {
            match self.calendars.iter_mut().find(|(held, here)| here.id == new.id && !held.is_of(&file)) {
                Some(held) => *held = (spot, new),
                None => self.calendars.push((spot, new)),
            }
        }
        self.rules.retain(|(_, here)| !raw.rule.iter().any(|new| new.id == here.id));
        self.rules.extend(file.entries("rule", raw.rule.len()).zip(raw.rule));
    }
}

/// What the drafts say, checked.
#[derive(Debug, Default)]
pub(super) struct Entries {
    pub(super) calendars: Vec<Arc<Calendar>>,
    pub(super) coverage: Vec<Coverage>,
    pub(super) rules: Vec<Arc<Rule>>,
    pub(super) minimums: Vec<ZoneMinimum>,
    /// The first day, counted from 1970-01-01, that the book no longer answers for.
    pub(super) until: i64,
}

impl Entries {
    pub(super) fn read(draft: &Draft) -> Result<Self, RulebookError> {
        let calendars = calendars(draft)?;
        let coverage = coverage(draft)?;
        let known = known(draft)?;
        let is_known = |place: Place| {
            known.contains(&place) || coverage.binary_search_by_key(&place, |row| row.place).is_ok()
        };
        let mut rules = Vec::with_capacity(draft.rules.len());
        for (spot, raw) in &draft.rules {
            let rule = read::rule(raw, &calendars, &is_known).map_err(|why| spot.refuse(&raw.id, why))?;
            rules.push((spot, Arc::new(rule)));
        }
        rules.sort_by(|(_, a), (_, b)| (&a.id, a.days_in_force).cmp(&(&b.id, b.days_in_force)));
        for pair in rules.windows(2) {
            let [(_, before), (spot, after)] = pair else { continue };
            if before.id == after.id && after.days_in_force.0 < before.days_in_force.1 {
                let why = "overlaps another dated version of the same id".to_owned();
                return Err(spot.refuse(&after.id, ("from", why)));
            }
        }
        let rules = rules.into_iter().map(|(_, rule)| rule).collect();
        let minimum = |(spot, raw): &In<_>| read::minimum(raw).map_err(|why| spot.refuse("tz", why));
        let minimums = draft.minimums.iter().map(minimum).collect::<Result<_, _>>()?;
        let until = draft.until.as_ref().map_or(Ok(i64::MAX), |(spot, text)| {
            read::date("until", text).map(epoch_day).map_err(|why| spot.refuse("file", why))
        })?;
        Ok(Self { calendars, coverage, rules, minimums, until })
    }
}

/// Calendars in the order of the files: one includes only those above it, so there is no circle.
fn calendars(draft: &Draft) -> Result<Vec<Arc<Calendar>>, RulebookError> {
    let mut done: BTreeMap<&str, Arc<Calendar>> = BTreeMap::new();
    for (spot, raw) in &draft.calendars {
        let at = |why| spot.refuse(&raw.id, why);
        let included = raw.include.iter().map(|id| {
            let unknown = || at(("include", format!("no calendar `{id}` above this one")));
            done.get(id.as_str()).cloned().ok_or_else(unknown)
        });
        let included: Vec<_> = included.collect::<Result<_, _>>()?;
        let feasts: Vec<_> = raw.day.iter().map(read::feast).collect::<Result<_, _>>().map_err(at)?;
        let source = calendar::Source {
            id: raw.id.clone(),
            citation: raw.citation.clone(),
            confidence: raw.confidence,
            note: raw.note.clone(),
        };
        let calendar = Calendar::new(source, &feasts, included.iter().map(AsRef::as_ref));
        if done.insert(&raw.id, Arc::new(calendar)).is_some() {
            return Err(at(("id", "is there twice".to_owned())));
        }
    }
    Ok(done.into_values().collect())
}

fn coverage(draft: &Draft) -> Result<Vec<Coverage>, RulebookError> {
    let mut rows = Vec::new();
    for (spot, raw) in &draft.covered {
        for code in &raw.places {
            let at = |why| spot.refuse(code, why);
            rows.push(Coverage {
                place: read::place(code).map_err(at)?,
                from: read::date("from", &raw.from).map_err(at)?,
                confidence: raw.confidence,
                by_number: raw.by_number,
                own_prefix: raw.own_prefix,
                note: raw.note.clone(),
            });
        }
        rows.sort_by_key(|row| row.place);
        let twice = rows.windows(2).find_map(|pair| match pair {
            [a, b] if a.place == b.place => Some(a.place),
            _ => None,
        });
        if let Some(place) = twice {
            return Err(spot.refuse(&place.to_string(), ("places", "is covered twice".to_owned())));
        }
    }
    Ok(rows)
}

fn known(draft: &Draft) -> Result<Vec<Place>, RulebookError> {
    let read = |(spot, code): &In<String>| read::place(code).map_err(|why| spot.refuse(code, why));
    draft.known.iter().map(read).collect()
}
