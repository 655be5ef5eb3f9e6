//! Who must stay, who may go and who must, by the rules of the places where people are.

use std::sync::Arc;

use chrono::{DateTime, Months, TimeDelta, Utc};
use optin::{
    Sweep,
    consent::{Event, OptIn, event::Erased},
    law::{Posture, Rulebook},
    ledger::{Ledger, MemoryLedger},
    phone::PhoneNumber,
    place::{Place, ZoneTable},
    policy::{Policy, Stay, Trail},
};

use super::{House, TEXT, name};
use crate::walk::{at, number};

fn policy() -> Policy {
    Policy::new(Rulebook::builtin(), ZoneTable::bundled())
}

/// A person of whom everything lies so many months before today, apart from what is given.
fn trail(today: DateTime<Utc>, opened: u32, message: Option<u32>, contact: Option<u32>) -> Trail {
    let ago = |months| today.checked_sub_months(Months::new(months)).unwrap();
    Trail {
        opened: ago(opened),
        last_message: message.map(ago),
        last_contact: contact.map(ago),
        revoked: None,
    }
}

/// Places, months since the first record, the last message and the last contact, and what becomes of it.
type Case = (&'static [&'static str], u32, Option<u32>, Option<u32>, &'static str);

const CASES: &[Case] = &[
    // Three years from the last contact that came from the person; what was sent to them counts for nothing.
    (&["FR"], 90, Some(1), Some(35), "not_yet"),
    (&["FR"], 90, Some(1), Some(36), "must_go"),
    (&["FR-75"], 36, None, None, "must_go"),
    (&["FR-974"], 35, None, None, "not_yet"),
    // Five years from the last message, as the longer of two; nobody must go.
    (&["US"], 200, Some(47), Some(1), "keep"),
    (&["US-TX"], 200, Some(59), Some(59), "keep"),
    (&["US-TX"], 200, Some(60), Some(1), "may_go"),
    (&["US-VA"], 60, None, None, "may_go"),
    (&["US-VA"], 59, None, None, "keep"),
    (&["CA-QC"], 90, Some(35), None, "keep"),
    (&["CA-QC"], 90, Some(36), None, "may_go"),
    // Several places: the longest that keeps wins over whatever says go.
    (&["FR", "US"], 90, Some(40), Some(40), "keep"),
    (&["FR", "US"], 90, Some(60), Some(40), "must_go"),
    (&["FR", "US"], 90, Some(60), Some(30), "not_yet"),
    (&["CA", "US"], 90, Some(50), None, "keep"),
    // The book does not say: nothing is destroyed.
    (&["DE"], 200, Some(200), Some(200), "unknown"),
    (&["DE", "FR"], 200, Some(200), Some(200), "unknown"),
    (&["DE", "US"], 200, Some(10), Some(200), "keep"),
    (&[], 200, Some(200), Some(200), "unknown"),
];

fn all(places: &[&str]) -> Vec<Place> {
    places.iter().map(|code| code.parse().unwrap()).collect()
}

#[test]
fn the_longest_that_keeps_wins_and_what_nobody_knows_stays() {
    let today = at("2026-11-21T12:00:00Z");
    for &(places, opened, message, contact, becomes) in CASES {
        let trail = trail(today, opened, message, contact);
        let stay = policy().stay(&all(places), &trail, None, today);
        assert_eq!(stay.code(), becomes, "{places:?} {trail:?}: {stay:?}");
        let held = policy().stay(&all(places), &trail, Some("claim-77"), today);
        assert_eq!(held, Stay::Held { reference: "claim-77".to_owned() });
        if let Stay::Keep { until, why, against } = stay {
            assert!(until > today && why.iter().all(|period| period.until <= until && period.until > today));
            let both = places.contains(&"FR");
            assert_eq!(
                against.iter().map(|p| p.rule.id.as_str()).collect::<Vec<_>>(),
                if both { vec!["FR-PROSPECT-RETENTION"] } else { vec![] }
            );
        }
    }
}

#[test]
fn what_must_be_kept_is_kept_under_either_posture() {
    let today = at("2026-11-21T12:00:00Z");
    let settled = Policy { posture: Posture::Settled, ..policy() };
    let texas = all(&["US-TX"]);
    // The five years stand in a rule about calls, which does not bind a text under this posture.
    let stay = settled.stay(&texas, &trail(today, 90, Some(55), None), None, today);
    assert_eq!((stay.code(), stay.periods()[0].rule.id.as_str()), ("keep", "US-FED-RECORDS"));
}

#[test]
fn a_suppression_keeps_nobody_and_is_told_of() {
    let today = at("2026-11-21T12:00:00Z");
    let virginia = all(&["US-VA"]);
    let mut trail = trail(today, 90, Some(80), None);
    assert_eq!(policy().suppressed_until(&virginia, &trail, today), []);
    trail.revoked = today.checked_sub_months(Months::new(70));
    assert_eq!(policy().stay(&virginia, &trail, None, today).code(), "may_go");
    let told = policy().suppressed_until(&virginia, &trail, today);
    let ids: Vec<_> = told.iter().map(|period| period.rule.id.as_str()).collect();
    assert_eq!(ids, ["US-VA-STOP-RECORD", "US-FED-INTERNAL-DNC"]);
    assert!(told[0].until > today && told[1].until < today);
}

