use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::AtomicBool},
};

use thiserror::Error;

use super::{Inner, Messenger, banning::misdated};
use crate::{
    campaign::{DynLinks, DynRelevance, Links, Relevance, is_own},
    clock::{Clock, SystemClock},
    consent::{
        ConsentText,
        event::{Danger, TextKept},
    },
    content::Lint,
    dispatch::{Flights, Looked, Queue},
    gateway::{DynGateway, Gateway},
    id::{Name, NameError},
    inbound::{Matcher, Replies, Unstored, is_everybodys, is_same_word},
    law::{Bans, Language, Posture, Rulebook, WaivedBy},
    ledger::{Admitted, Book},
    place::ZoneTable,
    policy::{Brand, Policy, Proof},
    program::{Program, Sender},
    register::{DynRegister, Register},
    sync::Current,
};

/// Builds a [`Messenger`].
#[derive(Debug)]
pub struct Builder {
    ledger: Admitted,
    rulebook: Rulebook,
    programs: Vec<Program>,
    gateway: Option<Box<dyn DynGateway>>,
    clock: Option<Box<dyn Clock>>,
    zones: Option<ZoneTable>,
    posture: Posture,
    brand: Brand,
    matcher: Option<Matcher>,
    replies: Option<Replies>,
    calls: Vec<(String, TextKept)>,
    lint: Option<Lint>,
    guards: Vec<(Name, Box<dyn DynRelevance>)>,
    links: Option<Box<dyn DynLinks>>,
    #[cfg(feature = "evidence")]
    checkpoints: super::checkpoints::Checkpoints,
    registers: Vec<Box<dyn DynRegister>>,
    proof: Proof,
    bans: Bans,
}

impl Builder {
    pub(super) fn new(ledger: Admitted, rulebook: Rulebook) -> Self {
        Self {
            ledger,
            rulebook,
            programs: Vec::new(),
            gateway: None,
            clock: None,
            zones: None,
            posture: Posture::Strict,
            brand: Brand::default(),
            matcher: None,
            replies: None,
            calls: Vec::new(),
            lint: None,
            guards: Vec::new(),
            links: None,
            #[cfg(feature = "evidence")]
            checkpoints: super::checkpoints::Checkpoints::default(),
            registers: Vec::new(),
            proof: Proof::none(),
            bans: Bans::none(),
        }
    }

    /// Adds a program.
    #[must_use]
    pub fn program(mut self, program: Program) -> Self {
        self.programs.push(program);
        self
    }

    /// The gateway that takes the messages.
    #[must_use]
    pub fn gateway(mut self, gateway: impl Gateway) -> Self {
        self.gateway = Some(Box::new(gateway));
        self
    }

