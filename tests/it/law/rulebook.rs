//! The loader: what it takes and, above all, what it refuses.

use optin::{
    law::{Posture, Rulebook},
    place::Place,
};

#[test]
fn the_compiled_in_book_loads() {
    let book = Rulebook::builtin();
    assert!(book.version().starts_with("2026-11-21+"), "{}", book.version());
    assert!(book.rules().len() > 60);
}

#[test]
fn zz() {
    let t = std::time::Instant::now();
    let b = Rulebook::builtin();
    println!("{:?} {} {}", t.elapsed(), b.rules().len(), b.covered().len());
    for p in ["US", "US-TX", "US-GU", "FR", "FR-75", "FR-974", "ZA", "DE"] {
        let l = b.law_of(p.parse().unwrap());
        println!("{p}: {:?}", l.rules.iter().map(|r| &r.id).collect::<Vec<_>>());
    }
    let _ = (Posture::Strict, Place::new("US"));
}
