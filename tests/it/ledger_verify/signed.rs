//! What only a signature tells: a ledger made anew up to its head, by somebody without the signing key.

use std::sync::Arc;

use optin::{
    consent::{Event, event::Heard},
    id::{Hash, InboundId, RecipientId},
    ledger::{Book, Checkpoint, Envelope, Keys, Ledger, MemoryLedger, Person, TreeError, Why},
    phone::PhoneNumber,
};

use super::{Forged, fill, genuine, ms, order::head, run, verify, write};
use crate::walk::number;

fn hear(book: &Book, who: PhoneNumber, minute: i64) {
    let mut person: Person = run(book.find_or_open(who, ms(minute))).unwrap();
    let heard = Heard::new("other", InboundId([1; 16]), ms(minute));
    person.stage(ms(minute), heard, &[]).unwrap();
    run(write(book, person));
}

/// A filled ledger with three checkpoints and records after each.
fn signed() -> (Arc<MemoryLedger>, Book, Vec<Checkpoint>) {
    let ledger = Arc::new(MemoryLedger::new().unwrap());
    let book = Book::new(Arc::clone(&ledger) as _);
    run(fill(&book));
    let mut checkpoints = Vec::new();
    for nth in 0..3 {
        for minute in 0..90 {
            hear(
                &book,
                number(if minute % 3 == 0 { "+33655555555" } else { "+33666666666" }),
                nth * 100 + minute,
            );
        }
        checkpoints.push(run(book.checkpoint(ms(nth * 100 + 95))).unwrap());
    }
    hear(&book, number("+33677777777"), 400);
    (ledger, book, checkpoints)
}

fn forged(ledger: &Arc<MemoryLedger>) -> Forged {
    run(Forged::of(Arc::clone(ledger) as _))
}

#[test]
fn a_ledger_with_checkpoints_is_whole() {
    let (ledger, ..) = signed();
    let verified = verify(forged(&ledger)).unwrap();
    assert_eq!((verified.checkpoints, verified.streams), (3, 7));
    assert!(!run(ledger.nodes(1, 0, 9)).unwrap().is_empty());
}

/// Whole streams left out, everything counted and hashed anew: chains, rows and head fit. The root does not.
#[test]
fn a_person_left_out_of_a_ledger_made_anew() {
    let (ledger, ..) = signed();
    let genuine = forged(&ledger);
    for row in genuine.rows.iter().filter(|row| row.stream != RecipientId::HOUSE) {
        // Nothing was signed since the last person came.
        if genuine.log.last().unwrap().stream == row.stream {
            continue;
        }
        let mut anew = genuine.clone();
        anew.log.retain(|record| record.stream != row.stream);
        anew.rows.retain(|held| held.stream != row.stream);
        let anew = anew.renumbered();
        let anew = Forged { head: head(&anew), ..anew };
        let flaw = verify(anew).unwrap_err();
        assert!(flaw.what.contains("checkpoint"), "{flaw}");
        assert_eq!(flaw.stream, Some(RecipientId::HOUSE));
    }
}

/// Records of two streams that changed places, under a new head: the tree knows their order.
#[test]
fn neighbours_that_changed_places_under_a_new_head() {
    let (ledger, _, checkpoints) = signed();
    let genuine = forged(&ledger);
    let signed = usize::try_from(checkpoints[2].size).unwrap();
    for place in (1..signed).filter(|place| genuine.log[place - 1].stream != genuine.log[*place].stream) {
        let mut anew = genuine.clone();
        anew.log.swap(place - 1, place);
        let anew = anew.renumbered();
        let anew = Forged { head: head(&anew), ..anew };
        let flaw = verify(anew).unwrap_err();
        assert!(flaw.what.contains("checkpoint"), "{place}: {flaw}");
    }
}

/// A ledger of every moment of the past is whole in itself; its checkpoints and its anchor say how far it must go.
#[test]
fn the_tail_cut_at_every_record_under_a_consistent_head() {
    let ledger = Arc::new(MemoryLedger::new().unwrap());
    let book = Book::new(Arc::clone(&ledger) as _);
    let mut past = Vec::new();
    for nth in 0..40 {
        hear(&book, number(if nth % 3 == 0 { "+33655555555" } else { "+33666666666" }), nth);
        past.push(forged(&ledger));
        if nth % 10 == 9 {
            run(book.checkpoint(ms(nth))).unwrap();
            past.push(forged(&ledger));
        }
    }
    hear(&book, number("+33655555555"), 90);
    let anchored = run(book.checkpoint(ms(91))).unwrap();
    for old in past {
        let held = old.head.leaves;
        // Its kept hashes would be of its time too.
        let (verified, book) = (verify(old.clone()), Book::new(Arc::new(old)));
        assert!(verified.is_ok(), "{verified:?}");
        let restored = run(book.fits_anchored(&anchored.note)).unwrap().unwrap_err();
        assert_eq!((restored.why, restored.held), (Why::Older, held));
        assert!(run(book.consistency(1, anchored.size)).is_err());
    }
    run(book.fits_anchored(&anchored.note)).unwrap().unwrap();
    // As many records, and others.
    let other = Arc::new(MemoryLedger::with_keys(ledger.keys().clone()));
    let other_book = Book::new(Arc::clone(&other) as _);
    (0..60).for_each(|nth| hear(&other_book, number("+33655555555"), nth));
    let why = run(other_book.fits_anchored(&anchored.note)).unwrap().unwrap_err().why;
    assert_eq!(why, Why::Foreign, "another first record is another origin");
    let mut forked = forged(&ledger);
    forked.log.swap(20, 21);
    let forked = forked.renumbered();
    let why = run(Book::new(Arc::new(forked)).fits_anchored(&anchored.note)).unwrap().unwrap_err().why;
    assert_eq!(why, Why::Forked);
}

