use chrono::{DateTime, Duration, Utc};

use crate::consent::{Sent, State, event::Answer};

const DAY_MS: i64 = 86_400_000;
/// Nobody gets more codes than this in 24 hours, whoever fills in the form.
pub(crate) const CODES_A_DAY: usize = 3;

/// The confirmation of a STOP goes out within so many minutes or never (47 CFR 64.1200(a)(12)).
pub const ANSWER_WITHIN_MINUTES: i64 = 5;

/// Whether an automatic answer may go to this person now.
///
/// One of a kind per person and 24 hours, so that two machines which answer each other stop after one reply; three
/// where the question is a code that we text, for whoever mistypes it asks for another. What the gateway certainly did
/// not take was not said.
/// The confirmation of a STOP goes out after the STOP and within five minutes of it, or never. Hours and caps
/// do not hold answers; an erased or reassigned number gets none.
#[must_use]
pub fn may_answer(state: &State, answer: Answer, asked: DateTime<Utc>, at: DateTime<Utc>) -> bool {
    let at_ms = at.timestamp_millis();
    let said = |sent: &Sent| sent.answer == Some(answer) && sent.debits();
    let lately = state.sends.iter().filter(|sent| said(sent) && at_ms - sent.at_ms < DAY_MS).count();
    let most = if answer == Answer::Question && state.waits_for_texted_code(at_ms) { CODES_A_DAY } else { 1 };
    let late = at - asked >= Duration::minutes(ANSWER_WITHIN_MINUTES);
    !(lately >= most || late || state.erased || state.ended)
}
