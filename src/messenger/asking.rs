use chrono::{DateTime, Utc};
use thiserror::Error;

use super::{ConsentError, Messenger, consents::sender_for};
use crate::{
    consent::event::{Answer, Questioned, Reminded},
    id::InboundId,
    inbound::{Language, Question, QuestionError, queue_answer},
    ledger::{BookError, Person, Urgency, Written},
    phone::PhoneNumber,
    program::Program,
};

/// What became of the wish to remind somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reminder {
    /// It goes as soon as marketing might, were the question answered; and not at all if it never might.
    Waits,
    /// There was one: nobody is reminded twice.
    Spent,
    /// No question is open: answered, expired, withdrawn, or never asked.
    NotAsked,
    /// It is asked for by a code that was texted, and nobody keeps that: opt in anew, with a new one.
    Texted,
}

impl Messenger {
    /// Reminds somebody of the question of a double opt-in, once. To ask for consent may be marketing itself, so the
    /// reminder keeps to the hours, the caps and the bans of marketing where the person may be.
    ///
    /// # Errors
    /// Unknown program, or the ledger failed: nothing is sent.
    ///
    /// ```
    /// # use optin::{AskError, Messenger, Reminder, clock::FixedClock, consent::{ConsentText, OptIn},
    /// #     gateway::{Inbound, SimulatedCarrier}, inbound::Question, law::Rulebook, ledger::MemoryLedger,
    /// #     phone::{Country, PhoneNumber}, program::{Program, Sender}};
    /// # const FORM: ConsentText = ConsentText { version: "v3", language: "fr", text: "J'accepte." };
    /// # optin::blocking::wait(async {
    /// # let now = "2026-11-26T11:00:00Z".parse()?;
    /// # let soldes = Program::new("soldes", "Maison Lune")?.sender(Sender::short_code(Country::FR, "36123")?);
    /// # let shop = Messenger::builder(MemoryLedger::new()?, Rulebook::builtin()).program(soldes)
    /// #     .gateway(SimulatedCarrier::seeded(7)).clock(FixedClock::at(now)).build()?;
    /// # let ana = PhoneNumber::parse("06 12 34 56 78", Country::FR)?;
    /// assert_eq!(shop.remind(ana, "soldes").await?, Reminder::NotAsked);
    /// shop.opt_in(ana, "soldes", OptIn::form(&FORM).double()).await?;
    /// assert_eq!(shop.remind(ana, "soldes").await?, Reminder::Waits);
    /// assert_eq!(shop.remind(ana, "soldes").await?, Reminder::Spent);          // never a second
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    pub async fn remind(&self, number: PhoneNumber, program: &str) -> Result<Reminder, ConsentError> {
        self.is_ready().await?;
        let now = self.inner.clock.now().ok_or(ConsentError::NoClock)?;
        let program = self.known(program)?;
        loop {
            let Some(mut person) = self.inner.book.find(number).await? else { return Ok(Reminder::NotAsked) };
            let pending = person.state.program(program.name()).and_then(|held| held.pending.as_ref());
            let Some(pending) = pending.filter(|pending| pending.takes(now.timestamp_millis())) else {
                return Ok(Reminder::NotAsked);
            };
            if pending.reminded == Some(true) {
                return Ok(Reminder::Spent);
            }
            if pending.texted == Some(true) {
                return Ok(Reminder::Texted);
            }
            self.stage_reminder(&mut person, program, now)?;
            if let Written::Done(_) = self.inner.book.write(person, Urgency::Normal).await? {
                return Ok(Reminder::Waits);
            }
        }
    }

    fn stage_reminder(
        &self,
        person: &mut Person,
        program: &Program,
        now: DateTime<Utc>,
    ) -> Result<(), ConsentError> {
        let at_ms = now.timestamp_millis();
        person.stage(at_ms, Reminded { program: program.name().clone() }, &[])?;
        let Some(sender) = sender_for(person, program) else { return Ok(()) };
        let language = Language::new(program.language_code()).ok();
        let cause = InboundId::of(&format!("remind {} {at_ms}", person.recipient));
        let (replies, answer) = (&self.inner.replies, Answer::Reminder);
        Ok(queue_answer(replies, program, person, answer, language, sender, now, &cause)?)
    }

