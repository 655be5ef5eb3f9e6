use std::fmt;

use chrono::{DateTime, Utc};

use super::receive::{Desk, ReceiveError, TRIES, in_flight};
use crate::{
    consent::{
        PersonalField,
        event::{Blocked, Reassigned, Revoked, Road, Said},
    },
    id::{InboundId, MessageId, Name, NameError},
    ledger::{BookError, Person, Urgency, Written},
    phone::PhoneNumber,
    program::Program,
};

/// The gateways' own code for a person who has opted out.
const OPTED_OUT: &str = "recipient_opted_out";

/// An opt-out, or the end of a number, that came by another road than a text: any channel counts.
///
/// The constructors name the road; what else is known is added. Without a program, a sender that is one's, or a
/// topic, it means everything. What it says is done at once, and the same signal twice is one record.
///
/// ```
/// use optin::inbound::OptOutSignal;
/// # let (ana, at) = ("+33612345678".parse()?, "2026-11-26T11:00:00Z".parse()?);
/// let call = OptOutSignal::by_phone(ana, at).note("rappelle à 11 h : plus aucun SMS, merci");
/// assert!(call.program.is_none());                                 // everything
/// let mail = OptOutSignal::by_email(ana, at).program("soldes")?.reference("ticket-81");
/// assert!(!format!("{mail:?}").contains("612345678"));
/// assert!(OptOutSignal::complaint(ana, at).sender("36 123").is_err());  // a name has no spaces
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct OptOutSignal {
    /// Who.
    pub number: PhoneNumber,
    /// When the person, or whoever reports it, acted.
    pub at: DateTime<Utc>,
    /// By what road it came.
    pub road: Road,
    /// The sender that is meant, or blocked.
    pub sender: Option<Name>,
    /// The program that is meant.
    pub program: Option<Name>,
    /// The topic of the program that is meant; one that the program does not have means all of it.
    pub topic: Option<Name>,
    /// What was said, in words: sealed, and destroyed with the person's data.
    pub note: Option<String>,
    /// The source's own id of it, so that a repeat is known.
    pub reference: Option<String>,
    /// Who took it down, or which register or carrier says so.
    pub by: Option<Name>,
}

impl OptOutSignal {
    const fn new(number: PhoneNumber, at: DateTime<Utc>, road: Road) -> Self {
        Self {
            number,
            at,
            road,
            sender: None,
            program: None,
            topic: None,
            note: None,
            reference: None,
            by: None,
        }
    }

    /// A person told support, in whatever way.
    #[must_use]
    pub const fn by_support(number: PhoneNumber, at: DateTime<Utc>) -> Self {
        Self::new(number, at, Road::Support)
    }

    /// A call or a voice mail.
    #[must_use]
    pub const fn by_phone(number: PhoneNumber, at: DateTime<Utc>) -> Self {
        Self::new(number, at, Road::Phone)
    }

    /// An e-mail or a letter. Support says that it is one: it counts as a STOP whatever its words.
    #[must_use]
    pub const fn by_email(number: PhoneNumber, at: DateTime<Utc>) -> Self {
        Self::new(number, at, Road::Email)
    }

    /// A web form or preference centre.
    #[must_use]
    pub const fn on_web(number: PhoneNumber, at: DateTime<Utc>) -> Self {
        Self::new(number, at, Road::Web)
    }

    /// A complaint, to the carrier, a regulator or the brand.
    #[must_use]
    pub const fn complaint(number: PhoneNumber, at: DateTime<Utc>) -> Self {
        Self::new(number, at, Road::Complaint)
    }

    /// A provider's event: it has stopped sending to the person, from one sender or from all.
    #[must_use]
    pub const fn by_gateway(number: PhoneNumber, at: DateTime<Utc>) -> Self {
        Self::new(number, at, Road::Gateway)
    }

    /// The gateway refused this message because the person had opted out.
    #[must_use]
    pub fn refused_send(number: PhoneNumber, program: Name, sender: Name, at: DateTime<Utc>) -> Self {
        Self { program: Some(program), sender: Some(sender), ..Self::new(number, at, Road::Gateway) }
    }

    /// The carrier gave the number up on that day, says `source`. What was agreed on a later day is the next
    /// holder's, and stands.
    #[must_use]
    pub fn deactivated(number: PhoneNumber, since: DateTime<Utc>, source: Name) -> Self {
        Self { by: Some(source), ..Self::new(number, since, Road::Deactivated) }
    }

