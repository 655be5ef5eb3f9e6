//! Asking registers: who is due, in batches, and what is kept of the answers.

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::Messenger;
use crate::{
    consent::{
        Event,
        event::{Checked, Reassigned, RegisterLoaded},
        new_holder_ms,
    },
    id::{Name, RecipientId},
    law::Effect,
    ledger::{BookError, PEOPLE, Person, Urgency, Written},
    message::Kind,
    phone::PhoneNumber,
    policy::{Facts, Need, Request},
    register::{DynRegister, Listing, Presence, Query, RegisterError},
};

/// Who is looked up. Always only those about whom a register's answer is missing or too old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// Those to whom a message would wait for the answer, as things stand: the fewest questions.
    Due,
    /// Everyone on record.
    Everyone,
    /// These, as far as they are on record.
    Numbers(Vec<PhoneNumber>),
}

/// What a scrub came to.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Scrubbed {
    /// Questions that were answered, and the answer kept.
    pub asked: u64,
    /// Of those: the number stands in the register.
    pub listed: u64,
    /// Of those: the number changed hands, and nothing that was agreed before holds any more.
    pub reassigned: u64,
    /// The register has no data: nothing is kept.
    pub no_data: u64,
    /// Answers dated in the future that would have cleared somebody: nothing is kept.
    pub misdated: u64,
    /// Numbers that are not on record.
    pub unknown: u64,
    /// Registers that failed, or answered for another number of questions: nothing is kept of that batch, the
    /// register is asked no further, and those who need its answer go on waiting.
    pub failed: Vec<(Name, ScrubError)>,
}

impl std::fmt::Display for Scrubbed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { asked, listed, reassigned, no_data, misdated, unknown, failed } = self;
        write!(
            f,
            "{asked} answers kept · {listed} listed · {reassigned} reassigned · {no_data} without data"
        )?;
        write!(f, " · {misdated} dated in the future · {unknown} not on record")?;
        failed.iter().try_for_each(|(name, error)| write!(f, " · {name} failed: {error}"))
    }
}

/// One register with what the book says of it.
struct Asked<'a> {
    register: &'a dyn DynRegister,
    /// The shortest time for which a rule or the brand lets an answer stand.
    terms: crate::law::Register,
    /// Standing in it means, somewhere, that the number changed hands.
    ends: bool,
    batch: usize,
    waiting: Vec<(Person, Query)>,
    failed: bool,
}

impl Messenger {
    /// Asks the registers about those whose answer is missing or too old, and keeps each answer with its date.
    /// Nothing is sent and nothing is decided. A run that was cut short is run again.
    ///
    /// # Errors
    /// No register was given, the clock cannot be read, or the ledger failed: answers kept so far stand.
    pub async fn scrub(
        &self,
        whom: Whom,
        mut progress: impl FnMut(&Scrubbed),
    ) -> Result<Scrubbed, ScrubError> {
        let now = self.inner.clock.now().ok_or(ScrubError::NoClock)?;
        let mut registers = self.asked();
        if registers.is_empty() {
            return Err(ScrubError::NoRegister);
        }
        self.note_editions(&registers, now).await?;
        let mut done = Scrubbed::default();
        let mut people = Walk::new(&whom);
        while let Some(page) = people.next(self, &mut done).await? {
            for person in page {
                if person.state.ended || person.state.erased {
                    continue;
                }
                for asked in &mut registers {
                    if asked.failed || !self.is_scrub_due(&whom, &person, asked, now) {
                        continue;
                    }
                    let Some(person) = self.inner.book.person(person.recipient).await? else { continue };
                    let query =
                        Query { number: self.inner.book.number(&person)?, known_since: oldest(&person) };
                    asked.waiting.push((person, query));
                    if asked.waiting.len() >= asked.batch {
                        self.ask_register(asked, now, &mut done).await?;
                        progress(&done);
                    }
                }
            }
        }
        for asked in registers.iter_mut().filter(|asked| !asked.waiting.is_empty()) {
            self.ask_register(asked, now, &mut done).await?;
            progress(&done);
        }
        Ok(done)
    }

