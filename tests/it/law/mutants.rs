//! Takes each thing that the book says out of it in turn, or makes it weaker: some assertion that was not generated
//! from that row must miss it. `all` looks at every one, and is run by hand; a sample is looked at every time.

use std::{
    panic::catch_unwind,
    sync::atomic::{AtomicUsize, Ordering},
};

use optin::{
    law::{Mutant, Rulebook},
    place::ZoneTable,
};

use super::{calendars, coverage, eu, gaps, rules, tz_minimum, us, windows, world};

fn is_missed(book: &Rulebook, table: &ZoneTable) -> bool {
    !coverage::faults(book).is_empty()
        || !gaps::faults(book, table).is_empty()
        || !rules::faults(book).is_empty()
        || !eu::faults(book).is_empty()
        || !us::faults(book, table).is_empty()
        || !world::faults(book, table).is_empty()
        || !windows::faults(book, table).is_empty()
        || !calendars::faults(book).is_empty()
        || !tz_minimum::faults(book).is_empty()
}

/// The mutants that nobody misses.
fn unmissed(mutants: &[Mutant]) -> Vec<String> {
    let (book, table, next) = (Rulebook::builtin(), ZoneTable::bundled(), AtomicUsize::new(0));
    assert!(!is_missed(&book, &table));
    let look = || {
        let mut found = Vec::new();
        while let Some(mutant) = mutants.get(next.fetch_add(1, Ordering::Relaxed)) {
            // What the loader refuses is missed by the loader, and an assertion may also fail by panicking.
            let Some(less) = mutant.of(&book) else { continue };
            if !catch_unwind(|| is_missed(&less, &table)).unwrap_or(true) {
                found.push(mutant.name().to_owned());
            }
        }
        found
    };
    let mut found: Vec<String> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..2).map(|_| scope.spawn(look)).collect();
        all.into_iter().flat_map(|each| each.join().unwrap()).collect()
    });
    found.sort_unstable();
    found
}

/// One in `STEP`, another part for each day of the year that the book is from: the same for one book everywhere.
const STEP: usize = 61;

#[test]
fn a_sample_is_missed() {
    let book = Rulebook::builtin();
    let first = book.version().bytes().map(usize::from).sum::<usize>() % STEP;
    let sample: Vec<Mutant> = book.mutants().into_iter().skip(first).step_by(STEP).collect();
    assert!(sample.len() > 30);
    assert_eq!(unmissed(&sample), [""; 0]);
}

#[test]
#[ignore = "every mutant: a minute or more"]
fn all() {
    let mutants = Rulebook::builtin().mutants();
    let unmissed = unmissed(&mutants);
    println!("{} mutants; nobody misses {}", mutants.len(), unmissed.len());
    for name in &unmissed {
        println!("{name}");
    }
    assert_eq!(unmissed, [""; 0]);
}
