//! Checkpoints of real ledgers: proofs from kept hashes, one sequencer at a time, anchors, and backups brought back.

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use optin::{
    BuildError, ConsentError, Every, LaunchError, Messenger,
    clock::FixedClock,
    consent::{ConsentText, Event, OptIn, event::Heard},
    danger,
    dispatch::{Batch, Checkpointing, DispatchError},
    gateway::{Inbound, SimulatedCarrier},
    id::{Hash, InboundId, RecipientId},
    inbound::{Intent, ReceiveError},
    law::Rulebook,
    ledger::{
        Anchor, AnchorError, Anchored, Book, BookError, Checkpoint, CheckpointError, Envelope, FileAnchor,
        KeyFile, Keys, Ledger, MemoryLedger, SqliteLedger, TreeError, Urgency, Why, Written, leaf_hash,
        merkle::{empty_root, prove_consistency, prove_inclusion, root_of},
    },
    message::Values,
    place::ZoneTable,
};
use tempfile::TempDir;

use super::wait;
use crate::walk::{at, flash, number, soldes};

const TEXT: ConsentText = ConsentText { version: "v3", language: "fr", text: "J'accepte." };

/// Adds records to one person's stream.
fn add(book: &Book, count: u64) {
    let mut left = count;
    while left > 0 {
        let mut person = wait(book.find_or_open(number("+33612345678"), 0)).unwrap();
        let opening = u64::from(person.version == 0);
        let now = left.min(3_000);
        for nth in opening..now {
            let inbound = InboundId::of(&format!("{left} {nth}"));
            person.stage(0, Heard::new("other", inbound, 0), &[]).unwrap();
        }
        assert!(matches!(wait(book.write(person, Urgency::Normal)).unwrap(), Written::Done(_)));
        left -= now;
    }
}

fn leaves(book: &Book) -> Vec<Hash> {
    let log = wait(book.ledger().log(0, usize::MAX)).unwrap();
    log.iter().map(|record| leaf_hash(&record.envelope)).collect()
}

fn checkpoint(book: &Book) -> Checkpoint {
    wait(book.checkpoint(1)).unwrap()
}

fn proves_as_in_memory(book: &Book, all: &[Hash], size: u64, indexes: impl Iterator<Item = u64>) {
    let tree = &all[..usize::try_from(size).unwrap()];
    assert_eq!(wait(book.root(size)).unwrap(), root_of(tree));
    for index in indexes {
        let proof = wait(book.inclusion(index + 1, size)).unwrap();
        assert_eq!(Some(proof), prove_inclusion(tree, index), "{index} of {size}");
        let proof = wait(book.consistency(index, size)).unwrap();
        assert_eq!(Some(proof), prove_consistency(tree, index), "{index} to {size}");
    }
}

