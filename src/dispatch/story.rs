use std::ops::ControlFlow;

use crate::{
    consent::{
        Event,
        event::{Outcome, Started},
    },
    gateway::About,
    id::MessageId,
    ledger::{Book, BookError, Person},
};

/// What the records of a person tell of one message.
#[derive(Debug)]
pub(crate) struct Story {
    /// The last start.
    pub(crate) started: Started,
    /// When that was, Unix milliseconds.
    pub(crate) at_ms: i64,
    /// How often it started.
    pub(crate) starts: u32,
    /// When it went on record that nobody knows, Unix milliseconds.
    pub(crate) unknown_ms: Option<i64>,
}

/// Reads the story of a message, by our id or the gateway's; `None` if the person never had it.
pub(crate) async fn story(book: &Book, person: &Person, about: &About) -> Result<Option<Story>, BookError> {
    let message = match about {
        About::Message(message) => Some(*message),
        About::Gateway(id) => named(book, person, id).await?,
    };
    let Some(message) = message else { return Ok(None) };
    let mut story: Option<Story> = None;
    book.each_record(person, |envelope| {
        let at_ms = envelope.at_ms;
        match envelope.event {
            Event::Started(started) if started.message == message => {
                let starts = story.as_ref().map_or(1, |before| before.starts + 1);
                story = Some(Story { started, at_ms, starts, unknown_ms: None });
            }
            Event::Concluded(concluded) if concluded.message == message => {
                if let Some(story) = story.as_mut().filter(|_| concluded.outcome == Outcome::Unknown) {
                    story.unknown_ms = Some(at_ms);
                }
            }
            _ => {}
        }
        ControlFlow::Continue(())
    })
    .await?;
    Ok(story)
}

/// The message that a gateway took under this id.
async fn named(book: &Book, person: &Person, id: &str) -> Result<Option<MessageId>, BookError> {
    let mut found = None;
    book.each_record(person, |envelope| match envelope.event {
        Event::Concluded(concluded) if concluded.gateway_id.as_deref() == Some(id) => {
            found = Some(concluded.message);
            ControlFlow::Break(())
        }
        _ => ControlFlow::Continue(()),
    })
    .await?;
    Ok(found)
}
