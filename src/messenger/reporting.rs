use chrono::{DateTime, TimeDelta, Utc};

use super::Messenger;
use crate::{
    consent::event::{Concluded, Delivery, Outcome, Reported, Started},
    dispatch::{billed, story},
    gateway::{About, OptOutSignal, Recalled, Refusal, Report},
    id::{MessageId, Name},
    inbound::{ReceiveError, stage_refused, stage_signal},
    ledger::{BookError, OutboxChange, Person, Urgency, Written},
    phone::PhoneNumber,
    policy::{Facts, Reason, Request},
};

/// No gateway keeps a message longer: Vonage's seven days are the most (developer.vonage.com, Messages API).
const QUEUED_MS: i64 = 7 * 86_400_000;

/// What became of a delivery report.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Landed {
    /// The message; `None` if it is not ours.
    pub message: Option<MessageId>,
    /// The ledger took something new.
    pub changed: bool,
    /// Nobody had known whether the gateway took the message: now it is known.
    pub resolved: bool,
    /// How long after its last lawful moment it landed, if it did.
    pub late: Option<TimeDelta>,
    /// The hours that it landed outside of: something held it too long, and it may be a violation.
    pub outside: Vec<Reason>,
}

impl Messenger {
    /// Takes in a delivery report. Late and repeated ones change nothing that is settled; one about a message of
    /// which nobody knew settles it; one that tells of an opt-out ends consent like any other.
    ///
    /// ```
    /// # use optin::{Messenger, gateway::{About, Report}, consent::event::Delivery};
    /// # async fn doc(shop: Messenger, ana: optin::phone::PhoneNumber, at: chrono::DateTime<chrono::Utc>)
    /// # -> Result<(), Box<dyn std::error::Error>> {
    /// let report = Report::new(About::Gateway("SM1".to_owned()), ana, Delivery::Delivered, at);
    /// let landed = shop.report(&report).await?;
    /// if !landed.outside.is_empty() {
    ///     eprintln!("{:?} landed {:?} late, outside lawful hours", landed.message, landed.late);
    /// }
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The ledger failed.
    pub async fn report(&self, report: &Report) -> Result<Landed, ReceiveError> {
        let now = self.inner.clock.now().unwrap_or(report.at);
        loop {
            let Some(mut person) = self.inner.book.find(report.to).await? else {
                return self.report_of_others(report).await;
            };
            let Some(story) = story(&self.inner.book, &person, &report.about).await? else {
                return self.report_of_others(report).await;
            };
            let started = &story.started;
            let mut landed = self.hours_of(report, &person, started);
            if !self.stage_report(&mut person, report, started, &mut landed, now)? {
                return Ok(landed);
            }
            landed.changed = true;
            let urgency =
                if report.refusal == Some(Refusal::OptedOut) { Urgency::Stop } else { Urgency::Normal };
            if let Written::Done(_) = self.inner.book.write(person, urgency).await? {
                self.measure(report, story.at_ms);
                return Ok(landed);
            }
        }
    }

    /// A report of a message that is not ours, or no longer known. That somebody opted out counts all the same.
    async fn report_of_others(&self, report: &Report) -> Result<Landed, ReceiveError> {
        let mut landed = Landed::default();
        if report.refusal == Some(Refusal::OptedOut) {
            let about = match &report.about {
                About::Message(message) => message.to_string(),
                About::Gateway(id) => id.clone(),
            };
            let signal = OptOutSignal::by_gateway(report.to, report.at).reference(format!("report {about}"));
            landed.changed = !self.opted_out(&signal).await?.repeated;
        }
        Ok(landed)
    }

    /// Whether it landed after its last lawful moment, and outside of which hours.
    fn hours_of(&self, report: &Report, person: &Person, started: &Started) -> Landed {
        let mut landed = Landed { message: Some(started.message), ..Landed::default() };
        let last = DateTime::from_timestamp_millis(started.not_after_ms).unwrap_or(report.at);
        if report.delivery != Delivery::Delivered || started.answer.is_some() || report.at <= last {
            return landed;
        }
        landed.late = Some(report.at - last);
        if let Some(whereabouts) = &person.whereabouts {
            let request = Request {
                program: &started.program,
                kind: started.kind,
                category: started.category.as_ref(),
                subject: started.subject.as_ref(),
                sender: Some(&started.sender),
            };
            let facts = Facts { whereabouts, state: &person.state };
            landed.outside = self.policy().closed_hours(facts, request, report.at);
        }
        landed
    }

