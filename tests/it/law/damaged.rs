//! The builtin files, cut off, with a line less or a line twice: refused by file, entry and field, or another book
//! with another version. Never a panic, never the old version over another content.

use std::{fs, path::Path};

use optin::law::{Rulebook, RulebookError};

/// Name and content of the files, in the order of `src/law/data/mod.rs`.
fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/law/data");
    let list = fs::read_to_string(folder.join("mod.rs")).unwrap();
    let names = list.lines().filter_map(|line| line.trim().strip_prefix('"')?.strip_suffix(".toml\""));
    names
        .map(|name| format!("{name}.toml"))
        .map(|name| (name.clone(), fs::read_to_string(folder.join(name)).unwrap()))
        .collect()
}

fn told(error: &RulebookError, file: &str) {
    assert_eq!(error.file, file, "{error}");
    assert!(!error.entry.is_empty() && !error.field.is_empty() && !error.reason.is_empty(), "{error:?}");
}

/// A changed file over the builtin book.
fn over(book: &Rulebook, name: &str, toml: &str) -> bool {
    match book.with_overlay(name, toml) {
        Ok(changed) => {
            assert_ne!(changed.version(), book.version(), "{name}");
            true
        }
        Err(error) => {
            told(&error, name);
            false
        }
    }
}

/// Each line left out, each twice, each the last; one in `step` of them.
fn lines(step: usize) {
    let book = Rulebook::builtin();
    let (mut loaded, mut refused) = (0, 0);
    for (name, toml) in files() {
        let lines: Vec<&str> = toml.split_inclusive('\n').collect();
        let first = name.len() % step;
        for at in (first..lines.len()).step_by(step) {
            let (before, after) = lines.split_at(at);
            let cut = before.concat();
            let without = cut.clone() + &after[1..].concat();
            let twice = cut.clone() + after[0] + &after.concat();
            for changed in [cut, without, twice] {
                if over(&book, &name, &changed) { loaded += 1 } else { refused += 1 }
            }
        }
    }
    assert!(loaded > 10 && refused > 10, "{loaded} {refused}");
}

#[test]
fn a_damaged_line_is_refused_or_shows_in_the_version() {
    lines(211);
}

#[test]
#[ignore = "every line of every file: minutes"]
fn every_damaged_line_is_refused_or_shows_in_the_version() {
    lines(1);
}

#[test]
fn a_file_cut_off_anywhere_is_refused_by_name() {
    let mut dry = 0;
    for (name, toml) in files() {
        for at in (0..toml.len()).filter(|&at| toml.is_char_boundary(at)).skip(name.len() % 97).step_by(97) {
            // By itself: what it names is elsewhere.
            match Rulebook::from_files(&[(&name, &toml[..at])]) {
                Ok(book) => dry += usize::from(!book.rules().is_empty()),
                Err(error) => told(&error, &name),
            }
        }
    }
    assert_eq!(dry, 0, "no rule is at home in a book that covers no place");
}

#[test]
fn the_files_are_the_book() {
    let files = files();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, toml)| (name.as_str(), toml.as_str())).collect();
    assert!(files.len() > 30);
    assert_eq!(Rulebook::from_files(&files).unwrap().version(), Rulebook::builtin().version());
    // One file left out: refused, or fewer rules under another version.
    for (name, _) in &files {
        let rest: Vec<_> = files.iter().filter(|(other, _)| other != name).copied().collect();
        if let Ok(less) = Rulebook::from_files(&rest) {
            assert_ne!(less.version(), Rulebook::builtin().version(), "{name}");
            assert!(less.rules().len() < Rulebook::builtin().rules().len(), "{name}");
        }
    }
}
