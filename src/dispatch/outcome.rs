use chrono::{DateTime, Duration, Utc};

use crate::{
    consent::event::{Blocked, Concluded, Outcome, Revoked, Road, Said},
    gateway::{Answered, Refusal},
    id::{MessageId, Name},
    ledger::{Book, BookError, OutboxChange, Person, Urgency, Written},
};

/// A message that the gateway did not take this time is asked again after this.
const AGAIN_AFTER: Duration = Duration::seconds(30);
const TRIES: usize = 64;

/// One answer to be recorded.
pub(crate) struct Answer {
    pub(crate) message: MessageId,
    pub(crate) program: Name,
    pub(crate) sender: Name,
    pub(crate) answered: Answered,
    /// When its row closes, should it wait again.
    pub(crate) closes_ms: i64,
    /// The person as the reservation left them; read again when a race is lost.
    pub(crate) person: Box<Person>,
}

/// Records what came of hand-overs, in one call of the ledger, until every one of them is recorded.
pub(crate) async fn conclude(book: &Book, answers: Vec<Answer>, at: DateTime<Utc>) -> Result<(), BookError> {
    let mut open = answers;
    for _ in 0..TRIES {
        let (mut writes, mut kept) = (Vec::with_capacity(open.len()), Vec::with_capacity(open.len()));
        for mut answer in open {
            stage(&mut answer, at)?;
            let Answer { message, program, sender, answered, closes_ms, person } = answer;
            kept.push((message, program, sender, answered, closes_ms, person.recipient));
            writes.push(*person);
        }
        let mut lost = Vec::new();
        for (written, kept) in book.write_all(writes, Urgency::Normal).await?.into_iter().zip(kept) {
            if let Written::Conflict = written {
                lost.push(kept);
            }
        }
        if lost.is_empty() {
            return Ok(());
        }
        open = Vec::with_capacity(lost.len());
        for (message, program, sender, answered, closes_ms, recipient) in lost {
            if let Some(person) = book.person(recipient).await? {
                open.push(Answer { message, program, sender, answered, closes_ms, person: Box::new(person) });
            }
        }
    }
    // What could not be recorded stays *started*: whoever comes next calls it unknown.
    Ok(())
}

fn stage(answer: &mut Answer, at: DateTime<Utc>) -> Result<(), BookError> {
    let at_ms = at.timestamp_millis();
    let message = answer.message;
    let (outcome, gateway_id, code) = match &answer.answered {
        Answered::Accepted(taken) => (Outcome::Accepted, Some(taken.id.clone()), None),
        Answered::Rejected(said) if said.permanent => (Outcome::Refused, None, Some(said.refusal)),
        Answered::Rejected(said) => (Outcome::Deferred, None, Some(said.refusal)),
        Answered::Unknown(_) => (Outcome::Unknown, None, None),
    };
    let code_text = code.map(|code| code.code().to_owned());
    answer.person.stage(at_ms, Concluded { message, outcome, gateway_id, code: code_text }, &[])?;
    if code == Some(Refusal::OptedOut) {
        opted_out(answer, at_ms)?;
    }
    answer.person.change_outbox(if outcome == Outcome::Deferred {
        OutboxChange::Again {
            message,
            due_ms: (at + AGAIN_AFTER).timestamp_millis(),
            closes_ms: answer.closes_ms,
        }
    } else {
        OutboxChange::Remove(message)
    });
    Ok(())
}

/// A send refused because of an opt-out is an opt-out: consent and reachability both end.
fn opted_out(answer: &mut Answer, at_ms: i64) -> Result<(), BookError> {
    let blocked = Blocked { sender: answer.sender.clone(), code: Refusal::OptedOut.code().to_owned() };
    answer.person.stage(at_ms, blocked, &[])?;
    let revoked = Revoked {
        said: Said::Program,
        program: Some(answer.program.clone()),
        sender: Some(answer.sender.clone()),
        topic: None,
        road: Road::Gateway,
        acted_ms: at_ms,
        inbound: None,
        matched: None,
    };
    answer.person.stage(at_ms, revoked, &[])
}
