use chrono::{DateTime, Duration, Utc};

use super::{Language, Names, ReceiveError, Replies, ReplyKind};
use crate::{
    codec::cbor_map,
    consent::{OneTimeCode, event::Answer},
    id::{InboundId, MessageId, Name},
    ledger::{Lane, OutboxChange, Person, Queued},
    message::{Counting, segments},
    permit::ANSWER_WITHIN_MINUTES,
    program::Program,
};

/// The job under which answers wait in the outbox.
pub(crate) const ANSWERS: &str = "optin.answers";

cbor_map! {
    /// An answer that waits in the outbox.
    pub(crate) struct WaitingAnswer {
        0 => pub(crate) answer: Answer,
        1 => pub(crate) program: Name,
        2 => pub(crate) sender: Name,
        3 => pub(crate) asked_ms: i64,
        4 => pub(crate) text: String,
        5 => pub(crate) source: Name,
        /// It asks which of several things a STOP meant.
        6 => pub(crate) clarifies: Option<bool>,
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
        Answer::Question | Answer::Reminder if asks_code(person, program) => ReplyKind::Code,
        Answer::Question => ReplyKind::Question,
        Answer::Reminder => ReplyKind::Reminder,
        Answer::WrongNumber => ReplyKind::WrongNumber,
    };
    let text = replies.reply(kind, language.unwrap_or(Language::EN), &names(program));
    queue_text((text, false), program, person, answer, sender, asked, cause)
}

/// Puts the text that tells a code into the outbox: the question of a double opt-in.
#[allow(clippy::too_many_arguments, reason = "each is a different fact of one answer")]
pub(crate) fn queue_code(
    replies: &Replies,
    program: &Program,
    person: &mut Person,
    code: &OneTimeCode,
    language: Option<Language>,
    sender: &Name,
    asked: DateTime<Utc>,
    cause: &InboundId,
) -> Result<(), ReceiveError> {
    let text = replies.texted_code(language.unwrap_or(Language::EN), &names(program), code);
    queue_text((text, false), program, person, Answer::Question, sender, asked, cause)
}

/// The same with words of its own, which may ask what a STOP meant.
pub(super) fn queue_text(
    (text, clarifies): (String, bool),
    program: &Program,
    person: &mut Person,
    answer: Answer,
    sender: &Name,
    asked: DateTime<Utc>,
    cause: &InboundId,
) -> Result<(), ReceiveError> {
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
        clarifies: clarifies.then_some(true),
    };
    let mut plain = Vec::new();
    // Writing to memory does not fail.
    let _ = minicbor::encode(&waiting, &mut plain);
    let payload = person.seal(&message.0, &plain)?;
    let job = Name::new(ANSWERS).map_err(|_| ReceiveError::Contended)?;
    // A reminder waits for its hours, as long as the question does.
    let reminds = answer == Answer::Reminder;
    let within = if reminds { program.question_waits() } else { Duration::minutes(ANSWER_WITHIN_MINUTES) };
    let queued = Queued {
        message,
        stream: person.recipient,
        lane: if reminds { Lane::Transactional } else { Lane::Urgent },
        due_ms: asked.timestamp_millis(),
        closes_ms: (asked + within).timestamp_millis(),
        sender: sender.clone(),
        segments,
        job,
        payload,
    };
    person.change_outbox(OutboxChange::Put(queued));
    Ok(())
}

pub(super) fn names(program: &Program) -> Names<'_> {
    Names { brand: program.brand(), program: program.name().as_str(), help: program.help_contact() }
}

/// Whether the open question of this program is for a code.
fn asks_code(person: &Person, program: &Program) -> bool {
    let pending = person.state.program(program.name()).and_then(|held| held.pending.as_ref());
    pending.is_some_and(|pending| pending.code.is_some())
}
