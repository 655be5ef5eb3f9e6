//! Every bit of a ledger of 64 KiB, and a sample of a large one.
//!
//! A change in one stream leaves the others as they are, so a case checks a ledger that has that stream alone,
//! whole in itself: its records, its row, its head. `order` and `bits` change whole ledgers.

use std::{sync::Arc, thread};

use optin::{
    consent::event::{Blocked, Heard, OptedIn, Unblocked},
    id::InboundId,
    ledger::{Book, Envelope, Head, Keys, MemoryLedger, Row, StoredRecord, Vault},
    phone::PhoneNumber,
};

use super::{Forged, grant, ms, name, order::head, run, verify, write};

/// A ledger of many people with a few records each.
fn large(people: u64) -> Forged {
    let ledger = Arc::new(MemoryLedger::with_keys(Keys::generate().unwrap()));
    let book = Book::new(Arc::clone(&ledger) as _);
    for nth in 0..people {
        let number: PhoneNumber = format!("+{}", 33_600_000_000 + nth).parse().unwrap();
        let mut person = run(book.find_or_open(number, ms(0))).unwrap();
        let page = (optin::consent::PersonalField::Page, format!("https://maisonlune.fr/{nth}"));
        person.stage(ms(1), OptedIn { program: name("soldes"), grant: grant() }, &[page]).unwrap();
        let heard = Heard::new("help", InboundId([6; 16]), ms(2));
        let text = (optin::consent::PersonalField::Text, "Aide".to_owned());
        person.stage(ms(2), heard, &[text]).unwrap();
        if nth % 2 == 0 {
            person.stage(ms(3), Blocked { sender: name("36123"), code: "30007".to_owned() }, &[]).unwrap();
        }
        if nth % 4 == 0 {
            person.stage(ms(4), Unblocked { sender: name("36123") }, &[]).unwrap();
        }
        run(write(&book, person));
    }
    run(Forged::of(ledger))
}

/// Each stream as a ledger of its own.
fn alone(genuine: &Forged) -> Vec<Forged> {
    let part = |row: &Row| {
        let of = |record: &&StoredRecord| record.stream == row.stream;
        let log = genuine.log.iter().filter(of).cloned().collect();
        let part = Forged { rows: vec![row.clone()], log, ..genuine.clone() }.renumbered();
        Forged { head: head(&part), ..part }
    };
    let genuine = Forged { rows: genuine.rows.clone(), ..genuine.clone() };
    genuine.rows.iter().map(part).collect()
}

/// The bytes that are kept of a ledger of one stream, one after the other.
fn kept(part: &mut Forged) -> Vec<(Option<usize>, &mut [u8])> {
    let mut all: Vec<(Option<usize>, &mut [u8])> = Vec::new();
    for (place, record) in part.log.iter_mut().enumerate() {
        all.push((Some(place), &mut record.envelope));
        all.push((Some(place), record.sealed.as_deref_mut().unwrap_or_default()));
    }
    let Row { head, state, group, vault, .. } = &mut part.rows[0];
    all.push((None, &mut head.0));
    all.push((None, state));
    all.push((None, group.as_deref_mut().unwrap_or_default()));
    if let Some(Vault { key, number }) = vault {
        all.push((None, key));
        all.push((None, number));
    }
    all.push((None, &mut part.head.hash.0));
    all
}

fn bits(part: &Forged) -> usize {
    kept(&mut part.clone()).iter().map(|(_, bytes)| bytes.len() * 8).sum()
}

/// Flips one bit, and checks that it is found, and named where a record has it.
fn flip(part: &Forged, bit: usize) {
    let (mut forged, mut left) = (part.clone(), bit);
    let mut blamed = None;
    for (place, bytes) in kept(&mut forged) {
        if left < bytes.len() * 8 {
            bytes[left / 8] ^= 1 << (left % 8);
            blamed = Some(place);
            break;
        }
        left -= bytes.len() * 8;
    }
    let flaw = verify(forged).err().unwrap_or_else(|| panic!("bit {bit} was not found"));
    if let Some(place) = blamed.unwrap() {
        let record = &part.log[place];
        let seq = Envelope::from_bytes(&record.envelope).unwrap().seq;
        let named = flaw.leaf == Some(record.leaf)
            || (flaw.leaf.is_none() && (flaw.stream, flaw.seq) == (Some(record.stream), Some(seq)));
        assert!(named, "bit {bit} of record {place}: {flaw:?}");
    }
}

/// Every `step`th bit of all parts, by all processors.
fn flip_all(parts: &[Forged], step: usize) -> usize {
    let workers = thread::available_parallelism().map_or(2, usize::from);
    let flip_some = |worker: usize| {
        let mut count = 0;
        for (nth, part) in parts.iter().enumerate().skip(worker).step_by(workers) {
            for bit in (0..bits(part)).skip(nth * 5 % step).step_by(step) {
                flip(part, bit);
                count += 1;
            }
        }
        count
    };
    thread::scope(|scope| {
        let all: Vec<_> = (0..workers).map(|worker| scope.spawn(move || flip_some(worker))).collect();
        all.into_iter().map(|worker| worker.join().unwrap()).sum()
    })
}

/// As many people as make 64 KiB.
fn of_64_kib() -> Vec<Forged> {
    let (mut parts, mut size) = (alone(&large(60)), 0);
    let enough = parts.iter().position(|part| {
        size += bits(part);
        size >= 524_288
    });
    parts.truncate(enough.unwrap() + 1);
    for part in &parts {
        verify(part.clone()).unwrap();
        assert!(part.log.len() > 2 && part.head != Head::default());
    }
    parts
}

#[test]
fn one_bit_in_41_of_a_ledger_of_64_kib_is_found() {
    assert!(flip_all(&of_64_kib(), 41) > 12_000);
}

/// `cargo test --release --all-features --test it every_bit -- --ignored`
#[test]
#[ignore = "a minute or two; the continuous integration runs it"]
fn every_bit_of_a_ledger_of_64_kib_is_found() {
    assert!(flip_all(&of_64_kib(), 1) >= 524_288);
}

/// So many bits of a ledger of 2,000 people, spread over all of it.
fn sample(count: usize) {
    let parts = alone_sampled(&large(2_000), count.min(1_000));
    let all: usize = parts.iter().map(bits).sum();
    let flipped = flip_all(&parts, (all / count).max(1));
    assert!(flipped * 10 >= count.min(all) * 9, "{flipped} of {all}");
    println!("{flipped} bits of {all}");
}

/// Some of the streams, spread over the ledger: each alone is a scan of the log.
fn alone_sampled(genuine: &Forged, count: usize) -> Vec<Forged> {
    let step = (genuine.rows.len() / count).max(1);
    let rows: Vec<_> = genuine.rows.iter().step_by(step).cloned().collect();
    alone(&Forged { rows, ..genuine.clone() })
}

#[test]
fn bits_sampled_from_a_large_ledger_are_found() {
    sample(10_000);
}

/// `cargo test --release --all-features --test it every_bit -- --ignored`
#[test]
#[ignore = "minutes"]
fn a_million_bits_sampled_from_a_large_ledger_are_found() {
    sample(1_000_000);
}
