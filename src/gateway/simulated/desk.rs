use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};

use super::{
    Taken,
    course::{self, AtDoor, ms},
    dice::{Dice, Question},
    door::Door,
    options::{Keyed, Options, Script},
};
use crate::{
    consent::event::Delivery,
    gateway::{About, Answered, Cost, Idempotency, Inbound, LookUp, Recalled, Refusal, Report, Uncertain},
    id::MessageId,
    inbound::Context,
    message::Counting,
    permit::Handover,
    phone::PhoneNumber,
};

/// When something comes, and what tells two apart that come in the same millisecond: never the order of sends.
type Due = (i64, MessageId, u32, u32);

/// All that the carrier remembers.
#[derive(Debug, Default)]
pub(super) struct Desk {
    pub(super) taken: Vec<Taken>,
    seen: HashMap<MessageId, Seen>,
    door: Door,
    reports: BTreeMap<Due, Report>,
    replies: BTreeMap<Due, Inbound>,
    scripts: HashMap<PhoneNumber, Vec<Script>>,
    /// What may be called back, by the gateway's id.
    ways: HashMap<String, Way>,
    /// The latest moment that any clock showed.
    latest_ms: i64,
}

/// The way of one taken message, as long as it may be called back.
#[derive(Debug)]
struct Way {
    message: MessageId,
    number: PhoneNumber,
    taking: u32,
    ends_ms: i64,
    recalled: bool,
}

/// What is known of one message. The carrier itself knows it only once it was taken.
#[derive(Debug, Default)]
struct Seen {
    dice: Option<Dice>,
    tries: u32,
    takings: u32,
    under_way: u32,
}

impl Desk {
    pub(super) fn new(options: &Options) -> Self {
        Self { scripts: options.scripts.clone(), ..Self::default() }
    }

    /// A hand-over has begun: until it ends, nobody can say that the message will not come.
    pub(super) fn begin(&mut self, message: MessageId) {
        self.seen.entry(message).or_default().under_way += 1;
    }

    /// A hand-over has ended, or was dropped.
    pub(super) fn end(&mut self, message: MessageId) {
        if let Some(seen) = self.seen.get_mut(&message) {
            seen.under_way = seen.under_way.saturating_sub(1);
        }
    }

    /// One try reaches the carrier, or is lost on the way.
    pub(super) fn receive(&mut self, options: &Options, handover: Handover, at: DateTime<Utc>) -> Answered {
        let message = handover.message;
        let dice = dice_of(options, &handover);
        self.latest_ms = self.latest_ms.max(at.timestamp_millis());
        let seen = self.seen.entry(message).or_default();
        seen.dice = Some(dice);
        let at_door = course::at_door(options, dice, &handover, seen.tries);
        if at_door == AtDoor::LostRequest {
            seen.tries += 1;
            return Answered::Unknown(Uncertain::Untold);
        }
        if seen.takings > 0 && options.idempotency == Idempotency::Native {
            seen.tries += 1;
            return accepted(options, &handover, 1, at_door);
        }
        if !self.door.lets_in(options.throughput, at) {
            // Not counted as a try: what is refused here follows from the order of sends, the rest must not.
            return refused(options, Refusal::RateLimited);
        }
        seen.tries += 1;
        if let AtDoor::Refused(refusal) = at_door {
            return refused(options, refusal);
        }
        seen.takings += 1;
        let taking = seen.takings;
        let answered = accepted(options, &handover, taking, at_door);
        self.take(options, dice.nth(taking), taking, handover, at);
        answered
    }

    fn take(&mut self, options: &Options, dice: Dice, taking: u32, handover: Handover, at: DateTime<Utc>) {
        let course = course::course(options, dice, &handover);
        let ends_ms = later(at.timestamp_millis(), course.after_ms);
        for (copy, lag) in (0u32..).zip(&course.report_lags_ms) {
            let (message, delivery) = (handover.message, course.delivery);
            let about = About::Message(message);
            let report = Report::new(about, handover.number, delivery, time(ends_ms));
            self.reports.insert((later(ends_ms, *lag), message, taking, copy), report);
        }
        if options.recalls {
            let Handover { message, number, .. } = handover;
            let way = Way { message, number, taking, ends_ms, recalled: false };
            self.ways.insert(gateway_id(message, taking), way);
        }
        if course.delivery == Delivery::Delivered {
            self.expect_replies(options, dice, taking, &handover, ends_ms);
        }
        self.taken.push(Taken {
            message: handover.message,
            number: handover.number,
            sender: handover.sender,
            text: handover.body.as_str().to_owned(),
            kind: handover.kind,
            at,
            valid_for: handover.valid_for,
        });
    }

    fn expect_replies(&mut self, options: &Options, dice: Dice, taking: u32, to: &Handover, ends_ms: i64) {
        let drawn = course::reply(options, dice).map(|reply| (reply.text.to_owned(), reply.after_ms));
        let scripts = self.scripts.remove(&to.number).unwrap_or_default();
        let written = scripts.into_iter().map(|script| (script.text, ms(script.after)));
        for (nth, (text, after_ms)) in (0u32..).zip(drawn.into_iter().chain(written)) {
            let sent_ms = later(ends_ms, after_ms);
            let reply = Inbound {
                id: format!("SIM{}-{taking}-{nth}", to.message),
                from: to.number,
                to: to.sender.clone(),
                text,
                sent_at: time(sent_ms),
                context: Context::None,
            };
            for (copy, lag) in (0u32..).zip(course::reply_lags(options, dice.nth(nth))) {
                // A text has at most two copies, so the pair of numbers tells all of them apart.
                self.replies.insert((later(sent_ms, lag), to.message, taking, 2 * nth + copy), reply.clone());
            }
        }
    }