    fn asked(&self) -> Vec<Asked<'_>> {
        self.inner.registers.iter().filter_map(|register| self.with_terms(&**register)).collect()
    }

    fn with_terms<'a>(&'a self, register: &'a dyn DynRegister) -> Option<Asked<'a>> {
        let policy = self.policy();
        let named = || policy.registers().filter(|named| named.name == *register.name());
        Some(Asked {
            register,
            terms: named().min_by_key(|named| named.max_age_days)?.clone(),
            ends: named().any(|named| named.effect == Effect::Ends),
            batch: register.batch().clamp(1, 10_000),
            waiting: Vec::new(),
            failed: false,
        })
    }

    /// Which editions the answers of this run are from.
    async fn note_editions(&self, registers: &[Asked<'_>], now: DateTime<Utc>) -> Result<(), BookError> {
        let loaded = |asked: &Asked<'_>| {
            let edition = asked.register.edition()?;
            Some(Event::from(RegisterLoaded {
                register: asked.register.name().clone(),
                as_of_ms: edition.as_of.timestamp_millis(),
                entries: edition.entries,
                digest: edition.digest,
            }))
        };
        let loaded: Vec<Event> = registers.iter().filter_map(loaded).collect();
        if loaded.is_empty() { Ok(()) } else { self.note(now.timestamp_millis(), &loaded).await }
    }

    fn is_scrub_due(&self, whom: &Whom, person: &Person, asked: &Asked<'_>, now: DateTime<Utc>) -> bool {
        if *whom != Whom::Due {
            let held = person.state.checks.iter().flatten().find(|held| held.register == asked.terms.name);
            let good = |as_of_ms| now.timestamp_millis() < asked.terms.stale_from_ms(as_of_ms);
            return held.is_none_or(|held| !good(held.as_of_ms));
        }
        let Some(whereabouts) = person.whereabouts.as_deref() else { return false };
        let facts = Facts { whereabouts, state: &person.state };
        let policy = self.policy();
        let waits = |program: &Name, kind: Kind| {
            let request = Request { program, kind, category: None, subject: None, sender: None };
            let decision = policy.decide(facts, request, now);
            let unasked = policy.unasked(facts, request, now);
            decision.needs.contains(&Need::Register)
                && unasked.iter().any(|register| register.name == asked.terms.name)
        };
        let programs = person.state.programs.iter().filter(|program| !program.grants.is_empty());
        programs.map(|program| &program.program).any(|name| Kind::ALL.iter().any(|kind| waits(name, *kind)))
    }

    /// Asks about those who wait. What a register says stays out of the ledger unless all of the answer can be used.
    async fn ask_register(
        &self,
        asked: &mut Asked<'_>,
        now: DateTime<Utc>,
        done: &mut Scrubbed,
    ) -> Result<(), ScrubError> {
        let waiting = std::mem::take(&mut asked.waiting);
        let (mut people, queries): (Vec<Person>, Vec<Query>) = waiting.into_iter().unzip();
        let name = asked.register.name();
        let listings = match asked.register.look_up(&queries).await {
            Ok(listings) if listings.len() == queries.len() => listings,
            Ok(listings) => {
                let error = ScrubError::Answers { asked: queries.len(), answered: listings.len() };
                done.failed.push((name.clone(), error));
                asked.failed = true;
                return Ok(());
            }
            Err(error) => {
                done.failed.push((name.clone(), error.into()));
                asked.failed = true;
                return Ok(());
            }
        };
        let mut open: Vec<(Person, Answer)> = Vec::with_capacity(people.len());
        for ((person, query), listing) in people.drain(..).zip(&queries).zip(listings) {
            match Answer::read(name, listing, query.number, now) {
                Ok(answer) => open.push((person, answer)),
                Err(Unusable::NoData) => done.no_data += 1,
                Err(Unusable::Misdated) => done.misdated += 1,
            }
        }
        while !open.is_empty() {
            let (mut writes, mut answers) = (Vec::new(), Vec::new());
            for (mut person, answer) in open.drain(..) {
                let ended = answer.stage(&mut person, asked.ends, now.timestamp_millis())?;
                answers.push((person.recipient, answer, ended));
                writes.push(person);
            }
            let written = self.inner.book.write_all(writes, Urgency::Normal).await?;
            for ((recipient, answer, ended), written) in answers.into_iter().zip(written) {
                if let Written::Done(_) = written {
                    done.asked += 1;
                    done.listed += u64::from(answer.0.listed);
                    done.reassigned += u64::from(ended);
                } else if let Some(person) = self.inner.book.person(recipient).await? {
                    // Erased in the meantime: nothing is kept of who is forgotten.
                    if !person.state.erased && !person.state.ended {
                        open.push((person, answer));
                    }
                }
            }
        }
        Ok(())
    }
}

