use std::{collections::HashMap, fmt, time::Duration};

use super::{SimulatedCarrier, dice::Dice};
use crate::{
    gateway::{Cost, Idempotency, Refusal},
    phone::PhoneNumber,
};

/// How a simulated carrier misbehaves: each field is so many of a thousand cases, 0 unless set.
///
/// A number that is opted out, unreachable or a landline stays so for every message; blocked and unregistered
/// hold for a message however often it is sent; the rest is drawn anew at each try. Where the shares of one
/// group add up to more than a thousand, the fields that are named first win.
///
/// ```
/// use optin::gateway::Faults;
/// let faults = Faults { lost_answer: 20, duplicate_report: 100, ..Faults::default() };
/// assert_eq!(faults.lost_request, 0);
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Faults {
    /// Numbers that opted out, as the carrier knows.
    pub opted_out: u16,
    /// Numbers that cannot be reached.
    pub unreachable: u16,
    /// Numbers that are landlines.
    pub landline: u16,
    /// Messages that the carrier blocks.
    pub blocked: u16,
    /// Messages whose sender the carrier says is not registered.
    pub sender_unregistered: u16,
    /// Tries refused as too fast, whatever the throughput.
    pub rate_limited: u16,
    /// Tries refused because the gateway is out of order.
    pub unavailable: u16,
    /// Tries that never reach the carrier: not taken, and answered with *unknown*.
    pub lost_request: u16,
    /// Tries that the carrier takes and whose answer is lost: taken, and answered with *unknown*.
    pub lost_answer: u16,
    /// Messages of which a look-up cannot say what became.
    pub no_look_up: u16,
    /// Taken messages that meet a handset that is off for one hour to a day.
    pub handset_off: u16,
    /// Taken messages that are given up.
    pub undelivered: u16,
    /// Reports that never come.
    pub lost_report: u16,
    /// Reports that come ten minutes to six hours after what they report.
    pub late_report: u16,
    /// Reports that come twice, the second up to six hours after what it reports, perhaps before the first.
    pub duplicate_report: u16,
    /// Replies that come one to ten minutes after they were written.
    pub late_reply: u16,
    /// Replies that come twice under one id.
    pub duplicate_reply: u16,
}

impl Faults {
    /// A bad day: some of everything.
    #[must_use]
    pub const fn rough() -> Self {
        Self {
            opted_out: 10,
            unreachable: 20,
            landline: 10,
            blocked: 10,
            sender_unregistered: 2,
            rate_limited: 20,
            unavailable: 20,
            lost_request: 15,
            lost_answer: 15,
            no_look_up: 200,
            handset_off: 30,
            undelivered: 30,
            lost_report: 20,
            late_report: 80,
            duplicate_report: 80,
            late_reply: 100,
            duplicate_reply: 100,
        }
    }
}

/// What becomes of every message to a certain number, whatever the faults. Its reports come once and in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fate {
    /// Taken and delivered, unless its validity ends before.
    Delivered,
    /// Taken and given up, unless its validity ends before.
    Undelivered,
    /// Taken; the handset stays off until the validity ends.
    Expired,
    /// Refused. Too fast, past the deadline and out of order are transient, all else permanent.
    Refused(Refusal),
    /// Refused so many times as out of order, then taken and delivered.
    Busy(u32),
    /// Never reaches the carrier: answered with *unknown*.
    LostRequest,
    /// Taken and delivered, but answered with *unknown*.
    LostAnswer,
}

/// How people answer: so many of a thousand delivered messages, some time after the delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repliers {
    /// Answered with STOP.
    pub stop: u16,
    /// Answered with HELP.
    pub help: u16,
    /// Answered with something else.
    pub words: u16,
    /// The soonest after the delivery.
    pub soonest: Duration,
    /// The latest after the delivery.
    pub latest: Duration,
}

impl Default for Repliers {
    /// Nobody answers; whoever is made to takes 30 seconds to 15 minutes.
    fn default() -> Self {
        let (soonest, latest) = (Duration::from_secs(30), Duration::from_secs(900));
        Self { stop: 0, help: 0, words: 0, soonest, latest }
    }
}

/// What the fate of a message is drawn from, besides the seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Keyed {
    /// The message's id. Ids follow from random tenures: a new ledger gives new ids and new fates.
    #[default]
    Message,
    /// Number, sender and text: the same in every run. Two messages that agree in all three share a fate.
    Words,
}

/// One reply that is written beforehand.
#[derive(Clone)]
pub(super) struct Script {
    pub(super) text: String,
    pub(super) after: Duration,
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Script(after {:?})", self.after)
    }
}

