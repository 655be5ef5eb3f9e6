//! Key files and their rotation: what opens, what is refused, and what others with older keys may do.

use std::{fs, sync::Arc};

use optin::{
    RotateError,
    consent::{Event, event::KeysRotated},
    gateway::Inbound,
    inbound::ReceiveError,
    ledger::{
        Book, BookError, KeyFile, KeyFileError, KeyStore, Keys, Ledger, LedgerError, MemoryLedger,
        SqliteLedger,
    },
};

use super::{House, consent, files::folder};
use crate::walk::number;

async fn open(path: &std::path::Path, key: &std::path::Path) -> House {
    House::over(SqliteLedger::open(path, KeyFile::open(key).unwrap()).await.unwrap())
}

async fn rotations(house: &House, ledger: Arc<impl Ledger>) -> Vec<KeysRotated> {
    let _ = house;
    let page = ledger.records(optin::id::RecipientId::HOUSE, 1, 99).await.unwrap();
    let event = |bytes: &[u8]| optin::ledger::Envelope::from_bytes(bytes).unwrap().event;
    page.iter()
        .filter_map(|record| match event(&record.envelope) {
            Event::KeysRotated(rotated) => Some(rotated),
            _ => None,
        })
        .collect()
}

#[test]
fn key_files_of_the_first_form_open_and_others_are_refused_by_name() {
    let (_folder, _, key) = folder();
    assert!(matches!(KeyFile::open(&key), Err(KeyFileError::Missing(path)) if path == key));
    assert!(!key.exists());
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/ledger-1.key");
    let first = fs::read_to_string(data).unwrap();
    assert!(first.starts_with("optin-keys 1\nindex 1 "));
    fs::copy(data, &key).unwrap();
    let keys = KeyFile::open(&key).unwrap();
    assert_eq!(keys.to_secret_text(), first);
    let wrapping = first.lines().last().unwrap();
    for wrong in [
        String::new(),
        first.replace("keys 1", "keys 3"),
        first.replace("wrapping ", "wrapping  "),
        first.replace(wrapping, ""),
        format!("{first}{wrapping}\n"),
        format!("{first}more\n"),
        first.replace("index 1", "index one"),
        first.lines().nth(1).map(|index| format!("{first}{index}\n")).unwrap(),
        first[..first.len() - 2].to_owned(),
    ] {
        fs::write(&key, &wrong).unwrap();
        let refused = KeyFile::open(&key).unwrap_err();
        assert!(matches!(&refused, KeyFileError::NotKeys(path) if *path == key), "{wrong}");
        assert!(
            refused.to_string().contains("optin.key") && !format!("{refused:?}").contains(&wrapping[9..])
        );
        assert!(KeyFile::open_or_create(&key).is_err());
        assert!(KeyFile::at(&key).load().unwrap_err().to_string().contains("optin.key"));
        assert_eq!(fs::read_to_string(&key).unwrap(), wrong);
    }
    fs::write(&key, [0xff, 0xfe, 0x00]).unwrap();
    assert!(matches!(KeyFile::open(&key), Err(KeyFileError::NotKeys(_))));
}

#[test]
fn of_two_who_change_a_key_file_the_second_is_told() {
    let (_folder, _, key) = folder();
    let store = KeyFile::at(&key);
    let (first, second, third) =
        (Keys::generate().unwrap(), Keys::generate().unwrap(), Keys::generate().unwrap());
    assert_eq!(store.load().unwrap(), None);
    assert!(store.save(None, &first).unwrap());
    assert!(!store.save(None, &second).unwrap());
    assert!(!store.save(Some(&second), &third).unwrap());
    assert_eq!(store.load().unwrap(), Some(first.clone()));
    assert!(store.save(Some(&first), &second).unwrap());
    assert!(!store.save(Some(&first), &third).unwrap());
    assert_eq!(KeyFile::open(&key).unwrap(), second);
    #[cfg(unix)]
    assert_eq!(
        std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&key).unwrap().permissions()) & 0o777,
        0o600
    );
    let mut names: Vec<_> = fs::read_dir(key.parent().unwrap())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["optin.key", "optin.key-lock"]);
    assert_eq!(format!("{second:?} {store:?}").matches(&second.to_secret_text()[20..40]).count(), 0);
}

