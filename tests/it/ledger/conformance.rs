mod whole;

use std::{
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use optin::{
    id::{Hash, Name, RecipientId},
    ledger::{
        Allowance, Append, Appended, BacklogCell, Claim, Claimed, Head, IndexChange, Keys, Lane, Ledger,
        LedgerError, MemoryLedger, OutboxChange, Queued, Row, SenderBudget, SqliteLedger, StoredRecord,
        Urgency,
        conformance::{self, CHECKS, Maker},
    },
};
use tempfile::TempDir;

use super::wait;

struct InMemory;

impl Maker for InMemory {
    type Ledger = MemoryLedger;

    async fn fresh(&self) -> Result<MemoryLedger, LedgerError> {
        Ok(MemoryLedger::new().unwrap())
    }

    async fn reopen(&self, ledger: MemoryLedger) -> Result<MemoryLedger, LedgerError> {
        Ok(ledger)
    }
}

struct InFiles {
    folder: TempDir,
    keys: Keys,
    made: AtomicU32,
}

impl InFiles {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), keys: Keys::generate().unwrap(), made: AtomicU32::new(0) }
    }

    async fn open(&self, number: u32) -> Result<SqliteLedger, LedgerError> {
        SqliteLedger::open(self.folder.path().join(format!("{number}.optin")), self.keys.clone()).await
    }
}

impl Maker for InFiles {
    type Ledger = SqliteLedger;

    async fn fresh(&self) -> Result<SqliteLedger, LedgerError> {
        self.open(self.made.fetch_add(1, Ordering::SeqCst)).await
    }

    async fn reopen(&self, ledger: SqliteLedger) -> Result<SqliteLedger, LedgerError> {
        ledger.close().await?;
        self.open(self.made.load(Ordering::SeqCst) - 1).await
    }
}

#[test]
fn the_memory_ledger_conforms() {
    assert_eq!(wait(conformance::all(&InMemory)), []);
}

#[test]
fn the_sqlite_ledger_conforms() {
    assert_eq!(wait(conformance::all(&InFiles::new())), []);
}

/// A way in which a ledger may be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    Version,
    Index,
    WholeBatch,
    Erase,
    Forgets,
    LogOrder,
    Scan,
    RecordsFrom,
    StaleState,
    Head,
    Lease,
    LaneOrder,
    Outbox,
    Count,
    Job,
    MovesStarted,
    StartsNothing,
    ShortLease,
    Rate,
    Quota,
    OtherBudget,
    Unlisted,
    Weight,
    NoFairness,
    Closing,
    Closed,
    Next,
    Look,
    Pause,
    Backlog,
    Late,
    Level,
    Hole,
    KeepsFirst,
    KeepsEmpty,
    AnyKey,
}

/// A memory ledger that is wrong in one way.
#[derive(Debug)]
struct Mutant {
    inner: MemoryLedger,
    wrong: Wrong,
}

struct Mutants(Wrong);

impl Maker for Mutants {
    type Ledger = Mutant;

    async fn fresh(&self) -> Result<Mutant, LedgerError> {
        Ok(Mutant { inner: InMemory.fresh().await?, wrong: self.0 })
    }

    async fn reopen(&self, ledger: Mutant) -> Result<Mutant, LedgerError> {
        if self.0 == Wrong::Forgets { self.fresh().await } else { Ok(ledger) }
    }
}

impl Mutant {
    /// As if a start of what does not wait were nothing.
    async fn drop_lost_starts(&self, item: &mut Append) -> Result<(), LedgerError> {
        let all = Ledger::late(&self.inner, Name::new("36123").unwrap(), i64::MAX, usize::MAX).await?;
        let started = Ledger::started(&self.inner, usize::MAX).await?;
        let known: Vec<_> = all.iter().chain(&started).map(|row| row.message).collect();
        item.outbox.retain(|change| !matches!(change, OutboxChange::Start(id) if !known.contains(id)));
        Ok(())
    }
}

impl Ledger for Mutant {
    fn keys(&self) -> &Keys {
        Ledger::keys(&self.inner)
    }

    fn is_volatile(&self) -> bool {
        true
    }

