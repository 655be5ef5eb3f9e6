//! Packs that somebody forged who knew the format document and nothing else: 24 without a key, the others with the
//! published key of the worked example, so that only the deeper rules can refuse them.

use std::{collections::HashMap, fs, path::PathBuf};

use optin::{ledger::NoteKey, report::evidence::check};

use super::python::{python, verdicts};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/evidence/forged");

/// Every forged pack with the key that it is checked against.
fn forged() -> Vec<(PathBuf, String)> {
    let files = fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path());
    let packs = files.filter(|path| path.extension().is_some_and(|kind| kind == "json"));
    let with_key = |path: PathBuf| {
        let key = fs::read_to_string(path.with_extension("key")).unwrap();
        (path, key.trim().to_owned())
    };
    packs.map(with_key).collect()
}

#[test]
fn nothing_that_a_stranger_forged_gets_through() {
    let forged = forged();
    assert_eq!(forged.len(), 87);
    for (path, key) in &forged {
        // A key that does not read as one refuses whatever it is held against.
        let Ok(key) = key.parse::<NoteKey>() else { continue };
        let checked = check(&fs::read(path).unwrap(), Some(&key));
        assert!(checked.is_err(), "{}: {checked:?}", path.display());
    }
}

#[test]
fn nor_past_the_verifier_in_python() {
    if !python() {
        return;
    }
    let mut by_key: HashMap<String, Vec<PathBuf>> = HashMap::new();
    forged().into_iter().for_each(|(path, key)| by_key.entry(key).or_default().push(path));
    for (key, files) in by_key {
        for (file, said) in verdicts(FOLDER.as_ref(), Some(&key), &files) {
            assert_eq!(said["ok"], false, "{}: {said}", file.display());
        }
    }
}
