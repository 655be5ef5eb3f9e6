use std::{collections::BTreeSet, sync::Barrier, thread};

use super::{Maker, Seen, append, hash, same, stream, wait_for};
use crate::{
    id::{Hash, RecipientId},
    ledger::{
        envelope::{advance, leaf_hash},
        store::{Append, Appended, Head, IndexChange, Ledger, Row, StoredRecord, Urgency, Vault},
    },
};

pub(super) async fn one<L: Ledger>(ledger: &L, item: Append) -> Result<Appended, Seen> {
    let answers = ledger.append(vec![item], Urgency::Normal).await?;
    same("answers to one item", answers.len(), 1)?;
    answers.first().copied().ok_or_else(|| Seen("no answer".to_owned()))
}

pub(super) async fn done<L: Ledger>(ledger: &L, item: Append) -> Result<(), Seen> {
    let version = item.expected + item.records.len() as u64;
    same("the answer to an append that fits", one(ledger, item).await?, Appended::Done(version))
}

async fn conflict<L: Ledger>(ledger: &L, what: &str, item: Append) -> Result<(), Seen> {
    same(what, one(ledger, item).await?, Appended::Conflict)
}

/// Reads the whole log by pages of three.
async fn whole_log<L: Ledger>(ledger: &L) -> Result<Vec<StoredRecord>, Seen> {
    let mut log: Vec<StoredRecord> = Vec::new();
    loop {
        let after = log.last().map_or(0, |record| record.leaf);
        let page = ledger.log(after, 3).await?;
        if page.is_empty() {
            return Ok(log);
        }
        same("records in a page of three at most", page.len() <= 3, true)?;
        log.extend(page);
        same("an end of the log", log.len() < 100_000, true)?;
    }
}

fn head_of(log: &[StoredRecord]) -> Head {
    let step = |head, record: &StoredRecord| advance(head, leaf_hash(&record.envelope));
    Head { leaves: log.len() as u64, hash: log.iter().fold(Hash::default(), step) }
}

pub(super) async fn versions_are_compared<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = make.fresh().await?;
    same("a stream nobody made", ledger.read(stream(1)).await?, None)?;
    conflict(&ledger, "an append to a stream that does not exist yet", append(1, 1, 1)).await?;
    same("a stream after a conflict", ledger.read(stream(1)).await?, None)?;
    done(&ledger, append(1, 0, 2)).await?;
    for stale in [0, 1, 3] {
        conflict(&ledger, "an append at another version", append(1, stale, 1)).await?;
    }
    conflict(&ledger, "an append of nothing at another version", append(1, 1, 0)).await?;
    let row = ledger.read(stream(1)).await?.map(|row| (row.version, row.state));
    same("a stream after conflicts", row, Some((2, b"state 1/2".to_vec())))?;
    done(&ledger, append(1, 2, 0)).await?;
    done(&ledger, append(1, 2, 1)).await?;
    let urgent = ledger.append(vec![append(1, 0, 1), append(1, 3, 1)], Urgency::Stop).await?;
    same("answers to a STOP", urgent, vec![Appended::Conflict, Appended::Done(4)])
}

pub(super) async fn items_are_answered_by_themselves<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = make.fresh().await?;
    same("answers to nothing", ledger.append(Vec::new(), Urgency::Normal).await?, Vec::new())?;
    let items = vec![append(1, 0, 1), append(2, 5, 1), append(1, 1, 2), append(1, 1, 1), append(3, 0, 1)];
    let answers = ledger.append(items, Urgency::Normal).await?;
    use Appended::{Conflict, Done};
    same("answers to five items", answers, vec![Done(1), Conflict, Done(3), Conflict, Done(1)])?;
    same("records of the items that fitted", whole_log(&ledger).await?.len(), 4)?;
    // More than any sensible commit holds.
    let many = (0..1_000).map(|at| append(9, at, 1)).collect();
    let answers = ledger.append(many, Urgency::Normal).await?;
    same("answers to a thousand items", answers, (1..=1_000).map(Done).collect())
}

pub(super) async fn an_index_entry_changes_hands_once<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = make.fresh().await?;
    let opens = |number: u8, was: Option<RecipientId>| {
        let mut item = append(number, 0, 1);
        item.index = vec![IndexChange { entry: hash(1), was }];
        item
    };
    same("an unknown entry", ledger.find(vec![hash(1)]).await?, None)?;
    let both = ledger.append(vec![opens(1, None), opens(2, None)], Urgency::Normal).await?;
    same("two tenures at once", both, vec![Appended::Done(1), Appended::Conflict])?;
    same("a tenure that lost", ledger.read(stream(2)).await?, None)?;
    same("where the entry leads", ledger.find(vec![hash(1)]).await?, Some(stream(1)))?;
    conflict(&ledger, "a change from where it does not lead", opens(3, Some(stream(2)))).await?;
    done(&ledger, opens(3, Some(stream(1)))).await?;
    let found = ledger.find(vec![hash(8), hash(1), hash(9)]).await?;
    same("the first known of three entries", found, Some(stream(3)))?;
    let mut older = append(1, 1, 1);
    older.index = vec![IndexChange { entry: hash(2), was: None }];
    done(&ledger, older).await?;
    same("the first of two known", ledger.find(vec![hash(2), hash(1)]).await?, Some(stream(1)))
}

