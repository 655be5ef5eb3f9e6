//! What became of a consent, step by step, in the standard's states.

use chrono::{DateTime, Utc};

use super::method;
use crate::{
    consent::{
        Event, Grant, State,
        event::{Revoked, Road, Said},
    },
    id::Name,
    ledger::Envelope,
};

/// The standard's states. Only the first two let anything be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Given,
    Renewed,
    Unknown,
    Requested,
    Deferred,
    Refused,
    Withdrawn,
    Expired,
    Terminated,
    Invalidated,
}

impl Status {
    pub(crate) const fn is_valid(self) -> bool {
        matches!(self, Self::Given | Self::Renewed)
    }

    pub(crate) const fn term(self) -> &'static str {
        match self {
            Self::Given => "dpv:ConsentGiven",
            Self::Renewed => "dpv:RenewedConsentGiven",
            Self::Unknown => "dpv:ConsentUnknown",
            Self::Requested => "dpv:ConsentRequested",
            Self::Deferred => "dpv:ConsentRequestDeferred",
            Self::Refused => "dpv:ConsentRefused",
            Self::Withdrawn => "dpv:ConsentWithdrawn",
            Self::Expired => "dpv:ConsentExpired",
            Self::Terminated => "dpv:ConsentTerminated",
            Self::Invalidated => "dpv:ConsentInvalidated",
        }
    }
}

/// Who says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    Person,
    Controller,
}

impl By {
    pub(crate) const fn term(self) -> &'static str {
        match self {
            Self::Person => "dpv:DataSubject",
            Self::Controller => "dpv:DataController",
        }
    }
}

/// One step.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) state: Status,
    pub(crate) at: DateTime<Utc>,
    pub(crate) by: By,
    pub(crate) method: String,
    /// The zone in which the person acted, where that is known.
    pub(crate) zone: Option<String>,
}

/// All steps with one program, oldest first, and the last consent among them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Course {
    pub(crate) steps: Vec<Step>,
    pub(crate) grant: Option<Grant>,
    asked: Option<Grant>,
}

/// Follows one program through a person's records, up to `at`.
pub(crate) fn course(envelopes: &[Envelope], program: &Name, at: DateTime<Utc>) -> Course {
    let (mut state, mut course) = (State::default(), Course::default());
    for envelope in envelopes {
        let before = state.stands_open(program);
        state.apply(envelope.seq, envelope.at_ms, &envelope.event);
        course.follow(envelope, program, before, state.stands_open(program));
    }
    let unanswered = state.program(program).and_then(|program| program.pending.as_ref());
    if unanswered.is_some_and(|pending| pending.expires_ms < at.timestamp_millis()) {
        course.step(
            Status::Deferred,
            at.timestamp_millis(),
            By::Person,
            "no answer to the question in time",
            None,
        );
    }
    course
}

impl Course {
    fn step(&mut self, state: Status, at_ms: i64, by: By, method: impl Into<String>, zone: Option<String>) {
        let Some(at) = DateTime::from_timestamp_millis(at_ms) else { return };
        self.steps.push(Step { state, at, by, method: method.into(), zone });
    }

    /// A consent lapsed by the rules at this moment.
    pub(crate) fn lapse(&mut self, at: DateTime<Utc>, why: String) {
        self.step(Status::Expired, at.timestamp_millis(), By::Controller, why, None);
    }

    fn follow(&mut self, envelope: &Envelope, program: &Name, before: bool, after: bool) {
        let opened = match (before, after) {
            (true, true) => Status::Renewed,
            (false, true) => Status::Given,
            (_, false) => Status::Unknown,
        };
        match &envelope.event {
            Event::Asked(e) if e.program == *program => {
                self.asked = Some(e.grant.clone());
                self.give(Status::Requested, &e.grant);
            }
            Event::OptedIn(e) if e.program == *program => self.give(opened, &e.grant),
            Event::Imported(e) if e.program == *program => {
                let grant = Grant { import: Some(e.import.clone()), ..e.grant.clone() };
                self.give(opened, &grant);
            }
            Event::Confirmed(e) if e.program == *program => {
                if let Some(asked) = self.asked.take().filter(|_| after) {
                    let acted_ms = e.acted_ms;
                    let confirmed =
                        Grant { acted_ms, inbound: Some(e.inbound), confirmed: Some(true), ..asked };
                    self.give(opened, &confirmed);
                }
            }
            Event::Restarted(e) if e.program == *program && after && !before => {
                self.step(Status::Renewed, e.acted_ms, By::Person, "START by text", None);
            }
            Event::Revoked(e) => self.revoke(e, program),
            Event::Suspended(e) if before => {
                self.step(Status::Unknown, e.acted_ms, By::Person, "a doubtful text", None);
            }
            Event::Unsuspended(_) if after && !before => {
                let said = "a human read the doubtful text: no revocation";
                self.step(Status::Renewed, envelope.at_ms, By::Controller, said, None);
            }
            Event::ImportUndone(e) if before && !after => {
                let said = format!("the import {} was taken back", e.import);
                self.step(Status::Invalidated, envelope.at_ms, By::Controller, said, None);
            }
            Event::Reassigned(e) if !after && self.grant.is_some() => {
                let said = format!("the number changed hands, says {}", e.source);
                self.step(
                    Status::Invalidated,
                    e.since_ms.unwrap_or(envelope.at_ms),
                    By::Controller,
                    said,
                    None,
                );
            }
            Event::Erased(_) if self.grant.is_some() => {
                self.step(Status::Terminated, envelope.at_ms, By::Controller, "erased", None);
            }
            _ => {}
        }
    }

    fn give(&mut self, state: Status, grant: &Grant) {
        self.step(state, grant.acted_ms, By::Person, method(grant), grant.zone.clone());
        self.grant = Some(grant.clone());
    }

    fn revoke(&mut self, e: &Revoked, program: &Name) {
        let reaches = e.said == Said::All || e.program.as_ref().is_none_or(|p| p == program);
        // What is said of one topic leaves the consent to the others.
        if !reaches || e.said == Said::Topic {
            return;
        }
        let state = match (e.road, &self.grant) {
            (Road::Reassigned, _) => return,
            (Road::WrongNumber, Some(_)) => Status::Invalidated,
            (_, Some(_)) => Status::Withdrawn,
            (_, None) => Status::Refused,
        };
        self.step(state, e.acted_ms, By::Person, e.road.code(), None);
    }
}
