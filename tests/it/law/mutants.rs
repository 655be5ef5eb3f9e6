//! Takes every rule, every window of a rule with several, and every covered place out of the book in turn: some
//! assertion that was written by hand must miss each.

use optin::{law::Rulebook, place::ZoneTable};

use super::{coverage, eu, rules, us, windows, world};

fn is_missed(book: &Rulebook, table: &ZoneTable) -> bool {
    !windows::faults(book, table).is_empty()
        || !rules::faults(book).is_empty()
        || !eu::faults(book).is_empty()
        || !coverage::faults(book).is_empty()
        || !us::faults(book, table).is_empty()
        || !world::faults(book, table).is_empty()
}

#[test]
fn every_rule_is_missed() {
    let (book, table) = (Rulebook::builtin(), ZoneTable::bundled());
    for rule in book.rules() {
        assert!(is_missed(&book.without(&rule.id).unwrap(), &table), "nobody misses {}", rule.id);
    }
}

#[test]
fn every_window_is_missed() {
    let (book, table) = (Rulebook::builtin(), ZoneTable::bundled());
    for rule in book.rules() {
        let windows = rule.hours.as_ref().map_or(0, |hours| hours.windows().len());
        for window in (0..windows).filter(|_| windows > 1) {
            let less = book.without_window(&rule.id, window).unwrap();
            assert!(is_missed(&less, &table), "nobody misses window {window} of {}", rule.id);
        }
    }
}

#[test]
fn every_covered_place_is_missed() {
    let (book, table) = (Rulebook::builtin(), ZoneTable::bundled());
    assert!(!is_missed(&book, &table));
    for row in book.covered() {
        let less = book.without_coverage(row.place).unwrap();
        assert!(!coverage::faults(&less).is_empty(), "nobody misses {}", row.place);
    }
}
