//! Text-to-join: what a keyword comes to.

use chrono::{DateTime, Utc};

use super::{Inbound, Language, ReceiveError, Understood, answer::queue_answer, receive::Desk};
use crate::{
    consent::{
        Basis, Channel, Grant, How, PersonalField, State,
        event::{Answer, Asked, Heard, OptedIn},
    },
    id::InboundId,
    ledger::Person,
    program::{JoinBy, Program},
};

const DAY_MS: i64 = 86_400_000;

/// What is done about a keyword.
enum Course {
    /// It is heard, and answered so.
    Hear(Option<Answer>),
    /// It is the consent.
    OptIn,
    /// It is the first yes.
    Ask,
}

impl Desk<'_> {
    /// Stages what a keyword of this program comes to, and the answer. Returns the answer's kind.
    pub(super) fn join(
        &self,
        inbound: &Inbound,
        id: InboundId,
        program: &Program,
        person: &mut Person,
        understood: &Understood,
        now: DateTime<Utc>,
    ) -> Result<Option<Answer>, ReceiveError> {
        let (acted, now_ms) = (inbound.sent_at.min(now), now.timestamp_millis());
        let acted_ms = acted.timestamp_millis();
        let blocked = self.is_blocked(&person.state, &inbound.to);
        let may = |answer| !blocked && crate::permit::may_answer(&person.state, answer, acted, now);
        let course = course(&person.state, program, acted_ms, now_ms, blocked, may);
        let tells = [Answer::OptIn, Answer::Question].map(|answer| may(answer).then_some(answer));
        let text = [(PersonalField::Text, inbound.text.clone())];
        let heard =
            Heard { read: Some(understood.evidence()), ..Heard::new(understood.intent.code(), id, acted_ms) };
        let (name, grant) = (program.name().clone(), self.grant(id, acted_ms));
        let answer = match course {
            Course::Hear(answer) => {
                person.stage(now_ms, heard, &text)?;
                answer
            }
            Course::OptIn => {
                person.stage(now_ms, heard, &[])?;
                person.stage(now_ms, OptedIn { program: name, grant }, &text)?;
                tells[0].filter(|_| person.state.stands_open(program.name()))
            }
            Course::Ask => {
                person.stage(now_ms, heard, &[])?;
                let expires_ms = (now + program.question_waits()).timestamp_millis();
                let asked_ms = Some(now_ms);
                person.stage(
                    now_ms,
                    Asked { program: name, grant, expires_ms, asked_ms, code: None, texted: None },
                    &text,
                )?;
                tells[1]
            }
        };
        if let Some(answer) = answer {
            let language = understood.language.or_else(|| Language::new(program.language_code()).ok());
            queue_answer(self.replies, program, person, answer, language, &inbound.to, acted, &id)?;
        }
        Ok(answer)
    }

    /// A keyword is a signed writing. That it names the seller and the use is known only where the words are that
    /// stood beside it.
    fn grant(&self, id: InboundId, acted_ms: i64) -> Grant {
        let basis = if self.call.is_some() { Basis::ExpressWritten } else { Basis::Express };
        Grant {
            text: self.call.map(|words| words.digest),
            inbound: Some(id),
            channel: Some(Channel::Sms),
            kept: Some(vec![PersonalField::Text]),
            ..Grant::new(basis, How::TextToJoin, acted_ms)
        }
    }
}

/// Who is in already is told so. Who had said that it is enough comes back only by a keyword that is later, and whose
/// answer says to what; and nobody is asked twice at once.
fn course(
    state: &State,
    program: &Program,
    acted_ms: i64,
    now_ms: i64,
    blocked: bool,
    may: impl Fn(Answer) -> bool,
) -> Course {
    let silenced = state.silenced(program.name());
    let pending = state.program(program.name()).and_then(|program| program.pending.as_ref());
    let said = |answer| {
        let lately = |at_ms: i64| now_ms - at_ms < DAY_MS;
        state.sends.iter().any(|sent| sent.answer == Some(answer) && sent.debits() && lately(sent.at_ms))
    };
    match program.joined_by() {
        None => Course::Hear(None),
        Some(JoinBy::Keyword) => {
            let discloses = may(Answer::OptIn) || said(Answer::OptIn) && !blocked;
            if silenced.is_some() && !discloses { Course::Hear(None) } else { Course::OptIn }
        }
        Some(JoinBy::Yes) if state.stands_open(program.name()) => {
            Course::Hear(Some(Answer::OptIn).filter(|answer| may(*answer)))
        }
        Some(JoinBy::Yes) => {
            let late = silenced.is_some_and(|(silenced_ms, _)| acted_ms <= silenced_ms);
            let asked = pending.is_some_and(|pending| pending.takes(now_ms));
            if late || asked || !may(Answer::Question) { Course::Hear(None) } else { Course::Ask }
        }
    }
}
