use std::{collections::BTreeSet, time::Duration};

use super::{
    Carrier, Fault, Maker, Seen,
    bench::{Bench, LONGEST, Unknown, at_once},
    class, holds, same, wrong,
};
use crate::gateway::{Answered, Gateway, Refusal, Validity};

/// What a form, a query, JSON, XML, a template or a normaliser would change.
const TEXTS: &[&str] = &[
    "Maison Lune",
    "a",
    "-40 % ce soir, à l'été ; ça coûte 12 € {^}[~]\\|",
    "<b>&amp;</b> \"q\" 'q' a+b=c %41%2B ?x=1&y=2#z $1 ${x} {{y}} {z} %s \\n \\u0041",
    "two\nlines",
    "two\r\nlines",
    "  spaces around  and   within  ",
    "null",
    "0012",
    "+33612345678",
    "e\u{301} is not \u{e9}",
    "👩\u{200d}👩\u{200d}👧 🇫🇷 𝔘",
    "مرحبا 你好 Привет",
    "zero\u{200b}width\u{a0}nbsp",
    "=1+1",
];

fn accepted(nth: u32, answered: &Answered) -> Result<&str, Seen> {
    match answered {
        Answered::Accepted(taken) => Ok(&taken.id),
        other => wrong(format!("message {nth}, which the carrier serves well: {}", class(other))),
    }
}

fn expired(answered: &Answered) -> Result<(), Seen> {
    match answered {
        Answered::Rejected(said) if said.refusal == Refusal::Expired && !said.permanent => Ok(()),
        other => wrong(format!("answered with {}, not with the transient Expired", class(other))),
    }
}

pub(super) async fn what_is_accepted_was_taken_once_as_given<M: Maker>(make: &M) -> Result<(), Seen> {
    let bench = Bench::new(make, &[]).await?;
    let long = "Maison Lune : à ce soir ! ".repeat(38);
    let mut letters = Vec::new();
    for (nth, text) in (0..).zip(TEXTS.iter().copied().chain([long.as_str()])) {
        let (letter, permit) = bench.written(nth, text, LONGEST).await?;
        accepted(nth, &bench.gateway.send(permit, &bench.clock).await)?;
        letters.push(letter);
    }
    for letter in &letters {
        bench.taken(letter, 1).await?;
    }
    bench.taken_in_all(letters.len()).await
}

pub(super) async fn every_message_has_an_id_of_its_own<M: Maker>(make: &M) -> Result<(), Seen> {
    let bench = Bench::new(make, &[]).await?;
    let mut ids = BTreeSet::new();
    for nth in 0..20 {
        let (_, answered) = bench.send(nth).await?;
        let id = accepted(nth, &answered)?;
        holds("an id is empty", !id.is_empty())?;
        ids.insert(id.to_owned());
    }
    same("ids of 20 messages", ids.len(), 20)
}

pub(super) async fn a_permit_past_its_deadline_reaches_nobody<M: Maker>(make: &M) -> Result<(), Seen> {
    for past in [Duration::ZERO, Duration::from_millis(1), Duration::from_secs(86_400)] {
        let bench = Bench::new(make, &[]).await?;
        let (letter, permit) = bench.letter(1).await?;
        bench.clock.advance(LONGEST + past);
        expired(&bench.gateway.send(permit, &bench.clock).await)?;
        bench.taken(&letter, 0).await?;
    }
    Ok(())
}

pub(super) async fn an_unknown_time_reaches_nobody<M: Maker>(make: &M) -> Result<(), Seen> {
    let bench = Bench::new(make, &[]).await?;
    let (letter, permit) = bench.letter(1).await?;
    expired(&bench.gateway.send(permit, &Unknown).await)?;
    bench.taken(&letter, 0).await
}

/// Time passes between the call and the first poll, as it does for whoever waits for his turn.
pub(super) async fn the_clock_is_read_at_the_hand_over<M: Maker>(make: &M) -> Result<(), Seen> {
    let bench = Bench::new(make, &[]).await?;
    let (late, permit) = bench.letter(1).await?;
    let sending = bench.gateway.send(permit, &bench.clock);
    bench.clock.advance(LONGEST);
    expired(&sending.await)?;
    bench.taken(&late, 0).await?;
    let (letter, permit) = bench.letter(2).await?;
    let sending = bench.gateway.send(permit, &bench.clock);
    bench.clock.advance(LONGEST / 2);
    accepted(2, &sending.await)?;
    bench.taken(&letter, 1).await?;
    for told in bench.got(&letter).await.iter().filter_map(|got| got.valid_for) {
        holds("the carrier was told a period that began before the hand-over", told <= LONGEST / 2)?;
    }
    Ok(())
}