    async fn find(&self, index: Vec<Hash>) -> Result<Option<RecipientId>, LedgerError> {
        Ledger::find(&self.inner, index).await
    }

    async fn read(&self, stream: RecipientId) -> Result<Option<Row>, LedgerError> {
        let mut row = Ledger::read(&self.inner, stream).await?;
        if let (Wrong::StaleState, Some(row)) = (self.wrong, &mut row) {
            row.state.truncate(65_535);
        }
        Ok(row)
    }

    async fn append(&self, items: Vec<Append>, urgency: Urgency) -> Result<Vec<Appended>, LedgerError> {
        let mut answers = Vec::new();
        for mut item in items {
            match self.wrong {
                Wrong::Version => {
                    // Whoever else writes here is let in first.
                    (0..2).for_each(|_| thread::yield_now());
                    let row = Ledger::read(&self.inner, item.stream).await?;
                    item.expected = row.map_or(0, |row| row.version);
                }
                Wrong::Index => {
                    for change in &mut item.index {
                        let was = Ledger::find(&self.inner, vec![change.entry]).await?;
                        *change = IndexChange { was, ..*change };
                    }
                }
                Wrong::Erase => item.erase = false,
                Wrong::Outbox => item.outbox.clear(),
                Wrong::StartsNothing => self.drop_lost_starts(&mut item).await?,
                _ => {}
            }
            answers.extend(Ledger::append(&self.inner, vec![item], urgency).await?);
        }
        if self.wrong == Wrong::WholeBatch && answers.contains(&Appended::Conflict) {
            answers.fill(Appended::Conflict);
        }
        Ok(answers)
    }

    async fn scan(&self, after: Option<RecipientId>, limit: usize) -> Result<Vec<Row>, LedgerError> {
        let after =
            if self.wrong == Wrong::Scan { after.map(|id| RecipientId(id.0.map(|b| b - 1))) } else { after };
        Ledger::scan(&self.inner, after, limit).await
    }

