//! `examples/verify_evidence.py`, which knows the format document and nothing of this library.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use super::{
    bad,
    forged::{changed, is_word, leaves, resealed},
    world::{Dice, World},
};

const VERIFIER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/verify_evidence.py");

/// Whether Python can run the verifier. If not, it is said loudly.
pub(super) fn python() -> bool {
    let tried = Command::new("python3").args(["-c", "import cbor2, cryptography"]).output();
    let has = tried.is_ok_and(|done| done.status.success());
    if !has {
        eprintln!("SKIPPED: no python3 with cbor2 and cryptography (pip install cbor2 cryptography)");
    }
    has
}

/// What it says of each file, by name.
pub(super) fn verdicts(folder: &Path, key: Option<&str>, files: &[PathBuf]) -> HashMap<PathBuf, Value> {
    let mut command = Command::new("python3");
    command.current_dir(folder).arg(VERIFIER).arg("--json");
    if let Some(key) = key {
        command.args(["--key", key]);
    }
    let done = command.args(files).output().unwrap();
    assert!(done.stderr.is_empty(), "{}", String::from_utf8_lossy(&done.stderr));
    let said = String::from_utf8(done.stdout).unwrap();
    let read = said.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let by_file: HashMap<_, _> =
        read.map(|said| (PathBuf::from(said["file"].as_str().unwrap()), said)).collect();
    assert_eq!(by_file.len(), files.len());
    assert_eq!(done.status.code(), Some(i32::from(by_file.values().any(|said| said["ok"] != true))));
    by_file
}

fn write(folder: &Path, name: String, text: &str) -> PathBuf {
    std::fs::write(folder.join(&name), text).unwrap();
    PathBuf::from(name)
}

#[tokio::test]
async fn a_thousand_packs_hold_and_none_holds_changed() {
    if !python() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (mut total, mut seed) = (0, 100);
    while total < 1_000 {
        let mut world = World::lived(seed, 80).await;
        let (key, mut dice) = (world.key().await, Dice(seed));
        let (mut good, mut bad) = (Vec::new(), Vec::new());
        for (at, pack) in world.packs().await.iter().take(1_000 - total).enumerate() {
            let json = pack.to_json();
            good.push(write(folder.path(), format!("{at}.json"), &json));
            let value: Value = serde_json::from_str(&json).unwrap();
            let mut paths = Vec::new();
            leaves(&value, "", &mut paths);
            let path = paths[dice.below(paths.len() as u64) as usize].clone();
            let forged = changed(&value, &path, &mut dice);
            bad.push((write(folder.path(), format!("{at}-changed.json"), &forged.to_string()), path));
            // And once more below the seal.
            paths.retain(|path| !is_word(path));
            let path = paths[dice.below(paths.len() as u64) as usize].clone();
            let forged = resealed(&changed(&value, &path, &mut dice), &key, &world.seed);
            bad.push((write(folder.path(), format!("{at}-resealed.json"), &forged.to_string()), path));
        }
        let key = key.to_string();
        for (file, said) in verdicts(folder.path(), Some(&key), &good) {
            assert_eq!(said["ok"], true, "{}: {said}", file.display());
            assert_eq!(said["vouched"], true);
        }
        let files: Vec<_> = bad.iter().map(|(file, _)| file.clone()).collect();
        let said = verdicts(folder.path(), Some(&key), &files);
        for (file, path) in bad {
            assert_eq!(said[&file]["ok"], false, "{} changed at {path}", file.display());
        }
        total += good.len();
        seed += 1;
    }
    assert_eq!(total, 1_000);
}

#[tokio::test]
async fn every_leaf_of_some_packs_is_bound() {
    if !python() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::lived(11, 4).await;
    let (key, mut dice, mut cases) = (world.key().await, Dice(4), Vec::new());
    for (at, pack) in world.packs().await.iter().enumerate().step_by(3) {
        let value: Value = serde_json::from_str(&pack.to_json()).unwrap();
        let mut paths = Vec::new();
        leaves(&value, "", &mut paths);
        for (number, path) in paths.into_iter().enumerate() {
            let mut forged = changed(&value, &path, &mut dice);
            if !is_word(&path) {
                forged = resealed(&forged, &key, &world.seed);
            }
            let file = write(folder.path(), format!("{at}-{number}.json"), &forged.to_string());
            cases.push((file, path));
        }
    }
    assert!(cases.len() > 500, "{}", cases.len());
    for chunk in cases.chunks(2_000) {
        let files: Vec<_> = chunk.iter().map(|(file, _)| file.clone()).collect();
        let said = verdicts(folder.path(), Some(&key.to_string()), &files);
        for (file, path) in chunk {
            assert_eq!(said[file]["ok"], false, "changed at {path}");
        }
    }
}

#[test]
fn bad_texts_are_told_and_nothing_breaks() {
    if !python() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (at, (text, _)) in bad::texts().into_iter().enumerate() {
        files.push(write(folder.path(), format!("{at}.json"), &text));
    }
    std::fs::write(folder.path().join("bytes.json"), b"\xff\xfe").unwrap();
    files.extend([PathBuf::from("bytes.json"), PathBuf::from("missing.json")]);
    for (file, said) in verdicts(folder.path(), None, &files) {
        assert!(said["ok"] == false && said["what"].is_string(), "{}: {said}", file.display());
    }
    let good = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/evidence/example.json"));
    let said = verdicts(folder.path(), None, std::slice::from_ref(&good));
    assert_eq!(said[&good]["ok"], true);
    let said = verdicts(folder.path(), Some("PeterNeumann+c74f20a3+ARpc2QcU"), std::slice::from_ref(&good));
    assert_eq!((&said[&good]["ok"], said[&good]["place"].as_str()), (&Value::Bool(false), Some("key")));
}