    /// The number is somebody else's since that day, says `source`.
    #[must_use]
    pub fn reassigned(number: PhoneNumber, since: DateTime<Utc>, source: Name) -> Self {
        Self { by: Some(source), ..Self::new(number, since, Road::Reassigned) }
    }

    /// About this sender only, with whatever program it carries.
    ///
    /// # Errors
    /// Not a [`Name`].
    pub fn sender(mut self, sender: &str) -> Result<Self, NameError> {
        self.sender = Some(Name::new(sender)?);
        Ok(self)
    }

    /// About this program only.
    ///
    /// # Errors
    /// Not a [`Name`].
    pub fn program(mut self, program: &str) -> Result<Self, NameError> {
        self.program = Some(Name::new(program)?);
        Ok(self)
    }

    /// About this topic of the program only.
    ///
    /// # Errors
    /// Not a [`Name`].
    pub fn topic(mut self, topic: &str) -> Result<Self, NameError> {
        self.topic = Some(Name::new(topic)?);
        Ok(self)
    }

    /// What was said, in words.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// The source's own id: a ticket, an event, a line of a file.
    #[must_use]
    pub fn reference(mut self, id: impl Into<String>) -> Self {
        self.reference = Some(id.into());
        self
    }

    /// Who took it down.
    ///
    /// # Errors
    /// Not a [`Name`].
    pub fn by(mut self, who: &str) -> Result<Self, NameError> {
        self.by = Some(Name::new(who)?);
        Ok(self)
    }

    /// Whether it ends the tenure of the number: there is nobody left whose wish it could be.
    pub(crate) const fn ends_tenure(&self) -> bool {
        matches!(self.road, Road::Deactivated | Road::Reassigned)
    }

    /// By what a repeat is known: the source's id, or everything that it says.
    pub(crate) fn key(&self) -> InboundId {
        let names = [&self.sender, &self.program, &self.topic];
        let names = names.map(|name| name.as_ref().map_or("", |name| name.as_str()));
        // One ticket may first tell of a program, and then of everything.
        match &self.reference {
            Some(id) if names == ["", "", ""] => return key_by(self.road, id),
            Some(id) => return key_by(self.road, &format!("{id}\0{}", names.join("\0"))),
            None => {}
        }
        let (road, at_ms) = (self.road.code(), self.at.timestamp_millis());
        InboundId::of(&format!("signal\0{road}\0\0{at_ms}\0{}", names.join("\0")))
    }
}

impl fmt::Debug for OptOutSignal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OptOutSignal")
            .field("number", &self.number)
            .field("at", &self.at)
            .field("road", &self.road)
            .field("sender", &self.sender)
            .field("program", &self.program)
            .field("topic", &self.topic)
            .finish_non_exhaustive()
    }
}

/// What became of an [`OptOutSignal`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct OptedOut {
    /// Messages that had started when it was recorded and whose outcome is not known yet. Nothing else that it
    /// reaches will start after this.
    pub in_flight: Vec<MessageId>,
    /// The same signal had been taken in before, or says of an ended number that it has ended: nothing changed.
    pub repeated: bool,
}

impl Desk<'_> {
    /// Takes in what came by another road than a text.
    pub(crate) async fn opted_out(
        &self,
        signal: &OptOutSignal,
        now: DateTime<Utc>,
    ) -> Result<OptedOut, ReceiveError> {
        for _ in 0..TRIES {
            let at_ms = now.timestamp_millis();
            let mut person = match self.book.find(signal.number).await? {
                Some(erased) if erased.state.erased => erased,
                // Of a number that nobody has agreed to anything with, there is nothing to end.
                None if signal.ends_tenure() => {
                    return Ok(OptedOut { repeated: true, ..OptedOut::default() });
                }
                Some(ended) if signal.ends_tenure() => ended,
                found => self.book.or_open(signal.number, found, at_ms)?,
            };
            let in_flight = in_flight(&person.state);
            if !stage(&mut person, signal, self.programs, now)? {
                return Ok(OptedOut { in_flight, repeated: true });
            }
            if let Written::Done(_) = self.book.write(person, Urgency::Stop).await? {
                return Ok(OptedOut { in_flight, repeated: false });
            }
        }
        Err(ReceiveError::Contended)
    }
}

