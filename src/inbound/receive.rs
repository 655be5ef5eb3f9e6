use chrono::{DateTime, Duration, Utc};
use thiserror::Error;

use super::{
    Context, Inbound, Intent, Language, Matcher, Names, OptOutSignal, Reading, Replies, ReplyKind, Scope,
    Understood,
};
use crate::{
    codec::cbor_map,
    consent::{
        PersonalField, State,
        event::{Answer, Confirmed, Event, Heard, Restarted, Revoked, Road, Said, Suspended},
    },
    id::{InboundId, MessageId, Name},
    ledger::{Book, BookError, Lane, OutboxChange, Person, Queued, Urgency, Written},
    message::{Counting, segments},
    permit::ANSWER_WITHIN_MINUTES,
    program::Program,
};

/// How long a doubtful text waits for a human before it counts as a STOP.
const UNSURE_FOR: Duration = Duration::hours(24);
/// How often a lost race is run again: a STOP must win in the end, and each loss means that another append won.
const TRIES: usize = 256;
/// The job under which answers wait in the outbox.
pub(crate) const ANSWERS: &str = "optin.answers";

/// What became of a text.
#[derive(Debug, Clone)]
pub struct Received {
    /// What it was read as.
    pub intent: Intent,
    /// How it was read.
    pub understood: Understood,
    /// Messages that had started when a STOP was recorded and whose outcome is not known yet. Nothing else that
    /// the STOP reaches will start after this.
    pub in_flight: Vec<MessageId>,
    /// The answer that waits to go out, if any.
    pub answer: Option<Answer>,
    /// The same text had been taken in before: nothing changed.
    pub repeated: bool,
}

cbor_map! {
    /// An answer that waits in the outbox.
    pub(crate) struct WaitingAnswer {
        0 => pub(crate) answer: Answer,
        1 => pub(crate) program: Name,
        2 => pub(crate) sender: Name,
        3 => pub(crate) asked_ms: i64,
        4 => pub(crate) text: String,
        5 => pub(crate) source: Name,
    }
}

/// Everything that reading a text needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Desk<'a> {
    pub(crate) book: &'a Book,
    pub(crate) matcher: &'a Matcher,
    pub(crate) replies: &'a Replies,
    pub(crate) programs: &'a [Program],
    /// The gateway confirms a STOP by itself: we must not.
    pub(crate) gateway_answers_stop: bool,
}

