//! The book put together: entries, each place's law, the version.

use std::{collections::HashMap, sync::Arc};

use sha2::{Digest, Sha256};

use super::{
    Calendar, Coverage, KindLaw, PlaceLaw, Reach, Rule, RulebookError, ZoneMinimum,
    load::{Draft, Entries},
    rule::epoch_day,
};
use crate::{message::Kind, phone::Country, place::Place, quick::Quick};

#[derive(Debug, Default)]
pub(super) struct Book {
    pub(super) version: Arc<str>,
    pub(super) draft: Draft,
    digest: [u8; 32],
    pub(super) rules: Vec<Arc<Rule>>,
    pub(super) calendars: Vec<Arc<Calendar>>,
    /// By place.
    pub(super) coverage: Vec<Coverage>,
    pub(super) minimums: Vec<ZoneMinimum>,
    /// The newest release that any of them asks for.
    pub(super) newest: Option<String>,
    /// The first day, counted from 1970-01-01, that the book no longer answers for.
    pub(super) until: i64,
    /// What binds at each place that a row or a rule names.
    at: HashMap<Place, PlaceLaw, Quick>,
    /// What binds in a part of a country that no row and no rule names.
    elsewhere: HashMap<Country, PlaceLaw, Quick>,
    nowhere: PlaceLaw,
}

impl Book {
    /// `content` is whatever distinguishes this draft from the one that `before` is the digest of.
    pub(super) fn new(draft: Draft, before: &[u8; 32], content: &[&str]) -> Result<Self, RulebookError> {
        let Entries { calendars, coverage, rules, minimums, until } = Entries::read(&draft)?;
        let digest = digest(before, content);
        let [a, b, c, d, ..] = digest;
        let version = format!("{}+{a:02x}{b:02x}{c:02x}{d:02x}", draft.as_of).into();

        let mut places: Vec<Place> = coverage.iter().map(|row| row.place).collect();
        places.extend(rules.iter().flat_map(|rule| rule.places.iter().copied()));
        let countries: Vec<_> = places.iter().map(|place| Place::country_wide(place.country())).collect();
        places.extend(countries);
        places.sort_unstable();
        places.dedup();
        let newest = minimums.iter().map(|row| row.release.clone()).max();
        let mut book = Self {
            version,
            draft,
            digest,
            rules,
            calendars,
            coverage,
            minimums,
            newest,
            until,
            ..Self::default()
        };
        let at = places.iter().map(|&place| {
            let coverage = book.coverage_of(place).cloned();
            let from = coverage.as_ref().map_or(i64::MAX, |row| epoch_day(row.from));
            let answers = (from, book.until);
            let mut law = PlaceLaw { coverage, answers, ..book.sort_out(|of| book.reaches(of, place)) };
            law.by_kind.iter_mut().for_each(|law| law.turn_on(&[from, book.until]));
            (place, law)
        });
        book.at = at.collect();
        let countries = places.iter().filter(|place| place.subdivision().is_none());
        book.elsewhere =
            countries.map(|&country| (country.country(), book.sort_out(|of| of == country))).collect();
        Ok(book)
    }

    pub(super) const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Whether a rule for `of` binds a recipient who may be at `at`: there, around it, or, as a country alone
    /// leaves the part open, in it; unless that part has number prefixes of its own, which would have told.
    pub(super) fn reaches(&self, of: Place, at: Place) -> bool {
        let within =
            |part: Place, whole: Place| whole.subdivision().is_none() && part.country() == whole.country();
        of == at
            || within(at, of)
            || (within(of, at) && !self.coverage_of(of).is_some_and(|row| row.own_prefix))
    }

    fn sort_out(&self, reaches: impl Fn(Place) -> bool) -> PlaceLaw {
        let mut law = PlaceLaw::default();
        for rule in self.rules.iter().filter(|rule| rule.places.iter().any(|&of| reaches(of))) {
            let put = |has: bool, list: &mut Vec<Arc<Rule>>| {
                if has {
                    list.push(rule.clone());
                }
            };
            put(true, &mut law.rules);
            put(!rule.retention.is_empty(), &mut law.retention);
            // What is about voice calls stands in the book to be seen, and judges no text.
            let of_texts = rule.reach != Reach::Voice;
            put(of_texts && rule.hours.is_some(), &mut law.hours);
            put(of_texts && !rule.caps.is_empty(), &mut law.caps);
            put(of_texts && rule.bases.is_some(), &mut law.bases);
            put(of_texts && !rule.required.is_empty(), &mut law.required);
            put(of_texts && !rule.registers.is_empty(), &mut law.registers);
            put(of_texts && rule.revocation.is_some(), &mut law.revocations);
            put(of_texts && !rule.forbids.is_empty(), &mut law.forbids);
            put(of_texts && rule.feed.is_some(), &mut law.feeds);
        }
        law.by_kind =
            [Kind::Marketing, Kind::Transactional, Kind::Conversational, Kind::Authentication, Kind::Service]
                .map(|kind| KindLaw::new(kind, &law.rules));
        law
    }

    pub(super) fn law_of(&self, place: Place) -> &PlaceLaw {
        let unnamed = || self.elsewhere.get(&place.country()).unwrap_or(&self.nowhere);
        self.at.get(&place).unwrap_or_else(unnamed)
    }

    pub(super) fn coverage_of(&self, place: Place) -> Option<&Coverage> {
        let found = self.coverage.binary_search_by_key(&place, |row| row.place).ok()?;
        self.coverage.get(found)
    }
}

/// Each part with its length before it, so that no two lists of parts read the same.
fn digest(before: &[u8; 32], content: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(before);
    for part in content {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}
