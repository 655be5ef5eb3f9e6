use chrono::{DateTime, Duration, Utc};

use super::{Inbound, Intent, Scope, Understood, receive::Desk};
use crate::{
    consent::event::{Answer, Confirmed, Event, Heard, Restarted, Revoked, Road, Said, Suspended},
    id::InboundId,
    program::Program,
};

/// How long a doubtful text waits for a human before it counts as a STOP.
const UNSURE_FOR: Duration = Duration::hours(24);

impl Desk<'_> {
    /// What is recorded of a text, and the answer that it calls for.
    pub(super) fn event(
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
            topic: None,
            road,
            acted_ms,
            inbound: Some(id),
            matched: Some(understood.rule.to_string()),
            import: None,
            line: None,
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
