use super::{Maker, Seen, append, same, stream, streams::done};
use crate::{
    id::{MessageId, Name},
    ledger::{
        store::{Appended, Ledger, Urgency},
        waiting::{Claim, Lane, OutboxChange, Queued, SenderBudget},
    },
};

pub(super) fn name(text: &str) -> Result<Name, Seen> {
    Name::new(text).map_err(|error| Seen(error.to_string()))
}

pub(super) fn message(number: u8) -> MessageId {
    MessageId([number; 16])
}

/// A message of the sender "36123".
pub(super) fn queued(number: u8, of: u8, lane: Lane, due_ms: i64, job: &Name) -> Result<Queued, Seen> {
    let payload = vec![number; usize::from(number)];
    let (message, stream, sender, job) = (message(number), stream(of), name("36123")?, job.clone());
    let closes_ms = due_ms + 1_000;
    Ok(Queued { message, stream, lane, due_ms, closes_ms, sender, segments: 1, job, payload })
}

/// A marketing message of the job "sale".
pub(super) fn put(number: u8, of: u8, due_ms: i64) -> OutboxChange {
    // The names are good ones; were they not, nothing would be put and the check would fail.
    let queued = name("sale").and_then(|job| queued(number, of, Lane::Marketing, due_ms, &job));
    queued.map_or(OutboxChange::Remove(message(number)), OutboxChange::Put)
}

fn put_off(number: u8, due_ms: i64) -> OutboxChange {
    OutboxChange::Move { message: message(number), due_ms, closes_ms: due_ms + 1_000 }
}

fn again(number: u8, due_ms: i64) -> OutboxChange {
    OutboxChange::Again { message: message(number), due_ms, closes_ms: due_ms + 1_000 }
}

/// The sender of this suite, held back by nothing.
pub(super) fn free() -> Result<Vec<SenderBudget>, Seen> {
    Ok(vec![SenderBudget { sender: name("36123")?, budgets: Vec::new() }])
}

/// A ledger whose streams 1 to 9 exist.
pub(super) async fn with_streams<M: Maker>(make: &M) -> Result<M::Ledger, Seen> {
    let ledger = make.fresh().await?;
    let items = (1..10).map(|number| append(number, 0, 1)).collect();
    ledger.append(items, Urgency::Normal).await?;
    Ok(ledger)
}

async fn claim<L: Ledger>(ledger: &L, now_ms: i64, limit: usize, lanes: &[Lane]) -> Result<Vec<u8>, Seen> {
    let claim = Claim { now_ms, limit, lanes: lanes.to_vec(), until_ms: now_ms + 100, senders: free()? };
    let taken = ledger.claim(claim).await?.rows;
    Ok(taken.iter().filter_map(|queued| queued.message.0.first().copied()).collect())
}

pub(super) async fn an_outbox_changes_with_its_append<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = with_streams(make).await?;
    let mut item = append(1, 1, 1);
    item.outbox = vec![put(1, 1, 5)];
    done(&ledger, item).await?;
    let mut loses = append(2, 7, 1);
    loses.outbox = vec![put(2, 2, 5), OutboxChange::Remove(message(1))];
    ledger.append(vec![loses], Urgency::Normal).await?;
    same("messages after an append and a conflict", ledger.waiting(None).await?, (1, Some(5)))?;
    let mut empty = append(1, 2, 0);
    empty.outbox = vec![OutboxChange::Remove(message(1))];
    done(&ledger, empty).await?;
    same("messages after a removal without records", ledger.waiting(None).await?, (0, None))?;
    ledger.outbox(vec![put(3, 3, 6), put(3, 3, 1), put(4, 4, 9), OutboxChange::Remove(message(8))]).await?;
    same("messages after one was put twice", ledger.waiting(None).await?, (2, Some(6)))?;
    let ledger = make.reopen(ledger).await?;
    same("messages after reopening", ledger.waiting(None).await?, (2, Some(6)))
}

