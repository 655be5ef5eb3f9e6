//! Signed notes, against a table that Python wrote and judged.

use optin::{
    id::Hash,
    ledger::{
        Checkpoint, CheckpointError, NoteError, NoteKey, leaf_hash, merkle::root_of, open_note, sign_note,
    },
};
use serde_json::Value;

/// Made by tests/oracles/notes.py, whose comment says how.
const TABLE: &str = include_str!("../../data/notes.jsonl");

fn rows() -> impl Iterator<Item = Value> {
    TABLE.lines().map(|line| serde_json::from_str(line).unwrap())
}

fn text<'r>(row: &'r Value, field: &str) -> &'r str {
    row[field].as_str().unwrap()
}

#[test]
fn every_note_is_opened_or_refused_as_in_the_table() {
    let (mut opened, mut refused) = (0, 0);
    for row in rows() {
        let (key, note): (NoteKey, _) = (text(&row, "key").parse().unwrap(), text(&row, "note"));
        assert_eq!(key.to_string(), text(&row, "key"));
        assert_eq!(key.name(), text(&row, "name"));
        let found = open_note(note, &[key]);
        assert_eq!(found.is_ok(), row["opens"].as_bool().unwrap(), "{found:?}: {note:?}");
        match found {
            // Beyond a bit, a change may leave a note of another text only by luck.
            Ok(found) => assert_eq!(found, text(&row, "text")),
            Err(_) => refused += 1,
        }
        opened += usize::from(found.is_ok());
    }
    assert!(opened > 100 && refused > 300, "{opened} opened, {refused} refused");
}

#[test]
fn notes_and_checkpoints_are_signed_as_in_the_table() {
    let mut checkpoints = 0;
    for row in rows().filter(|row| row["opens"].as_bool().unwrap() && !row["seed"].is_null()) {
        let seed: Hash = text(&row, "seed").parse().unwrap();
        let note = sign_note(text(&row, "text"), text(&row, "name"), &seed.0).unwrap();
        // Others may have signed it too.
        assert!(note.lines().all(|line| text(&row, "note").lines().any(|held| held == line)), "{note}");
        let Some(leaves) = row["leaves"].as_u64() else { continue };
        let key: NoteKey = text(&row, "key").parse().unwrap();
        let checkpoint = Checkpoint::open(text(&row, "note"), &[key]).unwrap();
        let leaves: Vec<_> = (0..leaves).map(|leaf| leaf_hash(leaf.to_string().as_bytes())).collect();
        assert_eq!((checkpoint.size, checkpoint.root), (leaves.len() as u64, root_of(&leaves)));
        assert_eq!(checkpoint.origin, text(&row, "name"));
        checkpoints += 1;
    }
    assert!(checkpoints > 100);
}

#[test]
fn every_bit_of_a_note_counts() {
    let row = rows().find(|row| row["leaves"].as_u64() == Some(7)).unwrap();
    let (key, note): (NoteKey, _) = (text(&row, "key").parse().unwrap(), text(&row, "note"));
    open_note(note, std::slice::from_ref(&key)).unwrap();
    for at in 0..note.len() {
        for bit in 0..8 {
            let mut bytes = note.as_bytes().to_vec();
            bytes[at] ^= 1 << bit;
            let Ok(changed) = String::from_utf8(bytes) else { continue };
            open_note(&changed, std::slice::from_ref(&key)).unwrap_err();
        }
        open_note(&note[..note.floor_char_boundary(at)], std::slice::from_ref(&key)).unwrap_err();
    }
}

#[test]
fn every_character_of_a_key_counts() {
    let key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    for at in 0..key.len() {
        let mut bytes = key.as_bytes().to_vec();
        bytes[at] += 1;
        assert_eq!(String::from_utf8(bytes).unwrap().parse::<NoteKey>(), Err(NoteError::Key));
        for end in at..key.len() {
            assert!(key[at..end].parse::<NoteKey>().is_err());
        }
    }
    // Another length under the right hash, and another kind of key.
    for wrong in [
        "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
        "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ] {
        assert_eq!(wrong.parse::<NoteKey>(), Err(NoteError::Key));
    }
}

#[test]
fn what_is_no_checkpoint_is_refused() {
    let seed = [7; 32];
    let public: [u8; 32] = {
        let note = sign_note("x\n", "optin/x", &seed).unwrap();
        assert!(note.starts_with("x\n\n\u{2014} optin/x "));
        let keys = rows().find(|row| !row["seed"].is_null()).unwrap();
        let key: NoteKey = text(&keys, "key").parse().unwrap();
        *key.public()
    };
    let key = NoteKey::new("PeterNeumann", &public).unwrap();
    let peter: Hash = text(&rows().next().unwrap(), "seed").parse().unwrap();
    let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
    let open = |text: &str| {
        let note = sign_note(text, "PeterNeumann", &peter.0).unwrap();
        Checkpoint::open(&note, std::slice::from_ref(&key))
    };
    open(&format!("o\n0\n{root}\n")).unwrap();
    open(&format!("o\n18446744073709551615\n{root}\nmore\n")).unwrap();
    for wrong in [
        "o\n0\n".to_owned(),
        format!("\n0\n{root}\n"),
        format!("o\n00\n{root}\n"),
        format!("o\n+1\n{root}\n"),
        format!("o\n-1\n{root}\n"),
        format!("o\n 1\n{root}\n"),
        format!("o\n18446744073709551616\n{root}\n"),
        format!("o\n1\n{}\n", &root[1..]),
        format!("o\n1\n{root}=\n"),
        format!("o\n1\n{}\n", root.replace("FU=", "FV=")),
        format!("o\n1\n{root}\n\nmore\n"),
    ] {
        let opened = open(&wrong);
        assert!(matches!(opened, Err(CheckpointError::NotOne)), "{wrong:?}: {opened:?}");
    }
    for wrong in ["", "no end", "a\ttab\n"] {
        assert_eq!(sign_note(wrong, "PeterNeumann", &seed), Err(NoteError::Malformed));
    }
    for wrong in ["", "two words", "a+b", "a\u{a0}b"] {
        assert_eq!(sign_note("x\n", wrong, &seed), Err(NoteError::Key));
    }
}
