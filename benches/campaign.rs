//! A whole campaign through `launch` and `dispatch`: what it holds in memory, and how fast it goes.

use std::time::Instant;

use optin::{campaign::Audience, dispatch::Batch, message::Values};

use crate::{
    Line,
    shop::{Instantly, Shop, grown, number},
};

pub(crate) const ALL: &[fn(bool) -> Vec<Line>] = &[memory];

fn memory(full: bool) -> Vec<Line> {
    let count: u64 = if full { 1_000_000 } else { 20_000 };
    // Of a million that wait: what a batch costs does not depend on how many went before.
    let most = 100_000;
    let shop = Shop::of(count, Instantly);
    let rows = move || (0..count).map(|at| (number(at), Values::new()));
    let mut lines = Vec::new();
    for (names, audience) in [
        (["launch, host-given numbers", "dispatch of it, windows of 64"], Audience::stream(rows)),
        (["launch, everyone in the ledger", "dispatch of it, windows of 64"], Audience::everyone()),
    ] {
        let job = if lines.is_empty() { "given" } else { "everyone" };
        let begun = Instant::now();
        let (queued, held) = grown(|| shop.launch(job, audience));
        assert_eq!(queued, count);
        lines.push(line(names[0], count, begun, held));
        let begun = Instant::now();
        let (accepted, held) = grown(|| shop.dispatch(1, Batch::default(), most));
        assert!(accepted >= count.min(most), "{accepted}");
        lines.push(line(names[1], accepted, begun, held));
    }
    lines
}

fn line(name: &'static str, count: u64, begun: Instant, held: u64) -> Line {
    let rate = count as f64 / begun.elapsed().as_secs_f64();
    let ours = format!("{rate:.0} people/s, peak memory grew by {held} KiB over {count} of them");
    Line { name, ours, peer: "-".into(), ratio: None }
}