pub(super) async fn claims_go_by_lane_and_due_time<M: Maker>(make: &M) -> Result<(), Seen> {
    use Lane::{Marketing, Transactional, Urgent};
    let (ledger, job) = (with_streams(make).await?, name("mixed")?);
    let all = [
        (1, Marketing, 10),
        (2, Urgent, 30),
        (3, Transactional, 20),
        (4, Marketing, 5),
        (5, Urgent, 25),
        (6, Marketing, 99),
        (7, Marketing, -4),
    ];
    let messages: Vec<Queued> = all
        .iter()
        .map(|(number, lane, due_ms)| queued(*number, *number, *lane, *due_ms, &job))
        .collect::<Result<_, _>>()?;
    ledger.outbox(messages.iter().cloned().map(OutboxChange::Put).collect()).await?;
    let only = claim(&ledger, 50, 1, &[Marketing, Transactional]).await?;
    same("one of two lanes", only, vec![3])?;
    let (lanes, senders) = (Lane::ALL.to_vec(), free()?);
    let taken = ledger.claim(Claim { now_ms: 50, until_ms: 60, limit: 4, lanes, senders }).await?.rows;
    let wanted: Vec<Queued> = [4, 1, 6, 3].iter().filter_map(|at| messages.get(*at)).cloned().collect();
    same("four of all lanes", taken, wanted)?;
    same("the rest that is due", claim(&ledger, 50, 9, Lane::ALL).await?, vec![1])?;
    same("no lane", claim(&ledger, 500, 9, &[]).await?, vec![])?;
    same("none wanted", claim(&ledger, 500, 0, Lane::ALL).await?, vec![])
}

pub(super) async fn a_claim_holds_until_its_time<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = with_streams(make).await?;
    ledger.outbox(vec![put(1, 1, 10), put(2, 2, 20)]).await?;
    same("before the time", claim(&ledger, 9, 9, Lane::ALL).await?, vec![])?;
    same("at the time", claim(&ledger, 10, 9, Lane::ALL).await?, vec![1])?;
    same("what another takes", claim(&ledger, 20, 9, Lane::ALL).await?, vec![2])?;
    same("when the next is ready", ledger.waiting(None).await?, (2, Some(110)))?;
    same("while held", claim(&ledger, 109, 9, Lane::ALL).await?, vec![])?;
    same("when the first hold has passed", claim(&ledger, 110, 9, Lane::ALL).await?, vec![1])?;
    ledger.outbox(vec![put_off(2, 115), put_off(7, 115), again(7, 115)]).await?;
    same("one that was put off is free", claim(&ledger, 115, 9, Lane::ALL).await?, vec![2])?;
    let (lanes, senders) = (Lane::ALL.to_vec(), free()?);
    let far = Claim { now_ms: 300, until_ms: 300 + 600_001, limit: 9, lanes, senders };
    ledger.claim(far.clone()).await?;
    same("what a clock far ahead holds", claim(&ledger, 300, 9, Lane::ALL).await?.len(), 2)?;
    ledger.claim(Claim { now_ms: 400, until_ms: 400 + 600_000, ..far }).await?;
    same("what is held for ten minutes", claim(&ledger, 600_399, 9, Lane::ALL).await?, vec![])?;
    same("and no longer", claim(&ledger, 600_400, 9, Lane::ALL).await?.len(), 2)
}

pub(super) async fn a_started_message_is_not_due<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = with_streams(make).await?;
    ledger.outbox(vec![put(1, 1, 10), put(2, 2, 10), put(3, 3, 12)]).await?;
    let mut starts = append(1, 1, 1);
    starts.outbox = vec![OutboxChange::Start(message(1))];
    done(&ledger, starts).await?;
    ledger.outbox(vec![OutboxChange::Start(message(9))]).await?;
    same("messages that wait", ledger.waiting(None).await?, (2, Some(10)))?;
    same("due messages", claim(&ledger, 50, 9, Lane::ALL).await?, vec![2, 3])?;
    let started = ledger.started(9).await?;
    same("started messages", started.into_iter().map(OutboxChange::Put).collect(), vec![put(1, 1, 10)])?;
    let start = |number| OutboxChange::Start(message(number));
    ledger.outbox(vec![put(1, 1, 5), start(2), start(1)]).await?;
    same("started messages after another put", ledger.started(9).await?.len(), 2)?;
    same("started messages, at most one", ledger.started(1).await?.len(), 1)?;
    ledger.outbox(vec![put_off(1, 60), OutboxChange::Remove(message(2))]).await?;
    let started = ledger.started(9).await?;
    same(
        "a started message that was put off",
        started.into_iter().map(OutboxChange::Put).collect(),
        vec![put(1, 1, 10)],
    )?;
    ledger.outbox(vec![again(1, 70)]).await?;
    same("started messages at the end", ledger.started(9).await?, Vec::new())?;
    same("one that is due again", claim(&ledger, 70, 9, Lane::ALL).await?, vec![1])
}

