//! Records that go, come twice, change places or come from elsewhere.

use optin::{
    id::RecipientId,
    ledger::{Envelope, Head, advance, leaf_hash},
};

use super::{Blame, Forged, found, genuine, verify};

fn seq(forged: &Forged, place: usize) -> u64 {
    Envelope::from_bytes(&forged.log[place].envelope).unwrap().seq
}

/// The head that a forger would put over these records.
pub(super) fn head(forged: &Forged) -> Head {
    let hash = forged.log.iter().fold(Head::default().hash, |hash, r| advance(hash, leaf_hash(&r.envelope)));
    Head { leaves: forged.log.len() as u64, hash }
}

/// With and without a head that was made anew: the chains of the streams must do without it.
fn both(genuine: &Forged, forged: Forged, blame: impl Fn() -> Blame, what: &str) {
    let mended = Forged { head: head(&forged), ..forged.clone() };
    found(genuine, forged, blame(), what);
    found(genuine, mended, blame(), &format!("{what}, under a new head"));
}

#[test]
fn every_record_dropped() {
    let genuine = genuine();
    for place in 0..genuine.log.len() {
        let mut forged = genuine.clone();
        forged.log.remove(place);
        let blame = || Blame::Record(place);
        // At the end, there is nothing that stands in the wrong place: the tail is gone, and its stream is named.
        let what = format!("record {} dropped", place + 1);
        found(&genuine, forged.clone(), blame(), &what);
        let counted = forged.renumbered();
        let flaw = verify(counted.clone()).unwrap_err();
        let dropped = &genuine.log[place];
        let named = (flaw.stream, flaw.seq) == (Some(dropped.stream), Some(seq(&genuine, place)));
        assert!(named, "{what} and all counted afresh: {flaw:?}");
        let mended = Forged { head: head(&counted), ..counted };
        assert!(verify(mended).is_err(), "{what} under a new head");
    }
}

#[test]
fn every_record_repeated() {
    let genuine = genuine();
    for place in 0..genuine.log.len() {
        let mut forged = genuine.clone();
        forged.log.insert(place + 1, genuine.log[place].clone());
        let what = format!("record {} repeated", place + 1);
        assert_eq!(verify(forged.clone()).unwrap_err().leaf, Some(place as u64 + 1), "{what}");
        both(&genuine, forged.renumbered(), || Blame::Anything, &what);
    }
}

#[test]
fn every_pair_of_neighbours_swapped() {
    let genuine = genuine();
    for place in 1..genuine.log.len() {
        let mut forged = genuine.clone();
        forged.log.swap(place - 1, place);
        let what = format!("record {place} after the next");
        assert_eq!(verify(forged.clone()).unwrap_err().leaf, Some(place as u64), "{what}");
        let same = genuine.log[place - 1].stream == genuine.log[place].stream;
        let counted = forged.renumbered();
        if same {
            let mended = Forged { head: head(&counted), ..counted.clone() };
            assert!(verify(mended).is_err(), "{what}");
            assert_eq!(verify(counted).unwrap_err().leaf, Some(place as u64), "{what}");
        } else {
            // Only the file's head knows the order of two streams.
            found(&genuine, counted, Blame::Anything, &what);
        }
    }
}

#[test]
fn records_spliced_in_from_another_ledger() {
    let (one, other) = (genuine(), genuine());
    for place in 0..one.log.len() {
        let foreign = other.log[(place * 7 + 3) % other.log.len()].clone();
        let mut forged = one.clone();
        forged.log[place] = foreign.clone();
        both(&one, forged.renumbered(), || Blame::Anything, "a foreign record in place of one");
        let mut forged = one.clone();
        forged.log.insert(place, foreign.clone());
        both(&one, forged.renumbered(), || Blame::Anything, "a foreign record between two");
        // The same content, in a stream of this ledger.
        let mut forged = one.clone();
        forged.log[place].envelope = foreign.envelope;
        found(&one, forged, Blame::Record(place), "a foreign envelope");
    }
    // Whole streams of another ledger: their keys are not ours.
    let mut forged = one.clone();
    forged.log.extend(other.log.iter().filter(|r| r.stream != RecipientId::HOUSE).cloned());
    forged.rows.extend(other.rows.iter().filter(|r| r.stream != RecipientId::HOUSE).cloned());
    both(&one, forged.renumbered(), || Blame::Anything, "two ledgers in one");
}

#[test]
fn the_tail_cut_at_every_record() {
    let genuine = genuine();
    for left in 0..genuine.log.len() {
        let mut forged = genuine.clone();
        forged.log.truncate(left);
        let flaw = verify(forged.clone()).unwrap_err();
        let (stream, at) = (flaw.stream.unwrap(), flaw.seq.unwrap());
        let place = genuine.log.iter().position(|record| record.stream == stream).unwrap();
        let missing = (place..genuine.log.len())
            .find(|place| genuine.log[*place].stream == stream && seq(&genuine, *place) == at);
        assert!(missing.unwrap() >= left, "{left} left: {flaw:?}");
        found(
            &genuine,
            Forged { head: head(&forged), ..forged },
            Blame::Anything,
            "a tail cut under a new head",
        );
    }
}

#[test]
fn a_row_lost_or_twice_or_of_another() {
    let genuine = genuine();
    for nth in 0..genuine.rows.len() {
        let mut forged = genuine.clone();
        let lost = forged.rows.remove(nth).stream;
        let flaw = verify(forged).unwrap_err();
        let first = genuine.log.iter().find(|record| record.stream == lost).unwrap().leaf;
        assert_eq!((flaw.stream, flaw.leaf), (Some(lost), Some(first)), "{flaw:?}");
        if lost != RecipientId::HOUSE {
            let mut forged = genuine.clone();
            forged.rows.insert(nth, genuine.rows[nth].clone());
            found(&genuine, forged, Blame::Anything, "a row twice");
        }
        let mut forged = genuine.clone();
        let other = &genuine.rows[(nth + 1) % genuine.rows.len()];
        (forged.rows[nth].state, forged.rows[nth].head) = (other.state.clone(), other.head);
        found(&genuine, forged, Blame::Anything, "another stream's state and head");
        let mut forged = genuine.clone();
        forged.rows[nth].stream.0[3] ^= 1;
        found(&genuine, forged, Blame::Anything, "a row of nobody");
    }
}

/// A forger who makes everything anew up to the cut leaves a ledger that is whole: only a head kept elsewhere tells.
#[test]
fn a_whole_ledger_of_the_past_has_another_head() {
    let ledger = std::sync::Arc::new(optin::ledger::MemoryLedger::new().unwrap());
    let book = optin::ledger::Book::new(std::sync::Arc::clone(&ledger) as _);
    super::run(super::fill(&book));
    let before = verify(super::run(Forged::of(std::sync::Arc::clone(&ledger) as _))).unwrap();
    let mut person = super::run(book.find(crate::walk::number("+33612345678"))).unwrap().unwrap();
    let unblocked = optin::consent::event::Unblocked { sender: super::name("36123") };
    person.stage(super::ms(50), unblocked, &[]).unwrap();
    super::run(super::write(&book, person));
    let after = verify(super::run(Forged::of(ledger))).unwrap();
    assert_eq!(after.records, before.records + 1);
    assert_ne!(before.head, after.head);
}