#[test]
fn proofs_from_kept_hashes_are_those_of_the_whole_tree() {
    let ledger = Arc::new(MemoryLedger::new().unwrap());
    let book = Book::new(Arc::clone(&ledger) as _);
    let sizes = [1, 3, 255, 257, 300, 511, 513, 1_000, 4_097];
    let mut signed = Vec::new();
    for size in sizes {
        let held = wait(ledger.head()).unwrap().leaves;
        add(&book, size - held);
        // The checkpoint's own record comes after what it covers.
        let taken = checkpoint(&book);
        assert_eq!(taken.size, size.max(held));
        signed.push(taken);
    }
    let all = leaves(&book);
    for taken in &signed {
        assert_eq!(taken.root, root_of(&all[..usize::try_from(taken.size).unwrap()]));
    }
    let whole = usize::try_from(signed.last().unwrap().size / 256).unwrap();
    assert_eq!(wait(ledger.nodes(1, 0, 99)).unwrap().len(), whole);
    for taken in &signed {
        let picked = (0..taken.size).filter(|index| taken.size < 300 || index % 211 == 0 || index % 256 < 2);
        proves_as_in_memory(
            &book,
            &all,
            taken.size,
            picked.filter(|index| taken.size < 300 || index % 3 == 0),
        );
    }
    for size in [2, 254, 256, 512, 4_096] {
        proves_as_in_memory(&book, &all, size, [0, 1, size / 2, size - 1].into_iter());
    }
    for pair in signed.windows(2) {
        let proof = wait(book.prove_extends(&pair[0], &pair[1])).unwrap();
        pair[1].extends(&pair[0], &proof).unwrap();
        pair[0].extends(&pair[1], &proof).unwrap_err();
    }
    let last = signed.last().unwrap();
    for leaf in [1, 2, 256, 257, last.size] {
        let proof = wait(book.prove(leaf, last)).unwrap();
        last.includes(all[usize::try_from(leaf).unwrap() - 1], &proof).unwrap();
        signed[0].includes(all[0], &proof).unwrap_err();
    }
    for (leaf, size) in [(0, 5), (6, 5), (u64::MAX, 5)] {
        let refused = wait(book.inclusion(leaf, size));
        assert!(matches!(refused, Err(BookError::Tree(TreeError::Beyond { .. }))), "{refused:?}");
    }
    let beyond = wait(book.inclusion(1, 1_000_000));
    assert!(matches!(beyond, Err(BookError::Tree(TreeError::Short { .. }))), "{beyond:?}");
    assert!(wait(book.consistency(6, 5)).is_err());
}

/// Two levels of kept hashes, a checkpoint from scratch and one on top; and without the cache all the same.
#[test]
fn hashes_of_two_levels_are_kept_and_can_be_lost() {
    let ledger = Arc::new(MemoryLedger::new().unwrap());
    let book = Book::new(Arc::clone(&ledger) as _);
    add(&book, 65_536 + 700);
    let first = checkpoint(&book);
    add(&book, 300);
    let second = checkpoint(&book);
    assert_eq!(wait(ledger.nodes(2, 0, 9)).unwrap().len(), 1);
    assert_eq!(wait(ledger.nodes(1, 0, 999)).unwrap().len(), 65_536 / 256 + 3);
    let all = leaves(&book);
    assert_eq!(wait(ledger.nodes(2, 0, 9)).unwrap(), [root_of(&all[..65_536])]);
    for taken in [&first, &second] {
        let size = usize::try_from(taken.size).unwrap();
        assert_eq!(taken.root, root_of(&all[..size]));
        for leaf in [1, 700, 65_536, 65_537, taken.size] {
            let proof = wait(book.inclusion(leaf, taken.size)).unwrap();
            taken.includes(all[usize::try_from(leaf).unwrap() - 1], &proof).unwrap();
        }
    }
    let proof = wait(book.prove_extends(&first, &second)).unwrap();
    assert_eq!(Some(proof), prove_consistency(&all[..usize::try_from(second.size).unwrap()], first.size));
}

#[test]
fn a_wrong_kept_hash_is_neither_signed_nor_given_out_as_a_proof() {
    let ledger = Arc::new(MemoryLedger::new().unwrap());
    let book = Book::new(Arc::clone(&ledger) as _);
    add(&book, 1_000);
    let taken = checkpoint(&book);
    let kept = wait(ledger.nodes(1, 1, 1)).unwrap();
    wait(ledger.put_nodes(1, 1, vec![Hash([9; 32])])).unwrap();
    let refused = wait(book.prove(1, &taken));
    assert!(matches!(refused, Err(BookError::Tree(TreeError::Unsound { .. }))), "{refused:?}");
    add(&book, 10);
    let refused = wait(book.checkpoint(2));
    let forked =
        matches!(refused, Err(CheckpointError::Book(BookError::Tree(TreeError::Forked { size: 1_000 }))));
    assert!(forked, "{refused:?}");
    let flaw = wait(book.verify()).unwrap().unwrap_err();
    assert_eq!((flaw.leaf, flaw.stream), (Some(257), None), "{flaw}");
    wait(ledger.put_nodes(1, 1, kept)).unwrap();
    checkpoint(&book);
    wait(book.verify()).unwrap().unwrap();
}

