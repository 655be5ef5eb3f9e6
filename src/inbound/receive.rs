use chrono::{DateTime, Utc};
use thiserror::Error;

use super::{
    Inbound, Intent, Language, Matcher, Replies, Understood, answer::queue_answer, closing::Told, turn::Turn,
};
use crate::{
    consent::{
        PersonalField, State,
        event::{Answer, Event, Miscoded, Replied, Restarted, TextKept},
    },
    id::{InboundId, MessageId, Name},
    ledger::{Book, BookError, Person, Urgency, Written},
    policy::Policy,
    program::Program,
    sync::Current,
};

/// How often a lost race is run again: a STOP must win in the end, and each loss means that another append won.
pub(super) const TRIES: usize = 256;

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
    /// Whether the gateway lets the sender that was answered reach the person. Where it does not, a START restores the
    /// consent, and nothing is said or sent until [`Messenger::restored`](crate::Messenger::restored).
    pub reachable: bool,
}

/// Everything that reading a text needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Desk<'a> {
    pub(crate) book: &'a Book,
    pub(crate) matcher: &'a Matcher,
    pub(crate) replies: &'a Replies,
    pub(crate) programs: &'a [Program],
    /// What the law lets a confirmation ask.
    pub(crate) policy: &'a Current<Policy>,
    /// The gateway confirms a STOP by itself: we must not.
    pub(crate) gateway_answers_stop: bool,
    /// Nothing is opened: nobody has asked yet whether the ledger is the one that its anchor knows.
    pub(crate) only_closes: bool,
    /// The words beside which the keyword was shown that came in, kept in the house stream.
    pub(crate) call: Option<&'a TextKept>,
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
            let (understood, turn) = self.understand(inbound, Some(&person), now);
            let repeated = person.state.has_heard(id);
            let mut received = Received {
                intent: understood.intent,
                in_flight: in_flight(&person.state),
                understood,
                answer: None,
                repeated,
                reachable: !self.is_blocked(&person.state, &inbound.to),
            };
            if repeated {
                return Ok(received);
            }
            let opens =
                matches!(turn, Turn::Joins(_) | Turn::Confirms(_)) || received.intent == Intent::Start;
            if self.only_closes && opens {
                return Err(ReceiveError::OnlyCloses);
            }
            received.answer =
                self.take(inbound, id, program, &mut person, &received.understood, turn, now)?;
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

    /// Whether a text is, or may be, a wish to stop. Asked before the ledger is.
    pub(crate) fn may_revoke(&self, inbound: &Inbound, now: DateTime<Utc>) -> bool {
        let intent = self.understand(inbound, None, now).0.intent;
        matches!(intent, Intent::Stop | Intent::WrongNumber | Intent::Unsure)
    }

    /// The program that an address belongs to.
    pub(super) fn owner(&self, address: &Name) -> Option<&Program> {
        self.programs.iter().find(|p| p.senders().iter().any(|s| s.answers_to(address.as_str())))
    }

    /// The program whose keyword a text is. Asked before the ledger is.
    pub(crate) fn joined_by(&self, inbound: &Inbound, now: DateTime<Utc>) -> Option<&Program> {
        match self.understand(inbound, None, now).1 {
            Turn::Joins(program) => Some(program),
            _ => None,
        }
    }

    /// Whether the gateway or the network blocks the sender behind this address for the person.
    pub(super) fn is_blocked(&self, state: &State, address: &Name) -> bool {
        let senders = || self.programs.iter().flat_map(Program::senders);
        let behind = |held: &Name| senders().any(|s| s.id() == held && s.answers_to(address.as_str()));
        state.blocked.iter().any(|held| held == address || behind(held))
    }

    /// Stages what a text comes to, and the answer. Returns the answer's kind.
    #[allow(clippy::too_many_arguments, reason = "each is a different fact of one text")]
    fn take(
        &self,
        inbound: &Inbound,
        id: InboundId,
        program: Option<&Program>,
        person: &mut Person,
        understood: &Understood,
        turn: Turn<'_>,
        now: DateTime<Utc>,
    ) -> Result<Option<Answer>, ReceiveError> {
        let acted_ms = inbound.sent_at.min(now).timestamp_millis();
        let event: Event = match turn {
            Turn::Joins(program) => return self.join(inbound, id, program, person, understood, now),
            Turn::Confirms(program) => {
                return self.record(inbound, id, Some(program), person, understood, now);
            }
            Turn::Plain if understood.intent == Intent::Start => {
                return self.restart(inbound, id, program, person, understood, now);
            }
            Turn::Plain => return self.record(inbound, id, program, person, understood, now),
            Turn::Miscodes(program) => {
                Miscoded { program: program.name().clone(), acted_ms, inbound: id, channel: None }.into()
            }
            Turn::Replies(chosen) => {
                let (program, question) = (chosen.program, chosen.question);
                Replied { program, question, acted_ms, inbound: id }.into()
            }
        };
        person.stage(now.timestamp_millis(), event, &[(PersonalField::Text, inbound.text.clone())])?;
        Ok(None)
    }

    /// A START reopens what a STOP to the same sender closed: each program it carries that the person had agreed to.
    fn restart(
        &self,
        inbound: &Inbound,
        id: InboundId,
        program: Option<&Program>,
        person: &mut Person,
        understood: &Understood,
        now: DateTime<Utc>,
    ) -> Result<Option<Answer>, ReceiveError> {
        let agreed =
            |p: &&Program| person.state.program(p.name()).is_some_and(|held| !held.grants.is_empty());
        let mut agreed =
            self.carried_by(&inbound.to).into_iter().filter(agreed).collect::<Vec<_>>().into_iter();
        let first = agreed.next().or(program);
        let answer = self.record(inbound, id, first, person, understood, now)?;
        let acted_ms = inbound.sent_at.min(now).timestamp_millis();
        for program in agreed {
            let restarted = Restarted { program: program.name().clone(), acted_ms, inbound: id };
            person.stage(now.timestamp_millis(), restarted, &[])?;
        }
        Ok(answer)
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
        // A carrier's clock that is ahead must not put a STOP, or a START, after what is still to come; nor ours that is
        // behind a STOP before what has come.
        let closes = matches!(understood.intent, Intent::Stop | Intent::WrongNumber | Intent::Unsure);
        let newest_ms = if closes { person.state.newest_ms } else { i64::MIN };
        let acted_ms = inbound.sent_at.timestamp_millis().min(now.timestamp_millis().max(newest_ms));
        let heard = Told { inbound, id, program, understood, acted_ms, now };
        if let Some(closed) = self.close(&heard, person)? {
            return Ok(closed);
        }
        let (event, answer) = self.event(id, program, understood, acted_ms);
        let text = (!person.state.erased).then(|| (PersonalField::Text, inbound.text.clone()));
        person.stage(now.timestamp_millis(), event, text.as_slice())?;
        let (Some(answer), Some(program)) = (answer, program) else { return Ok(None) };
        let useless = match answer {
            Answer::Stop => self.gateway_answers_stop,
            // A START that opened nothing is not confirmed, nor one that the gateway would not let us say.
            Answer::Start | Answer::OptIn => {
                !person.state.stands_open(program.name()) || self.is_blocked(&person.state, &inbound.to)
            }
            Answer::Help | Answer::Question | Answer::WrongNumber | Answer::Reminder => false,
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
}

pub(super) fn in_flight(state: &State) -> Vec<MessageId> {
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
    /// The text opens something, and whether the ledger is the one that its anchor knows was not asked.
    #[error("nothing is opened until the ledger is known to be the one that its anchor knows")]
    OnlyCloses,
    /// The clock cannot be read.
    #[error("the clock cannot be read")]
    NoClock,
}
