use chrono::{DateTime, Utc};
use thiserror::Error;

use super::Messenger;
use crate::{
    consent::{
        Grant, OptIn,
        event::{Answer, Asked, OptedIn, Road},
    },
    id::{InboundId, Name, NameError},
    inbound::{Language, ReceiveError, queue_answer, queue_code},
    ledger::{BookError, Person, Urgency, Written},
    permit::{CODES_A_DAY, may_answer},
    phone::PhoneNumber,
    place::{PostalCodeError, Whereabouts},
    program::{Program, Sender},
    shop::Location,
};

/// What a consent came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// The program is open to the person.
    Open,
    /// A second yes is awaited.
    Asked,
    /// Recorded, and it opens nothing: a friend's word, or an older act than a STOP.
    Closed,
}

impl Messenger {
    /// Records a consent. The words that were shown are kept once, in the house stream. Of one that was given before
    /// the person was erased nothing is kept: it is among what was to be forgotten.
    ///
    /// # Errors
    /// Unknown program, a text whose version mark stands for other words, a code that cannot be texted, or the ledger
    /// failed: nothing is recorded.
    pub async fn opt_in(
        &self,
        number: PhoneNumber,
        program: &str,
        opt_in: OptIn,
    ) -> Result<Permission, ConsentError> {
        self.is_ready().await?;
        let now = self.inner.clock.now().ok_or(ConsentError::NoClock)?;
        let program = self.known(program)?;
        self.keep_own_text(&opt_in, now).await?;
        let grant = grant(&opt_in, now);
        loop {
            let found = self.inner.book.find(number).await?;
            if found.as_ref().is_some_and(|person| predates_erasure(person, grant.acted_ms)) {
                return Ok(Permission::Closed);
            }
            let mut person = self.inner.book.or_open(number, found, now.timestamp_millis())?;
            self.stage_opt_in(&mut person, program, &opt_in, &grant, now)?;
            let permission = standing(&person, program.name());
            if let Written::Done(_) = self.inner.book.write(person, Urgency::Normal).await? {
                return Ok(permission);
            }
        }
    }

    fn stage_opt_in(
        &self,
        person: &mut Person,
        program: &Program,
        opt_in: &OptIn,
        grant: &Grant,
        now: DateTime<Utc>,
    ) -> Result<(), ConsentError> {
        let (at_ms, name) = (now.timestamp_millis(), program.name().clone());
        if !opt_in.double {
            return Ok(person.stage(
                at_ms,
                OptedIn { program: name, grant: grant.clone() },
                &opt_in.personal,
            )?);
        }
        let waits = if opt_in.texted { program.code_waits() } else { program.question_waits() };
        let tag = opt_in.code.as_ref().map(|code| person.code_tag(&name, code.as_str())).transpose()?;
        let asked = Asked {
            grant: grant.clone(),
            expires_ms: (now + waits).timestamp_millis(),
            asked_ms: Some(at_ms),
            code: tag,
            texted: opt_in.texted.then_some(true),
            program: name,
        };
        person.stage(at_ms, asked, &opt_in.personal)?;
        let sender = sender_for(person, program);
        let language = Language::new(program.language_code()).ok();
        let cause = match &tag {
            None => InboundId::of(&format!("{} {at_ms}", person.recipient)),
            Some(tag) => InboundId::of(&format!("{} {at_ms} {tag}", person.recipient)),
        };
        let replies = &self.inner.replies;
        if let Some(code) = opt_in.code.as_ref().filter(|_| opt_in.texted) {
            let sender = texts_code(person, sender, now)?;
            return Ok(queue_code(replies, program, person, code, language, sender, now, &cause)?);
        }
        let Some(sender) = sender else { return Ok(()) };
        Ok(queue_answer(replies, program, person, Answer::Question, language, sender, now, &cause)?)
    }

    /// Records where somebody is. A postal code that does not fit its country narrows nothing and is returned. Of
    /// somebody who was erased nothing is kept.
    ///
    /// # Errors
    /// The ledger failed.
    pub async fn locate(
        &self,
        number: PhoneNumber,
        location: &Location,
    ) -> Result<Option<PostalCodeError>, ConsentError> {
        let now = self.inner.clock.now().ok_or(ConsentError::NoClock)?;
        loop {
            let found = self.inner.book.find(number).await?;
            if found.as_ref().is_some_and(|person| person.state.erased) {
                return Ok(None);
            }
            let mut person = self.inner.book.or_open(number, found, now.timestamp_millis())?;
            let (narrowed, misfit) = location.narrow(&Whereabouts::of(number));
            person.locate(now.timestamp_millis(), narrowed)?;
            if let Written::Done(_) = self.inner.book.write(person, Urgency::Normal).await? {
                return Ok(misfit);
            }
        }
    }

