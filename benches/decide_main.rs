//! The rows of `decide` and `plan` alone; `side_by_side` prints them with the others.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::disallowed_methods,
    reason = "a benchmark reads the clock and stops at the first thing that goes wrong"
)]

mod decide;

/// One line of the table.
#[derive(Debug)]
struct Line {
    name: &'static str,
    ours: String,
    peer: String,
    ratio: Option<f64>,
}

fn main() {
    println!("name | ours | peer | ratio");
    for Line { name, ours, peer, ratio } in decide::rows() {
        let ratio = ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"));
        println!("{name} | {ours} | {peer} | {ratio}");
    }
}