pub(super) async fn a_row_comes_back_as_written<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = make.fresh().await?;
    let mut item = append(1, 0, 1);
    item.state = (0..=255).cycle().take(70_000).collect();
    item.group = Some(vec![0, 255, 7]);
    item.vault = Some(Vault { key: vec![1, 0, 2], number: Vec::new() });
    done(&ledger, item.clone()).await?;
    let mut row = Row {
        stream: stream(1),
        version: 1,
        head: item.head,
        state: item.state,
        group: item.group,
        vault: item.vault,
    };
    same("a row", ledger.read(stream(1)).await?, Some(row.clone()))?;
    let mut next = append(1, 1, 1);
    next.state = Vec::new();
    (row.version, row.head, row.state) = (2, next.head, Vec::new());
    done(&ledger, next).await?;
    same("a row whose group and vault were not set", ledger.read(stream(1)).await?, Some(row.clone()))?;
    let mut next = append(1, 2, 0);
    next.group = Some(vec![9]);
    next.vault = Some(Vault { key: vec![3], number: vec![4] });
    (row.head, row.state) = (next.head, next.state.clone());
    (row.group, row.vault) = (next.group.clone(), next.vault.clone());
    done(&ledger, next).await?;
    same("a row changed without a record", ledger.read(stream(1)).await?, Some(row))
}

pub(super) async fn records_come_in_order_and_in_pages<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = make.fresh().await?;
    for at in 0..5 {
        done(&ledger, append(1, 2 * at, 2)).await?;
        done(&ledger, append(2, at, 1)).await?;
    }
    let mut bare = append(3, 0, 1);
    bare.records.iter_mut().for_each(|record| record.sealed = None);
    done(&ledger, bare).await?;
    let wanted = |from: u64, to: u64| -> Vec<(Vec<u8>, Option<Vec<u8>>)> {
        let record =
            |at| (format!("envelope 1/{at}").into_bytes(), Some(format!("sealed 1/{at}").into_bytes()));
        (from..=to).map(record).collect()
    };
    for (from, limit, to) in
        [(1, 100, 10), (0, 3, 3), (4, 3, 6), (9, 5, 10), (10, 1, 10), (11, 5, 0), (1, 0, 0)]
    {
        let first = if to == 0 { 1 } else { u64::max(from, 1) };
        let page = ledger.records(stream(1), from, limit).await?;
        let whose = page.iter().all(|record| record.stream == stream(1));
        same("whether a stream's records are its own", whose, true)?;
        let page: Vec<_> = page.into_iter().map(|record| (record.envelope, record.sealed)).collect();
        same(&format!("records from {from}, at most {limit}"), page, wanted(first, to))?;
    }
    same("records of nobody", ledger.records(stream(9), 1, 5).await?, Vec::new())?;
    let unsealed = ledger.records(stream(3), 1, 5).await?;
    same("a record without sealed values", unsealed.iter().all(|record| record.sealed.is_none()), true)
}

pub(super) async fn the_head_is_the_hash_of_the_log<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = make.fresh().await?;
    same("the head of nothing", ledger.head().await?, Head::default())?;
    same("the log of nothing", ledger.log(0, 10).await?, Vec::new())?;
    for at in 0..4 {
        let items = vec![append(3, 2 * at, 2), append(2, 7, 1), append(1, at, 1)];
        ledger.append(items, Urgency::Normal).await?;
    }
    done(&ledger, append(1, 4, 0)).await?;
    let log = whole_log(&ledger).await?;
    let leaves: Vec<u64> = log.iter().map(|record| record.leaf).collect();
    same("the leaves of the log", leaves, (1..=12).collect())?;
    let first: Vec<_> = log.iter().take(3).map(|record| record.envelope.as_slice()).collect();
    same("the log's first records", first, vec![&b"envelope 3/1"[..], b"envelope 3/2", b"envelope 1/1"])?;
    same("the head over the log", ledger.head().await?, head_of(&log))?;
    same("the log after its end", ledger.log(12, 10).await?, Vec::new())
}

