use chrono::{DateTime, Duration, Utc};

use crate::consent::{Sent, State, event::Answer};

const DAY_MS: i64 = 86_400_000;

/// The confirmation of a STOP goes out within so many minutes or never (47 CFR 64.1200(a)(12)).
pub const ANSWER_WITHIN_MINUTES: i64 = 5;

/// Whether an automatic answer may go to this person now.
///
/// One of a kind per person and 24 hours, so that two machines which answer each other stop after one reply; what
/// the gateway certainly did not take was not said.
/// The confirmation of a STOP goes out after the STOP and within five minutes of it, or never. Hours and caps
/// do not hold answers; an erased or reassigned number gets none.
#[must_use]
pub fn may_answer(state: &State, answer: Answer, asked: DateTime<Utc>, at: DateTime<Utc>) -> bool {
    let at_ms = at.timestamp_millis();
    let said = |sent: &Sent| sent.answer == Some(answer) && sent.debits();
    let again = state.sends.iter().any(|sent| said(sent) && at_ms - sent.at_ms < DAY_MS);
    let late = at - asked >= Duration::minutes(ANSWER_WITHIN_MINUTES);
    !(again || late || state.erased || state.ended)
}