/// An answer that can be kept.
struct Answer(Checked);

enum Unusable {
    NoData,
    Misdated,
}

impl Answer {
    /// A date to come clears nobody; a listing counts from now.
    fn read(
        name: &Name,
        listing: Listing,
        number: PhoneNumber,
        now: DateTime<Utc>,
    ) -> Result<Self, Unusable> {
        let listed = match listing.presence {
            Presence::NoData => return Err(Unusable::NoData),
            Presence::NotListed if listing.as_of > now => return Err(Unusable::Misdated),
            Presence::NotListed => false,
            Presence::Listed => true,
        };
        let digits = number.digits().to_string();
        Ok(Self(Checked {
            register: name.clone(),
            listed,
            as_of_ms: listing.as_of.min(now).timestamp_millis(),
            provenance: listing.provenance.filter(|words| words.len() <= 200 && !words.contains(&digits)),
            since_ms: listing.since.map(|since| since.min(now).timestamp_millis()),
        }))
    }

    /// Stages it, and that the number changed hands if it did so after anything that was agreed. Tells which.
    fn stage(&self, person: &mut Person, ends: bool, at_ms: i64) -> Result<bool, BookError> {
        let Self(checked) = self;
        person.stage(at_ms, checked.clone(), &[])?;
        if !ends || !checked.listed {
            return Ok(false);
        }
        let theirs = checked.since_ms.map_or(i64::MAX, new_holder_ms);
        let mut grants = person.state.programs.iter().flat_map(|program| &program.grants).peekable();
        let before = grants.peek().is_none()
            || grants.any(|grant| grant.acted_ms < theirs || grant.undated == Some(true));
        if before {
            let reassigned = Reassigned::new(checked.register.clone(), checked.since_ms);
            person.stage(at_ms, reassigned, &[])?;
        }
        Ok(before)
    }
}

/// The oldest consent that is still relied on.
fn oldest(person: &Person) -> Option<DateTime<Utc>> {
    let grants = person.state.programs.iter().flat_map(|program| &program.grants);
    let dated = grants.filter(|grant| grant.undated != Some(true)).map(|grant| grant.acted_ms);
    dated.min().and_then(DateTime::from_timestamp_millis)
}

/// A walk over those who may be asked about.
struct Walk<'a> {
    numbers: Option<std::slice::Chunks<'a, PhoneNumber>>,
    after: Option<RecipientId>,
}

impl<'a> Walk<'a> {
    fn new(whom: &'a Whom) -> Self {
        let numbers = match whom {
            Whom::Numbers(numbers) => Some(numbers.chunks(PEOPLE)),
            Whom::Due | Whom::Everyone => None,
        };
        Self { numbers, after: None }
    }

    async fn next(
        &mut self,
        shop: &Messenger,
        done: &mut Scrubbed,
    ) -> Result<Option<Vec<Person>>, BookError> {
        if let Some(numbers) = &mut self.numbers {
            let Some(page) = numbers.next() else { return Ok(None) };
            let found = shop.inner.book.find_all(page, false).await?;
            done.unknown += found.iter().filter(|person| person.is_none()).count() as u64;
            return Ok(Some(found.into_iter().flatten().collect()));
        }
        let page = shop.inner.book.page(self.after, false).await?;
        let Some(last) = page.last() else { return Ok(None) };
        self.after = Some(last.recipient);
        Ok(Some(page))
    }
}

/// Registers could not be asked.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ScrubError {
    /// The host gave no register.
    #[error("no register: call `.register(..)` when building")]
    NoRegister,
    /// A register failed.
    #[error(transparent)]
    Register(#[from] RegisterError),
    /// A register answered for another number of questions than it was given.
    #[error("the register was asked {asked} questions and gave {answered} answers")]
    Answers {
        /// Questions.
        asked: usize,
        /// Answers.
        answered: usize,
    },
    /// The ledger failed.
    #[error(transparent)]
    Book(#[from] BookError),
    /// The clock cannot be read.
    #[error("the clock cannot be read")]
    NoClock,
}