#[tokio::test]
async fn an_index_key_is_rotated_and_everybody_is_still_found() {
    let (_folder, path, key) = folder();
    KeyFile::open_or_create(&key).unwrap();
    let store = KeyFile::at(&key);
    let ledger = Arc::new(SqliteLedger::open(&path, KeyFile::open(&key).unwrap()).await.unwrap());
    let house = House::over(Arc::clone(&ledger));
    let (bob, eve) = (number("+33698765432"), number("+33698765433"));
    house.opt_in(house.ana).await;
    house.shop.erase(eve, "r-1").await.unwrap();
    assert_eq!(house.shop.rotate_index_key(&store).await.unwrap().generation, 2);
    house.opt_in(bob).await;
    for who in [house.ana, bob] {
        assert_eq!(house.refusals(who).await, [], "{who}");
    }
    assert!(house.shop.person(eve).await.unwrap().unwrap().state.erased);
    house.text(house.ana, "STOP").await;
    assert_eq!(house.shop.rotate_index_key(&store).await.unwrap().generation, 3);
    assert!(!house.refusals(house.ana).await.is_empty());
    house.shop.verify().await.unwrap().unwrap();
    let noted = rotations(&house, ledger).await;
    let generation = |index| KeysRotated { index, wrapping: false };
    assert_eq!(noted, [generation(2), generation(3)]);
    drop(house);
    let house = open(&path, &key).await;
    house.shop.verify().await.unwrap().unwrap();
    assert!(house.shop.person(eve).await.unwrap().unwrap().state.erased);
    assert_eq!(house.refusals(bob).await, []);
}

#[tokio::test]
async fn a_wrapping_key_is_rotated_and_the_old_one_opens_nothing() {
    let (_folder, path, key) = folder();
    let old = KeyFile::open_or_create(&key).unwrap();
    let store = KeyFile::at(&key);
    let ledger = Arc::new(SqliteLedger::open(&path, old.clone()).await.unwrap());
    let house = House::over(Arc::clone(&ledger));
    let people: Vec<_> = (0..300).map(|who| number(&format!("+33698765{who:03}"))).collect();
    for who in &people {
        house.shop.opt_in(*who, "soldes", consent()).await.unwrap();
    }
    house.shop.erase(people[3], "r-1").await.unwrap();
    let mut before = Vec::new();
    for row in ledger.scan(None, 999).await.unwrap() {
        before.extend(row.vault.map(|vault| ("an old wrapping".to_owned(), vault.key)));
    }
    let rotated = house.shop.rotate_wrapping_key(&store).await.unwrap();
    assert_eq!((rotated.rewrapped, rotated.resumed), (before.len() as u64, false));
    assert_eq!(rotations(&house, Arc::clone(&ledger)).await, [KeysRotated { index: 1, wrapping: true }]);
    house.shop.verify().await.unwrap().unwrap();
    house.opt_in(house.ana).await;
    drop(house);
    drop(ledger);
    assert_eq!(super::files::grep(path.parent().unwrap(), &before), []);
    assert!(matches!(SqliteLedger::open(&path, old).await, Err(LedgerError::WrongKey)));
    let house = open(&path, &key).await;
    house.shop.verify().await.unwrap().unwrap();
    let number = house.shop.history(people[7]).await.unwrap()[0].1[0].1.clone();
    assert_eq!(number, people[7].e164());
    assert!(fs::read_to_string(&key).unwrap().starts_with("optin-keys 1\n"));
}

