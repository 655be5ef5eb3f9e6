//! An import is taken back by new records.

use super::{shop, take};
use crate::{receive::consent, walk::number};

const LIST: &str = "phone,sms_consent\n+33612345671,yes\n+33612345672,yes\n+33612345673,no\n+33612345674,bounced\n+33612345675,\n";

async fn open(shop: &optin::Messenger) -> Vec<bool> {
    let mut all = Vec::new();
    for at in 1..=5 {
        let person = shop.person(number(&format!("+3361234567{at}"))).await.unwrap();
        let name = optin::id::Name::new("soldes").unwrap();
        all.push(person.is_some_and(|person| person.state.stands_open(&name)));
    }
    all
}

#[tokio::test]
async fn its_consents_go_and_its_opt_outs_stay() {
    let (shop, ledger) = shop();
    take(&shop, "list", LIST).await.unwrap();
    assert_eq!(open(&shop).await, [true, true, false, false, false]);
    // One of them has agreed by herself since.
    shop.opt_in(number("+33612345672"), "soldes", consent()).await.unwrap();
    let before = optin::ledger::Ledger::head(&*ledger).await.unwrap().leaves;
    let undone = shop.undo_import("list").await.unwrap();
    assert_eq!((undone.consents, undone.stay), (2, 2));
    assert_eq!(open(&shop).await, [false, true, false, false, false]);
    // Two records of people and one of the house; nothing is gone.
    let after = optin::ledger::Ledger::head(&*ledger).await.unwrap().leaves;
    assert_eq!(after - before, 3);
    assert_eq!(shop.undo_import("list").await.unwrap(), undone);
    assert_eq!(optin::ledger::Ledger::head(&*ledger).await.unwrap().leaves, after);
    assert!(shop.verify().await.unwrap().is_ok());
    let error = take(&shop, "list", LIST).await.unwrap_err();
    assert!(error.to_string().contains("was taken back"), "{error}");
    // Under another name the list may come again.
    take(&shop, "again", LIST).await.unwrap();
    assert_eq!(open(&shop).await, [true, true, false, false, false]);
}

#[tokio::test]
async fn an_import_that_never_was_takes_nothing_back() {
    let (shop, _) = shop();
    take(&shop, "list", LIST).await.unwrap();
    let undone = shop.undo_import("other").await.unwrap();
    assert_eq!((undone.consents, undone.stay), (0, 0));
    assert_eq!(open(&shop).await, [true, true, false, false, false]);
}

/// Another process takes the import back while it runs: whatever was written in between goes too.
#[test]
fn an_import_that_is_taken_back_while_it_runs_leaves_nobody_open() {
    let (shop, _) = shop();
    let people: Vec<_> = (0..600).map(|nth| format!("+3361234{nth:04}")).collect();
    let list = format!("phone,sms_consent\n{},yes\n", people.join(",yes\n"));
    let mut commits = 0;
    let progress = |_: &optin::Progress| {
        commits += 1;
        if commits == 1 {
            let other = shop.clone();
            let undone = std::thread::spawn(move || optin::blocking::wait(other.undo_import("list")));
            assert_eq!(undone.join().unwrap().unwrap().consents, 256);
        }
    };
    let options = super::options();
    let import = shop.import_list("list", std::io::Cursor::new(&list), &options, |_, _| {}, progress);
    let ended = optin::blocking::wait(import);
    assert!(matches!(ended, Err(optin::ImportError::TakenBack(_))), "{ended:?}");
    assert_eq!(commits, 1, "it went on");
    let name = optin::id::Name::new("soldes").unwrap();
    for person in people {
        let person = optin::blocking::wait(shop.person(number(&person))).unwrap();
        assert!(person.is_none_or(|person| !person.state.stands_open(&name)));
    }
    let again = optin::blocking::wait(take(&shop, "list", LIST));
    assert!(matches!(again, Err(optin::ImportError::TakenBack(_))));
}