    /// Opens a question of a survey or quiz to somebody: the next text that is one of its options answers it, and is
    /// [`Understood::answer`]. The question itself is sent by the host, as any message. One that is asked anew takes
    /// the place of the former; of several that a text may answer, the one asked last is answered. Returns whether it
    /// is open: not to somebody of whom nothing is known.
    ///
    /// # Errors
    /// Unknown program, an option that means something else already, or the ledger failed: nothing is recorded.
    ///
    /// ```
    /// # use optin::{AskError, Messenger, Reminder, clock::FixedClock, consent::{ConsentText, OptIn},
    /// #     gateway::{Inbound, SimulatedCarrier}, inbound::Question, law::Rulebook, ledger::MemoryLedger,
    /// #     phone::{Country, PhoneNumber}, program::{Program, Sender}};
    /// # const FORM: ConsentText = ConsentText { version: "v3", language: "fr", text: "J'accepte." };
    /// # optin::blocking::wait(async {
    /// # let now = "2026-11-26T11:00:00Z".parse()?;
    /// # let soldes = Program::new("soldes", "Maison Lune")?.sender(Sender::short_code(Country::FR, "36123")?);
    /// # let shop = Messenger::builder(MemoryLedger::new()?, Rulebook::builtin()).program(soldes)
    /// #     .gateway(SimulatedCarrier::seeded(7)).clock(FixedClock::at(now)).build()?;
    /// # let ana = PhoneNumber::parse("06 12 34 56 78", Country::FR)?;
    /// shop.opt_in(ana, "soldes", OptIn::form(&FORM)).await?;
    /// let until = "2026-11-28T11:00:00Z".parse()?;
    /// assert!(shop.ask(ana, "soldes", &Question::choice("size", ["S", "M", "L"], until)?).await?);
    /// let got = shop.receive(Inbound::text("in-1", ana, "36123", "m", now)?).await?;
    /// assert_eq!(got.understood.answer.unwrap().option, "M");
    ///
    /// let help = Question::choice("next", ["More", "Help"], until)?;
    /// assert!(matches!(shop.ask(ana, "soldes", &help).await, Err(AskError::Question(_))));   // HELP is answered
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    ///
    /// [`Understood::answer`]: crate::inbound::Understood::answer
    pub async fn ask(
        &self,
        number: PhoneNumber,
        program: &str,
        question: &Question,
    ) -> Result<bool, AskError> {
        self.is_ready().await?;
        let now = self.inner.clock.now().ok_or(ConsentError::NoClock)?;
        let program = self.known(program)?;
        let keywords: Vec<String> =
            self.inner.programs.iter().flat_map(|known| known.keywords().iter().cloned()).collect();
        if let Some(taken) = question.taken(&self.inner.matcher, &keywords) {
            return Err(QuestionError::Taken(taken.to_owned()).into());
        }
        loop {
            let Some(mut person) = self.inner.book.find(number).await? else { return Ok(false) };
            if person.state.erased || person.state.ended || question.until() <= now {
                return Ok(false);
            }
            let questioned = Questioned {
                program: program.name().clone(),
                question: question.name().clone(),
                options: question.options().to_vec(),
                asked_ms: now.timestamp_millis(),
                expires_ms: question.until().timestamp_millis(),
            };
            person.stage(now.timestamp_millis(), questioned, &[])?;
            if let Written::Done(_) = self.inner.book.write(person, Urgency::Normal).await? {
                return Ok(true);
            }
        }
    }
}

/// A question could not be opened.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum AskError {
    /// An option means something else already.
    #[error(transparent)]
    Question(#[from] QuestionError),
    /// The program is not known, or there is no clock.
    #[error(transparent)]
    Consent(#[from] ConsentError),
    /// The ledger failed.
    #[error(transparent)]
    Book(#[from] BookError),
}
