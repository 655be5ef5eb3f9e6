use super::{
    Maker, Seen, same, stream,
    waiting::{name, with_streams},
};
use crate::{
    id::MessageId,
    ledger::{
        store::Ledger,
        waiting::{Allowance, Budget, Claim, Lane, OutboxChange, Queued, SenderBudget, Unit},
    },
};

/// Begins a minute.
const NOW: i64 = 1_800_000_000_000;
const MINUTE: i64 = 60_000;

/// A message of the job "sale" that is due and closes in an hour.
pub(super) fn row(number: u16, sender: &str, lane: Lane) -> Result<Queued, Seen> {
    let mut id = [0; 16];
    id.iter_mut().zip(number.to_be_bytes()).for_each(|(slot, byte)| *slot = byte);
    Ok(Queued {
        message: MessageId(id),
        stream: stream(1),
        lane,
        due_ms: NOW - 5,
        closes_ms: NOW + 60 * MINUTE,
        sender: name(sender)?,
        segments: 1,
        job: name("sale")?,
        payload: vec![1],
    })
}

fn number(message: MessageId) -> u16 {
    let [high, low, ..] = message.0;
    u16::from_be_bytes([high, low])
}

/// Queues messages of one sender and lane.
async fn put<L: Ledger>(
    ledger: &L,
    numbers: impl IntoIterator<Item = u16>,
    sender: &str,
    lane: Lane,
    change: impl Fn(&mut Queued),
) -> Result<(), Seen> {
    let mut changes = Vec::new();
    for number in numbers {
        let mut row = row(number, sender, lane)?;
        change(&mut row);
        changes.push(OutboxChange::Put(row));
    }
    Ok(ledger.outbox(changes).await?)
}

fn listed(sender: &str, budgets: Vec<Budget>) -> Result<SenderBudget, Seen> {
    Ok(SenderBudget { sender: name(sender)?, budgets })
}

fn budget(called: &str, unit: Unit, allowance: Allowance) -> Result<Budget, Seen> {
    Ok(Budget { name: name(called)?, unit, allowance, kept: 0 })
}

/// The sender "36123" at so many messages a second.
fn rate(per_second: u32) -> Result<Vec<SenderBudget>, Seen> {
    let budget = budget("36123", Unit::Messages, Allowance::PerSecond(per_second))?;
    Ok(vec![listed("36123", vec![budget])?])
}

fn free(senders: &[&str]) -> Result<Vec<SenderBudget>, Seen> {
    senders.iter().map(|sender| listed(sender, Vec::new())).collect()
}

/// Claims for ten minutes, from all lanes.
async fn claim<L: Ledger>(
    ledger: &L,
    now_ms: i64,
    limit: usize,
    senders: Vec<SenderBudget>,
) -> Result<(Vec<u16>, Option<i64>), Seen> {
    let (lanes, until_ms) = (Lane::ALL.to_vec(), now_ms + 10 * MINUTE);
    let claimed = ledger.claim(Claim { now_ms, until_ms, limit, lanes, senders }).await?;
    Ok((claimed.rows.iter().map(|row| number(row.message)).collect(), claimed.next_ms))
}

async fn count<L: Ledger>(ledger: &L, now_ms: i64, senders: Vec<SenderBudget>) -> Result<usize, Seen> {
    Ok(claim(ledger, now_ms, 99, senders).await?.0.len())
}

pub(super) async fn a_rate_is_drawn_by_claims_and_kept<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = with_streams(make).await?;
    put(&ledger, 0..200, "36123", Lane::Transactional, |_| {}).await?;
    same("what a rate gives at once", count(&ledger, NOW, rate(10)?).await?, 10)?;
    let ledger = make.reopen(ledger).await?;
    let (rows, next) = claim(&ledger, NOW, 99, rate(10)?).await?;
    same("what it gives next", rows, Vec::new())?;
    let (mut now, end, mut gone) = (next.unwrap_or(NOW), NOW + 10_000, 0);
    same(&format!("whether it gives again after {} ms", now - NOW), now > NOW && now <= NOW + 200, true)?;
    while now <= end && gone < 150 {
        let (rows, next) = claim(&ledger, now, 99, rate(10)?).await?;
        same("whether there is something at the time that was told", rows.is_empty(), false)?;
        gone += rows.len();
        same("whether the next time is later", next > Some(now), true)?;
        now = next.unwrap_or(i64::MAX);
    }
    same("what it gave in ten seconds", (99..=101).contains(&gone), true)
}