impl Desk<'_> {
    /// Reads a text, records what it means, queues the answer in the same commit.
    pub(crate) async fn receive(
        &self,
        inbound: &Inbound,
        now: DateTime<Utc>,
    ) -> Result<Received, ReceiveError> {
        let program = self.owner(&inbound.to);
        let id = InboundId::of(&inbound.id);
        for _ in 0..TRIES {
            let found = self.book.find(inbound.from).await?;
            let mut person = match found {
                Some(erased) if self.stays_with(&erased, inbound, id, now) => erased,
                found => self.book.or_open(inbound.from, found, now.timestamp_millis())?,
            };
            let understood = self.read(inbound, program, &person.state, now);
            let repeated = person.state.has_heard(id);
            let mut received = Received {
                intent: understood.intent,
                in_flight: in_flight(&person.state),
                understood,
                answer: None,
                repeated,
            };
            if repeated {
                return Ok(received);
            }
            received.answer = self.record(inbound, id, program, &mut person, &received.understood, now)?;
            let urgency = match received.intent {
                Intent::Stop | Intent::WrongNumber | Intent::Unsure => Urgency::Stop,
                _ => Urgency::Normal,
            };
            if let Written::Done(_) = self.book.write(person, urgency).await? {
                return Ok(received);
            }
        }
        Err(ReceiveError::Contended)
    }

    /// Whether a text from somebody who was erased opens no new tenure: it was taken in before, or says once more
    /// what stands there already. Nothing of it is kept but that it came. Any other text is a new act of the
    /// person's, and is kept and answered like a stranger's.
    fn stays_with(&self, erased: &Person, inbound: &Inbound, id: InboundId, now: DateTime<Utc>) -> bool {
        erased.state.erased && (erased.state.has_heard(id) || self.may_revoke(inbound, now))
    }

    /// An opt-out that came by another road than a text: a refused send, a provider's event, a word to support.
    pub(crate) async fn opted_out(
        &self,
        signal: &OptOutSignal,
        road: Road,
        note: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Vec<MessageId>, ReceiveError> {
        for _ in 0..TRIES {
            let at_ms = now.timestamp_millis();
            let mut person = match self.book.find(signal.number).await? {
                Some(erased) if erased.state.erased => erased,
                found => self.book.or_open(signal.number, found, at_ms)?,
            };
            let program = signal.sender.as_ref().and_then(|sender| self.owner(sender));
            let revoked = Revoked {
                said: if program.is_some() { Said::Program } else { Said::All },
                program: program.map(|program| program.name().clone()),
                sender: signal.sender.clone(),
                topic: None,
                road,
                acted_ms: signal.at.min(now).timestamp_millis(),
                inbound: None,
                matched: None,
                import: None,
                line: None,
            };
            let note = note.filter(|_| !person.state.erased);
            let personal: Vec<_> =
                note.map(|note| (PersonalField::Note, note.to_owned())).into_iter().collect();
            let flying = in_flight(&person.state);
            person.stage(at_ms, revoked, &personal)?;
            if let Written::Done(_) = self.book.write(person, Urgency::Stop).await? {
                return Ok(flying);
            }
        }
        Err(ReceiveError::Contended)
    }

    /// Whether a text is, or may be, a wish to stop. Asked before the ledger is.
    pub(crate) fn may_revoke(&self, inbound: &Inbound, now: DateTime<Utc>) -> bool {
        let program = self.owner(&inbound.to);
        let intent = self.read(inbound, program, &State::default(), now).intent;
        matches!(intent, Intent::Stop | Intent::WrongNumber | Intent::Unsure)
    }

    /// The program that an address belongs to.
    fn owner(&self, address: &Name) -> Option<&Program> {
        self.programs.iter().find(|p| p.senders().iter().any(|s| s.answers_to(address.as_str())))
    }

    fn read(
        &self,
        inbound: &Inbound,
        program: Option<&Program>,
        state: &State,
        now: DateTime<Utc>,
    ) -> Understood {
        let asked = program.and_then(|program| state.program(program.name())?.pending.as_ref());
        let pending =
            asked.is_some_and(|pending| inbound.sent_at.min(now).timestamp_millis() <= pending.expires_ms);
        let language = program.and_then(|program| Language::new(program.language_code()).ok());
        let country = program.and_then(|program| {
            program.senders().iter().find(|s| s.answers_to(inbound.to.as_str())).map(|s| s.country())
        });
        let reading = Reading {
            country,
            languages: language.as_slice(),
            context: if pending { Context::DoubleOptIn } else { Context::None },
        };
        self.matcher.read(&inbound.text, &reading)
    }

    /// Stages the record of what was read, and the answer. Returns the answer's kind.
    fn record(
        &self,
        inbound: &Inbound,
        id: InboundId,
        program: Option<&Program>,
        person: &mut Person,
        understood: &Understood,
        now: DateTime<Utc>,
    ) -> Result<Option<Answer>, ReceiveError> {
        // A carrier's clock that is ahead must not put a STOP, or a START, after what is still to come.
        let acted_ms = inbound.sent_at.min(now).timestamp_millis();
        let (event, answer) = self.event(inbound, id, program, understood, acted_ms, now);
        let text = (!person.state.erased).then(|| (PersonalField::Text, inbound.text.clone()));
        person.stage(now.timestamp_millis(), event, text.as_slice())?;
        let (Some(answer), Some(program)) = (answer, program) else { return Ok(None) };
        let useless = match answer {
            Answer::Stop => self.gateway_answers_stop,
            // A START that opened nothing is not confirmed.
            Answer::Start | Answer::OptIn => !person.state.stands_open(program.name()),
            Answer::Help | Answer::Question | Answer::WrongNumber => false,
        };
        let spent = !crate::permit::may_answer(&person.state, answer, inbound.sent_at.min(now), now);
        if useless || spent {
            return Ok(None);
        }
        let language = understood.language.or_else(|| Language::new(program.language_code()).ok());
        queue_answer(
            self.replies,
            program,
            person,
            answer,
            language,
            &inbound.to,
            inbound.sent_at.min(now),
            &id,
        )?;
        Ok(Some(answer))
    }

    fn event(
        &self,
        inbound: &Inbound,
        id: InboundId,
        program: Option<&Program>,
        understood: &Understood,
        acted_ms: i64,
        now: DateTime<Utc>,
    ) -> (Event, Option<Answer>) {
        let heard = || Heard { intent: understood.intent.code().to_owned(), inbound: id, acted_ms };
        let revoked = |said, road| Revoked {
            said,
            program: program.map(|program| program.name().clone()),
            sender: Some(inbound.to.clone()),
            inbound: Some(id),
            matched: Some(understood.rule.to_string()),
            ..Revoked::all(road, acted_ms)
        };
        let road = if understood.tier <= 2 { Road::Keyword } else { Road::FreeText };
        match (understood.intent, program) {
            (Intent::Stop, Some(_)) => {
                let event = match &understood.scope {
                    Some(Scope::All) => revoked(Said::All, road),
                    // The person's word for a topic ("ads") need not be the brand's ("promo"): until a program says
                    // which words are its own, it cannot narrow.
                    Some(Scope::Topic(_) | Scope::Program) | None => revoked(Said::Program, road),
                };
                (event.into(), Some(Answer::Stop))
            }
            // To an address that no program owns: it can only mean everything.
            (Intent::Stop, None) => (revoked(Said::All, road).into(), None),
            (Intent::WrongNumber, _) => {
                (revoked(Said::All, Road::WrongNumber).into(), Some(Answer::WrongNumber))
            }
            (Intent::Unsure, _) => {
                let deadline_ms = (now + UNSURE_FOR).timestamp_millis();
                (Suspended { deadline_ms, inbound: id, acted_ms }.into(), None)
            }
            (Intent::Start, Some(program)) => {
                let event = Restarted { program: program.name().clone(), acted_ms, inbound: id };
                (event.into(), Some(Answer::Start))
            }
            (Intent::Confirm, Some(program)) => {
                let event = Confirmed { program: program.name().clone(), acted_ms, inbound: id };
                (event.into(), Some(Answer::OptIn))
            }
            (Intent::Help, _) => (heard().into(), Some(Answer::Help)),
            (Intent::Start | Intent::Confirm | Intent::Join | Intent::Other, _) => (heard().into(), None),
        }
    }
}