    async fn records(
        &self,
        stream: RecipientId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<StoredRecord>, LedgerError> {
        let from = if self.wrong == Wrong::RecordsFrom { from + 1 } else { from };
        Ledger::records(&self.inner, stream, from, limit).await
    }

    async fn log(&self, after: u64, limit: usize) -> Result<Vec<StoredRecord>, LedgerError> {
        let mut log = Ledger::log(&self.inner, after, limit).await?;
        if self.wrong == Wrong::LogOrder {
            log.sort_by_key(|record| (record.stream, record.leaf));
        }
        Ok(log)
    }

    async fn head(&self) -> Result<Head, LedgerError> {
        let mut head = Ledger::head(&self.inner).await?;
        head.leaves += u64::from(self.wrong == Wrong::Head);
        Ok(head)
    }

    async fn outbox(&self, mut changes: Vec<OutboxChange>) -> Result<(), LedgerError> {
        for change in &mut changes {
            match change {
                OutboxChange::Put(queued) => match self.wrong {
                    Wrong::Closing => queued.closes_ms = queued.closes_ms.max(i64::MAX - 1),
                    Wrong::Closed => queued.closes_ms = queued.closes_ms.saturating_add(60_000),
                    Wrong::NoFairness => queued.lane = queued.lane.min(Lane::Transactional),
                    _ => {}
                },
                OutboxChange::Move { message, due_ms, closes_ms } if self.wrong == Wrong::MovesStarted => {
                    let (message, due_ms, closes_ms) = (*message, *due_ms, *closes_ms);
                    *change = OutboxChange::Again { message, due_ms, closes_ms };
                }
                _ => {}
            }
        }
        Ledger::outbox(&self.inner, changes).await
    }

    async fn claim(&self, mut claim: Claim) -> Result<Claimed, LedgerError> {
        let now_ms = claim.now_ms;
        match self.wrong {
            Wrong::Lease => claim.until_ms = now_ms,
            Wrong::ShortLease => claim.until_ms = claim.until_ms.min(now_ms + 599_999),
            Wrong::Look => claim.limit = claim.limit.max(1),
            Wrong::Unlisted => {
                let sender = Name::new("99999").unwrap();
                claim.senders.push(SenderBudget { sender, budgets: Vec::new() });
            }
            _ => {}
        }
        for listed in &mut claim.senders {
            let sender = &listed.sender;
            listed.budgets.iter_mut().for_each(|budget| match (self.wrong, &mut budget.allowance) {
                (Wrong::Rate, Allowance::PerSecond(count)) => *count += 2,
                (Wrong::Quota, Allowance::Until { ends_ms, .. }) => *ends_ms += now_ms,
                (Wrong::OtherBudget, _) => budget.name = sender.clone(),
                _ => {}
            });
        }
        let mut taken = Ledger::claim(&self.inner, claim).await?;
        match self.wrong {
            Wrong::LaneOrder => taken.rows.sort_by_key(|queued| queued.due_ms),
            Wrong::Next => taken.next_ms = taken.next_ms.map(|next| next + 1),
            _ => {}
        }
        Ok(taken)
    }

    async fn started(&self, limit: usize) -> Result<Vec<Queued>, LedgerError> {
        Ledger::started(&self.inner, limit).await
    }

    async fn waiting(&self, job: Option<Name>) -> Result<(u64, Option<i64>), LedgerError> {
        let job = if self.wrong == Wrong::Count { None } else { job };
        Ledger::waiting(&self.inner, job).await
    }

    async fn pause(&self, sender: Name, until_ms: i64) -> Result<(), LedgerError> {
        let until_ms = if self.wrong == Wrong::Pause { until_ms - 1 } else { until_ms };
        Ledger::pause(&self.inner, sender, until_ms).await
    }

    async fn backlog(&self, now_ms: i64, sender: Option<Name>) -> Result<Vec<BacklogCell>, LedgerError> {
        let mut cells = Ledger::backlog(&self.inner, now_ms, sender).await?;
        if self.wrong == Wrong::Backlog {
            cells.iter_mut().for_each(|cell| cell.segments = cell.messages);
        }
        Ok(cells)
    }

    async fn late(&self, sender: Name, closes_ms: i64, limit: usize) -> Result<Vec<Queued>, LedgerError> {
        let all = if self.wrong == Wrong::Late { usize::MAX } else { limit };
        let mut late = Ledger::late(&self.inner, sender, closes_ms, all).await?;
        Ok(late.split_off(late.len().saturating_sub(limit)))
    }

    async fn put_job(&self, job: Name, weight: u32, definition: Vec<u8>) -> Result<(), LedgerError> {
        if self.wrong == Wrong::Job && Ledger::job(&self.inner, job.clone()).await?.is_some() {
            return Ok(());
        }
        let weight = if self.wrong == Wrong::Weight { 1 } else { weight };
        Ledger::put_job(&self.inner, job, weight, definition).await
    }

    async fn job(&self, job: Name) -> Result<Option<Vec<u8>>, LedgerError> {
        Ledger::job(&self.inner, job).await
    }

    async fn nodes(&self, level: u8, from: u64, limit: usize) -> Result<Vec<Hash>, LedgerError> {
        let level = if self.wrong == Wrong::Level { 1 } else { level };
        Ledger::nodes(&self.inner, level, from, limit).await
    }

    async fn put_nodes(&self, level: u8, from: u64, hashes: Vec<Hash>) -> Result<(), LedgerError> {
        let kept = Ledger::nodes(&self.inner, level, 0, usize::MAX).await?.len() as u64;
        match self.wrong {
            Wrong::Hole if level > 0 && from > kept => {
                Ledger::put_nodes(&self.inner, level, kept, hashes).await
            }
            Wrong::KeepsFirst if from < kept => Ok(()),
            _ => Ledger::put_nodes(&self.inner, level, from, hashes).await,
        }
    }

    async fn keep(&self, key: Name, bytes: Vec<u8>) -> Result<(), LedgerError> {
        if self.wrong == Wrong::KeepsEmpty && bytes.is_empty() {
            return Ok(());
        }
        Ledger::keep(&self.inner, key, bytes).await
    }

    async fn kept(&self, key: Name) -> Result<Option<Vec<u8>>, LedgerError> {
        Ledger::kept(&self.inner, key).await
    }

    async fn rekey(&self, from: Hash, to: Hash) -> Result<bool, LedgerError> {
        if self.wrong == Wrong::AnyKey {
            return Ok(true);
        }
        Ledger::rekey(&self.inner, from, to).await
    }
}

#[test]
fn the_suite_reports_a_ledger_that_is_wrong() {
    let caught_by = |wrong, check: &'static str| {
        assert!(CHECKS.contains(&check), "no check {check}");
        let failures = wait(conformance::all(&Mutants(wrong)));
        assert!(
            failures.iter().any(|failure| failure.check == check),
            "{wrong:?} passed {check}: {failures:?}"
        );
    };
    caught_by(Wrong::Version, "versions_are_compared");
    caught_by(Wrong::Version, "one_of_many_wins_each_version");
    caught_by(Wrong::Index, "an_index_entry_changes_hands_once");
    caught_by(Wrong::WholeBatch, "items_are_answered_by_themselves");
    caught_by(Wrong::StaleState, "a_row_comes_back_as_written");
    caught_by(Wrong::RecordsFrom, "records_come_in_order_and_in_pages");
    caught_by(Wrong::LogOrder, "the_head_is_the_hash_of_the_log");
    caught_by(Wrong::Head, "the_head_is_the_hash_of_the_log");
    caught_by(Wrong::Scan, "streams_are_scanned_once_each");
    caught_by(Wrong::Forgets, "what_was_answered_is_there_after_reopening");
    caught_by(Wrong::Erase, "an_erased_stream_keeps_its_envelopes_only");
    caught_by(Wrong::Outbox, "an_outbox_changes_with_its_append");
    caught_by(Wrong::LaneOrder, "claims_go_by_lane_and_due_time");
    caught_by(Wrong::Lease, "a_claim_holds_until_its_time");
    caught_by(Wrong::Outbox, "a_started_message_is_not_due");
    caught_by(Wrong::Count, "waiting_messages_are_counted");
    caught_by(Wrong::Job, "jobs_are_kept_and_replaced");
    caught_by(Wrong::MovesStarted, "a_started_message_is_not_due");
    caught_by(Wrong::StartsNothing, "only_what_waits_can_start");
    caught_by(Wrong::ShortLease, "a_claim_holds_until_its_time");
    caught_by(Wrong::Rate, "a_rate_is_drawn_by_claims_and_kept");
    caught_by(Wrong::Rate, "transactional_overtakes_marketing");
    caught_by(Wrong::OtherBudget, "a_budget_is_one_for_all_who_name_it");
    caught_by(Wrong::Quota, "every_budget_must_have_room");
    caught_by(Wrong::Unlisted, "a_sender_without_room_holds_nobody_else");
    caught_by(Wrong::NoFairness, "campaigns_share_by_weight");
    caught_by(Wrong::NoFairness, "transactional_overtakes_marketing");
    caught_by(Wrong::NoFairness, "a_campaign_that_wakes_gets_no_back_pay");
    caught_by(Wrong::Weight, "campaigns_share_by_weight");
    caught_by(Wrong::Closing, "what_closes_first_goes_first");
    caught_by(Wrong::Closed, "what_has_closed_draws_nothing");
    caught_by(Wrong::Next, "a_claim_tells_when_there_is_more");
    caught_by(Wrong::Look, "a_claim_tells_when_there_is_more");
    caught_by(Wrong::Pause, "a_paused_sender_waits");
    caught_by(Wrong::Backlog, "a_backlog_counts_what_waits");
    caught_by(Wrong::Late, "the_last_to_go_are_found");
    caught_by(Wrong::Level, "hashes_of_the_tree_are_kept_without_holes");
    caught_by(Wrong::Hole, "hashes_of_the_tree_are_kept_without_holes");
    caught_by(Wrong::KeepsFirst, "hashes_of_the_tree_are_kept_without_holes");
    caught_by(Wrong::Forgets, "hashes_of_the_tree_are_kept_without_holes");
    caught_by(Wrong::KeepsEmpty, "notes_are_kept_and_removed");
    caught_by(Wrong::Forgets, "notes_are_kept_and_removed");
    caught_by(Wrong::AnyKey, "the_check_value_changes_from_what_it_is");
}
