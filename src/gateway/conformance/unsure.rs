use super::{
    Fault, Maker, Seen,
    bench::{Bench, polled},
    class, holds, wrong,
};
use crate::gateway::{Answered, Gateway, LookUp};

/// A message that was taken, and whose answer says nothing.
async fn taken_in_silence<M: Maker>(make: &M, fault: Fault) -> Result<(), Seen> {
    let bench = Bench::new(make, &[(1, fault)]).await?;
    let (letter, answered) = bench.send(1).await?;
    match answered {
        Answered::Unknown(_) => bench.taken(&letter, 1).await,
        other => wrong(format!("taken, but the answer did not say so: {}", class(&other))),
    }
}

pub(super) async fn a_lost_request_is_never_accepted<M: Maker>(make: &M) -> Result<(), Seen> {
    let bench = Bench::new(make, &[(1, Fault::LostRequest)]).await?;
    let (letter, answered) = bench.send(1).await?;
    holds("accepted what never arrived", !matches!(answered, Answered::Accepted(_)))?;
    bench.taken(&letter, 0).await
}

pub(super) async fn a_lost_answer_is_unknown<M: Maker>(make: &M) -> Result<(), Seen> {
    taken_in_silence(make, Fault::LostAnswer).await
}

pub(super) async fn an_unreadable_answer_is_unknown<M: Maker>(make: &M) -> Result<(), Seen> {
    taken_in_silence(make, Fault::Garbled).await
}

pub(super) async fn a_server_error_is_unknown<M: Maker>(make: &M) -> Result<(), Seen> {
    taken_in_silence(make, Fault::Failed).await
}

/// A hand-over is dropped after each number of polls up to sixteen, before it began among them.
pub(super) async fn a_dropped_hand_over_is_taken_once_at_most<M: Maker>(make: &M) -> Result<(), Seen> {
    let bench = Bench::new(make, &[]).await?;
    for polls in 0..=16 {
        let (letter, permit) = bench.letter(polls).await?;
        let answered = polled(bench.gateway.send(permit, &bench.clock), polls).await;
        let (at_once, later) = (bench.look_up(&letter).await, {
            bench.got(&letter).await;
            bench.look_up(&letter).await
        });
        let got = bench.got(&letter).await;
        holds(&format!("dropped after {polls} polls, taken {} times", got.len()), got.len() <= 1)?;
        holds("taken before it was polled", polls > 0 || got.is_empty())?;
        holds("taken with other words", got.iter().all(|got| letter.is(got)))?;
        let was_taken = !got.is_empty();
        for found in [at_once, later] {
            let fits = match found {
                LookUp::Found { .. } => was_taken,
                LookUp::NeverTaken => !was_taken,
                LookUp::CannotSay => true,
            };
            holds(&format!("a look-up after {polls} polls, taken {was_taken}: it says otherwise"), fits)?;
        }
        if let Some(Answered::Accepted(_)) = answered {
            holds("accepted and not taken", was_taken)?;
        }
    }
    Ok(())
}