pub(super) async fn a_budget_is_one_for_all_who_name_it<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = with_streams(make).await?;
    put(&ledger, 0..9, "36123", Lane::Urgent, |_| {}).await?;
    put(&ledger, 20..29, "72345", Lane::Urgent, |_| {}).await?;
    let brand = || budget("brand", Unit::Messages, Allowance::PerSecond(8));
    let both = || Ok::<_, Seen>(vec![listed("36123", vec![brand()?])?, listed("72345", vec![brand()?])?]);
    let (rows, _) = claim(&ledger, NOW, 5, both()?).await?;
    same("the first five of two senders", rows, vec![0, 1, 2, 3, 4])?;
    let alone = vec![listed("72345", vec![brand()?])?];
    same("what is left of their budget", claim(&ledger, NOW, 99, alone).await?.0, vec![20, 21, 22])?;
    same("and then", count(&ledger, NOW, both()?).await?, 0)?;
    same("another budget", count(&ledger, NOW, rate(4)?).await?, 4)
}

pub(super) async fn every_budget_must_have_room<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = with_streams(make).await?;
    put(&ledger, 0..20, "36123", Lane::Urgent, |row| row.segments = 2).await?;
    let senders = |ends_ms, max| {
        let per_second = budget("36123", Unit::Messages, Allowance::PerSecond(4))?;
        let a_day = budget("a-day", Unit::Segments, Allowance::Until { ends_ms, max })?;
        Ok::<_, Seen>(vec![listed("36123", vec![per_second, a_day])?])
    };
    let (end, later) = (NOW + 5_000, NOW + 50_000);
    same("what a rate leaves of a quota", count(&ledger, NOW, senders(end, 13)?).await?, 4)?;
    let ledger = make.reopen(ledger).await?;
    let (rows, next) = claim(&ledger, NOW + 2_000, 99, senders(end, 13)?).await?;
    same("what a quota leaves of a rate", (rows.len(), next), (2, Some(end)))?;
    same("an earlier period", count(&ledger, NOW + 2_000, senders(end - 1, 13)?).await?, 0)?;
    same("a period that is over", count(&ledger, end, senders(end, 13)?).await?, 0)?;
    same("a new period", count(&ledger, end, senders(later, 3)?).await?, 1)?;
    same("and no more of it", count(&ledger, later - 1, senders(later, 3)?).await?, 0)?;
    same("what is left", ledger.waiting(None).await?.0, 20)
}

pub(super) async fn a_sender_without_room_holds_nobody_else<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = with_streams(make).await?;
    put(&ledger, 0..9, "36123", Lane::Marketing, |row| row.closes_ms = NOW + MINUTE).await?;
    put(&ledger, 20..23, "72345", Lane::Marketing, |_| {}).await?;
    put(&ledger, 30..33, "99999", Lane::Urgent, |_| {}).await?;
    let senders = || Ok::<_, Seen>([rate(1)?, free(&["72345", "unknown"])?].concat());
    let (mut rows, next) = claim(&ledger, NOW, 99, senders()?).await?;
    rows.sort_unstable();
    same("what two of three senders have room for", rows, vec![0, 20, 21, 22])?;
    same("when there is more", next, Some(NOW + 1_000))?;
    let (rows, _) = claim(&ledger, NOW + 1_000, 99, senders()?).await?;
    same("what had no room, a second later", rows, vec![1])?;
    let unlisted = claim(&ledger, NOW, 99, free(&["99999"])?).await?.0;
    same("what nobody listed", unlisted, vec![30, 31, 32])?;
    same("no sender at all", count(&ledger, NOW + 20 * MINUTE, Vec::new()).await?, 0)
}

