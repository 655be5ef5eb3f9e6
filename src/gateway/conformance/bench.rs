use std::{
    fmt::Display,
    future::{Future, poll_fn},
    pin::pin,
    sync::{Arc, LazyLock},
    task::Poll,
    time::Duration,
};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Carrier, Fault, Got, Maker, Seen, wrong};
use crate::{
    clock::{Clock, FixedClock},
    consent::event::Answer,
    gateway::{Answered, Gateway, LookUp, Sought},
    id::{Hash, MessageId, Name},
    law::Rulebook,
    ledger::{Book, MemoryLedger},
    message::{Body, Kind},
    permit::{ANSWER_WITHIN_MINUTES, Draft, Leeway, Permit, Reserved, reserve},
    phone::PhoneNumber,
    place::ZoneTable,
    policy::Policy,
};

/// The longest that a permit of the suite is valid.
pub(super) const LONGEST: Duration = Duration::from_secs(60 * ANSWER_WITHIN_MINUTES.unsigned_abs());

/// Read once: the rules and the zones of each check are the same.
static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::new(Rulebook::builtin(), ZoneTable::bundled()));

/// A moment of the suite's own.
pub(super) fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap_or_default()
}

/// A clock that does not know the time.
#[derive(Debug)]
pub(super) struct Unknown;

impl Clock for Unknown {
    fn now(&self) -> Option<DateTime<Utc>> {
        None
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

/// One message that is about to go, and all that is to be known of it later.
pub(super) struct Letter {
    pub(super) nth: u32,
    pub(super) message: MessageId,
    pub(super) number: PhoneNumber,
    pub(super) sender: Name,
    pub(super) body: String,
}

impl Letter {
    /// Whether this is what the carrier got, to the byte.
    pub(super) fn is(&self, got: &Got) -> bool {
        got.number == self.number && self.sender == *got.sender.as_str() && got.body == self.body
    }

    pub(super) fn sought(&self) -> Sought {
        let body = Body::new(self.body.as_str()).ok().map(|body| Hash(body.digest()));
        let (message, number, sender) = (self.message, self.number, self.sender.clone());
        Sought { message, number, sender, body, started: start() }
    }
}

/// A gateway, its carrier, a clock, and a ledger that mints permits.
pub(super) struct Bench<'m, M: Maker> {
    make: &'m M,
    pub(super) gateway: M::Gateway,
    pub(super) carrier: M::Carrier,
    pub(super) clock: FixedClock,
    book: Book,
}

fn broken(error: impl Display) -> Seen {
    Seen::Wrong(format!("the suite could not go on: {error}"))
}

impl<'m, M: Maker> Bench<'m, M> {
    /// A gateway whose carrier treats these of the suite's numbers so.
    pub(super) async fn new(make: &'m M, faults: &[(u32, Fault)]) -> Result<Self, Seen> {
        let mut plan = Vec::with_capacity(faults.len());
        for &(nth, fault) in faults {
            if !make.can(fault) {
                return Err(Seen::CannotMake(fault));
            }
            plan.push((make.number(nth).map_err(broken)?, fault));
        }
        let (gateway, carrier) = make.fresh(plan).await;
        let book = Book::new(Arc::new(MemoryLedger::new().map_err(broken)?));
        Ok(Self { make, gateway, carrier, clock: FixedClock::at(start()), book })
    }

    /// A letter to the nth number, with words of its own.
    pub(super) async fn letter(&self, nth: u32) -> Result<(Letter, Permit), Seen> {
        self.written(nth, &format!("Maison Lune : Bonjour {nth}, votre code est K{nth}Z"), LONGEST).await
    }

    /// A letter with these words, valid for so long from now: five minutes at most.
    pub(super) async fn written(
        &self,
        nth: u32,
        text: &str,
        valid: Duration,
    ) -> Result<(Letter, Permit), Seen> {
        let number = self.make.number(nth).map_err(broken)?;
        let sender = self.make.sender(nth).map_err(broken)?;
        let body = Body::new(text).map_err(broken)?;
        let at = self.clock.now().ok_or_else(|| broken("no time"))?;
        // What answers a text is valid for five minutes from when that was written.
        let asked = at - TimeDelta::from_std(LONGEST.saturating_sub(valid)).map_err(broken)?;
        let (program, source) = (Name::new("suite").map_err(broken)?, Name::new("help").map_err(broken)?);
        let person = self.book.find_or_open(number, at.timestamp_millis()).await.map_err(broken)?;
        let draft = Draft {
            message: MessageId::derive(&program, &source, person.recipient, nth),
            person,
            program,
            source,
            step: nth,
            kind: Kind::Service,
            category: None,
            subject: None,
            sender: sender.clone(),
            body,
            until: None,
            answers: Some((Answer::Help, asked)),
            queued: false,
            repeats: false,
        };
        let reserved =
            reserve(&self.book, &POLICY, vec![draft], Leeway::default(), at).await.map_err(broken)?;
        match reserved.into_iter().next() {
            Some((message, Reserved::Permit(permit, _))) => {
                Ok((Letter { nth, message, number, sender, body: text.to_owned() }, permit))
            }
            _ => Err(broken("no permit")),
        }
    }

    /// Sends a letter to the nth number.
    pub(super) async fn send(&self, nth: u32) -> Result<(Letter, Answered), Seen> {
        let (letter, permit) = self.letter(nth).await?;
        let answered = self.gateway.send(permit, &self.clock).await;
        Ok((letter, answered))
    }

    pub(super) async fn look_up(&self, letter: &Letter) -> LookUp {
        self.gateway.look_up(letter.sought()).await
    }

    /// What the carrier got for this letter's number, once all is dealt with.
    pub(super) async fn got(&self, letter: &Letter) -> Vec<Got> {
        self.carrier.settle().await;
        self.carrier.taken().into_iter().filter(|got| got.number == letter.number).collect()
    }

    /// Ends a check unless the carrier got this letter so many times, each time as it was given.
    pub(super) async fn taken(&self, letter: &Letter, times: usize) -> Result<(), Seen> {
        let got = self.got(letter).await;
        if got.len() != times {
            return wrong(format!("message {} was taken {} times, not {times}", letter.nth, got.len()));
        }
        if !got.iter().all(|got| letter.is(got)) {
            return wrong(format!("message {} was taken with other words or another sender", letter.nth));
        }
        Ok(())
    }

    /// Ends a check unless the carrier got so many messages in all.
    pub(super) async fn taken_in_all(&self, count: usize) -> Result<(), Seen> {
        self.carrier.settle().await;
        super::same("messages that the carrier took in all", self.carrier.taken().len(), count)
    }
}

/// Polls at most so many times, then gives up: the future is dropped.
pub(super) async fn polled<F: Future>(future: F, polls: u32) -> Option<F::Output> {
    let (mut future, mut left) = (pin!(future), polls);
    poll_fn(move |context| {
        let Some(rest) = left.checked_sub(1) else { return Poll::Ready(None) };
        left = rest;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            // Dropped without waiting for a wake that may never come.
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Runs all at once, each polled in turn; results in their order.
pub(super) async fn at_once<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut running: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    poll_fn(|context| {
        let mut pending = false;
        for (future, output) in running.iter_mut().filter(|(_, output)| output.is_none()) {
            match future.as_mut().poll(context) {
                Poll::Ready(ready) => *output = Some(ready),
                Poll::Pending => pending = true,
            }
        }
        if pending { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    running.into_iter().filter_map(|(_, output)| output).collect()
}
