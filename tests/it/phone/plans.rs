//! What the compiled plans say of a number, against three others: the metadata read plainly, the crate that the
//! metadata comes from, and libphonenumber's port to Python.

use std::collections::{BTreeMap, HashSet};

use optin::phone::{Country, Line, PhoneNumber};
use phonenumber::metadata::DATABASE;

use super::{line, reference::Reference, sample::Numbers};

fn ours(e164: &str) -> (String, Line) {
    let number: PhoneNumber = e164.parse().unwrap();
    (number.region().map_or("-".to_owned(), |country| country.to_string()), number.line())
}

#[test]
fn a_hundred_thousand_numbers_are_what_the_patterns_say() {
    numbers_are_what_the_patterns_say(100_000);
}

#[test]
#[ignore = "half a minute; the continuous integration runs it"]
fn a_million_numbers_are_what_the_patterns_say() {
    numbers_are_what_the_patterns_say(1_000_000);
}

fn numbers_are_what_the_patterns_say(count: usize) {
    let (reference, mut lines, mut regions) = (Reference::new(), HashSet::new(), HashSet::new());
    let mut valid = 0;
    for e164 in Numbers::near_valid(5).take(count) {
        let (region, line) = reference.ask(&e164);
        let ours = ours(&e164);
        assert_eq!((ours.0.as_str(), ours.1), (region, line), "{e164}");
        valid += usize::from(line != Line::Unknown);
        lines.insert(line);
        if !regions.contains(region) {
            regions.insert(region.to_owned());
        }
    }
    // The sample is worth something: both verdicts often, every line, every region.
    assert!((count / 2..count / 5 * 4).contains(&valid), "{valid}");
    let mut missing: Vec<_> =
        DATABASE.iter().map(|meta| meta.id()).filter(|id| !regions.contains(*id)).collect();
    missing.sort_unstable();
    // No country; and Western Sahara, whose numbers all begin with the leading digits of Morocco.
    assert_eq!((lines.len(), missing), (7, vec!["001", "EH"]));
}

/// The differences from crate `phonenumber` that are known: reason, country code, how many of the sample, one of them.
const DIFFERENCES: &str = include_str!("../../data/phone_crate_differences.txt");

#[test]
fn the_crate_of_the_metadata_says_the_same_but_for_listed_reasons() {
    let mut numbers: Vec<_> = Numbers::near_valid(7).take(100_000).collect();
    // It keeps a hundred compiled patterns: one country after the other, or it compiles all the time.
    numbers.sort_unstable();
    let (anchored, unanchored) = (Reference::new(), Reference::unanchored());
    let mut differ: BTreeMap<_, (u32, String)> = BTreeMap::new();
    for e164 in numbers {
        let ours = valid(&e164);
        let read = phonenumber::parse(None, &e164);
        let theirs = read.as_ref().is_ok_and(phonenumber::PhoneNumber::is_valid);
        if ours == theirs {
            continue;
        }
        let read = read.unwrap().format().to_string();
        // What it reads must explain what it says, or the difference is a new one.
        assert_eq!(theirs, unanchored.ask(&read).1 != Line::Unknown, "{e164}: {read}");
        let lenient = PhoneNumber::parse(&e164, Country::FR);
        let reason = if read == e164 {
            "it matches the beginning only"
        } else if lenient.is_ok_and(|number| number.is_valid() == theirs) {
            "it drops a trunk prefix, as lenient reading does"
        } else if !theirs {
            "it drops digits of a good number"
        } else if anchored.ask(&read).1 == Line::Unknown {
            "it drops a trunk prefix and matches the beginning of the rest only"
        } else {
            "it drops what is no trunk prefix, or leaves too short a number for E.164"
        };
        let code =
            (1..=3).map(|len| e164[1..=len].parse().unwrap()).find(|code| DATABASE.by_code(code).is_some());
        let verdict = if ours { "valid" } else { "invalid" };
        let sort = format!("{reason}|{}|{verdict}", code.unwrap());
        differ.entry(sort).or_insert((0, format!("{e164}|{read}"))).0 += 1;
    }
    let found: Vec<_> = differ.iter().map(|(sort, (count, one))| format!("{sort}|{count}|{one}")).collect();
    let known: Vec<_> = DIFFERENCES.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(found == known, "the differences are now:\n{}", found.join("\n"));
}

/// Sections by version, then `region line: numbers`.
const TABLE: &str = include_str!("../../data/phone_plans.txt");

/// The numbers of a section with region and line.
fn told(version: &str) -> impl Iterator<Item = (String, &str, Line)> {
    let section = TABLE.lines().skip_while(move |line| *line != format!("[{version}]")).skip(1);
    section.take_while(|line| !line.starts_with('[')).flat_map(|row| {
        let (answer, numbers) = row.split_once(": ").unwrap();
        let (region, kind) = answer.split_once(' ').unwrap();
        numbers.split(' ').map(move |number| (format!("+{number}"), region, line(kind)))
    })
}

/// With the metadata of the same version there is no difference; what newer metadata changes, is not told yet.
#[test]
fn libphonenumber_says_the_same_of_every_number() {
    let (mut rows, mut changed) = (0, 0);
    for (e164, region, line) in told("9.0.33") {
        assert_eq!(ours(&e164), (region.to_owned(), line), "{e164}");
        rows += 1;
    }
    for (e164, region, line) in told("9.0.43") {
        assert_ne!(ours(&e164), (region.to_owned(), line), "{e164} is no longer behind: make the table anew");
        changed += 1;
    }
    assert_eq!((rows, changed), (20_000, 146));
}

fn valid(e164: &str) -> bool {
    e164.parse::<PhoneNumber>().unwrap().is_valid()
}