pub(super) async fn transactional_overtakes_marketing<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = with_streams(make).await?;
    put(&ledger, 0..40, "36123", Lane::Marketing, |_| {}).await?;
    same("what marketing takes at once of eight", count(&ledger, NOW, rate(8)?).await?, 6)?;
    put(&ledger, 50..55, "36123", Lane::Transactional, |row| row.closes_ms = i64::MAX).await?;
    let (rows, next) = claim(&ledger, NOW, 99, rate(8)?).await?;
    same("what it left to the others", rows, vec![50, 51])?;
    let next = next.unwrap_or(i64::MAX);
    same("who is next", claim(&ledger, next, 99, rate(8)?).await?.0, vec![52])?;
    same("who is first after a pause", claim(&ledger, NOW + 9_000, 3, rate(8)?).await?.0, vec![53, 54, 6])?;
    let mut gone = 0;
    for step in 0..24 {
        gone += count(&ledger, NOW + 20_000 + step * 125, rate(8)?).await?;
    }
    same("marketing alone in three seconds, with what went at once", gone, 6 + 23)?;
    // A long one that has no room is not passed by short ones.
    put(&ledger, 60..61, "72345", Lane::Transactional, |row| row.segments = 4).await?;
    put(&ledger, 70..75, "72345", Lane::Marketing, |_| {}).await?;
    let segments = budget("72345", Unit::Segments, Allowance::PerSecond(8))?;
    let senders = || Ok::<_, Seen>(vec![listed("72345", vec![segments.clone()])?]);
    put(&ledger, 80..81, "72345", Lane::Urgent, |row| row.segments = 6).await?;
    same("a long one alone", claim(&ledger, NOW, 99, senders()?).await?.0, vec![80])?;
    same("the next, and what it leaves", claim(&ledger, NOW + 500, 99, senders()?).await?.0, vec![60])
}

pub(super) async fn campaigns_share_by_weight<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = with_streams(make).await?;
    for (at, (job, weight, segments)) in [("a", 1, 1), ("b", 2, 1), ("c", 2, 3)].into_iter().enumerate() {
        ledger.put_job(name(job)?, weight, Vec::new()).await?;
        let (job, first) = (name(job)?, u16::try_from(at).unwrap_or(0) * 1_000);
        put(&ledger, first..first + 400, "36123", Lane::Marketing, |row| {
            (row.job, row.segments) = (job.clone(), segments);
        })
        .await?;
    }
    let mut taken = [0_i64; 4];
    for step in 0..40 {
        // Another process takes its turn in between.
        let (rows, _) = claim(&ledger, NOW + step, 7, free(&["36123"])?).await?;
        for row in rows {
            taken.get_mut(usize::from(row / 1_000)).into_iter().for_each(|count| *count += 1);
        }
    }
    // Of 280 messages: segments 1 to 2 to 2, so messages 1 to 2 to 2/3.
    let near = |found: i64, wanted: i64| (found - wanted).abs() <= 4;
    let [a, b, c, _] = taken;
    same(&format!("whether {a}, {b}, {c} are fair"), near(a, 76) && near(b, 153) && near(c, 51), true)
}

pub(super) async fn a_campaign_that_wakes_gets_no_back_pay<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = with_streams(make).await?;
    let other = name("other")?;
    let join = |row: &mut Queued| row.job = other.clone();
    put(&ledger, 1_000..1_002, "36123", Lane::Marketing, join).await?;
    put(&ledger, 0..200, "36123", Lane::Marketing, |_| {}).await?;
    same("two campaigns", claim(&ledger, NOW, 4, free(&["36123"])?).await?.0.len(), 4)?;
    same("one alone", claim(&ledger, NOW, 90, free(&["36123"])?).await?.0.len(), 90)?;
    let ledger = make.reopen(ledger).await?;
    put(&ledger, 1_002..1_100, "36123", Lane::Marketing, join).await?;
    let (rows, _) = claim(&ledger, NOW, 20, free(&["36123"])?).await?;
    let woken = rows.iter().filter(|row| **row >= 1_000).count();
    same(&format!("whether {woken} of 20 is half"), (9..=11).contains(&woken), true)
}

