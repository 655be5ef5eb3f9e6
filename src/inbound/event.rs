use super::{Intent, Understood, receive::Desk};
use crate::{
    consent::event::{Answer, Confirmed, Event, Heard, Restarted},
    id::InboundId,
    program::Program,
};

impl Desk<'_> {
    /// What is recorded of a text, and the answer that it calls for.
    pub(super) fn event(
        &self,
        id: InboundId,
        program: Option<&Program>,
        understood: &Understood,
        acted_ms: i64,
    ) -> (Event, Option<Answer>) {
        let heard = || Heard {
            read: Some(understood.evidence()),
            ..Heard::new(understood.intent.code(), id, acted_ms)
        };
        match (understood.intent, program) {
            (Intent::Start, Some(program)) => {
                let event = Restarted { program: program.name().clone(), acted_ms, inbound: id };
                (event.into(), Some(Answer::Start))
            }
            (Intent::Confirm, Some(program)) => {
                let event =
                    Confirmed { program: program.name().clone(), acted_ms, inbound: id, channel: None };
                (event.into(), Some(Answer::OptIn))
            }
            (Intent::Help, _) => (heard().into(), Some(Answer::Help)),
            // What closes is recorded apart, before anything is opened.
            _ => (heard().into(), None),
        }
    }
}
