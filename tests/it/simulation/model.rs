//! The obvious model. It keeps what was acknowledged as lists, and answers for every step beside the engine whether
//! it could be allowed: whether the person had agreed, the hour was lawful by a table of its own, no cap was passed,
//! the message had not gone before, no STOP stood against it, and the clock was not behind.

use std::collections::{BTreeMap, HashMap, HashSet};

use optin::{
    consent::{
        Event,
        event::{Delivery, Outcome, Started},
    },
    id::{InboundId, MessageId, RecipientId},
    ledger::Envelope,
    message::Kind,
};

use super::zones::{HOMES, is_lawful_hour};
use crate::fold::model::{Ask, is_open, may_transact};

const HOUR_MS: i64 = 3_600_000;
/// The brand's caps: so many marketing messages in so many hours.
pub(super) const CAPS: [(u16, u32); 2] = [(2, 24), (3, 72)];
/// The clock may have been set back by so much since the decision.
const TOLERANCE_MS: i64 = 5 * 60_000;
/// A message that may go at least once goes again so many times when nobody knows.
const REPEATS: usize = 3;

/// All that was appended for one person, with the times.
#[derive(Debug, Default)]
pub(super) struct Story {
    pub(super) events: Vec<Event>,
    pub(super) times: Vec<i64>,
}

impl Story {
    /// When a message last started, and what is known of that try.
    pub(super) fn last_try(&self, message: MessageId) -> Option<(i64, Option<Outcome>)> {
        self.tries(message).pop()
    }

    fn tries(&self, message: MessageId) -> Vec<(i64, Option<Outcome>)> {
        let mut tries = Vec::new();
        for (event, at_ms) in self.events.iter().zip(&self.times) {
            match (event, tries.last_mut()) {
                (Event::Started(e), _) if e.message == message => tries.push((*at_ms, None)),
                (Event::Concluded(e), Some((_, outcome @ (None | Some(Outcome::Unknown)))))
                    if e.message == message =>
                {
                    *outcome = Some(e.outcome);
                }
                _ => {}
            }
        }
        tries
    }

    /// The best that was reported of a message.
    pub(super) fn delivery(&self, message: MessageId) -> Option<Delivery> {
        let reported = |event: &Event| match event {
            Event::Reported(e) if e.message == message => Some(e.delivery),
            _ => None,
        };
        self.events.iter().filter_map(reported).min()
    }

    fn marketing(&self) -> HashSet<MessageId> {
        let marketing = |event: &Event| match event {
            Event::Started(e) if e.kind == Kind::Marketing => Some(e.message),
            _ => None,
        };
        self.events.iter().filter_map(marketing).collect()
    }

    /// What is wrong with starting this message now, after these records.
    fn objection(&self, home: usize, started: &Started, at_ms: i64) -> Option<String> {
        if let Some(why) = self.repeated(started) {
            return Some(why);
        }
        let category = started.category.as_ref();
        let ask = Ask { program: &started.program, sender: &started.sender, category, at_ms };
        match started.kind {
            Kind::Conversational => self.answered(started, at_ms),
            Kind::Marketing => self.unlawful(home, started, &ask),
            _ => (!may_transact(&self.events, &ask))
                .then(|| "an order's message started after a STOP".to_owned()),
        }
    }

    fn repeated(&self, started: &Started) -> Option<String> {
        let tries = self.tries(started.message);
        let unknown = tries.iter().filter(|(_, outcome)| *outcome == Some(Outcome::Unknown)).count();
        match tries.last()?.1 {
            Some(Outcome::Deferred) => None,
            Some(Outcome::Unknown) if repeats(started.source.as_str()) && unknown <= REPEATS => None,
            outcome => Some(format!("a message started again after {outcome:?}")),
        }
    }

    fn unlawful(&self, home: usize, started: &Started, ask: &Ask<'_>) -> Option<String> {
        let at_ms = ask.at_ms;
        if !is_open(&self.events, ask) {
            return Some("marketing started without leave".to_owned());
        }
        if !is_lawful_hour(home, &started.tz, at_ms) {
            return Some(format!("marketing started at {at_ms}, outside the hours of {}", HOMES[home].0));
        }
        if self.times.iter().any(|time| time - at_ms > TOLERANCE_MS) {
            return Some("marketing started while the clock was behind".to_owned());
        }
        for (max, hours) in CAPS {
            let counts = |message: &MessageId| {
                let (at, outcome) = self.last_try(*message).unwrap();
                let void = matches!(outcome, Some(Outcome::Refused | Outcome::Deferred));
                *message != started.message && !void && at > at_ms - i64::from(hours) * HOUR_MS
            };
            let counted = self.marketing().into_iter().filter(counts).count();
            if counted >= usize::from(max) {
                return Some(format!("{counted} marketing messages in {hours} hours, and one more"));
            }
        }
        None
    }

    /// One answer of a kind in 24 hours.
    fn answered(&self, started: &Started, at_ms: i64) -> Option<String> {
        let before = self.events.iter().zip(&self.times).any(|(event, time)| {
            let Event::Started(e) = event else { return false };
            let last = self.last_try(e.message);
            let void = matches!(last, Some((_, Some(Outcome::Refused | Outcome::Deferred))));
            e.answer == started.answer && !void && at_ms - time < 24 * HOUR_MS
        });
        before.then(|| format!("a second answer of the kind {:?}", started.answer))
    }
}

/// Whether this campaign is about an order, and not marketing.
pub(super) fn is_order(campaign: &str) -> bool {
    campaign.contains("-order")
}

/// Whether its messages may go at least once.
pub(super) fn repeats(campaign: &str) -> bool {
    campaign == "club-order"
}