/// No message may wait longer than its permit lasts: told shorter or equal, or not taken at all.
pub(super) async fn the_carrier_is_told_how_long<M: Maker>(make: &M) -> Result<(), Seen> {
    let bench = Bench::new(make, &[]).await?;
    let validity = bench.gateway.capabilities().validity;
    let lasts = [300_000, 299_999, 120_500, 60_000, 59_001, 7_777, 1_001, 999, 1];
    for (nth, ms) in (0..).zip(lasts) {
        let left = Duration::from_millis(ms);
        let (letter, permit) = bench.written(nth, "Maison Lune", left).await?;
        let answered = bench.gateway.send(permit, &bench.clock).await;
        let got = bench.got(&letter).await;
        match validity {
            Validity::PerMessage { shortest, longest } => {
                for got in &got {
                    let Some(told) = got.valid_for else {
                        return wrong(format!("nothing was told of a message that has {left:?} left"));
                    };
                    let fits = told <= left && told <= longest && told >= shortest;
                    holds(&format!("told {told:?} of {left:?} that were left"), fits)?;
                }
                if left >= shortest {
                    accepted(nth, &answered)?;
                }
            }
            Validity::None { .. } => {
                accepted(nth, &answered)?;
                let told_more = got.iter().filter_map(|got| got.valid_for).any(|told| told > left);
                holds("told more than was left", !told_more)?;
            }
        }
        holds("taken more than once", got.len() <= 1)?;
        same("whether it was taken", got.len() == 1, !answered.is_rejected())?;
    }
    Ok(())
}

pub(super) async fn hand_overs_at_once_do_not_mix<M: Maker>(make: &M) -> Result<(), Seen> {
    let all = [Fault::NoSuchNumber, Fault::LostRequest, Fault::LostAnswer, Fault::OptedOut];
    let can: Vec<_> = all.into_iter().filter(|fault| make.can(*fault)).collect();
    let faults: Vec<_> = (0..).step_by(3).zip(can.into_iter().cycle().take(16)).collect();
    let bench = Bench::new(make, &faults).await?;
    let (mut letters, mut sending) = (Vec::new(), Vec::new());
    for nth in 0..48 {
        let (letter, permit) = bench.letter(nth).await?;
        letters.push(letter);
        sending.push(bench.gateway.send(permit, &bench.clock));
    }
    let answers = at_once(sending).await;
    for (letter, answered) in letters.iter().zip(&answers) {
        let fault = faults.iter().find(|(nth, _)| *nth == letter.nth).map(|(_, fault)| *fault);
        let (fits, times) = match fault {
            None => (matches!(answered, Answered::Accepted(_)), 1),
            Some(Fault::LostAnswer) => (matches!(answered, Answered::Unknown(_)), 1),
            Some(Fault::LostRequest) => (!matches!(answered, Answered::Accepted(_)), 0),
            Some(_) => (answered.is_rejected(), 0),
        };
        let nth = letter.nth;
        holds(&format!("message {nth} of many at once, {fault:?}: {}", class(answered)), fits)?;
        bench.taken(letter, times).await?;
    }
    let own = |answered: &Answered| match answered {
        Answered::Accepted(taken) => Some(taken.id.clone()),
        _ => None,
    };
    let ids: Vec<_> = answers.iter().filter_map(own).collect();
    same("ids of many at once", ids.iter().collect::<BTreeSet<_>>().len(), ids.len())
}

pub(super) async fn nothing_is_sent_that_was_not_given<M: Maker>(make: &M) -> Result<(), Seen> {
    let bench = Bench::new(make, &[]).await?;
    let mut letters = Vec::new();
    for nth in 0..5 {
        let (letter, answered) = bench.send(nth).await?;
        let id = accepted(nth, &answered)?.to_owned();
        bench.look_up(&letter).await;
        bench.gateway.recall(id).await;
        bench.look_up(&letter).await;
        letters.push(letter);
    }
    let (never, permit) = bench.letter(9).await?;
    drop(permit);
    bench.look_up(&never).await;
    bench.gateway.recall("nobody's".to_owned()).await;
    bench.carrier.settle().await;
    for letter in &letters {
        bench.taken(letter, 1).await?;
    }
    bench.taken_in_all(letters.len()).await
}

pub(super) async fn capabilities_stay_the_same<M: Maker>(make: &M) -> Result<(), Seen> {
    let bench = Bench::new(make, &[]).await?;
    let first = bench.gateway.capabilities();
    for nth in 0..3 {
        let (letter, _) = bench.send(nth).await?;
        same("capabilities after a hand-over", bench.gateway.capabilities(), first)?;
        bench.look_up(&letter).await;
        same("capabilities after a look-up", bench.gateway.capabilities(), first)?;
    }
    let (other, _) = make.fresh(Vec::new()).await;
    same("capabilities of another one", other.capabilities(), first)
}
