use std::time::Duration;

use super::{
    dice::{Dice, Question},
    options::{Fate, Faults, Options},
};
use crate::{consent::event::Delivery, gateway::Refusal, permit::Handover, phone::PhoneNumber};

const MINUTE_MS: u64 = 60_000;
const HOUR_MS: u64 = 60 * MINUTE_MS;
/// A report that is in time comes within so many milliseconds.
const IN_TIME_MS: u64 = 3_000;

/// What meets one try at the carrier's door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AtDoor {
    LostRequest,
    Refused(Refusal),
    Taken { answer_lost: bool },
}

/// Draws what meets the nth try (from 0) of a message.
pub(super) fn at_door(options: &Options, dice: Dice, handover: &Handover, nth: u32) -> AtDoor {
    if let Some(fate) = options.numbers.get(&handover.number) {
        return by_rule(*fate, nth);
    }
    let Faults { opted_out, unreachable, landline, blocked, sender_unregistered, .. } = options.faults;
    let Faults { rate_limited, unavailable, lost_request, lost_answer, .. } = options.faults;
    let of_number =
        [(opted_out, Refusal::OptedOut), (unreachable, Refusal::Unreachable), (landline, Refusal::Landline)]
            .map(|(share, refusal)| (share, AtDoor::Refused(refusal)));
    let of_message = [(blocked, Refusal::Blocked), (sender_unregistered, Refusal::SenderUnregistered)]
        .map(|(share, refusal)| (share, AtDoor::Refused(refusal)));
    let of_try = [
        (rate_limited, AtDoor::Refused(Refusal::RateLimited)),
        (unavailable, AtDoor::Refused(Refusal::Unavailable)),
        (lost_request, AtDoor::LostRequest),
        (lost_answer, AtDoor::Taken { answer_lost: true }),
    ];
    // What happens on the way comes before what the carrier thinks.
    let of_try = pick(dice.nth(nth).per_mille(Question::WhatTry), &of_try);
    if of_try == Some(AtDoor::LostRequest) {
        return AtDoor::LostRequest;
    }
    pick(number_dice(options, handover.number).per_mille(Question::WhatNumber), &of_number)
        .or_else(|| pick(dice.per_mille(Question::WhatMessage), &of_message))
        .or(of_try)
        .unwrap_or(AtDoor::Taken { answer_lost: false })
}

fn number_dice(options: &Options, number: PhoneNumber) -> Dice {
    options.dice.of(&number.digits().to_be_bytes())
}

fn by_rule(fate: Fate, nth: u32) -> AtDoor {
    match fate {
        Fate::Busy(times) if nth < times => AtDoor::Refused(Refusal::Unavailable),
        Fate::Delivered | Fate::Undelivered | Fate::Expired | Fate::Busy(_) => {
            AtDoor::Taken { answer_lost: false }
        }
        Fate::Refused(refusal) => AtDoor::Refused(refusal),
        Fate::LostRequest => AtDoor::LostRequest,
        Fate::LostAnswer => AtDoor::Taken { answer_lost: true },
    }
}

/// The class that a roll of 0 to 999 falls into.
fn pick<T: Copy>(roll: u64, classes: &[(u16, T)]) -> Option<T> {
    let mut upto = 0;
    classes
        .iter()
        .find(|(share, _)| {
            upto += u64::from(*share);
            roll < upto
        })
        .map(|(_, class)| *class)
}

/// The way of a taken message to its handset, in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Course {
    /// How it ends.
    pub(super) delivery: Delivery,
    /// When, counted from the taking; at least 1.
    pub(super) after_ms: u64,
    /// When each report of it comes, counted from the end.
    pub(super) report_lags_ms: Vec<u64>,
}

/// Draws the way of a message that was taken with `dice`, the dice of this taking.
pub(super) fn course(options: &Options, dice: Dice, handover: &Handover) -> Course {
    let faults = options.faults;
    let rule = options.numbers.get(&handover.number);
    let (soonest, latest) = options.delivery;
    let travel = dice.between(Question::Travel, ms(soonest).max(1), ms(latest).max(1));
    let off = || dice.between(Question::HowLongOff, HOUR_MS, 24 * HOUR_MS);
    let (delivery, after_ms) = match rule {
        Some(Fate::Expired) => (Delivery::Delivered, u64::MAX),
        Some(Fate::Undelivered) => (Delivery::Undelivered, travel),
        Some(_) => (Delivery::Delivered, travel),
        None if dice.happens(Question::Lands, faults.undelivered) => (Delivery::Undelivered, travel),
        None if dice.happens(Question::HandsetOff, faults.handset_off) => (Delivery::Delivered, off()),
        None => (Delivery::Delivered, travel),
    };
    let valid_ms = ms(handover.valid_for).max(1);
    // The window is half-open: what would land at its very end has expired.
    let (delivery, after_ms) =
        if after_ms < valid_ms { (delivery, after_ms) } else { (Delivery::Expired, valid_ms) };
    let faults = if rule.is_some() { Faults::default() } else { faults };
    Course { delivery, after_ms, report_lags_ms: report_lags(dice, faults) }
}

fn report_lags(dice: Dice, faults: Faults) -> Vec<u64> {
    if dice.happens(Question::ReportLost, faults.lost_report) {
        return Vec::new();
    }
    let late = dice.happens(Question::ReportLate, faults.late_report);
    let (from, to) = if late { (10 * MINUTE_MS, 6 * HOUR_MS) } else { (0, IN_TIME_MS) };
    let mut lags = vec![dice.between(Question::ReportLag, from, to)];
    if dice.happens(Question::ReportTwice, faults.duplicate_report) {
        lags.push(dice.between(Question::SecondLag, 0, 6 * HOUR_MS));
    }
    lags
}

/// What a person writes back, and when, in milliseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reply {
    pub(super) text: &'static str,
    /// Counted from the delivery.
    pub(super) after_ms: u64,
}

const STOPS: &[&str] = &["STOP", "Stop", "stop", "STOP.", "ARRET"];
const HELPS: &[&str] = &["HELP", "Help", "AIDE", "help?"];
const WORDS: &[&str] = &["Merci !", "ok", "Who is this?", "Are you open on Sunday?", "👍"];

/// Draws whether a delivered message is answered.
pub(super) fn reply(options: &Options, dice: Dice) -> Option<Reply> {
    let people = options.repliers;
    let lists = [(people.stop, STOPS), (people.help, HELPS), (people.words, WORDS)];
    let list = pick(dice.per_mille(Question::Replies), &lists)?;
    let after_ms = dice.between(Question::Thinks, ms(people.soonest), ms(people.latest));
    Some(Reply { text: dice.one_of(Question::Words, list)?, after_ms })
}

/// When a reply comes in, once or twice, counted from when it was written.
pub(super) fn reply_lags(options: &Options, dice: Dice) -> Vec<u64> {
    let late = dice.happens(Question::ReplyLate, options.faults.late_reply);
    let (from, to) = if late { (MINUTE_MS, 10 * MINUTE_MS) } else { (0, IN_TIME_MS) };
    let mut lags = vec![dice.between(Question::ReplyLag, from, to)];
    if dice.happens(Question::ReplyTwice, options.faults.duplicate_reply) {
        lags.push(dice.between(Question::SecondReplyLag, 0, 10 * MINUTE_MS));
    }
    lags
}

/// Milliseconds, as many as fit.
pub(super) fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
