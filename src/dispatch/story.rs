use std::ops::ControlFlow;

use crate::{
    consent::{Event, event::Started},
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
        if let Event::Started(started) = envelope.event
            && started.message == message
        {
            let starts = story.as_ref().map_or(1, |before| before.starts + 1);
            story = Some(Story { started, at_ms: envelope.at_ms, starts });
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