    /// Another clock than the system's.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Some(Box::new(clock));
        self
    }

    /// Another zone table than the newest that this machine and the library have.
    #[must_use]
    pub fn zones(mut self, zones: ZoneTable) -> Self {
        self.zones = Some(zones);
        self
    }

    /// How doubt in the law is resolved; strict unless said.
    #[must_use]
    pub const fn posture(mut self, posture: Posture) -> Self {
        self.posture = posture;
        self
    }

    /// What the brand asks of itself on top of the law.
    #[must_use]
    pub fn brand(mut self, brand: Brand) -> Self {
        self.brand = brand;
        self
    }

    /// How well a consent must be provable before it carries a message; no grade is asked unless said.
    #[must_use]
    pub fn proof(mut self, proof: Proof) -> Self {
        self.proof = proof;
        self
    }

    /// The lists of ad-hoc bans, such as states of emergency. Where a rule asks for one, nothing goes without it, nor
    /// once it is old: see [`reload_bans`](Messenger::reload_bans).
    #[must_use]
    pub fn bans(mut self, bans: Bans) -> Self {
        self.bans = bans;
        self
    }

    /// A register that [`scrub`](Messenger::scrub) asks. Its name is the one by which a rule of the book, or
    /// [`Brand::register`], demands it.
    #[must_use]
    pub fn register(mut self, register: impl Register) -> Self {
        self.registers.push(Box::new(register));
        self
    }

    /// A matcher with the host's own words.
    #[must_use]
    pub fn matcher(mut self, matcher: Matcher) -> Self {
        self.matcher = Some(matcher);
        self
    }

    /// The host's own answers.
    #[must_use]
    pub fn replies(mut self, replies: Replies) -> Self {
        self.replies = Some(replies);
        self
    }

    /// The words beside which a program's keyword is shown, such as "text LUNE to 36123 and get the offers of Maison
    /// Lune". With them a keyword is express written consent that can be shown later; without them it is express
    /// consent only, which some laws do not take for marketing.
    #[must_use]
    pub fn call_to_action(mut self, program: &str, words: &ConsentText) -> Self {
        self.calls.push((program.to_owned(), words.into()));
        self
    }

    /// Lint rules with the host's own.
    #[must_use]
    pub fn lint(mut self, lint: Lint) -> Self {
        self.lint = Some(lint);
        self
    }

    /// A guard that campaigns name: asked at the last moment whether a message still makes sense.
    ///
    /// # Errors
    /// `name` is not a [`Name`].
    pub fn relevance(mut self, name: &str, guard: impl Relevance) -> Result<Self, NameError> {
        self.guards.push((Name::new(name)?, Box::new(guard)));
        Ok(self)
    }

    /// Keeps where the short links of campaigns that track them lead.
    #[must_use]
    pub fn links(mut self, links: impl Links) -> Self {
        self.links = Some(Box::new(links));
        self
    }

    /// Where checkpoints go, so that a restored backup or a remade history shows. Before the first opt-in, import,
    /// launch or send the ledger is compared with the newest that it holds: one that does not fit, or an anchor
    /// that cannot be read, leaves STOP and HELP only.
    #[cfg(feature = "evidence")]
    #[must_use]
    pub fn anchor(mut self, anchor: impl crate::ledger::Anchor) -> Self {
        self.checkpoints.anchor = Some(Box::new(anchor));
        self
    }

    /// Takes a checkpoint after so many records or so much time, at the end of a `dispatch`; may be said twice.
    /// Unless it is said, checkpoints are taken on demand only.
    #[cfg(feature = "evidence")]
    #[must_use]
    pub fn checkpoint_every(mut self, every: super::Every) -> Self {
        self.checkpoints.every.push(every);
        self
    }

    /// Checks what was given. Opens nothing, starts nothing.
    ///
    /// # Errors
    /// Something is missing, or a ledger that forgets would drive a carrier that reaches people.
    pub fn build(self) -> Result<Messenger, BuildError> {
        let gateway = self.gateway.ok_or(BuildError::NoGateway)?;
        if self.programs.is_empty() {
            return Err(BuildError::NoProgram);
        }
        if self.ledger.ledger.is_volatile() && !gateway.capabilities().simulated {
            return Err(BuildError::VolatileLedger);
        }
        let matcher = self.matcher.unwrap_or_else(Matcher::builtin);
        let calls = joins(&self.programs, &matcher, self.calls)?;
        let senders = self.programs.iter().flat_map(Program::senders);
        let checked = self.programs.iter().filter(|program| program.is_age_checked());
        let policy = Policy {
            posture: self.posture,
            brand: self.brand,
            proof: self.proof,
            bans: self.bans,
            senders: senders.map(|sender| (sender.id().clone(), sender.country())).collect(),
            age_checked: checked.map(|program| program.name().clone()).collect(),
            ..Policy::new(self.rulebook, self.zones.unwrap_or_else(ZoneTable::newest))
        };
        // Whoever loads a list that nothing looks at believes to be safe.
        let named = |name: &Name| policy.registers().any(|named| named.name == *name);
        if let Some(idle) = self.registers.iter().find(|given| !named(given.name())) {
            return Err(BuildError::IdleRegister(idle.name().clone()));
        }
        if let Some(idle) = policy.idle_bans() {
            return Err(BuildError::IdleBans(idle.clone()));
        }
        let clock = self.clock.unwrap_or_else(|| Box::new(SystemClock::new()));
        if let Some(ahead) = misdated(&policy.bans, clock.now()) {
            return Err(BuildError::MisdatedBans(ahead.name().clone()));
        }
        let lint = self.lint.unwrap_or_else(|| Lint::builtin().clone());
        if let Some(links) = self.links.as_ref().filter(|links| !is_own(links.base(), &lint)) {
            return Err(BuildError::Links(links.base().to_owned()));
        }
        let dangers = dangers(self.ledger.reason, &policy.rulebook);
        Ok(Messenger {
            inner: Arc::new(Inner {
                book: Book::new(self.ledger.ledger),
                loads: super::banning::loads(&policy.bans),
                policy: Current::new(policy),
                programs: self.programs,
                gateway,
                clock,
                matcher,
                calls,
                replies: self.replies.unwrap_or_else(Replies::builtin),
                lint,
                flights: Flights::default(),
                queue: Queue::default(),
                looked: Looked::default(),
                unstored: Unstored::default(),
                guards: self.guards,
                links: self.links,
                registers: self.registers,
                dangers,
                noted: AtomicBool::new(false),
                #[cfg(feature = "evidence")]
                checkpoints: self.checkpoints,
            }),
        })
    }
}