pub(super) async fn what_closes_first_goes_first<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = with_streams(make).await?;
    let all: [(u16, i64, i64); 7] = [
        (1, NOW - 9, NOW + 30 * MINUTE),
        (2, NOW - 7, NOW + 20 * MINUTE + 2_000),
        (3, NOW - 8, NOW + 20 * MINUTE + 3_000),
        (4, NOW - 8, NOW + 20 * MINUTE + 1_000),
        (5, NOW + 1, NOW + 10 * MINUTE),
        (6, NOW - 9 * MINUTE, i64::MAX),
        (7, NOW - 2 * MINUTE, NOW + 30 * MINUTE),
    ];
    for (number, due_ms, closes_ms) in all {
        put(&ledger, [number], "36123", Lane::Marketing, |row| {
            (row.due_ms, row.closes_ms) = (due_ms, closes_ms);
        })
        .await?;
    }
    let (rows, next) = claim(&ledger, NOW, 99, free(&["36123"])?).await?;
    same("by closing minute, due time and id", rows, vec![3, 4, 2, 7, 1, 6])?;
    same("what comes", next, Some(NOW + 1))
}

pub(super) async fn what_has_closed_draws_nothing<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = with_streams(make).await?;
    put(&ledger, 0..5, "36123", Lane::Marketing, |row| row.closes_ms = NOW).await?;
    put(&ledger, 10..15, "36123", Lane::Marketing, |row| row.closes_ms = NOW + 1).await?;
    let (rows, _) = claim(&ledger, NOW, 99, rate(1)?).await?;
    same("what has closed, and what a rate gives", rows, vec![0, 1, 2, 3, 4, 10])
}

pub(super) async fn a_claim_tells_when_there_is_more<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = with_streams(make).await?;
    let one = || free(&["36123"]);
    same("an empty ledger", claim(&ledger, NOW, 9, one()?).await?, (vec![], None))?;
    put(&ledger, 1..4, "36123", Lane::Marketing, |_| {}).await?;
    put(&ledger, [4], "36123", Lane::Urgent, |row| row.due_ms = NOW + 90_000).await?;
    put(&ledger, [5], "36123", Lane::Marketing, |row| row.due_ms = NOW + 80_000).await?;
    put(&ledger, [6], "other", Lane::Marketing, |row| row.due_ms = NOW + 10).await?;
    same("a look", claim(&ledger, NOW, 0, one()?).await?, (vec![], Some(NOW)))?;
    same("with more than the limit", claim(&ledger, NOW, 2, one()?).await?, (vec![1, 2], Some(NOW)))?;
    same("with as many as the limit", claim(&ledger, NOW, 1, one()?).await?, (vec![3], Some(NOW + 80_000)))?;
    let lanes = vec![Lane::Urgent];
    let urgent = Claim { now_ms: NOW, until_ms: NOW, limit: 9, lanes, senders: one()? };
    same("in one lane", ledger.claim(urgent).await?.next_ms, Some(NOW + 90_000))?;
    let (rows, next) = claim(&ledger, NOW + 90_000, 9, one()?).await?;
    same("when all are due", (rows, next), (vec![4, 5], Some(NOW + 10 * MINUTE)))?;
    let (rows, _) = claim(&ledger, NOW + 10 * MINUTE, 9, one()?).await?;
    same("when the first claim ends", rows, vec![1, 2, 3])
}

pub(super) async fn a_paused_sender_waits<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = with_streams(make).await?;
    let both = || free(&["36123", "72345"]);
    ledger.pause(name("36123")?, NOW + 20_000).await?;
    ledger.pause(name("36123")?, NOW + 10_000).await?;
    same("a pause where nothing waits", claim(&ledger, NOW, 9, both()?).await?, (vec![], None))?;
    put(&ledger, 1..3, "36123", Lane::Urgent, |row| row.closes_ms = NOW + 5_000).await?;
    put(&ledger, 3..5, "72345", Lane::Marketing, |_| {}).await?;
    let ledger = make.reopen(ledger).await?;
    let found = claim(&ledger, NOW, 9, both()?).await?;
    same("a pause of one sender", found, (vec![3, 4], Some(NOW + 20_000)))?;
    same("just before it ends", count(&ledger, NOW + 19_999, free(&["36123"])?).await?, 0)?;
    same("when it ends", claim(&ledger, NOW + 20_000, 9, both()?).await?.0, vec![1, 2])?;
    ledger.pause(name("36123")?, NOW + 10 * 60 * MINUTE).await?;
    put(&ledger, [7], "36123", Lane::Marketing, |row| row.closes_ms = i64::MAX).await?;
    let found = claim(&ledger, NOW, 9, free(&["36123"])?).await?;
    same("a pause by a clock far ahead", found, (vec![], Some(NOW + 60 * MINUTE)))?;
    let (rows, _) = claim(&ledger, NOW + 60 * MINUTE, 9, free(&["36123"])?).await?;
    same("an hour later", rows.contains(&7), true)
}