/// Ana in Paris, silent for more than three years; Bob in Paris, who wrote last year; Joe in Texas, of six years
/// ago; Liz in Texas, of last year; and Uwe in Berlin.
async fn town(house: &House) -> [PhoneNumber; 5] {
    let people = [
        house.ana,
        number("+33698765432"),
        number("+15125550123"),
        number("+15125550124"),
        number("+4915112345678"),
    ];
    let consent = |then| OptIn::checkbox(&TEXT).at(then);
    let now = house.now();
    for (who, years) in people.into_iter().zip([4, 4, 6, 6, 9]) {
        house.clock.set(now - TimeDelta::days(366 * years));
        house.shop.opt_in(who, "soldes", consent(house.now())).await.unwrap();
    }
    house.clock.set(now - TimeDelta::days(300));
    house.text(people[1], "bonjour").await;
    house.clock.set(now);
    people
}

#[tokio::test]
async fn a_dry_run_changes_nothing_and_a_run_erases_whoever_must_go() {
    let ledger = Arc::new(MemoryLedger::new().unwrap());
    let house = House::over(Arc::clone(&ledger));
    let people = town(&house).await;
    let before = ledger.head().await.unwrap();
    let mut shown = Vec::new();
    let dry = house.shop.retention(Sweep::DryRun, |person| shown.push(person.stay.code())).await.unwrap();
    assert_eq!(ledger.head().await.unwrap(), before);
    assert_eq!((dry.people, dry.erased), (5, 0), "{dry}");
    shown.sort_unstable();
    assert_eq!(shown, ["may_go", "may_go", "must_go", "not_yet", "unknown"]);

    house.shop.hold(house.ana, "claim-77").await.unwrap();
    let run = house.shop.retention(Sweep::MustGo, |_| {}).await.unwrap();
    assert_eq!((run.erased, run.by_stay.get("held")), (0, Some(&1)), "{run}");
    house.shop.release(house.ana).await.unwrap();

    let run = house.shop.retention(Sweep::MustGo, |_| {}).await.unwrap();
    assert_eq!((run.people, run.erased), (5, 1), "{run}");
    let said = run.to_string();
    assert!(
        said.contains("FR-PROSPECT-RETENTION: 1 must_go") && said.contains("US-FED-RECORDS: 2 may_go"),
        "{said}"
    );
    let erased = house.events(house.ana).await.pop();
    let rule = Some("FR-PROSPECT-RETENTION".to_owned());
    assert_eq!(erased, Some(Event::Erased(Erased { request: name("optin.retention"), rule })));
    assert!(house.refusals(house.ana).await.contains(&optin::policy::Code::Revoked));

    let again = house.shop.retention(Sweep::MustGo, |_| {}).await.unwrap();
    assert_eq!((again.people, again.erased), (4, 0), "{again}");
    let all = house.shop.retention(Sweep::MayGo, |_| {}).await.unwrap();
    assert_eq!(all.erased, 2, "{all}");
    for (who, erased) in people.into_iter().zip([true, false, true, true, false]) {
        assert_eq!(house.shop.person(who).await.unwrap().unwrap().state.erased, erased, "{who}");
    }
    let noted = ledger.records(optin::id::RecipientId::HOUSE, 1, 99).await.unwrap();
    let runs =
        noted.iter().map(|record| optin::ledger::Envelope::from_bytes(&record.envelope).unwrap().event);
    assert_eq!(runs.filter(|event| matches!(event, Event::RetentionRun(_))).count(), 4);
    house.shop.verify().await.unwrap().unwrap();
}

#[tokio::test]
async fn a_message_keeps_its_proof_and_a_purchase_counts_as_contact() {
    let house = House::over(MemoryLedger::new().unwrap());
    let now = house.now();
    let (zoe, joe) = (number("+33698765433"), number("+15125550125"));
    house.clock.set(now - TimeDelta::days(366 * 5));
    let bought = OptIn::customer(&TEXT, now - TimeDelta::days(366 * 2));
    house.shop.opt_in(zoe, "soldes", OptIn::checkbox(&TEXT)).await.unwrap();
    house.shop.opt_in(joe, "soldes", OptIn::checkbox(&TEXT)).await.unwrap();
    house.clock.set(now - TimeDelta::days(366 * 2));
    house.shop.opt_in(zoe, "soldes", bought).await.unwrap();
    house.clock.set(at("2026-11-27T18:00:00Z"));
    let stays = |report: optin::RetentionReport| report.by_stay.keys().copied().collect::<Vec<_>>();
    assert_eq!(stays(house.shop.retention(Sweep::DryRun, |_| {}).await.unwrap()), ["may_go", "not_yet"]);
    house.launch(&[joe]).await;
    assert_eq!(house.dispatch().await.accepted, 1);
    assert_eq!(stays(house.shop.retention(Sweep::MayGo, |_| {}).await.unwrap()), ["keep", "not_yet"]);
}