#[test]
fn nothing_new_gives_the_last_one_and_each_is_on_record() {
    let ledger = Arc::new(MemoryLedger::new().unwrap());
    let book = Book::new(Arc::clone(&ledger) as _);
    assert!(matches!(wait(book.checkpoint(1)), Err(CheckpointError::Empty)));
    assert_eq!(wait(book.latest_checkpoint()).unwrap(), None);
    assert_eq!(wait(book.root(0)).unwrap(), empty_root());
    add(&book, 5);
    let one = checkpoint(&book);
    assert_eq!((one.size, wait(ledger.head()).unwrap().leaves), (5, 6));
    assert_eq!(checkpoint(&book), one);
    assert_eq!(wait(ledger.head()).unwrap().leaves, 6);
    add(&book, 1);
    let two = checkpoint(&book);
    assert_eq!((two.size, &two.origin), (7, &one.origin));
    assert_eq!(wait(book.latest_checkpoint()).unwrap(), Some(two.clone()));
    let house = wait(ledger.records(RecipientId::HOUSE, 1, 9)).unwrap();
    let notes: Vec<_> = house
        .iter()
        .filter_map(|record| match Envelope::from_bytes(&record.envelope).unwrap().event {
            Event::Checkpointed(said) => Some(said.note),
            _ => None,
        })
        .collect();
    assert_eq!(notes, [one.note.clone(), two.note]);
    let key = wait(book.note_key()).unwrap();
    assert_eq!(Checkpoint::open(&one.note, std::slice::from_ref(&key)).unwrap(), one);
    assert_eq!(key.name(), one.origin);
    assert_eq!(Some(*key.public()), ledger.keys().verifying_key());
    // Another ledger under the same keys is another log.
    let other = Book::new(Arc::new(MemoryLedger::with_keys(ledger.keys().clone())));
    add(&other, 5);
    assert_ne!(checkpoint(&other).origin, one.origin);
}

#[test]
fn keys_of_before_sign_nothing_and_say_what_to_do() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("key");
    let text = format!("optin-keys 1\nindex 1 {}\nwrapping {}\n", Hash([1; 32]), Hash([2; 32]));
    fs::write(&path, &text).unwrap();
    let old = KeyFile::open_or_create(&path).unwrap();
    assert_eq!(old.verifying_key(), None);
    let book = Book::new(Arc::new(MemoryLedger::with_keys(old)));
    add(&book, 3);
    let refused = wait(book.checkpoint(1)).unwrap_err();
    assert!(matches!(refused, CheckpointError::NoSigningKey) && refused.to_string().contains("`signing`"));
    fs::write(&path, format!("{text}signing {}\n", Hash([3; 32]))).unwrap();
    let new = KeyFile::open_or_create(&path).unwrap();
    assert!(new.verifying_key().is_some());
    let ledger = MemoryLedger::with_keys(new);
    let book = Book::new(Arc::new(ledger));
    add(&book, 3);
    checkpoint(&book);
    for wrong in ["signing 00\n", "signing\n", "signing x y\n"] {
        fs::write(&path, format!("{text}{wrong}")).unwrap();
        assert!(KeyFile::open_or_create(&path).is_err(), "{wrong}");
    }
    let fresh = KeyFile::open_or_create(folder.path().join("new")).unwrap();
    let again = KeyFile::open_or_create(folder.path().join("new")).unwrap();
    assert_eq!(fresh.verifying_key(), again.verifying_key());
    assert!(fresh.verifying_key().is_some());
    let seed = fs::read_to_string(folder.path().join("new")).unwrap();
    let seed = seed.lines().find_map(|line| line.strip_prefix("signing ")).unwrap();
    assert!(!format!("{fresh:?}").contains(seed));
}

