//! The law of consent written down a second time, as questions to the whole list of events, with no state kept.

use optin::{
    consent::{
        Acquisition, Event,
        event::{Delivery, Road, Said},
    },
    id::Name,
};

/// One marketing message that somebody would like to send.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub(crate) program: &'a Name,
    pub(crate) sender: &'a Name,
    pub(crate) category: Option<&'a Name>,
    pub(crate) at_ms: i64,
}

/// When a person acted, and the place of the record.
type Moment = (i64, usize);

/// Whether the person may be written to, by consent alone.
pub(crate) fn is_open(events: &[Event], ask: &Ask<'_>) -> bool {
    let gone = events.iter().any(|event| matches!(event, Event::Reassigned(_) | Event::Erased(_)));
    let stops = stops(events, ask);
    let (doubts, over) = doubts(events, ask.at_ms);
    let both: Vec<Moment> = stops.iter().chain(&doubts).copied().collect();
    !gone
        && !is_blocked(events, ask.sender)
        && !is_dead(events)
        && has_basis(events, ask.program)
        && is_reopened(events, ask.program, &stops)
        && is_reopened(events, ask.program, &doubts)
        && (!over || is_reopened(events, ask.program, &both))
}

/// Whether nothing that was said or happened stands against a message about an order, which belongs to no topic.
pub(crate) fn may_transact(events: &[Event], ask: &Ask<'_>) -> bool {
    let gone = events.iter().any(|event| matches!(event, Event::Reassigned(_) | Event::Erased(_)));
    let topics = |(_, place): &Moment| matches!(&events[*place], Event::Revoked(e) if e.said == Said::Topic);
    let stops: Vec<Moment> = stops(events, ask).into_iter().filter(|stop| !topics(stop)).collect();
    let (doubts, over) = doubts(events, ask.at_ms);
    let both: Vec<Moment> = stops.iter().chain(&doubts).copied().collect();
    !gone
        && !is_blocked(events, ask.sender)
        && is_reopened(events, ask.program, &stops)
        && (!over || is_reopened(events, ask.program, &both))
}

/// A START or an opt-in later than every one of these, both in carrier time and in append order.
fn is_reopened(events: &[Event], program: &Name, stops: &[Moment]) -> bool {
    let later = |opening: &Moment| stops.iter().all(|stop| opening.0 > stop.0 && opening.1 > stop.1);
    stops.is_empty() || openings(events, program).iter().any(later)
}

pub(crate) fn openings(events: &[Event], program: &Name) -> Vec<Moment> {
    let opening = |(place, event): (usize, &Event)| match event {
        Event::OptedIn(e) if e.program == *program && e.grant.acquisition != Acquisition::Referral => {
            Some((e.grant.acted_ms, place))
        }
        Event::Confirmed(e) if e.program == *program && answers(events, place) => Some((e.acted_ms, place)),
        // START restores what there was, and gives nothing.
        Event::Restarted(e) if e.program == *program && has_basis(&events[..place], program) => {
            Some((e.acted_ms, place))
        }
        _ => None,
    };
    events.iter().enumerate().filter_map(opening).collect()
}

/// A basis that no "wrong number" took away.
fn has_basis(events: &[Event], program: &Name) -> bool {
    let wrong = |event: &Event| matches!(event, Event::Revoked(e) if e.road == Road::WrongNumber);
    (0..events.len()).any(|place| {
        let after = &events[place..];
        gives_basis(events, place, program) && !after.iter().any(wrong) && !is_undone(&events[place], after)
    })
}

fn is_undone(brought: &Event, after: &[Event]) -> bool {
    let Event::Imported(brought) = brought else { return false };
    after.iter().any(|event| matches!(event, Event::ImportUndone(e) if e.import == brought.import))
}