#[derive(Debug, Clone)]
pub(super) struct Options {
    pub(super) dice: Dice,
    pub(super) throughput: Option<u32>,
    pub(super) yields: u32,
    pub(super) delivery: (Duration, Duration),
    pub(super) faults: Faults,
    pub(super) repliers: Repliers,
    pub(super) keyed: Keyed,
    pub(super) numbers: HashMap<PhoneNumber, Fate>,
    pub(super) scripts: HashMap<PhoneNumber, Vec<Script>>,
    pub(super) idempotency: Idempotency,
    pub(super) look_up: bool,
    pub(super) answers_stop: bool,
    pub(super) retry_after: Option<Duration>,
    pub(super) recalls: bool,
    pub(super) price: Option<Cost>,
}

impl Options {
    /// Without a reference of ours there is nothing to look up by.
    pub(super) fn can_look_up(&self) -> bool {
        self.look_up && self.idempotency != Idempotency::None
    }
}

/// Sets up a [`SimulatedCarrier`].
#[derive(Debug, Clone)]
#[must_use = "call `build`"]
pub struct SimulatedCarrierBuilder(Options);

impl SimulatedCarrierBuilder {
    pub(super) fn new(seed: u64) -> Self {
        Self(Options {
            dice: Dice::new(seed),
            throughput: None,
            yields: 0,
            delivery: (Duration::from_secs(1), Duration::from_secs(8)),
            faults: Faults::default(),
            repliers: Repliers::default(),
            keyed: Keyed::default(),
            numbers: HashMap::new(),
            scripts: HashMap::new(),
            idempotency: Idempotency::ClientReference,
            look_up: true,
            answers_stop: false,
            retry_after: None,
            recalls: false,
            price: None,
        })
    }

    /// At most so many messages in any second of the clock; more are refused as [`Refusal::RateLimited`]. 0 takes
    /// nothing. No bound unless set.
    pub fn throughput(mut self, per_second: u32) -> Self {
        self.0.throughput = Some(per_second);
        self
    }

    /// A hand-over is pending for so many polls before the carrier sees it, and for 0 to so many before its
    /// answer is back, so that hand-overs overlap and can be dropped on either side. 0 unless set.
    pub fn yields(mut self, polls: u32) -> Self {
        self.0.yields = polls;
        self
    }

    /// How long a message travels from carrier to handset: at least a millisecond; one to eight seconds unless set.
    pub fn delivery_after(mut self, soonest: Duration, latest: Duration) -> Self {
        self.0.delivery = (soonest, latest);
        self
    }

    /// How it misbehaves.
    pub fn faults(mut self, faults: Faults) -> Self {
        self.0.faults = faults;
        self
    }

    /// How people answer.
    pub fn repliers(mut self, repliers: Repliers) -> Self {
        self.0.repliers = repliers;
        self
    }

    /// What fates are drawn from.
    pub fn keyed(mut self, keyed: Keyed) -> Self {
        self.0.keyed = keyed;
        self
    }

    /// Every message to this number has this fate.
    pub fn with_number(mut self, number: PhoneNumber, fate: Fate) -> Self {
        self.0.numbers.insert(number, fate);
        self
    }

    /// This person writes this text, once, so long after the first message that reaches the handset is delivered.
    /// Several texts for one number are all sent.
    pub fn with_reply(mut self, number: PhoneNumber, text: impl Into<String>, after: Duration) -> Self {
        self.0.scripts.entry(number).or_default().push(Script { text: text.into(), after });
        self
    }

    /// What protects a repeated send; [`Idempotency::ClientReference`] unless set. Only
    /// [`Idempotency::Native`] keeps a repeat from being taken again; with [`Idempotency::None`] there is no look-up.
    pub fn idempotency(mut self, idempotency: Idempotency) -> Self {
        self.0.idempotency = idempotency;
        self
    }

    /// Whether messages can be looked up; they can unless set.
    pub fn look_up(mut self, look_up: bool) -> Self {
        self.0.look_up = look_up;
        self
    }

    /// Whether it says that it answers STOP by itself; it does not unless set.
    pub fn answers_stop(mut self, answers_stop: bool) -> Self {
        self.0.answers_stop = answers_stop;
        self
    }

    /// What is refused as too fast or out of order asks for this wait; none unless set.
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait);
        self
    }

    /// Whether a message can be called back until it lands; it cannot unless set. It lands when some clock says
    /// so: that of a hand-over, or the `now` of [`reports_due`](SimulatedCarrier::reports_due).
    pub fn recalls(mut self, recalls: bool) -> Self {
        self.0.recalls = recalls;
        self
    }

    /// Tells segments and cost of what it takes, at this price for a segment; tells neither unless set.
    pub fn price(mut self, per_segment: Cost) -> Self {
        self.0.price = Some(per_segment);
        self
    }

    /// The carrier.
    #[must_use]
    pub fn build(self) -> SimulatedCarrier {
        SimulatedCarrier::with_options(self.0)
    }
}