    pub(super) fn known(&self, program: &str) -> Result<&Program, ConsentError> {
        let found = self.inner.programs.iter().find(|known| known.name().as_str() == program);
        found.ok_or_else(|| ConsentError::NoProgram(program.to_owned()))
    }
}

/// The sender that writes to this person.
pub(super) fn sender_for<'a>(person: &Person, program: &'a Program) -> Option<&'a Name> {
    let country = person.whereabouts.as_ref().and_then(|w| w.places().first()).map(|place| place.country());
    program.sender_for(country).map(Sender::id)
}

/// A page that waits for a code is told when none will come.
fn texts_code<'a>(
    person: &Person,
    sender: Option<&'a Name>,
    now: DateTime<Utc>,
) -> Result<&'a Name, NotTexted> {
    let sender = sender.ok_or(NotTexted::NoSender)?;
    match person.state.blocked.contains(sender) {
        true => Err(NotTexted::Blocked),
        false if person.state.codes_texted(now.timestamp_millis()) > CODES_A_DAY => Err(NotTexted::TooOften),
        false if !may_answer(&person.state, Answer::Question, now, now) => Err(NotTexted::TooOften),
        false => Ok(sender),
    }
}

pub(super) fn grant(opt_in: &OptIn, now: DateTime<Utc>) -> Grant {
    let mut kept: Vec<_> = opt_in.personal.iter().map(|(field, _)| *field).collect();
    kept.sort_unstable();
    // Nobody consents in the future.
    let acted_ms = opt_in.acted.map_or(now, |acted| acted.min(now)).timestamp_millis();
    Grant {
        acquisition: opt_in.acquisition,
        zone: opt_in.zone.map(|zone| zone.name().to_owned()),
        text: opt_in.text.as_ref().map(|text| text.digest),
        sale_ms: opt_in.sale.map(|at| at.timestamp_millis()),
        inquiry_ms: opt_in.inquiry.map(|at| at.timestamp_millis()),
        screenshot: opt_in.screenshot,
        seller: opt_in.seller.clone(),
        purpose: opt_in.purpose.clone(),
        inbound: opt_in.inbound,
        channel: opt_in.channel,
        kept: (!kept.is_empty()).then_some(kept),
        undated: opt_in.undated.then_some(true),
        ..Grant::new(opt_in.basis, opt_in.how, acted_ms)
    }
}

/// Whether somebody who was erased acted before that.
fn predates_erasure(person: &Person, acted_ms: i64) -> bool {
    let erased =
        person.state.revocations.iter().filter(|r| r.road == Road::Erasure).map(|r| r.acted_ms).max();
    person.state.erased && erased.is_none_or(|erased_ms| acted_ms <= erased_ms)
}

/// Whether the program stands open after what is staged, by what was said alone.
pub(super) fn standing(person: &Person, program: &Name) -> Permission {
    let asked = person.state.program(program).is_some_and(|state| state.pending.is_some());
    match (asked, person.state.stands_open(program)) {
        (true, _) => Permission::Asked,
        (false, true) => Permission::Open,
        (false, false) => Permission::Closed,
    }
}

/// A consent could not be recorded.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConsentError {
    /// The host has no such program.
    #[error("no program `{0}`")]
    NoProgram(String),
    /// These words came under a version mark that stands for other words: an edited text needs a mark of its own, or
    /// nobody could tell later which of the two was shown.
    #[error(
        "consent text `{version}` ({language}) is kept with other words: give the edited text another version"
    )]
    TextEdited {
        /// The version mark.
        version: String,
        /// The language.
        language: String,
    },
    /// Not a name.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The ledger failed.
    #[error(transparent)]
    Book(#[from] BookError),
    /// The code of a double opt-in cannot be texted.
    #[error("the code cannot be texted: {0}; nothing was recorded")]
    NotTexted(#[from] NotTexted),
    /// The question of a double opt-in could not be queued.
    #[error(transparent)]
    Question(#[from] ReceiveError),
    /// What was taken back is not taken in again under its id: nobody could tell the two apart.
    #[error("the import `{0}` was taken back: import it under another id")]
    TakenBack(Name),
    /// What is kept of an import does not read.
    #[error("what is kept of the import does not read: import it under another id")]
    Progress,
    /// The clock cannot be read.
    #[error("the clock cannot be read")]
    NoClock,
}

/// Why a code is not texted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NotTexted {
    /// The program has no sender.
    #[error("the program has no sender")]
    NoSender,
    /// The gateway or the network lets the sender not reach the person.
    #[error("the sender is blocked for this person until the gateway says that it is restored")]
    Blocked,
    /// Nobody gets more than three codes in 24 hours.
    #[error("this person got three codes within 24 hours")]
    TooOften,
}