    pub(super) fn look_up(&self, options: &Options, message: MessageId) -> LookUp {
        let seen = self.seen.get(&message);
        let dice = seen.and_then(|seen| seen.dice).unwrap_or_else(|| options.dice.of(&message.0));
        if !options.can_look_up() || dice.happens(Question::CanSay, options.faults.no_look_up) {
            return LookUp::CannotSay;
        }
        match seen {
            Some(seen) if seen.takings > 0 => LookUp::Found { id: gateway_id(message, 1), delivery: None },
            Some(seen) if seen.under_way > 0 => LookUp::CannotSay,
            _ => LookUp::NeverTaken,
        }
    }

    /// Calls a message back unless some clock has shown the moment of its landing. It is reported as given up.
    pub(super) fn recall(&mut self, id: &str) -> Recalled {
        let Some(way) = self.ways.get_mut(id) else { return Recalled::CannotSay };
        if way.recalled {
            return Recalled::Done;
        }
        if way.ends_ms <= self.latest_ms {
            return Recalled::TooLate;
        }
        way.recalled = true;
        let (message, taking) = (way.message, way.taking);
        self.reports.retain(|due, _| (due.1, due.2) != (message, taking));
        self.replies.retain(|due, _| (due.1, due.2) != (message, taking));
        let about = About::Message(message);
        let report = Report::new(about, way.number, Delivery::Undelivered, time(self.latest_ms));
        self.reports.insert((self.latest_ms, message, taking, 0), report);
        Recalled::Done
    }

    pub(super) fn reports_due(&mut self, now: DateTime<Utc>) -> Vec<Report> {
        self.latest_ms = self.latest_ms.max(now.timestamp_millis());
        due(&mut self.reports, now)
    }

    pub(super) fn replies_due(&mut self, now: DateTime<Utc>) -> Vec<Inbound> {
        self.latest_ms = self.latest_ms.max(now.timestamp_millis());
        due(&mut self.replies, now)
    }

    pub(super) fn next_due(&self) -> Option<DateTime<Utc>> {
        let reports = self.reports.keys().next();
        let next = reports.into_iter().chain(self.replies.keys().next()).map(|due| due.0).min();
        next.map(time)
    }

    pub(super) fn duplicates(&self) -> Vec<MessageId> {
        let taken_again = self.seen.iter().filter(|(_, seen)| seen.takings > 1);
        let mut messages: Vec<_> = taken_again.map(|(message, _)| *message).collect();
        messages.sort_unstable();
        messages
    }
}

fn dice_of(options: &Options, handover: &Handover) -> Dice {
    match options.keyed {
        Keyed::Message => options.dice.of(&handover.message.0),
        Keyed::Words => options
            .dice
            .of(&handover.number.digits().to_be_bytes())
            .of(handover.sender.as_str().as_bytes())
            .of(&handover.body.digest()),
    }
}

/// How many polls the answer takes on its way back.
pub(super) fn polls_after(options: &Options, handover: &Handover) -> u32 {
    let polls = dice_of(options, handover).between(Question::PollsAfter, 0, u64::from(options.yields));
    u32::try_from(polls).unwrap_or(options.yields)
}

fn accepted(options: &Options, handover: &Handover, taking: u32, at_door: AtDoor) -> Answered {
    if at_door == (AtDoor::Taken { answer_lost: true }) {
        return Answered::Unknown(Uncertain::Untold);
    }
    let id = gateway_id(handover.message, taking);
    let Some(price) = options.price else { return Answered::accepted(id) };
    let segments = handover.body.segments(Counting::Standard).segments;
    let micros = price.micros.saturating_mul(i64::from(segments));
    Answered::accepted_for(id, Some(segments), Some(Cost { micros, ..price }))
}

/// Only what concerns the carrier itself asks for a wait.
fn refused(options: &Options, refusal: Refusal) -> Answered {
    Answered::refused(refusal, None, options.retry_after.filter(|_| refusal.lies_with_gateway()))
}

fn gateway_id(message: MessageId, taking: u32) -> String {
    if taking > 1 { format!("SIM{message}-{taking}") } else { format!("SIM{message}") }
}

/// Takes out what has come by now, in the order of its coming.
fn due<T>(waiting: &mut BTreeMap<Due, T>, now: DateTime<Utc>) -> Vec<T> {
    let first_later = (now.timestamp_millis().saturating_add(1), MessageId([0; 16]), 0, 0);
    let later = waiting.split_off(&first_later);
    std::mem::replace(waiting, later).into_values().collect()
}

fn later(from_ms: i64, by_ms: u64) -> i64 {
    from_ms.saturating_add_unsigned(by_ms)
}

/// The end of the calendar for what lies beyond it.
fn time(at_ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at_ms).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
