//! What a text answers: the open questions of a person, and the words by which people join.

use chrono::{DateTime, TimeDelta, Utc};

use super::{
    Chosen, Context, Inbound, Intent, Language, Reading, Understood,
    fold::{Folded, fold},
    matcher,
    question::{is_per_se, plain},
    receive::Desk,
    scope::by_own_words,
};
use crate::{
    consent::{OpenQuestion, Pending, State, event::Answer},
    id::Name,
    ledger::Person,
    message::mark,
    program::Program,
};

/// Whoever asks back has not answered.
const ASKING: [char; 5] = ['?', '¿', '؟', '？', '⁇'];

/// What a text does beside what its words say.
#[derive(Debug)]
pub(super) enum Turn<'a> {
    /// Nothing.
    Plain,
    /// It confirms the first yes to this program.
    Confirms(&'a Program),
    /// It is another code than the one that this program asks for.
    Miscodes(&'a Program),
    /// It begins the opt-in of this program.
    Joins(&'a Program),
    /// It answers a question of a survey.
    Replies(Chosen),
}

/// The questions that a text of this time, to this sender, may answer.
struct Open<'a, 's> {
    pending: Vec<(&'a Program, &'s Pending)>,
    surveys: Vec<&'s OpenQuestion>,
}

impl<'a, 's> Open<'a, 's> {
    fn of(state: &'s State, programs: &[&'a Program], acted_ms: i64) -> Self {
        let pending = |program: &&'a Program| {
            let pending = state.program(program.name())?.pending.as_ref()?;
            let waits = program.question_waits();
            let may = pending.takes(acted_ms)
                && (pending.code.is_some() || was_put(state, program, acted_ms, waits));
            may.then_some((*program, pending))
        };
        let here = |held: &&OpenQuestion| {
            held.takes(acted_ms) && programs.iter().any(|program| *program.name() == held.program)
        };
        Self {
            pending: programs.iter().filter_map(pending).collect(),
            surveys: state.questions.iter().flatten().filter(here).collect(),
        }
    }

    /// What the host says comes first: a yes may be meant for the order that is spoken of. That a second yes is waited
    /// for is the ledger's to say alone.
    fn context(&self, said: Context) -> Context {
        match said {
            Context::None | Context::DoubleOptIn if self.pending.iter().any(|(_, p)| p.code.is_none()) => {
                Context::DoubleOptIn
            }
            Context::None | Context::DoubleOptIn if !self.surveys.is_empty() => Context::Survey,
            Context::DoubleOptIn => Context::None,
            said => said,
        }
    }
}

/// Whether the question of this program was handed over, or may have been, so lately: a yes to a question that nobody
/// put is meant for something else.
fn was_put(state: &State, program: &Program, acted_ms: i64, waits: TimeDelta) -> bool {
    state.sends.iter().any(|sent| {
        sent.program == *program.name()
            && matches!(sent.answer, Some(Answer::Question | Answer::Reminder))
            && sent.debits()
            && acted_ms - sent.at_ms <= waits.num_milliseconds()
    })
}

impl<'a> Desk<'a> {
    /// The programs that a sender carries.
    pub(super) fn carried_by(&self, address: &Name) -> Vec<&'a Program> {
        let carries = |p: &&Program| p.senders().iter().any(|s| s.answers_to(address.as_str()));
        self.programs.iter().filter(carries).collect()
    }

    /// Reads a text to this person, of whom nothing need be known.
    pub(super) fn understand(
        &self,
        inbound: &Inbound,
        person: Option<&Person>,
        now: DateTime<Utc>,
    ) -> (Understood, Turn<'a>) {
        let blank = State::default();
        let state = person.map_or(&blank, |person| &person.state);
        let programs = self.carried_by(&inbound.to);
        let open = Open::of(state, &programs, inbound.sent_at.min(now).timestamp_millis());
        let read = self.read(inbound, programs.first().copied(), open.context(inbound.context));
        if is_echo(&read, &inbound.text, state) {
            return (matcher::plain(Intent::Other, "echo"), Turn::Plain);
        }
        let Some(folded) = fold(&inbound.text).filter(|folded| !folded.words.is_empty()) else {
            return (read, Turn::Plain);
        };
        let answers = answers(&read, &inbound.text, &folded, &open, person);
        if answers.is_empty() {
            // A program's word may be both what is asked for and the keyword by which people join.
            if matches!(read.intent, Intent::Other | Intent::Join) && self.is_choice(inbound, state, now) {
                return (matcher::plain(Intent::Other, "clarify"), Turn::Plain);
            }
            return joining(read, &folded, &programs);
        }
        // Nobody asks again what was meant: of what cannot be told the safer holds.
        let Some(turn) = latest(answers) else {
            let closes = matches!(read.intent, Intent::Stop | Intent::Unsure);
            return (if closes { read } else { matcher::plain(Intent::Other, "which") }, Turn::Plain);
        };
        (as_answer(read, &turn, &folded), turn)
    }

    fn read(&self, inbound: &Inbound, program: Option<&Program>, context: Context) -> Understood {
        let language = program.and_then(|program| Language::new(program.language_code()).ok());
        let country = program.and_then(|program| {
            program.senders().iter().find(|s| s.answers_to(inbound.to.as_str())).map(|s| s.country())
        });
        let reading = Reading { country, languages: language.as_slice(), context };
        let read = |text: &str| self.matcher.read(text, &reading);
        let understood = read(&inbound.text);
        match program {
            Some(program) => by_own_words(program, &inbound.text, understood, read),
            None => understood,
        }
    }
}

