use std::{fmt, ops::Range, sync::Arc};

use super::Language;
use crate::{codec::cbor_enum, consent::event::Read, id::Name, phone::Country};

cbor_enum! {
    /// What a reply asks for.
    pub enum Intent {
        /// No more messages. The only intent that free text can carry.
        Stop = 0, "stop";
        /// Reopen what a STOP closed. An exact keyword only.
        Start = 1, "start";
        /// Who is this, how do I get help, how do I stop.
        Help = 2, "help";
        /// Begin the opt-in that the program asks for. An exact keyword only.
        Join = 3, "join";
        /// The yes that a pending double opt-in waits for. An exact keyword, and only while one is pending.
        Confirm = 4, "confirm";
        /// The number belongs to somebody else: the consent on file is not this person's.
        WrongNumber = 5, "wrong_number";
        /// Looks like a wish to stop, but is not plain: suspend marketing and ask a human.
        Unsure = 6, "unsure";
        /// None of these.
        Other = 7, "other";
    }
}

cbor_enum! {
    /// The question that was pending when the reply came.
    pub enum Context {
        /// None.
        None = 0, "none";
        /// A double opt-in waits for its yes.
        DoubleOptIn = 1, "double_opt_in";
        /// A survey, a quiz, a rating.
        Survey = 2, "survey";
        /// A conversation about an order.
        OrderSupport = 3, "order_support";
        /// An appointment to be confirmed or moved.
        Appointment = 4, "appointment";
    }
}

impl Intent {
    /// Whether it could let more messages be sent than before: [`Start`](Self::Start), [`Join`](Self::Join),
    /// [`Confirm`](Self::Confirm). Only an exact keyword is ever read so.
    #[must_use]
    pub const fn opens(self) -> bool {
        matches!(self, Self::Start | Self::Join | Self::Confirm)
    }
}

/// How far a STOP reaches *as said*. How far it reaches in law is for `policy` to say, and never less.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The program that was answered.
    Program,
    /// Everything: `STOP ALL`.
    All,
    /// One subject, by the person's own (folded) word: `ads` in "stop ads".
    Topic(String),
}

impl Scope {
    /// `program`, `all` or `topic`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::All => "all",
            Self::Topic(_) => "topic",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// What is known about a reply apart from its text.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// Country of the sender that was answered, if known: some help words are one country's.
    pub country: Option<Country>,
    /// The program's languages, best first. They decide the language of the answer, and which one-letter
    /// yes counts; a stop is read in every language whatever they are.
    pub languages: &'a [Language],
    /// The pending question.
    pub context: Context,
}

impl Default for Reading<'_> {
    fn default() -> Self {
        Self { country: None, languages: &[], context: Context::None }
    }
}

/// What a reply was understood to mean, with the evidence a record keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Understood {
    /// What is asked for.
    pub intent: Intent,
    /// How it was read: 1 exact keyword, 2 keyword with politeness or a slip, 3 free text, 4 unsure,
    /// 0 for [`Intent::Other`].
    pub tier: u8,
    /// The language it was read in, when the words tell.
    pub language: Option<Language>,
    /// How far a stop reaches as said; `None` for everything but [`Intent::Stop`].
    pub scope: Option<Scope>,
    /// Byte range of the words that decided, in the text as it came.
    pub matched: Option<Range<usize>>,
    /// Id of the row that decided, such as `en.fcc`; `none` or `too-long` when no row did.
    pub rule: Arc<str>,
    /// Said besides a stop: [`Intent::WrongNumber`] in "wrong number, stop texting me".
    pub also: Option<Intent>,
    /// What was chosen, of a question that is open to the person; the intent is then [`Intent::Other`].
    pub answer: Option<Chosen>,
}

/// The answer to a question of a survey or quiz. Its `Debug` does not show what was chosen.
#[derive(Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The program that asked.
    pub program: Name,
    /// Which question.
    pub question: Name,
    /// The option, as the question lists it.
    pub option: String,
}

impl fmt::Debug for Chosen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chosen({} of {})", self.question, self.program)
    }
}

impl Understood {
    /// What a record keeps of it. The words stay with the text, which is sealed.
    pub(crate) fn evidence(&self) -> Read {
        let place = |at: usize| u32::try_from(at).ok();
        Read {
            tier: self.tier,
            rule: self.rule.to_string(),
            language: self.language.map(|language| language.to_string()),
            from: self.matched.as_ref().and_then(|words| place(words.start)),
            to: self.matched.as_ref().and_then(|words| place(words.end)),
            scope: self.scope.as_ref().map(|scope| scope.code().to_owned()),
        }
    }

    /// The words that decided, out of the text that was read.
    #[must_use]
    pub fn phrase<'t>(&self, text: &'t str) -> Option<&'t str> {
        text.get(self.matched.clone()?)
    }
}