/// Nobody has been heard from the number since it could last not be reached.
fn is_dead(events: &[Event]) -> bool {
    let last = events.iter().rposition(|event| matches!(event, Event::Bounced(_)));
    let lives = |place: usize| match &events[place] {
        Event::OptedIn(e) => e.grant.acquisition != Acquisition::Referral,
        Event::Revoked(e) => e.inbound.is_some(),
        Event::Reported(e) => e.delivery == Delivery::Delivered,
        event => {
            matches!(
                event,
                Event::Confirmed(_)
                    | Event::Restarted(_)
                    | Event::Heard(_)
                    | Event::Suspended(_)
                    | Event::Miscoded(_)
                    | Event::Replied(_)
            )
        }
    };
    last.is_some_and(|last| !(last..events.len()).any(lives))
}

fn gives_basis(events: &[Event], place: usize, program: &Name) -> bool {
    match &events[place] {
        Event::OptedIn(e) => e.program == *program && e.grant.acquisition != Acquisition::Referral,
        Event::Confirmed(e) => e.program == *program && answers(events, place),
        Event::Imported(e) => {
            let before = &events[..place];
            let stopped = before.iter().any(|event| closes_question(event, program));
            e.program == *program
                && e.grant.acquisition != Acquisition::Referral
                && !stopped
                && doubts(before, i64::MIN).0.is_empty()
        }
        _ => false,
    }
}

/// Whether the YES at this place answers a question that is open and has not expired.
fn answers(events: &[Event], place: usize) -> bool {
    let Event::Confirmed(yes) = &events[place] else { return false };
    let mut wrong = 0;
    for before in (0..place).rev() {
        match &events[before] {
            Event::Asked(asked) if asked.program == yes.program => {
                let grant = &asked.grant;
                // Nobody answers before being asked, by the second.
                let asked_s = asked.asked_ms.map_or(i64::MIN, |ms| ms.div_euclid(1_000));
                let in_time = asked_s <= yes.acted_ms.div_euclid(1_000) && yes.acted_ms <= asked.expires_ms;
                return in_time && wrong < 5 && grant.acquisition != Acquisition::Referral;
            }
            Event::Miscoded(e) if e.program == yes.program => wrong += 1,
            // One answer is all a question takes, and an expired one takes none.
            Event::Confirmed(e) if e.program == yes.program => return false,
            event if closes_question(event, &yes.program) => return false,
            _ if gives_basis(events, before, &yes.program) => return false,
            _ => {}
        }
    }
    false
}

fn closes_question(event: &Event, program: &Name) -> bool {
    match event {
        Event::Revoked(e) => e.said == Said::All || e.program.as_ref().is_none_or(|p| p == program),
        _ => false,
    }
}

/// Every revocation that reaches the message.
fn stops(events: &[Event], ask: &Ask<'_>) -> Vec<Moment> {
    let stop = |(place, event): (usize, &Event)| {
        let Event::Revoked(e) = event else { return None };
        let here =
            e.program.as_ref().is_none_or(|p| p == ask.program) || e.sender.as_ref() == Some(ask.sender);
        let topic = ask.category.is_none() || ask.category == e.topic.as_ref();
        let reaches = match e.said {
            Said::All => true,
            Said::Program => here,
            Said::Topic => here && topic,
        };
        reaches.then_some((e.acted_ms, place))
    };
    events.iter().enumerate().filter_map(stop).collect()
}

/// Doubtful texts that no human has cleared, and whether the time for that is over.
fn doubts(events: &[Event], at_ms: i64) -> (Vec<Moment>, bool) {
    let cleared = events.iter().rposition(|event| matches!(event, Event::Unsuspended(_)));
    let (mut doubts, mut over) = (Vec::new(), false);
    for (place, event) in events.iter().enumerate().skip(cleared.map_or(0, |place| place + 1)) {
        if let Event::Suspended(e) = event {
            doubts.push((e.acted_ms, place));
            over |= at_ms >= e.deadline_ms;
        }
    }
    (doubts, over)
}

fn is_blocked(events: &[Event], sender: &Name) -> bool {
    let last = events.iter().rev().find_map(|event| match event {
        Event::Blocked(e) if e.sender == *sender => Some(true),
        Event::Unblocked(e) if e.sender == *sender => Some(false),
        _ => None,
    });
    last == Some(true)
}