#[test]
fn sequencers_in_several_handles_take_turns() {
    let folder = TempDir::new().unwrap();
    let (path, keys) = (folder.path().join("shop.optin"), Keys::generate().unwrap());
    let open = || Book::new(Arc::new(wait(SqliteLedger::open(&path, keys.clone())).unwrap()));
    add(&open(), 600);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let book = open();
                for _ in 0..4 {
                    let house = wait(book.house()).unwrap();
                    drop(house);
                    checkpoint(&book);
                    let mut person = wait(book.find_or_open(number("+33698765432"), 0)).unwrap();
                    let inbound = InboundId::of("x");
                    person.stage(0, Heard::new("other", inbound, 0), &[]).unwrap();
                    drop(wait(book.write(person, Urgency::Normal)));
                }
            });
        }
    });
    let book = open();
    let last = checkpoint(&book);
    let all = leaves(&book);
    assert_eq!(last.root, root_of(&all[..usize::try_from(last.size).unwrap()]));
    let verified = wait(book.verify()).unwrap().unwrap();
    assert!(verified.checkpoints >= 4, "{verified:?}");
}

/// An anchor that can be made to fail.
#[derive(Debug, Default, Clone)]
struct Shelf(Arc<Mutex<(Vec<String>, bool)>>);

impl Anchor for Shelf {
    async fn put(&self, note: &str) -> Result<(), AnchorError> {
        let mut shelf = self.0.lock().unwrap();
        if shelf.1 {
            return Err(AnchorError::new("putting", "out of order"));
        }
        shelf.0.push(note.to_owned());
        Ok(())
    }
    async fn newest(&self) -> Result<Option<String>, AnchorError> {
        let shelf = self.0.lock().unwrap();
        if shelf.1 { Err(AnchorError::new("reading", "out of order")) } else { Ok(shelf.0.last().cloned()) }
    }
}

struct Shop {
    shop: Messenger,
    clock: Arc<FixedClock>,
    carrier: Arc<SimulatedCarrier>,
}

fn open(path: &Path, keys: &Keys, anchor: impl Anchor, every: &[Every]) -> Result<Shop, BuildError> {
    let ledger = wait(SqliteLedger::open(path, keys.clone())).unwrap();
    let clock = Arc::new(FixedClock::at(at("2026-11-27T09:00:00Z")));
    let carrier = Arc::new(SimulatedCarrier::seeded(7));
    let builder = Messenger::builder(ledger, Rulebook::builtin())
        .program(soldes())
        .gateway(Arc::clone(&carrier))
        .clock(Arc::clone(&clock))
        .zones(ZoneTable::bundled())
        .anchor(anchor);
    let shop = every.iter().fold(builder, |builder, every| builder.checkpoint_every(*every)).build()?;
    Ok(Shop { shop, clock, carrier })
}

fn opts_in(shop: &Messenger, who: &str) -> Result<(), ConsentError> {
    wait(shop.opt_in(number(who), "soldes", OptIn::checkbox(&TEXT))).map(drop)
}

fn stops(shop: &Messenger, id: &str, who: &str) -> Intent {
    let stop = Inbound::text(id, number(who), "36123", "STOP", at("2026-11-27T09:00:00Z")).unwrap();
    wait(shop.receive(stop)).unwrap().intent
}

fn is_restored<T>(answer: Result<T, BookError>, wanted: Why) {
    match answer {
        Err(BookError::Restored(restored)) => assert_eq!(restored.why, wanted),
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("a restored ledger was used"),
    }
}

