//! The desk at which humans read what no table could: who waits, and what is decided.

use std::{collections::BinaryHeap, fmt};

use chrono::{DateTime, Utc};

use super::receive::{ReceiveError, TRIES, in_flight};
use crate::{
    consent::{
        Event, PersonalField,
        event::{Read, Revoked, Road, Said, Suspended, Unsuspended},
    },
    id::{InboundId, MessageId, Name, RecipientId},
    ledger::{Book, BookError, Person, Urgency, Written},
    phone::PhoneNumber,
    program::Program,
};

/// A doubtful text that waits for a human. Marketing to the person waits too, and at the deadline it is a STOP.
#[derive(Clone)]
#[non_exhaustive]
pub struct Doubtful {
    /// Who wrote. Shown, it is masked.
    pub number: PhoneNumber,
    /// The text's id, for [`Messenger::judge`](crate::Messenger::judge).
    pub inbound: InboundId,
    /// The words.
    pub text: String,
    /// The words that raised the doubt.
    pub phrase: Option<String>,
    /// When it was written, by the carrier's clock.
    pub since: DateTime<Utc>,
    /// When it becomes a STOP.
    pub deadline: DateTime<Utc>,
    /// The program that was answered, if that is known.
    pub program: Option<Name>,
    /// How it was read, if that was recorded.
    pub read: Option<Read>,
    /// Where the next page begins.
    pub next: Waiting,
}

impl fmt::Debug for Doubtful {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Doubtful")
            .field("number", &self.number)
            .field("inbound", &self.inbound)
            .field("deadline", &self.deadline)
            .field("program", &self.program)
            .finish_non_exhaustive()
    }
}

/// A place in the queue: the soonest deadline comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Waiting {
    deadline_ms: i64,
    recipient: RecipientId,
    inbound: InboundId,
}

/// What a human says of a doubtful text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A wish to stop what it answered; all, if that is not known.
    Stop,
    /// A wish to stop everything.
    StopAll,
    /// No wish to stop. It lifts this doubt and nothing else.
    NotAStop,
}

/// What became of a verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Judged {
    /// It is on record, with what was in flight.
    Recorded(Vec<MessageId>),
    /// The deadline has passed: the text is a STOP, and only the person can open again.
    TooLate,
    /// No such text of this person waits: it was judged, or never came.
    NotWaiting,
}

/// Who waits beyond `after`, the soonest deadline first, at most `limit`. Every stream is looked at: the time is
/// that of a scan of the ledger.
pub(crate) async fn find_doubtful(
    book: &Book,
    after: Option<Waiting>,
    limit: usize,
    now: DateTime<Utc>,
) -> Result<Vec<Doubtful>, BookError> {
    let now_ms = now.timestamp_millis();
    let mut soonest = BinaryHeap::new();
    let mut from = None;
    loop {
        let people = book.page(from, false).await?;
        let Some(last) = people.last() else { break };
        from = Some(last.recipient);
        for person in people.iter().filter(|person| !person.state.erased) {
            for doubt in person.state.doubts.iter().flatten() {
                let (deadline_ms, inbound) = (doubt.deadline_ms, doubt.inbound);
                let waiting = Waiting { deadline_ms, recipient: person.recipient, inbound };
                let nameless = inbound == InboundId::default();
                if nameless || deadline_ms <= now_ms || after.is_some_and(|after| waiting <= after) {
                    continue;
                }
                soonest.push(waiting);
                if soonest.len() > limit {
                    soonest.pop();
                }
            }
        }
    }
    let mut doubtful = Vec::with_capacity(soonest.len());
    for waiting in soonest.into_sorted_vec() {
        // It may have been judged or erased since it was seen.
        let Some(person) = book.person(waiting.recipient).await? else { continue };
        doubtful.extend(shown(book, &person, waiting).await?);
    }
    Ok(doubtful)
}

