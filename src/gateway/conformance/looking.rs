use super::{
    Carrier, Fault, Maker, Seen,
    bench::{Bench, Letter},
    class, holds, same, wrong,
};
use crate::gateway::{Answered, Gateway, LookUp, Recalled};

/// Accepted, never sent, and what the carrier can do of refused, lost and unanswered.
async fn one_of_each<M: Maker>(make: &M) -> Result<(Bench<'_, M>, Vec<(Letter, Answered)>), Seen> {
    let all = [Fault::NoSuchNumber, Fault::LostRequest, Fault::LostAnswer, Fault::Failed, Fault::OptedOut];
    let can = all.into_iter().filter(|fault| make.can(*fault));
    let faults: Vec<_> = (10..).zip(can).collect();
    let bench = Bench::new(make, &faults).await?;
    let mut sent = Vec::new();
    for nth in (0..3).chain(faults.iter().map(|(nth, _)| *nth)) {
        sent.push(bench.send(nth).await?);
    }
    Ok((bench, sent))
}

pub(super) async fn a_look_up_tells_the_truth<M: Maker>(make: &M) -> Result<(), Seen> {
    let (bench, sent) = one_of_each(make).await?;
    let can = bench.gateway.capabilities().look_up;
    for (letter, answered) in &sent {
        let was_taken = !bench.got(letter).await.is_empty();
        let found = bench.look_up(letter).await;
        let fits = match (&found, answered) {
            (LookUp::Found { id, .. }, Answered::Accepted(taken)) => was_taken && *id == taken.id,
            (LookUp::Found { id, .. }, _) => was_taken && !id.is_empty(),
            (LookUp::NeverTaken, _) => !was_taken,
            // Whoever claims look-up finds what he has accepted.
            (LookUp::CannotSay, Answered::Accepted(_)) => !can,
            (LookUp::CannotSay, _) => true,
        };
        let what = format!("message {}, {}, taken {was_taken}", letter.nth, class(answered));
        holds(&format!("{what}: a look-up says otherwise"), fits)?;
        holds("looks up what it does not claim to", can || found == LookUp::CannotSay)?;
    }
    let (never, permit) = bench.letter(90).await?;
    drop(permit);
    holds("found what was never sent", !matches!(bench.look_up(&never).await, LookUp::Found { .. }))
}

pub(super) async fn repeated_look_ups_agree<M: Maker>(make: &M) -> Result<(), Seen> {
    let id_of = |found: LookUp| match found {
        LookUp::Found { id, .. } => Some(Some(id)),
        LookUp::NeverTaken => Some(None),
        LookUp::CannotSay => None,
    };
    let (bench, sent) = one_of_each(make).await?;
    let before = bench.carrier.taken().len();
    for (letter, _) in &sent {
        // What could not be said may be said later, and then stays so.
        let mut said = None;
        for _ in 0..4 {
            let now = id_of(bench.look_up(letter).await);
            holds(
                &format!("look-ups of message {} disagree", letter.nth),
                said.is_none() || now.is_none() || now == said,
            )?;
            said = now.or(said);
        }
    }
    bench.taken_in_all(before).await
}

pub(super) async fn what_is_called_back_never_arrives<M: Maker>(make: &M) -> Result<(), Seen> {
    let bench = Bench::new(make, &[]).await?;
    let can = bench.gateway.capabilities().cancel;
    let mut back = Vec::new();
    for nth in 0..6 {
        let (letter, answered) = bench.send(nth).await?;
        let Answered::Accepted(taken) = answered else {
            return wrong(format!("message {nth}: {}", class(&answered)));
        };
        if nth % 2 == 0 && bench.gateway.recall(taken.id).await == Recalled::Done {
            back.push(letter);
        }
    }
    holds("calls back what it does not claim to", can || back.is_empty())?;
    let unknown = bench.gateway.recall("nobody's".to_owned()).await;
    holds("called back what it never took", unknown != Recalled::Done)?;
    let Some(delivered) = bench.carrier.delivered() else { return Ok(()) };
    let arrived = back.iter().filter(|letter| delivered.contains(&letter.number)).count();
    same("messages that arrived after they were called back", arrived, 0)?;
    same("messages that arrived of those that should", delivered.len(), 6 - back.len())
}
