//! What was not touched is whole, on each ledger; and a stream longer than a page is read to its end.

use std::sync::Arc;

use optin::{
    consent::event::Heard,
    id::InboundId,
    ledger::{Book, Keys, MemoryLedger, SqliteLedger},
};

use super::{Blame, Forged, fill, found, genuine, kinds, ms, run, verify, write};
use crate::walk::number;

#[test]
fn the_ledger_of_these_tests_has_every_kind_of_record() {
    let all = [
        "opened",
        "opted_in",
        "asked",
        "confirmed",
        "imported",
        "revoked",
        "restarted",
        "heard",
        "suspended",
        "unsuspended",
        "reminded",
        "miscoded",
        "questioned",
        "replied",
        "started",
        "concluded",
        "reported",
        "located",
        "blocked",
        "unblocked",
        "reassigned",
        "erased",
        "text_kept",
        "approved",
        "danger",
        "import_run",
        "bounced",
        "import_undone",
        "checked",
        "import_taken_back",
        "register_loaded",
        "retention_run",
        "keys_rotated",
        "bans_loaded",
    ];
    assert_eq!(kinds(&genuine()), all.into_iter().collect());
}

#[tokio::test]
async fn an_untouched_ledger_is_whole() {
    let verified = verify(genuine()).unwrap();
    assert_eq!((verified.streams, verified.records), (4, verified.head.leaves));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("shop.optin");
    let keys = Keys::generate().unwrap();
    let ledger = SqliteLedger::open(&path, keys.clone()).await.unwrap();
    let book = Book::new(Arc::new(ledger));
    fill(&book).await;
    let on_disk = book.verify().await.unwrap().unwrap();
    assert_eq!((on_disk.streams, on_disk.records), (verified.streams, verified.records));
    drop(book);
    let again = Book::new(Arc::new(SqliteLedger::open(&path, keys).await.unwrap()));
    assert_eq!(again.verify().await.unwrap().unwrap(), on_disk);
    let empty = Book::new(Arc::new(MemoryLedger::new().unwrap()));
    assert_eq!(empty.verify().await.unwrap().unwrap().records, 0);
}

#[test]
fn changes_on_both_sides_of_a_page_are_named() {
    let ledger = Arc::new(MemoryLedger::new().unwrap());
    let book = Book::new(Arc::clone(&ledger) as _);
    let mut person = run(book.find_or_open(number("+33612345678"), ms(0))).unwrap();
    for nth in 0..1_100 {
        let inbound = InboundId::of(&nth.to_string());
        let heard = Heard::new("other", inbound, ms(nth));
        person.stage(ms(nth), heard, &[]).unwrap();
    }
    run(write(&book, person));
    let genuine = run(Forged::of(ledger));
    for place in [0, 1, 510, 511, 512, 513, 1_023, 1_024, 1_099, 1_100] {
        let mut forged = genuine.clone();
        let envelope = &mut forged.log[place].envelope;
        let last = envelope.len() - 1;
        envelope[last] ^= 1;
        found(&genuine, forged, Blame::Record(place), "a bit near the end of a page");
    }
    for left in [511, 512, 513, 1_024] {
        let mut forged = genuine.clone();
        forged.log.truncate(left);
        assert_eq!(verify(forged).unwrap_err().seq, Some(left as u64 + 1));
    }
}