async fn shown(book: &Book, person: &Person, waiting: Waiting) -> Result<Option<Doubtful>, BookError> {
    let Ok(number) = book.number(person) else { return Ok(None) };
    let history = book.history(person).await?;
    let found = history.into_iter().rev().find_map(|(envelope, personal)| match envelope.event {
        Event::Suspended(suspended) if suspended.inbound == waiting.inbound => Some((suspended, personal)),
        _ => None,
    });
    let Some((suspended, personal)) = found else { return Ok(None) };
    let text = personal.into_iter().find(|(field, _)| *field == PersonalField::Text);
    let text = text.map(|(_, text)| text).unwrap_or_default();
    let span = |read: &Read| Some(usize::try_from(read.from?).ok()?..usize::try_from(read.to?).ok()?);
    let phrase = suspended.read.as_ref().and_then(span).and_then(|span| text.get(span)).map(str::to_owned);
    let Suspended { acted_ms, program, read, .. } = suspended;
    let at = |ms| DateTime::from_timestamp_millis(ms).unwrap_or_default();
    Ok(Some(Doubtful {
        number,
        inbound: waiting.inbound,
        text,
        phrase,
        since: at(acted_ms),
        deadline: at(waiting.deadline_ms),
        program,
        read,
        next: waiting,
    }))
}

/// Records what a human says of one doubtful text.
pub(crate) async fn judge(
    (book, programs): (&Book, &[Program]),
    number: PhoneNumber,
    inbound: InboundId,
    verdict: Verdict,
    by: &Name,
    now: DateTime<Utc>,
) -> Result<Judged, ReceiveError> {
    let now_ms = now.timestamp_millis();
    for _ in 0..TRIES {
        let Some(mut person) = book.find(number).await? else { return Ok(Judged::NotWaiting) };
        let doubts = person.state.doubts.iter().flatten();
        let Some(doubt) = doubts.copied().find(|doubt| doubt.inbound == inbound) else {
            return Ok(Judged::NotWaiting);
        };
        if now_ms >= doubt.deadline_ms {
            return Ok(Judged::TooLate);
        }
        let flying = in_flight(&person.state);
        if verdict == Verdict::NotAStop {
            person.stage(now_ms, Unsuspended { by: by.clone(), inbound: Some(inbound) }, &[])?;
        } else {
            let to = suspended(book, &person, inbound).await?.filter(|_| verdict == Verdict::Stop);
            // As by text: every program that the answered address carries, or everything.
            let sender = to.and_then(|to| to.sender);
            let carries = |program: &&Program| {
                let answers =
                    |address: &Name| program.senders().iter().any(|s| s.answers_to(address.as_str()));
                sender.as_ref().is_some_and(answers)
            };
            let mut meant: Vec<_> = programs.iter().filter(carries).map(|p| Some(p.name().clone())).collect();
            if meant.is_empty() {
                meant.push(None);
            }
            for program in meant {
                let revoked = Revoked {
                    said: if program.is_some() { Said::Program } else { Said::All },
                    program,
                    sender: sender.clone(),
                    inbound: Some(inbound),
                    by: Some(by.clone()),
                    ..Revoked::all(Road::Judged, doubt.acted_ms)
                };
                person.stage(now_ms, revoked, &[])?;
            }
        }
        if let Written::Done(_) = book.write(person, Urgency::Stop).await? {
            return Ok(Judged::Recorded(flying));
        }
    }
    Err(ReceiveError::Contended)
}

/// The record of a doubtful text.
async fn suspended(book: &Book, person: &Person, inbound: InboundId) -> Result<Option<Suspended>, BookError> {
    let mut found = None;
    book.each_record(person, |envelope| {
        if let Event::Suspended(suspended) = envelope.event
            && suspended.inbound == inbound
        {
            found = Some(suspended);
        }
        std::ops::ControlFlow::Continue(())
    })
    .await?;
    Ok(found)
}