/// Whether each keyword is a program's own, and nobody else's at the same sender; and the words beside them.
fn joins(
    programs: &[Program],
    matcher: &Matcher,
    calls: Vec<(String, TextKept)>,
) -> Result<Vec<(Name, TextKept)>, BuildError> {
    for (nth, program) in programs.iter().enumerate() {
        for word in program.keywords() {
            let shares = |other: &&Program| {
                let carries =
                    |s: &Sender| program.senders().iter().any(|own| own.answers_to(s.id().as_str()));
                other.senders().iter().any(carries)
            };
            let mut others = programs.iter().skip(nth + 1).filter(shares).flat_map(Program::keywords);
            if is_everybodys(matcher, word) || others.any(|other| is_same_word(other, word)) {
                return Err(BuildError::Keyword(word.clone()));
            }
        }
    }
    let named = |name: &str| programs.iter().find(|known| known.name().as_str() == name);
    let named = |(name, words): (String, TextKept)| match named(&name) {
        Some(program) => Ok((program.name().clone(), words)),
        None => Err(BuildError::CallToAction(name)),
    };
    calls.into_iter().map(named).collect()
}

/// What goes on record before anything is done: a foreign ledger, and what the book does without.
fn dangers(foreign: Option<String>, rulebook: &Rulebook) -> Vec<Danger> {
    let foreign = foreign.map(|reason| Danger {
        what: "foreign_ledger".to_owned(),
        reason,
        rulebook: None,
        campaign: None,
    });
    let mut dangers: Vec<_> = foreign.into_iter().collect();
    let mut files: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let waived = |what: &str, reason| Danger {
        what: what.to_owned(),
        reason,
        rulebook: Some(rulebook.version().to_owned()),
        campaign: None,
    };
    for waiver in rulebook.waivers() {
        let words = waiver.words(Language::English);
        match &waiver.by {
            WaivedBy::Reason(_) => dangers.push(waived("without_rule", words)),
            // One record for a file: it may cover a hundred places.
            WaivedBy::File(file) => files.entry(file).or_default().push(words),
        }
    }
    dangers.extend(files.into_values().map(|words| waived("overlay", words.join("; "))));
    dangers
}

/// What is missing to build a [`Messenger`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A register that neither a rule nor the brand asks for: its answers would change nothing.
    #[error(
        "neither a rule of the book nor the brand asks for the register `{0}`: check its name, or add `Brand::register`"
    )]
    IdleRegister(Name),
    /// A list of bans that no rule of the book asks for: it would change nothing.
    #[error("no rule of the book asks for the list of bans `{0}`: check its name")]
    IdleBans(Name),
    /// A list of bans that is dated after now: it cannot be complete yet.
    #[error("the list of bans `{0}` is dated in the future: check its `as_of`")]
    MisdatedBans(Name),
    /// A keyword that means something else already, or is another program's at the same sender.
    #[error("`{0}` cannot be a program's own keyword: it means something else already")]
    Keyword(String),
    /// Words beside the keyword of a program that is not there.
    #[error("no program `{0}` to which these words call")]
    CallToAction(String),
    /// Short links would begin with what is no host and path of the brand's own.
    #[error(
        "`{0}`: a short link begins with a host and path of the brand's own, ends in `/` and is no public shortener"
    )]
    Links(String),
    /// No gateway.
    #[error("no gateway: call `.gateway(SimulatedCarrier::seeded(1))` or give a real one")]
    NoGateway,
    /// No program.
    #[error("no program: call `.program(Program::new(..)?)`")]
    NoProgram,
    /// The ledger forgets when the process ends, and the gateway reaches people.
    #[error("a ledger that forgets would lose every STOP: it drives the simulated carrier only")]
    VolatileLedger,
}