#[test]
fn a_restored_backup_takes_in_stop_only() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str| folder.path().join(name);
    let (path, keys) = (file("shop.optin"), Keys::generate().unwrap());
    let anchor = || FileAnchor::new(file("anchor"));
    let before = open(&path, &keys, anchor(), &[]).unwrap().shop;
    for who in ["+33612345678", "+33698765432", "+33611111111"] {
        opts_in(&before, who).unwrap();
    }
    let early = wait(before.checkpoint()).unwrap();
    assert!(matches!(early.anchored, Anchored::Yes));
    let launched = flash(vec![(number("+33612345678"), Values::new())]);
    let plan = wait(before.plan(launched.clone())).unwrap();
    wait(before.launch(plan.approve("lea@maisonlune.fr").unwrap())).unwrap();
    drop(before);
    fs::copy(&path, file("backup")).unwrap();
    let on = open(&path, &keys, anchor(), &[]).unwrap().shop;
    assert_eq!(stops(&on, "in-1", "+33612345678"), Intent::Stop);
    // Far enough that the copy does not catch up before it is looked at.
    for nth in 10..30 {
        opts_in(&on, &format!("+336444444{nth}")).unwrap();
    }
    let late = wait(on.checkpoint()).unwrap();
    let proof = wait(on.consistency_proof(&early.checkpoint, &late.checkpoint)).unwrap();
    late.checkpoint.extends(&early.checkpoint, &proof).unwrap();
    drop(on);
    fs::copy(file("backup"), &path).unwrap();

    // The person's STOP is gone from the copy: nobody may be written to.
    let Shop { shop, carrier, .. } = open(&path, &keys, anchor(), &[]).unwrap();
    let refused = opts_in(&shop, "+33622222222").unwrap_err();
    let ConsentError::Book(refused) = refused else { panic!("{refused:?}") };
    assert!(refused.to_string().contains("accept_restored"), "{refused}");
    is_restored(Err::<(), _>(refused), Why::Older);
    let plan = wait(shop.plan(flash(vec![(number("+33698765432"), Values::new())]))).unwrap();
    match wait(shop.launch(plan.approve("lea@maisonlune.fr").unwrap())) {
        Err(LaunchError::Book(error)) => is_restored(Err::<(), _>(error), Why::Older),
        other => panic!("{other:?}"),
    }
    match wait(shop.import("list", Vec::new(), |_, _| {})) {
        Err(ConsentError::Book(error)) => is_restored(Err::<(), _>(error), Why::Older),
        other => panic!("{other:?}"),
    }
    match wait(shop.checkpoint()) {
        Err(CheckpointError::Book(error)) => is_restored(Err::<(), _>(error), Why::Older),
        other => panic!("{other:?}"),
    }
    assert_eq!(stops(&shop, "in-2", "+33698765432"), Intent::Stop);
    let help = Inbound::text("in-3", number("+33611111111"), "36123", "AIDE", at("2026-11-27T09:00:00Z"));
    assert_eq!(wait(shop.receive(help.unwrap())).unwrap().intent, Intent::Help);
    // What the copy knows of her may have ended since: nothing is opened.
    let start = Inbound::text("in-4", number("+33612345678"), "36123", "START", at("2026-11-27T09:00:00Z"));
    match wait(shop.receive(start.unwrap())) {
        Err(ReceiveError::Book(error)) => is_restored(Err::<(), _>(error), Why::Older),
        other => panic!("{other:?}"),
    }
    for _ in 0..3 {
        match wait(shop.dispatch(Batch::default())) {
            Err(DispatchError::Book(error)) => is_restored(Err::<(), _>(error), Why::Older),
            other => panic!("{other:?}"),
        }
    }
    // The campaign of the copy waits, the answer to HELP waits, the STOP is confirmed.
    assert_eq!(carrier.taken_count(), 1);
    drop(shop);

    // Grown past the anchored size, it is another history.
    let grown = open(&path, &keys, anchor(), &[]).unwrap().shop;
    for nth in 10..50 {
        stops(&grown, &format!("more-{nth}"), &format!("+336555555{nth}"));
    }
    drop(grown);
    let Shop { shop, clock, carrier } = open(&path, &keys, anchor(), &[]).unwrap();
    match opts_in(&shop, "+33622222222") {
        Err(ConsentError::Book(error)) => is_restored(Err::<(), _>(error), Why::Forked),
        other => panic!("{other:?}"),
    }
    let accepted = wait(danger::accept_restored(&shop, "disk lost, list of STOPs brought in")).unwrap();
    assert!(matches!(accepted.anchored, Anchored::Yes));
    opts_in(&shop, "+33622222222").unwrap();
    clock.advance(Duration::from_secs(70));
    wait(shop.dispatch(Batch::default())).unwrap();
    assert!(carrier.taken_count() >= 1);
    wait(shop.verify()).unwrap().unwrap();
    drop(shop);
    // The next start compares with what was accepted, and the reason is on record.
    let shop = open(&path, &keys, anchor(), &[]).unwrap().shop;
    opts_in(&shop, "+33633333333").unwrap();
    drop(shop);
    let book = Book::new(Arc::new(wait(SqliteLedger::open(&path, keys)).unwrap()));
    let house = wait(book.house()).unwrap();
    let reasons: Vec<_> = wait(book.history(&house))
        .unwrap()
        .into_iter()
        .filter_map(|(envelope, _)| match envelope.event {
            Event::Danger(danger) => Some((danger.what, danger.reason)),
            _ => None,
        })
        .collect();
    assert_eq!(reasons.len(), 1);
    assert!(reasons[0].0 == "accept_restored" && reasons[0].1.contains("disk lost"), "{reasons:?}");
    assert_eq!(FileAnchor::new(file("anchor")).notes().unwrap().len(), 3);
}

