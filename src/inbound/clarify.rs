//! The one question that the confirmation of a STOP may ask: which of several things was meant.

use chrono::{DateTime, Duration, Utc};

use super::{
    Inbound, Language, ReceiveError, Scope,
    answer::{names, queue_answer, queue_text},
    closing::Told,
    fold::fold,
    receive::Desk,
};
use crate::{
    consent::{
        Clarification, State,
        event::{Answer, Clarified, Clarifying, Event, Restarted, Revoked, Road, Said},
    },
    id::Name,
    ledger::Person,
    program::{Program, Topic},
};

/// How long an answer counts. The rule names no time.
const ANSWER_FOR: Duration = Duration::hours(24);

/// What is asked.
#[derive(Debug, Clone)]
pub(super) struct Asks {
    program: Name,
    /// The programs that stood open before the STOP.
    open: Vec<Name>,
    /// The topics that may be named; empty: the programs may.
    topics: Vec<Name>,
    expires_ms: i64,
}

impl Asks {
    /// The record of the question.
    pub(super) fn event(&self, told: &Told<'_>) -> Clarifying {
        Clarifying {
            inbound: told.id,
            program: self.program.clone(),
            expires_ms: self.expires_ms,
            open: self.open.clone(),
            topics: self.topics.clone(),
        }
    }

    /// The words that may be answered, as they are shown: `SOLDES, CLUB`.
    fn choices(&self) -> String {
        let names = if self.topics.is_empty() { &self.open } else { &self.topics };
        names.iter().map(|name| name.as_str().to_uppercase()).collect::<Vec<_>>().join(", ")
    }
}

impl Desk<'_> {
    /// Whether the confirmation of this STOP asks what it meant: only a bare STOP to a program that wants so, from a
    /// person with a choice, all of whose places let it, and only if the confirmation goes out at all.
    pub(super) fn asks(&self, told: &Told<'_>, person: &Person) -> Option<Asks> {
        let program = told.program.filter(|program| program.is_clarifying())?;
        if told.understood.scope != Some(Scope::Program)
            || told.understood.tier > 2
            || self.is_spent(told, person, Answer::Stop)
            || !self.may_clarify(told, person)
        {
            return None;
        }
        let is_open = |program: &&Program| person.state.stands_open(program.name());
        let open: Vec<Name> =
            self.programs.iter().filter(is_open).map(|program| program.name().clone()).collect();
        // Whoever did not have the program has nothing of it to sort out.
        open.contains(program.name()).then_some(())?;
        let topics: Vec<Name> = match open.len() {
            1 => program.topics().iter().map(|topic| topic.name().clone()).collect(),
            _ => Vec::new(),
        };
        let choice = open.len().max(topics.len()) > 1;
        let expires_ms = (told.now + ANSWER_FOR).timestamp_millis();
        choice.then(|| Asks { program: program.name().clone(), open, topics, expires_ms })
    }

    fn may_clarify(&self, told: &Told<'_>, person: &Person) -> bool {
        let policy = self.policy.now();
        person.whereabouts.as_ref().is_some_and(|whereabouts| policy.may_clarify(whereabouts, told.now))
    }

    /// What is recorded of a text that answers the question, if it does: one of the names or words that were asked
    /// for and nothing else, in time. Everything that the STOP closed and that was not named comes back.
    pub(super) fn clarified(&self, told: &Told<'_>, person: &Person) -> Option<Vec<Event>> {
        let asked = person.state.clarification.as_ref()?;
        let (program, topic) = self.choice(told.inbound, asked, told.now)?;
        self.may_clarify(told, person).then_some(())?;
        let clarified = Clarified {
            stop: asked.stop,
            program: program.clone(),
            topic: topic.clone(),
            inbound: told.id,
            acted_ms: told.acted_ms,
        };
        let back =
            |name: &Name| Restarted { program: name.clone(), acted_ms: told.acted_ms, inbound: told.id };
        let mut events: Vec<Event> = vec![clarified.into()];
        let reopens = asked.open.iter().filter(|name| topic.is_some() || **name != program);
        events.extend(reopens.map(|name| back(name).into()));
        events.extend(topic.map(|topic| {
            let revoked = Revoked {
                said: Said::Topic,
                topic: Some(topic),
                program: Some(program),
                inbound: Some(told.id),
                ..Revoked::all(Road::Keyword, told.acted_ms)
            };
            revoked.into()
        }));
        Some(events)
    }

    /// Whether a text is one of the words that the person was asked for.
    pub(super) fn is_choice(&self, inbound: &Inbound, state: &State, now: DateTime<Utc>) -> bool {
        let asked = state.clarification.as_ref();
        asked.is_some_and(|asked| self.choice(inbound, asked, now).is_some())
    }

    /// The program or the topic that a text names by itself, in time and to the sender that asked; `None` if it names
    /// none, or several.
    fn choice(
        &self,
        inbound: &Inbound,
        asked: &Clarification,
        now: DateTime<Utc>,
    ) -> Option<(Name, Option<Name>)> {
        let program = self.owner(&inbound.to).filter(|program| *program.name() == asked.program)?;
        (inbound.sent_at.min(now).timestamp_millis() <= asked.expires_ms).then_some(())?;
        let said = fold(&inbound.text).filter(|said| !said.clouded)?.text;
        let is = |word: &str| fold(word).is_some_and(|word| !word.text.is_empty() && word.text == said);
        if asked.topics.is_empty() {
            let named = asked.open.iter().find(|name| is(name.as_str()))?;
            return Some((named.clone(), None));
        }
        let means = |topic: &&Topic| {
            asked.topics.contains(topic.name())
                && (is(topic.name().as_str()) || topic.words().iter().any(|word| is(word)))
        };
        let mut named = program.topics().iter().filter(means);
        let topic = named.next()?.name().clone();
        named.next().is_none().then(|| (program.name().clone(), Some(topic)))
    }

    /// Queues the answer to what closed, with the question if there is one.
    pub(super) fn answer_closed(
        &self,
        told: &Told<'_>,
        program: &Program,
        person: &mut Person,
        answer: Answer,
        language: Option<Language>,
        asks: Option<&Asks>,
    ) -> Result<(), ReceiveError> {
        let asked = told.inbound.sent_at.min(told.now);
        let sender = &told.inbound.to;
        let Some(asks) = asks else {
            return queue_answer(self.replies, program, person, answer, language, sender, asked, &told.id);
        };
        let text = self.replies.clarify(language.unwrap_or(Language::EN), &names(program), &asks.choices());
        queue_text((text, true), program, person, answer, sender, asked, &told.id)
    }
}