/// Whether a text is nothing but one of our own, come back from a machine: our STOP in it is nobody's. A keyword is
/// never one.
fn is_echo(read: &Understood, text: &str, state: &State) -> bool {
    let keyword = read.intent == Intent::Stop && read.tier <= 2;
    !keyword && state.said.is_some() && mark(text).is_some_and(|mark| state.has_said(mark))
}

/// The digits of a code, where somebody wrote nothing else.
pub(crate) fn code_in(text: &str) -> Option<String> {
    code(&fold(text)?)
}

/// What opens is taken at its word.
fn code(folded: &Folded) -> Option<String> {
    let digits: String = folded.text.split(' ').collect();
    let fits = (4..=9).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    (fits && !folded.clouded).then_some(digits)
}

/// The open questions that a text may be the answer to, with when they were asked.
fn answers<'a>(
    read: &Understood,
    text: &str,
    folded: &Folded,
    open: &Open<'a, '_>,
    person: Option<&Person>,
) -> Vec<(Option<i64>, Turn<'a>)> {
    let code = code(folded).filter(|_| read.intent == Intent::Other);
    let second = open.pending.iter().filter_map(|(program, pending)| match pending.code {
        None => (read.intent == Intent::Confirm).then_some((pending.asked_ms, Turn::Confirms(program))),
        Some(tag) => {
            let code = code.as_ref()?;
            let right = person.is_some_and(|person| person.is_code(program.name(), code, tag));
            let turn = if right { Turn::Confirms(program) } else { Turn::Miscodes(program) };
            Some((pending.asked_ms, turn))
        }
    });
    let free = match read.intent {
        _ if !folded.laughing.is_empty() || folded.stopping || text.contains(ASKING) => false,
        Intent::Other | Intent::Confirm | Intent::Unsure => true,
        Intent::Stop => read.tier <= 2 && !is_per_se(&folded.text),
        Intent::Start | Intent::Help | Intent::Join | Intent::WrongNumber => false,
    };
    let surveys = open.surveys.iter().filter(|_| free && !is_per_se(&folded.text)).filter_map(|held| {
        let option = held.options.iter().find(|option| plain(option).is_some_and(|o| o == folded.text))?;
        let (program, question) = (held.program.clone(), held.question.clone());
        Some((Some(held.asked_ms), Turn::Replies(Chosen { program, question, option: option.clone() })))
    });
    let mut answers: Vec<_> = second.chain(surveys).collect();
    // A number that answers something is no wrong code.
    if answers.iter().any(|(_, turn)| !matches!(turn, Turn::Miscodes(_))) {
        answers.retain(|(_, turn)| !matches!(turn, Turn::Miscodes(_)));
    }
    answers
}

/// The one that was asked last, if that can be told.
fn latest(mut answers: Vec<(Option<i64>, Turn<'_>)>) -> Option<Turn<'_>> {
    if answers.len() > 1 {
        let last =
            answers.iter().map(|(asked_ms, _)| *asked_ms).collect::<Option<Vec<_>>>()?.into_iter().max();
        answers.retain(|(asked_ms, _)| *asked_ms == last);
    }
    let (_, turn) = answers.pop()?;
    answers.is_empty().then_some(turn)
}

/// What is understood by a text that answers so.
fn as_answer(read: Understood, turn: &Turn<'_>, folded: &Folded) -> Understood {
    let whole = || folded.raw(&(0..folded.words.len()));
    let (intent, rule) = match turn {
        Turn::Confirms(_) if read.intent == Intent::Confirm => return read,
        Turn::Confirms(_) => (Intent::Confirm, "program.code"),
        Turn::Miscodes(_) => (Intent::Other, "program.code"),
        _ => (Intent::Other, "question"),
    };
    let answer = if let Turn::Replies(chosen) = turn { Some(chosen.clone()) } else { None };
    let tier = u8::from(intent == Intent::Confirm);
    Understood { tier, matched: whole(), answer, ..matcher::plain(intent, rule) }
}

/// A program's own keyword; or the general one, where the sender carries one program alone.
fn joining<'a>(read: Understood, folded: &Folded, programs: &[&'a Program]) -> (Understood, Turn<'a>) {
    let open = matches!(read.intent, Intent::Other | Intent::Join) && !folded.clouded;
    let is_own = |program: &&&Program| {
        program.keywords().iter().any(|word| plain(word).is_some_and(|word| word == folded.text))
    };
    let turn = |program: &'a Program| program.joined_by().map_or(Turn::Plain, |_| Turn::Joins(program));
    if let Some(program) = programs.iter().filter(|_| open).find(is_own) {
        let matched = folded.raw(&(0..folded.words.len()));
        let language = Language::new(program.language_code()).ok();
        let read = matcher::plain(Intent::Join, "program.keyword");
        return (Understood { tier: 1, language, matched, ..read }, turn(program));
    }
    match (read.intent, programs) {
        (Intent::Join, [program]) => (read, turn(program)),
        _ => (read, Turn::Plain),
    }
}
