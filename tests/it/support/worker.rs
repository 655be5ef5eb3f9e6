use std::{path::Path, sync::Arc, time::Duration};

use optin::{
    Messenger,
    clock::Clock,
    danger,
    dispatch::Batch,
    gateway::{Answered, Capabilities, Gateway, Idempotency, LookUp, Refusal, Sought, Uncertain},
    ledger::Admitted,
    message::Kind,
    permit::Permit,
};

use super::{
    carrier::Door,
    clock::SharedClock,
    hold::Hold,
    part::{hear, say},
    record::Entry,
    stage::{end, runtime, shop, try_ledger},
    watched::Watched,
};

/// The small batches of a worker that may be killed: many of them make many moments.
pub(crate) const SMALL: usize = 8;

/// A worker's process: `dispatch` is one batch, `work` all there is, `run` the same with every step told. `compares` unless its ledger shall forget to.
pub(super) fn run(folder: &Path, compares: bool) {
    let (runtime, clock, hold) = (runtime(), SharedClock::of(folder), Arc::new(Hold::default()));
    let inner = match runtime.block_on(try_ledger(folder)) {
        Ok(inner) => inner,
        Err(error) => return say(&format!("failed {error:?}")),
    };
    let watched = Watched { inner, hold: Arc::clone(&hold), compares };
    let line = Line { door: Door::of(folder), hold: Arc::clone(&hold) };
    let shop = shop(danger::foreign_ledger(watched, "a test watches it"), folder, line);
    say("ready");
    loop {
        let line = hear();
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["hold", point] => hold.set(point),
            ["dispatch"] => match runtime.block_on(shop.dispatch(Batch::default())) {
                Ok(done) => say(&format!("done {done:?}")),
                Err(error) => say(&format!("failed {error:?}")),
            },
            ["close"] => return drop(shop),
            [how @ ("run" | "work")] => {
                if how == "run" {
                    hold.talk();
                }
                match runtime.block_on(work(&shop, &clock)) {
                    Ok(()) => say("finished"),
                    Err(error) => say(&format!("failed {error:?}")),
                }
            }
            _ => say(&format!("failed: {line}?")),
        }
    }
}

/// Works in this process until nothing is left.
pub(crate) async fn work_off(ledger: impl Into<Admitted>, folder: &Path) {
    let line = Line { door: Door::of(folder), hold: Arc::default() };
    work(&shop(ledger, folder, line), &SharedClock::of(folder)).await.unwrap();
}

/// Works until nothing is left, and lets the time pass that the library asks for.
async fn work(shop: &Messenger, clock: &SharedClock) -> Result<(), optin::dispatch::DispatchError> {
    loop {
        let done = shop.dispatch(Batch::of(SMALL)).await?;
        match done.next_due {
            Some(next) if next < end() => {
                if clock.now().is_some_and(|now| now < next) {
                    clock.set(next);
                }
            }
            _ => return Ok(()),
        }
    }
}

/// The gateway: one line to the carrier's process, and its answer.
#[derive(Debug)]
struct Line {
    door: Door,
    hold: Arc<Hold>,
}

impl Gateway for Line {
    fn capabilities(&self) -> Capabilities {
        Capabilities::plain()
            .idempotent(Idempotency::ClientReference)
            .valid(Duration::from_millis(1), Duration::MAX)
            .looks_up()
    }

    async fn send(&self, permit: Permit, clock: &dyn Clock) -> Answered {
        self.hold.pass("started");
        let Ok(handover) = permit.open(clock.now()) else {
            return Answered::rejected(Refusal::Expired);
        };
        self.hold.step("send");
        let (message, number) = (handover.message, handover.number);
        let reached = Entry::Reached { message, number, marketing: handover.kind == Kind::Marketing };
        let answer = self.door.ask(&reached.to_line());
        self.hold.pass("taken");
        self.hold.step("sent");
        match answer.as_deref() {
            Some("taken") => Answered::accepted(message.to_string()),
            Some("refused") => Answered::rejected(Refusal::Unreachable),
            _ => Answered::Unknown(Uncertain::Untold),
        }
    }

    async fn look_up(&self, Sought { message, .. }: Sought) -> LookUp {
        match self.door.ask(&format!("look {message}")).as_deref() {
            Some("found") => LookUp::Found { id: message.to_string(), delivery: None },
            Some("nothing") => LookUp::NeverTaken,
            _ => LookUp::CannotSay,
        }
    }
}