pub(super) async fn a_backlog_counts_what_waits<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = with_streams(make).await?;
    put(&ledger, 0..3, "36123", Lane::Marketing, |row| row.segments = 2).await?;
    put(&ledger, 3..5, "36123", Lane::Marketing, |row| row.due_ms = NOW - 9 * MINUTE).await?;
    put(&ledger, 5..6, "36123", Lane::Urgent, |row| row.due_ms = NOW + 2 * MINUTE).await?;
    put(&ledger, 6..9, "72345", Lane::Marketing, |row| row.closes_ms += 59_999).await?;
    let started = row(2, "36123", Lane::Marketing)?.message;
    ledger.outbox(vec![OutboxChange::Start(started)]).await?;
    claim(&ledger, NOW, 1, free(&["36123"])?).await?;
    let ledger = make.reopen(ledger).await?;
    let counted = |cells: Vec<crate::ledger::BacklogCell>| {
        let minutes = |minute: i64| minute - NOW / MINUTE;
        let mut cells: Vec<_> = cells
            .into_iter()
            .map(|c| {
                (c.sender, c.lane, minutes(c.due_minute), minutes(c.closes_minute), c.messages, c.segments)
            })
            .collect();
        cells.sort_by(|one, other| (&one.0, one.1).cmp(&(&other.0, other.1)));
        cells
    };
    let (one, other) = (name("36123")?, name("72345")?);
    let all = vec![
        (one.clone(), Lane::Urgent, 2, 60, 1, 1),
        (one.clone(), Lane::Marketing, 0, 60, 4, 6),
        (other.clone(), Lane::Marketing, 0, 60, 3, 3),
    ];
    let of_one = all.iter().filter(|cell| cell.0 == one).cloned().collect();
    same("the backlog of all", counted(ledger.backlog(NOW, None).await?), all)?;
    same("the backlog of one", counted(ledger.backlog(NOW, Some(one)).await?), of_one)
}

pub(super) async fn the_last_to_go_are_found<M: Maker>(make: &M) -> Result<(), Seen> {
    let ledger = with_streams(make).await?;
    let later = NOW + 60 * MINUTE;
    put(&ledger, 0..5, "36123", Lane::Marketing, |_| {}).await?;
    put(&ledger, 5..8, "36123", Lane::Marketing, |row| row.due_ms = NOW + 9 * MINUTE).await?;
    put(&ledger, 8..9, "36123", Lane::Marketing, |row| row.closes_ms = later + 1).await?;
    put(&ledger, 9..10, "36123", Lane::Urgent, |_| {}).await?;
    put(&ledger, 10..11, "72345", Lane::Marketing, |_| {}).await?;
    let started = row(6, "36123", Lane::Marketing)?.message;
    ledger.outbox(vec![OutboxChange::Start(started)]).await?;
    let late = async |closes_ms, limit| {
        let rows = ledger.late(name("36123")?, closes_ms, limit).await?;
        Ok::<_, Seen>(rows.iter().map(|row| number(row.message)).collect::<Vec<_>>())
    };
    same("the last four", late(later, 4).await?, vec![7, 5, 4, 3])?;
    same("all of them", late(later, 99).await?, vec![7, 5, 4, 3, 2, 1, 0])?;
    same("none that closes before", late(later - 1, 99).await?, vec![])?;
    same("with one that closes later", late(later + 1, 3).await?, vec![7, 5, 8])
}
