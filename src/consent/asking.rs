//! Questions that are open to a person: the second yes of a double opt-in, and those of surveys.

use super::{
    Grant, State,
    event::{Asked, Questioned, Revoked, Said},
};
use crate::{
    codec::cbor_map,
    id::{Hash, Name, TextMark},
};

/// So many wrong codes close the question.
const TRIES: u32 = 5;
/// So many questions of surveys are open at once, the newest.
const KEEP_QUESTIONS: usize = 4;
/// So many of the last messages are known again.
const KEEP_SAID: usize = 4;
const DAY_MS: i64 = 86_400_000;

cbor_map! {
    /// A question that a yes or a code would answer.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Pending {
        /// The first yes.
        0 => pub grant: Grant,
        /// Until when an answer counts, Unix milliseconds.
        1 => pub expires_ms: i64,
        /// Since when, Unix milliseconds.
        2 => pub asked_ms: Option<i64>,
        /// The code that is the answer, under the person's own key; absent where a yes is.
        3 => pub code: Option<Hash>,
        /// Wrong codes so far.
        4 => pub tries: Option<u32>,
        /// The one reminder was asked for.
        5 => pub reminded: Option<bool>,
        /// We texted the code: a page may take it.
        6 => pub texted: Option<bool>,
    }
}

cbor_map! {
    /// A question of a survey or quiz that waits for its answer.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct OpenQuestion {
        /// In which program.
        0 => pub program: Name,
        /// Which question.
        1 => pub question: Name,
        /// What may be answered.
        2 => pub options: Vec<String>,
        /// Since when, Unix milliseconds.
        3 => pub asked_ms: i64,
        /// Until when an answer counts, Unix milliseconds.
        4 => pub expires_ms: i64,
    }
}

impl Pending {
    /// Whether a text of this time may be the answer: not written before the question, nor after its end.
    #[must_use]
    pub fn takes(&self, acted_ms: i64) -> bool {
        is_within(self.asked_ms, self.expires_ms, acted_ms)
    }

    /// So many more wrong codes may come; the last of them closes the question.
    pub(crate) fn tries_left(&self) -> u32 {
        TRIES.saturating_sub(self.tries.unwrap_or(0))
    }
}

impl OpenQuestion {
    /// Whether a text of this time may be the answer.
    #[must_use]
    pub fn takes(&self, acted_ms: i64) -> bool {
        is_within(Some(self.asked_ms), self.expires_ms, acted_ms)
    }
}

/// Carriers tell whole seconds.
fn is_within(asked_ms: Option<i64>, expires_ms: i64, acted_ms: i64) -> bool {
    asked_ms.is_none_or(|asked_ms| asked_ms.div_euclid(1_000) <= acted_ms.div_euclid(1_000))
        && acted_ms <= expires_ms
}

impl State {
    pub(super) fn ask(&mut self, e: &Asked) {
        if let (Some(true), Some(asked_ms)) = (e.texted, e.asked_ms) {
            let codes = self.codes.get_or_insert_default();
            codes.retain(|made_ms| asked_ms - made_ms < DAY_MS);
            codes.push(asked_ms);
        }
        let program = self.program_mut(&e.program);
        // Whoever is asked anew before the end is reminded no more often.
        let held = program.pending.take();
        let still = |expires_ms| e.asked_ms.is_some_and(|asked_ms| asked_ms <= expires_ms);
        let reminded = held.filter(|held| still(held.expires_ms)).and_then(|held| held.reminded);
        program.pending = Some(Pending {
            grant: e.grant.clone(),
            expires_ms: e.expires_ms,
            asked_ms: e.asked_ms,
            code: e.code,
            tries: None,
            reminded,
            texted: e.texted,
        });
    }

    pub(super) fn remind(&mut self, program: &Name) {
        if let Some(pending) = &mut self.program_mut(program).pending {
            pending.reminded = Some(true);
        }
    }

    pub(super) fn miscode(&mut self, program: &Name) {
        let program = self.program_mut(program);
        let Some(pending) = &mut program.pending else { return };
        pending.tries = Some(pending.tries.unwrap_or(0).saturating_add(1));
        if pending.tries_left() == 0 {
            program.pending = None;
        }
    }

    pub(super) fn question(&mut self, e: &Questioned) {
        let questions = self.questions.get_or_insert_default();
        questions.retain(|held| held.program != e.program || held.question != e.question);
        questions.push(OpenQuestion {
            program: e.program.clone(),
            question: e.question.clone(),
            options: e.options.clone(),
            asked_ms: e.asked_ms,
            expires_ms: e.expires_ms,
        });
        if questions.len() > KEEP_QUESTIONS {
            questions.remove(0);
        }
    }

    pub(super) fn reply(&mut self, program: &Name, question: &Name) {
        if let Some(questions) = &mut self.questions {
            questions.retain(|held| held.program != *program || held.question != *question);
        }
    }