/// Stages what a signal comes to, whoever brought it. Returns whether it is new.
pub(crate) fn stage(
    person: &mut Person,
    signal: &OptOutSignal,
    programs: &[Program],
    now: DateTime<Utc>,
) -> Result<bool, BookError> {
    let at_ms = now.timestamp_millis();
    let key = signal.key();
    if person.state.has_heard(key) {
        return Ok(false);
    }
    if signal.ends_tenure() {
        let Some(source) = signal.by.clone().or_else(|| Name::new(signal.road.code()).ok()) else {
            return Ok(false);
        };
        if person.state.ended {
            return Ok(false);
        }
        let ended = Reassigned {
            deactivated: (signal.road == Road::Deactivated).then_some(true),
            signal: Some(key),
            ..Reassigned::new(source, Some(signal.at.timestamp_millis()))
        };
        person.stage(at_ms, ended, &[])?;
        return Ok(true);
    }
    if let (Road::Gateway, Some(sender)) = (signal.road, &signal.sender) {
        block(person, sender, at_ms)?;
    }
    let note = signal.note.as_ref().filter(|_| !person.state.erased);
    let mut note: Vec<_> = note.map(|note| (PersonalField::Note, note.clone())).into_iter().collect();
    for revoked in revocations(signal, programs, key, now) {
        person.stage(at_ms, revoked, &note)?;
        note.clear();
    }
    Ok(true)
}

/// Stages that the gateway refused this message because the person had opted out: whoever it was for, whether or not
/// their number can be read.
pub(crate) fn stage_refused(
    person: &mut Person,
    message: MessageId,
    program: Name,
    sender: Name,
    now: DateTime<Utc>,
) -> Result<bool, BookError> {
    let at_ms = now.timestamp_millis();
    let key = key_by(Road::Gateway, &message.to_string());
    if person.state.has_heard(key) {
        return Ok(false);
    }
    block(person, &sender, at_ms)?;
    let (program, sender, signal) = (Some(program), Some(sender), Some(key));
    let all = Revoked::all(Road::Gateway, at_ms);
    person.stage(at_ms, Revoked { said: Said::Program, program, sender, signal, ..all }, &[])?;
    Ok(true)
}

fn key_by(road: Road, reference: &str) -> InboundId {
    InboundId::of(&format!("signal\0{}\0{reference}", road.code()))
}

/// Consent and reachability are two facts: what the gateway blocks stays blocked when the person comes back.
fn block(person: &mut Person, sender: &Name, at_ms: i64) -> Result<(), BookError> {
    if person.state.blocked.contains(sender) {
        return Ok(());
    }
    person.stage(at_ms, Blocked { sender: sender.clone(), code: OPTED_OUT.to_owned() }, &[])
}

/// One for each program that is meant; never fewer programs than the signal may mean.
fn revocations(
    signal: &OptOutSignal,
    programs: &[Program],
    key: InboundId,
    now: DateTime<Utc>,
) -> Vec<Revoked> {
    let all = || Revoked {
        sender: signal.sender.clone(),
        signal: Some(key),
        by: signal.by.clone(),
        ..Revoked::all(signal.road, signal.at.min(now).timestamp_millis())
    };
    let owns = |program: &&Program| {
        let sender = signal.sender.as_ref();
        sender.is_some_and(|sender| program.senders().iter().any(|s| s.answers_to(sender.as_str())))
    };
    let meant: Vec<Name> = match &signal.program {
        // Of which nobody knows: it may be any of ours by another name.
        Some(program) if programs.iter().all(|known| known.name() != program) => {
            return vec![Revoked { program: Some(program.clone()), ..all() }];
        }
        Some(program) => vec![program.clone()],
        None => programs.iter().filter(owns).map(|program| program.name().clone()).collect(),
    };
    let topic_of = |name: &Name| {
        let program = programs.iter().find(|program| program.name() == name)?;
        let topic = signal.topic.as_ref()?;
        program.topics().iter().any(|known| known.name() == topic).then(|| topic.clone())
    };
    let one = |name: Name| {
        let topic = topic_of(&name);
        let said = if topic.is_some() { Said::Topic } else { Said::Program };
        Revoked { said, topic, program: Some(name), ..all() }
    };
    if meant.is_empty() { vec![all()] } else { meant.into_iter().map(one).collect() }
}