#[tokio::test]
async fn another_process_with_the_old_keys_writes_nothing_until_it_takes_the_new_ones() {
    for wrapping in [false, true] {
        let (_folder, path, key) = folder();
        KeyFile::open_or_create(&key).unwrap();
        let store = KeyFile::at(&key);
        let (one, other) = (open(&path, &key).await, open(&path, &key).await);
        let (bob, zoe) = (number("+33698765432"), number("+33698765433"));
        one.opt_in(one.ana).await;
        other.opt_in(bob).await;
        if wrapping {
            one.shop.rotate_wrapping_key(&store).await.unwrap();
        } else {
            one.shop.rotate_index_key(&store).await.unwrap();
        }
        one.opt_in(zoe).await;
        let stop = |who| Inbound::text("stop-1", who, "36123", "STOP", other.now()).unwrap();
        for who in [zoe, bob] {
            let refused = other.shop.receive(stop(who)).await.unwrap_err();
            let typed = matches!(
                refused,
                ReceiveError::Book(BookError::Ledger(LedgerError::WrongKey) | BookError::Seal(_))
            );
            assert!(typed, "{refused:?}");
            assert!(one.codes(who).await.iter().all(|code| *code != "revoked"));
        }
        // A STOP that could not be stored holds here all the same.
        assert!(other.dispatch().await.accepted == 0);
        other.shop.reload_keys(&store).await.unwrap();
        other.shop.receive(stop(zoe)).await.unwrap();
        other.shop.receive(stop(bob)).await.unwrap();
        for who in [zoe, bob] {
            assert!(one.refusals(who).await.contains(&optin::policy::Code::Revoked));
            assert_eq!(one.shop.tenures(who).await.unwrap().len(), 1);
        }
        one.shop.verify().await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn another_ledgers_or_yesterdays_keys_are_refused() {
    let (_folder, path, key) = folder();
    KeyFile::open_or_create(&key).unwrap();
    let store = KeyFile::at(&key);
    let house = open(&path, &key).await;
    house.opt_in(house.ana).await;
    let (_other_folder, _, foreign) = folder();
    assert!(matches!(house.shop.rotate_index_key(&KeyFile::at(&foreign)).await, Err(RotateError::NoKeys)));
    KeyFile::open_or_create(&foreign).unwrap();
    for refused in [
        house.shop.rotate_index_key(&KeyFile::at(&foreign)).await,
        house.shop.rotate_wrapping_key(&KeyFile::at(&foreign)).await,
    ] {
        assert!(matches!(refused, Err(RotateError::OtherKeys)));
    }
    let yesterdays = fs::read(&key).unwrap();
    house.shop.rotate_wrapping_key(&store).await.unwrap();
    let todays = fs::read(&key).unwrap();
    fs::write(&key, &yesterdays).unwrap();
    assert!(matches!(house.shop.reload_keys(&store).await, Err(RotateError::OtherKeys)));
    assert!(matches!(house.shop.rotate_index_key(&store).await, Err(RotateError::OtherKeys)));
    house.opt_in(number("+33698765433")).await;
    fs::write(&key, &todays).unwrap();
    house.shop.reload_keys(&store).await.unwrap();
    house.shop.verify().await.unwrap().unwrap();
}

#[tokio::test]
async fn the_memory_ledger_rotates_too() {
    let (_folder, _, key) = folder();
    let ledger = Arc::new(MemoryLedger::with_keys(KeyFile::open_or_create(&key).unwrap()));
    let house = House::over(Arc::clone(&ledger));
    house.opt_in(house.ana).await;
    let store = KeyFile::at(&key);
    house.shop.rotate_index_key(&store).await.unwrap();
    assert_eq!(house.shop.rotate_wrapping_key(&store).await.unwrap().rewrapped, 1);
    house.shop.verify().await.unwrap().unwrap();
    assert_eq!(*ledger.keys(), KeyFile::open(&key).unwrap());
    assert_eq!(
        Book::new(ledger).number(&house.shop.person(house.ana).await.unwrap().unwrap()).unwrap(),
        house.ana
    );
}
