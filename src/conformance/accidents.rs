use std::time::Duration;

use chrono::TimeDelta;

use super::{
    Seen, broken,
    faulty::Accident,
    holds,
    story::{LEAVER, Story},
};
use crate::{clock::Clock, ledger::conformance::Maker};

const PEOPLE: u32 = 5;

/// How a day went.
struct Day {
    /// Calls of the ledger.
    calls: u64,
    /// Those who got their message.
    taken: usize,
    struck: bool,
}

/// What a shop does in a day.
async fn day<M: Maker>(make: &M, accident: Option<(u64, Accident)>) -> Result<Day, Seen> {
    let crash = accident.is_some_and(|(_, accident)| accident.is_crash());
    let mut story = Story::new(make, PEOPLE, accident).await?;
    story.opt_in(crash).await?;
    story.launch(crash).await?;
    story.dispatch(crash).await?;
    story.stop(crash, LEAVER).await?;
    let by_then = story.taken(LEAVER)?;
    story.finish(crash).await?;
    let (calls, struck) = (story.calls(), story.was_struck());
    holds("marketing after a STOP that was answered", story.taken(LEAVER)? == by_then)?;
    story.is_safe().await?;
    story.nothing_is_lost().await?;
    let all: Result<Vec<usize>, Seen> = (1..PEOPLE).map(|nth| story.taken(nth)).collect();
    Ok(Day { calls, taken: all?.iter().sum(), struck })
}

pub(super) async fn a_day_without_accidents_goes_well<M: Maker>(make: &M) -> Result<(), Seen> {
    let taken = day(make, None).await?.taken;
    holds(format!("{taken} of {} got their message", PEOPLE - 1), taken == PEOPLE as usize - 1)
}

/// A day for every call that can meet this accident.
async fn at_each_call<M: Maker>(make: &M, accident: Accident) -> Result<(), Seen> {
    let (calls, mut struck) = (day(make, None).await?.calls, 0);
    for nth in 1..=calls {
        match day(make, Some((nth, accident))).await {
            Ok(day) => struck += u64::from(day.struck),
            Err(Seen(what)) => return Err(Seen(format!("{accident:?} at call {nth} of {calls}: {what}"))),
        }
    }
    // People have random ids, so one day may take a call less than another.
    holds(format!("{struck} of {calls} accidents happened"), calls > 0 && struck + 3 >= calls)
}

pub(super) async fn a_crash_before_any_call_loses_nothing<M: Maker>(make: &M) -> Result<(), Seen> {
    at_each_call(make, Accident::CrashBefore).await
}

pub(super) async fn a_crash_after_any_call_loses_nothing<M: Maker>(make: &M) -> Result<(), Seen> {
    at_each_call(make, Accident::CrashAfter).await
}

pub(super) async fn a_call_that_fails_can_be_made_again<M: Maker>(make: &M) -> Result<(), Seen> {
    at_each_call(make, Accident::Fails).await
}

pub(super) async fn a_lost_answer_sends_nothing_twice<M: Maker>(make: &M) -> Result<(), Seen> {
    at_each_call(make, Accident::LostAnswer).await
}

/// The clock is set by each of these between the steps of the day. Messages may come late or not at all.
pub(super) async fn a_clock_that_jumps_sends_nothing_twice<M: Maker>(make: &M) -> Result<(), Seen> {
    let jumps = [-86_400, -3_600, -301, -1, 1, 121, 3_600, 6 * 3_600];
    for jump in jumps.map(TimeDelta::seconds) {
        for before in 0..4 {
            let mut story = Story::new(make, PEOPLE, None).await?;
            let jump_at = |story: &Story<'_, M>, step| {
                if let (true, Some(now)) = (step == before, story.clock.now()) {
                    story.clock.set(now + jump);
                }
            };
            story.opt_in(false).await?;
            story.launch(false).await?;
            jump_at(&story, 0);
            story.dispatch(false).await?;
            jump_at(&story, 1);
            // Written later than the consent by any clock.
            let now = story.clock.now().ok_or_else(|| broken("no time"))?;
            story.clock.set(now.max(super::story::morning()) + TimeDelta::seconds(1));
            story.stop(false, LEAVER).await?;
            let by_then = story.taken(LEAVER)?;
            jump_at(&story, 2);
            story.dispatch(false).await?;
            jump_at(&story, 3);
            story.clock.advance(Duration::from_secs(1));
            story.finish(false).await?;
            holds("marketing after a STOP that was answered", story.taken(LEAVER)? == by_then)?;
            story.is_safe().await?;
        }
    }
    Ok(())
}
