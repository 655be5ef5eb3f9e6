//! The SQLite ledger against the memory ledger, which is small and obvious: whatever is asked of both, in any
//! order, with any close and opening between, both say the same.

use std::path::Path;

use optin::{
    id::{Hash, MessageId, Name},
    ledger::{
        Allowance, Append, Budget, Claim, IndexChange, Keys, Lane, Ledger, LedgerError, MemoryLedger,
        OutboxChange, Queued, SenderBudget, SqliteLedger, Unit, Urgency, Vault,
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
    Pause(usize, i64),
    Job(usize, u32),
    Backlog(i64, Option<usize>),
    Late(usize, i64, usize),
    Reopen,
}

/// Minutes matter to a store, and milliseconds within them.
fn time() -> impl Strategy<Value = i64> {
    prop_oneof![0..50_i64, (0..4_i64, -1..=1_i64).prop_map(|(minute, by)| minute * 60_000 + by)]
}

fn job(number: usize) -> Name {
    Name::new(["sale", "news", "flash"][number]).unwrap()
}

fn sender(number: usize) -> Name {
    Name::new(["36123", "72345"][number]).unwrap()
}

fn change() -> impl Strategy<Value = OutboxChange> {
    let message = (0..24_u8).prop_map(|number| MessageId([number; 16]));
    let put = (0..24_u8, 0..4_u64, 0..6_usize, (time(), time()), (0..3_usize, 0..2_usize, 0..4_u32))
        .prop_map(|(id, of, lane, (due_ms, closes_ms), (of_job, of_sender, segments))| {
            OutboxChange::Put(Queued {
                message: MessageId([id; 16]),
                stream: stream(of),
                lane: Lane::ALL[lane.min(2)],
                due_ms,
                closes_ms,
                sender: sender(of_sender),
                segments,
                job: job(of_job),
                payload: vec![id],
            })
        });
    let put_off = |again| {
        (message.clone(), time(), time()).prop_map(move |(message, due_ms, closes_ms)| match again {
            true => OutboxChange::Again { message, due_ms, closes_ms },
            false => OutboxChange::Move { message, due_ms, closes_ms },
        })
    };
    prop_oneof![
        6 => put,
        1 => put_off(false),
        1 => put_off(true),
        2 => message.clone().prop_map(OutboxChange::Start),
        1 => message.prop_map(OutboxChange::Remove),
    ]
}

fn budget() -> impl Strategy<Value = Budget> {
    let allowance = prop_oneof![
        (0..12_u32).prop_map(Allowance::PerSecond),
        (0..90_u32).prop_map(Allowance::PerMinute),
        (time(), 0..9_u64).prop_map(|(ends_ms, max)| Allowance::Until { ends_ms, max }),
    ];
    (0..3_usize, any::<bool>(), allowance, 0..3_u64).prop_map(|(name, messages, allowance, kept)| Budget {
        name: job(name),
        unit: if messages { Unit::Messages } else { Unit::Segments },
        allowance,
        kept,
    })
}

fn claim() -> impl Strategy<Value = Claim> {
    let lanes = prop::sample::subsequence(Lane::ALL.to_vec(), 0..=3);
    let listed = (0..2_usize, vec(budget(), 0..3))
        .prop_map(|(number, budgets)| SenderBudget { sender: sender(number), budgets });
    let hold = prop_oneof![0..30_i64, Just(600_000), Just(600_001)];
    (time(), 0..12_usize, lanes, hold, vec(listed, 0..4)).prop_map(|(now_ms, limit, lanes, hold, senders)| {
        Claim { now_ms, limit, lanes, until_ms: now_ms + hold, senders }
    })
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
    prop_oneof![
        4 => vec(item(), 1..6).prop_map(Ask::Append),
        4 => vec(change(), 1..12).prop_map(Ask::Outbox),
        6 => claim().prop_map(Ask::Claim),
        1 => (0..2_usize, prop_oneof![time(), Just(9_000_000)]).prop_map(|(who, until)| Ask::Pause(who, until)),
        1 => (0..3_usize, 0..5_u32).prop_map(|(which, weight)| Ask::Job(which, weight)),
        1 => (time(), prop::option::of(0..2_usize)).prop_map(|(now_ms, who)| Ask::Backlog(now_ms, who)),
        1 => (0..2_usize, time(), 0..9_usize).prop_map(|(who, closes, limit)| Ask::Late(who, closes, limit)),
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
        Ask::Pause(who, until_ms) => text(wait(ledger.pause(sender(who), until_ms))),
        Ask::Job(which, weight) => text(wait(ledger.put_job(job(which), weight, vec![7]))),
        Ask::Backlog(now_ms, who) => text(wait(ledger.backlog(now_ms, who.map(sender)))),
        Ask::Late(who, closes_ms, limit) => text(wait(ledger.late(sender(who), closes_ms, limit))),
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
    let waits = [0, 1, 2].map(|number| wait(ledger.waiting(Some(job(number)))).unwrap());
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
