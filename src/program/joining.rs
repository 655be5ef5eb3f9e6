use chrono::Duration;

use super::Program;

/// How long a question waits for its answer unless the program says otherwise.
const QUESTION_FOR: Duration = Duration::hours(48);
/// A code that is texted is good for so long (NIST SP 800-63B, section 5.1.3.2).
const CODE_FOR: Duration = Duration::minutes(10);

/// What a keyword that somebody texts comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JoinBy {
    /// The keyword itself is the consent. The words beside which the keyword was shown say to what.
    Keyword,
    /// The keyword is the first yes; the program asks for a second one by text.
    Yes,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Joining {
    keywords: Vec<String>,
    by: Option<JoinBy>,
    question_for: Option<Duration>,
}

impl Program {
    /// A word by which people join, such as `LUNE` in "text LUNE to 36123"; may be said several times. Case, accents
    /// and marks do not matter. Beside it the general words do, `JOIN` or `REJOINDRE`, at a sender that carries this
    /// program alone. Unless [`joins`](Self::joins) says otherwise, whoever texts it is asked for a second yes.
    ///
    /// A word that means something else already, such as STOP or START, does not
    /// [build](crate::Builder::build).
    ///
    /// ```
    /// use optin::{Messenger, gateway::SimulatedCarrier, law::Rulebook, ledger::MemoryLedger, phone::Country,
    ///             program::{JoinBy, Program, Sender}};
    /// let shop = |word: &str| {
    ///     let soldes = Program::new("soldes", "Maison Lune").unwrap()
    ///         .sender(Sender::short_code(Country::FR, "36123").unwrap())
    ///         .keyword(word).joins(JoinBy::Yes);
    ///     Messenger::builder(MemoryLedger::new().unwrap(), Rulebook::builtin())
    ///         .program(soldes).gateway(SimulatedCarrier::seeded(7)).build()
    /// };
    /// assert!(shop("LUNE").is_ok());
    /// assert!(shop("Fin").is_err());                              // somebody's way to say stop
    /// ```
    #[must_use]
    pub fn keyword(mut self, word: impl Into<String>) -> Self {
        self.joining.keywords.push(word.into());
        self
    }

    /// What a keyword comes to. A program that says neither this nor a [`keyword`](Self::keyword) is joined by no text;
    /// nor is one whose people had their age [checked](Self::age_checked), which a text cannot show.
    #[must_use]
    pub const fn joins(mut self, by: JoinBy) -> Self {
        self.joining.by = Some(by);
        self
    }

    /// How long the question of a double opt-in waits for its answer: 48 hours unless said.
    #[must_use]
    pub const fn question_for(mut self, length: Duration) -> Self {
        self.joining.question_for = Some(length);
        self
    }

    /// The words by which people join it.
    #[must_use]
    pub fn keywords(&self) -> &[String] {
        &self.joining.keywords
    }

    /// What a keyword comes to; `None` if nobody joins by text.
    #[must_use]
    pub fn joined_by(&self) -> Option<JoinBy> {
        let unless_said = (!self.joining.keywords.is_empty()).then_some(JoinBy::Yes);
        self.joining.by.or(unless_said).filter(|_| !self.age_checked)
    }

    /// How long the question of a double opt-in waits.
    #[must_use]
    pub fn question_waits(&self) -> Duration {
        self.joining.question_for.unwrap_or(QUESTION_FOR)
    }

    /// How long a page takes a code that was texted: ten minutes, or as long as a question waits if that is less.
    #[must_use]
    pub fn code_waits(&self) -> Duration {
        self.question_waits().min(CODE_FOR)
    }
}
