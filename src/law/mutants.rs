//! A book that says one thing less, or says it weaker: for tests that prove that everything in the book is missed.

use std::{fmt, sync::Arc};

mod rule;

use super::{
    Rulebook, Waived, WaivedBy, Waiver,
    book::Book,
    load::Draft,
    schema::{RawCovered, RawDay, RawRule},
};
use rule::OfRule;

/// One change to a book.
#[doc(hidden)]
pub struct Mutant {
    name: String,
    change: Box<dyn Fn(&mut Draft) + Send + Sync>,
}

impl Mutant {
    /// What is changed: the entry, and what of it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The book with the change; `None` if the loader refuses what is left.
    #[must_use]
    pub fn of(&self, book: &Rulebook) -> Option<Rulebook> {
        let mut draft = book.0.draft.clone();
        (self.change)(&mut draft);
        draft.waivers.push(waiver(&self.name));
        Book::new(draft, book.0.digest(), &["mutant", &self.name]).ok().map(|book| Rulebook(Arc::new(book)))
    }
}

impl fmt::Debug for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Rulebook {
    /// Every rule, each part of each rule, each holiday, covered place and least zone release taken away in turn,
    /// and the figures and marks of rules made weaker.
    #[doc(hidden)]
    #[must_use]
    pub fn mutants(&self) -> Vec<Mutant> {
        let mut list = List(Vec::new());
        for (at, (_, raw)) in self.0.draft.rules.iter().enumerate() {
            list.rule(at, raw);
        }
        list.calendars(&self.0.draft);
        list.covered(&self.0.draft);
        list.minimums(&self.0.draft);
        if self.0.draft.until.is_some() {
            list.add("file: until".to_owned(), |draft| draft.until = None);
        }
        list.0
    }
}

impl Rulebook {
    /// The book with only those rules, by their place in [`rules`](Self::rules): for properties of any part of it.
    #[doc(hidden)]
    #[must_use]
    pub fn keeping(&self, keep: impl Fn(usize) -> bool) -> Option<Self> {
        let kept = |rule: &RawRule| {
            let same = |(_, held): &(usize, &Arc<super::Rule>)| {
                held.id == rule.id && held.from.map(|date| date.to_string()) == rule.from
            };
            self.rules().iter().enumerate().find(same).is_some_and(|(at, _)| keep(at))
        };
        let mut draft = self.0.draft.clone();
        draft.rules.retain(|(_, rule)| kept(rule));
        draft.waivers.push(waiver("several"));
        let ids: Vec<&str> = draft.rules.iter().map(|(_, rule)| rule.id.as_str()).collect();
        let content = ["keeping", &ids.join(" ")].map(str::to_owned);
        let content = content.each_ref().map(String::as_str);
        Book::new(draft, self.0.digest(), &content).ok().map(|book| Self(Arc::new(book)))
    }
}

/// Not even a test's book passes for the whole one.
fn waiver(what: &str) -> Waiver {
    let by = WaivedBy::Reason("a test proves that it is missed".to_owned());
    Waiver { what: Waived::Rule, id: what.to_owned(), by, rules: Vec::new() }
}

struct List(Vec<Mutant>);

fn take<T>(list: &mut Vec<T>, at: usize) {
    if at < list.len() {
        list.remove(at);
    }
}

fn with<T>(list: &mut [T], at: usize, change: impl FnOnce(&mut T)) {
    if let Some(found) = list.get_mut(at) {
        change(found);
    }
}

impl List {
    fn add(&mut self, name: String, change: impl Fn(&mut Draft) + Send + Sync + 'static) {
        self.0.push(Mutant { name, change: Box::new(change) });
    }

    fn rule(&mut self, at: usize, raw: &RawRule) {
        let dates = raw.from.as_deref().unwrap_or("");
        self.add(format!("{} {dates}: all", raw.id), move |draft| take(&mut draft.rules, at));
        OfRule { list: self, at, name: format!("{} {dates}", raw.id) }.add_all(raw);
    }

    fn calendars(&mut self, draft: &Draft) {
        for (at, (_, calendar)) in draft.calendars.iter().enumerate() {
            for i in 0..calendar.include.len() {
                self.add(format!("{}: include {i}", calendar.id), move |draft| {
                    with(&mut draft.calendars, at, |(_, calendar)| take(&mut calendar.include, i));
                });
            }
            for (i, day) in calendar.day.iter().enumerate() {
                let name = format!("{}: {}", calendar.id, day.name);
                self.add(format!("{name}: all"), move |draft| {
                    with(&mut draft.calendars, at, |(_, calendar)| take(&mut calendar.day, i));
                });
                let mut part = |what: String, change: fn(&mut RawDay, usize), j: usize| {
                    self.add(format!("{name}: {what}"), move |draft| {
                        with(&mut draft.calendars, at, |(_, calendar)| {
                            with(&mut calendar.day, i, |day| change(day, j));
                        });
                    });
                };
                for (j, date) in day.dates.iter().enumerate() {
                    part(date.clone(), |day, j| take(&mut day.dates, j), j);
                }
                for (j, shift) in day.shift.iter().enumerate() {
                    part(shift.clone(), |day, j| take(&mut day.shift, j), j);
                }
                if day.first_year.is_some() {
                    part("first_year".to_owned(), |day, _| day.first_year = None, 0);
                }
                if day.last_year.is_some() {
                    part("last_year".to_owned(), |day, _| day.last_year = None, 0);
                }
                if day.even_years_only {
                    part("even_years_only".to_owned(), |day, _| day.even_years_only = false, 0);
                }
            }
        }
    }

    fn covered(&mut self, draft: &Draft) {
        for (at, (_, row)) in draft.covered.iter().enumerate() {
            let name = row.places.first().map_or("", |place| place);
            for (i, place) in row.places.iter().enumerate() {
                let code = place.clone();
                self.add(format!("covered {place}"), move |draft| {
                    let mut of = None;
                    with(&mut draft.covered, at, |(file, row)| {
                        take(&mut row.places, i);
                        of = Some(file.clone());
                    });
                    // Its rules stay, and may name it.
                    draft.known.extend(of.map(|file| (file, code.clone())));
                });
            }
            let mut part = |what: &str, change: fn(&mut RawCovered)| {
                self.add(format!("covered {name} …: {what}"), move |draft| {
                    with(&mut draft.covered, at, |(_, row)| change(row));
                });
            };
            part("from", |row| row.from = "1990-01-01".to_owned());
            if row.by_number {
                part("by_number", |row| row.by_number = false);
            }
            if row.own_prefix {
                part("own_prefix", |row| row.own_prefix = false);
            }
        }
    }

    fn minimums(&mut self, draft: &Draft) {
        for (at, (_, row)) in draft.minimums.iter().enumerate() {
            for (i, zone) in row.zones.iter().enumerate() {
                self.add(format!("tz {} {zone}", row.release), move |draft| {
                    with(&mut draft.minimums, at, |(_, row)| take(&mut row.zones, i));
                });
            }
            self.add(format!("tz {} {}: all", row.release, row.from), move |draft| {
                take(&mut draft.minimums, at)
            });
            self.add(format!("tz {}: release", row.release), move |draft| {
                with(&mut draft.minimums, at, |(_, row)| row.release = "2010a".to_owned());
            });
            self.add(format!("tz {}: from", row.release), move |draft| {
                with(&mut draft.minimums, at, |(_, row)| row.from = "2045-01-01".to_owned());
            });
        }
    }
}