    /// Stages what is new in it; `false` if nothing is.
    fn stage_report(
        &self,
        person: &mut Person,
        report: &Report,
        started: &Started,
        landed: &mut Landed,
        now: DateTime<Utc>,
    ) -> Result<bool, BookError> {
        let (at_ms, message) = (now.timestamp_millis(), started.message);
        let Some((outcome, held)) = person.state.sent(message).map(|sent| (sent.outcome, sent.delivery))
        else {
            // Older than what the state keeps.
            return self.stage_refusal(person, report, started, now);
        };
        // A delivery outweighs everything, a repeat says nothing.
        if held.is_some_and(|held| held <= report.delivery) {
            return self.stage_refusal(person, report, started, now);
        }
        if matches!(outcome, None | Some(Outcome::Unknown)) {
            landed.resolved = true;
            let gateway_id = match &report.about {
                About::Gateway(id) => Some(id.clone()),
                About::Message(_) => None,
            };
            let code = Some("delivery_report".to_owned());
            let outcome = Outcome::Accepted;
            let taken = Concluded { message, outcome, gateway_id, code, gateway_code: None, billed: None };
            person.stage(at_ms, taken, &[])?;
            person.change_outbox(OutboxChange::Remove(message));
        }
        if outcome == Some(Outcome::Deferred) {
            // An earlier try was taken after all: the message waits to go again, and must not.
            person.change_outbox(OutboxChange::Remove(message));
        }
        let reported = Reported {
            message,
            delivery: report.delivery,
            acted_ms: report.at.timestamp_millis(),
            code: report.refusal.map(|refusal| refusal.code().to_owned()),
            gateway_code: report.code.clone(),
            billed: billed(report.segments, report.cost),
        };
        person.stage(at_ms, reported, &[])?;
        self.stage_refusal(person, report, started, now)?;
        Ok(true)
    }

    /// Stages what a report's reason says of the person, which is new whatever was reported before; `false` if it was
    /// said already.
    fn stage_refusal(
        &self,
        person: &mut Person,
        report: &Report,
        started: &Started,
        now: DateTime<Utc>,
    ) -> Result<bool, BookError> {
        let message = started.message;
        match report.refusal {
            Some(Refusal::OptedOut) => {
                let (program, sender) = (started.program.clone(), started.sender.clone());
                stage_refused(person, message, program, sender, now)
            }
            // Whoever gets the number next is somebody else.
            Some(Refusal::Deactivated) => {
                let Ok(source) = Name::new("gateway") else { return Ok(false) };
                let signal = OptOutSignal::deactivated(report.to, now, source).reference(message.to_string());
                stage_signal(person, &signal, &self.inner.programs, now)
            }
            _ => Ok(false),
        }
    }

    /// What the gateway's queue took, for gateways that take no validity period.
    fn measure(&self, report: &Report, started_ms: i64) {
        let started = DateTime::from_timestamp_millis(started_ms);
        let took = started.and_then(|started| (report.at - started).to_std().ok());
        if let (Some(took), Delivery::Delivered) = (took, report.delivery) {
            self.inner.queue.took(took);
        }
    }

    /// Calls back what the gateway took for this person and has not delivered, where the gateway can: after a
    /// STOP, the last that can be done. Returns what came of each.
    ///
    /// # Errors
    /// The ledger failed.
    pub async fn recall(&self, number: PhoneNumber) -> Result<Vec<(MessageId, Recalled)>, BookError> {
        let inner = &*self.inner;
        if !inner.gateway.capabilities().cancel {
            return Ok(Vec::new());
        }
        let Some(person) = inner.book.find(number).await? else { return Ok(Vec::new()) };
        let since_ms = person.state.newest_ms - QUEUED_MS;
        let waits = |sent: &&crate::consent::Sent| {
            sent.outcome == Some(Outcome::Accepted)
                && sent.delivery.is_none()
                && sent.answer.is_none()
                && sent.at_ms >= since_ms
        };
        let waiting: Vec<_> = person.state.sends.iter().filter(waits).map(|sent| sent.message).collect();
        let mut ids = Vec::new();
        inner
            .book
            .each_record(&person, |envelope| {
                if let crate::consent::Event::Concluded(concluded) = envelope.event
                    && waiting.contains(&concluded.message)
                {
                    ids.extend(concluded.gateway_id.map(|id| (concluded.message, id)));
                }
                std::ops::ControlFlow::Continue(())
            })
            .await?;
        let mut came = Vec::with_capacity(ids.len());
        for (message, id) in ids {
            came.push((message, inner.gateway.recall(id).await));
        }
        Ok(came)
    }
}
