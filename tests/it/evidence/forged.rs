//! A change of any field is found: by the seal, and below it by the proofs, whoever sealed it again.

use optin::{
    ledger::{NoteKey, sign_note},
    report::evidence::{What, check},
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::world::{Dice, World};

/// The paths of all leaves of a value.
pub(super) fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| leaves(member, &format!("{path}/{name}"), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(at, item)| leaves(item, &format!("{path}/{at}"), found));
        }
        _ => found.push(path.to_owned()),
    }
}

/// The same pack with one leaf changed.
pub(super) fn changed(pack: &Value, path: &str, dice: &mut Dice) -> Value {
    let mut pack = pack.clone();
    let leaf = pack.pointer_mut(path).unwrap();
    *leaf = match leaf {
        Value::Null => "x".into(),
        Value::Bool(held) => (!*held).into(),
        Value::Number(held) => (held.as_i64().unwrap() + [1, -1][dice.below(2) as usize]).into(),
        Value::String(held) if held.is_empty() => "x".into(),
        Value::String(held) => {
            let at = dice.below(held.chars().count() as u64) as usize;
            let other = |c: char| if c == '0' { '1' } else { '0' };
            held.chars()
                .enumerate()
                .map(|(i, c)| if i == at { other(c) } else { c })
                .collect::<String>()
                .into()
        }
        Value::Array(_) | Value::Object(_) => panic!("not a leaf"),
    };
    pack
}

/// Seals a pack anew with the ledger's own key: what is left to find it are the proofs.
pub(super) fn resealed(pack: &Value, key: &NoteKey, seed: &[u8; 32]) -> Value {
    let mut pack = pack.clone();
    pack.as_object_mut().unwrap().remove("seal");
    let digest = optin::id::Hash(Sha256::digest(pack.to_string()).into());
    let seal = sign_note(&format!("optin-evidence/1\nsha256:{digest}\n"), key.name(), seed).unwrap();
    pack["seal"] = seal.into();
    pack
}

/// What a forger with the key may say as he likes: it is his word.
pub(super) fn is_word(path: &str) -> bool {
    path.starts_with("/made/") || path.starts_with("/reading/") || path.contains("/words/") || path == "/seal"
}

#[tokio::test]
async fn every_leaf_is_bound() {
    let mut world = World::lived(11, 8).await;
    let (key, mut dice) = (world.key().await, Dice(3));
    let (mut cases, mut below) = (0, 0);
    for pack in world.packs().await.iter().step_by(3) {
        let value: Value = serde_json::from_str(&pack.to_json()).unwrap();
        let again = resealed(&value, &key, &world.seed);
        assert!(check(again.to_string().as_bytes(), Some(&key)).is_ok(), "sealing anew is not to blame");
        let mut paths = Vec::new();
        leaves(&value, "", &mut paths);
        for path in paths {
            let forged = changed(&value, &path, &mut dice);
            assert!(check(forged.to_string().as_bytes(), Some(&key)).is_err(), "{path}");
            cases += 1;
            if !is_word(&path) {
                let forged = resealed(&forged, &key, &world.seed);
                let flaw = check(forged.to_string().as_bytes(), Some(&key)).expect_err(&path);
                assert_ne!(flaw.what, What::Changed, "{path}");
                below += 1;
            }
        }
    }
    assert!(cases > 2_000 && below > 1_500, "{cases} {below}");
}

#[tokio::test]
async fn records_cannot_be_left_out_or_moved() {
    let mut world = World::lived(12, 12).await;
    let key = world.key().await;
    let seed = world.seed;
    let refused = |pack: &Value, why: &str| {
        let forged = resealed(pack, &key, &seed);
        check(forged.to_string().as_bytes(), Some(&key)).expect_err(why)
    };
    for pack in world.packs().await {
        let value: Value = serde_json::from_str(&pack.to_json()).unwrap();
        let records = value["records"].as_array().unwrap().clone();
        for at in 0..records.len() {
            let (mut left_out, mut twice) = (value.clone(), value.clone());
            left_out["records"].as_array_mut().unwrap().remove(at);
            assert_eq!(refused(&left_out, "one is missing").place, "stream.records");
            left_out["stream"]["records"] = (records.len() - 1).into();
            // Without its last, a stream is whole again: that is the sealer's word, as the format says.
            if at + 1 < records.len() {
                let flaw = refused(&left_out, "one is missing and not counted");
                assert_eq!(flaw.place, format!("records[{at}].envelope"));
            }
            twice["records"].as_array_mut().unwrap().insert(at, records[at].clone());
            twice["stream"]["records"] = (records.len() + 1).into();
            refused(&twice, "one stands there twice");
            if at > 0 {
                let mut swapped = value.clone();
                swapped["records"].as_array_mut().unwrap().swap(at - 1, at);
                refused(&swapped, "two changed places");
            }
        }
    }
}
