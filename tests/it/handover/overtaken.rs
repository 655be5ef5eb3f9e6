//! A worker that is told late that a message was never taken, when another has started it again.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};

use optin::{
    Messenger,
    clock::{Clock, FixedClock},
    consent::event::Outcome,
    dispatch::Batch,
    gateway::{Answered, Capabilities, Gateway, LookUp, Refusal, Sought, Uncertain},
    id::MessageId,
    law::Rulebook,
    ledger::MemoryLedger,
    message::Values,
    permit::Permit,
    place::ZoneTable,
};

use crate::{
    receive::consent,
    walk::{at, flash, number, soldes},
};

/// A process's gateway, which answers nothing while it is shut.
#[derive(Debug, Default)]
struct Slow {
    shut: AtomicBool,
    loses: AtomicBool,
    taken: Mutex<Vec<MessageId>>,
}

impl Slow {
    async fn opens(&self) {
        let open = |context: &mut Context<'_>| {
            if !self.shut.load(Ordering::SeqCst) {
                return Poll::Ready(());
            }
            context.waker().wake_by_ref();
            Poll::Pending
        };
        poll_fn(open).await;
    }

    fn taken(&self) -> usize {
        self.taken.lock().unwrap().len()
    }
}

impl Gateway for Slow {
    fn capabilities(&self) -> Capabilities {
        Capabilities::plain().simulated().looks_up()
    }

    async fn send(&self, permit: Permit, clock: &dyn Clock) -> Answered {
        if self.loses.swap(false, Ordering::SeqCst) {
            return Answered::Unknown(Uncertain::TimedOut);
        }
        let Ok(handover) = permit.open(clock.now()) else { return Answered::rejected(Refusal::Expired) };
        self.taken.lock().unwrap().push(handover.message);
        self.opens().await;
        Answered::accepted("1")
    }

    async fn look_up(&self, _: Sought) -> LookUp {
        self.opens().await;
        LookUp::NeverTaken
    }
}

#[tokio::test]
async fn an_answer_about_an_earlier_try_does_not_let_the_message_go_twice() {
    let clock = Arc::new(FixedClock::at(at("2026-11-26T10:00:00Z")));
    let ledger = Arc::new(MemoryLedger::new().unwrap());
    let gateways = [Arc::new(Slow::default()), Arc::new(Slow::default())];
    let shops = gateways.clone().map(|gateway| {
        Messenger::builder(Arc::clone(&ledger), Rulebook::builtin())
            .program(soldes())
            .gateway(gateway)
            .clock(Arc::clone(&clock))
            .zones(ZoneTable::bundled())
            .build()
            .unwrap()
    });
    let ([one, other], [here, there]) = (&shops, &gateways);
    let later = |seconds| clock.advance(Duration::from_secs(seconds));
    let ana = number("+33612345678");
    one.opt_in(ana, "soldes", consent()).await.unwrap();
    clock.set(at("2026-11-27T07:30:00Z"));
    let plan = one.plan(flash(vec![(ana, Values::new())])).await.unwrap();
    one.launch(plan.approve("lea@maisonlune.fr").unwrap()).await.unwrap();

    here.loses.store(true, Ordering::SeqCst);
    assert_eq!(one.dispatch(Batch::default()).await.unwrap().unknown, 1);
    other.dispatch(Batch::default()).await.unwrap();
    later(121);
    // Both ask what became of it; the other hears late.
    there.shut.store(true, Ordering::SeqCst);
    let context = &mut Context::from_waker(Waker::noop());
    let mut asking = pin!(other.dispatch(Batch::default()));
    assert!(asking.as_mut().poll(context).is_pending());
    assert_eq!(one.dispatch(Batch::default()).await.unwrap().again, 1);
    later(31);
    here.shut.store(true, Ordering::SeqCst);
    let mut sending = pin!(one.dispatch(Batch::default()));
    assert!(sending.as_mut().poll(context).is_pending());
    assert_eq!(here.taken(), 1);
    there.shut.store(false, Ordering::SeqCst);
    asking.await.unwrap();
    later(31);
    other.dispatch(Batch::default()).await.unwrap();
    here.shut.store(false, Ordering::SeqCst);
    assert_eq!(sending.await.unwrap().accepted, 1);
    for _ in 0..3 {
        later(121);
        one.dispatch(Batch::default()).await.unwrap();
        other.dispatch(Batch::default()).await.unwrap();
    }
    assert_eq!(here.taken() + there.taken(), 1, "marketing went twice");
    let state = one.person(ana).await.unwrap().unwrap().state;
    assert_eq!(state.sends.len(), 1);
    assert_eq!(state.sends[0].outcome, Some(Outcome::Accepted));
}
