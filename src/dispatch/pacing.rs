//! What every sender may send now, for all processes together.

use std::{collections::BTreeMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};

use super::worker::{DispatchError, Worker};
use crate::{
    gateway::{Refusal, Rejection},
    id::Name,
    ledger::{Allowance, BookError, Budget, SenderBudget, UNSAID, Unit},
    place::{Zone, ZoneTable},
    program::{Counted, Limit, Period, Sender},
};

/// However long a gateway asks to wait, its sender waits no longer at once.
const LONGEST: Duration = Duration::from_secs(3_600);
/// While a day's end cannot be told, its quota gives nothing for so long.
const UNTOLD_MS: i64 = 3_600_000;
/// Of a carrier's day, marketing leaves one part in so many to orders and codes.
const KEPT_PART: u64 = 20;

impl Worker<'_> {
    /// Every sender with all that holds it back. What an older version queued without a sender draws on all.
    pub(super) fn budgets(&self, now: DateTime<Utc>) -> Vec<SenderBudget> {
        let senders = || self.programs.iter().flat_map(|program| program.senders());
        let mut listed: BTreeMap<Name, Vec<Budget>> = BTreeMap::new();
        for sender in senders() {
            // Programs that share a sender share its throughput: what they say of it alike holds once.
            add(listed.entry(sender.id().clone()).or_default(), self.budgets_of(sender, now));
        }
        // Whoever texts the code that takes a sender's STOP is answered from there.
        let mut codes: BTreeMap<Name, Vec<Budget>> = BTreeMap::new();
        for sender in senders() {
            if let Some(code) = sender.stop_code().filter(|code| !listed.contains_key(*code)) {
                add(codes.entry(code.clone()).or_default(), [throughput(code, sender)]);
            }
        }
        listed.append(&mut codes);
        let mut all: BTreeMap<&Name, Vec<Budget>> = BTreeMap::new();
        for budget in listed.values().flatten() {
            add(all.entry(&budget.name).or_default(), [budget.clone()]);
        }
        let all = all.into_values().flatten().collect();
        let mut listed: Vec<_> =
            listed.into_iter().map(|(sender, budgets)| SenderBudget { sender, budgets }).collect();
        listed.extend(Name::new(UNSAID).ok().map(|sender| SenderBudget { sender, budgets: all }));
        listed
    }

    fn budgets_of(&self, sender: &Sender, now: DateTime<Utc>) -> Vec<Budget> {
        let throughput = throughput(sender.id(), sender);
        let policy = self.policy.now();
        let limits = sender.limits().iter().map(|limit| budget(&policy.zones, limit, now));
        std::iter::once(throughput).chain(limits).collect()
    }

    /// The carrier asks to wait: no process takes anything of this sender before that.
    pub(super) async fn pause(
        &self,
        sender: &Name,
        said: &Rejection,
        now: DateTime<Utc>,
    ) -> Result<(), DispatchError> {
        let Some(pause) = pause(said).and_then(|pause| TimeDelta::from_std(pause).ok()) else {
            return Ok(());
        };
        let until_ms = (now + pause).timestamp_millis();
        Ok(self.book.ledger().pause(sender.clone(), until_ms).await.map_err(BookError::from)?)
    }
}

/// Adds what is not there yet.
fn add(held: &mut Vec<Budget>, budgets: impl IntoIterator<Item = Budget>) {
    for budget in budgets {
        if !held.contains(&budget) {
            held.push(budget);
        }
    }
}

/// What an address takes that sends as fast as this sender.
fn throughput(address: &Name, sender: &Sender) -> Budget {
    let allowance = Allowance::PerSecond(sender.per_second().get());
    Budget { name: address.clone(), unit: Unit::Messages, allowance, kept: 0 }
}

/// How long a refusal holds the whole sender up: not at all where it lies with one person or one message.
fn pause(said: &Rejection) -> Option<Duration> {
    let unsaid = match said.refusal {
        Refusal::RateLimited => Duration::from_secs(1),
        Refusal::Account => Duration::from_secs(60),
        Refusal::Quota => Duration::from_secs(15 * 60),
        refusal if refusal.lies_with_gateway() => said.retry_after?,
        _ => return None,
    };
    Some(said.retry_after.unwrap_or(unsaid).min(LONGEST))
}

fn budget(zones: &ZoneTable, limit: &Limit, now: DateTime<Utc>) -> Budget {
    let max = limit.max().get();
    let rate = u32::try_from(max).unwrap_or(u32::MAX);
    let (allowance, kept) = match limit.period() {
        Period::Second => (Allowance::PerSecond(rate), 0),
        Period::Minute => (Allowance::PerMinute(rate), 0),
        Period::Day(zone) => match midnight_after(zones, zone, now) {
            Some(ends_ms) => (Allowance::Until { ends_ms, max }, max / KEPT_PART),
            None => (Allowance::Until { ends_ms: now.timestamp_millis() + UNTOLD_MS, max: 0 }, 0),
        },
    };
    let unit = match limit.counted() {
        Counted::Messages => Unit::Messages,
        Counted::Segments => Unit::Segments,
    };
    Budget { name: limit.name().clone(), unit, allowance, kept }
}

/// The next local midnight, Unix milliseconds; `None` if the table does not know the zone now.
fn midnight_after(zones: &ZoneTable, zone: Zone, now: DateTime<Utc>) -> Option<i64> {
    let local = zones.local(zone, now.timestamp())?;
    let midnight = (local.div_euclid(86_400) + 1) * 86_400;
    let guess = now.timestamp() + (midnight - local);
    // The offset may change before then.
    let off = zones.local(zone, guess)? - midnight;
    Some((guess - off) * 1_000)
}

#[cfg(test)]
mod tests {
    use super::midnight_after;
    use crate::place::{Zone, ZoneTable};

    #[test]
    fn a_day_of_the_carrier_ends_at_its_own_midnight_whatever_the_clocks_do() {
        let (zones, pacific) = (ZoneTable::bundled(), Zone::named("America/Los_Angeles").unwrap());
        let ends = |now: &str| {
            let ms = midnight_after(&zones, pacific, now.parse().unwrap()).unwrap();
            chrono::DateTime::from_timestamp_millis(ms).unwrap().to_rfc3339()
        };
        assert_eq!(ends("2026-11-27T17:00:00Z"), "2026-11-28T08:00:00+00:00");
        assert_eq!(ends("2026-11-28T07:59:59Z"), "2026-11-28T08:00:00+00:00");
        assert_eq!(ends("2026-11-28T08:00:00Z"), "2026-11-29T08:00:00+00:00");
        // Summer time ends on 1 November 2026, and begins on 14 March 2027.
        assert_eq!(ends("2026-11-01T07:00:00Z"), "2026-11-02T08:00:00+00:00");
        assert_eq!(ends("2027-03-14T08:00:00Z"), "2027-03-15T07:00:00+00:00");
    }
}
