use std::{ops::ControlFlow, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    consent::{
        Event, Sent,
        event::{Billed, Concluded, Outcome},
    },
    gateway::{Answered, Cost, Refusal, Rejection},
    id::{MessageId, Name},
    inbound::stage_refused,
    ledger::{Book, BookError, OutboxChange, Person, Urgency, Written},
};

/// A message that the gateway did not take this time is asked again after this.
const AGAIN_AFTER: TimeDelta = TimeDelta::seconds(30);
/// However long a gateway asks to wait, a message is asked about again after this.
const LONGEST: Duration = Duration::from_secs(3_600);
const TRIES: usize = 64;

/// What becomes of a message of which nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// Left, and counted.
    Leave,
    /// The gateway can be asked later: the row stays as started until then.
    Ask,
    /// It starts again: the host chose *at least once*, and the kind is not marketing.
    Repeat,
}

impl Doubt {
    /// What it does to the row, once it is on record that nobody knows.
    pub(super) fn change(self, message: MessageId, closes_ms: i64, at: DateTime<Utc>) -> OutboxChange {
        match self {
            Self::Repeat => again(message, closes_ms, at + AGAIN_AFTER),
            Self::Leave | Self::Ask => OutboxChange::Remove(message),
        }
    }
}

/// One answer to be recorded.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) message: MessageId,
    pub(super) program: Name,
    pub(super) sender: Name,
    pub(super) answered: Answered,
    pub(super) doubt: Doubt,
    /// When its row closes, should it wait again.
    pub(super) closes_ms: i64,
    /// The person as the reservation left them; read again when a race is lost.
    pub(super) person: Box<Person>,
}

/// Records what came of a hand-over, until it is recorded.
pub(super) async fn conclude(book: &Book, mut answer: Answer, at: DateTime<Utc>) -> Result<(), BookError> {
    for _ in 0..TRIES {
        stage(&mut answer, at)?;
        let Answer { message, program, sender, answered, doubt, closes_ms, person } = answer;
        let (recipient, read) = (person.recipient, person.version);
        if let Written::Done(_) = book.write(*person, Urgency::Normal).await? {
            return Ok(());
        }
        let Some(person) = book.person(recipient).await? else { return Ok(()) };
        // That it was taken, or that the person opted out, is true of the message whichever try it was.
        let lasting = matches!(
            answered,
            Answered::Accepted(_) | Answered::Rejected(Rejection { refusal: Refusal::OptedOut, .. })
        );
        if !lasting && is_overtaken(book, &person, message, read).await? {
            return Ok(());
        }
        answer = Answer { message, program, sender, answered, doubt, closes_ms, person: Box::new(person) };
    }
    // What could not be recorded stays *started*: whoever comes next calls it unknown.
    Ok(())
}

/// Whether others have settled the message since this version, or started it again: an answer that nothing was taken
/// is about one try, and said of the next one it would let that go a second time.
async fn is_overtaken(
    book: &Book,
    person: &Person,
    message: MessageId,
    version: u64,
) -> Result<bool, BookError> {
    let settled = |sent: &Sent| !matches!(sent.outcome, None | Some(Outcome::Unknown));
    if person.state.sent(message).is_none_or(settled) {
        return Ok(true);
    }
    let mut again = false;
    book.each_record(person, |envelope| {
        again |= envelope.seq > version
            && matches!(&envelope.event, Event::Started(started) if started.message == message);
        ControlFlow::Continue(())
    })
    .await?;
    Ok(again)
}

fn stage(answer: &mut Answer, at: DateTime<Utc>) -> Result<(), BookError> {
    let at_ms = at.timestamp_millis();
    let message = answer.message;
    let concluded = concluded(message, &answer.answered);
    let outcome = concluded.outcome;
    answer.person.stage(at_ms, concluded, &[])?;
    if let Answered::Rejected(Rejection { refusal: Refusal::OptedOut, .. }) = &answer.answered {
        // A refusal because of an opt-out is an opt-out: consent and reachability both end.
        let (program, sender) = (answer.program.clone(), answer.sender.clone());
        stage_refused(&mut answer.person, message, program, sender, at)?;
    }
    let change = match (outcome, answer.doubt, &answer.answered) {
        (Outcome::Deferred, _, Answered::Rejected(said)) => {
            Some(again(message, answer.closes_ms, at + wait(said)))
        }
        (Outcome::Unknown, Doubt::Ask, _) => None,
        (Outcome::Unknown, doubt, _) => Some(doubt.change(message, answer.closes_ms, at)),
        _ => Some(OutboxChange::Remove(message)),
    };
    change.into_iter().for_each(|change| answer.person.change_outbox(change));
    Ok(())
}

fn again(message: MessageId, closes_ms: i64, due: DateTime<Utc>) -> OutboxChange {
    OutboxChange::Again { message, due_ms: due.timestamp_millis(), closes_ms }
}

/// How long a message waits that was certainly not taken this time.
fn wait(said: &Rejection) -> TimeDelta {
    let asked = said.retry_after.and_then(|asked| TimeDelta::from_std(asked.min(LONGEST)).ok());
    asked.map_or(AGAIN_AFTER, |asked| asked.max(AGAIN_AFTER))
}

fn concluded(message: MessageId, answered: &Answered) -> Concluded {
    let blank = |outcome| Concluded {
        message,
        outcome,
        gateway_id: None,
        code: None,
        gateway_code: None,
        billed: None,
    };
    match answered {
        Answered::Accepted(taken) => Concluded {
            gateway_id: Some(taken.id.clone()),
            billed: billed(taken.segments, taken.cost),
            ..blank(Outcome::Accepted)
        },
        Answered::Rejected(said) => Concluded {
            code: Some(said.refusal.code().to_owned()),
            gateway_code: said.code.clone(),
            ..blank(if said.permanent { Outcome::Refused } else { Outcome::Deferred })
        },
        Answered::Unknown(why) => Concluded { code: Some(why.code().to_owned()), ..blank(Outcome::Unknown) },
    }
}

/// What a gateway told of segments and cost, as it is recorded.
pub(crate) fn billed(segments: Option<u32>, cost: Option<Cost>) -> Option<Billed> {
    if segments.is_none() && cost.is_none() {
        return None;
    }
    let currency = cost.map(|cost| String::from_utf8_lossy(&cost.currency).into_owned());
    Some(Billed { segments, micros: cost.map(|cost| cost.micros), currency })
}
