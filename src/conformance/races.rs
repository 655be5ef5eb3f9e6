use std::{thread, time::Duration};

use super::{
    Seen, broken, holds,
    story::{Story, number},
};
use crate::{
    Messenger, blocking::wait, clock::Clock, dispatch::Batch, gateway::Inbound, ledger::conformance::Maker,
};

const PEOPLE: u32 = 30;
const ROUNDS: usize = 3;

/// Two workers hand over while everybody stops. The suite uses threads of its own, and no runtime.
pub(super) async fn nothing_starts_after_a_stop_that_was_answered<M: Maker>(make: &M) -> Result<(), Seen> {
    for _ in 0..ROUNDS {
        let mut story = Story::new(make, PEOPLE, None).await?;
        story.opt_in(false).await?;
        story.launch(false).await?;
        let (workers, desk) = ([story.another()?, story.another()?], story.another()?);
        let (story, desk) = (&story, &desk);
        let answered = thread::scope(|scope| {
            let work = |shop: Messenger| scope.spawn(move || works(story, &shop));
            let workers = workers.map(work);
            let stops = scope.spawn(move || stops(story, desk));
            workers
                .into_iter()
                .try_for_each(|worker| worker.join().map_err(|_| broken("a worker panicked"))?)?;
            stops.join().map_err(|_| broken("the receiver panicked"))?
        })?;
        for (nth, (by_then, in_flight)) in (0..).zip(answered) {
            let in_all = story.taken(nth)?;
            holds(
                format!(
                    "person {nth}: {by_then} taken and {in_flight} in flight at the STOP, {in_all} in all"
                ),
                in_all <= by_then + in_flight && in_all <= 1,
            )?;
        }
        holds("a message was taken twice", story.carrier.duplicates().is_empty())?;
        let verified = desk.verify().await.map_err(broken)?;
        holds("the chain does not verify", verified.is_ok())?;
    }
    Ok(())
}

fn works<M: Maker>(story: &Story<'_, M>, shop: &Messenger) -> Result<(), Seen> {
    for _ in 0..4 * PEOPLE {
        let done = wait(shop.dispatch(Batch::of(2))).map_err(broken)?;
        if done.next_due.is_none() {
            return Ok(());
        }
        story.clock.advance(Duration::from_millis(20));
    }
    Ok(())
}

/// What the carrier had taken of each person's when the STOP was answered, and what was in flight.
///
/// What is in flight is taken when the count is made, or later: both are allowed, so the order does not matter.
fn stops<M: Maker>(story: &Story<'_, M>, shop: &Messenger) -> Result<Vec<(usize, usize)>, Seen> {
    let mut answered = Vec::new();
    for nth in 0..PEOPLE {
        let at = story.clock.now().ok_or_else(|| broken("no time"))?;
        let text = Inbound::text(format!("in-{nth}"), number(nth)?, "36123", "STOP", at).map_err(broken)?;
        let got = wait(shop.receive(text)).map_err(broken)?;
        answered.push((story.taken(nth)?, got.in_flight.len()));
    }
    Ok(answered)
}