pub(super) async fn only_what_waits_can_start<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = with_streams(make).await?;
    ledger.outbox(vec![put(1, 1, 10), put(2, 2, 10)]).await?;
    let item = |number, changes: Vec<OutboxChange>| {
        let mut item = append(number, 1, 1);
        item.outbox = changes;
        item
    };
    let start = |number| OutboxChange::Start(message(number));
    let items = vec![
        item(1, vec![start(1), start(9)]),
        item(2, vec![OutboxChange::Remove(message(2)), start(2)]),
        item(3, vec![put(3, 3, 10), start(3)]),
    ];
    let answers = ledger.append(items, Urgency::Normal).await?;
    use Appended::{Conflict, Done};
    same("starts of what does not wait, and of what does", answers, vec![Conflict, Conflict, Done(2)])?;
    same("what waits after two conflicts", ledger.waiting(None).await?, (2, Some(10)))?;
    same("a stream whose start was refused", ledger.read(stream(1)).await?.map(|row| row.version), Some(1))?;
    let mut erased = item(2, vec![start(2)]);
    erased.erase = true;
    same("a start of what is erased", ledger.append(vec![erased], Urgency::Normal).await?, vec![Conflict])?;
    done(&ledger, item(1, vec![start(1)])).await?;
    let mut repeated = item(1, vec![start(1)]);
    repeated.expected = 2;
    done(&ledger, repeated).await?;
    same("started messages", ledger.started(9).await?.len(), 2)
}

pub(super) async fn waiting_messages_are_counted<M: Maker>(make: &M) -> Result<(), Seen> {
    let (ledger, news) = (with_streams(make).await?, name("news")?);
    same("an unknown job", ledger.waiting(Some(news.clone())).await?, (0, None))?;
    let other = OutboxChange::Put(queued(9, 9, Lane::Urgent, 40, &news)?);
    ledger.outbox(vec![put(1, 1, 30), put(2, 2, 20), put(3, 3, 10), other]).await?;
    let sale = || name("sale");
    same("messages of a job", ledger.waiting(Some(sale()?)).await?, (3, Some(10)))?;
    same("messages of another, and the earliest of all", ledger.waiting(Some(news)).await?, (1, Some(10)))?;
    ledger
        .outbox(vec![
            OutboxChange::Start(message(3)),
            OutboxChange::Remove(message(3)),
            OutboxChange::Remove(message(3)),
            OutboxChange::Start(message(1)),
        ])
        .await?;
    same("after one ended and one started", ledger.waiting(Some(sale()?)).await?, (1, Some(20)))?;
    ledger.outbox(vec![again(1, 15), put_off(2, 60)]).await?;
    same("after both were put off", ledger.waiting(Some(sale()?)).await?, (2, Some(15)))?;
    let ledger = make.reopen(ledger).await?;
    let mut erased = append(1, 1, 1);
    erased.erase = true;
    done(&ledger, erased).await?;
    same("after one was erased", ledger.waiting(Some(sale()?)).await?, (1, Some(40)))?;
    same("of all jobs", ledger.waiting(None).await?, (2, Some(40)))
}

pub(super) async fn jobs_are_kept_and_replaced<M: Maker>(make: &M) -> Result<(), Seen> {
    let (ledger, sale) = (with_streams(make).await?, name("sale")?);
    same("an unknown job", ledger.job(sale.clone()).await?, None)?;
    ledger.outbox(vec![put(1, 1, 10)]).await?;
    same("a job that has messages and no definition", ledger.job(sale.clone()).await?, None)?;
    ledger.put_job(sale.clone(), 1, b"first".to_vec()).await?;
    ledger.put_job(name("other")?, 0, Vec::new()).await?;
    ledger.put_job(sale.clone(), 1, b"second".to_vec()).await?;
    let ledger = make.reopen(ledger).await?;
    same("a replaced job", ledger.job(sale.clone()).await?, Some(b"second".to_vec()))?;
    same("an empty job", ledger.job(name("other")?).await?, Some(Vec::new()))?;
    same("its messages", ledger.waiting(Some(sale)).await?, (1, Some(10)))
}