    /// Whoever wants no more is asked nothing more.
    pub(super) fn close_questions(&mut self, e: &Revoked) {
        if let Some(questions) = &mut self.questions {
            questions.retain(|held| {
                e.said != Said::All && e.program.as_ref().is_some_and(|program| *program != held.program)
            });
        }
    }

    pub(super) fn remember(&mut self, mark: Option<TextMark>) {
        let Some(mark) = mark else { return };
        let said = self.said.get_or_insert_default();
        said.retain(|held| *held != mark);
        said.push(mark);
        if said.len() > KEEP_SAID {
            said.remove(0);
        }
    }

    /// Whether this is one of the last messages, come back.
    pub(crate) fn has_said(&self, mark: TextMark) -> bool {
        self.said.iter().flatten().any(|held| *held == mark)
    }

    /// The codes to be texted that were made within a day of this time, whether or not they went: each may be guessed at.
    pub(crate) fn codes_texted(&self, at_ms: i64) -> usize {
        self.codes.iter().flatten().filter(|made_ms| at_ms - **made_ms < DAY_MS).count()
    }

    /// Whether any question is open whose answer is a code that we text.
    pub(crate) fn waits_for_texted_code(&self, at_ms: i64) -> bool {
        let texted = |pending: &Pending| pending.texted == Some(true) && pending.takes(at_ms);
        self.programs.iter().any(|program| program.pending.as_ref().is_some_and(texted))
    }

    /// What would stand if the open question of this program were answered at that time; `None` if none is open.
    /// A reminder of the question goes only where this would let marketing go.
    pub(crate) fn if_confirmed(&self, program: &Name, at_ms: i64) -> Option<Self> {
        let pending = self.program(program)?.pending.as_ref().filter(|pending| pending.takes(at_ms))?;
        let grant = Grant { confirmed: Some(true), ..pending.grant.clone() };
        let mut state = self.clone();
        state.opt_in(program, &grant, u64::MAX);
        Some(state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consent::{
        Basis, Event, How,
        event::{Miscoded, Reminded, Road},
    };
    use crate::id::InboundId;

    fn name(text: &str) -> Name {
        Name::new(text).unwrap()
    }

    fn asked(asked_ms: i64, expires_ms: i64) -> Event {
        let grant = Grant::new(Basis::ExpressWritten, How::Checkbox, asked_ms);
        Asked {
            program: name("soldes"),
            grant,
            expires_ms,
            asked_ms: Some(asked_ms),
            code: None,
            texted: None,
        }
        .into()
    }

    fn pending(state: &State) -> Option<&Pending> {
        state.program(&name("soldes"))?.pending.as_ref()
    }

    #[test]
    fn asked_anew_before_the_end_there_is_no_second_reminder() {
        for (again, spent) in [(5_000, Some(true)), (9_001, None)] {
            let mut state = State::default();
            state.apply(1, 1_000, &asked(1_000, 9_000));
            state.apply(2, 2_000, &Reminded { program: name("soldes") }.into());
            state.apply(3, again, &asked(again, 20_000));
            assert_eq!(pending(&state).unwrap().reminded, spent, "{again}");
        }
    }

    #[test]
    fn a_text_from_before_the_question_is_no_answer_to_it() {
        let mut state = State::default();
        state.apply(1, 5_500, &asked(5_500, 9_000));
        let pending = pending(&state).unwrap();
        // Carriers tell whole seconds.
        assert_eq!([4_999, 5_000, 9_000, 9_001].map(|ms| pending.takes(ms)), [false, true, true, false]);
    }

    #[test]
    fn the_fifth_wrong_code_closes_the_question() {
        let mut state = State::default();
        state.apply(1, 1_000, &asked(1_000, 9_000));
        for nth in 1..=5u8 {
            assert!(pending(&state).is_some(), "{nth}");
            let inbound = InboundId([nth; 16]);
            let wrong = Miscoded { program: name("soldes"), acted_ms: 2_000, inbound, channel: None };
            state.apply(2, 2_000, &wrong.into());
        }
        assert!(pending(&state).is_none());
    }

    #[test]
    fn a_stop_closes_the_questions_that_it_reaches() {
        for (said, program, left) in
            [(Said::Program, Some("soldes"), 1), (Said::All, None, 0), (Said::Program, None, 0)]
        {
            let mut state = State::default();
            for asks in ["soldes", "club"] {
                let questioned = Questioned {
                    program: name(asks),
                    question: name("size"),
                    options: vec!["S".to_owned(), "M".to_owned()],
                    asked_ms: 0,
                    expires_ms: 9_000,
                };
                state.apply(1, 0, &questioned.into());
            }
            let revoked = Revoked { said, program: program.map(name), ..Revoked::all(Road::Keyword, 1_000) };
            state.apply(2, 1_000, &revoked.into());
            assert_eq!(state.questions.unwrap().len(), left, "{said} {program:?}");
        }
    }
}
