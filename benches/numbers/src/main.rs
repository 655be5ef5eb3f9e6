//! A number in E.164 read and validated, beside crates that do the same, on the same numbers:
//! `cargo run --release --manifest-path benches/numbers/Cargo.toml`.
//!
//! Prints `name | ours | peer | ratio`.

use std::{hint::black_box, time::Instant};

use optin::phone::PhoneNumber;
use rlibphonenumber::PHONE_NUMBER_UTIL;

#[path = "../../../tests/it/phone/sample.rs"]
mod sample;

fn main() {
    const COUNT: usize = 100_000;
    let world: Vec<String> = sample::Numbers::near_valid(7).take(COUNT).collect();
    let mobiles: Vec<String> = (0..COUNT).map(|n| format!("+336{:08}", n * 997)).collect();
    // The crate that the metadata comes from keeps a hundred patterns: it likes one country after the other.
    let mut sorted = world.clone();
    sorted.sort_unstable();
    println!("name | ours | peer | ratio");
    line("numbers: 100,000 of the world, first use", &world, 1, peer);
    let agree = world.iter().filter(|e164| ours(e164) == peer(e164)).count();
    println!("# rlibphonenumber, with metadata of its own, says the same of {agree} of {COUNT} numbers");
    line("numbers: read and validate, the world", &world, 20, peer);
    line("numbers: read and validate, French mobiles", &mobiles, 20, peer);
    line("numbers: the same by `phonenumber`, the world by country", &sorted, 3, origin);
}

fn ours(e164: &str) -> bool {
    PhoneNumber::from_e164(e164).is_ok_and(|number| number.is_valid())
}

fn peer(e164: &str) -> bool {
    PHONE_NUMBER_UTIL.parse(e164, None).is_ok_and(|number| number.is_valid())
}

fn origin(e164: &str) -> bool {
    phonenumber::parse(None, e164).is_ok_and(|number| number.is_valid())
}

/// For each thousand numbers the best of some passes: what the machine does when nothing else runs.
fn line(name: &str, numbers: &[String], passes: u32, peer: impl Fn(&str) -> bool) {
    let nanoseconds = |valid: &dyn Fn(&str) -> bool, thousand: &[String]| {
        let start = Instant::now();
        thousand.iter().for_each(|e164| _ = black_box(valid(black_box(e164))));
        start.elapsed().as_nanos() as f64
    };
    let best = |valid: &dyn Fn(&str) -> bool| {
        let mut best = vec![f64::INFINITY; numbers.len() / 1_000];
        for _ in 0..passes {
            for (best, thousand) in best.iter_mut().zip(numbers.chunks(1_000)) {
                *best = best.min(nanoseconds(valid, thousand));
            }
        }
        best.iter().sum::<f64>() / numbers.len() as f64
    };
    let (ours, peer) = (best(&ours), best(&peer));
    println!("{name} | {ours:.0} ns | {peer:.0} ns | {:.2}", ours / peer);
}
