//! The SQLite ledger against the memory ledger, which is small and obvious: whatever is asked of both, in any
//! order, with any close and opening between, both say the same.

use std::path::Path;

use optin::{
    id::{Hash, MessageId, Name},
    ledger::{
        Append, Claim, IndexChange, Keys, Lane, Ledger, LedgerError, MemoryLedger, OutboxChange, Queued,
        SqliteLedger, Urgency, Vault,
    },
};
use proptest::{collection::vec, prelude::*};
use tempfile::TempDir;

use super::{append, stream, wait};

#[derive(Debug, Clone)]
enum Ask {
    Append(Vec<Append>),
    Outbox(Vec<OutboxChange>),
    Claim(Claim),
    Draw(u32, i64),
    Reopen,
}

fn change() -> impl Strategy<Value = OutboxChange> {
    let message = (0..8_u8).prop_map(|number| MessageId([number; 16]));
    let put =
        (0..8_u8, 0..4_u64, 0..3_usize, 0..50_i64, 0..2_usize).prop_map(|(id, of, lane, due_ms, job)| {
            OutboxChange::Put(Queued {
                message: MessageId([id; 16]),
                stream: stream(of),
                lane: Lane::ALL[lane],
                due_ms,
                job: Name::new(["sale", "news"][job]).unwrap(),
                payload: vec![id],
            })
        });
    prop_oneof![
        3 => put,
        1 => (message.clone(), 0..50_i64).prop_map(|(id, due_ms)| OutboxChange::Move(id, due_ms)),
        2 => message.clone().prop_map(OutboxChange::Start),
        1 => message.prop_map(OutboxChange::Remove),
    ]
}

fn item() -> impl Strategy<Value = Append> {
    let entry = prop::option::of((0..3_u8, prop::option::of(0..4_u64)));
    let more = (0..3_usize, any::<bool>(), any::<bool>(), prop::bool::weighted(0.1));
    (0..4_u64, 0..6_u64, entry, vec(change(), 0..3), more).prop_map(
        |(number, expected, entry, outbox, (records, group, vault, erase))| {
            let mut item = append(number, expected);
            let record = item.records[0].clone();
            item.records = vec![record; records];
            item.index = entry
                .map(|(entry, was)| IndexChange { entry: Hash([entry; 32]), was: was.map(stream) })
                .into_iter()
                .collect();
            item.group = group.then(|| vec![u8::try_from(number % 2).unwrap()]);
            item.vault = vault.then(|| Vault { key: vec![1], number: vec![2] });
            Append { erase, outbox, ..item }
        },
    )
}

fn ask() -> impl Strategy<Value = Ask> {
    let lanes = prop::sample::subsequence(Lane::ALL.to_vec(), 0..=3);
    prop_oneof![
        6 => vec(item(), 1..6).prop_map(Ask::Append),
        2 => vec(change(), 1..6).prop_map(Ask::Outbox),
        2 => (0..60_i64, 0..5_usize, lanes, 0..30_i64).prop_map(|(now_ms, limit, lanes, hold)| {
            Ask::Claim(Claim { now_ms, limit, lanes, until_ms: now_ms + hold })
        }),
        1 => (1..20_u32, 0..3_000_i64).prop_map(|(wanted, now_ms)| Ask::Draw(wanted, now_ms)),
        1 => Just(Ask::Reopen),
    ]
}

/// What a ledger answers, as text: the types need no common shape beyond that.
fn answer(ledger: &impl Ledger, ask: &Ask) -> String {
    fn text<T: std::fmt::Debug>(found: Result<T, LedgerError>) -> String {
        format!("{:?}", found.unwrap())
    }
    match ask.clone() {
        Ask::Append(items) => text(wait(ledger.append(items, Urgency::Normal))),
        Ask::Outbox(changes) => text(wait(ledger.outbox(changes))),
        Ask::Claim(claim) => text(wait(ledger.claim(claim))),
        Ask::Draw(wanted, now_ms) => text(wait(ledger.draw(Name::new("36123").unwrap(), 10, wanted, now_ms))),
        Ask::Reopen => String::new(),
    }
}

/// All that can be read of it.
fn picture(ledger: &impl Ledger) -> String {
    let mut rows = wait(ledger.scan(None, 99)).unwrap();
    rows.sort_by_key(|row| row.stream);
    let mut started = wait(ledger.started(99)).unwrap();
    started.sort_by_key(|queued| queued.message);
    let streams: Vec<_> = (0..4)
        .map(|number| {
            (wait(ledger.read(stream(number))).unwrap(), wait(ledger.records(stream(number), 2, 3)).unwrap())
        })
        .collect();
    let found: Vec<_> = (0..3_u8).map(|entry| wait(ledger.find(vec![Hash([entry; 32])])).unwrap()).collect();
    let waits = ["sale", "news"].map(|job| wait(ledger.waiting(Some(Name::new(job).unwrap()))).unwrap());
    let (head, log) = (wait(ledger.head()).unwrap(), wait(ledger.log(1, 99)).unwrap());
    format!("{rows:?}\n{started:?}\n{streams:?}\n{found:?}\n{waits:?}\n{head:?}\n{log:?}")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_ledgers_say_the_same(asks in vec(ask(), 1..40)) {
        let (folder, keys) = (TempDir::new().unwrap(), Keys::generate().unwrap());
        let open = |path: &Path| wait(SqliteLedger::open(path.join("shop.optin"), keys.clone())).unwrap();
        let (memory, mut sqlite) = (MemoryLedger::with_keys(keys.clone()), open(folder.path()));
        for ask in &asks {
            prop_assert_eq!(answer(&sqlite, ask), answer(&memory, ask));
            if matches!(ask, Ask::Reopen) {
                wait(sqlite.close()).unwrap();
                sqlite = open(folder.path());
            }
        }
        prop_assert_eq!(picture(&sqlite), picture(&memory));
    }
}