#[test]
fn an_anchor_that_cannot_be_read_or_is_another_s_stops_everything_but_stop() {
    let folder = TempDir::new().unwrap();
    let (path, keys, shelf) = (folder.path().join("shop.optin"), Keys::generate().unwrap(), Shelf::default());
    shelf.0.lock().unwrap().1 = true;
    let shop = open(&path, &keys, shelf.clone(), &[]).unwrap().shop;
    let refused = opts_in(&shop, "+33612345678");
    assert!(matches!(refused, Err(ConsentError::Book(BookError::Anchor(_)))), "{refused:?}");
    assert_eq!(stops(&shop, "in-1", "+33612345678"), Intent::Stop);
    shelf.0.lock().unwrap().1 = false;
    opts_in(&shop, "+33612345678").unwrap();
    drop(shop);
    // A note of another ledger, one that nobody signed, and no note at all.
    let other = Book::new(Arc::new(MemoryLedger::with_keys(keys.clone())));
    add(&other, 2);
    for foreign in [checkpoint(&other).note, "no note".to_owned(), String::new()] {
        shelf.0.lock().unwrap().0.push(foreign);
        let shop = open(&path, &keys, shelf.clone(), &[]).unwrap().shop;
        match opts_in(&shop, "+33612345678") {
            Err(ConsentError::Book(error)) => is_restored(Err::<(), _>(error), Why::Foreign),
            other => panic!("{other:?}"),
        }
    }
    // An empty ledger under an anchor that knows one: the file was lost.
    let empty = open(&folder.path().join("new.optin"), &keys, shelf, &[]).unwrap().shop;
    match opts_in(&empty, "+33612345678") {
        Err(ConsentError::Book(error)) => is_restored(Err::<(), _>(error), Why::Foreign),
        other => panic!("{other:?}"),
    }
}

/// A lost file, a mistyped path: nothing tells that the ledger is not a backup.
#[test]
fn an_anchor_that_holds_nothing_lets_no_ledger_with_checkpoints_through() {
    let folder = TempDir::new().unwrap();
    let (path, keys) = (folder.path().join("shop.optin"), Keys::generate().unwrap());
    let shop = open(&path, &keys, Shelf::default(), &[]).unwrap().shop;
    opts_in(&shop, "+33612345678").unwrap();
    wait(shop.checkpoint()).unwrap();
    drop(shop);
    let shop = open(&path, &keys, Shelf::default(), &[]).unwrap().shop;
    match opts_in(&shop, "+33633333333") {
        Err(ConsentError::Book(error)) => is_restored(Err::<(), _>(error), Why::Missing),
        other => panic!("{other:?}"),
    }
    assert_eq!(stops(&shop, "in-1", "+33612345678"), Intent::Stop);
    wait(danger::accept_restored(&shop, "the anchor moved")).unwrap();
    opts_in(&shop, "+33633333333").unwrap();
}

