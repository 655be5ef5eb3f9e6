//! What is recorded of a text that closes something: a STOP, a wrong number, a doubt.

use chrono::{DateTime, Duration, Utc};

use super::{
    Inbound, Intent, Language, ReceiveError, Scope, Understood,
    receive::Desk,
    scope::{self, Meant},
};
use crate::{
    consent::{
        PersonalField,
        event::{Answer, Event, Revoked, Road, Said, Suspended},
    },
    id::InboundId,
    ledger::Person,
    program::Program,
};

/// How long a doubtful text waits for a human before it counts as a STOP.
const UNSURE_FOR: Duration = Duration::hours(24);

/// One text, and how it was read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) inbound: &'a Inbound,
    pub(super) id: InboundId,
    /// The program that was answered.
    pub(super) program: Option<&'a Program>,
    pub(super) understood: &'a Understood,
    pub(super) acted_ms: i64,
    pub(super) now: DateTime<Utc>,
}

impl Desk<'_> {
    /// Records a text that closes something, or says what an earlier one meant, and queues its answer. `None`: it
    /// does neither.
    pub(super) fn close(
        &self,
        told: &Told<'_>,
        person: &mut Person,
    ) -> Result<Option<Option<Answer>>, ReceiveError> {
        let asks = match told.understood.intent {
            Intent::Stop if !is_strangers(told) => self.asks(told, person),
            Intent::Other => {
                let Some(events) = self.clarified(told, person) else { return Ok(None) };
                self.put(told, person, events)?;
                return Ok(Some(None));
            }
            _ => None,
        };
        let Some((mut events, answer)) = self.closing(told) else { return Ok(None) };
        if let Some(asks) = &asks {
            // Whoever is asked is told that everything has ended: until the answer it has.
            let all = Revoked { said: Said::All, ..revoked(told, told.program) };
            events = vec![all.into(), asks.event(told).into()];
        }
        self.put(told, person, events)?;
        let answer = answer.filter(|answer| !self.is_spent(told, person, *answer));
        let (Some(answer), Some(program)) = (answer, told.program) else { return Ok(Some(None)) };
        let language = told.understood.language.or_else(|| Language::new(program.language_code()).ok());
        self.answer_closed(told, program, person, answer, language, asks.as_ref())?;
        Ok(Some(Some(answer)))
    }

    /// Whether an answer would be one too many, or nobody's to give.
    pub(super) fn is_spent(&self, told: &Told<'_>, person: &Person, answer: Answer) -> bool {
        let asked = told.inbound.sent_at.min(told.now);
        (answer == Answer::Stop && self.gateway_answers_stop)
            || !crate::permit::may_answer(&person.state, answer, asked, told.now)
    }

    /// Stages records of which the first keeps the text.
    fn put(&self, told: &Told<'_>, person: &mut Person, events: Vec<Event>) -> Result<(), ReceiveError> {
        let text = (!person.state.erased).then(|| (PersonalField::Text, told.inbound.text.clone()));
        let mut text: Vec<_> = text.into_iter().collect();
        for event in events {
            person.stage(told.now.timestamp_millis(), event, &text)?;
            text.clear();
        }
        Ok(())
    }

    /// What is recorded of a text that closes something, and the answer that it calls for.
    fn closing(&self, told: &Told<'_>) -> Option<(Vec<Event>, Option<Answer>)> {
        match told.understood.intent {
            Intent::Stop if !is_strangers(told) => {
                Some((self.stopped(told), told.program.map(|_| Answer::Stop)))
            }
            Intent::Stop | Intent::WrongNumber => {
                let wrong =
                    Revoked { said: Said::All, road: Road::WrongNumber, ..revoked(told, told.program) };
                Some((vec![wrong.into()], Some(Answer::WrongNumber)))
            }
            Intent::Unsure => {
                let deadline_ms = (told.now + UNSURE_FOR).timestamp_millis();
                let suspended = Suspended {
                    program: told.program.map(|program| program.name().clone()),
                    sender: Some(told.inbound.to.clone()),
                    read: Some(told.understood.evidence()),
                    ..Suspended::new(told.id, told.acted_ms, deadline_ms)
                };
                Some((vec![suspended.into()], None))
            }
            _ => None,
        }
    }

    /// One revocation for each program that the sender carries, or each topic that was named.
    fn stopped(&self, told: &Told<'_>) -> Vec<Event> {
        let all = || vec![Revoked { said: Said::All, ..revoked(told, told.program) }.into()];
        if told.understood.scope == Some(Scope::All) {
            return all();
        }
        let address = told.inbound.to.as_str();
        let owns = |program: &&Program| program.senders().iter().any(|sender| sender.answers_to(address));
        let mut events: Vec<Event> = Vec::new();
        for program in self.programs.iter().filter(owns) {
            let Meant { closes, keeps } = scope::meant(program, &told.inbound.text, told.understood);
            let kept = (!keeps.is_empty()).then_some(keeps);
            let one =
                |said, topic| Revoked { said, topic, kept: kept.clone(), ..revoked(told, Some(program)) };
            if closes.is_empty() {
                events.push(one(Said::Program, None).into());
            }
            events.extend(closes.into_iter().map(|topic| one(Said::Topic, Some(topic)).into()));
        }
        // To an address that no program owns: it can only mean everything.
        if events.is_empty() { all() } else { events }
    }
}

/// Whether a STOP comes with a "wrong number": whoever has the number now agreed to nothing.
fn is_strangers(told: &Told<'_>) -> bool {
    told.understood.also == Some(Intent::WrongNumber)
}

/// A revocation by text, with what the record keeps of how it was read.
fn revoked(told: &Told<'_>, program: Option<&Program>) -> Revoked {
    let road = if told.understood.tier <= 2 { Road::Keyword } else { Road::FreeText };
    Revoked {
        program: program.map(|program| program.name().clone()),
        sender: Some(told.inbound.to.clone()),
        inbound: Some(told.id),
        matched: Some(told.understood.rule.to_string()),
        read: Some(told.understood.evidence()),
        ..Revoked::all(road, told.acted_ms)
    }
}