pub(super) async fn streams_are_scanned_once_each<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = make.fresh().await?;
    let mut house = append(0, 0, 1);
    house.stream = RecipientId::HOUSE;
    done(&ledger, house).await?;
    same("a scan of the house alone", ledger.scan(None, 10).await?, Vec::new())?;
    // Neither rising nor falling, so that any order of its own shows.
    for number in [5, 2, 9, 1, 7, 3, 8] {
        done(&ledger, append(number, 0, 1)).await?;
    }
    let all = ledger.scan(None, 100).await?;
    let whose: BTreeSet<RecipientId> = all.iter().map(|row| row.stream).collect();
    same("streams scanned", (all.len(), whose.len()), (7, 7))?;
    same("whether the house is left out", whose.contains(&RecipientId::HOUSE), false)?;
    for row in &all {
        same("a scanned row", Some(row.clone()), ledger.read(row.stream).await?)?;
    }
    let mut paged: Vec<Row> = Vec::new();
    loop {
        let page = ledger.scan(paged.last().map(|row| row.stream), 2).await?;
        if page.is_empty() || paged.len() > 7 {
            break;
        }
        if let Some(row) = page.first() {
            // A stream that moves between two pages keeps its place.
            let number = row.stream.0.first().copied().unwrap_or(0);
            done(&ledger, append(number, row.version, 1)).await?;
        }
        paged.extend(page);
    }
    let order = |rows: &[Row]| rows.iter().map(|row| row.stream).collect::<Vec<_>>();
    same("the order by pages of two", order(&paged), order(&all))
}

pub(super) async fn what_was_answered_is_there_after_reopening<M: Maker>(make: &M) -> Result<(), Seen> {
    let mut ledger = make.fresh().await?;
    for round in 0..3 {
        let mut item = append(1, round, 1);
        if round == 0 {
            item.index = vec![IndexChange { entry: hash(1), was: None }];
            item.group = Some(b"group".to_vec());
            item.vault = Some(Vault { key: vec![1], number: vec![2] });
        }
        done(&ledger, item).await?;
        let before = (ledger.read(stream(1)).await?, ledger.head().await?, whole_log(&ledger).await?);
        let keys = ledger.keys().check_value();
        ledger = make.reopen(ledger).await?;
        let after = (ledger.read(stream(1)).await?, ledger.head().await?, whole_log(&ledger).await?);
        same("what a reopened ledger holds", after, before)?;
        same("its keys", ledger.keys().check_value(), keys)?;
        same("its index", ledger.find(vec![hash(1)]).await?, Some(stream(1)))?;
    }
    conflict(&ledger, "an old version after reopening", append(1, 2, 1)).await
}

pub(super) async fn an_erased_stream_keeps_its_envelopes_only<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = make.fresh().await?;
    for number in [1, 2] {
        let mut item = append(number, 0, 3);
        item.group = Some(b"group".to_vec());
        item.vault = Some(Vault { key: vec![1], number: vec![2] });
        item.index = vec![IndexChange { entry: hash(number), was: None }];
        item.outbox = vec![super::waiting::put(number, number, 5)];
        done(&ledger, item).await?;
    }
    let mut erased = append(1, 3, 1);
    erased.erase = true;
    done(&ledger, erased).await?;
    let row = ledger.read(stream(1)).await?.map(|row| (row.version, row.group, row.vault));
    same("an erased stream's version, group and vault", row, Some((4, None, None)))?;
    let sealed = |records: Vec<StoredRecord>| records.iter().filter(|r| r.sealed.is_some()).count();
    same("its sealed values", sealed(ledger.records(stream(1), 1, 9).await?), 0)?;
    same("its records", ledger.records(stream(1), 1, 9).await?.len(), 4)?;
    same("another's sealed values", sealed(ledger.records(stream(2), 1, 9).await?), 3)?;
    let other = ledger.read(stream(2)).await?.and_then(|row| row.vault);
    same("another's vault", other, Some(Vault { key: vec![1], number: vec![2] }))?;
    same("waiting messages", ledger.waiting(None).await?, (1, Some(5)))?;
    same("where its entry leads", ledger.find(vec![hash(1)]).await?, Some(stream(1)))?;
    same("the head", ledger.head().await?, head_of(&whole_log(&ledger).await?))?;
    done(&ledger, append(1, 4, 1)).await
}

pub(super) async fn one_of_many_wins_each_version<M: Maker>(make: &M) -> Result<(), Seen> {
    const ROUNDS: u64 = 40;
    let (ledger, together) = (make.fresh().await?, Barrier::new(4));
    // Nobody leaves before the end, whatever happens to him: the others would wait for ever.
    let tries = |worker: u8| {
        let round = |version| {
            together.wait();
            let mut item = append(1, version, 1);
            item.state = vec![worker];
            let answer = wait_for(one(&ledger, item));
            together.wait();
            answer
        };
        (0..ROUNDS).map(round).collect::<Vec<_>>()
    };
    let tries = &tries;
    let answers = thread::scope(|scope| {
        let workers: Vec<_> = (0..4).map(|worker| scope.spawn(move || tries(worker))).collect();
        workers.into_iter().map(|worker| worker.join()).collect::<Vec<_>>()
    });
    let mut won = Vec::new();
    for answers in answers {
        for answer in answers.map_err(|_| Seen("a worker panicked".to_owned()))? {
            match answer? {
                Appended::Done(version) => won.push(version),
                Appended::Conflict => {}
            }
        }
    }
    won.sort_unstable();
    same("versions won by four workers who try each at once", won, (1..=ROUNDS).collect())?;
    same("the head", ledger.head().await?, head_of(&whole_log(&ledger).await?))
}