#[test]
fn a_failed_anchor_hides_no_checkpoint_and_is_asked_again() {
    let folder = TempDir::new().unwrap();
    let (path, keys, shelf) = (folder.path().join("shop.optin"), Keys::generate().unwrap(), Shelf::default());
    let shop = open(&path, &keys, shelf.clone(), &[]).unwrap().shop;
    opts_in(&shop, "+33612345678").unwrap();
    shelf.0.lock().unwrap().1 = true;
    let taken = wait(shop.checkpoint()).unwrap();
    let Anchored::Failed(error) = taken.anchored else { panic!("{taken:?}") };
    assert_eq!(error.to_string(), "putting failed".replace("putting", "reading"));
    shelf.0.lock().unwrap().1 = false;
    let again = wait(shop.checkpoint()).unwrap();
    assert!(matches!(again.anchored, Anchored::Yes));
    assert_eq!(again.checkpoint, taken.checkpoint);
    wait(shop.checkpoint()).unwrap();
    assert_eq!(shelf.0.lock().unwrap().0, [taken.checkpoint.note]);
}

#[test]
fn dispatch_takes_checkpoints_when_they_are_due() {
    let folder = TempDir::new().unwrap();
    let (path, keys, shelf) = (folder.path().join("shop.optin"), Keys::generate().unwrap(), Shelf::default());
    let every = [Every::Records(10), Every::Time(Duration::from_secs(3_600))];
    let Shop { shop, clock, .. } = open(&path, &keys, shelf.clone(), &every).unwrap();
    let dispatch = || wait(shop.dispatch(Batch::default())).unwrap().checkpoint;
    assert_eq!(dispatch(), Checkpointing::NotDue, "nothing is on record");
    opts_in(&shop, "+33612345678").unwrap();
    assert_eq!(dispatch(), Checkpointing::Done, "none was ever taken");
    assert_eq!(dispatch(), Checkpointing::NotDue);
    clock.advance(Duration::from_secs(3_700));
    assert_eq!(dispatch(), Checkpointing::NotDue, "nothing new");
    opts_in(&shop, "+33698765432").unwrap();
    shelf.0.lock().unwrap().1 = true;
    assert_eq!(dispatch(), Checkpointing::NotAnchored, "an hour is over");
    shelf.0.lock().unwrap().1 = false;
    for nth in 0..9 {
        opts_in(&shop, &format!("+3361111111{nth}")).unwrap();
    }
    assert_eq!(dispatch(), Checkpointing::Done, "ten records");
    drop(shop);
    // Another process goes on from what is on record.
    let Shop { shop, .. } = open(&path, &keys, shelf.clone(), &every[..1]).unwrap();
    assert_eq!(wait(shop.dispatch(Batch::default())).unwrap().checkpoint, Checkpointing::NotDue);
    assert_eq!(shelf.0.lock().unwrap().0.len(), 2);
}

#[test]
fn an_anchor_s_file_is_only_added_to_and_survives_a_torn_note() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("anchor");
    let anchor = FileAnchor::new(&path);
    assert_eq!(wait(Anchor::newest(&anchor)).unwrap(), None);
    let note = |nth: u8| format!("optin/x\n{nth}\nroot\n\n\u{2014} optin/x sig{nth}\n");
    wait(Anchor::put(&anchor, &note(1))).unwrap();
    wait(Anchor::put(&anchor, &note(2))).unwrap();
    assert_eq!(anchor.notes().unwrap(), [note(1), note(2)]);
    let whole = fs::read_to_string(&path).unwrap();
    for cut in 1..note(2).len() + 3 {
        let cut = whole.floor_char_boundary(whole.len() - cut);
        fs::write(&path, &whole[..cut]).unwrap();
        assert_eq!(wait(Anchor::newest(&anchor)).unwrap(), Some(note(1)), "{:?}", &whole[..cut]);
        wait(Anchor::put(&anchor, &note(3))).unwrap();
        assert_eq!(wait(Anchor::newest(&anchor)).unwrap(), Some(note(3)));
        assert!(fs::read_to_string(&path).unwrap().starts_with(&whole[..cut]));
    }
    let missing = FileAnchor::new(folder.path().join("no/such/folder"));
    assert!(wait(Anchor::put(&missing, "x")).is_err());
    assert!(wait(Anchor::newest(&FileAnchor::new(folder.path()))).is_err());
}
