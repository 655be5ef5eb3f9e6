use super::{ConsentError, Messenger, consents::sender_for};
use crate::{
    consent::{
        Channel,
        event::{Answer, Confirmed, Event, Miscoded},
    },
    id::InboundId,
    inbound::{Language, code_in, queue_answer},
    ledger::{Person, Urgency, Written},
    permit::may_answer,
    phone::PhoneNumber,
    program::Program,
};

/// What a code that was typed on a page came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// It is the code: the program is open to the person.
    Open,
    /// It is the code, and opens nothing: a friend's word, or an older act than a STOP.
    Closed,
    /// It is another. The last of the tries that are left closes the question.
    Wrong {
        /// So many more may come.
        left: u32,
    },
    /// No code is waited for here: never texted, expired, withdrawn, used, mistyped five times, or to be texted by the
    /// person.
    NotAsked,
}

impl Messenger {
    /// Takes the code that was [texted](crate::consent::OptIn::double_by_texted_code) from the page on which the person
    /// typed it; spaces and marks between the digits do not matter. `submission` is the page's own id of this try,
    /// such as a random one in the form, which is used for no other: the same one twice, such as a double click, is one try.
    ///
    /// # Errors
    /// Unknown program, or the ledger failed: nothing is recorded.
    ///
    /// ```
    /// # use optin::{Confirmation, Messenger, Permission, clock::FixedClock, consent::{ConsentText, OneTimeCode, OptIn},
    /// #     dispatch::Batch, gateway::SimulatedCarrier, law::Rulebook, ledger::MemoryLedger,
    /// #     phone::{Country, PhoneNumber}, program::{Program, Sender}};
    /// # const FORM: ConsentText = ConsentText { version: "v3", language: "fr", text: "J'accepte." };
    /// # optin::blocking::wait(async {
    /// # let now = "2026-11-26T11:00:00Z".parse()?;
    /// # let soldes = Program::new("soldes", "Maison Lune")?.sender(Sender::short_code(Country::FR, "36123")?);
    /// # let shop = Messenger::builder(MemoryLedger::new()?, Rulebook::builtin()).program(soldes)
    /// #     .gateway(SimulatedCarrier::seeded(7)).clock(FixedClock::at(now)).build()?;
    /// # let ana = PhoneNumber::parse("06 12 34 56 78", Country::FR)?;
    /// let form = OptIn::form(&FORM).double_by_texted_code(OneTimeCode::new("482913")?);   // or OneTimeCode::random()
    /// assert_eq!(shop.opt_in(ana, "soldes", form).await?, Permission::Asked);
    /// shop.dispatch(Batch::default()).await?;               // "Maison Lune : 482913 est votre code pour soldes. ..."
    /// assert_eq!(shop.confirm(ana, "soldes", "try-1", "482931").await?, Confirmation::Wrong { left: 4 });
    /// assert_eq!(shop.confirm(ana, "soldes", "try-2", "482 913").await?, Confirmation::Open);
    /// assert_eq!(shop.confirm(ana, "soldes", "try-3", "482913").await?, Confirmation::NotAsked);
    /// # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
    /// ```
    pub async fn confirm(
        &self,
        number: PhoneNumber,
        program: &str,
        submission: &str,
        typed: &str,
    ) -> Result<Confirmation, ConsentError> {
        self.is_ready().await?;
        let now = self.inner.clock.now().ok_or(ConsentError::NoClock)?;
        let (program, acted_ms) = (self.known(program)?, now.timestamp_millis());
        let inbound = InboundId::of(&format!("page\0{}\0{submission}", program.name()));
        loop {
            let Some(mut person) = self.inner.book.find(number).await? else {
                return Ok(Confirmation::NotAsked);
            };
            if person.state.has_heard(inbound) {
                return Ok(stands(&person, program, inbound, acted_ms));
            }
            let Some((tag, left)) = waits(&person, program, acted_ms) else {
                return Ok(Confirmation::NotAsked);
            };
            let Some(code) = code_in(typed) else { return Ok(Confirmation::Wrong { left }) };
            let (name, channel) = (program.name().clone(), Some(Channel::Web));
            let event: Event = if person.is_code(&name, &code, tag) {
                Confirmed { program: name, acted_ms, inbound, channel }.into()
            } else {
                Miscoded { program: name, acted_ms, inbound, channel }.into()
            };
            let confirms = matches!(event, Event::Confirmed(_));
            person.stage(acted_ms, event, &[])?;
            let came = match confirms {
                true if person.state.stands_open(program.name()) => Confirmation::Open,
                true => Confirmation::Closed,
                false => Confirmation::Wrong { left: left.saturating_sub(1) },
            };
            if came == Confirmation::Open {
                self.stage_welcome(&mut person, program, &inbound, now)?;
            }
            if let Written::Done(_) = self.inner.book.write(person, Urgency::Normal).await? {
                return Ok(came);
            }
        }
    }

    /// The text that says to what somebody agreed, as after a yes.
    fn stage_welcome(
        &self,
        person: &mut Person,
        program: &Program,
        cause: &InboundId,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<(), ConsentError> {
        let (replies, answer) = (&self.inner.replies, Answer::OptIn);
        let sender = sender_for(person, program).filter(|sender| !person.state.blocked.contains(sender));
        let Some(sender) = sender.filter(|_| may_answer(&person.state, answer, now, now)) else {
            return Ok(());
        };
        let language = Language::new(program.language_code()).ok();
        Ok(queue_answer(replies, program, person, answer, language, sender, now, cause)?)
    }
}

/// The code that a page may take at this time, and how many wrong ones may come.
fn waits(person: &Person, program: &Program, at_ms: i64) -> Option<(crate::id::Hash, u32)> {
    let pending = person.state.program(program.name())?.pending.as_ref()?;
    let open = pending.texted == Some(true) && pending.takes(at_ms);
    Some((pending.code.filter(|_| open)?, pending.tries_left()))
}

/// What a try that was taken before came to. That the program is open says nothing of this try.
fn stands(person: &Person, program: &Program, inbound: InboundId, at_ms: i64) -> Confirmation {
    let held = person.state.program(program.name());
    let was_right = held.is_some_and(|held| held.grants.iter().any(|grant| grant.inbound == Some(inbound)));
    match waits(person, program, at_ms) {
        None if was_right && person.state.stands_open(program.name()) => Confirmation::Open,
        None => Confirmation::NotAsked,
        Some((_, left)) => Confirmation::Wrong { left },
    }
}
