//! What is ours beside what a hand-written program would do, both measured in one run:
//! `cargo bench --bench side_by_side` (add `-- --full` for the sizes of
//! the requirement, and the name of one group, such as `plan`). The group `handover` needs `--features http`,
//! the group `proofs` `--features evidence`.
//!
//! Prints `name | ours | peer | ratio`. A peer of `-` means that the figure stands alone.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a benchmark reads the clock and stops at the first thing that goes wrong"
)]

mod campaign;
#[cfg(feature = "http")]
mod carrier;
mod claims;
mod decide;
#[cfg(feature = "http")]
mod handover;
#[cfg(feature = "import")]
mod import;
mod messages;
#[cfg(feature = "evidence")]
mod pack;
mod plan;
#[cfg(feature = "evidence")]
mod proofs;
mod raw_store;
mod replies;
mod shop;
mod stops;

/// One line of the table.
#[derive(Debug)]
struct Line {
    name: &'static str,
    ours: String,
    peer: String,
    ratio: Option<f64>,
}

impl Line {
    fn print(&self) {
        let ratio = self.ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"));
        println!("{} | {} | {} | {ratio}", self.name, self.ours, self.peer);
    }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let Some(at) = args.iter().position(|arg| arg == "--worker") {
        return stops::worker(&args[at + 1..]);
    }
    let full = args.iter().any(|arg| arg == "--full");
    let wanted: Vec<_> = args.iter().filter(|arg| !arg.starts_with('-')).collect();
    println!("name | ours | peer | ratio");
    for (group, measures) in [
        ("replies", replies::ALL),
        ("messages", messages::ALL),
        ("decide", decide::ALL),
        ("plan", plan::ALL),
        ("store", raw_store::ALL),
        ("claims", claims::ALL),
        ("stops", stops::ALL),
        #[cfg(feature = "evidence")]
        ("pack", pack::ALL),
        #[cfg(feature = "evidence")]
        ("proofs", proofs::ALL),
        ("campaign", campaign::ALL),
        #[cfg(feature = "import")]
        ("import", import::ALL),
        #[cfg(feature = "http")]
        ("handover", handover::ALL),
    ] {
        if wanted.is_empty() || wanted.iter().any(|name| *name == group) {
            measures.iter().for_each(|measure| measure(full).iter().for_each(Line::print));
        }
    }
}
