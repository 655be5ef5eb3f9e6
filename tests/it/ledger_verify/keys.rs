//! The right key, or none of it.

use std::sync::Arc;

use optin::{
    consent::event::Erased,
    ledger::{Book, BookError, Keys, LedgerError, MemoryLedger, SqliteLedger},
};

use super::{fill, ms, name, run, write};
use crate::walk::number;

#[tokio::test]
async fn a_wrong_key_does_not_open_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.optin");
    let keys = Keys::generate().unwrap();
    let ledger = SqliteLedger::open(&path, keys.clone()).await.unwrap();
    fill(&Book::new(Arc::new(ledger))).await;
    let refused = SqliteLedger::open(&path, Keys::generate().unwrap()).await;
    assert!(matches!(refused, Err(LedgerError::WrongKey)), "{refused:?}");
    let book = Book::new(Arc::new(SqliteLedger::open(&path, keys).await.unwrap()));
    book.verify().await.unwrap().unwrap();
}

#[test]
fn erasure_takes_key_values_and_number_and_leaves_the_chain() {
    let ledger = Arc::new(MemoryLedger::new().unwrap());
    let book = Book::new(Arc::clone(&ledger) as _);
    run(fill(&book));
    let ana = number("+33612345678");
    let mut person = run(book.find(ana)).unwrap().unwrap();
    assert!(run(book.history(&person)).unwrap().iter().any(|(_, values)| !values.is_empty()));
    person.stage(ms(60), Erased { request: name("r2"), rule: None }, &[]).unwrap();
    let person = run(write(&book, person));
    assert!(matches!(book.number(&person), Err(BookError::Erased)));
    let mut person = run(book.find(ana)).unwrap().unwrap();
    assert!(person.state.erased && person.whereabouts.is_none());
    assert!(run(book.history(&person)).unwrap().iter().all(|(_, values)| values.is_empty()));
    let note = [(optin::consent::PersonalField::Note, "x".to_owned())];
    let blocked = optin::consent::event::Unblocked { sender: name("36123") };
    assert!(matches!(person.stage(ms(61), blocked, &note), Err(BookError::Erased)));
    run(book.verify()).unwrap().unwrap();
}
