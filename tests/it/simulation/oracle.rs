//! What must hold of every record, judged by the records before it and by nothing of the library's own.

use optin::{
    consent::{
        Event,
        event::{Outcome, Started},
    },
    id::MessageId,
    message::Kind,
};

use crate::fold::model::{Ask, is_open};

const HOUR_MS: i64 = 3_600_000;
/// The brand's caps: so many marketing messages in so many hours.
pub(super) const CAPS: [(u16, u32); 2] = [(2, 24), (3, 72)];
/// The clock may have been set back by so much since the decision.
pub(super) const TOLERANCE_MS: i64 = 5 * 60_000;

/// Where the people of the simulation are: prefix of the number, hours from UTC, opening and closing minute.
pub(super) const HOMES: [(&str, i64, i64, i64); 3] =
    [("+336", 1, 8 * 60, 21 * 60 + 30), ("+1415", -8, 8 * 60, 21 * 60), ("+1212", -5, 8 * 60, 21 * 60)];

/// Whether it is a lawful hour for marketing there, in November.
pub(super) fn is_lawful_hour(home: usize, at_ms: i64) -> bool {
    let (_, offset, opens, closes) = HOMES[home];
    let local = at_ms.div_euclid(60_000) + offset * 60;
    let (day, minute) = (local.div_euclid(1_440), local.rem_euclid(1_440));
    // The first of January 1970 was a Thursday.
    let sunday = (day + 4).rem_euclid(7) == 0;
    (opens..closes).contains(&minute) && !(home == 0 && sunday)
}

/// When a message last started, and what is known of that try.
pub(super) fn last_try(
    events: &[Event],
    times: &[i64],
    message: MessageId,
) -> Option<(i64, Option<Outcome>)> {
    let mut last = None;
    for (event, at_ms) in events.iter().zip(times) {
        match (event, &mut last) {
            (Event::Started(e), _) if e.message == message => last = Some((*at_ms, None)),
            (Event::Concluded(e), Some((_, outcome @ (None | Some(Outcome::Unknown)))))
                if e.message == message =>
            {
                *outcome = Some(e.outcome);
            }
            _ => {}
        }
    }
    last
}

fn marketing(events: &[Event]) -> impl Iterator<Item = MessageId> {
    let mut seen = Vec::new();
    for event in events {
        if let Event::Started(e) = event
            && e.kind == Kind::Marketing
            && !seen.contains(&e.message)
        {
            seen.push(e.message);
        }
    }
    seen.into_iter()
}

/// What is wrong with starting this message now, after these records of the person.
pub(super) fn objection(
    home: usize,
    events: &[Event],
    times: &[i64],
    started: &Started,
    at_ms: i64,
) -> Option<String> {
    if let Some((_, outcome)) = last_try(events, times, started.message)
        && outcome != Some(Outcome::Deferred)
    {
        return Some(format!("a message started again after {outcome:?}"));
    }
    if started.kind != Kind::Marketing {
        return answer(events, times, started, at_ms);
    }
    let category = started.category.as_ref();
    let ask = Ask { program: &started.program, sender: &started.sender, category, at_ms };
    if !is_open(events, &ask) {
        return Some("marketing started without leave".to_owned());
    }
    if !is_lawful_hour(home, at_ms) {
        return Some(format!("marketing started at {at_ms}, outside the hours of {}", HOMES[home].0));
    }
    if times.iter().any(|time| time - at_ms > TOLERANCE_MS) {
        return Some("marketing started while the clock was behind".to_owned());
    }
    for (max, hours) in CAPS {
        let counted = marketing(events).filter(|message| *message != started.message).filter(|message| {
            let (at, outcome) = last_try(events, times, *message).unwrap();
            let void = matches!(outcome, Some(Outcome::Refused | Outcome::Deferred));
            !void && at > at_ms - i64::from(hours) * HOUR_MS
        });
        let counted = counted.count();
        if counted >= usize::from(max) {
            return Some(format!("{counted} marketing messages in {hours} hours, and one more"));
        }
    }
    None
}

/// One answer of a kind in 24 hours.
fn answer(events: &[Event], times: &[i64], started: &Started, at_ms: i64) -> Option<String> {
    let before = events.iter().zip(times).any(|(event, time)| {
        let Event::Started(e) = event else { return false };
        let void = matches!(
            last_try(events, times, e.message),
            Some((_, Some(Outcome::Refused | Outcome::Deferred)))
        );
        e.answer == started.answer && !void && at_ms - time < 24 * HOUR_MS
    });
    before.then(|| format!("a second answer of the kind {:?}", started.answer))
}
