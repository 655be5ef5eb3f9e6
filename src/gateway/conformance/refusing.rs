use std::time::Duration;

use super::{Fault, Maker, Seen, bench::Bench, class, holds, same, wrong};
use crate::gateway::{Answered, Refusal, Rejection};

const WAIT: Duration = Duration::from_secs(7);

/// Sends one message that meets this fault; it must not arrive.
async fn refused<M: Maker>(make: &M, fault: Fault) -> Result<Answered, Seen> {
    let bench = Bench::new(make, &[(1, fault)]).await?;
    let (letter, answered) = bench.send(1).await?;
    bench.taken(&letter, 0).await?;
    // It holds for that number alone.
    let (other, _) = bench.send(2).await?;
    if !matches!(fault, Fault::TooFast(_) | Fault::OutOfOrder) {
        bench.taken(&other, 1).await?;
    }
    bench.taken(&letter, 0).await?;
    Ok(answered)
}

fn rejection(answered: Answered) -> Result<Rejection, Seen> {
    match answered {
        Answered::Rejected(said) => {
            same("whether it is for good", said.permanent, said.refusal.is_permanent())?;
            Ok(said)
        }
        other => wrong(format!("a refusal was answered with {}", class(&other))),
    }
}

pub(super) async fn what_is_refused_was_not_taken<M: Maker>(make: &M) -> Result<(), Seen> {
    let said = rejection(refused(make, Fault::NoSuchNumber).await?)?;
    holds("a number that does not exist is no transient trouble", said.permanent)
}

pub(super) async fn an_opt_out_is_told<M: Maker>(make: &M) -> Result<(), Seen> {
    let said = rejection(refused(make, Fault::OptedOut).await?)?;
    same("the refusal of a person who opted out", said.refusal, Refusal::OptedOut)
}

pub(super) async fn too_fast_is_told_with_the_wait<M: Maker>(make: &M) -> Result<(), Seen> {
    let said = rejection(refused(make, Fault::TooFast(WAIT)).await?)?;
    same("the refusal of what is too fast", said.refusal, Refusal::RateLimited)?;
    holds("the wait that the carrier asked for", said.retry_after.is_some_and(|wait| wait >= WAIT))
}

pub(super) async fn out_of_order_is_not_for_good<M: Maker>(make: &M) -> Result<(), Seen> {
    match refused(make, Fault::OutOfOrder).await? {
        Answered::Unknown(_) => Ok(()),
        answered => holds("a carrier out of order was taken for good", !rejection(answered)?.permanent),
    }
}
