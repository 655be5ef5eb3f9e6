use std::{
    collections::{BTreeSet, HashMap, HashSet},
    path::Path,
    sync::Arc,
};

use optin::{
    consent::{Event, event::Outcome},
    id::MessageId,
    ledger::Ledger,
    phone::PhoneNumber,
};

use super::{
    carrier::Door,
    record::{Entry, faults},
    stage::{audience, ledger, message, shop_on},
    worker::SMALL,
};

/// What came of one round, or of many.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Tally {
    pub(crate) kills: u64,
    /// STOPs that were answered.
    pub(crate) stops: u64,
    /// Messages that such an answer named as in flight.
    pub(crate) named: u64,
    pub(crate) accepted: u64,
    pub(crate) refused: u64,
    pub(crate) unknown: u64,
    pub(crate) dropped: u64,
}

impl Tally {
    pub(crate) fn add(&mut self, other: &Self) {
        self.kills += other.kills;
        self.stops += other.stops;
        self.named += other.named;
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.unknown += other.unknown;
        self.dropped += other.dropped;
    }
}

/// Reads the whole ledger, of a campaign to so many people that is over, against the list of a moody carrier. Workers
/// met their end so many times in the middle of their work.
pub(crate) async fn audit(folder: &Path, people: usize, list: &[Entry], deaths: u64) -> Tally {
    assert_eq!(faults(list), BTreeSet::new(), "{list:#?}");
    let ledger = Arc::new(ledger(folder).await);
    let shop = shop_on(Arc::clone(&ledger), folder);
    shop.verify().await.unwrap().unwrap();
    assert_eq!(ledger.started(1).await.unwrap(), []);
    assert_eq!(ledger.waiting(None).await.unwrap(), (0, None));
    let (mut reached, mut orphaned) = (HashSet::new(), 0);
    let mut answered: HashMap<PhoneNumber, &[MessageId]> = HashMap::new();
    for entry in list {
        match entry {
            Entry::Reached { message, .. } => drop(reached.insert(*message)),
            Entry::Answered { number, in_flight } => drop(answered.insert(*number, in_flight)),
        }
    }
    let mut tally = Tally { stops: answered.len() as u64, ..Tally::default() };
    tally.named = answered.values().map(|named| named.len() as u64).sum();
    for person in audience(people) {
        let id = message(&shop, person).await;
        let history = shop.history(person).await.unwrap();
        let events: Vec<_> = history.into_iter().map(|(envelope, _)| envelope.event).collect();
        let stop = events.iter().position(|event| matches!(event, Event::Revoked(_)));
        let start = events.iter().position(|e| matches!(e, Event::Started(s) if s.message == id));
        assert!(stop.is_some() || !answered.contains_key(&person), "a STOP was lost");
        assert!(stop.is_none_or(|stop| start.is_none_or(|start| start < stop)), "{events:#?}");
        let state = shop.person(person).await.unwrap().unwrap().state;
        // What waits was counted above: there is nothing.
        match state.sent(id).map(|sent| sent.outcome) {
            None => {
                assert!(stop.is_some() && !reached.contains(&id), "a message got lost");
                tally.dropped += 1;
            }
            Some(Some(Outcome::Accepted)) => {
                assert!(reached.contains(&id), "nothing was accepted");
                tally.accepted += 1;
            }
            Some(Some(Outcome::Refused)) => tally.refused += 1,
            Some(Some(Outcome::Unknown)) => {
                tally.unknown += 1;
                orphaned += u64::from(!Door::loses_the_answer_to(id));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(tally.accepted + tally.refused + tally.unknown + tally.dropped, people as u64);
    // A worker holds at most one batch when it dies.
    assert!(orphaned <= deaths * SMALL as u64, "{orphaned} unknown after {deaths} deaths");
    tally
}
