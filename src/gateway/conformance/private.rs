use std::{fmt::Debug, future::poll_fn, pin::pin};

use super::{
    Fault, Maker, Seen,
    bench::{Bench, Letter},
    holds,
};
use crate::gateway::Gateway;

/// What must not be seen of these letters: the end of a number, words, secrets.
fn secrets<M: Maker>(make: &M, letters: &[Letter]) -> Vec<String> {
    let digits = letters.iter().map(|letter| letter.number.digits().to_string());
    let ends = digits.filter_map(|digits| digits.get(digits.len().saturating_sub(7)..).map(str::to_owned));
    let words = letters.iter().flat_map(|letter| [letter.body.clone(), format!("Bonjour {},", letter.nth)]);
    ends.chain(words).chain(make.secrets()).filter(|secret| !secret.is_empty()).collect()
}

fn shows(thing: &impl Debug) -> String {
    format!("{thing:?}\n{thing:#?}")
}

pub(super) async fn nothing_private_is_shown<M: Maker>(make: &M) -> Result<(), Seen> {
    let all = [Fault::NoSuchNumber, Fault::OptedOut, Fault::LostAnswer, Fault::Garbled, Fault::Failed];
    let can = all.into_iter().filter(|fault| make.can(*fault));
    let faults: Vec<_> = (10..).zip(can).collect();
    let bench = Bench::new(make, &faults).await?;
    let (mut letters, mut seen) = (Vec::new(), vec![("a new gateway", shows(&bench.gateway))]);
    for nth in (0..3).chain(faults.iter().map(|(nth, _)| *nth)) {
        let (letter, permit) = bench.letter(nth).await?;
        let mut sending = pin!(bench.gateway.send(permit, &bench.clock));
        let answered = poll_fn(|context| {
            let polled = sending.as_mut().poll(context);
            if polled.is_pending() {
                seen.push(("a gateway in a hand-over", shows(&bench.gateway)));
            }
            polled
        })
        .await;
        seen.push(("an answer", shows(&answered)));
        seen.push(("a look-up", shows(&bench.look_up(&letter).await)));
        letters.push(letter);
    }
    seen.push(("a gateway after hand-overs", shows(&bench.gateway)));
    let secrets = secrets(make, &letters);
    for (what, shown) in &seen {
        let leaks = secrets.iter().any(|secret| shown.contains(secret.as_str()));
        holds(&format!("{what} shows a number, words or a secret"), !leaks)?;
    }
    Ok(())
}