/// A checkpoint cut off with what it covers: its record is in the middle of the file.
#[test]
fn records_that_a_checkpoint_covers_are_missing() {
    let (ledger, _, checkpoints) = signed();
    let genuine = forged(&ledger);
    let ours = |record: &&optin::ledger::StoredRecord| {
        Envelope::from_bytes(&record.envelope).is_ok_and(|e| matches!(e.event, Event::Checkpointed(_)))
    };
    let records: Vec<_> = genuine.log.iter().filter(ours).cloned().collect();
    assert_eq!(records.len(), 3);
    // Everything between the second and the third checkpoint is gone, the third stays.
    let (from, to) =
        (usize::try_from(checkpoints[1].size).unwrap() + 1, usize::try_from(checkpoints[2].size).unwrap());
    let mut anew = genuine.clone();
    anew.log.drain(from..to);
    let anew = anew.renumbered();
    let anew = Forged { head: head(&anew), ..anew };
    assert!(verify(anew.clone()).is_err());
    let refused = run(Book::new(Arc::new(anew)).root(checkpoints[2].size));
    assert!(matches!(refused, Err(optin::ledger::BookError::Tree(TreeError::Short { .. }))), "{refused:?}");
}

/// Every checkpoint record's fields: another size, root or note is not what the key signed.
#[test]
fn every_bit_of_a_checkpoint_is_found_though_all_else_is_made_anew() {
    let (ledger, book, checkpoints) = signed();
    let newest = checkpoints.last().unwrap();
    let key = run(book.note_key()).unwrap();
    for bit in 0..newest.note.len() * 8 {
        let mut note = newest.note.clone().into_bytes();
        note[bit / 8] ^= 1 << (bit % 8);
        let Ok(note) = String::from_utf8(note) else { continue };
        assert!(Checkpoint::open(&note, std::slice::from_ref(&key)).is_err());
        if bit % 61 == 0 {
            let why = run(book.fits_anchored(&note)).unwrap().unwrap_err().why;
            assert_eq!(why, Why::Foreign);
        }
    }
    // A checkpoint that somebody without the key wrote into the house stream, chain and all.
    let foreign = {
        let other = genuine_signed_elsewhere();
        optin::consent::event::Checkpointed { size: newest.size, root: newest.root, note: other.note }
    };
    let mut house = run(book.house()).unwrap();
    house.stage(ms(500), foreign, &[]).unwrap();
    run(write(&book, house));
    let flaw = verify(forged(&ledger)).unwrap_err();
    assert!(flaw.what.contains("key signed") && flaw.stream == Some(RecipientId::HOUSE), "{flaw}");
}

fn genuine_signed_elsewhere() -> Checkpoint {
    let book = Book::new(Arc::new(MemoryLedger::with_keys(Keys::generate().unwrap())));
    hear(&book, number("+33655555555"), 1);
    run(book.checkpoint(ms(2))).unwrap()
}

#[test]
fn every_kept_hash_is_compared() {
    let (ledger, ..) = signed();
    let kept = run(ledger.nodes(1, 0, 9)).unwrap();
    for (number, hash) in (0..).zip(&kept) {
        for bit in 0..256 {
            let mut wrong = *hash;
            wrong.0[bit / 8] ^= 1 << (bit % 8);
            run(ledger.put_nodes(1, number, vec![wrong])).unwrap();
            let flaw = verify(forged(&ledger)).unwrap_err();
            assert_eq!(flaw.leaf, Some(number * 256 + 1), "{flaw}");
        }
        run(ledger.put_nodes(1, number, vec![*hash])).unwrap();
    }
    verify(forged(&ledger)).unwrap();
    run(ledger.put_nodes(1, kept.len() as u64, vec![Hash([1; 32])])).unwrap();
    assert_eq!(verify(forged(&ledger)).unwrap_err().leaf, Some(kept.len() as u64 * 256 + 1));
    // The genuine ledger of the other tests has none.
    verify(genuine()).unwrap();
}