/// A STOP that was answered.
#[derive(Debug)]
pub(super) struct Stop {
    pub(super) person: usize,
    /// The program, or everything.
    pub(super) program: Option<&'static str>,
    pub(super) in_flight: HashSet<MessageId>,
    /// How much had been appended by then.
    leaf: u64,
}

#[derive(Debug)]
struct Start {
    leaf: u64,
    program: String,
    tz: String,
}

/// What was acknowledged, by everybody.
#[derive(Debug, Default)]
pub(super) struct Model {
    homes: Vec<usize>,
    /// In the order of their opening.
    people: Vec<RecipientId>,
    pub(super) stories: HashMap<RecipientId, Story>,
    pub(super) leaves: u64,
    /// Each message's last start.
    starts: HashMap<MessageId, Start>,
    stops: Vec<Stop>,
    /// Texts of STOP that a process took in and could not store.
    unstored: Vec<(usize, InboundId)>,
    reached: HashSet<MessageId>,
}

impl Model {
    pub(super) fn new(homes: Vec<usize>) -> Self {
        Self { homes, ..Self::default() }
    }

    pub(super) fn person(&self, stream: RecipientId) -> Option<usize> {
        self.people.iter().position(|known| *known == stream)
    }

    pub(super) fn home(&self, person: usize) -> usize {
        self.homes[person]
    }

    pub(super) fn story(&self, person: usize) -> &Story {
        &self.stories[&self.people[person]]
    }

    /// How many events of each stream there are.
    pub(super) fn lengths(&self) -> BTreeMap<RecipientId, usize> {
        self.stories.iter().map(|(stream, story)| (*stream, story.events.len())).collect()
    }

    pub(super) fn has_started(&self, message: MessageId) -> bool {
        self.starts.contains_key(&message)
    }

    pub(super) fn stops(&self) -> usize {
        self.stops.len()
    }

    /// A record was appended. Returns what is wrong with that.
    pub(super) fn record(&mut self, envelope: Envelope) -> Option<String> {
        let Envelope { stream, seq, at_ms, event, .. } = envelope;
        self.leaves += 1;
        if seq == 1 && stream != RecipientId::HOUSE {
            self.people.push(stream);
        }
        let person = self.person(stream);
        let mut wrong = None;
        if let (Event::Started(started), Some(person)) = (&event, person) {
            wrong = self.stories[&stream].objection(self.homes[person], started, at_ms);
            let (program, tz) = (started.program.as_str().to_owned(), started.tz.clone());
            self.starts.insert(started.message, Start { leaf: self.leaves, program, tz });
        }
        if let Event::Revoked(e) = &event {
            self.unstored.retain(|(_, id)| e.inbound != Some(*id));
        }
        let story = self.stories.entry(stream).or_default();
        story.events.push(event);
        story.times.push(at_ms);
        wrong.map(|what| format!("record {}, person {person:?}: {what}", self.leaves))
    }

    /// A process took a STOP in and could not store it, unless it is on record all the same.
    pub(super) fn could_not_store(&mut self, process: usize, id: InboundId) {
        let is = |event: &Event| matches!(event, Event::Revoked(e) if e.inbound == Some(id));
        if !self.stories.values().any(|story| story.events.iter().any(is)) {
            self.unstored.push((process, id));
        }
    }

    /// A process is gone, and with it what it could not store.
    pub(super) fn forget(&mut self, process: usize) {
        self.unstored.retain(|(whose, _)| *whose != process);
    }

    /// A process hands a message to the gateway. Returns what is wrong with that.
    pub(super) fn handed(&self, process: usize, message: MessageId, kind: Kind) -> Option<String> {
        let marketing = kind == Kind::Marketing;
        if !self.has_started(message) {
            return Some("a message was handed over without a record".to_owned());
        }
        let holds = marketing && self.unstored.iter().any(|(whose, _)| *whose == process);
        holds.then(|| "marketing was handed over by a process that could not store a STOP".to_owned())
    }

    /// A STOP was answered. Returns what is wrong with that.
    pub(super) fn answered(
        &mut self,
        person: usize,
        program: Option<&'static str>,
        in_flight: Vec<MessageId>,
    ) -> Option<String> {
        let closes = |event: &Event| matches!(event, Event::Revoked(_) | Event::Suspended(_));
        let stored = self.story(person).events.iter().any(closes);
        self.stops.push(Stop {
            person,
            program,
            in_flight: in_flight.into_iter().collect(),
            leaf: self.leaves,
        });
        (!stored).then(|| format!("a STOP of person {person} was answered and is not on record"))
    }

    /// A message reached the carrier. Returns what is wrong with that.
    pub(super) fn reached(&mut self, person: usize, message: MessageId, at_ms: i64) -> Option<String> {
        let Some(Start { leaf, program, tz }) = self.starts.get(&message) else {
            return Some("a message left without a record".to_owned());
        };
        let home = self.homes[person];
        if ![at_ms, at_ms + TOLERANCE_MS].iter().any(|at_ms| is_lawful_hour(home, tz, *at_ms)) {
            return Some(format!("handed over at {at_ms}, outside the hours of {}", HOMES[home].0));
        }
        if !self.reached.insert(message) {
            return Some("somebody got one marketing message twice".to_owned());
        }
        let late = self.stops.iter().filter(|stop| stop.person == person).find(|stop| {
            let here = stop.program.is_none_or(|stopped| stopped == program);
            here && *leaf <= stop.leaf && !stop.in_flight.contains(&message)
        });
        late.map(|stop| {
            format!(
                "person {person} got a message that started at {leaf}, after a STOP that was answered at {} and did \
                 not name it",
                stop.leaf
            )
        })
    }
}
