//! The fold of a person's records against a model, and against each sentence of law 3.

pub(crate) mod model;

mod agree;
mod law;
mod lists;
mod permutations;
mod sends;
mod tenures;

use chrono::{DateTime, Utc};
use model::Ask;
use optin::{
    consent::{
        Basis, Event, Grant, How, State,
        event::{
            Asked, Confirmed, Imported, OptedIn, Restarted, Revoked, Road, Said, Suspended, Unsuspended,
        },
    },
    id::{InboundId, Name},
    law::Rulebook,
    message::Kind,
    place::{Whereabouts, ZoneTable},
    policy::{Facts, Policy, Request},
};

use crate::walk::{at, number};

pub(crate) fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

/// Minutes of the day on which all of these tests play, a Thursday; noon in Paris is at minute 660.
fn minute(minute: i64) -> i64 {
    at("2026-11-26T00:00:00Z").timestamp_millis() + minute * 60_000
}

fn noon() -> DateTime<Utc> {
    DateTime::from_timestamp_millis(minute(660)).unwrap()
}

fn grant(acted_ms: i64) -> Grant {
    Grant::new(Basis::ExpressWritten, How::Checkbox, acted_ms)
}

fn inbound(nth: i64) -> InboundId {
    InboundId::of(&nth.to_string())
}

fn opt_in(program: &str, m: i64) -> Event {
    OptedIn { program: name(program), grant: grant(minute(m)) }.into()
}

fn import(program: &str, m: i64) -> Event {
    Imported { program: name(program), grant: grant(minute(m)), import: name("list"), line: None }.into()
}

fn ask(program: &str, m: i64, until: i64) -> Event {
    Asked {
        program: name(program),
        grant: grant(minute(m)),
        expires_ms: minute(until),
        asked_ms: None,
        code: None,
        texted: None,
    }
    .into()
}

fn yes(program: &str, m: i64) -> Event {
    Confirmed { program: name(program), acted_ms: minute(m), inbound: inbound(m), channel: None }.into()
}

fn start(program: &str, m: i64) -> Event {
    Restarted { program: name(program), acted_ms: minute(m), inbound: inbound(m) }.into()
}

fn revoked(said: Said, program: Option<&str>, m: i64) -> Revoked {
    Revoked { said, program: program.map(name), ..Revoked::all(Road::Keyword, minute(m)) }
}

fn stop(program: &str, m: i64) -> Event {
    revoked(Said::Program, Some(program), m).into()
}

fn doubt(m: i64, until: i64) -> Event {
    Suspended::new(inbound(m), minute(m), minute(until)).into()
}

fn cleared() -> Event {
    Unsuspended { by: name("lea"), inbound: None }.into()
}

fn fold(events: &[Event]) -> State {
    let mut state = State::default();
    for (seq, event) in (1..).zip(events) {
        state.apply(seq, minute(600), event);
    }
    state
}

/// What really decides, for a person in France at noon.
struct Judge {
    policy: Policy,
    whereabouts: Whereabouts,
}

impl Judge {
    fn new() -> Self {
        Self {
            policy: Policy::new(Rulebook::builtin(), ZoneTable::bundled()),
            whereabouts: Whereabouts::of(number("+33612345678")),
        }
    }

    fn allows(&self, events: &[Event], ask: &Ask<'_>) -> bool {
        let state = fold(events);
        let request = Request {
            program: ask.program,
            kind: Kind::Marketing,
            category: ask.category,
            subject: None,
            sender: Some(ask.sender),
        };
        let at = DateTime::from_timestamp_millis(ask.at_ms).unwrap();
        let decision =
            self.policy.decide(Facts { whereabouts: &self.whereabouts, state: &state }, request, at);
        decision.is_allowed()
    }

    /// Marketing of this program, from its own sender.
    fn is_open(&self, events: &[Event], program: &str) -> bool {
        let (program, sender) = (name(program), name(if program == "soldes" { "36123" } else { "36456" }));
        let ask = Ask { program: &program, sender: &sender, category: None, at_ms: minute(660) };
        let allows = self.allows(events, &ask);
        assert_eq!(allows, model::is_open(events, &ask), "fold and model differ on {events:?}");
        allows
    }
}