/// Puts an answer into the outbox, in the same commit as what it answers.
#[allow(clippy::too_many_arguments, reason = "each is a different fact of one answer")]
pub(crate) fn queue_answer(
    replies: &Replies,
    program: &Program,
    person: &mut Person,
    answer: Answer,
    language: Option<Language>,
    sender: &Name,
    asked: DateTime<Utc>,
    cause: &InboundId,
) -> Result<(), ReceiveError> {
    let kind = match answer {
        Answer::Stop => ReplyKind::Stopped,
        Answer::Help => ReplyKind::Help,
        Answer::Start => ReplyKind::Reopened,
        Answer::OptIn => ReplyKind::Joined,
        Answer::Question => ReplyKind::Question,
        Answer::WrongNumber => ReplyKind::WrongNumber,
    };
    let names =
        Names { brand: program.brand(), program: program.name().as_str(), help: program.help_contact() };
    let text = replies.reply(kind, language.unwrap_or(Language::EN), &names);
    let source = Name::new(&format!("answer-{cause}")).map_err(|_| ReceiveError::Contended)?;
    let message = MessageId::derive(program.name(), &source, person.recipient, answer as u32);
    let segments = segments(&text, Counting::Standard).segments;
    let waiting = WaitingAnswer {
        answer,
        program: program.name().clone(),
        sender: sender.clone(),
        asked_ms: asked.timestamp_millis(),
        text,
        source,
    };
    let mut plain = Vec::new();
    // Writing to memory does not fail.
    let _ = minicbor::encode(&waiting, &mut plain);
    let payload = person.seal(&message.0, &plain)?;
    let job = Name::new(ANSWERS).map_err(|_| ReceiveError::Contended)?;
    let queued = Queued {
        message,
        stream: person.recipient,
        lane: Lane::Urgent,
        due_ms: asked.timestamp_millis(),
        closes_ms: (asked + Duration::minutes(ANSWER_WITHIN_MINUTES)).timestamp_millis(),
        sender: sender.clone(),
        segments,
        job,
        payload,
    };
    person.change_outbox(OutboxChange::Put(queued));
    Ok(())
}

fn in_flight(state: &State) -> Vec<MessageId> {
    state.in_flight().map(|sent| sent.message).collect()
}

/// A text could not be taken in. The gateway must hand it over again: nothing is lost until it is recorded.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReceiveError {
    /// The ledger failed.
    #[error(transparent)]
    Book(#[from] BookError),
    /// Others wrote to the same stream all the time.
    #[error("others wrote to this person's stream all the time; hand the text over again")]
    Contended,
    /// The clock cannot be read.
    #[error("the clock cannot be read")]
    NoClock,
}
